//! Claims a slice of a job, has it done, and settles it.
//!
//! The state is in the store and a message is only a hint: a message that comes twice, late or never changes nothing but
//! the time. A slice that fails for a passing reason is tried again with growing pauses, and one that never succeeds ends
//! its job with a named error and an alert, so nothing stays open for ever.

use domain::ports::{Alert, Alerts, ClaimedJob, Clock, JobOutcome, JobStore, StoreError};

/// How long a claimer may work on a slice. A slice is made to end far earlier: one that is lost (the isolate was killed) is
/// taken up again after this.
pub(crate) const LEASE_MS: i64 = 180_000;

/// How often a slice is tried. With the pauses of [`pause_ms`] the last try comes about two minutes after the first.
pub(crate) const MAX_ATTEMPTS: i64 = 6;

/// A slice that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SliceDone {
    /// How it goes on.
    pub(crate) outcome: JobOutcome,
    /// What a person should know, told once the outcome is settled.
    pub(crate) alerts: Vec<Alert>,
}

/// Why a slice was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SliceError {
    /// It may succeed when tried again.
    #[error("{message}")]
    Passing { code: &'static str, message: String },
    /// It cannot succeed.
    #[error("{message}")]
    Final { code: &'static str, message: String },
}

impl SliceError {
    /// The stable code that run logs and alerts carry.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Passing { code, .. } | Self::Final { code, .. } => code,
        }
    }
}

impl From<StoreError> for SliceError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::Unavailable(_) => Self::Passing { code: "database_unavailable", message },
            // Reading again and deciding anew is what the next attempt does.
            StoreError::Conflict(_) => Self::Passing { code: "conflict", message },
            StoreError::Refused(_) => Self::Final { code: "database_refused", message },
        }
    }
}

impl SliceDone {
    /// Goes on with the next slice at once.
    pub(crate) const fn next(state: String) -> Self {
        Self { outcome: JobOutcome::Next { state }, alerts: Vec::new() }
    }
}

/// Every kind of job there is. `wiring` implements it: one line a kind.
pub(crate) trait JobKinds {
    /// Does one slice.
    async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError>;

    /// Closes what the job keeps outside its own row, and says what a person should know. It MUST be safe to do twice.
    async fn give_up(&self, job: &ClaimedJob, error: &SliceError) -> Result<Alert, StoreError>;
}

/// A slice that can be done, from some instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wake {
    /// The job.
    pub(crate) job: i64,
    /// Its slice.
    pub(crate) slice: i64,
    /// Milliseconds from now; 0 = at once.
    pub(crate) delay_ms: i64,
}

/// Does a slice of a job, unless it is done, taken, not due or not its turn. Returns what to wake next.
///
/// # Errors
/// When the store does not answer; the job is then as it was, or its lease ends.
pub(crate) async fn run_slice(
    store: &impl JobStore,
    kinds: &impl JobKinds,
    clock: &impl Clock,
    alerts: &impl Alerts,
    (id, slice): (i64, i64),
) -> Result<Option<Wake>, StoreError> {
    // 1. Take it, or leave it to whoever has it.
    let now = clock.now();
    let Some(job) = store.claim(id, slice, now, now.plus_ms(LEASE_MS)).await? else { return Ok(None) };
    // 2. Do it. More claims than attempts: the claimers before were killed, and the next one would be too.
    let done = if job.attempt > MAX_ATTEMPTS {
        let message = format!("slice {slice} was begun {MAX_ATTEMPTS} times and never came to an end");
        Err(SliceError::Final { code: "slice_lost", message })
    } else {
        kinds.run(&job).await
    };
    // 3. Decide how it goes on.
    let SliceDone { outcome, alerts: raised } = match done {
        Ok(done) => done,
        Err(SliceError::Passing { message, .. }) if job.attempt < MAX_ATTEMPTS => {
            let not_before = clock.now().plus_ms(pause_ms(job.attempt));
            let outcome = JobOutcome::Retry { not_before, error: message, state: job.state.clone() };
            SliceDone { outcome, alerts: Vec::new() }
        }
        Err(error) => given_up(kinds, &job, &error).await?,
    };
    // 4. Settle it, and only then speak of it.
    let now = clock.now();
    if !store.settle(&job, &outcome, now).await? {
        return Ok(None);
    }
    for alert in &raised {
        alerts.raise(alert).await;
    }
    Ok(wake_after(&job, &outcome, |instant| instant.ms_since(now).max(0)))
}

async fn given_up(kinds: &impl JobKinds, job: &ClaimedJob, error: &SliceError) -> Result<SliceDone, StoreError> {
    let alert = kinds.give_up(job, error).await?;
    let outcome = JobOutcome::Failed { error: format!("{}: {error}", error.code()), state: job.state.clone() };
    Ok(SliceDone { outcome, alerts: vec![alert] })
}

fn wake_after(
    job: &ClaimedJob,
    outcome: &JobOutcome,
    delay_until: impl Fn(domain::units::UnixMillis) -> i64,
) -> Option<Wake> {
    let (slice, delay_ms) = match outcome {
        JobOutcome::Next { .. } => (job.slice + 1, 0),
        JobOutcome::Later { not_before, .. } => (job.slice + 1, delay_until(*not_before)),
        JobOutcome::Retry { not_before, .. } => (job.slice, delay_until(*not_before)),
        JobOutcome::Done { .. } | JobOutcome::Failed { .. } => return None,
    };
    Some(Wake { job: job.id, slice, delay_ms })
}

/// The pause after the attempt with this number, from 1: 4 s, 8 s, 16 s, 32 s, 64 s.
fn pause_ms(attempt: i64) -> i64 {
    4_000 << (attempt - 1).clamp(0, 8)
}

/// Adds a job and runs it to its end, as time goes on; returns its number of slices.
#[cfg(test)]
pub(crate) fn run_to_the_end(
    (store, kinds, clock, alerts): (
        &domain::testing::MemoryJobStore,
        &impl JobKinds,
        &domain::testing::ManualClock,
        &domain::testing::AlertList,
    ),
    (kind, spec): (&str, &str),
) -> i64 {
    let (id, _) = pollster::block_on(store.add(kind, "k", spec, clock.now())).unwrap();
    let mut slice = 0;
    while let Some(wake) = pollster::block_on(run_slice(store, kinds, clock, alerts, (id, slice))).unwrap() {
        clock.advance_ms(wake.delay_ms);
        slice = wake.slice;
    }
    slice
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use domain::testing::{AlertList, ManualClock, MemoryJobStore};
    use domain::units::UnixMillis;
    use pollster::block_on;

    use super::*;

    /// Answers what it was told to, in order, and remembers what it was asked.
    struct Script {
        answers: RefCell<Vec<Result<SliceDone, SliceError>>>,
        given_up: RefCell<Vec<String>>,
    }

    impl Script {
        fn of(answers: Vec<Result<SliceDone, SliceError>>) -> Self {
            Self { answers: RefCell::new(answers), given_up: RefCell::default() }
        }
    }

    impl JobKinds for Script {
        async fn run(&self, _: &ClaimedJob) -> Result<SliceDone, SliceError> {
            self.answers.borrow_mut().remove(0)
        }

        async fn give_up(&self, _: &ClaimedJob, error: &SliceError) -> Result<Alert, StoreError> {
            self.given_up.borrow_mut().push(error.to_string());
            Ok(Alert { code: "job_failed", message: error.to_string() })
        }
    }

    struct World {
        store: MemoryJobStore,
        clock: ManualClock,
        alerts: AlertList,
    }

    impl World {
        fn with_a_job() -> Self {
            let (store, clock) = (MemoryJobStore::default(), ManualClock::at(UnixMillis(1_700_000_000_000)));
            block_on(store.add("test", "a", "{}", clock.now())).unwrap();
            Self { store, clock, alerts: AlertList::default() }
        }

        fn run(&self, script: &Script, slice: i64) -> Option<Wake> {
            block_on(run_slice(&self.store, script, &self.clock, &self.alerts, (1, slice))).unwrap()
        }
    }

    fn passing() -> Result<SliceDone, SliceError> {
        Err(SliceError::Passing { code: "provider_unavailable", message: "busy".to_owned() })
    }

    #[test]
    fn a_done_slice_wakes_the_next_and_a_repeated_message_does_nothing() {
        let world = World::with_a_job();
        let done = SliceDone { outcome: JobOutcome::Done { state: "end".to_owned() }, alerts: Vec::new() };
        let script = Script::of(vec![Ok(SliceDone::next("one".to_owned())), Ok(done)]);
        assert_eq!(world.run(&script, 0), Some(Wake { job: 1, slice: 1, delay_ms: 0 }));
        assert_eq!(world.run(&script, 0), None);
        assert_eq!(world.run(&script, 1), None);
        assert_eq!(world.store.jobs()[0].status, "done");
        assert!(world.alerts.raised().is_empty());
    }

    #[test]
    fn a_passing_failure_is_tried_again_with_growing_pauses_then_ends_the_job_with_one_alert() {
        let world = World::with_a_job();
        let script = Script::of((0..6).map(|_| passing()).collect());
        for pause_ms in [4_000, 8_000, 16_000, 32_000, 64_000] {
            assert_eq!(world.run(&script, 0), Some(Wake { job: 1, slice: 0, delay_ms: pause_ms }));
            assert_eq!(world.run(&script, 0), None, "it is not due yet");
            world.clock.advance_ms(pause_ms);
        }
        assert_eq!(world.run(&script, 0), None);
        let job = &world.store.jobs()[0];
        assert_eq!((job.status, job.error.as_deref()), ("failed", Some("provider_unavailable: busy")));
        assert_eq!(*script.given_up.borrow(), ["busy"]);
        assert_eq!(world.alerts.raised().len(), 1);
    }

    #[test]
    fn a_final_failure_ends_the_job_at_once() {
        let world = World::with_a_job();
        let error = SliceError::Final { code: "provider_refused", message: "no".to_owned() };
        assert_eq!(world.run(&Script::of(vec![Err(error)]), 0), None);
        assert_eq!(world.store.jobs()[0].error.as_deref(), Some("provider_refused: no"));
        assert_eq!(world.alerts.raised(), [Alert { code: "job_failed", message: "no".to_owned() }]);
    }

    #[test]
    fn a_slice_whose_claimers_are_always_killed_ends_its_job() {
        let world = World::with_a_job();
        for _ in 0..MAX_ATTEMPTS {
            let now = world.clock.now();
            assert!(block_on(world.store.claim(1, 0, now, now.plus_ms(LEASE_MS))).unwrap().is_some());
            world.clock.advance_ms(LEASE_MS);
        }
        assert_eq!(world.run(&Script::of(Vec::new()), 0), None);
        let error = world.store.jobs()[0].error.clone().unwrap();
        assert_eq!(error, "slice_lost: slice 0 was begun 6 times and never came to an end");
    }

    #[test]
    fn patience_does_not_count_as_a_failure() {
        let world = World::with_a_job();
        for slice in 0..20 {
            let not_before = world.clock.now().plus_ms(30_000);
            let later = JobOutcome::Later { not_before, reason: "rate limited".to_owned(), state: String::new() };
            let script = Script::of(vec![Ok(SliceDone { outcome: later, alerts: Vec::new() })]);
            assert_eq!(world.run(&script, slice), Some(Wake { job: 1, slice: slice + 1, delay_ms: 30_000 }));
            world.clock.advance_ms(30_000);
        }
        assert_eq!(world.store.jobs()[0].status, "open");
    }
}
