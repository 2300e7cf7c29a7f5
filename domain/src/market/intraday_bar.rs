//! The prices of one security within a session.

use crate::units::{BarInterval, Ticker, UnixMillis};

/// A bar shorter than a session, raw: as traded, adjusted for nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct IntradayBar {
    /// The symbol it traded under.
    pub ticker: Ticker,
    /// How long it is.
    pub interval: BarInterval,
    /// When it begins.
    pub t: UnixMillis,
    /// First trade, quote currency per share, above 0.
    pub open: f64,
    /// Highest trade, quote currency per share.
    pub high: f64,
    /// Lowest trade, quote currency per share.
    pub low: f64,
    /// Last trade, quote currency per share.
    pub close: f64,
    /// Shares traded; absent where the source does not say.
    pub volume: Option<f64>,
    /// Volume-weighted average price, quote currency per share.
    pub vwap: Option<f64>,
    /// Trades.
    pub trades: Option<f64>,
}
