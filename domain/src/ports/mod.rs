//! The traits that the jobs need from the world, with the duties of whoever implements them.
//!
//! An error is named by what the caller should do about it. No port speaks of a platform.

mod alerts;
mod backtest_store;
mod chain_catalogue;
mod clock;
mod index_store;
mod job_store;
mod market_data;
mod market_store;
mod object_store;
mod part_store;
mod run_log;

pub use alerts::{Alert, Alerts};
pub use backtest_store::{BacktestEnd, BacktestStore, BacktestTask, CallError, Callback, Caller, UnderlyingHistory};
pub use chain_catalogue::{
    ChainCatalogue, ChainChange, ChainHistory, ChainMonth, ChainObject, ChainSession, Month, PublishedQuotes, QuoteRow,
    QuoteRows, QuoteSink,
};
pub use clock::Clock;
pub use index_store::{Built, IndexStore, RankableSessions};
pub use job_store::{ClaimedJob, JobOutcome, JobStore};
pub use market_data::{Capabilities, DailyMarket, Delivered, MarketData, OptionChains, ProviderError};
pub use market_store::{MarketStore, Origin, Published, Rejection, RowKind, StoreError};
pub use object_store::ObjectStore;
pub use part_store::{Part, PartStore};
pub use run_log::{LoggedFinding, RunEnd, RunLog, RunProgress};
