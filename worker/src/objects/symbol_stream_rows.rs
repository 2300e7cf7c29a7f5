//! The SQLite of one stream: whole blocks with their summaries, and the newest points as the batches brought them.
//!
//! Points cross as they lie in memory, which is little-endian in WebAssembly and on every host that runs it. Summaries are
//! blobs, not columns: a number that happens to be whole would come back as another type, and not every M2 is finite.

use domain::stream::{Appended, BLOCK_VALUES, Series, Summary};
use worker::js_sys::{ArrayBuffer, Float64Array, Function, Reflect, Uint8Array};
use worker::wasm_bindgen::closure::Closure;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{SqlStorage, State};

const BLOCK_POINTS: u64 = BLOCK_VALUES as u64;
const POINT_BYTES: usize = 8;

const HAS_TABLES: &str = "select count(*) from sqlite_master where type = 'table' and name in ('blocks', 'tail')";
const CREATE_BLOCKS: &str = "create table if not exists blocks (number integer primary key, summary blob not null, points blob not null) strict";
const CREATE_TAIL: &str =
    "create table if not exists tail (first_point integer primary key, points blob not null) strict";
const READ_SUMMARIES: &str = "select number, summary from blocks order by number";
const READ_TAIL: &str = "select points from tail order by first_point";
const READ_POINTS: &str = "select substr(points, ?2) from blocks where number = ?1";
const NEXT_BLOCK: &str = "select coalesce(max(number) + 1, 0) from blocks";
const TAIL_BYTES: &str = "select coalesce(sum(length(points)), 0) from tail";
const ADD_BLOCK: &str = "insert into blocks (number, summary, points) values (?1, ?2, ?3)";
const ADD_TAIL: &str = "insert into tail (first_point, points) values (?1, ?2)";
const CLEAR_TAIL: &str = "delete from tail";
const DROP_BLOCKS: &str = "delete from blocks where number < ?1";

/// The tables of one stream.
pub(super) struct Rows {
    sql: SqlStorage,
    /// The storage itself: the transaction of one turn has no wrapper.
    storage: JsValue,
}

impl Rows {
    /// The tables in this object's storage; they are made with the first points.
    pub(super) fn of(state: &State) -> worker::Result<Self> {
        Ok(Self { sql: state.storage().sql(), storage: state.as_raw().storage()?.into() })
    }

    /// The stream as it was stored; one without points where nothing was.
    pub(super) fn restore(&self) -> worker::Result<Series> {
        if !self.has_tables()? {
            return Ok(Series::default());
        }
        let (mut first, mut summaries) = (None, Vec::new());
        for row in self.rows(READ_SUMMARIES, Vec::new())? {
            let number = whole(&row[0])?;
            let expected = *first.get_or_insert(number) + summaries.len() as u64;
            let summary = Summary::from_bytes(&Uint8Array::new(&row[1]).to_vec());
            summaries.push(summary.filter(|_| number == expected).ok_or_else(|| damaged(expected))?);
        }
        let mut tail = Vec::new();
        for row in self.rows(READ_TAIL, Vec::new())? {
            tail.extend(points_of(&row[0])?);
        }
        Series::restored(first.unwrap_or(0), summaries, &tail).map_err(|error| failed(&error))
    }

    /// How many points the stream has ever had, without restoring it.
    pub(super) fn total(&self) -> worker::Result<u64> {
        if !self.has_tables()? {
            return Ok(0);
        }
        let blocks = self.scalar(NEXT_BLOCK)?;
        Ok(blocks * BLOCK_POINTS + self.scalar(TAIL_BYTES)? / POINT_BYTES as u64)
    }

    /// The points of a stored block from position `skip` on.
    pub(super) fn points(&self, block: u64, skip: usize) -> worker::Result<Vec<f64>> {
        // SQL counts from 1.
        let params = vec![number(block), number((skip * POINT_BYTES) as u64 + 1)];
        let row = self.rows(READ_POINTS, params)?.into_iter().next().ok_or_else(|| damaged(block))?;
        points_of(&row[0])
    }

    /// Stores what a batch changed: all of it, or nothing and an error.
    ///
    /// `total` counts the batch in. The answer to whoever sent it is held back by the platform until this is on disk.
    pub(super) fn store(&self, appended: Appended, batch: &[f64], total: u64) -> worker::Result<()> {
        let left = &batch[batch.len() - appended.left_in_tail..];
        let tail = (!left.is_empty()).then(|| vec![number(total - left.len() as u64), points(left)]);
        let is_first = total == batch.len() as u64;
        let sql = self.sql.clone();
        self.in_transaction(move || {
            let run = |statement: &str, params: Vec<JsValue>| sql.exec_raw(statement, params).map(drop);
            if is_first {
                run(CREATE_BLOCKS, Vec::new())?;
                run(CREATE_TAIL, Vec::new())?;
            }
            for block in &appended.blocks {
                let summary = Uint8Array::from(block.summary.to_bytes().as_slice());
                run(ADD_BLOCK, vec![number(block.number), summary.into(), points(&block.values)])?;
            }
            if !appended.blocks.is_empty() {
                run(CLEAR_TAIL, Vec::new())?;
                if appended.first_block > 0 {
                    run(DROP_BLOCKS, vec![number(appended.first_block)])?;
                }
            }
            if let Some(tail) = tail {
                run(ADD_TAIL, tail)?;
            }
            Ok(())
        })
    }

    fn in_transaction(&self, work: impl FnOnce() -> worker::Result<()> + 'static) -> worker::Result<()> {
        let transaction: Function = Reflect::get(&self.storage, &"transactionSync".into())?.dyn_into()?;
        let callback = Closure::once_into_js(move || work().map_err(JsValue::from));
        transaction.call1(&self.storage, &callback)?;
        Ok(())
    }

    fn has_tables(&self) -> worker::Result<bool> {
        Ok(self.scalar(HAS_TABLES)? > 0)
    }

    fn scalar(&self, statement: &str) -> worker::Result<u64> {
        let row = self.rows(statement, Vec::new())?.into_iter().next();
        whole(&row.ok_or_else(|| worker::Error::from("a count has no row"))?[0])
    }

    fn rows(&self, statement: &str, params: Vec<JsValue>) -> worker::Result<Vec<Vec<JsValue>>> {
        let cursor = self.sql.exec_raw(statement, params)?;
        let names = cursor.column_names();
        let column = |row: &JsValue, name: &String| Ok(Reflect::get(row, &name.as_str().into())?);
        cursor.map(|row| row.and_then(|row| names.iter().map(|name| column(&row, name)).collect())).collect()
    }
}

fn points(values: &[f64]) -> JsValue {
    Float64Array::from(values).buffer().into()
}

fn points_of(blob: &JsValue) -> worker::Result<Vec<f64>> {
    let buffer: &ArrayBuffer = blob.dyn_ref().ok_or_else(|| worker::Error::from("points are no blob"))?;
    if !(buffer.byte_length() as usize).is_multiple_of(POINT_BYTES) {
        return Err("a stored point is cut".into());
    }
    Ok(Float64Array::new(buffer).to_vec())
}

#[expect(clippy::cast_precision_loss, reason = "numbers of points and blocks are below 2^53")]
fn number(value: u64) -> JsValue {
    JsValue::from_f64(value as f64)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and below 2^53")]
fn whole(value: &JsValue) -> worker::Result<u64> {
    let number = value.as_f64().filter(|number| *number >= 0.0);
    number.map(|number| number as u64).ok_or_else(|| worker::Error::from("a count is no whole number"))
}

fn damaged(block: u64) -> worker::Error {
    failed(&domain::stream::Damaged { block })
}

fn failed(error: &impl std::fmt::Display) -> worker::Error {
    worker::Error::from(error.to_string())
}
