//! The log of imported files in the table `imports`. What their rows are is the market store's.

use domain::api::{Import, ImportedRows, RejectedRow};
use domain::ports::{Rejection, RowKind, StoreError};
use domain::units::UnixMillis;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::slice::Slice;
use super::{D1, Statement};

const ADD: &str = sql!("imports_add");
const TOUCH: &str = sql!("imports_touch");
const COMMIT: &str = sql!("imports_commit");
const FAIL: &str = sql!("imports_fail");
const UNDO: &str = sql!("imports_undo");
const SETTLE: &str = sql!("imports_settle");
const LIST: &str = sql!("imports_list");
const GET: &str = sql!("imports_get");
const OPEN: &str = sql!("imports_open");

/// An import that is published but not yet called so belongs to a caller that was stopped, after this long.
const STOPPED_AFTER_MS: i64 = 60_000;

/// The import log in D1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct D1Imports<'a>(pub(crate) &'a D1);

/// What came of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome<'a> {
    /// Bytes received, as sent.
    pub(crate) bytes: u64,
    /// What became of its rows.
    pub(crate) rows: ImportedRows,
    /// The first rejections.
    pub(crate) rejections: &'a [Rejection],
    /// Columns that the kind does not know.
    pub(crate) unknown_columns: &'a [String],
}

#[derive(Deserialize)]
struct Row {
    id: i64,
    kind: String,
    status: String,
    bytes: u64,
    accepted: u64,
    unchanged: u64,
    rejected: u64,
    rejections: String,
    unknown_columns: String,
    data_version: Option<i64>,
    error: Option<String>,
    created_at: i64,
    finished_at: Option<i64>,
}

impl D1Imports<'_> {
    /// Notes that a file is coming and answers its number.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn add(&self, kind: RowKind, owner: &str, now: UnixMillis) -> Result<i64, StoreError> {
        let id = self.0.run(Statement::new(ADD).bind(kind.name()).bind(owner).bind(now)).await?.scalar()?;
        id.ok_or_else(|| StoreError::Refused("a new import got no number".to_owned()))
    }

    /// Notes that more of the file came. `false`: it is not being received (any more).
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn touch(&self, id: i64, now: UnixMillis) -> Result<bool, StoreError> {
        Ok(self.0.run(Statement::new(TOUCH).bind(id).bind(now)).await?.changes() > 0)
    }

    /// Whether the file is being received.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn is_open(&self, id: i64) -> Result<bool, StoreError> {
        Ok(self.0.run(Statement::new(OPEN).bind(id)).await?.scalar::<i64>()? == Some(1))
    }

    /// Notes what came of a file whose rows are published.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn commit(&self, id: i64, outcome: Outcome<'_>, now: UnixMillis) -> Result<(), StoreError> {
        let rejections: Vec<RejectedRow> =
            outcome.rejections.iter().map(|r| RejectedRow { line: r.line, reason: r.reason.clone() }).collect();
        let commit = Statement::new(COMMIT)
            .bind(id)
            .bind(number(outcome.bytes))
            .bind(number(outcome.rows.accepted))
            .bind(number(outcome.rows.unchanged))
            .bind(number(outcome.rows.rejected))
            .bind(serde_json::json!(rejections).to_string())
            .bind(serde_json::json!(outcome.unknown_columns).to_string())
            .bind(now);
        self.0.run(commit).await?;
        Ok(())
    }

    /// Notes that nothing of a file was kept, and why. Of an import whose rows are published this changes nothing.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn fail(&self, id: i64, bytes: u64, error: &str, now: UnixMillis) -> Result<(), StoreError> {
        self.0.run(Statement::new(FAIL).bind(id).bind(number(bytes)).bind(error).bind(now)).await?;
        Ok(())
    }

    /// Undoes a committed import that had changed nothing. `false`: it had, so the market store must undo it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn undo_unchanged(&self, id: i64, now: UnixMillis) -> Result<bool, StoreError> {
        Ok(self.0.run(Statement::new(UNDO).bind(id).bind(now)).await?.changes() > 0)
    }

    /// Calls committed what was published by a caller that was stopped right after. The tick calls it before it fails
    /// abandoned uploads.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn settle_published(&self, now: UnixMillis) -> Result<u64, StoreError> {
        let before = now.plus_ms(-STOPPED_AFTER_MS);
        Ok(self.0.run(Statement::new(SETTLE).bind(now).bind(before)).await?.changes())
    }

    /// Imports with numbers below `before`, the latest first, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn list(&self, before: i64, limit: i64) -> Result<Vec<Import>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or_default();
        self.slice(Slice { below: Some(before), ..Slice::first(limit) }).await
    }

    /// A stretch of the imports, the latest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn slice(&self, slice: Slice) -> Result<Vec<Import>, StoreError> {
        let rows = slice.in_order(self.0.run(slice.statement(LIST)).await?.decode::<Row>()?);
        rows.into_iter().map(Row::into_import).collect()
    }

    /// One import, or `None` where there is none of this number.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn get(&self, id: i64) -> Result<Option<Import>, StoreError> {
        self.0.run(Statement::new(GET).bind(id)).await?.first::<Row>()?.map(Row::into_import).transpose()
    }
}

impl Row {
    fn into_import(self) -> Result<Import, StoreError> {
        Ok(Import {
            id: self.id,
            kind: self.kind,
            status: self.status,
            bytes: self.bytes,
            rows: ImportedRows { accepted: self.accepted, unchanged: self.unchanged, rejected: self.rejected },
            rejected: stored_json(&self.rejections)?,
            unknown_columns: stored_json(&self.unknown_columns)?,
            data_version: self.data_version,
            error: self.error,
            created_at: self.created_at,
            finished_at: self.finished_at,
        })
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn stored_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Refused(format!("unreadable import: {error}")))
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;

    const OUTCOME: Outcome<'_> = Outcome {
        bytes: 120,
        rows: ImportedRows { accepted: 2, unchanged: 1, rejected: 1 },
        rejections: &[],
        unknown_columns: &[],
    };

    fn published(db: &D1, import: i64, version: i64) {
        let sql = "insert into publications (version, origin, origin_id, source, securities, at) \
                   values (?1, 'import', ?2, 'files', '[]', 0)";
        block_on(db.run(Statement::new(sql).bind(version).bind(import))).unwrap();
    }

    fn status(imports: D1Imports<'_>, id: i64) -> (String, Option<i64>) {
        let import = block_on(imports.get(id)).unwrap().unwrap();
        (import.status, import.data_version)
    }

    #[test]
    fn a_file_is_received_then_committed_with_the_version_of_its_publication() {
        let db = D1::in_memory();
        let imports = D1Imports(&db);
        let id = block_on(imports.add(RowKind::DailyBars, "me", UnixMillis(5))).unwrap();
        assert!(block_on(imports.touch(id, UnixMillis(6))).unwrap() && block_on(imports.is_open(id)).unwrap());
        published(&db, id, 9);
        let rejections = [Rejection { line: 4, reason: "close: expected a number".to_owned() }];
        let unknown_columns = ["note".to_owned()];
        let outcome = Outcome { rejections: &rejections, unknown_columns: &unknown_columns, ..OUTCOME };
        block_on(imports.commit(id, outcome, UnixMillis(7))).unwrap();
        let import = block_on(imports.get(id)).unwrap().unwrap();
        assert_eq!((import.status.as_str(), import.kind.as_str(), import.bytes), ("committed", "daily_bars", 120));
        assert_eq!((import.rows, import.data_version, import.finished_at), (OUTCOME.rows, Some(9), Some(7)));
        assert_eq!((import.rejected[0].line, import.unknown_columns), (4, vec!["note".to_owned()]));
        assert!(!block_on(imports.touch(id, UnixMillis(8))).unwrap());
    }

    #[test]
    fn what_is_published_never_counts_as_failed() {
        let db = D1::in_memory();
        let imports = D1Imports(&db);
        let add = || block_on(imports.add(RowKind::Splits, "me", UnixMillis(0))).unwrap();
        let (failed, stopped) = (add(), add());
        block_on(imports.fail(failed, 3, "the column \"date\" is missing", UnixMillis(1))).unwrap();
        assert_eq!(status(imports, failed), ("failed".to_owned(), None));
        published(&db, stopped, 4);
        block_on(imports.fail(stopped, 3, "unavailable", UnixMillis(1))).unwrap();
        assert_eq!(status(imports, stopped).0, "receiving");
        assert_eq!(block_on(imports.settle_published(UnixMillis(2))).unwrap(), 0);
        assert_eq!(block_on(imports.settle_published(UnixMillis(STOPPED_AFTER_MS + 2))).unwrap(), 1);
        assert_eq!(status(imports, stopped), ("committed".to_owned(), Some(4)));
        assert_eq!(status(imports, failed).0, "failed");
    }

    #[test]
    fn an_import_that_changed_nothing_is_undone_by_its_status_alone() {
        let db = D1::in_memory();
        let imports = D1Imports(&db);
        let add = || block_on(imports.add(RowKind::Shares, "me", UnixMillis(0))).unwrap();
        let (idle, busy) = (add(), add());
        published(&db, busy, 2);
        for id in [idle, busy] {
            block_on(imports.commit(id, OUTCOME, UnixMillis(1))).unwrap();
        }
        assert!(block_on(imports.undo_unchanged(idle, UnixMillis(3))).unwrap());
        assert!(!block_on(imports.undo_unchanged(busy, UnixMillis(3))).unwrap());
        assert_eq!(status(imports, idle).0, "undone");
        let listed: Vec<i64> = block_on(imports.list(1 << 53, 10)).unwrap().iter().map(|import| import.id).collect();
        assert_eq!(listed, [busy, idle]);
        assert_eq!(block_on(imports.list(busy, 10)).unwrap().len(), 1);
        assert!(block_on(imports.get(99)).unwrap().is_none());
    }
}
