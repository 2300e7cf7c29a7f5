//! What Equipoise decides: pure functions over prices, indices and statistics.
//!
//! No I/O, no clock, no randomness, no platform: the same code runs in the Worker, in the app and in native tests.
//! The rooms and what each may import are in `ARCHITECTURE.md`; a tidy test holds them to it.

pub mod units;

pub mod market;

pub mod calendar;

pub mod bars;

pub mod ingest;

pub mod index;

pub mod stats;

pub mod stream;

pub mod research;

pub mod options;

pub mod backtest;

pub mod export;

pub mod ports;

pub mod api;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
