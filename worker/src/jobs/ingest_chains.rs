//! Brings a provider's option chains into the warehouse: some sessions a slice, each slice one publication.

use domain::calendar::sessions;
use domain::ports::{ClaimedJob, Clock, JobOutcome, Origin, QuoteRows, QuoteSink};
use domain::units::{Day, DayRange};
use serde::{Deserialize, Serialize};

use super::runner::{SliceDone, SliceError};

/// The kind under which jobs are kept.
pub(crate) const KIND: &str = "ingest_chains";

/// Sessions of a slice.
const SESSIONS_A_SLICE: usize = 40;

#[derive(Deserialize)]
struct Spec {
    provider: String,
    #[serde(with = "domain::api::day")]
    from: Day,
    #[serde(with = "domain::api::day")]
    to: Day,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// Sessions done.
    done: usize,
}

/// The source that a job names.
///
/// # Errors
/// [`SliceError::Final`] for a job that cannot be read.
pub(crate) fn provider_of(job: &ClaimedJob) -> Result<String, SliceError> {
    spec_of(job).map(|spec| spec.provider)
}

fn spec_of(job: &ClaimedJob) -> Result<Spec, SliceError> {
    serde_json::from_str(&job.spec)
        .map_err(|error| SliceError::Final { code: "unreadable_job", message: error.to_string() })
}

/// Brings the next sessions in. A slice done twice changes nothing.
///
/// # Errors
/// [`SliceError::Final`] for a job that cannot be read; otherwise as the sink.
pub(crate) async fn run(
    chains_on: impl Fn(Day) -> QuoteRows,
    sink: &impl QuoteSink,
    clock: &impl Clock,
    job: &ClaimedJob,
) -> Result<SliceDone, SliceError> {
    let spec = spec_of(job)?;
    let range = DayRange::new(spec.from, spec.to).ok_or_else(|| SliceError::Final {
        code: "unreadable_job",
        message: format!("expected a range, was {} to {}", spec.from, spec.to),
    })?;
    let days = sessions(range);
    let state: State = serde_json::from_str(&job.state).unwrap_or_default();
    let done = days.len().min(state.done + SESSIONS_A_SLICE);
    for day in &days[state.done.min(done)..done] {
        sink.stage_quotes(chains_on(*day)).await?;
    }
    sink.publish_quotes(Origin::Ingestion, job.id, &spec.provider, clock.now()).await?;
    if done == days.len() {
        return Ok(SliceDone { outcome: JobOutcome::Done { state: String::new() }, alerts: Vec::new() });
    }
    let state = serde_json::to_string(&State { done });
    Ok(SliceDone::next(state.map_err(|error| SliceError::Final { code: "state", message: error.to_string() })?))
}
