//! The catalogue of option chains in the tables `chains` and `chains_past`.

use domain::ports::{
    ChainCatalogue, ChainChange, ChainHistory, ChainMonth, ChainObject, ChainSession, Month, Origin, StoreError,
};
use domain::units::{Day, DayRange, Ticker, UnixMillis};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{D1, Statement, data_versions};

const REFUSE_IF_MOVED: &str = sql!("chains/refuse_if_moved");
const KEEP_REPLACED: &str = sql!("chains/keep_replaced");
const DROP_EMPTIED: &str = sql!("chains/drop_emptied");
const PUBLISH: &str = sql!("chains/publish");
const NOTE_PUBLICATION: &str = sql!("chains/note_publication");
const RAISE_VERSIONS: &str = sql!("chains/raise_versions");
const MARK_UNDONE: &str = sql!("chains/mark_undone");
const MONTHS: &str = sql!("chains/months");
const MADE_BY: &str = sql!("chains/made_by");
const REPLACED_BY: &str = sql!("chains/replaced_by");
const HELD: &str = sql!("chains/held");
const NAMED_KEYS: &str = sql!("chains/named_keys");

/// Changes of one parameter: a month's sessions take up to 2 KB, and a parameter at most 1 MB.
const CHANGES_A_STATEMENT: usize = 300;

/// The catalogue in D1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct D1Chains<'a>(pub(crate) &'a D1);

/// What is held of one underlying.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct HeldChain {
    pub(crate) underlying: String,
    pub(crate) first_day: i32,
    pub(crate) last_day: i32,
    pub(crate) months: u64,
    pub(crate) session_count: u64,
    pub(crate) row_count: u64,
    pub(crate) bytes: u64,
    pub(crate) version: i64,
    /// JSON array of names.
    pub(crate) sources: String,
    pub(crate) crossed: u64,
    pub(crate) locked: u64,
    pub(crate) unbid: u64,
}

#[derive(Deserialize)]
struct Row {
    underlying: String,
    month: i32,
    version: i64,
    object_key: String,
    hash: String,
    bytes: u64,
    metadata_start: u64,
    metadata_end: u64,
    sessions: String,
    source: String,
}

#[derive(Deserialize)]
struct KeyRow {
    object_key: String,
}

impl D1Chains<'_> {
    /// What is held, by underlying, those after `after`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn held(&self, after: &str, limit: usize) -> Result<Vec<HeldChain>, StoreError> {
        self.0.run(Statement::new(HELD).bind(after).bind(limit)).await?.decode()
    }

    /// Which of these objects a row names, present or past.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn named(&self, keys: &[String]) -> Result<Vec<String>, StoreError> {
        let rows = self.0.run(Statement::new(NAMED_KEYS).bind(json!(keys).to_string())).await?;
        Ok(rows.decode::<KeyRow>()?.into_iter().map(|row| row.object_key).collect())
    }

    async fn rows(&self, statement: Statement) -> Result<Vec<ChainMonth>, StoreError> {
        self.0.run(statement).await?.decode::<Row>()?.into_iter().map(Row::into_month).collect()
    }
}

impl ChainCatalogue for D1Chains<'_> {
    async fn months(&self, underlying: &Ticker, range: DayRange) -> Result<Vec<ChainMonth>, StoreError> {
        let (first, last) = (Month::of(range.first()), Month::of(range.last()));
        self.rows(Statement::new(MONTHS).bind(underlying.as_str()).bind(first.0).bind(last.0)).await
    }

    async fn month(&self, underlying: &Ticker, month: Month) -> Result<Option<ChainMonth>, StoreError> {
        let months = self.rows(Statement::new(MONTHS).bind(underlying.as_str()).bind(month.0).bind(month.0)).await?;
        Ok(months.into_iter().next())
    }

    async fn data_version(&self) -> Result<i64, StoreError> {
        Ok(data_versions::read(self.0, &[]).await?.all)
    }

    async fn publish(
        &self,
        origin: Origin,
        origin_id: i64,
        source: &str,
        changes: &[ChainChange],
        now: UnixMillis,
    ) -> Result<i64, StoreError> {
        let pieces: Vec<String> = changes.chunks(CHANGES_A_STATEMENT).map(changes_json).collect();
        let each = |sql: &'static str| pieces.iter().map(move |piece| Statement::new(sql).bind(piece.as_str()));
        let mut statements = Vec::new();
        if !changes.is_empty() {
            // All of these write the version after the present one, which the last of them makes the present one.
            statements.extend(each(REFUSE_IF_MOVED));
            statements.extend(each(KEEP_REPLACED));
            statements.extend(each(DROP_EMPTIED));
            statements.extend(each(PUBLISH));
            let note = Statement::new(NOTE_PUBLICATION).bind(origin.name()).bind(origin_id);
            statements.push(note.bind(source).bind(now));
            statements.extend(each(RAISE_VERSIONS));
            statements.push(Statement::new("update data_versions set version = version + 1 where scope = 'all'"));
        }
        if origin == Origin::Undo {
            statements.push(Statement::new(MARK_UNDONE).bind(origin_id).bind(now));
        }
        statements.push(data_versions::select(&[]));
        let rows = self.0.batch(statements).await?;
        let last = rows.last().ok_or_else(|| StoreError::Refused("a publication answered nothing".to_owned()))?;
        Ok(data_versions::decode(last, &[])?.all)
    }

    async fn history(&self, version: i64) -> Result<Vec<ChainHistory>, StoreError> {
        let before = self.rows(Statement::new(REPLACED_BY).bind(version)).await?;
        let made = self.rows(Statement::new(MADE_BY).bind(version)).await?;
        let history = |month: ChainMonth| {
            let is_same = |other: &&ChainMonth| (&other.underlying, other.month) == (&month.underlying, month.month);
            let before = before.iter().find(is_same).map(|before| before.object.clone());
            ChainHistory { underlying: month.underlying, month: month.month, before, after: month.object }
        };
        Ok(made.into_iter().map(history).collect())
    }
}

impl Row {
    fn into_month(self) -> Result<ChainMonth, StoreError> {
        let unreadable = |what: &str| StoreError::Refused(format!("unreadable {what} of a chain"));
        let sessions: Vec<(i32, u64, u64, u64, u64, u64, u64)> =
            serde_json::from_str(&self.sessions).map_err(|_| unreadable("sessions"))?;
        let session = |(day, rows, crossed, locked, unbid, start, end)| ChainSession {
            day: Day::from_number(day),
            rows,
            crossed,
            locked,
            unbid,
            start,
            end,
        };
        Ok(ChainMonth {
            underlying: self.underlying.parse().map_err(|_| unreadable("underlying"))?,
            month: Month(self.month),
            version: self.version,
            object: ChainObject {
                key: self.object_key,
                hash: self.hash,
                bytes: self.bytes,
                metadata: self.metadata_start..self.metadata_end,
                sessions: sessions.into_iter().map(session).collect(),
                source: self.source,
            },
        })
    }
}

fn changes_json(changes: &[ChainChange]) -> String {
    let one = |change: &ChainChange| {
        let mut row = json!({
            "underlying": change.underlying.as_str(),
            "month": change.month.0,
            "expected": change.expected,
        });
        if let (Some(object), Some(row)) = (&change.object, row.as_object_mut()) {
            let session = |session: &ChainSession| {
                let ChainSession { day, rows, crossed, locked, unbid, start, end } = *session;
                json!([day.number(), rows, crossed, locked, unbid, start, end])
            };
            let sessions: Value = object.sessions.iter().map(session).collect();
            let day = |session: Option<&ChainSession>| json!(session.map(|session| session.day.number()));
            row.insert("object_key".to_owned(), json!(object.key));
            row.insert("hash".to_owned(), json!(object.hash));
            row.insert("bytes".to_owned(), json!(object.bytes));
            row.insert("row_count".to_owned(), json!(object.rows()));
            row.insert("first_day".to_owned(), day(object.sessions.first()));
            row.insert("last_day".to_owned(), day(object.sessions.last()));
            row.insert("metadata_start".to_owned(), json!(object.metadata.start));
            row.insert("metadata_end".to_owned(), json!(object.metadata.end));
            row.insert("sessions".to_owned(), json!(sessions.to_string()));
            row.insert("source".to_owned(), json!(object.source));
        }
        row
    };
    changes.iter().map(one).collect::<Value>().to_string()
}
