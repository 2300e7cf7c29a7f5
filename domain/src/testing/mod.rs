//! In-memory doubles of the ports with a fault switch, and the contract suites that every implementation passes.

mod doubles;
mod edits;
mod faults;
mod memory_job_store;
mod memory_market_store;
mod memory_run_log;

pub mod job_store_contract;
pub mod market_data_contract;
pub mod market_store_contract;
pub mod run_log_contract;

pub use doubles::{AlertList, ManualClock};
pub use edits::{Edit, edited};
pub use faults::{Faults, Moment, Severity};
pub use memory_job_store::{KeptJob, MemoryJobStore};
pub use memory_market_store::{KeptMarket, MemoryMarketStore};
pub use memory_run_log::{KeptRun, MemoryRunLog};
