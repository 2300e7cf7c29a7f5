//! Long work, in slices: port calls around domain decisions. Nothing here knows the platform.

pub(crate) mod backtest;
pub(crate) mod build_index;
pub(crate) mod fetch_bars;
pub(crate) mod fetch_reference;
pub(crate) mod import_file;
pub(crate) mod ingest;
pub(crate) mod ingest_bars;
pub(crate) mod ingest_chains;
mod run_counts;
pub(crate) mod runner;
mod source_job;
pub(crate) mod webhook;
