//! Market data in D1: rows are staged as pieces of JSON, then one batch of set-based statements makes them visible.
//!
//! The statements are templates over the versioned tables ([`tables`]): each has a key (security, day), values, and a
//! companion `_past` with the values that were replaced. What the ranking and the returns read (`splits_in_force`,
//! `shares_in_force`, `market_caps`) is derived in the same batch.

mod intraday;
mod names;
mod publish;
mod stage;
mod tables;
mod ticker_changes;
mod undo;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use domain::calendar::new_york_instant;
use domain::market::{
    BarRow, BarRows, DailyBar, Dividend, IntradayBar, ReportedCap, Security, SharesCount, Split, TickerChange,
};
use domain::ports::{MarketStore, Origin, Published, StoreError};
use domain::units::{BarInterval, Day, DayRange, Ticker, UnixMillis};
use serde::Deserialize;

use super::{D1, Statement};
use names::Names;
use tables::{DAILY_BARS, DIVIDENDS, REPORTED_CAPS, SHARES, SPLITS};

const REFUSE_IF_CLOSED: &str = sql!("market/refuse_if_closed");
/// A staged batch that nobody has touched for so long belongs to nobody any more.
const ABANDONED_AFTER_MS: i64 = 20 * 60 * 1000;

/// Market data behind the `DB` binding, for one request or job slice.
#[derive(Debug)]
pub(crate) struct D1MarketStore<'a> {
    db: &'a D1,
    /// The symbols met so far.
    names: Names,
}

impl<'a> D1MarketStore<'a> {
    /// The store over this database.
    pub(crate) fn new(db: &'a D1) -> Self {
        Self { db, names: Names::default() }
    }

    /// Forgets what abandoned batches have staged, and says so of their imports. Called by the tick.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn sweep(&self, now: UnixMillis) -> Result<(), StoreError> {
        let before = now.plus_ms(-ABANDONED_AFTER_MS);
        let old = "select id from batches where touched_at < ?1";
        self.db
            .batch(vec![
                Statement::new(format!("delete from staging where batch in ({old})")).bind(before),
                Statement::new(format!("delete from changed_days where batch in ({old})")).bind(before),
                Statement::new("delete from batches where touched_at < ?1").bind(before),
                Statement::new(sql!("market/fail_abandoned")).bind(before).bind(now),
            ])
            .await?;
        Ok(())
    }
}

impl D1MarketStore<'_> {
    async fn ticker_days(&self, asked: Statement) -> Result<Vec<(Ticker, Day)>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            ticker: String,
            day: i32,
        }
        let rows = self.db.run(asked).await?.decode::<Row>()?.into_iter();
        Ok(rows.filter_map(|row| Some((row.ticker.parse().ok()?, Day::from_number(row.day)))).collect())
    }
}

impl MarketStore for D1MarketStore<'_> {
    async fn open_batch(
        &self,
        origin: Origin,
        origin_id: i64,
        source: &str,
        now: UnixMillis,
    ) -> Result<i64, StoreError> {
        self.open(origin.name(), origin_id, source, now).await
    }

    async fn stage_securities(&self, batch: i64, rows: &[Security]) -> Result<(), StoreError> {
        self.stage_known_securities(batch, rows).await
    }

    async fn stage_bars(&self, batch: i64, rows: &[DailyBar]) -> Result<(), StoreError> {
        self.stage(
            batch,
            &DAILY_BARS,
            rows,
            |bar| &bar.ticker,
            |bar| bar.day,
            |bar, id| stage::bar_values(id, bar.day, bar.open, bar.high, bar.low, bar.close, bar.adj_close, bar.volume),
        )
        .await
    }

    async fn stage_bar_rows(&self, batch: i64, piece: &BarRows) -> Result<(), StoreError> {
        let unnamed = || StoreError::Refused("a bar names no ticker of its piece".into());
        let ticker_of = |row: &BarRow| usize::try_from(row.ticker).ok().and_then(|at| piece.tickers.get(at));
        let mut wanted: BTreeMap<&Ticker, Day> = BTreeMap::new();
        for row in &piece.rows {
            let last = wanted.entry(ticker_of(row).ok_or_else(unnamed)?).or_insert(row.day);
            *last = row.day.max(*last);
        }
        self.names.open(self.db, &wanted).await?;
        // A number of the file is one security on every day, but for the few symbols that changed hands.
        let mut ids: Vec<Option<i64>> = vec![None; piece.tickers.len()];
        for (at, ticker) in piece.tickers.iter().enumerate().filter(|(_, ticker)| !self.names.has_changed_hands(ticker))
        {
            ids[at] = wanted.get(ticker).map(|day| self.names.id(ticker, *day)).transpose()?;
        }
        let mut writer = stage::PieceWriter::new(&DAILY_BARS);
        for row in &piece.rows {
            let id = match ids[row.ticker as usize] {
                Some(id) => id,
                None => self.names.id(ticker_of(row).ok_or_else(unnamed)?, row.day)?,
            };
            let BarRow { ticker: _, day, open, high, low, close, adj_close, volume } = *row;
            writer.push(id, day, &stage::bar_values(id, day, open, high, low, close, adj_close, volume))?;
        }
        self.write_pieces(batch, writer.finish()).await
    }

    async fn stage_caps(&self, batch: i64, rows: &[ReportedCap]) -> Result<(), StoreError> {
        self.stage(
            batch,
            &REPORTED_CAPS,
            rows,
            |row| &row.ticker,
            |row| row.day,
            |row, id| (id, row.day.number(), row.cap),
        )
        .await
    }

    async fn stage_shares(&self, batch: i64, rows: &[SharesCount]) -> Result<(), StoreError> {
        self.stage(
            batch,
            &SHARES,
            rows,
            |row| &row.ticker,
            |row| row.as_of,
            |row, id| (id, row.as_of.number(), row.shares),
        )
        .await
    }

    async fn stage_splits(&self, batch: i64, rows: &[Split]) -> Result<(), StoreError> {
        self.stage(
            batch,
            &SPLITS,
            rows,
            |row| &row.ticker,
            |row| row.ex_day,
            |row, id| (id, row.ex_day.number(), row.ratio),
        )
        .await
    }

    async fn stage_dividends(&self, batch: i64, rows: &[Dividend]) -> Result<(), StoreError> {
        self.stage(
            batch,
            &DIVIDENDS,
            rows,
            |row| &row.ticker,
            |row| row.ex_day,
            |row, id| (id, row.ex_day.number(), row.amount),
        )
        .await
    }

    async fn stage_ticker_changes(&self, batch: i64, rows: &[TickerChange]) -> Result<(), StoreError> {
        self.stage_changes(batch, rows).await
    }

    async fn stage_intraday(&self, batch: i64, rows: &[IntradayBar]) -> Result<(), StoreError> {
        self.stage_intraday_bars(batch, rows).await
    }

    async fn publish(&self, batch: i64, now: UnixMillis) -> Result<Published, StoreError> {
        self.publish_batch(batch, now).await
    }

    async fn discard(&self, batch: i64) -> Result<(), StoreError> {
        self.db.batch(publish::forget(batch)).await?;
        Ok(())
    }

    async fn common_stocks(&self, among: &[Ticker]) -> Result<Vec<Ticker>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            ticker: String,
        }
        let names: Vec<&str> = among.iter().map(Ticker::as_str).collect();
        let names = serde_json::to_string(&names).map_err(|error| StoreError::Refused(error.to_string()))?;
        let sql = "select ticker from securities where kind = 'CS' and ticker in (select value from json_each(?1))";
        let known: HashSet<String> = self
            .db
            .run(Statement::new(sql).bind(names))
            .await?
            .decode::<Row>()?
            .into_iter()
            .map(|row| row.ticker)
            .collect();
        Ok(among.iter().filter(|ticker| known.contains(ticker.as_str())).cloned().collect())
    }

    async fn held_intraday(
        &self,
        source: &str,
        interval: BarInterval,
        tickers: &[Ticker],
        range: DayRange,
    ) -> Result<HashSet<(Ticker, Day)>, StoreError> {
        let names: Vec<&str> = tickers.iter().map(Ticker::as_str).collect();
        let asked = Statement::new(sql!("market/held_intraday"))
            .bind(serde_json::json!(names).to_string())
            .bind(interval.minutes())
            .bind(source)
            .bind(new_york_instant(range.first(), 0))
            .bind(new_york_instant(range.last().plus(1), 0).plus_ms(-1));
        Ok(self.ticker_days(asked).await?.into_iter().collect())
    }

    async fn largest(&self, count: usize) -> Result<Vec<Ticker>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            ticker: String,
        }
        let rows = self.db.run(Statement::new(sql!("market/largest")).bind(count)).await?;
        Ok(rows.decode::<Row>()?.into_iter().filter_map(|row| row.ticker.parse().ok()).collect())
    }

    async fn split_days(&self, range: DayRange) -> Result<Vec<(Ticker, Day)>, StoreError> {
        let sql = sql!("market/split_days");
        self.ticker_days(Statement::new(sql).bind(range.first()).bind(range.last())).await
    }

    async fn closes(&self, day: Day) -> Result<Vec<(Ticker, f64)>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            ticker: String,
            close: f64,
        }
        let rows = self.db.run(Statement::new(sql!("market/closes")).bind(day)).await?;
        let rows = rows.decode::<Row>()?.into_iter();
        Ok(rows.filter_map(|row| Some((row.ticker.parse().ok()?, row.close))).collect())
    }

    async fn held_sessions(&self, range: DayRange) -> Result<Vec<Day>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            day: i32,
        }
        let sql = "select day from sessions where day between ?1 and ?2 order by day";
        let rows = self.db.run(Statement::new(sql).bind(range.first()).bind(range.last())).await?;
        Ok(rows.decode::<Row>()?.into_iter().map(|row| Day::from_number(row.day)).collect())
    }
}
