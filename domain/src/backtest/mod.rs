//! The backtest engine: a strategy over historical chains, one session at a time, with honest fills and a ledger that adds up.
//!
//! [`Plan`] is a strategy made ready, [`Run`] the account after some sessions. A run takes a [`ChainDay`] and gives back what
//! the session brought; it keeps only what is open, so that its checkpoint stays small however long the range is. Whoever
//! drives it keeps the sessions and trades. Deterministic: no clock, no randomness, no I/O. Rules: `docs/methods/options.md`.
//!
//! [`ChainDay`]: crate::options::ChainDay

mod another_future;
mod assign;
mod close;
mod events;
pub mod evidence;
mod exits;
mod fees;
mod fill;
mod hash;
mod hedge;
mod ledger;
mod margin;
mod market;
mod open;
mod plan;
mod position;
mod quality;
mod records;
mod report;
mod run;
mod select;
mod settle;
mod signals;
mod size;
mod trade_statistics;
mod wheel;

pub use another_future::{AnotherFuture, MovedRecord, moved_records};
pub use events::{Dividend, Events, SettlementPrice, Split};
pub use plan::Plan;
pub use quality::DataQuality;
pub use records::{
    Attribution, DayRecord, ExitReason, LegFill, NetGreeks, PriceSource, Rejection, Rejections, Step, Trade, TradeFlag,
    TradeLeg,
};
pub use report::{Hashes, NamedStatistic, Report};
pub use run::{CheckpointError, Run, RunError};
pub use trade_statistics::{TradeStatistics, daily_returns};

/// The version of the rules below; a result names the one it was made by.
pub const ENGINE_VERSION: &str = "1";
