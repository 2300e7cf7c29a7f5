//! One request as a handler sees it.

use std::cell::OnceCell;
use std::rc::Rc;

use domain::units::UnixMillis;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use worker::wasm_bindgen_futures::JsFuture;
use worker::{ByteStream, Env, js_sys, web_sys};

use super::path::Params;
use super::query::Query;
use super::respond::Answer;
use crate::auth::Principal;
use crate::config::Config;
use crate::error::{Problem, echo_message, field_error};
use crate::stores::d1::D1;
use crate::wiring;

/// Most bytes of a JSON body.
const JSON_LIMIT_BYTES: u64 = 1 << 20;

/// Most bytes that are read only to be forgotten; https://developers.cloudflare.com/workers/platform/limits/ ends a body there.
const DRAINED_BYTES: usize = 110_000_000;

/// The methods that routes have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
    /// Any other: no route has it.
    Other,
}

impl Method {
    /// The method of this name.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "DELETE" => Self::Delete,
            "OPTIONS" => Self::Options,
            _ => Self::Other,
        }
    }

    /// The name in a request line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Other => "other",
        }
    }
}

/// One request: who asks, for what, and with which means it may be answered.
pub(crate) struct Call {
    pub(super) request: web_sys::Request,
    pub(super) headers: OnceCell<web_sys::Headers>,
    pub(super) raw_query: String,
    pub(super) origin: String,
    pub(super) params: Params,
    pub(super) db: OnceCell<D1>,
    pub(super) context: worker::Context,
    /// The bindings, for `wiring`.
    pub(crate) env: Env,
    /// The settings.
    pub(crate) config: Rc<Config>,
    /// The pattern of the route, as in the table.
    pub(crate) route: &'static str,
    /// The request's id, which its answer carries.
    pub(crate) request_id: String,
    /// Who asks.
    pub(crate) principal: Principal,
    /// When the request came.
    pub(crate) now: UnixMillis,
}

impl Call {
    /// The decoded value of `{name}` in the route's pattern.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.get(name)
    }

    /// The query parameters; any other than these is refused.
    ///
    /// # Errors
    /// 400, see [`Query::parse`].
    pub(crate) fn query(&self, known: &[&str]) -> Result<Query, Problem> {
        Query::parse(&self.raw_query, known)
    }

    /// Scheme, host and port under which the client reached this service.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get_or_init(|| self.request.headers()).get(name).ok().flatten()
    }

    /// The database; what is asked of it is counted over the whole request.
    ///
    /// # Errors
    /// 500 when the binding is missing.
    pub(crate) fn db(&self) -> Result<&D1, Problem> {
        if let Some(db) = self.db.get() {
            return Ok(db);
        }
        let db = wiring::database(&self.env)?;
        Ok(self.db.get_or_init(|| db))
    }

    /// The publication that the client has seen already (`x-data-version`); 0 when it does not say.
    ///
    /// # Errors
    /// 400 for anything but a whole number.
    pub(super) fn seen_version(&self) -> Result<i64, Problem> {
        let Some(text) = self.header("x-data-version") else { return Ok(0) };
        let rule = "expected a version as an earlier answer gave it";
        text.trim().parse().map_err(|_| Problem::malformed_parameter("x-data-version", &text, rule))
    }

    /// Does something after the answer is sent; whoever asked does not wait for it.
    pub(crate) fn after(&self, work: impl Future<Output = ()> + 'static) {
        self.context.wait_until(work);
    }

    /// The media type of the body, lower-case and without parameters.
    pub(crate) fn content_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// Whether a body was sent; a length of 0 counts as none.
    pub(crate) fn has_body(&self) -> bool {
        self.request.body().is_some() && self.declared_length() != Some(0)
    }

    /// How long the body is said to be.
    pub(super) fn declared_length(&self) -> Option<u64> {
        self.header("content-length")?.parse().ok()
    }

    /// The body as it arrives. `None` where none was sent.
    ///
    /// # Errors
    /// 413 when more than `limit_bytes` are announced; whoever reads must count too, since a length need not be announced.
    pub(crate) fn stream(&self, limit_bytes: u64) -> Result<Option<ByteStream>, Problem> {
        if self.declared_length().is_some_and(|length| length > limit_bytes) {
            return Err(Problem::too_large(limit_bytes));
        }
        Ok(self.request.body().map(ByteStream::from))
    }

    /// The whole body; empty where none was sent.
    ///
    /// # Errors
    /// 413 beyond `limit_bytes`, 400 when the connection breaks.
    pub(crate) async fn bytes(&self, limit_bytes: u64) -> Result<Vec<u8>, Problem> {
        let broken = || Problem::malformed_body("the body ended early");
        if self.declared_length().is_some_and(|length| length <= limit_bytes) {
            let promise = self.request.array_buffer().map_err(|_| broken())?;
            let buffer = JsFuture::from(promise).await.map_err(|_| broken())?;
            return Ok(js_sys::Uint8Array::new(&buffer).to_vec());
        }
        let Some(mut stream) = self.stream(limit_bytes)? else { return Ok(Vec::new()) };
        let mut body = Vec::new();
        while let Some(chunk) = stream.next().await {
            body.extend(chunk.map_err(|_| broken())?);
            if body.len() as u64 > limit_bytes {
                return Err(Problem::too_large(limit_bytes));
            }
        }
        Ok(body)
    }

    /// The JSON body. `T` should refuse unknown fields.
    ///
    /// # Errors
    /// 415 for another content type, 413 beyond 1 MB, 400 for text that is not JSON, 422 for JSON that is not a `T`.
    pub(crate) async fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let content_type = self.content_type();
        let is_json = |kind: &str| kind == "application/json" || kind.ends_with("+json");
        if !content_type.as_deref().is_some_and(is_json) {
            return Err(Problem::unsupported_type(content_type.as_deref(), "application/json"));
        }
        parse_json(&self.bytes(JSON_LIMIT_BYTES).await?)
    }
}

/// Reads and forgets a body that a refusal left unread. Many clients send the whole body before they read the answer; to
/// them a server that stops reading is a broken connection.
pub(super) async fn drain(request: &web_sys::Request) {
    let Some(body) = request.body().filter(|body| !body.locked() && !request.body_used()) else { return };
    drain_stream(&mut ByteStream::from(body)).await;
}

/// Reads and forgets what is left of a stream, up to what the platform lets through anyway.
pub(super) async fn drain_stream(stream: &mut ByteStream) {
    let mut read = 0;
    while let Some(Ok(chunk)) = stream.next().await {
        read += chunk.len();
        if read > DRAINED_BYTES {
            return;
        }
    }
}

/// Reads a JSON body.
///
/// # Errors
/// 400 with the position for text that is not JSON, 422 with the field for JSON that is not a `T`.
pub(crate) fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    if body.trim_ascii().is_empty() {
        return Err(Problem::malformed_json("expected a JSON body, was empty"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        json_problem(&path, error.inner())
    })?;
    reader.end().map_err(|error| json_problem(".", &error))?;
    Ok(value)
}

fn json_problem(path: &str, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    // serde_json ends each message with the position.
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    if error.is_data() {
        let field = if path == "." { "body" } else { path };
        Problem::invalid_fields(vec![field_error(field, None, echo_message(message))])
    } else {
        Problem::malformed_json(format!("{message} at line {} column {}", error.line(), error.column()))
    }
}

/// A handler: reads the call, asks one job or store, and says what it found.
pub(crate) type Handler = for<'a> fn(&'a Call) -> std::pin::Pin<Box<dyn Future<Output = Answer> + 'a>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[serde(with = "domain::api::day")]
        #[expect(dead_code, reason = "only its reading is looked at")]
        start_date: domain::units::Day,
        top_n: Option<u32>,
    }

    fn problem(body: &str) -> Problem {
        parse_json::<Body>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_good_body_is_read() {
        let body: Body = parse_json(br#" {"start_date": "2021-01-04", "top_n": 5} "#).unwrap();
        assert_eq!(body.top_n, Some(5));
    }

    #[test]
    fn text_that_is_not_json_is_malformed_and_says_where() {
        for body in ["", "  ", "{", "{\"start_date\": NaN}", "\u{feff}{}", "{\"top_n\": 1e999}"] {
            assert_eq!(problem(body).status(), 400, "{body}");
        }
        assert!(
            problem("{\n  \"top_n\": ,").body().detail.contains("line 2 column 12"),
            "{:?}",
            problem("{\n  \"top_n\": ,")
        );
    }

    #[test]
    fn json_of_another_shape_names_the_field() {
        let wrong = problem(r#"{"start_date": "2021-01-04", "top_n": "many"}"#);
        assert_eq!((wrong.status(), wrong.body().errors[0].field.as_str()), (422, "top_n"));
        let unknown = problem(r#"{"start_date": "2021-01-04", "topn": 5}"#);
        assert!(unknown.body().errors[0].rule.contains("unknown field `topn`"), "{unknown:?}");
        let day = problem(r#"{"start_date": "2021-02-30"}"#);
        assert_eq!((day.status(), day.body().errors[0].field.as_str()), (422, "start_date"));
        assert!(problem("{}").body().detail.contains("missing field `start_date`"));
        assert_eq!(problem("[]").status(), 422);
    }
}
