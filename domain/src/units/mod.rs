//! One quantity per file: its unit, its range and what it means.

mod day;
mod instant;
mod ticker;

pub use day::{Day, DayError, DayRange};
pub use instant::UnixMillis;
pub use ticker::{Ticker, TickerError};
