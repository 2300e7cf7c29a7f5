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
mod providers;
mod response;
mod routes;
mod stores;
mod telemetry;
mod triggers;
mod wiring;

/// The platform makes its objects by this name.
pub use objects::symbol_stream_do::SymbolStream;
use worker::{Context, Env, MessageBatch, ScheduleContext, ScheduledEvent, event, web_sys};

#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, context: Context) -> worker::Result<web_sys::Response> {
    routes::answer(request, env, context).await
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
