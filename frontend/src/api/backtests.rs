//! Option backtests and the chains that they run over.

use domain::api::{
    Backtest, BacktestConfidence, BacktestEquity, BacktestList, BacktestTrades, BenchmarkData, ChainOfDay,
    HeldChainsList, QueuedBacktest, Reproduction, SharedBacktest, StartSweep, Sweep, SweepEvidence, SweepList,
    SweepRuns,
};
use domain::units::Day;
use serde_json::Value;

use super::{delete, get, post_nothing, post_once};
use crate::load::Failure;
use crate::query::{Query, encode};

/// The link to a run, or to a part of it such as `/trades`; `share` is the token of a link to it, `parameter` a name and a
/// value beside it.
pub(crate) fn backtest_link(id: i64, part: &str, share: Option<String>, parameter: Option<(&str, &str)>) -> String {
    let query = Query::default().with("share", share);
    let query = parameter.into_iter().fold(query, |query, (name, value)| query.with(name, Some(value.to_owned())));
    query.after(&format!("/backtests/{id}{part}"))
}

/// The link to the latest runs.
pub(crate) fn backtests_link() -> String {
    "/backtests?limit=200".to_owned()
}

/// The latest runs.
pub(crate) async fn backtests() -> Result<BacktestList, Failure> {
    get(&backtests_link()).await
}

/// One run.
pub(crate) async fn backtest(id: i64, share: Option<String>) -> Result<Backtest, Failure> {
    get(&backtest_link(id, "", share, None)).await
}

/// The trades of a run.
pub(crate) async fn backtest_trades(id: i64, share: Option<String>) -> Result<BacktestTrades, Failure> {
    get(&backtest_link(id, "/trades", share, None)).await
}

/// The account at every session of a run.
pub(crate) async fn backtest_equity(id: i64, share: Option<String>) -> Result<BacktestEquity, Failure> {
    get(&backtest_link(id, "/equity", share, None)).await
}

/// The closes of a benchmark from a day on until another.
pub(crate) async fn benchmark(ticker: &str, first: Day, last: Day) -> Result<BenchmarkData, Failure> {
    let days = format!("start_date={first}&end_date={last}");
    get(&format!("/benchmark_data?ticker={}&{days}", encode(ticker))).await
}

/// Adds a run; sent again with the same key it is the same run.
pub(crate) async fn start_backtest(strategy: &Value, key: &str) -> Result<QueuedBacktest, Failure> {
    post_once("/backtests", strategy, key).await
}

/// Ends a run that is still going.
pub(crate) async fn cancel_backtest(id: i64) -> Result<Backtest, Failure> {
    post_nothing(&format!("/backtests/{id}/cancel")).await
}

/// Adds the same strategy as a new run.
pub(crate) async fn rerun_backtest(id: i64) -> Result<QueuedBacktest, Failure> {
    post_nothing(&format!("/backtests/{id}/rerun")).await
}

/// Forgets a run and all it left.
pub(crate) async fn delete_backtest(id: i64) -> Result<(), Failure> {
    delete(&format!("/backtests/{id}")).await
}

/// Makes a link for whoever gets it.
pub(crate) async fn share_backtest(id: i64) -> Result<SharedBacktest, Failure> {
    post_nothing(&format!("/backtests/{id}/share")).await
}

/// Makes the link no longer work.
pub(crate) async fn unshare_backtest(id: i64) -> Result<(), Failure> {
    delete(&format!("/backtests/{id}/share")).await
}

/// Runs it again over the very data that it read, and compares.
pub(crate) async fn reproduce_backtest(id: i64, share: Option<String>) -> Result<Reproduction, Failure> {
    get(&backtest_link(id, "/reproduce", share, None)).await
}

/// What chance could have made of a run.
pub(crate) async fn backtest_confidence(id: i64, share: Option<String>) -> Result<BacktestConfidence, Failure> {
    get(&backtest_link(id, "/confidence", share, None)).await
}

/// Adds the run's strategy at several fills as a sweep.
pub(crate) async fn fill_sensitivity(id: i64) -> Result<Sweep, Failure> {
    post_nothing(&format!("/backtests/{id}/fill-sensitivity")).await
}

/// The link to what choosing the best run of a sweep is worth.
pub(crate) fn sweep_evidence_link(id: i64) -> String {
    format!("/sweeps/{id}/evidence")
}

/// What choosing the best run of a sweep is worth.
pub(crate) async fn sweep_evidence(id: i64) -> Result<SweepEvidence, Failure> {
    get(&sweep_evidence_link(id)).await
}

/// The latest sweeps.
pub(crate) async fn sweeps() -> Result<SweepList, Failure> {
    get("/sweeps?limit=200").await
}

/// A sweep with its runs.
pub(crate) async fn sweep(id: i64) -> Result<SweepRuns, Failure> {
    get(&format!("/sweeps/{id}")).await
}

/// Adds a run for each combination; sent again with the same key it is the same sweep.
pub(crate) async fn start_sweep(sweep: &StartSweep, key: &str) -> Result<Sweep, Failure> {
    post_once("/sweeps", sweep, key).await
}

/// The underlyings of which chains are held.
pub(crate) async fn chains() -> Result<HeldChainsList, Failure> {
    get("/chains?limit=1000").await
}

/// The last chain that is held of an underlying.
pub(crate) async fn last_chain(underlying: &str) -> Result<ChainOfDay, Failure> {
    get(&format!("/chains/{}", encode(underlying).replace('/', "%2F"))).await
}
