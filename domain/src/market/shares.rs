//! How many shares exist, or what a source says a company is worth.

use crate::units::{Day, Ticker};

/// Shares outstanding as known from a day on.
#[derive(Clone, Debug, PartialEq)]
pub struct SharesCount {
    /// The symbol.
    pub ticker: Ticker,
    /// The day from which the count is known (filing or publication date).
    pub as_of: Day,
    /// Shares outstanding on the share basis of `as_of`, above 0.
    pub shares: f64,
}

/// A market cap as a source published it for a session.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportedCap {
    /// The symbol.
    pub ticker: Ticker,
    /// The session.
    pub day: Day,
    /// Quote currency. 0 or less means "not eligible", as some sources write it.
    pub cap: f64,
}
