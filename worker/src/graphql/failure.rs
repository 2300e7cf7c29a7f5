//! How a problem is told in an answer: a message, where it arose, and `extensions.code`.

use async_graphql::parser::Pos;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::schema::camel_case;
use crate::error::Problem;

/// An entry of `errors`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Failure {
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    path: Vec<Json>,
    extensions: Json,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Location {
    line: usize,
    column: usize,
}

impl Failure {
    /// A problem of the whole request.
    pub(crate) fn of_request(problem: &Problem) -> Self {
        Self::of(problem, None, Vec::new())
    }

    /// A problem of one field.
    pub(super) fn of_field(problem: &Problem, position: Pos, path: Vec<Json>) -> Self {
        Self::of(problem, Some(position), path)
    }

    fn of(problem: &Problem, position: Option<Pos>, path: Vec<Json>) -> Self {
        let body = problem.body();
        let mut message = body.detail.clone();
        let mut extensions = json!({"code": code(problem), "problem": body.code});
        if !body.errors.is_empty() {
            let named = body.errors.iter().map(|error| {
                let field = camel_case(&error.field);
                message = message.replace(&error.field, &field);
                json!({"field": field, "value": error.value, "rule": error.rule})
            });
            extensions["errors"] = named.collect();
        }
        if !body.nearest_sessions.is_empty() {
            extensions["nearestSessions"] = body.nearest_sessions.iter().map(ToString::to_string).collect();
        }
        if let Some(seconds) = body.retry_after_s {
            extensions["retryAfterS"] = seconds.into();
        }
        Self { message, locations: position.map(Location::of).into_iter().collect(), path, extensions }
    }

    /// What the library says against a query.
    pub(super) fn of_library(error: &async_graphql::ServerError, code: &str) -> Self {
        Self {
            message: crate::error::echo_message(&error.message),
            locations: error.locations.iter().copied().map(Location::of).collect(),
            path: Vec::new(),
            extensions: json!({"code": code}),
        }
    }

    /// The stable code.
    #[cfg(test)]
    pub(super) fn code(&self) -> &str {
        self.extensions["code"].as_str().unwrap_or_default()
    }
}

impl Location {
    fn of(position: Pos) -> Self {
        Self { line: position.line, column: position.column }
    }
}

/// The code of a problem. The groups are those that a client treats alike; `problem` tells them apart.
fn code(problem: &Problem) -> String {
    let named = match (problem.status(), problem.code()) {
        (_, "provider_rate_limited") => "UPSTREAM_RATE_LIMITED",
        (_, "provider_unavailable") => "UPSTREAM_DOWN",
        (_, "provider_refused") => "UPSTREAM_REFUSED",
        (_, "provider_malformed") => "UPSTREAM_MALFORMED",
        (401, _) => "UNAUTHENTICATED",
        (403, _) => "FORBIDDEN",
        (404, "not_found") if problem.body().detail.contains("ticker") => "UNKNOWN_TICKER",
        (400, _) | (422, "invalid_value") => "BAD_INPUT",
        (429, _) => "RATE_LIMITED",
        (503, _) => "UNAVAILABLE",
        (500, _) => "INTERNAL",
        // What the stored state forbids, what is not there and what is too large say why themselves.
        (_, code) => return code.to_ascii_uppercase(),
    };
    named.to_owned()
}

#[cfg(test)]
mod tests {
    use domain::ports::ProviderError;

    use super::*;

    #[test]
    fn problems_have_the_codes_that_clients_know() {
        let limited = ProviderError::RateLimited { retry_after_ms: 2_000 };
        for (problem, code) in [
            (Problem::malformed_parameter("start_date", "x", "a date"), "BAD_INPUT"),
            (Problem::impossible("n", "0", "a number"), "BAD_INPUT"),
            (Problem::refused("range_too_large", "too large"), "RANGE_TOO_LARGE"),
            (Problem::unknown("ticker", "ZZZ"), "UNKNOWN_TICKER"),
            (Problem::unknown("index", "x"), "NOT_FOUND"),
            (Problem::conflict("sessions_not_built", "x"), "SESSIONS_NOT_BUILT"),
            (limited.into(), "UPSTREAM_RATE_LIMITED"),
            (ProviderError::Transient { detail: "secret".into() }.into(), "UPSTREAM_DOWN"),
            (Problem::internal("near select"), "INTERNAL"),
        ] {
            let failure = Failure::of_request(&problem);
            assert_eq!(failure.code(), code);
            let sent = serde_json::to_string(&failure).unwrap();
            assert!(!sent.contains("secret") && !sent.contains("select"), "{sent}");
        }
    }

    #[test]
    fn arguments_are_named_as_they_are_here() {
        let problem = Problem::impossible("end_date", "2020-01-01", "a date not before start_date");
        let failure = Failure::of_field(&problem, Pos { line: 2, column: 3 }, vec!["index".into()]);
        let json = serde_json::to_value(&failure).unwrap();
        assert!(json["message"].as_str().unwrap().starts_with("endDate: expected"), "{json}");
        assert_eq!(json["extensions"]["errors"][0]["field"], "endDate");
        assert_eq!((&json["path"][0], &json["locations"][0]["line"]), (&json!("index"), &json!(2)));
    }
}
