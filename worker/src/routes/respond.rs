//! What a handler answers, and how it becomes a response.

use std::borrow::Cow;

use serde::Serialize;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::JsFuture;
use worker::{js_sys, web_sys};

use crate::auth::Allowance;
use crate::error::Problem;
use crate::response::response_init;

/// What every handler returns.
pub(crate) type Answer = Result<Reply, Problem>;

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, Cow<'static, str>)>,
    pub(super) body: Body,
}

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum Body {
    /// None.
    Empty,
    /// Made for this request.
    Bytes(Vec<u8>),
    /// Kept between requests, in JavaScript's heap.
    Shared(js_sys::Uint8Array),
    /// Passed on from another service as it comes.
    Stream(Option<web_sys::ReadableStream>),
    /// The whole response is another service's: the open end of a WebSocket.
    Upgraded(web_sys::Response),
    /// JSON that an object wrote for the client, with the headers that every answer has.
    Written(web_sys::Response),
}

impl Reply {
    /// 200 with a value as JSON.
    ///
    /// # Errors
    /// 500 when the value has no JSON form, which is a defect of its type.
    pub(crate) fn json<T: Serialize>(value: &T) -> Answer {
        let body = serde_json::to_vec(value).map_err(Problem::internal)?;
        Ok(Self::of("application/json", body))
    }

    /// 200 with bytes of a content type.
    pub(crate) fn of(content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status: 200, headers: vec![("content-type", content_type.into())], body: Body::Bytes(body) }
    }

    /// 101: the connection is a WebSocket from here on. No header can be added to it.
    pub(crate) const fn upgraded(response: web_sys::Response) -> Self {
        Self { status: 101, headers: Vec::new(), body: Body::Upgraded(response) }
    }

    /// 200 with JSON that an object wrote for the client: it goes out as it is, unless something has to be added to it.
    pub(crate) const fn written(response: web_sys::Response) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Written(response) }
    }

    /// The response that an object wrote, where nothing was added to it.
    pub(super) fn as_written(&self) -> Option<web_sys::Response> {
        match &self.body {
            Body::Written(response) if self.headers.is_empty() => Some(Clone::clone(response)),
            _ => None,
        }
    }

    /// The same with the bytes of what an object wrote, so that headers can be added.
    ///
    /// # Errors
    /// Whatever the platform says when the object's answer breaks off.
    pub(super) async fn read_whole(mut self) -> worker::Result<Self> {
        if let Body::Written(response) = self.body {
            let buffer = JsFuture::from(response.array_buffer()?).await?;
            self.body = Body::Shared(js_sys::Uint8Array::new(&buffer));
            self.headers.push(("content-type", "application/json".into()));
            self.headers.push(("cache-control", "no-store".into()));
        }
        Ok(self)
    }

    /// The same, not to be kept by anyone unless the route has said otherwise: most answers are of who asks and of this moment.
    pub(super) fn kept_by_nobody_unless_said(mut self) -> Self {
        if !self.headers.iter().any(|(name, _)| *name == "cache-control") {
            self.headers.push(("cache-control", "no-store".into()));
        }
        self
    }

    /// 204.
    pub(crate) const fn no_content() -> Self {
        Self { status: 204, headers: Vec::new(), body: Body::Empty }
    }

    /// 304: the client's copy is still good.
    pub(super) fn not_modified() -> Self {
        Self { status: 304, headers: Vec::with_capacity(8), body: Body::Empty }
    }

    /// The same with another status below 400; failures are [`Problem`]s.
    #[must_use]
    pub(crate) const fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with one more header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same, saying which version of the stored data it was made from.
    #[must_use]
    pub(crate) fn with_data_version(self, version: i64) -> Self {
        self.with_header("x-data-version", version.to_string())
    }

    /// The same, saying how many requests are left, where they are counted.
    #[must_use]
    pub(super) fn with_allowance(self, allowance: Option<Allowance>) -> Self {
        let Some(allowance) = allowance else { return self };
        self.with_header("ratelimit-limit", allowance.limit.to_string())
            .with_header("ratelimit-remaining", allowance.remaining.to_string())
            .with_header("ratelimit-reset", allowance.reset_s.to_string())
    }

    /// A problem as it is sent.
    pub(super) fn problem(problem: &Problem) -> Self {
        let body = serde_json::to_vec(problem.body()).unwrap_or_default();
        let mut reply = Self::of("application/problem+json", body).with_status(problem.status());
        if let Some(allow) = problem.allow() {
            reply = reply.with_header("allow", allow.to_owned());
        }
        if let Some(seconds) = problem.body().retry_after_s {
            reply = reply.with_header("retry-after", seconds.to_string());
        }
        if problem.status() == 401 {
            reply = reply.with_header("www-authenticate", "Bearer");
        }
        reply
    }

    /// The platform's response. Without `with_body` the headers say what the body would be, and there is none.
    ///
    /// # Errors
    /// Whatever the platform refuses: a header value that is not Latin-1, a status out of range.
    pub(super) fn into_response(self, with_body: bool) -> Result<web_sys::Response, JsValue> {
        if let Body::Upgraded(response) | Body::Written(response) = self.body {
            return Ok(response);
        }
        // The answer to `HEAD` says how long the body is that `GET` would send.
        let length = match &self.body {
            Body::Bytes(bytes) if !with_body => Some(bytes.len().to_string()),
            Body::Shared(array) if !with_body => Some(array.length().to_string()),
            _ => None,
        };
        let headers = self.headers.iter().map(|(name, value)| (*name, value.as_ref()));
        let init =
            response_init(self.status, headers.chain(length.as_deref().map(|length| ("content-length", length))))?;
        match self.body {
            Body::Bytes(bytes) if with_body => {
                let array = js_sys::Uint8Array::from(bytes.as_slice());
                web_sys::Response::new_with_opt_buffer_source_and_init(Some(&array), &init)
            }
            Body::Shared(array) if with_body => {
                web_sys::Response::new_with_opt_buffer_source_and_init(Some(&array), &init)
            }
            Body::Stream(stream) if with_body => {
                web_sys::Response::new_with_opt_readable_stream_and_init(stream.as_ref(), &init)
            }
            _ => web_sys::Response::new_with_opt_str_and_init(None, &init),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_is_allowed_and_when_to_come_back() {
        let reply = Reply::problem(&Problem::method_not_allowed("GET, HEAD".into()));
        assert_eq!(reply.status, 405);
        assert!(reply.headers.contains(&("allow", "GET, HEAD".into())));
        let reply = Reply::problem(&Problem::rate_limited(60, 7));
        assert!(reply.headers.contains(&("retry-after", "7".into())));
        assert!(reply.headers.contains(&("content-type", "application/problem+json".into())));
    }
}
