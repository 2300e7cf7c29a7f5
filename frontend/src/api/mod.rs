//! HTTP to our own API: one way out, with the credential that the person gave, and problems decoded.

mod backtests;
mod indices;
mod market;
mod people;
mod research;
mod streams;
mod upload;

pub(crate) use backtests::{
    backtest, backtest_confidence, backtest_equity, backtest_link, backtest_trades, backtests, backtests_link,
    benchmark, cancel_backtest, chains, delete_backtest, fill_sensitivity, last_chain, reproduce_backtest,
    rerun_backtest, share_backtest, start_backtest, start_sweep, sweep, sweep_evidence, sweep_evidence_link, sweeps,
    unshare_backtest,
};
pub(crate) use indices::{
    build, changes, changes_link, composition, composition_link, explanation, explanation_link, indices, performance,
    performance_link,
};
pub(crate) use market::{Bar, Bars, bars, bars_link, coverage, imports, ingestions, providers, undo_import};
pub(crate) use people::{create_key, exchange_code, keys, revoke_key, sign_in_options};
pub(crate) use research::{
    check_look_ahead, definitions, forget_definition, keep_definition, research_link, what_if, what_if_held,
};
pub(crate) use streams::{add_batch, forget_stream, stream_live_link, stream_stats, stream_stats_link, stream_symbols};
pub(crate) use upload::upload;

use domain::api::ProblemBody;
use gloo_net::http::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use web_sys::AbortController;

use crate::credential::credential;
use crate::load::Failure;

/// Ends the request when the answer is no longer wanted.
struct Guard(Option<AbortController>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(controller) = self.0.take() {
            controller.abort();
        }
    }
}

fn unreachable(error: &gloo_net::Error) -> Failure {
    Failure::of("No answer", format!("The service does not answer ({error})."))
}

/// A refusal in the service's own words, where they can be read.
fn problem(status: u16, text: &str) -> Failure {
    match serde_json::from_str::<ProblemBody>(text) {
        Ok(problem) => Failure {
            status,
            title: problem.title.into_owned(),
            detail: problem.detail,
            code: problem.code.into_owned(),
            errors: problem.errors.into(),
            nearest_sessions: problem.nearest_sessions.into(),
        },
        Err(_) => Failure {
            status,
            title: "The service failed".to_owned(),
            detail: format!("It answered with status {status} and no explanation."),
            ..Failure::default()
        },
    }
}

async fn send(method: Method, link: &str, body: Option<String>) -> Result<Response, Failure> {
    send_once(method, link, body, None).await
}

/// With a key a request that is sent again is the same one.
async fn send_once(method: Method, link: &str, body: Option<String>, key: Option<&str>) -> Result<Response, Failure> {
    let body = body.map(|body| ("application/json", JsValue::from(body)));
    send_whole(method, link, body, key).await
}

/// Sends a body of another kind than JSON.
async fn send_as(method: Method, link: &str, kind: &'static str, body: JsValue) -> Result<Response, Failure> {
    send_whole(method, link, Some((kind, body)), None).await
}

async fn send_whole(
    method: Method,
    link: &str,
    body: Option<(&'static str, JsValue)>,
    key: Option<&str>,
) -> Result<Response, Failure> {
    let controller = AbortController::new().ok();
    let signal = controller.as_ref().map(AbortController::signal);
    let mut guard = Guard(controller);
    let mut request = RequestBuilder::new(link).method(method).abort_signal(signal.as_ref());
    if let Some(header) = credential().header() {
        request = request.header("authorization", &header);
    }
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let request = match body {
        Some((kind, body)) => request.header("content-type", kind).body(body),
        None => request.build(),
    };
    let answer = request.map_err(|error| unreachable(&error))?.send().await;
    let response = answer.map_err(|error| unreachable(&error))?;
    guard.0 = None;
    if response.ok() {
        return Ok(response);
    }
    Err(problem(response.status(), &response.text().await.unwrap_or_default()))
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    let text = response.text().await.map_err(|error| unreachable(&error))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::of("Unreadable answer", format!("The service's answer could not be read ({error}).")))
}

/// The JSON at a link.
pub(crate) async fn get<T: DeserializeOwned>(link: &str) -> Result<T, Failure> {
    read(send(Method::GET, link, None).await?).await
}

fn written(body: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(body).map_err(|error| Failure::of("Not sent", error.to_string()))
}

/// Sends JSON, and reads the answer.
pub(crate) async fn post<T: DeserializeOwned>(link: &str, body: &impl Serialize) -> Result<T, Failure> {
    read(send(Method::POST, link, Some(written(body)?)).await?).await
}

/// Sends JSON under a key that makes sending it again harmless, and reads the answer.
pub(crate) async fn post_once<T: DeserializeOwned>(link: &str, body: &impl Serialize, key: &str) -> Result<T, Failure> {
    read(send_once(Method::POST, link, Some(written(body)?), Some(key)).await?).await
}

/// The bytes at a link.
pub(crate) async fn file(link: &str) -> Result<Vec<u8>, Failure> {
    send(Method::GET, link, None).await?.binary().await.map_err(|error| unreachable(&error))
}

/// Asks for something to be done, without a body.
pub(crate) async fn post_nothing<T: DeserializeOwned>(link: &str) -> Result<T, Failure> {
    read(send(Method::POST, link, None).await?).await
}

/// Removes what is at a link.
pub(crate) async fn delete(link: &str) -> Result<(), Failure> {
    send(Method::DELETE, link, None).await.map(drop)
}
