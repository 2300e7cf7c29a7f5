//! Backtests: what is asked for and how a run stands.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backtest::{DayRecord, Report, Trade};
use crate::units::{Day, iso_day};

/// A run that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueuedBacktest {
    /// Its number.
    pub id: i64,
    /// `queued`, or how it stands where the same request was sent before.
    pub status: String,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestProgress {
    /// 0 to 1.
    pub fraction: f64,
    /// The last session done.
    #[serde(with = "iso_day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub current_date: Option<Day>,
    /// Sessions done.
    pub sessions_done: u64,
    /// Sessions of the range; 0 until they are known.
    pub sessions: u64,
    /// The equity after the last session done.
    pub equity: Option<f64>,
    /// What is left at the pace so far, seconds; `null` unless it is running and has done some.
    #[serde(default)]
    pub seconds_left: Option<f64>,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestError {
    /// Stable and machine-readable.
    pub code: String,
    /// For a person.
    pub message: String,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Backtest {
    /// Its number.
    pub id: i64,
    /// `queued`, `running`, `succeeded`, `failed` or `cancelled`.
    pub status: String,
    /// What its author calls it.
    pub name: Option<String>,
    /// The underlying.
    pub underlying: String,
    /// Words by which its author finds it again.
    pub tags: Vec<String>,
    /// How far it is.
    pub progress: BacktestProgress,
    /// The first session of the range, once it is known.
    #[serde(with = "iso_day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub start_date: Option<Day>,
    /// The last session of the range.
    #[serde(with = "iso_day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub end_date: Option<Day>,
    /// The strategy, every default written out.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub parameters: Value,
    /// What came out; `null` until it succeeded.
    pub report: Option<Report>,
    /// Why it failed; `null` unless it did.
    pub error: Option<BacktestError>,
    /// The sweep it belongs to.
    pub sweep_id: Option<i64>,
    /// What the sweep varied in it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub varied: Option<Value>,
    /// Whether a link to it was given out.
    pub shared: bool,
    /// `pending`, `delivered` or `failed`; `null` where no callback was asked for.
    pub callback_status: Option<String>,
    /// Unix milliseconds, UTC.
    pub created_at: i64,
    /// Unix milliseconds, UTC.
    pub started_at: Option<i64>,
    /// Unix milliseconds, UTC.
    pub finished_at: Option<i64>,
}

/// A page of runs, the latest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestList {
    /// At most `limit` of them.
    pub data: Vec<Backtest>,
    /// Where the next page begins; `null` at the end.
    pub next_cursor: Option<String>,
}

/// Every trade of a run, in the order in which they were closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestTrades {
    /// The run.
    pub id: i64,
    /// The trades.
    pub trades: Vec<Trade>,
}

/// The account at every session of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestEquity {
    /// The run.
    pub id: i64,
    /// The sessions.
    pub data: Vec<DayRecord>,
}

/// Whether a run gives the same again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reproduction {
    /// The run.
    pub id: i64,
    /// Whether every hash is the same.
    pub reproduced: bool,
    /// Whether the chains that the run read are still those that count.
    pub data_is_current: bool,
    /// Sessions that were run again.
    pub sessions: u64,
    /// What the run had noted.
    pub expected: crate::backtest::Hashes,
    /// What came out now.
    pub found: crate::backtest::Hashes,
}

/// A link that lets whoever has it read a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedBacktest {
    /// The run.
    pub id: i64,
    /// The token; it is shown once.
    pub token: String,
    /// Where the run is read with it; `/trades?share=` and the like work as well.
    pub url: String,
}

/// A grid of parameters over one strategy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartSweep {
    /// What its author calls it.
    #[serde(default)]
    pub name: Option<String>,
    /// The strategy as `POST /backtests` takes it.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub strategy: Value,
    /// Path of a field, such as `legs[0].select.target`, and its values; every combination is a run.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub grid: serde_json::Map<String, Value>,
}

/// A sweep and how its runs stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sweep {
    /// Its number.
    pub id: i64,
    /// What its author calls it.
    pub name: Option<String>,
    /// What is varied.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub grid: Value,
    /// Runs in it.
    pub runs: u64,
    /// Runs that have come to an end.
    pub ended: u64,
    /// Unix milliseconds, UTC.
    pub created_at: i64,
}

/// A page of sweeps, the latest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SweepList {
    /// At most `limit` of them.
    pub data: Vec<Sweep>,
    /// Where the next page begins; `null` at the end.
    pub next_cursor: Option<String>,
}

/// A sweep with its runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SweepRuns {
    /// The sweep.
    pub sweep: Sweep,
    /// Its runs, the latest first.
    pub runs: Vec<Backtest>,
}

/// The answer of the older service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartedBacktest {
    /// The run's number, as in `GET /backtests/{id}`.
    pub task_id: String,
}

/// Closes of a benchmark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BenchmarkData {
    /// The security.
    pub ticker: String,
    /// Its closes, ascending.
    pub data: Vec<BenchmarkClose>,
}

/// One close.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BenchmarkClose {
    /// The session.
    #[serde(with = "iso_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The close.
    pub close: f64,
}

/// `POST /backtests/{id}/look-ahead-check`; every field may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BacktestLookAheadCheck {
    /// Sessions to try, 1 to 10; default 3. Each is a whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u32>,
    /// Draws other sessions and another future; default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// What another future moved in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestLookAheadReport {
    /// The run.
    pub id: i64,
    /// What sessions and futures were drawn with.
    pub seed: u64,
    /// Nothing before a changed session moved, and every change was felt from it on.
    pub passed: bool,
    /// Sessions tried.
    pub checked_sessions: usize,
    /// What came of each.
    pub sessions: Vec<BacktestLookAheadSession>,
}

/// One session tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestLookAheadSession {
    /// Every quote and price of the underlying of this session and later was changed, in a copy.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub perturbed_from: Day,
    /// Sessions before it, whose records must stay to the bit.
    pub sessions_before: usize,
    /// Trades opened before it: their entries must stay, and those that were closed before it must stay as a whole.
    pub trades_before: usize,
    /// The price of that session is another, so that the check was able to see.
    pub perturbation_felt: bool,
    /// What did not stay; empty where nothing of the future reaches the past.
    pub moved: Vec<MovedBacktestRecord>,
}

/// Something that should have stayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovedBacktestRecord {
    /// `session`, `closed_trade` or `entry`.
    pub what: String,
    /// The session, or that of the trade's exit or entry.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The trade.
    pub trade_id: Option<u32>,
}
