//! Durable jobs: the state is in the store, a message is only a hint.

use crate::ports::StoreError;
use crate::units::UnixMillis;

/// One slice of a job that this caller alone may work on until the lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The job.
    pub id: i64,
    /// What kind of job: `ingest`, `build_index` …
    pub kind: String,
    /// What was asked for, JSON, never changed.
    pub spec: String,
    /// What the slices before this one left, JSON; empty at first.
    pub state: String,
    /// The number of this slice, from 0.
    pub slice: i64,
    /// How often this slice has been tried, from 1.
    pub attempt: i64,
}

/// What became of a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// Go on with the next slice at once, from this state.
    Next {
        /// State for the next slice, JSON.
        state: String,
    },
    /// Go on with the next slice from this state, not before this instant: the other side asked for patience.
    Later {
        /// The earliest instant.
        not_before: UnixMillis,
        /// What is waited for.
        reason: String,
        /// State for the next slice, JSON.
        state: String,
    },
    /// Try this slice again, not before this instant.
    Retry {
        /// The earliest instant.
        not_before: UnixMillis,
        /// Why.
        error: String,
        /// What the slice had reached, JSON.
        state: String,
    },
    /// The job is done.
    Done {
        /// The final state, JSON.
        state: String,
    },
    /// The job cannot be done.
    Failed {
        /// Why, for a person.
        error: String,
        /// The final state, JSON.
        state: String,
    },
}

/// Where jobs are kept.
///
/// An implementation MUST let at most one caller hold a slice at a time, MUST refuse to settle a slice whose lease passed to
/// another caller, and MUST make every open job due again when its lease ends, or when the clock has gone back behind the
/// job's last change by more than the clocks of two callers may lie apart (a minute).
#[allow(async_fn_in_trait)]
pub trait JobStore {
    /// Adds a job unless an open one of the same kind has the same `key`; returns its number and whether it is new.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn add(&self, kind: &str, key: &str, spec: &str, now: UnixMillis) -> Result<(i64, bool), StoreError>;

    /// Claims this slice of this job until `lease_until`, or answers `None`: done, taken, not due, or another slice's turn.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn claim(
        &self,
        id: i64,
        slice: i64,
        now: UnixMillis,
        lease_until: UnixMillis,
    ) -> Result<Option<ClaimedJob>, StoreError>;

    /// Settles a claimed slice. `false`: the lease had passed to another caller, nothing was changed.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn settle(&self, job: &ClaimedJob, outcome: &JobOutcome, now: UnixMillis) -> Result<bool, StoreError>;

    /// Open jobs that are due and not leased, as (id, slice), oldest first, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn due(&self, now: UnixMillis, limit: usize) -> Result<Vec<(i64, i64)>, StoreError>;
}
