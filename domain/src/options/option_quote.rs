//! One quote of an option contract at a day's snapshot.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::options::Right;
use crate::units::Day;

/// The symbol under which an exchange lists a series of contracts, as `SPXW` beside `SPX`: part of a contract's identity,
/// since it sets when the contract is settled. 1 to 8 characters of a ticker's alphabet, kept inline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OptionRoot([u8; 8]);

impl OptionRoot {
    /// The symbol's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

impl FromStr for OptionRoot {
    type Err = OptionRootError;

    fn from_str(text: &str) -> Result<Self, OptionRootError> {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"./-_^+=".contains(&byte);
        if !(1..=8).contains(&text.len()) || !text.bytes().all(known) {
            return Err(OptionRootError(text.chars().take(40).collect()));
        }
        let mut bytes = [0; 8];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }
}

impl fmt::Debug for OptionRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is not a root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a root of 1 to 8 letters, digits or ./-_^+=, was \"{0}\"")]
pub struct OptionRootError(pub String);

/// One contract's quote at the snapshot of one day, as its source wrote it: a crossed or empty quote is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptionQuote {
    /// The session of the snapshot.
    pub day: Day,
    /// The day on which the contract ends; a Saturday where the contract says so.
    pub expiration: Day,
    /// Call or put.
    pub right: Right,
    /// Quote currency per unit of the underlying; above 0.
    pub strike: f64,
    /// The series, where the source tells it.
    pub root: Option<OptionRoot>,
    /// The underlying at the snapshot, quote currency; not always the official close.
    pub underlying_price: f64,
    /// Best price bid, quote currency per unit; 0 = nobody bids.
    pub bid: f64,
    /// Best price asked, quote currency per unit; 0 = nobody asks.
    pub ask: f64,
    /// Implied volatility, a fraction a year, where the source has one.
    pub iv: Option<f64>,
    /// Change of the option's price per unit of the underlying.
    pub delta: Option<f64>,
    /// Change of delta per unit of the underlying.
    pub gamma: Option<f64>,
    /// Change of the option's price per day.
    pub theta: Option<f64>,
    /// Change of the option's price per percentage point of volatility.
    pub vega: Option<f64>,
    /// Contracts traded that day until the snapshot.
    pub volume: Option<f64>,
    /// Contracts open.
    pub open_interest: Option<f64>,
}

impl OptionQuote {
    /// The order in which quotes are kept: day, expiration, root, right, strike. Two quotes that are equal in it are of the
    /// same contract and day.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        let key = |quote: &Self| (quote.day, quote.expiration, quote.root, quote.right);
        key(self).cmp(&key(other)).then_with(|| self.strike.total_cmp(&other.strike))
    }

    /// Whether the bid is above the ask.
    #[must_use]
    pub fn is_crossed(&self) -> bool {
        self.bid > self.ask
    }

    /// Whether bid and ask are the same price above 0.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.bid > 0.0 && self.bid.total_cmp(&self.ask) == Ordering::Equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_short_and_of_a_tickers_alphabet() {
        assert_eq!("SPXW".parse::<OptionRoot>().unwrap().as_str(), "SPXW");
        assert_eq!("BRK.B123".parse::<OptionRoot>().unwrap().as_str(), "BRK.B123");
        for text in ["", "ABCDEFGHI", "A B", "Ä"] {
            assert!(text.parse::<OptionRoot>().is_err(), "{text}");
        }
    }
}
