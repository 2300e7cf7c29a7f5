//! Undoing an import: a publication that brings back the values before it. What the import wrote stays readable as what was
//! known in between, and a row that a later write has replaced stays as that write left it.

use domain::ports::{Published, StoreError};
use domain::units::UnixMillis;

use super::publish::{read_counts, settle};
use super::tables::{DAILY_BARS, TABLES, Table, fill_securities, fill_securities_past};
use super::{D1MarketStore, intraday};
use crate::stores::d1::{Param, Statement, numbered};

fn undo_table(table: &Table) -> Vec<String> {
    let rows = sql!("market/undo_rows");
    let mut sql = vec![
        sql!("market/undo_stage").to_owned(),
        format!("{rows}{}", sql!("market/undo_note")),
        sql!("market/undo_keep").to_owned(),
    ];
    if *table == DAILY_BARS {
        sql.push(sql!("market/undo_caps").to_owned());
    }
    sql.push(format!("{rows}{}", sql!("market/undo_restore")));
    sql.push(sql!("market/undo_delete").to_owned());
    sql.into_iter().map(|template| table.fill(&template)).collect()
}

fn undo_securities() -> Vec<String> {
    vec![
        sql!("market/undo_stage").replace("{table}", "securities"),
        sql!("market/undo_note_securities").to_owned(),
        fill_securities(sql!("market/undo_keep_securities")),
        sql!("market/undo_release_tickers").to_owned(),
        fill_securities_past(sql!("market/undo_securities")),
    ]
}

impl D1MarketStore<'_> {
    /// Undoes the publication of an import; `changed` counts the rows that got an earlier value back or disappeared.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the import is not a committed one that changed something.
    pub(crate) async fn undo(&self, import: i64, now: UnixMillis) -> Result<Published, StoreError> {
        let sql = "select data_version from imports where id = ?1 and status = 'committed'";
        let version: Option<i64> = self.db.run(Statement::new(sql).bind(import)).await?.scalar()?;
        let version = version.ok_or_else(|| StoreError::Conflict(format!("import {import} has nothing to undo")))?;
        let batch = self.open("undo", import, "files", now).await?;
        let params = [Param::from(batch), Param::from(now), Param::from(version)];
        let mut sql: Vec<String> = TABLES.into_iter().flat_map(undo_table).collect();
        sql.extend(intraday::undo());
        sql.extend(undo_securities());
        sql.push(sql!("market/mark_undone").to_owned());
        let mut statements: Vec<Statement> = sql.into_iter().map(|sql| numbered(sql, &params)).collect();
        let settled = settle(&params[..2], batch);
        // Sessions are counted by the first of these; those left without a bar go right after it.
        let mut settled = settled.into_iter();
        statements.extend(settled.next());
        statements.push(Statement::new(sql!("market/undo_sessions")));
        statements.extend(settled);
        read_counts(&self.db.batch(statements).await?)
    }
}
