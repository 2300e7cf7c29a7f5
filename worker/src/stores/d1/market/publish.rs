//! Publishing: one batch of statements makes a staged batch visible.

use domain::ports::{Published, StoreError};
use domain::units::UnixMillis;
use serde::Deserialize;

use super::tables::{DAILY_BARS, TABLES, TICKER_CHANGES, Table, fill_securities};
use super::ticker_changes::absorb;
use super::{D1MarketStore, REFUSE_IF_CLOSED, intraday};
use crate::stores::d1::{Param, Statement, numbered};

const INCOMING: &str = sql!("market/incoming");
const NOTE_CHANGES: &str = sql!("market/note_changes");
const NOTE_FRESH_DAYS: &str = sql!("market/note_fresh_days");
const KEEP_REPLACED: &str = sql!("market/keep_replaced");
const PUBLISH_ROWS: &str = sql!("market/publish_rows");
const NOTE_SECURITIES: &str = sql!("market/note_securities");
const KEEP_SECURITIES: &str = sql!("market/keep_securities");
const PUBLISH_SECURITIES: &str = sql!("market/publish_securities");
const REVEAL_SECURITIES: &str = sql!("market/reveal_securities");
const COUNT_SESSIONS: &str = sql!("market/count_sessions");
const TOUCHED: &str = sql!("market/touched");
const DERIVED_CAPS: &str = sql!("market/derived_caps");

/// What is derived from splits and share counts, in the order in which one needs the other.
const DERIVATIONS: [&str; 6] = [
    sql!("market/drop_splits_in_force"),
    sql!("market/derive_splits"),
    sql!("market/drop_implied_splits"),
    sql!("market/derive_implied_splits"),
    sql!("market/drop_shares_in_force"),
    sql!("market/derive_shares"),
];

/// What is derived of the ranking, after them.
const CAPS: [&str; 3] = [sql!("market/note_derived"), sql!("market/drop_ineligible"), sql!("market/publish_caps")];

#[derive(Deserialize)]
struct Counts {
    inserted: i64,
    changed: i64,
    staged: i64,
    data_version: i64,
}

/// The statements that forget a batch.
pub(super) fn forget(batch: i64) -> Vec<Statement> {
    [
        "delete from staging where batch = ?1",
        "delete from changed_days where batch = ?1",
        "delete from batches where id = ?1",
    ]
    .into_iter()
    .map(|sql| Statement::new(sql).bind(batch))
    .collect()
}

/// The statements that write what the rows have changed on to everything derived from them, and close the batch. The answer
/// of the first of the last four is [`Counts`].
pub(super) fn settle(params: &[Param], batch: i64) -> Vec<Statement> {
    let caps = format!("{TOUCHED}{DERIVED_CAPS}");
    let mut sql = vec![COUNT_SESSIONS.to_owned()];
    sql.extend(DERIVATIONS.map(|statement| format!("{TOUCHED}{statement}")));
    sql.extend(CAPS.map(|statement| format!("{caps}{statement}")));
    sql.push(sql!("market/mark_outdated").to_owned());
    sql.push(sql!("market/note_publication").to_owned());
    sql.push(sql!("market/raise_market_version").to_owned());
    sql.push(sql!("market/raise_version").to_owned());
    sql.push(sql!("market/published").to_owned());
    let mut statements: Vec<Statement> = sql.into_iter().map(|sql| numbered(sql, params)).collect();
    statements.extend(forget(batch));
    statements
}

fn publish_table(table: &Table) -> Vec<String> {
    let with_incoming = |statement: &str| table.fill(&format!("{INCOMING}{statement}"));
    let mut sql = Vec::new();
    if *table == DAILY_BARS {
        sql.push(table.fill(NOTE_FRESH_DAYS));
    }
    sql.extend([NOTE_CHANGES, KEEP_REPLACED, PUBLISH_ROWS].map(with_incoming));
    sql
}

fn publish_securities(changes_symbols: bool) -> Vec<String> {
    let [note, keep, publish] = [NOTE_SECURITIES, KEEP_SECURITIES, PUBLISH_SECURITIES]
        .map(|statement| fill_securities(&format!("{INCOMING}{statement}")));
    let mut sql = vec![note, keep];
    if changes_symbols {
        sql.extend(absorb());
    }
    sql.push(publish);
    sql
}

/// What the statements of [`settle`] have counted.
pub(super) fn read_counts(results: &[crate::stores::d1::Rows]) -> Result<Published, StoreError> {
    let missing = || StoreError::Refused("a publication was not counted".into());
    let at = results.len().checked_sub(4).ok_or_else(missing)?;
    let counts: Counts = results[at].first()?.ok_or_else(missing)?;
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(Published {
        inserted: count(counts.inserted),
        changed: count(counts.changed),
        unchanged: count(counts.staged - counts.inserted - counts.changed),
        data_version: counts.data_version,
    })
}

impl D1MarketStore<'_> {
    /// Makes a batch visible. Only the statements of the kinds that it holds are run.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is not open any more.
    pub(super) async fn publish_batch(&self, batch: i64, now: UnixMillis) -> Result<Published, StoreError> {
        let kinds = self.staged_kinds(batch).await?;
        let params = [Param::from(batch), Param::from(now)];
        let mut sql = vec![REFUSE_IF_CLOSED.to_owned()];
        let changes_symbols = kinds.iter().any(|kind| kind == TICKER_CHANGES.name);
        if kinds.iter().any(|kind| kind == "securities") {
            sql.extend(publish_securities(changes_symbols));
        }
        for table in TABLES.into_iter().filter(|table| kinds.iter().any(|kind| kind == table.name)) {
            sql.extend(publish_table(table));
        }
        if kinds.iter().any(|kind| kind == intraday::KIND) {
            sql.extend(intraday::publish());
        }
        sql.push(REVEAL_SECURITIES.to_owned());
        let mut statements: Vec<Statement> = sql.into_iter().map(|sql| numbered(sql, &params)).collect();
        statements.extend(settle(&params, batch));
        read_counts(&self.db.batch(statements).await?)
    }

    async fn staged_kinds(&self, batch: i64) -> Result<Vec<String>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            kind: String,
        }
        let rows =
            self.db.run(Statement::new("select distinct kind from staging where batch = ?1").bind(batch)).await?;
        Ok(rows.decode::<Row>()?.into_iter().map(|row| row.kind).collect())
    }
}
