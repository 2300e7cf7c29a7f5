//! The route table, and the one way from a request to a response.

mod assets;
pub(crate) mod cached;
mod etag;
mod operations;
mod path;
pub(crate) mod query;
mod request;
mod respond;

use worker::{Context, Env, web_sys};

use crate::auth::{self, Access, Principal};
use crate::config::{AuthMode, Config};
use crate::error::Problem;
use crate::telemetry;
use crate::wiring::PlatformClock;
use domain::ports::Clock;
use path::Params;
pub(crate) use request::{Call, Method};
pub(crate) use respond::{Answer, Reply};

/// One line of the table.
struct Route {
    method: Method,
    pattern: &'static str,
    access: Access,
    handler: request::Handler,
}

/// Writes the table as lines: method, pattern, who may, what answers.
macro_rules! table {
    ($($method:ident $pattern:literal ($access:expr) $handler:path;)*) => {
        &[$(Route {
            method: Method::$method,
            pattern: $pattern,
            access: $access,
            handler: |call| Box::pin($handler(call)),
        }),*]
    };
}

/// Every route of the API. `HEAD` works wherever `GET` does; where two patterns match, the first line answers.
#[rustfmt::skip]
static ROUTES: &[Route] = table! {
    Get    "/health"                (Access::Public)    operations::health;
};

/// What the table says about a path.
enum Found {
    Route(&'static Route),
    /// The path exists, but not with this method.
    Other(String),
    Nothing,
}

fn find(method: Method, path: &str) -> Found {
    let wanted = if method == Method::Head { Method::Get } else { method };
    let mut allowed: Vec<&str> = Vec::new();
    for route in ROUTES.iter().filter(|route| path::matches(route.pattern, path)) {
        if route.method == wanted {
            return Found::Route(route);
        }
        allowed.push(route.method.name());
        if route.method == Method::Get {
            allowed.push(Method::Head.name());
        }
    }
    if allowed.is_empty() {
        return Found::Nothing;
    }
    allowed.push(Method::Options.name());
    Found::Other(allowed.join(", "))
}

/// Answers one request, whatever happens.
pub(crate) async fn answer(request: web_sys::Request, env: Env, context: Context) -> worker::Result<web_sys::Response> {
    let method = Method::from_name(&request.method());
    let request_id = telemetry::next_request_id();
    let answer = reply_to(request, env, context, method, &request_id).await;
    let reply = answer.unwrap_or_else(|problem| {
        telemetry::log_problem(&request_id, &problem);
        Reply::problem(&problem)
    });
    let reply = reply.with_header("x-request-id", request_id).with_header("x-content-type-options", "nosniff");
    Ok(reply.into_response(method != Method::Head)?)
}

async fn reply_to(request: web_sys::Request, env: Env, context: Context, method: Method, request_id: &str) -> Answer {
    let config = Config::of_isolate(&env).map_err(|error| Problem::misconfigured(error.to_string()))?;
    let url = request.url();
    let (raw_path, raw_query) = split_url(&url);
    let path = path::normalised(raw_path);
    if config.is_insecure() && path != "/health" {
        return Err(Problem::insecure_configuration());
    }
    let route = match find(method, path) {
        Found::Route(route) => route,
        Found::Other(allow) => return Err(Problem::method_not_allowed(allow)),
        Found::Nothing => return assets::serve(&env, method, path).await,
    };
    let params: Params = path::params(route.pattern, path).ok_or_else(Problem::malformed_url)?;
    let principal = if config.auth_mode == AuthMode::Open { Principal::local() } else { Principal::anonymous() };
    auth::permit(&principal, route.access, &config)?;
    let call = Call {
        headers: request.headers(),
        raw_query: raw_query.to_owned(),
        params,
        db: std::cell::OnceCell::new(),
        context,
        env,
        config,
        method,
        route: route.pattern,
        principal,
        request_id: request_id.to_owned(),
        now: PlatformClock.now(),
        request,
    };
    (route.handler)(&call).await
}

/// The path and the query of an absolute URL.
fn split_url(url: &str) -> (&str, &str) {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let path_at = url[after_scheme..].find('/').map_or(url.len(), |at| after_scheme + at);
    let rest = url[path_at..].split('#').next().unwrap_or_default();
    rest.split_once('?').unwrap_or((rest, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_split_into_path_and_query() {
        assert_eq!(split_url("https://host/a/b?x=1&y=/?#z"), ("/a/b", "x=1&y=/?"));
        assert_eq!(split_url("http://host:8787/"), ("/", ""));
    }

    #[test]
    fn head_is_get_and_other_methods_are_named() {
        assert!(matches!(find(Method::Head, "/health"), Found::Route(_)));
        assert!(matches!(find(Method::Post, "/health"), Found::Other(allow) if allow == "GET, HEAD, OPTIONS"));
        assert!(matches!(find(Method::Get, "/healthy"), Found::Nothing));
    }

    #[test]
    fn no_two_lines_answer_the_same_request() {
        for (index, route) in ROUTES.iter().enumerate() {
            assert!(route.pattern.starts_with('/') && !route.pattern.ends_with('/'), "{}", route.pattern);
            let same = |other: &&Route| other.method == route.method && other.pattern == route.pattern;
            assert_eq!(ROUTES.iter().filter(same).count(), 1, "line {index}: {}", route.pattern);
        }
    }
}
