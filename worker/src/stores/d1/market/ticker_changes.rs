//! Changes of symbols: the security stays, and what was held under the other symbol comes to it.

use std::collections::BTreeMap;

use domain::market::TickerChange;
use domain::ports::StoreError;
use domain::units::{Day, Ticker};

use super::D1MarketStore;
use super::intraday;
use super::stage::{PieceWriter, SecurityValues, StagedRow};
use super::tables::{SECURITIES, TABLES, TICKER_CHANGES, Table};
use crate::stores::d1::Statement;

/// The kind of the staged rows that say which security takes which other one in.
const ABSORBED: Table = Table { name: "absorbed", day: "", values: &[] };

impl StagedRow for (i64, i32, &str) {}
impl StagedRow for (i64, i64) {}

/// What a batch of changes does.
struct Changes {
    rows: PieceWriter,
    /// What each security is called after all of them.
    symbols: BTreeMap<i64, String>,
    absorbed: PieceWriter,
}

/// The statements that make one security of two, before symbols change.
pub(super) fn absorb() -> Vec<String> {
    let absorbed = sql!("market/absorbed");
    let with = |statement: &str| format!("{absorbed}{statement}");
    let mut sql = vec![with(sql!("market/absorb_note"))];
    let versioned = TABLES.iter().flat_map(|table| [table.name.to_owned(), format!("{}_past", table.name)]);
    let derived = ["splits_in_force", "shares_in_force", "market_caps"].map(str::to_owned);
    // Where both hold a row of one day, that of the older symbol stays.
    for table in versioned {
        sql.push(with(&sql!("market/absorb_rows").replace("{table}", &table)));
        sql.push(with(&sql!("market/absorb_leave").replace("{table}", &table)));
    }
    sql.extend(derived.map(|table| with(&sql!("market/absorb_leave").replace("{table}", &table))));
    for table in [intraday::KIND.to_owned(), format!("{}_past", intraday::KIND)] {
        sql.push(with(&sql!("market/absorb_bars").replace("{table}", &table)));
    }
    sql.push(with(sql!("market/absorb_series")));
    sql.push(with(&sql!("market/absorb_leave").replace("{table}", "bar_series")));
    sql.push(with(sql!("market/absorb_hide")));
    sql.push(sql!("market/release_tickers").to_owned());
    sql
}

impl D1MarketStore<'_> {
    /// Stages changes of symbols, those of one file in the order of their days.
    ///
    /// A symbol may change hands: who bore the new one until then gives it up for the symbol with the month of its last bar
    /// (`META-202201`), unless it has no bar before the change. Then it is the same security, which came under its new symbol
    /// before anyone said so, and what is held of it becomes the other's.
    pub(super) async fn stage_changes(&self, batch: i64, rows: &[TickerChange]) -> Result<(), StoreError> {
        let mut rows: Vec<&TickerChange> = rows.iter().collect();
        rows.sort_by_key(|row| row.day);
        self.names.look_up(self.db, rows.iter().flat_map(|row| [&row.ticker, &row.new_ticker])).await?;
        let mut changes = Changes {
            rows: PieceWriter::new(&TICKER_CHANGES),
            symbols: BTreeMap::new(),
            absorbed: PieceWriter::new(&ABSORBED),
        };
        for row in rows {
            self.stage_change(row, &mut changes).await?;
        }
        let mut symbols = PieceWriter::new(&SECURITIES);
        for (security, symbol) in &changes.symbols {
            symbols.push(*security, Day::from_number(0), &SecurityValues::renamed(*security, symbol))?;
        }
        for pieces in [changes.rows.finish(), symbols.finish(), changes.absorbed.finish()] {
            self.write_pieces(batch, pieces).await?;
        }
        Ok(())
    }

    async fn stage_change(&self, row: &TickerChange, changes: &mut Changes) -> Result<(), StoreError> {
        let TickerChange { day, ticker: old, new_ticker: new } = row;
        let visible = |ticker: &Ticker, day: Day| self.names.bearer(ticker, day).filter(|bearer| bearer.is_visible);
        let security = match (visible(old, day.plus(-1)), visible(new, *day)) {
            // What is known began under the new symbol; the old one is its earlier name.
            (None, Some(bearer)) => bearer.id,
            (None, None) => {
                self.names.open(self.db, &[(new, *day)].into()).await?;
                self.names.id(new, *day)?
            }
            (Some(bearer), None) => {
                // Under a later symbol already: this one is history.
                if visible(old, *day).is_some_and(|now| now.id == bearer.id) {
                    changes.symbols.insert(bearer.id, new.to_string());
                }
                bearer.id
            }
            (Some(bearer), Some(other)) => {
                if bearer.id != other.id {
                    match self.last_bar_before(other.id, *day).await? {
                        None => changes.absorbed.push(bearer.id, *day, &(bearer.id, other.id))?,
                        Some(last) => {
                            let given_up = format!("{new}-{:04}{:02}", last.year(), last.month());
                            changes.symbols.insert(other.id, given_up);
                            changes.rows.push(other.id, *day, &(other.id, day.number(), new.as_str()))?;
                        }
                    }
                    changes.symbols.insert(bearer.id, new.to_string());
                }
                bearer.id
            }
        };
        changes.rows.push(security, *day, &(security, day.number(), old.as_str()))?;
        self.names.note(security, old, new, *day);
        Ok(())
    }

    async fn last_bar_before(&self, security: i64, day: Day) -> Result<Option<Day>, StoreError> {
        let sql = "select day from daily_bars where security_id = ?1 and day < ?2 order by day desc limit 1";
        let found: Option<i32> = self.db.run(Statement::new(sql).bind(security).bind(day)).await?.scalar()?;
        Ok(found.map(Day::from_number))
    }
}

#[cfg(test)]
mod tests {
    use domain::calendar::new_york_instant;
    use domain::market::{DailyBar, IntradayBar, SharesCount, Split};
    use domain::ports::{MarketStore, Origin, Published};
    use domain::units::{BarInterval, UnixMillis};
    use pollster::block_on;
    use serde::Deserialize;

    use super::*;
    use crate::stores::d1::D1;
    use crate::stores::d1::securities::D1Securities;

    const NOW: UnixMillis = UnixMillis(1_780_000_000_000);

    /// The days from Monday, 2026-06-08 on.
    fn day(number: i32) -> Day {
        "2026-06-08".parse::<Day>().unwrap().plus(number)
    }

    fn ticker(text: &str) -> Ticker {
        text.parse().unwrap()
    }

    fn publish(db: &D1, stage: impl AsyncFnOnce(&D1MarketStore<'_>, i64)) -> Published {
        let store = D1MarketStore::new(db);
        block_on(async {
            let batch = store.open_batch(Origin::Ingestion, 1, "sample", NOW).await.unwrap();
            stage(&store, batch).await;
            store.publish(batch, NOW).await.unwrap()
        })
    }

    /// Bars of a symbol on some days; the close says which.
    fn publish_bars(db: &D1, rows: &[(&str, i32, f64)]) -> Published {
        let bar = |(text, at, close): &(&str, i32, f64)| DailyBar {
            ticker: ticker(text),
            day: day(*at),
            open: None,
            high: None,
            low: None,
            close: *close,
            adj_close: None,
            volume: None,
        };
        let bars: Vec<DailyBar> = rows.iter().map(bar).collect();
        publish(db, async |store, batch| store.stage_bars(batch, &bars).await.unwrap())
    }

    fn publish_changes(db: &D1, rows: &[(i32, &str, &str)]) -> Published {
        let change = |(at, old, new): &(i32, &str, &str)| TickerChange {
            day: day(*at),
            ticker: ticker(old),
            new_ticker: ticker(new),
        };
        let changes: Vec<TickerChange> = rows.iter().map(change).collect();
        publish(db, async |store, batch| store.stage_ticker_changes(batch, &changes).await.unwrap())
    }

    /// Every visible security with its closes by day.
    fn held(db: &D1) -> Vec<(String, Vec<(i32, f64)>)> {
        #[derive(Deserialize)]
        struct Row {
            ticker: String,
            bars: String,
        }
        let sql = "select ticker, coalesce((select json_group_array(json_array(day, close)) from (select day, close from daily_bars b \
                   where b.security_id = s.id order by day)), '[]') as bars from securities s where version is not null order by ticker";
        let rows: Vec<Row> = block_on(db.run(Statement::new(sql))).unwrap().decode().unwrap();
        let bars = |text: &str| -> Vec<(i32, f64)> {
            let all: Vec<(i32, f64)> = serde_json::from_str(text).unwrap();
            all.into_iter().map(|(at, close)| (at - day(0).number(), close)).collect()
        };
        rows.into_iter().map(|row| (row.ticker, bars(&row.bars))).collect()
    }

    fn named(rows: &[(&str, &[(i32, f64)])]) -> Vec<(String, Vec<(i32, f64)>)> {
        rows.iter().map(|(ticker, bars)| ((*ticker).to_owned(), bars.to_vec())).collect()
    }

    fn caps(db: &D1) -> Vec<(i32, String, f64)> {
        #[derive(Deserialize)]
        struct Row {
            day: i32,
            ticker: String,
            cap: f64,
        }
        let sql = "select m.day, s.ticker, m.cap from market_caps m join securities s on s.id = m.security_id order by m.day, s.ticker";
        let rows: Vec<Row> = block_on(db.run(Statement::new(sql))).unwrap().decode().unwrap();
        rows.into_iter().map(|row| (row.day - day(0).number(), row.ticker, row.cap)).collect()
    }

    #[test]
    fn what_was_held_goes_on_under_the_new_symbol() {
        let db = D1::in_memory();
        publish_bars(&db, &[("FB", 0, 1.0), ("FB", 1, 2.0)]);
        let done = publish_changes(&db, &[(2, "FB", "META")]);
        assert_eq!((done.inserted, done.changed), (1, 1));
        // A row of either symbol is the security's, by its day.
        publish_bars(&db, &[("META", 2, 3.0), ("FB", 1, 2.5)]);
        assert_eq!(held(&db), named(&[("META", &[(0, 1.0), (1, 2.5), (2, 3.0)])]));
        assert_eq!(block_on(D1Securities(&db).borne_now("FB")).unwrap().as_deref(), Some("META"));
        let again = publish_changes(&db, &[(2, "FB", "META")]);
        assert_eq!((again.inserted, again.changed), (0, 0));
        // The old symbol is free for another company, whose rows are its own.
        publish_bars(&db, &[("FB", 3, 50.0), ("FB", 0, 1.5)]);
        assert_eq!(held(&db), named(&[("FB", &[(3, 50.0)]), ("META", &[(0, 1.5), (1, 2.5), (2, 3.0)])]));
        assert_eq!(block_on(D1Securities(&db).borne_now("FB")).unwrap(), None);
    }

    #[test]
    fn a_change_that_is_told_late_makes_one_security_of_two() {
        let db = D1::in_memory();
        let count = |text: &str, at: i32, shares: f64| SharesCount { ticker: ticker(text), as_of: day(at), shares };
        publish_bars(&db, &[("FB", 0, 1.0), ("FB", 1, 2.0), ("AAA", 0, 9.0)]);
        publish(&db, async |store, batch| store.stage_shares(batch, &[count("FB", 0, 100.0)]).await.unwrap());
        publish_bars(&db, &[("META", 2, 3.0), ("META", 3, 4.0), ("AAA", 3, 9.0)]);
        publish(&db, async |store, batch| {
            store.stage_shares(batch, &[count("META", 3, 110.0)]).await.unwrap();
            let split = Split { ticker: ticker("META"), ex_day: day(3), ratio: 2.0 };
            store.stage_splits(batch, &[split]).await.unwrap();
        });
        publish_changes(&db, &[(2, "FB", "META")]);
        let joined: &[(i32, f64)] = &[(0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)];
        assert_eq!(held(&db), named(&[("AAA", &[(0, 9.0), (3, 9.0)]), ("META", joined)]));
        // 100 shares until the split of day 3, from which a count of 110 is known.
        let meta = |at, cap| (at, "META".to_owned(), cap);
        assert_eq!(caps(&db), [meta(0, 100.0), meta(1, 200.0), meta(2, 300.0), meta(3, 440.0)]);
        let left = "select (select count(*) from securities where version is null and ticker not like '~%') as n";
        assert_eq!(block_on(db.run(Statement::new(left))).unwrap().scalar::<i64>().unwrap(), Some(0));
    }

    #[test]
    fn hours_of_both_symbols_are_one_series() {
        let db = D1::in_memory();
        let hour = |text: &str, at: i32| IntradayBar {
            ticker: ticker(text),
            interval: BarInterval::HOUR,
            t: new_york_instant(day(at), 600),
            open: 1.0,
            high: 1.0,
            low: 1.0,
            close: f64::from(at) + 1.0,
            volume: Some(1.0),
            vwap: None,
            trades: None,
        };
        publish_bars(&db, &[("FB", 0, 1.0), ("META", 2, 1.0)]);
        for (text, at) in [("FB", 0), ("META", 2)] {
            publish(&db, async |store, batch| store.stage_intraday(batch, &[hour(text, at)]).await.unwrap());
        }
        publish_changes(&db, &[(2, "FB", "META")]);
        let sql = "select count(distinct b.series_id) * 10 + count(*) as n from securities s \
                   join bar_series q on q.security_id = s.id join intraday_bars b on b.series_id = q.id where s.ticker = 'META'";
        assert_eq!(block_on(db.run(Statement::new(sql))).unwrap().scalar::<i64>().unwrap(), Some(12));
        // An older hour that comes later is of the same series.
        publish(&db, async |store, batch| store.stage_intraday(batch, &[hour("FB", 1)]).await.unwrap());
        assert_eq!(block_on(db.run(Statement::new(sql))).unwrap().scalar::<i64>().unwrap(), Some(13));
    }

    #[test]
    fn a_symbol_that_changes_hands_keeps_two_histories_apart() {
        let db = D1::in_memory();
        publish_bars(&db, &[("META", 0, 5.0), ("META", 1, 6.0), ("FB", 0, 1.0), ("FB", 1, 2.0), ("FB", 2, 3.0)]);
        // Both in one file, in no order.
        publish_changes(&db, &[(3, "FB", "META"), (2, "META", "METV")]);
        publish_bars(&db, &[("META", 3, 4.0), ("METV", 3, 7.0), ("META", 1, 6.5), ("FB", 1, 2.5)]);
        let facebook: &[(i32, f64)] = &[(0, 1.0), (1, 2.5), (2, 3.0), (3, 4.0)];
        assert_eq!(held(&db), named(&[("META", facebook), ("METV", &[(0, 5.0), (1, 6.5), (3, 7.0)])]));
        // Nobody said what became of the one before: it gives the symbol up.
        let db = D1::in_memory();
        publish_bars(&db, &[("META", 0, 5.0), ("FB", 0, 1.0), ("FB", 1, 2.0)]);
        publish_changes(&db, &[(2, "FB", "META")]);
        publish_bars(&db, &[("META", 2, 3.0), ("META", 0, 5.5)]);
        assert_eq!(held(&db), named(&[("META", &[(0, 1.0), (1, 2.0), (2, 3.0)]), ("META-202606", &[(0, 5.5)])]));
    }

    #[test]
    fn several_changes_of_one_security_may_come_in_one_file_or_backwards() {
        for files in [&[&[(1, "A", "B"), (2, "B", "C")][..]][..], &[&[(2, "B", "C")], &[(1, "A", "B")]]] {
            let db = D1::in_memory();
            publish_bars(&db, &[(if files.len() == 1 { "A" } else { "B" }, 0, 1.0)]);
            for file in files {
                publish_changes(&db, file);
            }
            publish_bars(&db, &[("C", 2, 3.0), ("B", 1, 2.0), ("A", 0, 1.5)]);
            assert_eq!(held(&db), named(&[("C", &[(0, 1.5), (1, 2.0), (2, 3.0)])]));
            for name in ["A", "B"] {
                assert_eq!(block_on(D1Securities(&db).borne_now(name)).unwrap().as_deref(), Some("C"));
            }
        }
        // History of a security of which nothing is held yet.
        let db = D1::in_memory();
        publish_changes(&db, &[(1, "A", "B")]);
        publish_bars(&db, &[("A", 0, 1.0), ("B", 1, 2.0)]);
        assert_eq!(held(&db), named(&[("B", &[(0, 1.0), (1, 2.0)])]));
    }
}
