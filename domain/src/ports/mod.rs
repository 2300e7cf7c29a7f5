//! The traits that the jobs need from the world, with the duties of whoever implements them.
//!
//! An error is named by what the caller should do about it. No port speaks of a platform.

mod alerts;
mod clock;
mod index_store;
mod job_store;
mod market_data;
mod market_store;
mod part_store;
mod run_log;

pub use alerts::{Alert, Alerts};
pub use clock::Clock;
pub use index_store::{Built, IndexStore, RankableSessions};
pub use job_store::{ClaimedJob, JobOutcome, JobStore};
pub use market_data::{Capabilities, DailyMarket, Delivered, MarketData, ProviderError};
pub use market_store::{MarketStore, Origin, Published, Rejection, RowKind, StoreError};
pub use part_store::{Part, PartStore};
pub use run_log::{RunEnd, RunLog, RunProgress};
