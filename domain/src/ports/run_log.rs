//! What a person can read about each ingestion run.

use crate::ports::{Rejection, StoreError};
use crate::units::{Day, DayRange, UnixMillis};

/// What a run has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// Requests sent to the source.
    pub requests: u64,
    /// Rows that were not there before.
    pub inserted: u64,
    /// Rows whose value changed.
    pub changed: u64,
    /// Rows that were there with the same value; after a slice was lost, also those that the lost attempt had stored.
    pub unchanged: u64,
    /// Rows that were turned away.
    pub rejected: u64,
    /// The first of them.
    pub rejections: Vec<Rejection>,
    /// Sessions of the range that hold no data; filled in at the end.
    pub gaps: Vec<Day>,
    /// The data version of the last publication; `None` while nothing was published.
    pub data_version: Option<i64>,
    /// The days as of which share counts were asked for.
    pub shares_days: Vec<Day>,
    /// The first things that were suspicious.
    pub findings: Vec<LoggedFinding>,
}

/// Something suspicious about rows that were stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedFinding {
    /// Whose rows; `None` for a whole session.
    pub ticker: Option<String>,
    /// Which day's.
    pub day: Day,
    /// What: `missing_session`, `jump` …
    pub kind: String,
    /// The figures, for a person.
    pub detail: String,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// Everything that the source has is stored.
    Succeeded,
    /// It was given up; what was stored stays.
    Failed {
        /// A stable machine-readable code: `provider_refused` …
        code: String,
        /// Why, for a person.
        message: String,
    },
}

/// The log of ingestion runs, one row a job.
///
/// An implementation MUST answer the same run for the same job however often it is begun, MUST store progress as absolute
/// figures so that a repeated call changes nothing, and MUST keep a run that has ended as it is.
#[allow(async_fn_in_trait)]
pub trait RunLog {
    /// Opens the job's run, or finds it; returns its number.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn begin(&self, job: i64, provider: &str, range: DayRange, now: UnixMillis) -> Result<i64, StoreError>;

    /// Replaces what the run has done, and ends it where `end` says how.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn save(
        &self,
        run: i64,
        progress: &RunProgress,
        end: Option<&RunEnd>,
        now: UnixMillis,
    ) -> Result<(), StoreError>;

    /// Whether a run of this provider that succeeded asked for share counts as of a day in the range.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn has_shares(&self, provider: &str, range: DayRange) -> Result<bool, StoreError>;
}
