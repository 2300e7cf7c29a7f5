//! The routes that clients of Massive (formerly Polygon.io) know: their paths, parameters, answers and refusals, over what is
//! stored here. See docs/api.md.

mod actions;
mod aggregates;
mod asked;
mod fetched;
mod fetched_reference;
mod grouped;
mod tickers;

pub(super) use actions::{dividends, splits};
pub(super) use aggregates::aggregates;
pub(crate) use asked::{Asked, Mode, Place, source_of};
pub(crate) use fetched::{Delivery, Means, bars, stored};
pub(super) use grouped::grouped;
pub(super) use tickers::{details, events, tickers};

use domain::api::VendorError;
use domain::calendar::wall_time;
use domain::units::{Day, Ticker, UnixMillis};
use serde::Serialize;

use super::cached::Computed;
use super::query::{Query, decode};
use super::request::Call;
use super::respond::{Answer, Reply};
use crate::error::Problem;
use crate::stores::d1::data_versions::Versions;
use crate::stores::sha256_hex;

/// A parameter that carries a credential; it is accepted on these routes, taken out of every link and never logged.
const KEY_PARAMETER: &str = "apiKey";

/// Whether a path is answered in that vendor's shapes, refusals included.
pub(super) fn is_vendor_path(path: &str) -> bool {
    ["/v2/", "/v3/", "/vX/"].iter().any(|start| path.starts_with(start))
}

/// The credential that a query carries.
pub(super) fn credential(raw_query: &str) -> Option<String> {
    let value = raw_query.split('&').find_map(|part| part.strip_prefix("apiKey="))?;
    decode(value, true).filter(|key| !key.is_empty())
}

/// A refusal as that vendor's clients read it. What is well-formed but impossible is a 400 there.
pub(super) fn refused(problem: &Problem, request_id: &str) -> Reply {
    let status = if problem.status() == 422 { 400 } else { problem.status() };
    let detail = problem.body().detail.clone();
    let (word, error, message) = match status {
        404 => ("NOT_FOUND", None, Some(detail)),
        403 => ("NOT_AUTHORIZED", None, Some(detail)),
        _ => ("ERROR", Some(detail), None),
    };
    let body = VendorError { status: word.to_owned(), request_id: request_id.to_owned(), error, message };
    let mut reply = Reply::of("application/json", serde_json::to_vec(&body).unwrap_or_default()).with_status(status);
    if let Some(allow) = problem.allow() {
        reply = reply.with_header("allow", allow.to_owned());
    }
    if let Some(seconds) = problem.body().retry_after_s {
        reply = reply.with_header("retry-after", seconds.to_string());
    }
    if status == 401 {
        reply = reply.with_header("www-authenticate", "Bearer");
    }
    reply
}

/// The parameters of a route, with the credential's; any other is refused.
fn query(call: &Call, known: &[&str]) -> Result<Query, Problem> {
    let all: Vec<&str> = known.iter().copied().chain([KEY_PARAMETER]).collect();
    call.query(&all)
}

/// Names an answer by what was asked, so that the same answer is the same bytes whatever else was published.
fn answer_id(call: &Call, key: &str) -> String {
    sha256_hex(format!("{}?{key}", call.route))[..32].to_owned()
}

fn computed<T: Serialize>(versions: Versions, answer: &T) -> Result<Computed, Problem> {
    let body = serde_json::to_vec(answer).map_err(Problem::internal)?;
    Ok(Computed { versions, content_type: "application/json", disposition: None, body })
}

/// An answer that is kept nowhere, with the publication that it made, if any.
fn uncached<T: Serialize>(answer: &T, version: Option<i64>) -> Answer {
    let reply = Reply::json(answer)?.with_header("cache-control", "no-store");
    Ok(match version {
        Some(version) => reply.with_data_version(version),
        None => reply,
    })
}

/// A link to another page of the same route: this path with these parameters instead, never a credential.
fn link(call: &Call, path: &str, query: &Query, instead: &[(&str, &str)], known: &[&str]) -> String {
    let kept = known.iter().filter(|name| instead.iter().all(|(other, _)| other != *name));
    let kept = kept.filter_map(|name| Some((*name, query.text(name)?)));
    let pairs: Vec<String> =
        kept.chain(instead.iter().copied()).map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    format!("{}{path}?{}", call.origin(), pairs.join("&"))
}

/// Percent-encodes what is not unreserved (RFC 3986).
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().fold(String::new(), |mut all, byte| {
        if plain(byte) {
            all.push(char::from(byte));
        } else {
            all.push('%');
            all.push_str(&crate::stores::hex(&[byte]).to_uppercase());
        }
        all
    })
}

/// A ticker out of the path.
fn ticker_of(call: &Call) -> Result<Ticker, Problem> {
    asked::ticker_of(call.param("ticker"))
}

/// The civil day in New York.
pub(crate) fn today(now: UnixMillis) -> Day {
    wall_time(now).map_or(Day::from_number(i32::MAX), |wall| wall.day)
}

fn flag(query: &Query, name: &str) -> Result<Option<bool>, Problem> {
    query.choice(name, &[("true", true), ("false", false)])
}

/// `order`: ascending unless it says otherwise.
fn descending(query: &Query, name: &str, default: bool) -> Result<bool, Problem> {
    Ok(query.choice(name, &[("asc", false), ("desc", true)])?.unwrap_or(default))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_vendors_words_and_never_a_422() {
        for (problem, status, word) in [
            (Problem::impossible("limit", "50001", "a whole number from 1 to 50000"), 400, "ERROR"),
            (Problem::unknown("ticker", "NOPE"), 404, "NOT_FOUND"),
            (Problem::forbidden("ingest"), 403, "NOT_AUTHORIZED"),
            (Problem::unauthenticated("no"), 401, "ERROR"),
        ] {
            let reply = refused(&problem, "id");
            assert_eq!(reply.status, status);
            let super::super::respond::Body::Bytes(body) = reply.body else { panic!("a body") };
            let body: VendorError = serde_json::from_slice(&body).unwrap();
            assert_eq!((body.status.as_str(), body.request_id.as_str()), (word, "id"));
            assert!(body.error.is_some() != body.message.is_some());
        }
    }

    #[test]
    fn a_credential_is_found_and_a_value_is_encoded() {
        assert_eq!(credential("limit=1&apiKey=eqp%5F1").as_deref(), Some("eqp_1"));
        assert_eq!((credential("limit=1"), credential("apiKey=")), (None, None));
        assert_eq!(encoded("BRK/B é"), "BRK%2FB%20%C3%A9");
    }
}
