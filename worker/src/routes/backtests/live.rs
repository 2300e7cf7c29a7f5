//! `/backtests/{id}/live`: a run's progress and equity over a WebSocket, until it ends.
//!
//! The socket asks the database twice a second and speaks when something has changed, so it needs no object of its own and
//! whoever reconnects misses nothing.

use std::time::Duration;

use serde_json::json;
use worker::{Delay, Env, WebSocket, WebSocketPair};

use super::super::request::Call;
use super::super::respond::{Answer, Reply};
use super::{is_open, readable};
use crate::error::Problem;
use crate::stores::d1::backtests::D1Backtests;
use crate::stores::sha256_hex;
use crate::wiring;

const EVERY: Duration = Duration::from_millis(500);
/// A run takes minutes; a socket that is open for an hour was forgotten.
const MOST_QUESTIONS: u32 = 7_200;

/// Whose run is watched.
struct Watched {
    env: Env,
    id: i64,
    owner: String,
    share_hash: Option<String>,
}

/// `GET /backtests/{id}/live`.
pub(in crate::routes) async fn live(call: &Call) -> Answer {
    let run = readable(call, &[]).await?;
    if !call.header("upgrade").is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket")) {
        return Err(Problem::upgrade_required());
    }
    let share_hash = call.query(&["share"])?.text("share").map(sha256_hex);
    let watched = Watched { env: call.env.clone(), id: run.id, owner: call.principal.owner().to_owned(), share_hash };
    let pair = WebSocketPair::new()?;
    pair.server.accept()?;
    let server = pair.server;
    call.after(async move {
        // One that has gone away hears nothing, and that ends it.
        let _gone = tell(&server, &watched).await;
        let _closed = server.close(Some(1_000), Some("the run has ended"));
    });
    let response = worker::Response::from_websocket(pair.client)?;
    Ok(Reply::upgraded(response.into()))
}

async fn tell(socket: &WebSocket, watched: &Watched) -> Result<(), Problem> {
    let db = wiring::database(&watched.env)?;
    let mut told = String::new();
    for _ in 0..MOST_QUESTIONS {
        let run = D1Backtests(&db).get(watched.id, &watched.owner, watched.share_hash.as_deref()).await?;
        let Some(run) = run else { return Ok(()) };
        let message = json!({
            "id": run.id, "status": run.status, "progress": run.progress, "error": run.error,
        });
        let message = message.to_string();
        if message != told {
            socket.send_with_str(&message)?;
            told = message;
        }
        if !is_open(&run) {
            return Ok(());
        }
        Delay::from(EVERY).await;
    }
    Ok(())
}
