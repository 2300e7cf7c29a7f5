//! Splits and cash dividends, by ex-date.

use crate::units::{Day, Ticker};

/// A split, reverse split or stock dividend.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The symbol on the execution date.
    pub ticker: Ticker,
    /// The first session that trades on the new basis.
    pub ex_day: Day,
    /// New shares per old share, above 0: 10.0 for 10:1, 0.333… for 1:3.
    pub ratio: f64,
}

/// A cash dividend.
#[derive(Clone, Debug, PartialEq)]
pub struct Dividend {
    /// The symbol on the ex-date.
    pub ticker: Ticker,
    /// The first session that trades without the dividend.
    pub ex_day: Day,
    /// Cash per share in the quote currency, on the share basis of the ex-date; above 0.
    pub amount: f64,
}
