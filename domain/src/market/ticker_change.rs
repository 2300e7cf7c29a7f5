//! A change of a symbol.

use crate::units::{Day, Ticker};

/// A security that goes on under another symbol, as FB did as META on 2022-06-09.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickerChange {
    /// The first day of the new symbol.
    pub day: Day,
    /// The symbol until then.
    pub ticker: Ticker,
    /// The symbol from then on.
    pub new_ticker: Ticker,
}
