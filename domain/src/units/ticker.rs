//! The symbol under which a security trades. It names a security, it does not identify it.

use std::fmt;
use std::str::FromStr;

/// A trading symbol: 1 to 24 characters of `A-Z a-z 0-9 . / - _ ^ + =`, case kept, compared byte by byte.
///
/// Case matters: some sources write preferred shares as `BACpA`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticker(Box<str>);

/// Why a text is not a ticker.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a ticker of 1 to 24 letters, digits or ./-_^+=, was \"{0}\"")]
pub struct TickerError(pub String);

impl Ticker {
    /// The symbol's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text is a ticker, without making one.
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        (1..=24).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"./-_^+=".contains(&b))
    }
}

impl FromStr for Ticker {
    type Err = TickerError;

    fn from_str(text: &str) -> Result<Self, TickerError> {
        if Self::is_valid(text) { Ok(Self(text.into())) } else { Err(TickerError(text.chars().take(40).collect())) }
    }
}

impl fmt::Display for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_symbols_are_tickers_and_sql_is_not() {
        for text in ["A", "BRK/B", "BRK.B", "BACpA", "NA", "ES=F", "X-Y_Z"] {
            assert!(text.parse::<Ticker>().is_ok(), "{text}");
        }
        for text in ["", " A", "A'B", "A;drop", "Ä", "A B", "ABCDEFGHIJKLMNOPQRSTUVWXY"] {
            assert!(text.parse::<Ticker>().is_err(), "{text}");
        }
    }
}
