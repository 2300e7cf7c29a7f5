//! Which other sites' pages may call: those in `CORS_ORIGINS`.

use std::borrow::Cow;

use super::respond::Reply;

const REQUEST_HEADERS: &str = "authorization, x-api-key, content-type, content-encoding, if-none-match, idempotency-key, \
    x-data-version";
const ANSWER_HEADERS: &str = "etag, x-cache, x-data-version, x-request-id, retry-after, location, content-disposition, \
    ratelimit-limit, ratelimit-remaining, ratelimit-reset";

/// What an origin is told; `None` where it is not configured.
fn allowed(origins: &[String], origin: &str) -> Option<Cow<'static, str>> {
    if origins.iter().any(|allowed| allowed == "*") {
        return Some("*".into());
    }
    origins.iter().find(|allowed| *allowed == origin).map(|allowed| allowed.clone().into())
}

/// Marks an answer as readable by the page that asked, where its origin is configured.
pub(super) fn mark(reply: Reply, origins: &[String], origin: Option<&str>) -> Reply {
    if origins.is_empty() {
        return reply;
    }
    let reply = reply.with_header("vary", "origin");
    match origin.and_then(|origin| allowed(origins, origin)) {
        Some(origin) => reply
            .with_header("access-control-allow-origin", origin)
            .with_header("access-control-expose-headers", ANSWER_HEADERS),
        None => reply,
    }
}

/// The answer to `OPTIONS` on a path with these methods.
pub(super) fn preflight(methods: String, origins: &[String], origin: Option<&str>) -> Reply {
    let reply = Reply::no_content().with_header("allow", methods.clone());
    if origin.and_then(|origin| allowed(origins, origin)).is_none() {
        return reply;
    }
    reply
        .with_header("access-control-allow-methods", methods)
        .with_header("access-control-allow-headers", REQUEST_HEADERS)
        .with_header("access-control-max-age", "600")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
        reply.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_ref())
    }

    #[test]
    fn only_configured_origins_are_told() {
        let origins = ["https://a.example".to_owned()];
        let told = |origins: &[String], origin| {
            let reply = mark(Reply::no_content(), origins, origin);
            header(&reply, "access-control-allow-origin").map(str::to_owned)
        };
        assert_eq!(told(&origins, Some("https://a.example")).as_deref(), Some("https://a.example"));
        for other in [Some("https://b.example"), Some("https://a.example.evil"), Some("null"), None] {
            assert_eq!(told(&origins, other), None, "{other:?}");
        }
        assert_eq!(told(&["*".to_owned()], Some("https://b.example")).as_deref(), Some("*"));
        assert_eq!(told(&[], Some("https://a.example")), None);
    }

    #[test]
    fn a_preflight_names_the_methods_of_the_path() {
        let origins = ["https://a.example".to_owned()];
        let reply = preflight("GET, HEAD, OPTIONS".into(), &origins, Some("https://a.example"));
        assert_eq!(header(&reply, "access-control-allow-methods"), Some("GET, HEAD, OPTIONS"));
        let reply = preflight("GET, HEAD, OPTIONS".into(), &origins, Some("https://b.example"));
        assert_eq!(header(&reply, "access-control-allow-methods"), None);
        assert_eq!((reply.status, header(&reply, "allow")), (204, Some("GET, HEAD, OPTIONS")));
    }
}
