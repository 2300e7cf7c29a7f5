//! The version of each scope of stored data. See `migrations/0001_data_versions.sql`.

use domain::ports::StoreError;
use serde::Deserialize;

use super::{D1, Rows, Statement};

const SELECT: &str = sql!("data_versions_select");

/// The versions of some scopes, all read at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    /// Of everything: how many publications there had been at that moment.
    pub(crate) all: i64,
    /// Of each scope, in the order asked; 0 for a scope that nothing has been published to.
    pub(crate) scopes: Vec<i64>,
}

#[derive(Deserialize)]
struct Row {
    scope: String,
    version: i64,
}

/// The statement that reads these scopes; it goes into the same batch as the data whose version is wanted.
pub(crate) fn select(scopes: &[&str]) -> Statement {
    // One row read a scope: a list to look in would be read for each of them.
    let names = scopes.iter().copied().chain(["all"]);
    let looked_up: Vec<String> =
        (1..=scopes.len() + 1).map(|number| SELECT.trim().replace("?1", &format!("?{number}"))).collect();
    names.fold(Statement::new(looked_up.join(" union all ")), Statement::bind)
}

/// The answer of [`select`] for the same scopes.
///
/// # Errors
/// [`StoreError::Refused`] when the rows are of another statement.
pub(crate) fn decode(rows: &Rows, scopes: &[&str]) -> Result<Versions, StoreError> {
    let rows: Vec<Row> = rows.decode()?;
    let of = |scope: &str| rows.iter().find(|row| row.scope == scope).map_or(0, |row| row.version);
    Ok(Versions { all: of("all"), scopes: scopes.iter().map(|scope| of(scope)).collect() })
}

/// Reads the versions of these scopes.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn read(db: &D1, scopes: &[&str]) -> Result<Versions, StoreError> {
    decode(&db.run(select(scopes)).await?, scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_without_a_publication_is_at_version_0() {
        let db = D1::in_memory();
        let publish = "insert into data_versions values ('index:a', 2) on conflict do update set version = 2";
        let all = "update data_versions set version = 3 where scope = 'all'";
        pollster::block_on(db.batch(vec![Statement::new(publish), Statement::new(all)])).unwrap();
        let versions = pollster::block_on(read(&db, &["market", "index:b", "index:a"])).unwrap();
        assert_eq!(versions, Versions { all: 3, scopes: vec![0, 0, 2] });
    }
}
