//! The name of a stream.

use std::fmt;

/// 1 to 64 of `A-Z a-z 0-9 . _ : / -`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(String);

/// A name that no stream can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 1 to 64 of A-Z a-z 0-9 . _ : / -")]
pub struct SymbolError;

impl Symbol {
    /// Longest name, in characters.
    pub const MOST_CHARS: usize = 64;

    /// The symbol of this name.
    ///
    /// # Errors
    /// [`SymbolError`] when it is empty, too long, or has another character.
    ///
    /// ```
    /// use domain::stream::Symbol;
    /// assert_eq!(Symbol::new("BTC/USD").unwrap().as_str(), "BTC/USD");
    /// assert!(Symbol::new("BTC USD").is_err());
    /// ```
    pub fn new(name: &str) -> Result<Self, SymbolError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
        let good = (1..=Self::MOST_CHARS).contains(&name.len()) && name.bytes().all(allowed);
        if good { Ok(Self(name.to_owned())) } else { Err(SymbolError) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        for good in ["A", "BTC/USD", "x.y_z:1-2", &"a".repeat(64)] {
            assert_eq!(Symbol::new(good).unwrap().as_str(), good);
        }
        for bad in ["", " A", "A\u{0}", "é", "A%2F", &"a".repeat(65)] {
            assert_eq!(Symbol::new(bad), Err(SymbolError), "{bad}");
        }
    }
}
