//! Every failed answer: RFC 9457 problems, and the only place with error status codes.
//!
//! Constructors are named by the reason. What a client sent is echoed shortened; what failed inside is kept as the cause,
//! logged once with the request id, and never sent.

use std::borrow::Cow;
use std::fmt;

use domain::api::{FieldError, ProblemBody};
use domain::ports::{ProviderError, StoreError};
use domain::units::Day;

use crate::jobs::import_file::ImportError;
use crate::providers::files::FileError;

/// Longest part of a client's value that is echoed, in characters.
const ECHO_CHARS: usize = 80;

/// Why a request failed, as it is answered.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    body: ProblemBody,
    allow: Option<String>,
    cause: Option<String>,
}

/// A client's value, shortened and with control characters replaced, so that it can stand in an answer or a log line.
pub(crate) fn echo(value: &str) -> String {
    harmless(value, ECHO_CHARS)
}

/// A message that may quote a client's value, likewise; longer, since the rule stands in it too.
pub(crate) fn echo_message(message: &str) -> String {
    harmless(message, 4 * ECHO_CHARS)
}

fn harmless(text: &str, limit_chars: usize) -> String {
    let mut short: String =
        text.chars().take(limit_chars).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(limit_chars).is_some() {
        short.push('…');
    }
    short
}

/// A field or parameter, the value it had, and the rule it broke.
pub(crate) fn field_error(field: &str, value: Option<&str>, rule: impl Into<String>) -> FieldError {
    FieldError { field: echo(field), value: value.map(echo), rule: rule.into() }
}

impl Problem {
    fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        let body = ProblemBody {
            kind: format!("urn:equipoise:problem:{code}"),
            title: Cow::Borrowed(title(status)),
            status,
            detail: detail.into(),
            code: Cow::Borrowed(code),
            errors: Vec::new(),
            nearest_sessions: Vec::new(),
            retry_after_s: None,
        };
        Self(Box::new(Inner { body, allow: None, cause: None }))
    }

    fn with_fields(mut self, errors: Vec<FieldError>) -> Self {
        self.0.body.errors = errors;
        self
    }

    fn with_field(self, error: FieldError) -> Self {
        self.with_fields(vec![error])
    }

    fn with_retry_after(mut self, seconds: u32) -> Self {
        self.0.body.retry_after_s = Some(seconds);
        self
    }

    fn with_cause(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// 400: the body is not JSON.
    pub(crate) fn malformed_json(detail: impl Into<String>) -> Self {
        Self::new(400, "malformed_json", detail)
    }

    /// 400: the body cannot be read as its content type or encoding says.
    pub(crate) fn malformed_body(detail: impl Into<String>) -> Self {
        Self::new(400, "malformed_body", detail)
    }

    /// 400: a parameter that cannot be read as what it should be.
    pub(crate) fn malformed_parameter(name: &str, value: &str, rule: impl Into<String>) -> Self {
        let rule = rule.into();
        Self::new(400, "malformed_parameter", format!("{}: {rule}, was \"{}\"", echo(name), echo(value)))
            .with_field(field_error(name, Some(value), rule))
    }

    /// 400: a parameter that the route needs.
    pub(crate) fn missing_parameter(name: &str) -> Self {
        Self::new(400, "missing_parameter", format!("the parameter {name} is required"))
            .with_field(field_error(name, None, "required"))
    }

    /// 400: a parameter that the route does not know.
    pub(crate) fn unknown_parameter(name: &str, known: &[&str]) -> Self {
        let rule = if known.is_empty() {
            "this route takes no parameters".to_owned()
        } else {
            format!("known parameters: {}", known.join(", "))
        };
        Self::new(400, "unknown_parameter", format!("unknown parameter \"{}\"; {rule}", echo(name)))
            .with_field(field_error(name, None, rule))
    }

    /// 400: the same parameter twice.
    pub(crate) fn repeated_parameter(name: &str) -> Self {
        Self::new(400, "repeated_parameter", format!("the parameter \"{}\" was given more than once", echo(name)))
            .with_field(field_error(name, None, "at most once"))
    }

    /// 400: a path or query whose percent-encoding is broken.
    pub(crate) fn malformed_url() -> Self {
        Self::new(400, "malformed_url", "the path or the query is not percent-encoded UTF-8")
    }

    /// 401: no credential, or one that is not good.
    pub(crate) fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(401, "unauthenticated", detail)
    }

    /// 403: the credential lacks the scope.
    pub(crate) fn forbidden(scope: &str) -> Self {
        Self::new(403, "missing_scope", format!("this credential lacks the scope \"{scope}\""))
    }

    /// 404: no such path.
    pub(crate) fn no_such_path(path: &str) -> Self {
        Self::new(404, "no_such_path", format!("nothing answers at \"{}\"", echo(path)))
    }

    /// 404: a thing of this kind with this name does not exist, or belongs to another owner.
    pub(crate) fn unknown(kind: &str, name: &str) -> Self {
        Self::new(404, "not_found", format!("no {kind} \"{}\"", echo(name)))
    }

    /// 404: a date on which the exchange was closed.
    pub(crate) fn not_a_session(field: &str, day: Day, nearest: Vec<Day>) -> Self {
        let mut problem = Self::new(404, "not_a_session", format!("{day} is not a session of the exchange"))
            .with_field(field_error(field, Some(&day.to_string()), "a session of the exchange"));
        problem.0.body.nearest_sessions = nearest;
        problem
    }

    /// 404: a date or range for which nothing is held.
    pub(crate) fn no_data(detail: impl Into<String>, nearest: Vec<Day>) -> Self {
        let mut problem = Self::new(404, "no_data", detail);
        problem.0.body.nearest_sessions = nearest;
        problem
    }

    /// 405, with `Allow`.
    pub(crate) fn method_not_allowed(allow: String) -> Self {
        let mut problem = Self::new(405, "method_not_allowed", format!("this path allows {allow}"));
        problem.0.allow = Some(allow);
        problem
    }

    /// 409: the stored state does not allow it. The code says which rule.
    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(409, code, detail)
    }

    /// 409: sessions inside the range hold no data.
    pub(crate) fn missing_sessions(detail: impl Into<String>, errors: Vec<FieldError>) -> Self {
        Self::new(409, "missing_sessions", detail).with_fields(errors)
    }

    /// 409: the data of the members is suspicious, and nothing is to be built from such data.
    pub(crate) fn quality_blocked(detail: impl Into<String>, errors: Vec<FieldError>) -> Self {
        Self::new(409, "quality_blocked", detail).with_fields(errors)
    }

    /// 413.
    pub(crate) fn too_large(limit_bytes: u64) -> Self {
        Self::new(413, "body_too_large", format!("the body may have at most {limit_bytes} bytes"))
    }

    /// 413: a file that must be sent in parts.
    pub(crate) fn body_to_be_parted(limit_bytes: u64) -> Self {
        let way = "POST /imports without a body, PUT /imports/{id}/parts/{n}, POST /imports/{id}/commit";
        Self::new(413, "body_too_large", format!("one body may have at most {limit_bytes} bytes; send parts: {way}"))
    }

    /// 415.
    pub(crate) fn unsupported_type(sent: Option<&str>, accepted: &str) -> Self {
        let sent = sent.map_or_else(|| "none was sent".to_owned(), |sent| format!("\"{}\" was sent", echo(sent)));
        Self::new(415, "unsupported_content_type", format!("the content type must be {accepted}; {sent}"))
    }

    /// 422: one field or parameter is well-formed but cannot be.
    pub(crate) fn impossible(name: &str, value: &str, rule: impl Into<String>) -> Self {
        let rule = rule.into();
        Self::new(422, "invalid_value", format!("{}: expected {rule}, was \"{}\"", echo(name), echo(value)))
            .with_field(field_error(name, Some(value), rule))
    }

    /// 422: several fields cannot be as they are. `errors` must not be empty.
    pub(crate) fn invalid_fields(errors: Vec<FieldError>) -> Self {
        let list: Vec<_> = errors.iter().map(|error| format!("{}: {}", error.field, error.rule)).collect();
        Self::new(422, "invalid_value", list.join("; ")).with_fields(errors)
    }

    /// 422: the request is understood but cannot be done. The code says which rule.
    pub(crate) fn refused(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(422, code, detail)
    }

    /// 426: a WebSocket that was not asked for as one.
    pub(crate) fn upgrade_required() -> Self {
        Self::new(426, "upgrade_required", "this route answers over a WebSocket; send Upgrade: websocket")
    }

    /// 429, with `Retry-After`.
    pub(crate) fn rate_limited(limit_per_minute: u32, retry_after_s: u32) -> Self {
        Self::new(429, "rate_limited", format!("at most {limit_per_minute} requests a minute"))
            .with_retry_after(retry_after_s)
    }

    /// 500: a defect of ours. The cause is logged, not sent.
    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        Self::new(500, "internal_error", "something failed inside; the request id finds it in the log")
            .with_cause(cause)
    }

    /// 503: something this service needs cannot be reached. The cause is logged, not sent.
    pub(crate) fn unavailable(code: &'static str, detail: impl Into<String>, cause: impl fmt::Display) -> Self {
        Self::new(503, code, detail).with_cause(cause).with_retry_after(1)
    }

    /// 503: a setting has a value that cannot be used.
    pub(crate) fn misconfigured(detail: impl Into<String>) -> Self {
        Self::new(503, "invalid_configuration", detail)
    }

    /// 503: an open service in production.
    pub(crate) fn insecure_configuration() -> Self {
        let detail =
            "AUTH_MODE is \"open\" while ENVIRONMENT is \"production\": anyone could write; set AUTH_MODE=required";
        Self::new(503, "insecure_configuration", detail)
    }

    /// The status of `GET /ready` when something cannot be reached; its body says what.
    pub(crate) const NOT_READY: u16 = 503;

    /// The status of a GraphQL query that was refused before it ran; its body says why.
    pub(crate) const NOT_RUN: u16 = 400;

    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.0.body.status
    }

    /// The stable code.
    pub(crate) fn code(&self) -> &str {
        &self.0.body.code
    }

    /// What is sent.
    pub(crate) fn body(&self) -> &ProblemBody {
        &self.0.body
    }

    /// The value of `Allow`, for a 405.
    pub(crate) fn allow(&self) -> Option<&str> {
        self.0.allow.as_deref()
    }

    /// What is logged and not sent.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }
}

/// The title says the status in words; the code says more.
const fn title(status: u16) -> &'static str {
    match status {
        400 => "Malformed request",
        401 => "Credentials required",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Method not allowed",
        409 => "Conflict",
        413 => "Body too large",
        415 => "Unsupported content type",
        422 => "Impossible request",
        426 => "WebSocket required",
        429 => "Too many requests",
        502 => "The provider's answer is unusable",
        503 => "Unavailable",
        _ => "Internal error",
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => {
                Self::unavailable("database_unavailable", "the database cannot be reached at present", cause)
            }
            StoreError::Conflict(cause) => {
                Self::conflict("conflict", "someone else changed this at the same time; try again").with_cause(cause)
            }
            StoreError::Refused(cause) => Self::internal(cause),
        }
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        let status = if matches!(error, FileError::TooLarge { .. }) { 413 } else { 422 };
        Self::new(status, error.code(), echo_message(&error.to_string()))
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::File(error) => error.into(),
            ImportError::Store(error) => error.into(),
            ImportError::Broken => Self::malformed_body("the body ended early"),
            ImportError::BodyTooLarge(limit_bytes) => Self::body_to_be_parted(limit_bytes),
            ImportError::MissingPart(_) => Self::conflict("missing_part", error.to_string()),
        }
    }
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        let code = error.code();
        match error {
            ProviderError::RateLimited { retry_after_ms } => {
                let seconds = u32::try_from(retry_after_ms.max(0).saturating_add(999) / 1_000).unwrap_or(u32::MAX);
                Self::new(503, code, "the data provider's rate limit is used up").with_retry_after(seconds)
            }
            ProviderError::Transient { detail } => {
                Self::unavailable(code, "the data provider cannot be reached at present", detail)
            }
            ProviderError::Rejected { detail } => {
                Self::new(502, code, "the data provider refused the request").with_cause(detail)
            }
            ProviderError::Malformed { detail } => {
                Self::new(502, code, "the data provider's answer is not what it documents").with_cause(detail)
            }
        }
    }
}

impl From<worker::Error> for Problem {
    fn from(error: worker::Error) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_the_documented_json() {
        let problem =
            Problem::not_a_session("date", "2021-02-28".parse().unwrap(), vec!["2021-02-26".parse().unwrap()]);
        assert_eq!(
            serde_json::to_value(problem.body()).unwrap(),
            serde_json::json!({
                "type": "urn:equipoise:problem:not_a_session", "title": "Not found", "status": 404,
                "detail": "2021-02-28 is not a session of the exchange", "code": "not_a_session",
                "errors": [{"field": "date", "value": "2021-02-28", "rule": "a session of the exchange"}],
                "nearest_sessions": ["2021-02-26"],
            })
        );
    }

    #[test]
    fn what_failed_inside_is_not_sent() {
        for problem in [
            Problem::from(StoreError::Refused("near \"selec\": syntax error".into())),
            Problem::from(ProviderError::Malformed { detail: "<html> from vendor".into() }),
        ] {
            let sent = serde_json::to_string(problem.body()).unwrap();
            assert!(!sent.contains("syntax") && !sent.contains("html"), "{sent}");
            assert!(problem.cause().is_some());
        }
    }

    #[test]
    fn echoed_values_are_short_and_harmless() {
        let problem = Problem::malformed_parameter("date", &format!("a\u{0}\n{}", "x".repeat(10_000)), "YYYY-MM-DD");
        let sent = serde_json::to_string(problem.body()).unwrap();
        assert!(sent.len() < 600, "{}", sent.len());
        assert!(!sent.contains("\\u0000") && !sent.contains("\\n"));
    }

    #[test]
    fn a_providers_wait_is_rounded_up_to_seconds() {
        let problem = Problem::from(ProviderError::RateLimited { retry_after_ms: 1_001 });
        assert_eq!((problem.status(), problem.body().retry_after_s), (503, Some(2)));
    }
}
