//! What the jobs that ask a source have in common: how their rows are read, how long they are patient, how a run is ended.

use domain::ingest::{Scope, range_to_fill};
use domain::ports::{Alert, ClaimedJob, Clock, JobOutcome, ProviderError, RunEnd, RunLog, RunProgress, StoreError};
use domain::units::{Day, DayRange, UnixMillis};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::runner::{SliceDone, SliceError};

/// A source that asks for patience this often in a row is not going to deliver.
const MOST_WAITS: u32 = 200;

/// A spec that cannot be done.
pub(super) fn unusable(what: &str) -> SliceError {
    SliceError::Final { code: "spec_unusable", message: format!("the job cannot be read: {what}") }
}

/// Reads what was asked for.
///
/// # Errors
/// `spec_unusable`, naming what is wrong.
pub(super) fn read_spec<S: DeserializeOwned>(json: &str) -> Result<S, SliceError> {
    serde_json::from_str(json).map_err(|error| unusable(&error.to_string()))
}

/// Reads what the slice before left; `None` before the first.
///
/// # Errors
/// `state_unusable`: the row was changed by hand, or by another version.
pub(super) fn read_state<S: DeserializeOwned>(json: &str) -> Result<Option<S>, SliceError> {
    if json.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(json).map(Some).map_err(|error| SliceError::Final {
        code: "state_unusable",
        message: format!("the job's state cannot be read: {error}"),
    })
}

/// A spec or a state as the row keeps it.
pub(super) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings and numbers are JSON")
}

/// The days from one to another.
///
/// # Errors
/// `spec_unusable` for what is no day, and for a last one before the first.
pub(super) fn days(from: &str, to: &str) -> Result<DayRange, SliceError> {
    let day = |text: &str| text.parse::<Day>().map_err(|error| unusable(&error.to_string()));
    let range = DayRange::new(day(from)?, day(to)?);
    range.ok_or_else(|| unusable(&format!("expected a day of {from} or later, was {to}")))
}

/// The days of a scope that can be filled at present; `what` names the scope.
///
/// # Errors
/// `nothing_to_ingest` when none of it is complete.
pub(super) fn days_to_fill(scope: Scope, now: UnixMillis, what: &str) -> Result<DayRange, SliceError> {
    range_to_fill(scope, now).ok_or_else(|| SliceError::Final {
        code: "nothing_to_ingest",
        message: format!("no session {what} is complete yet"),
    })
}

/// Why a step was not taken.
pub(super) enum Interruption {
    /// The other side asks for patience, or, where it is not counted, has nothing to say yet.
    Wait {
        ms: i64,
        reason: String,
        counted: bool,
    },
    Failed(SliceError),
}

impl From<ProviderError> for Interruption {
    fn from(error: ProviderError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match error {
            ProviderError::RateLimited { retry_after_ms } => {
                Self::Wait { ms: retry_after_ms.max(1_000), reason: message, counted: true }
            }
            ProviderError::Transient { .. } => Self::Failed(SliceError::Passing { code, message }),
            ProviderError::Rejected { .. } | ProviderError::Malformed { .. } => {
                Self::Failed(SliceError::Final { code, message })
            }
        }
    }
}

impl From<StoreError> for Interruption {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Interruption {
    /// Puts the slice off, or fails it. `waits` counts, in the state, how often in a row the source asked for patience.
    ///
    /// # Errors
    /// What failed, and `provider_rate_limited` once the source was waited for often enough.
    pub(super) fn settle<S: Serialize>(
        self,
        mut state: S,
        waits: impl FnOnce(&mut S) -> &mut u32,
        clock: &impl Clock,
    ) -> Result<SliceDone, SliceError> {
        let (ms, reason, counted) = match self {
            Self::Wait { ms, reason, counted } => (ms, reason, counted),
            Self::Failed(error) => return Err(error),
        };
        let waits = waits(&mut state);
        *waits += u32::from(counted);
        if *waits > MOST_WAITS {
            let message = format!("{reason}, for the {MOST_WAITS}th time in a row");
            return Err(SliceError::Final { code: "provider_rate_limited", message });
        }
        let not_before = clock.now().plus_ms(ms);
        let outcome = JobOutcome::Later { not_before, reason, state: to_json(&state) };
        Ok(SliceDone { outcome, alerts: Vec::new() })
    }
}

/// Ends the run of a job that is given up, and says so: the run that it began, or one of the days that it would have filled.
/// What was stored stays.
///
/// # Errors
/// See [`StoreError`].
pub(super) async fn end_run(
    runs: &impl RunLog,
    now: UnixMillis,
    (what, job, error): (&str, &ClaimedJob, &SliceError),
    begun: Option<(i64, RunProgress)>,
    wanted: Option<(&str, DayRange)>,
) -> Result<Alert, StoreError> {
    let end = RunEnd::Failed { code: error.code().to_owned(), message: error.to_string() };
    if let Some((run, progress)) = begun {
        runs.save(run, &progress, Some(&end), now).await?;
    } else if let Some((provider, range)) = wanted {
        let run = runs.begin(job.id, provider, range, now).await?;
        runs.save(run, &RunProgress::default(), Some(&end), now).await?;
    }
    let message = format!("ingestion of {what}, job {}: {} ({error})", job.id, error.code());
    Ok(Alert { code: "ingestion_failed", message })
}
