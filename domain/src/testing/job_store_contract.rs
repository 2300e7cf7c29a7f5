//! What every [`JobStore`] promises. Each function wants an empty store and panics where a promise is broken.

use crate::ports::{ClaimedJob, JobOutcome, JobStore};
use crate::units::UnixMillis;

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);
const LEASE_MS: i64 = 60_000;

fn lease() -> UnixMillis {
    NOW.plus_ms(LEASE_MS)
}

async fn added(store: &impl JobStore) -> i64 {
    store.add("ingest", "a", "{\"x\":1}", NOW).await.expect("an empty store takes a job").0
}

async fn claimed(store: &impl JobStore, id: i64, slice: i64, now: UnixMillis) -> ClaimedJob {
    let lease_until = now.plus_ms(LEASE_MS);
    store.claim(id, slice, now, lease_until).await.expect("a claim is answered").expect("the slice is due and free")
}

fn next(state: &str) -> JobOutcome {
    JobOutcome::Next { state: state.to_owned() }
}

/// Two open jobs of one kind never share a key; a closed one makes room.
pub async fn an_open_job_is_added_once(store: &impl JobStore) {
    let id = added(store).await;
    assert_eq!(store.add("ingest", "a", "{}", NOW).await, Ok((id, false)));
    let (other, is_new) = store.add("build_index", "a", "{}", NOW).await.expect("another kind is another job");
    assert!(is_new && other != id);
    let job = claimed(store, id, 0, NOW).await;
    assert_eq!(job.spec, "{\"x\":1}", "the first spec stays");
    assert_eq!(store.settle(&job, &JobOutcome::Done { state: String::new() }, NOW).await, Ok(true));
    let (again, is_new) = store.add("ingest", "a", "{}", NOW).await.expect("a done job makes room");
    assert!(is_new && again != id);
}

/// A claim answers everything that the slice needs.
pub async fn a_claim_hands_over_what_the_slice_before_left(store: &impl JobStore) {
    let id = added(store).await;
    let job = claimed(store, id, 0, NOW).await;
    let expected = ClaimedJob {
        id,
        kind: "ingest".to_owned(),
        spec: "{\"x\":1}".to_owned(),
        state: String::new(),
        slice: 0,
        attempt: 1,
    };
    assert_eq!(job, expected);
    assert_eq!(store.settle(&job, &next("{\"y\":2}"), NOW).await, Ok(true));
    let job = claimed(store, id, 1, NOW).await;
    assert_eq!(job, ClaimedJob { state: "{\"y\":2}".to_owned(), slice: 1, ..expected });
}

/// Nobody else gets a slice before its lease has ended.
pub async fn a_slice_has_one_holder_at_a_time(store: &impl JobStore) {
    let id = added(store).await;
    claimed(store, id, 0, NOW).await;
    assert_eq!(store.claim(id, 0, NOW, lease()).await, Ok(None));
    assert_eq!(store.claim(id, 0, lease().plus_ms(-1), lease().plus_ms(1)).await, Ok(None));
    assert_eq!(store.due(lease().plus_ms(-1), 10).await, Ok(vec![]));
    assert_eq!(store.due(lease(), 10).await, Ok(vec![(id, 0)]));
    assert_eq!(claimed(store, id, 0, lease()).await.attempt, 2);
}

/// Whoever lost the lease cannot settle; whoever got it can.
pub async fn a_lost_lease_cannot_be_settled(store: &impl JobStore) {
    let id = added(store).await;
    let slow = claimed(store, id, 0, NOW).await;
    let quick = claimed(store, id, 0, lease()).await;
    assert_eq!(store.settle(&slow, &next("slow"), lease()).await, Ok(false));
    assert_eq!(store.settle(&quick, &next("quick"), lease()).await, Ok(true));
    assert_eq!(store.settle(&quick, &next("twice"), lease()).await, Ok(false));
    assert_eq!(claimed(store, id, 1, lease()).await.state, "quick");
}

/// A message for another slice, another job or a closed job claims nothing.
pub async fn only_the_slice_whose_turn_it_is_can_be_claimed(store: &impl JobStore) {
    let id = added(store).await;
    assert_eq!(store.claim(id, 1, NOW, lease()).await, Ok(None));
    assert_eq!(store.claim(id + 1, 0, NOW, lease()).await, Ok(None));
    let job = claimed(store, id, 0, NOW).await;
    let failed = JobOutcome::Failed { error: "no".to_owned(), state: String::new() };
    assert_eq!(store.settle(&job, &failed, NOW).await, Ok(true));
    assert_eq!(store.claim(id, 0, lease(), lease().plus_ms(1)).await, Ok(None));
    assert_eq!(store.claim(id, 1, lease(), lease().plus_ms(1)).await, Ok(None));
    assert_eq!(store.due(lease(), 10).await, Ok(vec![]));
}

/// A retry is the same slice with its attempts counted; a later one is the next slice. Neither is due before its time.
pub async fn what_was_put_off_is_due_when_its_time_has_come(store: &impl JobStore) {
    let id = added(store).await;
    let job = claimed(store, id, 0, NOW).await;
    let (at, error, state) = (NOW.plus_ms(500), "busy".to_owned(), "half".to_owned());
    assert_eq!(store.settle(&job, &JobOutcome::Retry { not_before: at, error, state }, NOW).await, Ok(true));
    assert_eq!(store.claim(id, 0, at.plus_ms(-1), lease()).await, Ok(None));
    assert_eq!(store.due(at.plus_ms(-1), 10).await, Ok(vec![]));
    let job = claimed(store, id, 0, at).await;
    assert_eq!((job.attempt, job.state.as_str()), (2, "half"));
    let at = at.plus_ms(500);
    let later = JobOutcome::Later { not_before: at, reason: "busy".to_owned(), state: "waited".to_owned() };
    assert_eq!(store.settle(&job, &later, at.plus_ms(-500)).await, Ok(true));
    assert_eq!(store.claim(id, 1, at.plus_ms(-1), lease()).await, Ok(None));
    let job = claimed(store, id, 1, at).await;
    assert_eq!((job.attempt, job.state.as_str()), (1, "waited"));
}

/// After the clock went back, neither a lease nor a pause of the lost time holds a job up.
pub async fn a_clock_that_goes_back_holds_up_no_job(store: &impl JobStore) {
    let yesterday = NOW.plus_ms(-86_400_000);
    let id = added(store).await;
    claimed(store, id, 0, NOW).await;
    assert_eq!(store.due(yesterday, 10).await, Ok(vec![(id, 0)]));
    let job = claimed(store, id, 0, yesterday).await;
    assert_eq!(store.claim(id, 0, yesterday, yesterday.plus_ms(LEASE_MS)).await, Ok(None), "it is held again");
    let (at, error) = (NOW.plus_ms(500), "busy".to_owned());
    assert_eq!(
        store.settle(&job, &JobOutcome::Retry { not_before: at, error, state: String::new() }, NOW).await,
        Ok(true)
    );
    assert_eq!(store.due(yesterday, 10).await, Ok(vec![(id, 0)]));
}

/// What has waited longest comes first, and never more than asked for.
pub async fn due_jobs_come_oldest_first(store: &impl JobStore) {
    let mut ids = Vec::new();
    for (key, later_ms) in [("c", 20), ("a", 0), ("b", 10)] {
        ids.push(store.add("ingest", key, "{}", NOW.plus_ms(later_ms)).await.expect("a job is added").0);
    }
    let at = NOW.plus_ms(20);
    assert_eq!(store.due(at, 10).await, Ok(vec![(ids[1], 0), (ids[2], 0), (ids[0], 0)]));
    assert_eq!(store.due(at, 2).await, Ok(vec![(ids[1], 0), (ids[2], 0)]));
    assert_eq!(store.due(NOW, 10).await, Ok(vec![(ids[1], 0)]));
}

/// Makes a test of every promise, each with a store of its own from `$store`.
#[macro_export]
macro_rules! job_store_contract {
    ($store:expr) => {
        $crate::job_store_contract!($store;
            an_open_job_is_added_once
            a_claim_hands_over_what_the_slice_before_left
            a_slice_has_one_holder_at_a_time
            a_lost_lease_cannot_be_settled
            only_the_slice_whose_turn_it_is_can_be_claimed
            what_was_put_off_is_due_when_its_time_has_come
            a_clock_that_goes_back_holds_up_no_job
            due_jobs_come_oldest_first
        );
    };
    ($store:expr; $($promise:ident)+) => {
        $(#[test]
        fn $promise() {
            pollster::block_on($crate::testing::job_store_contract::$promise(&$store));
        })+
    };
}

#[cfg(test)]
mod tests {
    use crate::testing::MemoryJobStore;

    crate::job_store_contract!(MemoryJobStore::default());
}
