//! The SQLite of one stream: its points as the batches brought them, and the summaries of whole blocks.
//!
//! Points are written once where they come in large batches: a block whose own points are empty lies in `tail`. One that came
//! in many small batches is written anew, whole, and they are deleted, so that no window needs more than three rows.
//!
//! Summaries are blobs, not columns: a number that happens to be whole would come back as another type, and not every M2 is
//! finite.

use std::cell::Cell;

use domain::stream::{Appended, BLOCK_VALUES, MOST_BATCH_VALUES, Series, Summary, values_from_bytes};

use super::database::{Change, Database, Field, Value};

const BLOCK_POINTS: u64 = BLOCK_VALUES as u64;
const POINT_BYTES: usize = 8;

const HAS_TABLES: &str = "select count(*) from sqlite_master where type = 'table' and name in ('blocks', 'tail')";
const CREATE_BLOCKS: &str = "create table if not exists blocks (number integer primary key, summary blob not null, points blob not null) strict";
const CREATE_TAIL: &str =
    "create table if not exists tail (first_point integer primary key, points blob not null) strict";
const READ_SUMMARIES: &str = "select number, summary from blocks order by number";
/// ?1 a point: batches that begin after it.
const READ_TAIL: &str = "select first_point, points from tail where first_point > ?1 order by first_point";
/// The part of an empty blob is null to SQLite.
const READ_POINTS: &str = "select coalesce(substr(points, ?2), x'') as points from blocks where number = ?1";
/// ?1 the first point wanted, ?2 the one after the last, ?3 a point before any batch that reaches ?1.
const READ_PIECES: &str = "select max(first_point, ?1) as at, substr(points, max(0, ?1 - first_point) * 8 + 1, (?2 - max(first_point, ?1)) * 8) as piece from tail where first_point < ?2 and first_point > ?3 and first_point + length(points) / 8 > ?1 order by first_point";
const BLOCKS_END: &str = "select coalesce(max(number) + 1, 0) from blocks";
const TAIL_END: &str =
    "select coalesce((select first_point + length(points) / 8 from tail order by first_point desc limit 1), 0)";
const ADD_BLOCK: &str = "insert into blocks (number, summary, points) values (?1, ?2, ?3)";
const ADD_TAIL: &str = "insert into tail (first_point, points) values (?1, ?2)";
const CLEAR_TAIL: &str = "delete from tail where first_point >= ?1";
/// ?1 where a batch that reaches further ends now, ?2 a point before any such batch.
const CUT_TAIL: &str = "update tail set points = substr(points, 1, (?1 - first_point) * 8) where first_point < ?1 and first_point > ?2 and first_point + length(points) / 8 > ?1";
const DROP_BLOCKS: &str = "delete from blocks where number < ?1";
/// ?1 the first point that is held.
const DROP_TAIL: &str = "delete from tail where first_point < ?1 and first_point + length(points) / 8 <= ?1";

/// The tables of one stream.
pub(super) struct Rows<D> {
    database: D,
    /// Whether a batch begins in the block that is not whole yet.
    begun: Cell<bool>,
}

impl<D: Database> Rows<D> {
    /// The tables in this database; they are made with the first points.
    pub(super) const fn of(database: D) -> Self {
        Self { database, begun: Cell::new(false) }
    }

    /// The stream as it was stored; one without points where nothing was.
    pub(super) fn restore(&self) -> worker::Result<Series> {
        if !self.has_tables()? {
            self.begun.set(false);
            return Ok(Series::default());
        }
        let (mut first, mut summaries) = (None, Vec::new());
        for row in self.database.rows(READ_SUMMARIES, &[])? {
            let [number, summary] = two(row)?;
            let number = whole(&number)?;
            let expected = *first.get_or_insert(number) + summaries.len() as u64;
            let summary = Summary::from_bytes(&bytes(summary)?).filter(|_| number == expected);
            summaries.push(summary.ok_or_else(|| damaged(expected))?);
        }
        let first = first.unwrap_or(0);
        let next = first + summaries.len() as u64;
        let (start, mut begun, mut tail) = (next * BLOCK_POINTS, false, Vec::new());
        for row in self.database.rows(READ_TAIL, &[before_any_reaching(start)])? {
            let [at, points] = two(row)?;
            let (at, points) = (whole(&at)?, points_of(bytes(points)?)?);
            begun |= at >= start;
            let skip = usize::try_from(start.saturating_sub(at)).map_err(|_| damaged(next))?;
            if skip >= points.len() {
                continue;
            }
            if at.max(start) != start + tail.len() as u64 {
                return Err(damaged(next));
            }
            tail.extend_from_slice(&points[skip..]);
        }
        self.begun.set(begun);
        Series::restored(first, summaries, &tail).map_err(|error| failed(&error))
    }

    /// How many points the stream has ever had, without restoring it.
    pub(super) fn total(&self) -> worker::Result<u64> {
        if !self.has_tables()? {
            return Ok(0);
        }
        Ok((self.scalar(BLOCKS_END)? * BLOCK_POINTS).max(self.scalar(TAIL_END)?))
    }

    /// The points of a stored block from position `skip` on.
    pub(super) fn points(&self, block: u64, skip: usize) -> worker::Result<Vec<f64>> {
        // SQL counts from 1.
        let own = [signed(block), signed((skip * POINT_BYTES) as u64 + 1)];
        let row = self.database.rows(READ_POINTS, &own)?.into_iter().next().ok_or_else(|| damaged(block))?;
        let own = bytes(row.into_iter().next().ok_or_else(|| damaged(block))?)?;
        if !own.is_empty() {
            return points_of(own);
        }
        let (start, end) = (block * BLOCK_POINTS + skip as u64, (block + 1) * BLOCK_POINTS);
        let mut points = Vec::with_capacity(BLOCK_VALUES - skip);
        for row in self.database.rows(READ_PIECES, &[signed(start), signed(end), before_any_reaching(start)])? {
            let [at, piece] = two(row)?;
            if whole(&at)? != start + points.len() as u64 {
                return Err(damaged(block));
            }
            points.extend(points_of(bytes(piece)?)?);
        }
        if points.len() + skip != BLOCK_VALUES {
            return Err(damaged(block));
        }
        Ok(points)
    }

    /// Stores what a batch changed: all of it, or nothing and an error.
    ///
    /// `total` counts the batch in. The answer to whoever sent it is held back by the platform until this is on disk.
    pub(super) fn store(&self, appended: &Appended, total: u64, added: u64, batch: &D::Batch) -> worker::Result<()> {
        let summaries: Vec<[u8; Summary::BYTES]> =
            appended.blocks.iter().map(|block| block.summary.to_bytes()).collect();
        let mut changes = Vec::with_capacity(8);
        let mut change = |statement, values| changes.push(Change { statement, values });
        if total == added {
            change(CREATE_BLOCKS, Vec::new());
            change(CREATE_TAIL, Vec::new());
        }
        let mut at = total - added;
        let made_of_many = self.begun.get();
        for (index, (block, summary)) in appended.blocks.iter().zip(&summaries).enumerate() {
            let anew = index == 0 && made_of_many;
            let points = if anew { block.values.as_slice() } else { &[] };
            change(ADD_BLOCK, vec![Value::Number(signed(block.number)), Value::Bytes(summary), Value::Points(points)]);
            if anew {
                let start = block.number * BLOCK_POINTS;
                change(CLEAR_TAIL, vec![Value::Number(signed(start))]);
                change(CUT_TAIL, vec![Value::Number(signed(start)), Value::Number(before_any_reaching(start))]);
                at = start + BLOCK_POINTS;
            }
        }
        if at < total {
            #[expect(clippy::cast_possible_truncation, reason = "a batch has at most 80 000 bytes")]
            let from = (at - (total - added)) as usize * POINT_BYTES;
            change(ADD_TAIL, vec![Value::Number(signed(at)), Value::Batch(from)]);
        }
        if !appended.blocks.is_empty() && appended.first_block > 0 {
            change(DROP_BLOCKS, vec![Value::Number(signed(appended.first_block))]);
            change(DROP_TAIL, vec![Value::Number(signed(appended.first_block * BLOCK_POINTS))]);
        }
        self.database.apply(&changes, batch)?;
        let begins_in_open_block = at < total && at >= total / BLOCK_POINTS * BLOCK_POINTS;
        self.begun.set(begins_in_open_block || (appended.blocks.is_empty() && made_of_many));
        Ok(())
    }

    fn has_tables(&self) -> worker::Result<bool> {
        Ok(self.scalar(HAS_TABLES)? > 0)
    }

    fn scalar(&self, statement: &str) -> worker::Result<u64> {
        let row = self.database.rows(statement, &[])?.into_iter().next();
        let field = row.and_then(|row| row.into_iter().next());
        whole(&field.ok_or_else(|| worker::Error::from("a count has no row"))?)
    }
}

/// A batch that begins there or before ends at `point` at the latest.
fn before_any_reaching(point: u64) -> i64 {
    signed(point) - MOST_BATCH_VALUES as i64
}

fn signed(number: u64) -> i64 {
    number.cast_signed()
}

fn two(row: Vec<Field>) -> worker::Result<[Field; 2]> {
    <[Field; 2]>::try_from(row).map_err(|_| worker::Error::from("a row has not two columns"))
}

fn whole(field: &Field) -> worker::Result<u64> {
    match field {
        Field::Number(number) => u64::try_from(*number).map_err(|_| worker::Error::from("a count is negative")),
        Field::Bytes(_) => Err("a count is no number".into()),
    }
}

fn bytes(field: Field) -> worker::Result<Vec<u8>> {
    match field {
        Field::Bytes(bytes) => Ok(bytes),
        Field::Number(_) => Err("a blob is a number".into()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the bytes are not needed afterwards")]
fn points_of(bytes: Vec<u8>) -> worker::Result<Vec<f64>> {
    values_from_bytes(&bytes).ok_or_else(|| worker::Error::from("a stored point is cut"))
}

fn damaged(block: u64) -> worker::Error {
    failed(&domain::stream::Damaged { block })
}

fn failed(error: &impl std::fmt::Display) -> worker::Error {
    worker::Error::from(error.to_string())
}

#[cfg(test)]
mod tests;
