//! In-memory doubles and contract suites, for the tests of every crate.

pub mod market_data_contract;
