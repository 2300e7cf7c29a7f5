//! The database: statements with their parameters go in, rows and what they cost come out.
//!
//! Every call is one batch, which D1 runs as one transaction. Numbers cross as JavaScript doubles, exact to 2^53.
//! In unit tests the same stores run over an in-memory SQLite with the real migrations ([`D1::in_memory`]).

#[macro_use]
mod sql;

pub(crate) mod api_keys;
pub(crate) mod backtests;
pub(crate) mod bars;
pub(crate) mod chains;
pub(crate) mod coverage;
pub(crate) mod data_versions;
pub(crate) mod definitions;
pub(crate) mod exports;
pub(crate) mod imports;
#[cfg(test)]
mod in_memory;
pub(crate) mod indices;
pub(crate) mod ingestion_runs;
pub(crate) mod instead;
pub(crate) mod jobs;
pub(crate) mod market;
pub(crate) mod membership;
pub(crate) mod operations;
pub(crate) mod provider_budgets;
pub(crate) mod reference;
pub(crate) mod research;
mod rows;
pub(crate) mod securities;
pub(crate) mod slice;
pub(crate) mod stream_symbols;

use std::borrow::Cow;
use std::cell::Cell;

use domain::ports::StoreError;
use worker::js_sys::{self, Array};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::{D1Database, worker_sys};

pub(crate) use rows::Rows;

/// One statement with its parameters `?1`, `?2` …
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    sql: Cow<'static, str>,
    params: Vec<Param>,
}

/// A bound value. Blobs are not offered: they cross as arrays of numbers, which is slow.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Param {
    /// SQL `null`.
    Null,
    /// Any number; integers are exact to 2^53.
    Number(f64),
    /// Text, at most 1 MB so that it fits every limit of the platform.
    Text(String),
}

/// What statements cost: `rows_read` and `rows_written` are what the platform bills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Statements run.
    pub(crate) statements: u64,
    /// Rows read, index entries included.
    pub(crate) rows_read: u64,
    /// Rows written, index entries included.
    pub(crate) rows_written: u64,
}

impl Cost {
    /// Both together.
    #[must_use]
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self {
            statements: self.statements + other.statements,
            rows_read: self.rows_read + other.rows_read,
            rows_written: self.rows_written + other.rows_written,
        }
    }
}

/// The database of one request or job, counting what is asked of it.
#[derive(Debug)]
pub(crate) struct D1 {
    backend: Backend,
    cost: Cell<Cost>,
}

#[derive(Debug)]
enum Backend {
    Platform(D1Database),
    #[cfg(test)]
    Memory(in_memory::Memory),
}

impl Statement {
    /// A statement without parameters yet.
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self { sql: sql.into(), params: Vec::new() }
    }

    /// The statement with one more parameter.
    #[must_use]
    pub(crate) fn bind(mut self, param: impl Into<Param>) -> Self {
        self.params.push(param.into());
        self
    }
}

/// A statement made of parts that share their numbering, with as many of these parameters as its text names.
pub(crate) fn numbered(sql: String, params: &[Param]) -> Statement {
    let named = (1..=params.len()).rev().find(|number| sql.contains(&format!("?{number}"))).unwrap_or(0);
    Statement { sql: sql.into(), params: params[..named].to_vec() }
}

impl From<f64> for Param {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Param {
    fn from(number: i32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<u32> for Param {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

#[expect(clippy::cast_precision_loss, reason = "ids, counts and Unix milliseconds are below 2^53")]
impl From<i64> for Param {
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<usize> for Param {
    fn from(number: usize) -> Self {
        Self::from(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Param {
    fn from(truth: bool) -> Self {
        Self::Number(f64::from(u8::from(truth)))
    }
}

impl From<&str> for Param {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Param {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<domain::units::Day> for Param {
    fn from(day: domain::units::Day) -> Self {
        Self::from(day.number())
    }
}

impl From<domain::units::UnixMillis> for Param {
    fn from(instant: domain::units::UnixMillis) -> Self {
        Self::from(instant.0)
    }
}

impl<T: Into<Param>> From<Option<T>> for Param {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl D1 {
    /// The database behind a binding.
    pub(crate) fn new(database: D1Database) -> Self {
        Self { backend: Backend::Platform(database), cost: Cell::default() }
    }

    /// Runs one statement. Without a table to change, SQLite lets other readers go on meanwhile.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn run(&self, statement: Statement) -> Result<Rows, StoreError> {
        let mut rows = self.batch(vec![statement]).await?;
        rows.pop().ok_or_else(|| StoreError::Refused("a batch of one statement answered nothing".into()))
    }

    /// Runs the statements as one transaction: all of them, or none. The rows come in the order of the statements.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError> {
        let asked = statements.len();
        let rows = match &self.backend {
            Backend::Platform(database) => run_on_platform(database, &statements).await?,
            #[cfg(test)]
            Backend::Memory(memory) => memory.batch(&statements)?,
        };
        if rows.len() != asked {
            return Err(StoreError::Refused(format!("{asked} statements answered {} results", rows.len())));
        }
        let cost = rows.iter().fold(Cost::default(), |sum, rows| sum.plus(rows.cost()));
        self.cost.set(self.cost.get().plus(cost));
        crate::telemetry::count_database(cost);
        Ok(rows)
    }

    /// Tells databases apart: what is remembered of one does not hold in another. The platform has one.
    pub(crate) fn identity(&self) -> u64 {
        match &self.backend {
            Backend::Platform(_) => 0,
            #[cfg(test)]
            Backend::Memory(memory) => memory.identity(),
        }
    }

    /// What everything asked of it has cost so far.
    pub(crate) fn cost(&self) -> Cost {
        self.cost.get()
    }
}

/// Calls the platform's own database: its Rust wrapper reads each field of each row apart, which is most of the time of a long answer.
async fn run_on_platform(database: &D1Database, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
    let failed = |error: JsValue| classify(&describe(&error));
    let database: &worker_sys::D1Database = AsRef::<JsValue>::as_ref(database).unchecked_ref();
    let prepared = Array::new();
    for statement in statements {
        let params: Array = statement.params.iter().map(to_js).collect();
        let bound = database.prepare(statement.sql.as_ref()).and_then(|prepared| prepared.bind(params));
        prepared.push(&bound.map_err(failed)?.into());
    }
    let results = JsFuture::from(database.batch(prepared).map_err(failed)?).await.map_err(failed)?;
    let results: Array = results.dyn_into().map_err(failed)?;
    results.iter().map(|result| Rows::from_platform(result.unchecked_ref())).collect()
}

fn to_js(param: &Param) -> JsValue {
    match param {
        Param::Null => JsValue::NULL,
        Param::Number(number) => JsValue::from_f64(*number),
        Param::Text(text) => JsValue::from_str(text),
    }
}

/// What the platform said. Its errors keep the message apart from the cause.
fn describe(error: &JsValue) -> String {
    let Some(error) = error.dyn_ref::<js_sys::Error>() else { return format!("{error:?}") };
    let cause = error.cause().dyn_into::<js_sys::Error>().map(|cause| String::from(cause.message()));
    format!("{} ({})", String::from(error.message()), cause.unwrap_or_else(|_| "no cause given".to_owned()))
}

/// Sorts what the database said by what the caller should do about it.
fn classify(message: &str) -> StoreError {
    // https://developers.cloudflare.com/d1/observability/debug-d1/ lists the messages that a later try may not meet.
    const PASSING: [&str; 9] = [
        "overloaded",
        "Network connection lost",
        "storage caused object to be reset",
        "reset because its code was updated",
        "isolate exceeded its memory limit",
        "Cannot resolve D1 DB due to transient issue",
        "timed out",
        "SQLITE_BUSY",
        "database is locked",
    ];
    if PASSING.iter().any(|part| message.contains(part)) {
        StoreError::Unavailable(message.to_owned())
    } else if message.contains("constraint failed") {
        StoreError::Conflict(message.to_owned())
    } else {
        StoreError::Refused(message.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_sorted_by_what_to_do() {
        let overloaded = "D1_ERROR: D1 DB is overloaded. Requests queued for too long.";
        assert!(matches!(classify(overloaded), StoreError::Unavailable(_)));
        let unique = "D1_ERROR: UNIQUE constraint failed: jobs.kind: SQLITE_CONSTRAINT";
        assert!(matches!(classify(unique), StoreError::Conflict(_)));
        assert!(matches!(classify("D1_ERROR: no such table: jobz: SQLITE_ERROR"), StoreError::Refused(_)));
    }

    #[test]
    fn a_batch_is_all_or_nothing() {
        let db = D1::in_memory();
        let add = |id: i64| {
            Statement::new("insert into securities (id, ticker) values (?1, ?2)").bind(id).bind(format!("T{id}"))
        };
        let failed = pollster::block_on(db.batch(vec![add(1), add(1)]));
        assert!(matches!(failed, Err(StoreError::Conflict(_))), "{failed:?}");
        let rows = pollster::block_on(db.run(Statement::new("select count(*) as n from securities"))).unwrap();
        assert_eq!(rows.scalar::<i64>().unwrap(), Some(0));
        assert_eq!(db.cost().statements, 1);
    }

    #[test]
    fn lists_are_what_rows_would_be() {
        let db = D1::in_memory();
        let sql =
            "select 0 as row, ?1 as number, ?2 as text union all select 1, ?1 * ?1, null union all select 1, 3.0, ''";
        let values = |sql: String| Statement::new(sql).bind(0.1 + 0.2).bind("Ä\"\\");
        let rows = pollster::block_on(db.run(values(sql.to_owned()))).unwrap();
        let lists = format!("select json_group_array(json_array(row, number, text)) as list from ({sql}) group by row");
        let lists = pollster::block_on(db.run(values(lists))).unwrap();
        type Entry = (u8, f64, Option<String>);
        #[derive(serde::Deserialize)]
        struct Row {
            row: u8,
            number: f64,
            text: Option<String>,
        }
        let rows: Vec<Entry> =
            rows.decode::<Row>().unwrap().into_iter().map(|one| (one.row, one.number, one.text)).collect();
        assert_eq!(lists.decode_lists::<Entry>().unwrap(), rows);
        assert_eq!(rows[0].1.to_bits(), (0.1_f64 + 0.2).to_bits());
    }

    #[test]
    fn numbers_texts_and_nulls_come_back_as_they_went() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Row {
            id: i64,
            ticker: String,
            name: Option<String>,
            delisting_price: Option<f64>,
        }
        let db = D1::in_memory();
        let big = 9_007_199_254_740_991_i64;
        let add = Statement::new("insert into securities (id, ticker, name, delisting_price) values (?1, ?2, ?3, ?4)");
        let add = add.bind(big).bind("Ä").bind(None::<String>).bind(1.5);
        let rows = pollster::block_on(
            db.batch(vec![add, Statement::new("select id, ticker, name, delisting_price from securities")]),
        )
        .unwrap();
        assert_eq!(rows[0].changes(), 1);
        let expected = Row { id: big, ticker: "Ä".into(), name: None, delisting_price: Some(1.5) };
        assert_eq!(rows[1].decode::<Row>().unwrap(), [expected]);
    }
}
