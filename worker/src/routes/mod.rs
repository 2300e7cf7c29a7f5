//! The route table.

use worker::{Env, Request, Response};

use crate::bindings;

/// Answers one request.
pub(crate) async fn answer(request: Request, env: Env) -> worker::Result<Response> {
    if request.path() == "/health" {
        return Response::from_json(&serde_json::json!({"status": "ok"}));
    }
    bindings::assets(&env)?.fetch_request(request).await
}
