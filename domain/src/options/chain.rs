//! The quotes of one underlying at one session's snapshot, as columns that somebody else holds.

use std::ops::Range;

use crate::units::Day;

/// Which way an option pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[repr(u8)]
pub enum Right {
    /// The right to buy.
    #[serde(rename = "c")]
    Call = 0,
    /// The right to sell.
    #[serde(rename = "p")]
    Put = 1,
}

impl Right {
    /// `c` or `p`, as in the columns of an import.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Call => 'c',
            Self::Put => 'p',
        }
    }

    /// The right that a letter or a word names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let is = |word: &str| name.eq_ignore_ascii_case(word);
        if is("c") || is("call") {
            Some(Self::Call)
        } else if is("p") || is("put") {
            Some(Self::Put)
        } else {
            None
        }
    }

    /// What exercising at this price of the underlying is worth, never negative.
    #[must_use]
    pub fn intrinsic(self, spot: f64, strike: f64) -> f64 {
        match self {
            Self::Call => (spot - strike).max(0.0),
            Self::Put => (strike - spot).max(0.0),
        }
    }
}

/// One underlying's chain at one session: columns of equal length, ascending by (expiration, root, right, strike), each
/// contract once. A number that is absent is NaN; an optional column that the data lacks is empty.
///
/// Slices, so that rows decoded from a file are read where they lie.
#[derive(Clone, Copy, Debug)]
pub struct ChainDay<'a> {
    /// The session.
    pub day: Day,
    /// The underlying's price at the snapshot, above 0.
    pub spot: f64,
    /// The underlying's opening price, where known: settles contracts that expire in the morning.
    pub open: Option<f64>,
    /// The names that `roots` counts into, such as `SPXW`; ascending. Empty where the data has no roots.
    pub root_names: &'a [&'a str],
    /// Each row's place in `root_names`; empty where the data has no roots.
    pub roots: &'a [u16],
    /// Expiration, as days since 1970-01-01.
    pub expirations: &'a [i32],
    /// Call or put.
    pub rights: &'a [Right],
    /// Strike, quote currency per share.
    pub strikes: &'a [f64],
    /// Best bid, per share; 0 where nobody bids.
    pub bids: &'a [f64],
    /// Best ask, per share.
    pub asks: &'a [f64],
    /// Implied volatility as a yearly fraction, or empty. 0 counts as absent.
    pub ivs: &'a [f64],
    /// Delta per share, or empty.
    pub deltas: &'a [f64],
    /// Gamma per share and unit of price, or empty.
    pub gammas: &'a [f64],
    /// Theta per share and calendar day, or empty.
    pub thetas: &'a [f64],
    /// Vega per share and 0.01 of volatility, or empty.
    pub vegas: &'a [f64],
    /// Contracts traded so far this session, or empty.
    pub volumes: &'a [f64],
    /// Contracts open at the session's start, or empty.
    pub open_interests: &'a [f64],
}

/// Rows of one expiration, root and right; their strikes ascend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainSeries {
    /// Expiration, as days since 1970-01-01.
    pub expiration: i32,
    /// Place in the chain's `root_names`; 0 where it has no roots.
    pub root: u16,
    /// Call or put.
    pub right: Right,
    /// The first row.
    pub first: u32,
    /// One past the last row.
    pub end: u32,
}

impl ChainSeries {
    /// The rows.
    #[must_use]
    pub const fn rows(&self) -> Range<usize> {
        self.first as usize..self.end as usize
    }

    pub(crate) const fn key(&self) -> (i32, u16, u8) {
        (self.expiration, self.root, self.right as u8)
    }
}

/// Why a chain cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ChainError {
    /// A column has another number of rows than the strikes.
    #[error("expected {expected} rows in column {column} of {day}, was {rows}")]
    Column {
        /// The session.
        day: Day,
        /// The column's name.
        column: &'static str,
        /// Its rows.
        rows: usize,
        /// The rows of the strikes.
        expected: usize,
    },
    /// The rows do not ascend by (expiration, root, right, strike), or a contract is there twice.
    #[error(
        "expected the rows of {day} ascending by expiration, root, type and strike, each once; row {row} is not above the one before it"
    )]
    Order {
        /// The session.
        day: Day,
        /// The first row that is out of order, from 0.
        row: usize,
    },
    /// The underlying has no price.
    #[error("expected a price of the underlying above 0 on {day}, was {spot}")]
    Spot {
        /// The session.
        day: Day,
        /// The number that is none.
        spot: f64,
    },
}

/// One contract's quote at the snapshot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quote {
    /// Best bid, per share.
    pub bid: f64,
    /// Best ask, per share.
    pub ask: f64,
    /// Implied volatility as a yearly fraction, NaN where absent.
    pub iv: f64,
    /// Delta per share, NaN where absent.
    pub delta: f64,
    /// Contracts traded, NaN where absent.
    pub volume: f64,
    /// Contracts open, NaN where absent.
    pub open_interest: f64,
}

impl Quote {
    /// Halfway between bid and ask.
    #[must_use]
    pub fn mid(&self) -> f64 {
        (self.bid + self.ask) / 2.0
    }

    /// Whether something may be opened at this quote: somebody bids, and the ask is not below the bid.
    #[must_use]
    pub fn is_eligible(&self) -> bool {
        is_eligible(self.bid, self.ask)
    }
}

pub(crate) fn is_eligible(bid: f64, ask: f64) -> bool {
    // A comparison with NaN is false, so an absent number is never eligible.
    bid > 0.0 && ask >= bid && ask < f64::INFINITY
}

impl<'a> ChainDay<'a> {
    /// A chain with the columns that every chain has, and no optional one.
    #[must_use]
    pub const fn new(
        day: Day,
        spot: f64,
        expirations: &'a [i32],
        rights: &'a [Right],
        strikes: &'a [f64],
        bids: &'a [f64],
        asks: &'a [f64],
    ) -> Self {
        Self {
            day,
            spot,
            open: None,
            root_names: &[],
            roots: &[],
            expirations,
            rights,
            strikes,
            bids,
            asks,
            ivs: &[],
            deltas: &[],
            gammas: &[],
            thetas: &[],
            vegas: &[],
            volumes: &[],
            open_interests: &[],
        }
    }

    /// The number of rows.
    #[must_use]
    pub const fn n_rows(&self) -> usize {
        self.strikes.len()
    }

    /// The quote of a row.
    #[must_use]
    pub fn quote(&self, row: usize) -> Quote {
        Quote {
            bid: self.bids[row],
            ask: self.asks[row],
            iv: optional(self.ivs, row),
            delta: optional(self.deltas, row),
            volume: optional(self.volumes, row),
            open_interest: optional(self.open_interests, row),
        }
    }

    /// The name of a root's place, empty where the chain has no roots.
    #[must_use]
    pub fn root_name(&self, root: u16) -> &'a str {
        self.root_names.get(usize::from(root)).copied().unwrap_or("")
    }

    fn check_columns(&self) -> Result<(), ChainError> {
        let expected = self.n_rows();
        let required = [
            ("expiration", self.expirations.len()),
            ("type", self.rights.len()),
            ("bid", self.bids.len()),
            ("ask", self.asks.len()),
        ];
        let optional = [
            ("root", self.roots.len()),
            ("iv", self.ivs.len()),
            ("delta", self.deltas.len()),
            ("gamma", self.gammas.len()),
            ("theta", self.thetas.len()),
            ("vega", self.vegas.len()),
            ("volume", self.volumes.len()),
            ("open_interest", self.open_interests.len()),
        ];
        let wrong = required.into_iter().find(|(_, rows)| *rows != expected);
        let wrong = wrong.or_else(|| optional.into_iter().find(|(_, rows)| *rows != expected && *rows != 0));
        match wrong {
            Some((column, rows)) => Err(ChainError::Column { day: self.day, column, rows, expected }),
            None => Ok(()),
        }
    }
}

fn optional(column: &[f64], row: usize) -> f64 {
    column.get(row).copied().unwrap_or(f64::NAN)
}

/// Finds the series of a chain, and checks its order on the way.
///
/// *Inputs*: the chain; the list to fill, whose memory is reused. *Returns*: the series ascending by their key.
///
/// # Errors
/// [`ChainError`] where columns differ in length, the rows are out of order or the underlying has no price.
pub fn index_series(chain: &ChainDay<'_>, series: &mut Vec<ChainSeries>) -> Result<(), ChainError> {
    series.clear();
    chain.check_columns()?;
    if !(chain.spot.is_finite() && chain.spot > 0.0) {
        return Err(ChainError::Spot { day: chain.day, spot: chain.spot });
    }
    let n_rows = chain.n_rows();
    let key =
        |row: usize| (chain.expirations[row], chain.roots.get(row).copied().unwrap_or(0), chain.rights[row] as u8);
    let mut first = 0;
    while first < n_rows {
        let of = key(first);
        let mut end = first + 1;
        while end < n_rows && key(end) == of {
            // A strike of NaN is above nothing, so it is out of order too.
            let ascends = chain.strikes[end] > chain.strikes[end - 1];
            if !ascends {
                return Err(ChainError::Order { day: chain.day, row: end });
            }
            end += 1;
        }
        if !chain.strikes[first].is_finite() || series.last().is_some_and(|before| before.key() >= of) {
            return Err(ChainError::Order { day: chain.day, row: first });
        }
        let row = |row: usize| u32::try_from(row).expect("a session's chain has fewer rows than 2^32");
        series.push(ChainSeries {
            expiration: of.0,
            root: of.1,
            right: chain.rights[first],
            first: row(first),
            end: row(end),
        });
        first = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Day = Day::from_number(18_000);

    fn chain<'a>(expirations: &'a [i32], rights: &'a [Right], strikes: &'a [f64]) -> ChainDay<'a> {
        const QUOTES: [f64; 8] = [1.0; 8];
        let n = strikes.len();
        ChainDay::new(DAY, 100.0, expirations, rights, strikes, &QUOTES[..n], &QUOTES[..n])
    }

    #[test]
    fn a_right_has_a_letter_and_a_word() {
        for (name, right) in [("c", Right::Call), ("PUT", Right::Put), ("Call", Right::Call)] {
            assert_eq!(Right::from_name(name), Some(right));
        }
        assert_eq!(Right::from_name("x"), None);
    }

    #[test]
    fn a_series_is_a_run_of_one_expiration_and_right() {
        use Right::{Call, Put};
        let (expirations, rights) = ([1, 1, 1, 2], [Call, Call, Put, Call]);
        let mut series = Vec::new();
        index_series(&chain(&expirations, &rights, &[90.0, 100.0, 95.0, 80.0]), &mut series).unwrap();
        let found: Vec<_> = series.iter().map(|series| (series.key(), series.rows())).collect();
        assert_eq!(found, [((1, 0, 0), 0..2), ((1, 0, 1), 2..3), ((2, 0, 0), 3..4)]);
    }

    #[test]
    fn rows_out_of_order_are_named() {
        use Right::{Call, Put};
        let mut series = Vec::new();
        let wrong = |expirations: &[i32], rights: &[Right], strikes: &[f64], series: &mut Vec<ChainSeries>| {
            index_series(&chain(expirations, rights, strikes), series).unwrap_err()
        };
        let order = |row| ChainError::Order { day: DAY, row };
        assert_eq!(wrong(&[1, 1], &[Call, Call], &[100.0, 100.0], &mut series), order(1));
        assert_eq!(wrong(&[1, 1], &[Put, Call], &[90.0, 100.0], &mut series), order(1));
        assert_eq!(wrong(&[2, 1], &[Call, Call], &[90.0, 100.0], &mut series), order(1));
        assert_eq!(wrong(&[1, 1], &[Call, Call], &[90.0, f64::NAN], &mut series), order(1));
        assert_eq!(wrong(&[1], &[Call], &[f64::NAN], &mut series), order(0));
        let short = ChainDay { deltas: &[0.5], ..chain(&[1, 1], &[Call, Put], &[90.0, 90.0]) };
        let error = index_series(&short, &mut series).unwrap_err();
        assert_eq!(error, ChainError::Column { day: DAY, column: "delta", rows: 1, expected: 2 });
        let worthless = ChainDay { spot: 0.0, ..chain(&[1], &[Call], &[90.0]) };
        assert!(matches!(index_series(&worthless, &mut series), Err(ChainError::Spot { .. })));
    }

    #[test]
    fn an_absent_number_is_never_eligible() {
        for (bid, ask) in [(f64::NAN, 1.0), (1.0, f64::NAN), (0.0, 1.0), (2.0, 1.0), (1.0, f64::INFINITY), (-1.0, 1.0)]
        {
            assert!(!is_eligible(bid, ask), "{bid} {ask}");
        }
        assert!(is_eligible(1.0, 1.0));
    }
}
