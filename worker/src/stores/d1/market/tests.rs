//! The store's promises, over SQLite in memory with the real migrations.

use domain::market::{DailyBar, ReportedCap, Security, SharesCount, Split};
use domain::ports::{MarketStore, Origin, Published, StoreError};
use domain::units::{Day, Ticker, UnixMillis};
use pollster::block_on;

use super::D1MarketStore;
use crate::stores::d1::{D1, Param, Statement, numbered};

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn ticker(text: &str) -> Ticker {
    text.parse().unwrap()
}

fn bar(symbol: &str, on: &str, close: f64) -> DailyBar {
    DailyBar {
        ticker: ticker(symbol),
        day: day(on),
        open: None,
        high: None,
        low: None,
        close,
        adj_close: None,
        volume: Some(100.0),
    }
}

fn adjusted(symbol: &str, on: &str, close: f64, adj_close: f64) -> DailyBar {
    DailyBar { adj_close: Some(adj_close), ..bar(symbol, on, close) }
}

fn shares(symbol: &str, as_of: &str, shares: f64) -> SharesCount {
    SharesCount { ticker: ticker(symbol), as_of: day(as_of), shares }
}

fn split(symbol: &str, ex_day: &str, ratio: f64) -> Split {
    Split { ticker: ticker(symbol), ex_day: day(ex_day), ratio }
}

/// What one publication brings.
#[derive(Default)]
struct Delivery {
    securities: Vec<Security>,
    bars: Vec<DailyBar>,
    caps: Vec<ReportedCap>,
    shares: Vec<SharesCount>,
    splits: Vec<Split>,
}

fn publish(db: &D1, delivery: &Delivery) -> Published {
    publish_as(db, 1, delivery)
}

fn publish_as(db: &D1, import: i64, delivery: &Delivery) -> Published {
    let store = D1MarketStore::new(db);
    block_on(async {
        let batch = store.open_batch(Origin::Import, import, "files", NOW).await?;
        store.stage_securities(batch, &delivery.securities).await?;
        store.stage_bars(batch, &delivery.bars).await?;
        store.stage_caps(batch, &delivery.caps).await?;
        store.stage_shares(batch, &delivery.shares).await?;
        store.stage_splits(batch, &delivery.splits).await?;
        store.publish(batch, NOW).await
    })
    .unwrap()
}

/// One line per row of the ranking: day, ticker, cap, basis.
fn ranking(db: &D1) -> Vec<String> {
    let sql = "select date(day * 86400, 'unixepoch') || ' ' || ticker || ' ' || cap || ' ' || basis as line \
               from market_caps order by day, cap desc, ticker";
    lines(db, sql)
}

fn lines(db: &D1, sql: &'static str) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Row {
        line: String,
    }
    let rows = block_on(db.run(Statement::new(sql))).unwrap();
    rows.decode::<Row>().unwrap().into_iter().map(|row| row.line).collect()
}

fn number(db: &D1, sql: &'static str) -> i64 {
    block_on(db.run(Statement::new(sql))).unwrap().scalar().unwrap().unwrap_or(-1)
}

#[test]
fn what_is_staged_shows_only_when_published() {
    let db = D1::in_memory();
    let store = D1MarketStore::new(&db);
    let batch = block_on(store.open_batch(Origin::Import, 1, "files", NOW)).unwrap();
    block_on(store.stage_bars(batch, &[bar("A", "2024-01-02", 10.0)])).unwrap();
    assert_eq!(number(&db, "select count(*) from daily_bars"), 0);
    assert_eq!(number(&db, "select count(*) from securities where version is not null"), 0);
    let published = block_on(store.publish(batch, NOW)).unwrap();
    assert_eq!(published, Published { inserted: 1, changed: 0, unchanged: 0, data_version: 1 });
    assert_eq!(number(&db, "select count(*) from daily_bars"), 1);
    for sql in ["select count(*) from staging", "select count(*) from changed_days", "select count(*) from batches"] {
        assert_eq!(number(&db, sql), 0, "{sql}");
    }
}

#[test]
fn the_same_rows_again_change_nothing_and_raise_no_version() {
    let db = D1::in_memory();
    let delivery = Delivery {
        securities: vec![Security { name: Some("Alpha".into()), ..Security::named(ticker("A")) }],
        bars: vec![adjusted("A", "2024-01-02", 10.0, 10.0), bar("B", "2024-01-02", 5.0)],
        shares: vec![shares("A", "2024-01-01", 100.0)],
        splits: vec![split("A", "2024-02-01", 2.0)],
        caps: vec![ReportedCap { ticker: ticker("B"), day: day("2024-01-02"), cap: 900.0 }],
    };
    assert_eq!(publish(&db, &delivery), Published { inserted: 6, changed: 0, unchanged: 0, data_version: 1 });
    assert_eq!(publish(&db, &delivery), Published { inserted: 0, changed: 0, unchanged: 6, data_version: 1 });
    assert_eq!(ranking(&db), ["2024-01-02 A 1000.0 1", "2024-01-02 B 900.0 0"]);
    assert_eq!(number(&db, "select bars from sessions"), 2);
}

#[test]
fn a_revised_price_is_stored_and_the_older_one_kept() {
    let db = D1::in_memory();
    let first = Delivery {
        bars: vec![bar("A", "2024-01-02", 10.0), bar("A", "2024-01-03", 11.0)],
        shares: vec![shares("A", "2024-01-01", 100.0)],
        ..Delivery::default()
    };
    publish(&db, &first);
    let revised = Delivery { bars: vec![bar("A", "2024-01-03", 12.0)], ..Delivery::default() };
    assert_eq!(publish(&db, &revised), Published { inserted: 0, changed: 1, unchanged: 0, data_version: 2 });
    assert_eq!(ranking(&db), ["2024-01-02 A 1000.0 1", "2024-01-03 A 1200.0 1"]);
    let past = "select close || ' ' || version || ' ' || until_version as line from daily_bars_past";
    assert_eq!(lines(&db, past), ["11.0 1 2"]);
}

#[test]
fn shares_are_those_known_that_day_restated_for_splits() {
    let db = D1::in_memory();
    let delivery = Delivery {
        bars: vec![
            bar("A", "2024-01-02", 100.0), // before the first known count: assumed
            bar("A", "2024-01-04", 100.0), // 10 shares known
            bar("A", "2024-01-05", 10.0),  // 10:1 split: 100 shares
            bar("A", "2024-01-08", 10.0),  // 120 shares known
        ],
        shares: vec![shares("A", "2024-01-03", 10.0), shares("A", "2024-01-08", 120.0)],
        splits: vec![split("A", "2024-01-05", 10.0)],
        ..Delivery::default()
    };
    publish(&db, &delivery);
    let expected = ["2024-01-02 A 1000.0 2", "2024-01-04 A 1000.0 1", "2024-01-05 A 1000.0 1", "2024-01-08 A 1200.0 1"];
    assert_eq!(ranking(&db), expected);
    // The same facts in any other order of arrival give the same ranking.
    let late = D1::in_memory();
    publish(&late, &Delivery { splits: delivery.splits, ..Delivery::default() });
    publish(&late, &Delivery { shares: delivery.shares, ..Delivery::default() });
    publish(&late, &Delivery { bars: delivery.bars, ..Delivery::default() });
    assert_eq!(ranking(&late), expected);
}

#[test]
fn an_adjusted_close_that_jumps_implies_the_split_that_no_record_explains() {
    let db = D1::in_memory();
    // 10:1 on the second day; the 1 % step on the third is a dividend that the source adjusts for, not a split.
    let bars = vec![
        adjusted("A", "2024-01-02", 2000.0, 198.0),
        adjusted("A", "2024-01-03", 201.0, 198.99),
        adjusted("A", "2024-01-04", 200.0, 200.0),
    ];
    publish(&db, &Delivery { bars, ..Delivery::default() });
    let splits = "select date(ex_day * 86400, 'unixepoch') || ' ' || round(ratio, 9) || ' ' || implied as line \
                  from splits_in_force";
    assert_eq!(lines(&db, splits), ["2024-01-03 10.0 1"]);
    publish(&db, &Delivery { splits: vec![split("A", "2024-01-03", 10.0)], ..Delivery::default() });
    assert_eq!(lines(&db, splits), ["2024-01-03 10.0 0"]);
}

#[test]
fn only_common_stock_with_a_cap_is_ranked() {
    let db = D1::in_memory();
    let caps = vec![
        ReportedCap { ticker: ticker("A"), day: day("2024-01-02"), cap: 5.0 },
        ReportedCap { ticker: ticker("B"), day: day("2024-01-02"), cap: 0.0 },
        ReportedCap { ticker: ticker("C"), day: day("2024-01-02"), cap: 7.0 },
    ];
    let bars = vec![bar("A", "2024-01-02", 1.0), bar("B", "2024-01-02", 1.0), bar("C", "2024-01-02", 1.0)];
    publish(&db, &Delivery { caps, bars, ..Delivery::default() });
    assert_eq!(ranking(&db), ["2024-01-02 C 7.0 0", "2024-01-02 A 5.0 0"]);
    let fund = Security { kind: Some("ETF".into()), ..Security::named(ticker("C")) };
    publish(&db, &Delivery { securities: vec![fund], ..Delivery::default() });
    assert_eq!(ranking(&db), ["2024-01-02 A 5.0 0"]);
}

#[test]
fn undoing_an_import_brings_back_what_was_before() {
    let db = D1::in_memory();
    let import = |id: i64, delivery: &Delivery| {
        let published = publish_as(&db, id, delivery);
        let sql = "insert into imports (id, kind, owner, status, data_version, created_at, touched_at) \
                   values (?1, 'daily_bars', 'local', 'committed', ?2, 0, 0)";
        block_on(db.run(Statement::new(sql).bind(id).bind(published.data_version))).unwrap();
    };
    let first = Delivery {
        bars: vec![bar("A", "2024-01-02", 10.0), bar("A", "2024-01-03", 11.0)],
        shares: vec![shares("A", "2024-01-01", 100.0)],
        ..Delivery::default()
    };
    import(1, &first);
    let before = ranking(&db);
    import(
        2,
        &Delivery { bars: vec![bar("A", "2024-01-03", 99.0), bar("B", "2024-01-04", 1.0)], ..Delivery::default() },
    );
    import(3, &Delivery { bars: vec![bar("A", "2024-01-03", 77.0)], ..Delivery::default() });
    let store = D1MarketStore::new(&db);
    // What import 3 replaced stays replaced; B's only bar goes, and its session with it.
    block_on(store.undo(2, NOW)).unwrap();
    assert_eq!(ranking(&db), ["2024-01-02 A 1000.0 1", "2024-01-03 A 7700.0 1"]);
    assert_eq!(number(&db, "select count(*) from sessions"), 2);
    assert_eq!(number(&db, "select count(*) from securities where version is not null"), 1);
    // Undoing import 3 passes over the value of import 2, which was undone.
    let undone = block_on(store.undo(3, NOW)).unwrap();
    assert_eq!((undone.changed, undone.data_version), (1, 5));
    assert_eq!(ranking(&db), before);
    assert!(matches!(block_on(store.undo(3, NOW)), Err(StoreError::Conflict(_))));
    block_on(store.undo(1, NOW)).unwrap();
    assert_eq!(ranking(&db), Vec::<String>::new());
    assert_eq!(number(&db, "select count(*) from daily_bars"), 0);
    assert_eq!(number(&db, "select count(*) from shares_in_force"), 0);
}

#[test]
fn a_change_marks_the_sessions_that_used_the_day() {
    let db = D1::in_memory();
    publish(&db, &Delivery { bars: vec![bar("A", "2024-01-02", 10.0)], ..Delivery::default() });
    let sql = "insert into index_sessions (index_id, day, prev_day, base_day, turnover, constituents, stale_prices, \
               changes, data_version, method_version, inputs_hash, built_at) \
               select 1, day, day - 1, day - 1, 0, 1, 0, '[]', 1, 1, '', 0 \
               from (select ?1 as day union select ?2 union select ?3)";
    let (a, b, c) = (day("2024-01-02"), day("2024-01-03"), day("2024-01-04"));
    block_on(db.run(Statement::new(sql).bind(a).bind(b).bind(c))).unwrap();
    publish(&db, &Delivery { bars: vec![bar("A", "2024-01-02", 10.5)], ..Delivery::default() });
    let outdated = "select date(day * 86400, 'unixepoch') || ' ' || outdated as line from index_sessions order by day";
    assert_eq!(lines(&db, outdated), ["2024-01-02 1", "2024-01-03 1", "2024-01-04 0"]);
}

#[test]
fn an_abandoned_batch_is_swept() {
    let db = D1::in_memory();
    let store = D1MarketStore::new(&db);
    let batch = block_on(store.open_batch(Origin::Import, 1, "files", NOW)).unwrap();
    block_on(store.stage_bars(batch, &[bar("A", "2024-01-02", 10.0)])).unwrap();
    block_on(db.run(Statement::new("update batches set touched_at = ?1").bind(NOW))).unwrap();
    block_on(store.sweep(NOW.plus_ms(60_000))).unwrap();
    assert_eq!(number(&db, "select count(*) from staging"), 1);
    block_on(store.sweep(NOW.plus_ms(3_600_000))).unwrap();
    assert_eq!(number(&db, "select count(*) from staging"), 0);
}

/// A sender that slept for twenty minutes went on, and the rest of its file was published as the whole of it.
#[test]
fn the_rest_of_a_swept_batch_is_refused() {
    let db = D1::in_memory();
    let store = D1MarketStore::new(&db);
    let batch = block_on(store.open_batch(Origin::Import, 1, "files", NOW)).unwrap();
    block_on(store.stage_bars(batch, &[bar("A", "2024-01-02", 10.0)])).unwrap();
    block_on(db.run(Statement::new("update batches set touched_at = ?1").bind(NOW))).unwrap();
    block_on(store.sweep(NOW.plus_ms(3_600_000))).unwrap();
    let late = block_on(store.stage_bars(batch, &[bar("B", "2024-01-02", 10.0)]));
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    assert!(matches!(block_on(store.publish(batch, NOW)), Err(StoreError::Conflict(_))));
    let left = "select (select count(*) from staging) + (select count(*) from daily_bars) + (select count(*) from publications)";
    assert_eq!(number(&db, left), 0);
}

/// Bringing one session of 570 securities in read 390 000 rows: the update met every staged row for each stored security.
#[test]
fn what_is_said_of_securities_is_read_once() {
    #[derive(serde::Deserialize)]
    struct Step {
        detail: String,
    }
    let db = D1::in_memory();
    let publish =
        super::tables::fill_securities(&format!("{}{}", sql!("market/incoming"), sql!("market/publish_securities")));
    let undo = super::tables::fill_securities_past(sql!("market/undo_securities"));
    for sql in [publish, undo] {
        let params = [1_i64; 3].map(Param::from);
        let plan = block_on(db.run(numbered(format!("explain query plan {sql}"), &params))).unwrap();
        let steps: Vec<String> = plan.decode::<Step>().unwrap().into_iter().map(|step| step.detail).collect();
        assert!(steps.iter().any(|step| step.starts_with("SEARCH t USING INTEGER PRIMARY KEY")), "{steps:?}");
    }
}
