//! Requests in which every status is an answer, and only a broken connection is an error.

use std::time::Duration;

use serde_json::Value;
use ureq::http;

/// One request on its way.
pub struct Request {
    method: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: &'static str, url: String) -> Self {
        Self { method, url, headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// Sets the body as it is.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it.
    ///
    /// # Errors
    /// The connection broke, or no answer came within two minutes.
    pub fn try_send(self) -> Result<Reply, ureq::Error> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_mins(2)));
        let agent = ureq::Agent::new_with_config(config.build());
        let builder = http::Request::builder().method(self.method).uri(self.url);
        let request = self.headers.iter().fold(builder, |request, (name, value)| request.header(name, value));
        let mut response = if self.body.is_empty() && matches!(self.method, "GET" | "HEAD" | "OPTIONS" | "DELETE") {
            agent.run(request.body(()).unwrap())?
        } else {
            agent.run(request.body(self.body).unwrap())?
        };
        let body = response.body_mut().with_config().limit(1 << 30).read_to_vec()?;
        Ok(Reply { status: response.status().as_u16(), headers: response.headers().clone(), body })
    }

    /// Sends it to a server that is expected to live.
    ///
    /// # Panics
    /// Where [`Request::try_send`] is an error.
    #[must_use]
    pub fn send(self) -> Reply {
        let what = format!("{} {}", self.method, self.url);
        self.try_send().unwrap_or_else(|error| panic!("{what}: {error}"))
    }
}

/// What came back.
pub struct Reply {
    /// The status.
    pub status: u16,
    headers: http::HeaderMap,
    /// The body, decoded from its content encoding.
    pub body: Vec<u8>,
}

impl Reply {
    /// A header, or `None`.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// Where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// The same answer, after checking its status; a failure shows the body.
    ///
    /// # Panics
    /// Where the status is another.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// Checks that this is a problem document with this status and code, and returns it.
    ///
    /// # Panics
    /// Where it is not.
    #[must_use]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let reply = self.expect(status);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{}", reply.text());
        let problem = reply.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        problem
    }
}
