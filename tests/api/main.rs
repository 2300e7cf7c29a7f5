//! The HTTP contract, one file a resource.
#![expect(clippy::unwrap_used, reason = "a test ends where its tools fail")]

mod app;
mod attacks;
mod auth;
mod backtest_evidence;
mod backtest_faults;
mod backtest_results;
mod backtests;
mod cache;
mod chains;
mod cors;
mod errors;
mod export;
mod graphql;
mod graphql_backtests;
mod graphql_research;
mod imports;
mod index;
mod index_reference;
mod index_rows;
mod index_settings;
mod market_data;
mod operations;
mod owners;
mod research;
mod streams;
