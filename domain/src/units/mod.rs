//! One quantity per file: its unit, its range and what it means.

mod day;
mod instant;
mod interval;
pub mod iso_day;
mod ticker;

pub use day::{Day, DayError, DayRange};
pub use instant::UnixMillis;
pub use interval::{BarInterval, IntervalError};
pub use ticker::{Ticker, TickerError};
