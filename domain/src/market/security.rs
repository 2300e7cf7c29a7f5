//! A listed line of an issuer.

use crate::units::{Day, Ticker};

/// What is known of one listed line. Absent fields leave what is stored as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Security {
    /// The symbol it trades under.
    pub ticker: Ticker,
    /// The issuer's or line's name.
    pub name: Option<String>,
    /// The sector, in the source's own words.
    pub sector: Option<String>,
    /// The listing exchange's code (MIC where the source gives one).
    pub exchange: Option<String>,
    /// What kind of instrument: `CS` is common stock; others are kept out of indices. Absent counts as common stock.
    pub kind: Option<String>,
    /// A key shared by all lines of one issuer (CIK, LEI or a name); needed to count a company once.
    pub issuer: Option<String>,
    /// The share class, e.g. `A`.
    pub share_class: Option<String>,
    /// First session listed.
    pub list_day: Option<Day>,
    /// First session no longer listed.
    pub delist_day: Option<Day>,
    /// What a holder received per share at delisting, quote currency; 0 for a worthless one.
    pub delisting_price: Option<f64>,
}

impl Security {
    /// A security of which only the symbol is known.
    #[must_use]
    pub const fn named(ticker: Ticker) -> Self {
        Self {
            ticker,
            name: None,
            sector: None,
            exchange: None,
            kind: None,
            issuer: None,
            share_class: None,
            list_day: None,
            delist_day: None,
            delisting_price: None,
        }
    }
}
