//! What operators ask of the database.

use domain::ports::StoreError;
use serde::Deserialize;

use super::{D1, Statement};

/// Figures that all isolates share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gauges {
    /// The version of each scope.
    pub(crate) versions: Vec<ScopeVersion>,
    /// Open jobs by kind.
    pub(crate) jobs: Vec<OpenJobs>,
    /// How many streams there are.
    pub(crate) streams: u64,
}

/// The version of a scope.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct ScopeVersion {
    pub(crate) scope: String,
    pub(crate) version: i64,
}

/// How many jobs of a kind are open.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct OpenJobs {
    pub(crate) kind: String,
    pub(crate) open: i64,
}

/// Whether a migration has been applied, by the book that `wrangler d1 migrations` keeps.
///
/// # Errors
/// See [`StoreError`]; [`StoreError::Refused`] when there is no such book.
pub(crate) async fn has_migration(db: &D1, name: &str) -> Result<bool, StoreError> {
    let found = db.run(Statement::new(sql!("migrations_find")).bind(name)).await;
    match found {
        Ok(rows) => Ok(rows.scalar::<i64>()? == Some(1)),
        // An empty database has no book yet.
        Err(StoreError::Refused(message)) if message.contains("no such table") => Ok(false),
        Err(error) => Err(error),
    }
}

/// Reads what `/metrics` shows of the database, at most 100 scopes.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn gauges(db: &D1) -> Result<Gauges, StoreError> {
    let versions = Statement::new(sql!("data_versions_list"));
    let jobs = Statement::new(sql!("jobs_count_open"));
    let streams = Statement::new(sql!("stream_symbols_count"));
    match db.batch(vec![versions, jobs, streams]).await?.as_slice() {
        [versions, jobs, streams] => Ok(Gauges {
            versions: versions.decode()?,
            jobs: jobs.decode()?,
            streams: streams.scalar()?.unwrap_or_default(),
        }),
        _ => Err(StoreError::Refused("three statements answered another number of results".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_jobs_are_counted_by_kind() {
        let db = D1::in_memory();
        let job = |key: &str, status: &str| {
            let sql = "insert into jobs (kind, key, spec, status, created_at, updated_at) values ('ingest', ?1, '', ?2, 0, 0)";
            Statement::new(sql).bind(key).bind(status)
        };
        pollster::block_on(db.batch(vec![job("a", "open"), job("b", "open"), job("c", "done")])).unwrap();
        let gauges = pollster::block_on(gauges(&db)).unwrap();
        assert_eq!(gauges.jobs, [OpenJobs { kind: "ingest".into(), open: 2 }]);
        assert_eq!((gauges.versions.len(), gauges.streams), (3, 0));
    }

    #[test]
    fn a_migration_counts_only_when_it_is_in_the_book() {
        let db = D1::in_memory();
        let has = |name| pollster::block_on(has_migration(&db, name)).unwrap();
        assert!(!has("0001_a.sql"));
        let book = Statement::new("create table d1_migrations (name text)");
        let entry = Statement::new("insert into d1_migrations values ('0001_a.sql')");
        pollster::block_on(db.batch(vec![book])).unwrap();
        pollster::block_on(db.batch(vec![entry])).unwrap();
        assert!(has("0001_a.sql") && !has("0002_b.sql"));
    }
}
