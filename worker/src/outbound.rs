//! The one outbound fetch of the product.
//!
//! Every request that leaves the Worker goes through [`fetch`]: it has a time-out over the whole exchange, a limit on the
//! body, and never follows a redirect to another origin, so that a credential sent to one host cannot reach another.

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use worker::{AbortController, AbortSignal, Delay, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Url};

/// Redirects followed within the same origin before giving up.
const MAX_REDIRECTS: usize = 3;

/// One request. It has no `Debug`: its headers may hold a credential.
pub(crate) struct OutboundRequest {
    /// Absolute, http or https.
    pub(crate) url: String,
    /// Sent as they are.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The JSON text to POST; absent for a GET.
    pub(crate) json: Option<String>,
    /// The form to POST (`application/x-www-form-urlencoded`); absent for anything else.
    pub(crate) form: Option<String>,
    /// Milliseconds until the last byte of the answer.
    pub(crate) timeout_ms: u32,
    /// The longest body accepted, bytes.
    pub(crate) max_bytes: usize,
    /// Whether a redirect within the same origin is followed; otherwise it is the answer.
    pub(crate) follow_redirects: bool,
}

/// What came back, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutboundAnswer {
    pub(crate) status: u16,
    /// The `content-type` header, as sent.
    pub(crate) content_type: Option<String>,
    /// The `retry-after` header, as sent: seconds or an HTTP date.
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutboundError {
    #[error("no complete answer within {0} ms")]
    TimedOut(u32),
    #[error("the connection failed: {0}")]
    Unreachable(String),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("redirected to another origin")]
    RedirectedAway,
}

impl From<worker::Error> for OutboundError {
    fn from(error: worker::Error) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// Sends one request and reads the answer to its end.
pub(crate) async fn fetch(request: &OutboundRequest) -> Result<OutboundAnswer, OutboundError> {
    let controller = AbortController::default();
    let signal = controller.signal();
    let exchange = pin!(exchange(request, &signal));
    let deadline = pin!(Delay::from(Duration::from_millis(u64::from(request.timeout_ms))));
    match select(exchange, deadline).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            controller.abort();
            Err(OutboundError::TimedOut(request.timeout_ms))
        }
    }
}

async fn exchange(request: &OutboundRequest, signal: &AbortSignal) -> Result<OutboundAnswer, OutboundError> {
    let mut url = Url::parse(&request.url).map_err(|error| OutboundError::Unreachable(error.to_string()))?;
    for _ in 0..=MAX_REDIRECTS {
        let mut response = Fetch::Request(platform_request(request, &url)?).send_with_signal(signal).await?;
        let status = response.status_code();
        let location = response.headers().get("location")?;
        if let (true, 300..=399, Some(location)) = (request.follow_redirects, status, location) {
            url = redirect_target(&url, &location)?;
            continue;
        }
        let content_type = response.headers().get("content-type")?;
        let retry_after = response.headers().get("retry-after")?;
        let body = read_body(&mut response, request.max_bytes).await?;
        return Ok(OutboundAnswer { status, content_type, retry_after, body });
    }
    Err(OutboundError::Unreachable(format!("more than {MAX_REDIRECTS} redirects")))
}

fn platform_request(request: &OutboundRequest, url: &Url) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_redirect(RequestRedirect::Manual);
    let json = request.json.as_ref().map(|json| (json, "application/json"));
    let form = request.form.as_ref().map(|form| (form, "application/x-www-form-urlencoded"));
    if let Some((body, kind)) = json.or(form) {
        headers.set("content-type", kind)?;
        init.with_method(Method::Post).with_body(Some(body.as_str().into()));
    }
    Request::new_with_init(url.as_str(), init.with_headers(headers))
}

fn redirect_target(from: &Url, location: &str) -> Result<Url, OutboundError> {
    let target = from.join(location).map_err(|error| OutboundError::Unreachable(error.to_string()))?;
    if target.origin() == from.origin() { Ok(target) } else { Err(OutboundError::RedirectedAway) }
}

async fn read_body(response: &mut worker::Response, max_bytes: usize) -> Result<Vec<u8>, OutboundError> {
    let mut body = Vec::new();
    if matches!(response.body(), worker::ResponseBody::Empty) {
        return Ok(body);
    }
    let mut chunks = response.stream()?;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        if body.len() + chunk.len() > max_bytes {
            return Err(OutboundError::TooLong(max_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_stays_within_its_origin() {
        let from = Url::parse("https://api.example.com/v2/a?b=c").unwrap();
        assert_eq!(redirect_target(&from, "/v3/a").unwrap().as_str(), "https://api.example.com/v3/a");
        for elsewhere in
            ["https://example.com/", "http://api.example.com/", "//evil.example/", "https://api.example.com:8443/"]
        {
            assert_eq!(redirect_target(&from, elsewhere), Err(OutboundError::RedirectedAway), "{elsewhere}");
        }
    }
}
