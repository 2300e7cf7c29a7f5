//! What is held of option chains: one object a month of an underlying, and the catalogue that says which one counts.

use std::ops::Range;

use crate::options::OptionQuote;
use crate::ports::{Origin, Published, Rejection, StoreError};
use crate::units::{Day, DayRange, Ticker, UnixMillis};

/// One quote on its way in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuoteRow {
    /// The line of the file (1 is the header) or the position in the delivery, from 1.
    pub line: u64,
    /// Its underlying's place in [`QuoteRows::underlyings`].
    pub underlying: u32,
    /// The quote.
    pub quote: OptionQuote,
}

/// Quotes on their way in, each naming its underlying by its place in a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuoteRows {
    /// The underlyings.
    pub underlyings: Vec<Ticker>,
    /// The quotes.
    pub rows: Vec<QuoteRow>,
}

/// What a publication of quotes did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedQuotes {
    /// As of any kind of rows. A quote that came twice in one delivery counts in none of its numbers.
    pub published: Published,
    /// Quotes whose contract and day had come in an earlier line; the earlier one counts.
    pub repeated: u64,
    /// The first of them.
    pub rejections: Vec<Rejection>,
}

/// Where quotes are brought in: staged in pieces, then published at once.
///
/// An implementation MUST make `publish_quotes` atomic, MUST leave everything as it was when it fails, MUST keep what a
/// quote replaced, and MUST raise the data version exactly when something changed.
#[allow(async_fn_in_trait)]
pub trait QuoteSink {
    /// Keeps quotes until they are published. Whoever stages MUST drop the staging area afterwards.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn stage_quotes(&self, rows: QuoteRows) -> Result<(), StoreError>;

    /// Makes everything staged visible at once.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn publish_quotes(
        &self,
        origin: Origin,
        origin_id: i64,
        source: &str,
        now: UnixMillis,
    ) -> Result<PublishedQuotes, StoreError>;
}

/// A calendar month, as the number of months since January of year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: Day) -> Self {
        Self(day.year() * 12 + i32::try_from(day.month()).unwrap_or(1) - 1)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

/// One session of a month's object: where its row group lies, and what is to be known of its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainSession {
    /// The session.
    pub day: Day,
    /// Quotes.
    pub rows: u64,
    /// Quotes with the bid above the ask.
    pub crossed: u64,
    /// Quotes with the bid at the ask.
    pub locked: u64,
    /// Quotes without a bid.
    pub unbid: u64,
    /// The first byte of its row group.
    pub start: u64,
    /// The byte after its row group.
    pub end: u64,
}

/// One month of an underlying as an object of the warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainObject {
    /// Where it lies.
    pub key: String,
    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    pub hash: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Where in it the Parquet metadata is.
    pub metadata: Range<u64>,
    /// Its sessions, ascending; at least one.
    pub sessions: Vec<ChainSession>,
    /// Who brought the latest change of it.
    pub source: String,
}

impl ChainObject {
    /// Quotes in it.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.sessions.iter().map(|session| session.rows).sum()
    }
}

/// A month of an underlying, and the object that counts for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainMonth {
    /// The underlying.
    pub underlying: Ticker,
    /// The month.
    pub month: Month,
    /// The publication that made this object count.
    pub version: i64,
    /// The object.
    pub object: ChainObject,
}

/// What a publication makes of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainChange {
    /// The underlying.
    pub underlying: Ticker,
    /// The month.
    pub month: Month,
    /// The version that the change was worked out from; 0 = nothing was held.
    pub expected: i64,
    /// What counts from now on; `None` = nothing.
    pub object: Option<ChainObject>,
}

/// A month that an import changed: what was held before and right after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHistory {
    /// The underlying.
    pub underlying: Ticker,
    /// The month.
    pub month: Month,
    /// Before the import; `None` = nothing.
    pub before: Option<ChainObject>,
    /// Right after it.
    pub after: ChainObject,
}

/// The catalogue of the warehouse.
///
/// An implementation MUST apply the changes of one publication all together or not at all, MUST refuse them with
/// [`StoreError::Conflict`] when a month is not at its expected version, MUST keep the row that a change replaces, and MUST
/// raise the data versions in the same step.
#[allow(async_fn_in_trait)]
pub trait ChainCatalogue {
    /// The months held of an underlying that reach into a range, ascending.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn months(&self, underlying: &Ticker, range: DayRange) -> Result<Vec<ChainMonth>, StoreError>;

    /// What counts for one month.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn month(&self, underlying: &Ticker, month: Month) -> Result<Option<ChainMonth>, StoreError>;

    /// The version of everything at present.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn data_version(&self) -> Result<i64, StoreError>;

    /// Applies changes, at least one; answers the new data version.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn publish(
        &self,
        origin: Origin,
        origin_id: i64,
        source: &str,
        changes: &[ChainChange],
        now: UnixMillis,
    ) -> Result<i64, StoreError>;

    /// What the publication with this version changed.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn history(&self, version: i64) -> Result<Vec<ChainHistory>, StoreError>;
}
