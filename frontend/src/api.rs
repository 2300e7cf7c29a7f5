//! HTTP to our own API.

use gloo_net::http::Request;
use serde::Deserialize;

/// The part of `GET /index-performance` that the app draws.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Performance {
    /// The index's slug.
    pub index: String,
    /// Whether the prices are made up by the sample provider.
    #[serde(default)]
    pub synthetic: bool,
    /// One entry a session, oldest first.
    pub data: Vec<Session>,
}

/// One session of an index.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Session {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// The base value times the growth since the first session asked for.
    pub level: f64,
    /// Fraction; absent where no data of the session before is held.
    pub daily_return: Option<f64>,
    /// How many members were chosen that day.
    pub constituents: u32,
}

/// Why there is nothing to draw.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// 404: nothing of it has been built or stored yet.
    Absent(String),
    /// Anything else, for a person.
    Failed(String),
}

/// The problem documents of the service.
#[derive(Deserialize)]
struct Problem {
    title: String,
    detail: Option<String>,
}

/// The whole built range of the default index.
pub(crate) async fn performance() -> Result<Performance, Failure> {
    let unreachable = |error: gloo_net::Error| Failure::Failed(format!("The service does not answer ({error})."));
    let response = Request::get("/index-performance").send().await.map_err(unreachable)?;
    if response.ok() {
        return response
            .json()
            .await
            .map_err(|error| Failure::Failed(format!("The service's answer could not be read ({error}).")));
    }
    let status = response.status();
    let message = match response.json::<Problem>().await {
        Ok(problem) => problem.detail.unwrap_or(problem.title),
        Err(_) => format!("The service answered with status {status}."),
    };
    Err(if status == 404 { Failure::Absent(message) } else { Failure::Failed(message) })
}
