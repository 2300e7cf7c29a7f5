//! Durable jobs in the table `jobs`.

use domain::ports::{ClaimedJob, JobOutcome, JobStore, StoreError};
use domain::units::UnixMillis;
use serde::Deserialize;

use super::{D1, Statement};

const ADD: &str = sql!("jobs_add");
const OPEN: &str = sql!("jobs_open");
const CLAIM: &str = sql!("jobs_claim");
const SETTLE: &str = sql!("jobs_settle");
const DUE: &str = sql!("jobs_due");
const ADD_BUILDS: &str = sql!("jobs_add_builds");
const PRUNE: &str = sql!("jobs_prune");

/// Jobs in D1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct D1JobStore<'a>(pub(crate) &'a D1);

#[derive(Deserialize)]
struct ClaimedRow {
    id: i64,
    kind: String,
    spec: String,
    state: String,
    slice: i64,
    attempt: i64,
}

#[derive(Deserialize)]
struct DueRow {
    id: i64,
    slice: i64,
}

impl D1JobStore<'_> {
    /// Adds a `build_index` job for every index that is brought up to date by itself; returns how many are new.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn add_builds(&self, now: UnixMillis) -> Result<u64, StoreError> {
        Ok(self.0.run(Statement::new(ADD_BUILDS).bind(now)).await?.changes())
    }

    /// The open job of a kind with this key.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn open(&self, kind: &str, key: &str) -> Result<Option<i64>, StoreError> {
        self.0.run(Statement::new(OPEN).bind(kind).bind(key)).await?.scalar()
    }

    /// Deletes the closed jobs that nobody has touched since; returns how many.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn prune(&self, before: UnixMillis) -> Result<u64, StoreError> {
        Ok(self.0.run(Statement::new(PRUNE).bind(before)).await?.changes())
    }
}

impl JobStore for D1JobStore<'_> {
    async fn add(&self, kind: &str, key: &str, spec: &str, now: UnixMillis) -> Result<(i64, bool), StoreError> {
        let add = Statement::new(ADD).bind(kind).bind(key).bind(spec).bind(now);
        // One transaction: whoever holds the key when the insert did not is still open when it is read.
        let rows = self.0.batch(vec![add, Statement::new(OPEN).bind(kind).bind(key)]).await?;
        let added = rows[0].scalar::<i64>()?;
        let open = rows[1].scalar::<i64>()?;
        let id = added.or(open).ok_or_else(|| StoreError::Refused("a job was neither added nor found".to_owned()))?;
        Ok((id, added.is_some()))
    }

    async fn claim(
        &self,
        id: i64,
        slice: i64,
        now: UnixMillis,
        lease_until: UnixMillis,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        let claim = Statement::new(CLAIM).bind(id).bind(slice).bind(now).bind(lease_until);
        let row = self.0.run(claim).await?.first::<ClaimedRow>()?;
        Ok(row.map(|ClaimedRow { id, kind, spec, state, slice, attempt }| ClaimedJob {
            id,
            kind,
            spec,
            state,
            slice,
            attempt,
        }))
    }

    async fn settle(&self, job: &ClaimedJob, outcome: &JobOutcome, now: UnixMillis) -> Result<bool, StoreError> {
        let (status, forward, next_at, error, state) = match outcome {
            JobOutcome::Next { state } => ("open", 1, now, None, state),
            JobOutcome::Later { not_before, reason, state } => ("open", 1, *not_before, Some(reason), state),
            JobOutcome::Retry { not_before, error, state } => ("open", 0, *not_before, Some(error), state),
            JobOutcome::Done { state } => ("done", 0, now, None, state),
            JobOutcome::Failed { error, state } => ("failed", 0, now, Some(error), state),
        };
        let settle = Statement::new(SETTLE).bind(job.id).bind(job.slice).bind(job.attempt).bind(status).bind(forward);
        let settle = settle.bind(next_at).bind(error.cloned()).bind(state.as_str()).bind(now);
        Ok(self.0.run(settle).await?.scalar::<i64>()?.is_some())
    }

    async fn due(&self, now: UnixMillis, limit: usize) -> Result<Vec<(i64, i64)>, StoreError> {
        let rows = self.0.run(Statement::new(DUE).bind(now).bind(limit)).await?.decode::<DueRow>()?;
        Ok(rows.into_iter().map(|row| (row.id, row.slice)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    domain::job_store_contract!(D1JobStore(&D1::in_memory()));

    #[test]
    fn every_index_that_updates_by_itself_gets_one_build() {
        pollster::block_on(async {
            let db = D1::in_memory();
            let (store, now) = (D1JobStore(&db), UnixMillis(1_700_000_000_000));
            let index =
                "insert into indices (slug, owner, top_n, weighting, rebalance, return_type, share_classes, buffer,
                auto_build, created_at) values (?1, 'local', 100, 'equal', 'daily', 'price', 'line', 0, ?2, 0)";
            for (slug, auto_build) in [("top100", true), ("top50", true), ("once", false)] {
                db.run(Statement::new(index).bind(slug).bind(auto_build)).await.unwrap();
            }
            assert_eq!(store.add_builds(now).await, Ok(2));
            assert_eq!(store.add_builds(now).await, Ok(0), "they are open still");
            let job = store.claim(1, 0, now, now.plus_ms(1)).await.unwrap().unwrap();
            assert_eq!((job.kind.as_str(), job.spec.as_str()), ("build_index", r#"{"index":"top100"}"#));
        });
    }

    #[test]
    fn only_closed_jobs_are_pruned() {
        pollster::block_on(async {
            let db = D1::in_memory();
            let store = D1JobStore(&db);
            let now = UnixMillis(1_700_000_000_000);
            for key in ["open", "closed"] {
                store.add("ingest", key, "{}", now).await.unwrap();
            }
            let job = store.claim(2, 0, now, now.plus_ms(1)).await.unwrap().unwrap();
            store.settle(&job, &JobOutcome::Done { state: String::new() }, now).await.unwrap();
            assert_eq!(store.prune(now).await, Ok(0));
            assert_eq!(store.prune(now.plus_ms(1)).await, Ok(1));
            assert_eq!(store.due(now, 10).await, Ok(vec![(1, 0)]));
        });
    }
}
