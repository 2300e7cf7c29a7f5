//! Staging: rows become pieces of JSON with the ids of their securities.

use std::collections::{BTreeMap, BTreeSet};

use domain::market::Security;
use domain::ports::StoreError;
use domain::units::{Day, Ticker, UnixMillis};
use serde::Serialize;

use super::tables::{SECURITIES, Table};
use super::{D1MarketStore, REFUSE_IF_CLOSED};
use crate::stores::d1::Statement;

/// A piece is closed beyond so many bytes of JSON; the platform's bound of a parameter is twice that.
const PIECE_BYTES: usize = 950_000;

/// A piece of staged rows of one kind.
#[derive(Debug)]
pub(super) struct Piece {
    kind: &'static str,
    rows: Vec<u8>,
    row_count: usize,
    securities: BTreeSet<i64>,
    days: BTreeMap<i32, u32>,
    adjusted: bool,
}

/// Collects rows into pieces.
#[derive(Debug)]
pub(super) struct PieceWriter {
    kind: &'static str,
    done: Vec<Piece>,
    open: Piece,
}

/// A bar as its staged row.
#[expect(clippy::too_many_arguments, reason = "the columns of daily_bars, in their order")]
pub(super) fn bar_values(
    id: i64,
    day: Day,
    open: Option<f64>,
    high: Option<f64>,
    low: Option<f64>,
    close: f64,
    adj_close: Option<f64>,
    volume: Option<f64>,
) -> BarValues {
    BarValues(id, day.number(), open, high, low, close, adj_close, volume)
}

/// The staged row of a bar.
#[derive(Debug, Serialize)]
pub(super) struct BarValues(i64, i32, Option<f64>, Option<f64>, Option<f64>, f64, Option<f64>, Option<f64>);

/// A row that may carry a price adjusted by its source.
pub(super) trait StagedRow: Serialize {
    /// Whether it does.
    fn is_adjusted(&self) -> bool {
        false
    }
}

impl StagedRow for BarValues {
    fn is_adjusted(&self) -> bool {
        self.6.is_some()
    }
}

impl StagedRow for (i64, i32, f64) {}

impl Piece {
    fn empty(kind: &'static str) -> Self {
        Self {
            kind,
            rows: Vec::new(),
            row_count: 0,
            securities: BTreeSet::new(),
            days: BTreeMap::new(),
            adjusted: false,
        }
    }
}

impl PieceWriter {
    pub(super) fn new(table: &Table) -> Self {
        Self { kind: table.name, done: Vec::new(), open: Piece::empty(table.name) }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the row cannot be written as JSON.
    pub(super) fn push(&mut self, id: i64, day: Day, row: &impl StagedRow) -> Result<(), StoreError> {
        let piece = &mut self.open;
        piece.rows.push(if piece.rows.is_empty() { b'[' } else { b',' });
        serde_json::to_writer(&mut piece.rows, row).map_err(|error| StoreError::Refused(error.to_string()))?;
        piece.row_count += 1;
        piece.securities.insert(id);
        *piece.days.entry(day.number()).or_default() += 1;
        piece.adjusted |= row.is_adjusted();
        if piece.rows.len() > PIECE_BYTES {
            self.done.push(std::mem::replace(&mut self.open, Piece::empty(self.kind)));
        }
        Ok(())
    }

    /// Every piece.
    pub(super) fn finish(mut self) -> Vec<Piece> {
        if self.open.row_count > 0 {
            self.done.push(self.open);
        }
        self.done
    }
}

impl D1MarketStore<'_> {
    /// Opens a batch.
    pub(super) async fn open(
        &self,
        origin: &str,
        origin_id: i64,
        source: &str,
        now: UnixMillis,
    ) -> Result<i64, StoreError> {
        let sql = "insert into batches (origin, origin_id, source, touched_at) values (?1, ?2, ?3, ?4) returning id";
        let statement = Statement::new(sql).bind(origin).bind(origin_id).bind(source).bind(now);
        self.db.run(statement).await?.scalar()?.ok_or_else(|| StoreError::Refused("a new batch got no number".into()))
    }

    /// The ids of the bearers of symbols on a day, in their order.
    pub(super) async fn ids_on(&self, rows: &[(&Ticker, Day)]) -> Result<Vec<i64>, StoreError> {
        let mut wanted: BTreeMap<&Ticker, Day> = BTreeMap::new();
        for (ticker, day) in rows {
            let last = wanted.entry(ticker).or_insert(*day);
            *last = (*day).max(*last);
        }
        self.names.open(self.db, &wanted).await?;
        rows.iter().map(|(ticker, day)| self.names.id(ticker, *day)).collect()
    }

    /// Stages rows of a kind.
    pub(super) async fn stage<T, R: StagedRow>(
        &self,
        batch: i64,
        table: &Table,
        rows: &[T],
        ticker: impl Fn(&T) -> &Ticker,
        day: impl Fn(&T) -> Day,
        staged: impl Fn(&T, i64) -> R,
    ) -> Result<(), StoreError> {
        let ids = self.ids_on(&rows.iter().map(|row| (ticker(row), day(row))).collect::<Vec<_>>()).await?;
        let mut writer = PieceWriter::new(table);
        for (row, id) in rows.iter().zip(ids) {
            writer.push(id, day(row), &staged(row, id))?;
        }
        self.write_pieces(batch, writer.finish()).await
    }

    /// Stages what is known of securities.
    pub(super) async fn stage_known_securities(&self, batch: i64, rows: &[Security]) -> Result<(), StoreError> {
        let named: Vec<(&Ticker, Day)> = rows.iter().map(|row| (&row.ticker, Day::from_number(i32::MAX))).collect();
        let ids = self.ids_on(&named).await?;
        let mut writer = PieceWriter::new(&SECURITIES);
        for (row, id) in rows.iter().zip(ids) {
            writer.push(id, row.delist_day.unwrap_or(Day::from_number(0)), &SecurityValues::new(id, row))?;
        }
        self.write_pieces(batch, writer.finish()).await
    }

    /// Writes pieces and shows that somebody is still at work on the batch.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is not open any more.
    pub(super) async fn write_pieces(&self, batch: i64, pieces: Vec<Piece>) -> Result<(), StoreError> {
        for piece in pieces {
            let Piece { kind, mut rows, row_count, securities, days, adjusted } = piece;
            rows.push(b']');
            let text = |error: &dyn std::fmt::Display| StoreError::Refused(error.to_string());
            let rows = String::from_utf8(rows).map_err(|error| text(&error))?;
            let days: Vec<(i32, u32)> = days.into_iter().collect();
            let (first, last) = (days.first().map(|day| day.0), days.last().map(|day| day.0));
            let insert = Statement::new(sql!("market/stage_piece"))
                .bind(batch)
                .bind(kind)
                .bind(first)
                .bind(last)
                .bind(serde_json::to_string(&securities).map_err(|error| text(&error))?)
                .bind(serde_json::to_string(&days).map_err(|error| text(&error))?)
                .bind(row_count)
                .bind(adjusted)
                .bind(rows);
            let touch = "update batches set touched_at = max(touched_at, unixepoch() * 1000) where id = ?1";
            let open = Statement::new(REFUSE_IF_CLOSED).bind(batch);
            self.db.batch(vec![open, insert, Statement::new(touch).bind(batch)]).await?;
        }
        Ok(())
    }
}

/// The staged row of a security.
#[derive(Serialize)]
pub(super) struct SecurityValues<'a>(
    i64,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<i32>,
    Option<i32>,
    Option<f64>,
    Option<&'a str>,
);

impl<'a> SecurityValues<'a> {
    fn new(id: i64, row: &'a Security) -> Self {
        Self(
            id,
            row.name.as_deref(),
            row.sector.as_deref(),
            row.exchange.as_deref(),
            row.kind.as_deref(),
            row.issuer.as_deref(),
            row.share_class.as_deref(),
            row.list_day.map(Day::number),
            row.delist_day.map(Day::number),
            row.delisting_price,
            None,
        )
    }

    /// Nothing but another symbol.
    pub(super) const fn renamed(id: i64, symbol: &'a str) -> Self {
        Self(id, None, None, None, None, None, None, None, None, None, Some(symbol))
    }
}

impl StagedRow for SecurityValues<'_> {}

#[cfg(test)]
mod tests {
    use super::super::tables::DAILY_BARS;
    use super::*;

    #[test]
    fn rows_are_cut_into_pieces_that_fit_a_parameter() {
        let mut writer = PieceWriter::new(&DAILY_BARS);
        for n in 0..30_000 {
            let day = Day::from_number(n % 7);
            writer
                .push(i64::from(n), day, &bar_values(i64::from(n), day, None, None, None, 1.0 / 3.0, None, None))
                .unwrap();
        }
        let pieces = writer.finish();
        assert!(pieces.len() > 1);
        assert!(pieces.iter().all(|piece| piece.rows.len() < 1_000_000 && !piece.adjusted));
        assert_eq!(pieces.iter().map(|piece| piece.row_count).sum::<usize>(), 30_000);
        assert_eq!(pieces.iter().flat_map(|piece| piece.days.values()).sum::<u32>(), 30_000);
    }
}
