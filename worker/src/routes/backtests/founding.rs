//! `POST /start_backtest`: the body of the older service, as a strategy of this one.

use domain::api::StartedBacktest;
use domain::options::strategy::FoundingBacktest;

use super::super::request::Call;
use super::super::respond::Answer;
use super::{accepted, id_of_added, submission};
use crate::error::Problem;

/// What the older service ran over.
const UNDERLYING: &str = "SPX";

/// `POST /start_backtest`: a put sold whenever nothing is open.
pub(in crate::routes) async fn start(call: &Call) -> Answer {
    call.query(&[])?;
    let body: FoundingBacktest = call.json().await?;
    let strategy = body.to_strategy(UNDERLYING).map_err(|error| submission::refused(&error))?;
    let strategy = serde_json::to_value(&strategy).map_err(Problem::internal)?;
    let id = id_of_added(call, submission::add(call, strategy).await?).await?;
    accepted(&StartedBacktest { task_id: id.to_string() }, id)
}
