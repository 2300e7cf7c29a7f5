//! What operators ask: is it alive, can it work, how does it do.

use domain::api::Health;

use super::request::Call;
use super::respond::{Answer, Reply};

/// `GET /health`: alive, and nothing is asked of anyone.
pub(super) async fn health(call: &Call) -> Answer {
    call.query(&[])?;
    Reply::json(&Health { status: "ok".to_owned() })
}
