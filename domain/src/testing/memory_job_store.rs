//! Jobs in memory.

use std::cell::RefCell;

use crate::ports::{ClaimedJob, JobOutcome, JobStore, StoreError};
use crate::testing::Faults;
use crate::units::UnixMillis;

/// How far the clocks of two callers may lie apart.
const CLOCK_SKEW_MS: i64 = 60_000;

/// A job as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptJob {
    /// What a claim answers; `attempt` counts the claims of this slice.
    pub job: ClaimedJob,
    /// Two open jobs of one kind never share it.
    pub key: String,
    /// `open`, `done` or `failed`.
    pub status: &'static str,
    /// A claimed slice belongs to its claimer until then.
    pub lease_until: UnixMillis,
    /// Not due before.
    pub next_at: UnixMillis,
    /// When it was added, claimed or settled last.
    pub updated_at: UnixMillis,
    /// What went wrong last.
    pub error: Option<String>,
}

/// Jobs in memory, with a fault switch.
#[derive(Debug, Default)]
pub struct MemoryJobStore {
    jobs: RefCell<Vec<KeptJob>>,
    faults: Faults,
}

impl MemoryJobStore {
    /// An empty store that breaks as the switch says.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { jobs: RefCell::default(), faults }
    }

    /// Every job, oldest first.
    #[must_use]
    pub fn jobs(&self) -> Vec<KeptJob> {
        self.jobs.borrow().clone()
    }
}

impl JobStore for MemoryJobStore {
    async fn add(&self, kind: &str, key: &str, spec: &str, now: UnixMillis) -> Result<(i64, bool), StoreError> {
        self.faults.around(|| {
            let mut jobs = self.jobs.borrow_mut();
            let open = jobs.iter().find(|kept| kept.status == "open" && kept.job.kind == kind && kept.key == key);
            if let Some(open) = open {
                return Ok((open.job.id, false));
            }
            let id = i64::try_from(jobs.len()).unwrap_or(i64::MAX - 1) + 1;
            let (kind, spec, state) = (kind.to_owned(), spec.to_owned(), String::new());
            jobs.push(KeptJob {
                job: ClaimedJob { id, kind, spec, state, slice: 0, attempt: 0 },
                key: key.to_owned(),
                status: "open",
                lease_until: UnixMillis(0),
                next_at: now,
                updated_at: now,
                error: None,
            });
            Ok((id, true))
        })
    }

    async fn claim(
        &self,
        id: i64,
        slice: i64,
        now: UnixMillis,
        lease_until: UnixMillis,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        self.faults.around(|| {
            let mut jobs = self.jobs.borrow_mut();
            let wanted = |kept: &&mut KeptJob| kept.job.id == id && kept.job.slice == slice && is_due(kept, now);
            Ok(jobs.iter_mut().find(wanted).map(|kept| {
                (kept.lease_until, kept.updated_at) = (lease_until, now);
                kept.job.attempt += 1;
                kept.job.clone()
            }))
        })
    }

    async fn settle(&self, job: &ClaimedJob, outcome: &JobOutcome, now: UnixMillis) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let mut jobs = self.jobs.borrow_mut();
            let same = |kept: &&mut KeptJob| {
                let mine = (kept.job.id, kept.job.slice, kept.job.attempt) == (job.id, job.slice, job.attempt);
                mine && kept.status == "open"
            };
            let Some(kept) = jobs.iter_mut().find(same) else { return Ok(false) };
            settle_one(kept, outcome, now);
            Ok(true)
        })
    }

    async fn due(&self, now: UnixMillis, limit: usize) -> Result<Vec<(i64, i64)>, StoreError> {
        self.faults.around(|| {
            let jobs = self.jobs.borrow();
            let mut due: Vec<_> = jobs.iter().filter(|kept| is_due(kept, now)).collect();
            due.sort_by_key(|kept| (kept.next_at, kept.job.id));
            Ok(due.into_iter().take(limit).map(|kept| (kept.job.id, kept.job.slice)).collect())
        })
    }
}

fn is_due(kept: &KeptJob, now: UnixMillis) -> bool {
    let is_of_the_future = kept.updated_at > now.plus_ms(CLOCK_SKEW_MS);
    kept.status == "open" && (kept.lease_until <= now && kept.next_at <= now || is_of_the_future)
}

fn settle_one(kept: &mut KeptJob, outcome: &JobOutcome, now: UnixMillis) {
    (kept.lease_until, kept.updated_at) = (UnixMillis(0), now);
    kept.error = None;
    let state = match outcome {
        JobOutcome::Next { state } => {
            (kept.job.slice, kept.job.attempt, kept.next_at) = (kept.job.slice + 1, 0, now);
            state
        }
        JobOutcome::Later { not_before, reason, state } => {
            (kept.job.slice, kept.job.attempt, kept.next_at) = (kept.job.slice + 1, 0, *not_before);
            kept.error = Some(reason.clone());
            state
        }
        JobOutcome::Retry { not_before, error, state } => {
            (kept.next_at, kept.error) = (*not_before, Some(error.clone()));
            state
        }
        JobOutcome::Done { state } => {
            kept.status = "done";
            state
        }
        JobOutcome::Failed { error, state } => {
            (kept.status, kept.error) = ("failed", Some(error.clone()));
            state
        }
    };
    kept.job.state.clone_from(state);
}
