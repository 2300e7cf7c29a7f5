//! The Worker's entry points: each decodes one event and hands it on.

mod alerts;
mod auth;
#[cfg(feature = "bench")]
pub mod bench;
mod bindings;
mod callbacks;
mod chains;
mod config;
mod error;
mod graphql;
mod jobs;
mod objects;
mod outbound;
mod parquet_columns;
mod promised;
mod providers;
mod response;
mod routes;
mod stores;
mod telemetry;
mod triggers;
mod wiring;

/// The platform makes its objects by this name.
pub use objects::symbol_stream_do::SymbolStream;
use promised::at_once_or_promised;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::{Context, Env, MessageBatch, ScheduleContext, ScheduledEvent, console_error, event, web_sys, worker_sys};

/// Answers a request. It is written for the platform itself, because the macro of the `worker` crate promises every answer.
///
/// # Errors
/// None that a request can cause.
#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen, js_sys = ::worker::js_sys)]
pub fn fetch(request: web_sys::Request, env: Env, context: worker_sys::Context) -> Result<JsValue, JsValue> {
    at_once_or_promised(async move {
        let answer = routes::answer(request, env, Context::new(context)).await.or_else(|error| {
            console_error!("{error}");
            worker::Response::error("INTERNAL SERVER ERROR", 500).map(web_sys::Response::from)
        })?;
        Ok(answer)
    })
}

#[event(scheduled)]
async fn scheduled(event: ScheduledEvent, env: Env, _ctx: ScheduleContext) {
    triggers::cron::fired(&event.cron(), env).await;
}

#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, _ctx: Context) -> worker::Result<()> {
    triggers::queue::received(&batch, env).await;
    Ok(())
}
