//! Whatever no route answers: the web app and the documentation's files.

use worker::{Env, RequestInit, web_sys};

use super::request::Method;
use super::respond::{Answer, Body, Reply};
use crate::bindings;
use crate::error::Problem;

/// What a page may load and run: its own files, WebAssembly, and pictures it draws itself.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// What a page may not ask the browser for. The clipboard is only written to, and only when the person says so.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-read=()";

/// Answers with the file at a path, or with the app's page for `/` and everything below `/app`.
pub(super) async fn serve(env: &Env, method: Method, path: &str, if_none_match: Option<&str>) -> Answer {
    let file = if is_app(path) { "/" } else { path };
    let init = RequestInit::new();
    if let Some(tags) = if_none_match {
        init.headers.set("if-none-match", tags)?;
    }
    // The host is not looked at; the binding wants an absolute URL.
    let found = bindings::assets(env)?.fetch(format!("https://assets{file}"), Some(init)).await?;
    let response = web_sys::Response::from(found);
    let status = response.status();
    if !matches!(status, 200 | 304) {
        return Err(Problem::no_such_path(path));
    }
    if !matches!(method, Method::Get | Method::Head) {
        return Err(Problem::method_not_allowed("GET, HEAD".to_owned()));
    }
    let headers = response.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    let mut reply = Reply { status, headers: Vec::new(), body: Body::Stream(response.body()) };
    for name in ["content-type", "content-length", "etag"] {
        if let Some(value) = header(name) {
            reply = reply.with_header(name, value);
        }
    }
    // Names below /assets/ hold a hash of the content; everything else may change with the next deployment.
    let is_hashed = path.starts_with("/assets/");
    reply =
        reply.with_header("cache-control", if is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" });
    if header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
        reply = reply
            .with_header("content-security-policy", PAGE_POLICY)
            .with_header("referrer-policy", "no-referrer")
            .with_header("x-frame-options", "DENY")
            .with_header("cross-origin-opener-policy", "same-origin")
            .with_header("cross-origin-resource-policy", "same-origin")
            .with_header("permissions-policy", PERMISSIONS);
    }
    Ok(reply)
}

fn is_app(path: &str) -> bool {
    path == "/" || path == "/app" || path.starts_with("/app/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_answers_its_own_paths_only() {
        for path in ["/", "/app", "/app/performance"] {
            assert!(is_app(path), "{path}");
        }
        for path in ["/apple", "/application/x", "/docs", "/openapi.json"] {
            assert!(!is_app(path), "{path}");
        }
    }
}
