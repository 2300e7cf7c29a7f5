//! Where market data is kept: rows are staged in pieces, then published in one step.

use std::collections::HashSet;

use crate::market::{
    BarRows, DailyBar, Dividend, IntradayBar, ReportedCap, Security, SharesCount, Split, TickerChange,
};
use crate::units::{BarInterval, Day, DayRange, Ticker, UnixMillis};

/// What kind of rows a file or a delivery holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// [`Security`] rows.
    Securities,
    /// [`DailyBar`] rows.
    DailyBars,
    /// [`IntradayBar`] rows.
    IntradayBars,
    /// [`ReportedCap`] rows.
    MarketCaps,
    /// [`SharesCount`] rows.
    Shares,
    /// [`Split`] rows.
    Splits,
    /// [`Dividend`] rows.
    Dividends,
    /// [`TickerChange`] rows.
    TickerChanges,
    /// Quotes of option chains, which the warehouse keeps and not the market store.
    Chains,
}

impl RowKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Securities,
        Self::DailyBars,
        Self::IntradayBars,
        Self::MarketCaps,
        Self::Shares,
        Self::Splits,
        Self::Dividends,
        Self::TickerChanges,
        Self::Chains,
    ];

    /// The name in the API and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Securities => "securities",
            Self::DailyBars => "daily_bars",
            Self::IntradayBars => "intraday_bars",
            Self::MarketCaps => "market_caps",
            Self::Shares => "shares",
            Self::Splits => "splits",
            Self::Dividends => "dividends",
            Self::TickerChanges => "ticker_changes",
            Self::Chains => "chains",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Who brings rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file of the user.
    Import,
    /// A run of the ingestion job.
    Ingestion,
    /// The undoing of an import.
    Undo,
    /// A request that asked a source and stored what came.
    Refresh,
}

impl Origin {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Ingestion => "ingestion",
            Self::Undo => "undo",
            Self::Refresh => "refresh",
        }
    }
}

/// A row that was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The line of the file (1 is the header) or the position in the delivery, from 1.
    pub line: u64,
    /// The rule and the value that broke it.
    pub reason: String,
}

/// What a publication did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Rows that were not there before.
    pub inserted: u64,
    /// Rows whose value changed; the older value is kept.
    pub changed: u64,
    /// Rows that were already there with the same value.
    pub unchanged: u64,
    /// The data version after it: a new one exactly when something was inserted or changed.
    pub data_version: i64,
}

/// Why the store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Try again: the database is overloaded or unreachable. Nothing was changed.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// What the call expected of the stored state no longer holds; read again and decide anew.
    #[error("conflict: {0}")]
    Conflict(String),
    /// A defect of ours; nothing was changed.
    #[error("the database refused a statement: {0}")]
    Refused(String),
}

/// Rows are staged under a batch and become visible all at once, or never.
///
/// An implementation MUST make `publish` atomic, MUST leave everything as it was when it fails, MUST keep a replaced value,
/// MUST count a row that changes nothing as unchanged and not write it, MUST raise the data version exactly when
/// something changed, marking built sessions that used a changed day as outdated in the same step, and MUST refuse with
/// [`StoreError::Conflict`] whatever is done with a batch that was published, discarded or given up for abandoned.
#[allow(async_fn_in_trait)]
pub trait MarketStore {
    /// Opens a batch for what `origin` number `origin_id` brings from `source` (a provider's name, or `files`).
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn open_batch(
        &self,
        origin: Origin,
        origin_id: i64,
        source: &str,
        now: UnixMillis,
    ) -> Result<i64, StoreError>;

    /// Stages securities under the batch. Later rows of the batch may name their tickers.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn stage_securities(&self, batch: i64, rows: &[Security]) -> Result<(), StoreError>;

    /// Stages bars. A ticker nobody has named before becomes a security of which only the symbol is known.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn stage_bars(&self, batch: i64, rows: &[DailyBar]) -> Result<(), StoreError>;

    /// Stages a piece of a large file like [`Self::stage_bars`]. A store with a cheaper way for compact rows takes it here.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn stage_bar_rows(&self, batch: i64, piece: &BarRows) -> Result<(), StoreError> {
        self.stage_bars(batch, &piece.to_bars()).await
    }

    /// Stages market caps as a source published them.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn stage_caps(&self, batch: i64, rows: &[ReportedCap]) -> Result<(), StoreError>;

    /// Stages share counts.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn stage_shares(&self, batch: i64, rows: &[SharesCount]) -> Result<(), StoreError>;

    /// Stages splits.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn stage_splits(&self, batch: i64, rows: &[Split]) -> Result<(), StoreError>;

    /// Stages dividends.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn stage_dividends(&self, batch: i64, rows: &[Dividend]) -> Result<(), StoreError>;

    /// Stages changes of symbols. What is held under the old one is held under the new one from then on; a security that began
    /// with the change, under the new symbol, becomes part of the one that had the old symbol.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn stage_ticker_changes(&self, batch: i64, rows: &[TickerChange]) -> Result<(), StoreError>;

    /// Stages bars within a session. They are kept under the batch's source and never replace another source's.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn stage_intraday(&self, batch: i64, rows: &[IntradayBar]) -> Result<(), StoreError>;

    /// Makes everything staged under the batch visible at once and forgets the staging.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn publish(&self, batch: i64, now: UnixMillis) -> Result<Published, StoreError>;

    /// Forgets everything staged under the batch.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn discard(&self, batch: i64) -> Result<(), StoreError>;

    /// Which of the tickers are known to be common stock, in their order.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn common_stocks(&self, among: &[Ticker]) -> Result<Vec<Ticker>, StoreError>;

    /// Which of the tickers have a bar of this length from this source within which sessions of the range.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn held_intraday(
        &self,
        source: &str,
        interval: BarInterval,
        tickers: &[Ticker],
        range: DayRange,
    ) -> Result<HashSet<(Ticker, Day)>, StoreError>;

    /// The companies that were the largest at the last session held, the largest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn largest(&self, count: usize) -> Result<Vec<Ticker>, StoreError>;

    /// Who splits in the range, and when.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn split_days(&self, range: DayRange) -> Result<Vec<(Ticker, Day)>, StoreError>;

    /// The raw closes of a session.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn closes(&self, day: Day) -> Result<Vec<(Ticker, f64)>, StoreError>;

    /// Sessions in the range for which bars are held, ascending.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn held_sessions(&self, range: DayRange) -> Result<Vec<Day>, StoreError>;
}
