//! The Worker's entry points: each decodes one event and hands it on.

mod alerts;
mod bindings;
mod outbound;
mod providers;
mod routes;
mod triggers;

use worker::{Context, Env, MessageBatch, Request, Response, ScheduleContext, ScheduledEvent, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> worker::Result<Response> {
    routes::answer(request, env).await
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
