//! One session's prices of one security.

use crate::units::{Day, Ticker};

/// The regular session's bar of one security, raw: as traded that day, adjusted for nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DailyBar<T = Ticker> {
    /// The symbol it traded under that day, or what stands for it.
    pub ticker: T,
    /// The session.
    pub day: Day,
    /// First trade, quote currency per share; absent where the source has none.
    pub open: Option<f64>,
    /// Highest trade, quote currency per share.
    pub high: Option<f64>,
    /// Lowest trade, quote currency per share.
    pub low: Option<f64>,
    /// Official close, quote currency per share, above 0.
    pub close: f64,
    /// The source's own split-adjusted close, where it delivers one. Used for a price return only to find a split that the
    /// split table lacks (METHODS, price return).
    pub adj_close: Option<f64>,
    /// Shares traded.
    pub volume: Option<f64>,
}
