//! What failed requests answer.

use serde_json::{Map, Value, json};

use super::access::Access;
use super::operation::Shape;
use super::parameters;
use crate::api::{ProblemBody, VendorError};

/// The body of every failed answer.
pub(super) const SHAPE: Shape = Shape::of::<ProblemBody>(
    r#"{"type": "urn:equipoise:problem:unknown_parameter", "title": "Malformed request", "status": 400,
        "detail": "unknown parameter \"dat\"; known parameters: date, index, format", "code": "unknown_parameter",
        "errors": [{"field": "dat", "value": null, "rule": "known parameters: date, index, format"}]}"#,
);

/// The body of a failed answer of the routes that speak as a vendor does.
pub(super) const VENDOR_SHAPE: Shape = Shape::of::<VendorError>(
    r#"{"status": "ERROR", "request_id": "5f3c1a", "error": "expected a limit of at least 1, was 0"}"#,
);

/// What any route may answer: the status, the name among the components, and which codes.
const SHARED: [(u16, &str, &str); 6] = [
    (
        400,
        "MalformedRequest",
        "`malformed_parameter`, `missing_parameter`, `unknown_parameter`, `repeated_parameter`, `malformed_url`, \
            `malformed_json`, `malformed_body`.",
    ),
    (401, "Unauthenticated", "`unauthenticated`: no credential, or one that is not good."),
    (403, "Forbidden", "`missing_scope`: the credential lacks the scope."),
    (429, "RateLimited", "`rate_limited`: more requests a minute than allowed."),
    (500, "Internal", "`internal_error`: a defect of the service; the request id finds it in the log."),
    (
        503,
        "Unavailable",
        "`database_unavailable`, `identity_provider_unavailable`; `insecure_configuration`, `invalid_configuration`: the \
            service must be set up first.",
    ),
];

/// The statuses that a route may answer whatever it does.
pub(super) const fn of_every_route(access: Access) -> &'static [u16] {
    match access {
        Access::Public => &[400, 500, 503],
        Access::Read | Access::Needs(_) => &[400, 401, 403, 429, 500, 503],
    }
}

/// A reference to a shared answer.
pub(super) fn reference(status: u16) -> Value {
    let (_, name, _) =
        SHARED.iter().find(|(other, ..)| *other == status).expect("only shared statuses are referred to");
    json!({"$ref": format!("#/components/responses/{name}")})
}

/// A route's own answer of this status; `codes` says which codes it has.
pub(super) fn own(status: u16, codes: &str) -> Value {
    rendered(status, codes)
}

/// A vendor route's answer of this status: `about` says what it means; where it is empty, what it means for every route.
pub(super) fn of_vendor(status: u16, about: &str) -> Value {
    let shared = SHARED.iter().find(|(other, ..)| *other == status).map_or("", |(.., codes)| *codes);
    let about = if about.is_empty() { shared } else { about };
    with_content(status, about, &json!({"application/json": {"schema": VENDOR_SHAPE.reference()}}))
}

/// The shared answers, for the document's components.
pub(super) fn responses() -> Value {
    let entry = |(status, name, codes): (u16, &str, &str)| (name.to_owned(), rendered(status, codes));
    Value::Object(SHARED.into_iter().map(entry).collect::<Map<_, _>>())
}

fn rendered(status: u16, codes: &str) -> Value {
    let mut content = json!({"schema": SHAPE.reference()});
    if status == 400 {
        let example: Value = serde_json::from_str(SHAPE.example()).expect("the example is JSON, as the test sees");
        content["example"] = example;
    }
    with_content(status, codes, &json!({"application/problem+json": content}))
}

fn with_content(status: u16, about: &str, content: &Value) -> Value {
    let mut headers = vec!["x-request-id"];
    match status {
        401 => headers.push("WWW-Authenticate"),
        429 | 503 => headers.push("Retry-After"),
        _ => {}
    }
    json!({"description": about, "headers": parameters::named(&headers), "content": content})
}
