//! Tells the outside that a run has ended: at most five times, with growing pauses.

use domain::ports::{BacktestStore, CallError, Caller, ClaimedJob, JobOutcome, StoreError};
use serde::Deserialize;

use super::runner::{SliceDone, SliceError};

/// The kind under which jobs are kept.
pub(crate) const KIND: &str = "webhook";

/// How often a callback is tried; fewer than a slice may be begun, so that this decides.
const MOST_CALLS: i64 = 5;

#[derive(Deserialize)]
struct Spec {
    backtest: i64,
}

/// Calls once, and says how it goes on.
///
/// # Errors
/// [`SliceError::Passing`] when it is to be tried again.
pub(crate) async fn call(
    store: &impl BacktestStore,
    caller: &impl Caller,
    job: &ClaimedJob,
) -> Result<SliceDone, SliceError> {
    let spec: Spec = serde_json::from_str(&job.spec)
        .map_err(|error| SliceError::Final { code: "unreadable_job", message: error.to_string() })?;
    let Some(callback) = store.callback(spec.backtest).await?.filter(|callback| callback.is_pending) else {
        return Ok(done());
    };
    let delivered = match caller.call(&callback.url, &callback.secret, &callback.body).await {
        Ok(()) => true,
        Err(CallError::Forbidden(_)) => false,
        Err(CallError::Failed(_)) if job.attempt >= MOST_CALLS => false,
        Err(CallError::Failed(message)) => {
            return Err(SliceError::Passing { code: "callback_failed", message });
        }
    };
    store.settle_callback(spec.backtest, delivered).await?;
    Ok(done())
}

fn done() -> SliceDone {
    SliceDone { outcome: JobOutcome::Done { state: String::new() }, alerts: Vec::new() }
}

/// Notes that a callback is given up. Safe to do twice.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn give_up(store: &impl BacktestStore, job: &ClaimedJob) -> Result<(), StoreError> {
    match serde_json::from_str::<Spec>(&job.spec) {
        Ok(spec) => store.settle_callback(spec.backtest, false).await,
        Err(_) => Ok(()),
    }
}
