use domain::bars::{Align, Timespan, resample};
use domain::calendar::new_york_instant;
use domain::market::{DailyBar, Dividend, IntradayBar, Split};
use domain::ports::{MarketStore, Origin, Published};
use domain::units::BarInterval;
use pollster::block_on;
use proptest::prelude::*;

use super::*;
use crate::stores::d1::market::D1MarketStore;

const NOW: UnixMillis = UnixMillis(1_640_995_200_000);

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn bar(day_text: &str, minute: u32, interval: BarInterval, close: f64) -> IntradayBar {
    IntradayBar {
        ticker: "AAA".parse().unwrap(),
        interval,
        t: new_york_instant(day(day_text), minute),
        open: close - 0.5,
        high: close + 1.0,
        low: close - 1.0,
        close,
        volume: Some(100.0 + f64::from(minute)),
        vwap: Some(close + 0.25),
        trades: Some(3.0),
    }
}

fn publish_at(db: &D1, source: &str, rows: &[IntradayBar], now: UnixMillis) -> Published {
    let store = D1MarketStore::new(db);
    block_on(async {
        let batch = store.open_batch(Origin::Ingestion, 1, source, now).await.unwrap();
        store.stage_intraday(batch, rows).await.unwrap();
        store.publish(batch, now).await.unwrap()
    })
}

fn publish(db: &D1, source: &str, rows: &[IntradayBar]) -> Published {
    publish_at(db, source, rows, NOW)
}

fn publish_daily(db: &D1, closes: &[(&str, f64)], splits: &[(&str, f64)], dividends: &[(&str, f64)]) {
    let store = D1MarketStore::new(db);
    let ticker = || "AAA".parse().unwrap();
    let bars: Vec<DailyBar> = closes
        .iter()
        .map(|(text, close)| DailyBar {
            ticker: ticker(),
            day: day(text),
            open: Some(close - 1.0),
            high: Some(close + 2.0),
            low: Some(close - 2.0),
            close: *close,
            adj_close: None,
            volume: Some(1_000.0),
        })
        .collect();
    let splits: Vec<Split> =
        splits.iter().map(|(text, ratio)| Split { ticker: ticker(), ex_day: day(text), ratio: *ratio }).collect();
    let dividends: Vec<Dividend> = dividends
        .iter()
        .map(|(text, amount)| Dividend { ticker: ticker(), ex_day: day(text), amount: *amount })
        .collect();
    block_on(async {
        let batch = store.open_batch(Origin::Ingestion, 1, "sample", NOW).await.unwrap();
        store.stage_bars(batch, &bars).await.unwrap();
        store.stage_splits(batch, &splits).await.unwrap();
        store.stage_dividends(batch, &dividends).await.unwrap();
        store.publish(batch, NOW).await.unwrap();
    });
}

fn query(multiplier: u32, timespan: Timespan, first: &str, last: &str) -> BarQuery<'static> {
    let size = BarSize::new(multiplier, timespan).unwrap();
    let to = new_york_instant(day(last).plus(1), 0).plus_ms(-1);
    BarQuery {
        ticker: "AAA",
        size,
        span: size.stretch(Span { from: new_york_instant(day(first), 0), to }),
        limit: 5_000,
        descending: false,
        regular_only: false,
        source: None,
        preferred: "sample",
        adjustment: Adjustment::Raw,
        today: day("2021-12-31"),
        as_of: None,
    }
}

fn read(db: &D1, query: &BarQuery<'_>) -> BarsFound {
    block_on(D1Bars(db).read(query)).unwrap()
}

fn closes(found: &BarsFound) -> Vec<f64> {
    found.bars.iter().map(|bar| bar.close).collect()
}

fn hours(first: u32, closes: &[f64]) -> Vec<IntradayBar> {
    (first..).zip(closes).map(|(hour, close)| bar("2021-12-01", hour * 60, BarInterval::HOUR, *close)).collect()
}

#[test]
fn what_is_published_twice_is_written_once_and_a_revision_keeps_the_older_value() {
    let db = D1::in_memory();
    let rows = hours(9, &[10.0, 11.0, 12.0]);
    let first = publish(&db, "sample", &rows);
    assert_eq!((first.inserted, first.changed, first.unchanged), (3, 0, 0));
    let again = publish(&db, "sample", &rows);
    assert_eq!((again.inserted, again.changed, again.unchanged, again.data_version), (0, 0, 3, first.data_version));
    let later = new_york_instant(day("2021-12-10"), 600);
    let revised = publish_at(&db, "sample", &hours(9, &[10.0, 11.5]), later);
    assert_eq!((revised.inserted, revised.changed, revised.unchanged), (0, 1, 1));

    let asked = query(1, Timespan::Hour, "2021-12-01", "2021-12-01");
    assert_eq!(closes(&read(&db, &asked)), [10.0, 11.5, 12.0]);
    let then = |text: &str| Some(block_on(D1Bars(&db).as_of(day(text))).unwrap());
    // NOW is the first instant of 2022, after the revision; the rows say when each was published.
    assert_eq!(closes(&read(&db, &BarQuery { as_of: then("2021-12-09"), ..asked.clone() })), [] as [f64; 0]);
    let all = AsOf { version: first.data_version, day: day("2021-12-31") };
    assert_eq!(closes(&read(&db, &BarQuery { as_of: Some(all), ..asked.clone() })), [10.0, 11.0, 12.0]);
    let all = AsOf { version: revised.data_version, ..all };
    assert_eq!(closes(&read(&db, &BarQuery { as_of: Some(all), ..asked })), [10.0, 11.5, 12.0]);
}

#[test]
fn two_sources_keep_their_own_bars_and_the_preferred_one_answers() {
    let db = D1::in_memory();
    publish(&db, "fmp", &hours(9, &[1.0]));
    publish(&db, "sample", &hours(9, &[2.0]));
    let asked = query(1, Timespan::Hour, "2021-12-01", "2021-12-01");
    let found = read(&db, &asked);
    assert_eq!((closes(&found), found.sources, found.stored_as), (vec![2.0], vec!["sample".to_owned()], Some("1hour")));
    assert_eq!(closes(&read(&db, &BarQuery { source: Some("fmp"), ..asked.clone() })), [1.0]);
    assert_eq!(closes(&read(&db, &BarQuery { source: Some("tiingo"), ..asked.clone() })), [] as [f64; 0]);
    assert_eq!(closes(&read(&db, &BarQuery { preferred: "other", ..asked })), [1.0]);
}

#[test]
fn pages_join_in_both_directions() {
    let db = D1::in_memory();
    publish(&db, "sample", &hours(9, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]));
    for (multiplier, expected) in [(1, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), (2, vec![1.0, 3.0, 5.0, 7.0])] {
        for descending in [false, true] {
            let mut asked = query(multiplier, Timespan::Hour, "2021-12-01", "2021-12-01");
            (asked.limit, asked.descending) = (3, descending);
            let mut seen = Vec::new();
            loop {
                let found = read(&db, &asked);
                seen.extend(closes(&found));
                assert!(found.bars.len() <= 3);
                match (found.next, descending) {
                    (None, _) => break,
                    (Some(next), false) => asked.span.from = next,
                    (Some(next), true) => asked.span.to = asked.size.stretch(Span { from: next, to: next }).to,
                }
            }
            let mut expected = expected.clone();
            if descending {
                expected.reverse();
            }
            assert_eq!(seen, expected, "{multiplier} {descending}");
        }
    }
}

#[test]
fn only_the_regular_session_is_answered_where_asked_for() {
    let db = D1::in_memory();
    publish(&db, "sample", &hours(8, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]));
    let asked = query(1, Timespan::Hour, "2021-12-01", "2021-12-01");
    let extended: Vec<bool> = read(&db, &asked).bars.iter().map(|bar| bar.extended).collect();
    assert_eq!(extended, [true, false, false, false, false, false, false, false, true]);
    let regular = BarQuery { regular_only: true, ..asked };
    assert_eq!(closes(&read(&db, &regular)), [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    // A day made of hours is the regular session's, whichever hours are asked for.
    let day_bar = &read(&db, &query(1, Timespan::Day, "2021-12-01", "2021-12-01")).bars[0];
    assert_eq!((day_bar.open, day_bar.close), (Some(1.5), 8.0));
}

#[test]
fn a_bar_across_a_split_is_made_of_restated_rows() {
    let db = D1::in_memory();
    // A Monday to Friday; on the Wednesday four new shares come for one.
    let week = [("2021-12-06", 400.0), ("2021-12-07", 404.0), ("2021-12-08", 102.0), ("2021-12-09", 101.0)];
    publish_daily(&db, &week, &[("2021-12-08", 4.0)], &[]);
    let splits = |multiplier, timespan| BarQuery {
        adjustment: Adjustment::Splits,
        ..query(multiplier, timespan, "2021-12-06", "2021-12-09")
    };
    assert_eq!(closes(&read(&db, &splits(1, Timespan::Day))), [100.0, 101.0, 102.0, 101.0]);
    let week = read(&db, &splits(1, Timespan::Week));
    assert_eq!(week.bars.len(), 1);
    let bar = &week.bars[0];
    // Open 399 / 4; high max(402, 406) / 4 = 101.5 against 104; volume (1000 + 1000) · 4 + 2000.
    assert_eq!((bar.open, bar.high, bar.close, bar.volume), (Some(99.75), Some(104.0), 101.0, Some(10_000.0)));
    assert_eq!(bar.t, new_york_instant(day("2021-12-05"), 0));
    // The day before the split it was still to come.
    let before = BarQuery { today: day("2021-12-07"), ..splits(1, Timespan::Day) };
    assert_eq!(closes(&read(&db, &before)), [400.0, 404.0, 102.0, 101.0]);
}

#[test]
fn dividends_are_taken_off_earlier_prices() {
    let db = D1::in_memory();
    publish_daily(
        &db,
        &[("2021-12-06", 100.0), ("2021-12-07", 50.0), ("2021-12-08", 49.0)],
        &[],
        &[("2021-12-08", 1.0)],
    );
    let asked =
        BarQuery { adjustment: Adjustment::SplitsAndDividends, ..query(1, Timespan::Day, "2021-12-06", "2021-12-08") };
    // 1 of 50: 0.98 is left of what came before.
    assert_eq!(closes(&read(&db, &asked)), [98.0, 49.0, 49.0]);
    assert_eq!(closes(&read(&db, &BarQuery { adjustment: Adjustment::Splits, ..asked })), [100.0, 50.0, 49.0]);
}

#[test]
fn an_undone_import_leaves_what_was_there_before() {
    let db = D1::in_memory();
    publish(&db, "files", &hours(9, &[1.0, 2.0]));
    let store = D1MarketStore::new(&db);
    let version = block_on(async {
        let batch = store.open_batch(Origin::Import, 7, "files", NOW).await.unwrap();
        store.stage_intraday(batch, &hours(10, &[2.5, 3.0])).await.unwrap();
        store.publish(batch, NOW).await.unwrap().data_version
    });
    let note = "insert into imports (id, kind, owner, status, data_version, created_at, touched_at) \
                values (7, 'intraday_bars', 'me', 'committed', ?1, 0, 0)";
    block_on(db.run(Statement::new(note).bind(version))).unwrap();
    let asked = query(1, Timespan::Hour, "2021-12-01", "2021-12-01");
    assert_eq!(closes(&read(&db, &asked)), [1.0, 2.5, 3.0]);
    block_on(store.undo(7, NOW)).unwrap();
    assert_eq!(closes(&read(&db, &asked)), [1.0, 2.0]);
    let known = AsOf { version, day: day("2021-12-31") };
    assert_eq!(closes(&read(&db, &BarQuery { as_of: Some(known), ..asked })), [1.0, 2.5, 3.0]);
}

#[test]
fn hourly_bars_leave_the_versions_of_the_market_alone() {
    let db = D1::in_memory();
    publish_daily(&db, &[("2021-12-06", 100.0)], &[], &[]);
    let versions = || block_on(data_versions::read(&db, &["market", "bars"])).unwrap();
    let before = versions();
    publish(&db, "sample", &hours(9, &[1.0]));
    let after = versions();
    assert_eq!((after.all, &after.scopes[..]), (before.all + 1, &[before.scopes[0], before.all + 1][..]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The SQL makes the same bars as the plain definition in the domain.
    #[test]
    fn longer_bars_are_those_of_the_definition(
        picks in prop::collection::btree_map((0_i32..40, 48_u32..240), (1_u32..1_000, 0_u32..50), 1..60),
        size in prop::sample::select(vec![
            (10, Timespan::Minute), (90, Timespan::Minute), (1, Timespan::Hour), (4, Timespan::Hour),
        ]),
        align in prop::sample::select(Align::ALL.map(|(_, align)| align).to_vec()),
        descending in any::<bool>(),
    ) {
        let db = D1::in_memory();
        let first = day("2021-10-25");
        let rows: Vec<IntradayBar> = picks
            .iter()
            .filter(|((after, _), _)| domain::calendar::is_session(first.plus(*after)))
            .map(|((after, slot), (price, volume))| IntradayBar {
                t: new_york_instant(first.plus(*after), slot * 5),
                volume: Some(f64::from(*volume)),
                ..bar("2021-12-01", 0, BarInterval::FIVE_MINUTES, f64::from(*price) + 2.0)
            })
            .collect();
        prop_assume!(!rows.is_empty());
        publish(&db, "sample", &rows);
        let stored = read(&db, &query(5, Timespan::Minute, "2021-10-25", "2021-12-31")).bars;
        prop_assert_eq!(stored.len(), rows.len());
        let asked = query(size.0, size.1, "2021-10-25", "2021-12-31");
        let asked = BarQuery { size: asked.size.aligned(align), descending, ..asked };
        let expected = resample(stored, asked.size);
        let mut made = read(&db, &asked).bars;
        if descending {
            made.reverse();
        }
        prop_assert_eq!(made.len(), expected.len());
        for (made, expected) in made.iter().zip(&expected) {
            prop_assert_eq!(Bar { vwap: None, ..made.clone() }, Bar { vwap: None, ..expected.clone() });
            match (made.vwap, expected.vwap) {
                (Some(made), Some(expected)) => prop_assert!((made / expected - 1.0).abs() < 1e-12),
                // A bar in which nothing was traded has no weights.
                (None, _) => prop_assert_eq!(expected.volume, Some(0.0)),
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}

#[test]
fn what_is_remembered_of_a_query_ends_with_the_next_publication() {
    let db = D1::in_memory();
    publish(&db, "files", &hours(9, &[10.0, 12.0, 14.0]));
    let asked = BarQuery { adjustment: Adjustment::Splits, ..query(1, Timespan::Hour, "2021-12-01", "2021-12-01") };
    let statements = |asked: &BarQuery<'_>| {
        let before = db.cost().statements;
        let found = read(&db, asked);
        (closes(&found), found.sources, db.cost().statements - before)
    };
    let files = || vec!["files".to_owned()];
    // Bars and splits; then bars.
    assert_eq!(statements(&asked), (vec![10.0, 12.0, 14.0], files(), 2));
    assert_eq!(statements(&asked), (vec![10.0, 12.0, 14.0], files(), 1));
    let descending = BarQuery { descending: true, limit: 2, ..asked.clone() };
    assert_eq!(statements(&descending), (vec![14.0, 12.0], files(), 1));
    assert_eq!(statements(&BarQuery { adjustment: Adjustment::Raw, ..asked.clone() }).2, 1);
    // A split and a preferred source come; neither is missed.
    publish_daily(&db, &[], &[("2021-12-02", 2.0)], &[]);
    let later = BarQuery { today: day("2021-12-31"), ..asked.clone() };
    assert_eq!(statements(&later).0, [5.0, 6.0, 7.0]);
    publish(&db, "sample", &hours(9, &[20.0]));
    let (found, sources, _) = statements(&later);
    assert_eq!((found, sources), (vec![10.0], vec!["sample".to_owned()]));
    // Where the series that is remembered has nothing, another is looked for.
    publish(&db, "files", &[bar("2021-12-03", 600, BarInterval::HOUR, 3.0)]);
    let other_day = query(1, Timespan::Hour, "2021-12-03", "2021-12-03");
    let _ = read(&db, &query(1, Timespan::Hour, "2021-12-01", "2021-12-01"));
    assert_eq!(closes(&read(&db, &other_day)), [3.0]);
}

#[test]
fn hours_of_the_session_are_made_of_its_half_hours() {
    let db = D1::in_memory();
    // From 09:00 on, each with its own close: 09:00 is 1, 09:30 is 2, 10:00 is 3 …
    let closes_of = [1.0, 2.0, 3.0, 4.0, 5.0];
    let half = |(at, close): (u32, f64)| bar("2021-12-01", 540 + 30 * at, BarInterval::HALF_HOUR, close);
    publish(&db, "sample", &(0..).zip(closes_of).map(half).collect::<Vec<_>>());
    let clock = query(1, Timespan::Hour, "2021-12-01", "2021-12-01");
    let session = BarQuery { size: clock.size.aligned(Align::Session), ..clock.clone() };
    let found = read(&db, &session);
    let starts = |found: &BarsFound| found.bars.iter().map(|bar| bar.t).collect::<Vec<_>>();
    let at = |minute| new_york_instant(day("2021-12-01"), minute);
    assert_eq!((starts(&found), closes(&found)), (vec![at(510), at(570), at(630)], vec![1.0, 3.0, 5.0]));
    assert_eq!(found.bars.iter().map(|bar| bar.extended).collect::<Vec<_>>(), [true, false, false]);
    let on_the_hour = read(&db, &clock);
    assert_eq!((starts(&on_the_hour), closes(&on_the_hour)), (vec![at(540), at(600), at(660)], vec![2.0, 4.0, 5.0]));
    assert_eq!(found.stored_as, Some("30min"));
    // The first hour's numbers, by hand: opens 1.5, high 4, low 1, 100 + 570 and 100 + 600 shares.
    let first = &found.bars[1];
    assert_eq!((first.open, first.high, first.low, first.volume), (Some(1.5), Some(4.0), Some(1.0), Some(1_370.0)));
    // Hours hold the open within them.
    let hourly = D1::in_memory();
    publish(&hourly, "sample", &hours(9, &[1.0, 2.0]));
    assert_eq!(read(&hourly, &session).bars, []);
}

/// A page, and what it must say of the same bars.
fn assert_page_of(db: &D1, query: &BarQuery<'_>) -> BarsFound {
    let (page, found) = (block_on(D1Bars(db).page(query)).unwrap(), read(db, query));
    assert_eq!(page, Page::of(&found).unwrap());
    found
}

#[test]
fn a_page_is_the_bars_as_they_are_written() {
    let db = D1::in_memory();
    publish(&db, "fmp", &hours(9, &[7.0]));
    publish(&db, "sample", &hours(8, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]));
    let all = query(1, Timespan::Hour, "2021-12-01", "2021-12-01");
    for (limit, descending, regular_only) in
        [(50, false, false), (3, false, false), (3, true, false), (9, false, true), (7, true, true)]
    {
        for (source, preferred) in [(None, "sample"), (Some("fmp"), "sample"), (None, "other")] {
            let found =
                assert_page_of(&db, &BarQuery { limit, descending, regular_only, source, preferred, ..all.clone() });
            assert!(!found.bars.is_empty());
        }
    }
    // Nothing there, another length, the past, restated.
    assert_eq!(assert_page_of(&db, &BarQuery { source: Some("tiingo"), ..all.clone() }).bars, []);
    assert_eq!(assert_page_of(&db, &query(1, Timespan::Hour, "2021-12-02", "2021-12-02")).bars, []);
    assert_page_of(&db, &query(2, Timespan::Hour, "2021-12-01", "2021-12-01"));
    assert_page_of(&db, &BarQuery { as_of: Some(AsOf { version: 9, day: day("2021-12-31") }), ..all.clone() });
    let split = BarQuery { adjustment: Adjustment::Splits, ..all };
    assert_eq!(assert_page_of(&db, &split).bars[0].close.to_bits(), 1.0_f64.to_bits());
    publish_daily(&db, &[("2021-12-06", 5.0)], &[("2021-12-06", 2.0)], &[]);
    assert_eq!(assert_page_of(&db, &split).bars[0].close.to_bits(), 0.5_f64.to_bits());
}

/// Prices as sources have them, with few decimals or with many, and what no source should have.
fn any_number() -> impl Strategy<Value = f64> {
    let decimals = (1..100_000_000_u32, 0..7_i32).prop_map(|(digits, places)| f64::from(digits) / 10_f64.powi(places));
    prop_oneof![4 => decimals, 1 => 1e-9..1e16_f64, 1 => Just(0.1 + 0.2), 1 => Just(1e21), 1 => Just(123_456_789_012.345_6)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn every_stored_bit_comes_back(numbers in prop::collection::vec(any_number(), 4), volume in prop::option::of(any_number())) {
        let db = D1::in_memory();
        let (low, high) = (numbers[0].min(numbers[1]), numbers[0].max(numbers[1]));
        let published = IntradayBar { open: low, high, low, close: high, volume, vwap: Some(numbers[2]), trades: Some(numbers[3]), ..bar("2021-12-01", 600, BarInterval::HOUR, 2.0) };
        publish(&db, "sample", std::slice::from_ref(&published));
        let found = assert_page_of(&db, &query(1, Timespan::Hour, "2021-12-01", "2021-12-01"));
        let bits = |values: [Option<f64>; 7]| values.map(|value| value.map(f64::to_bits));
        let IntradayBar { open, vwap, trades, .. } = published;
        let read = &found.bars[0];
        prop_assert_eq!(
            bits([read.open, read.high, read.low, Some(read.close), read.volume, read.vwap, read.trades]),
            bits([Some(open), Some(high), Some(low), Some(high), volume, vwap, trades])
        );
        prop_assert_eq!((read.t, read.day, read.extended), (published.t, day("2021-12-01"), false));
    }
}
