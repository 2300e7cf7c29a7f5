//! Where runs are kept.

use crate::backtest::{Events, Hashes};
use crate::ports::StoreError;
use crate::units::{Day, DayRange, Ticker, UnixMillis};

/// A run as the job sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BacktestTask {
    /// Its number.
    pub id: i64,
    /// Whether it still is to be done.
    pub is_open: bool,
    /// The strategy, JSON.
    pub strategy: String,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum BacktestEnd {
    /// It came to its end.
    Succeeded {
        /// The report, JSON.
        report: String,
        /// What makes it reproducible.
        hashes: Hashes,
    },
    /// It cannot be done.
    Failed {
        /// Stable and machine-readable.
        code: String,
        /// For a person.
        message: String,
    },
    /// Its owner gave it up.
    Cancelled,
}

/// What is known of an underlying as a security.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnderlyingHistory {
    /// Splits and dividends.
    pub events: Events,
    /// Opening prices, ascending by day.
    pub opens: Vec<(Day, f64)>,
}

/// Where a callback goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The address.
    pub url: String,
    /// The key that signs it.
    pub secret: String,
    /// Whether it still is to be delivered.
    pub is_pending: bool,
    /// What is told, JSON.
    pub body: String,
}

/// Where runs are kept.
///
/// An implementation MUST change nothing of a run that has ended, so that a slice done twice or late is harmless, and MUST
/// add a run's callback in the same step in which it ends.
#[allow(async_fn_in_trait)]
pub trait BacktestStore {
    /// A run, or `None` where it was deleted.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn task(&self, id: i64) -> Result<Option<BacktestTask>, StoreError>;

    /// Notes that a run has begun, and what its range is.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn begin(&self, id: i64, sessions: usize, range: DayRange, now: UnixMillis) -> Result<(), StoreError>;

    /// Notes how far a run is.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn advance(&self, id: i64, sessions_done: usize, day: Day, equity: f64) -> Result<(), StoreError>;

    /// Ends a run.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn conclude(&self, id: i64, end: &BacktestEnd, now: UnixMillis) -> Result<(), StoreError>;

    /// What is known of an underlying as a security.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn history(&self, underlying: &Ticker, range: DayRange) -> Result<UnderlyingHistory, StoreError>;

    /// Closes of a security, ascending; empty where it is unknown.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn closes(&self, ticker: &Ticker, range: DayRange) -> Result<Vec<(Day, f64)>, StoreError>;

    /// The callback of a run that has ended, or `None` where there is none.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn callback(&self, id: i64) -> Result<Option<Callback>, StoreError>;

    /// Notes what came of a callback.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn settle_callback(&self, id: i64, delivered: bool) -> Result<(), StoreError>;
}

/// Who tells the outside that a run has ended.
#[allow(async_fn_in_trait)]
pub trait Caller {
    /// Delivers a body with its signature. The error says why it was not; whether to try again is the caller's choice.
    ///
    /// # Errors
    /// [`CallError`].
    async fn call(&self, url: &str, secret: &str, body: &str) -> Result<(), CallError>;
}

/// Why a callback was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The address may not be called; trying again changes nothing.
    #[error("{0}")]
    Forbidden(String),
    /// Nobody answered, or with a status that is no success.
    #[error("{0}")]
    Failed(String),
}
