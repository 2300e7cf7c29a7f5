//! Bars by GraphQL: one ticker as REST has it, many tickers in a fixed number of statements.

use domain::calendar::{new_york_instant, sessions};
use domain::market::{DailyBar, Dividend, IntradayBar, Split};
use domain::ports::{MarketStore, Origin};
use domain::units::{BarInterval, Day, DayRange, Ticker};

use super::*;
use crate::stores::d1::market::D1MarketStore;

const TICKERS: usize = 12;
/// As a split of the fourth ticker has it.
const SPLIT_DAY: &str = "2026-06-10";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn ticker(number: usize) -> Ticker {
    format!("B{number:02}").parse().unwrap()
}

/// June 2026: hours of every ticker, half hours instead of the second's, sessions of every even one.
fn filled() -> Sources {
    let sources = sources(&[]);
    let store = D1MarketStore::new(&sources.db);
    let days = sessions(DayRange::new(day("2026-06-01"), day("2026-06-30")).unwrap());
    let (mut hours, mut sessions_of) = (Vec::new(), Vec::new());
    for number in 0..TICKERS {
        let interval = if number == 2 { BarInterval::HALF_HOUR } else { BarInterval::HOUR };
        for (at, day) in days.iter().enumerate() {
            let close =
                |minute: u32| f64::from(u32::try_from(10 * number + at).unwrap() + 40) + f64::from(minute) / 1_000.0;
            for minute in (540..1_020).step_by(interval.minutes() as usize) {
                let (t, close) = (new_york_instant(*day, minute), close(minute));
                let (open, high, low) = (close - 0.5, close + 1.0, close - 1.0);
                let (volume, vwap, trades) = (Some(f64::from(minute)), Some(close + 0.1), Some(2.0));
                hours.push(IntradayBar {
                    ticker: ticker(number),
                    interval,
                    t,
                    open,
                    high,
                    low,
                    close,
                    volume,
                    vwap,
                    trades,
                });
            }
            let bar = DailyBar {
                ticker: ticker(number),
                day: *day,
                open: None,
                high: Some(close(990) + 2.0),
                low: Some(close(990) - 2.0),
                close: close(990),
                adj_close: None,
                volume: Some(7.0),
            };
            sessions_of.extend((number % 2 == 0).then_some(bar));
        }
    }
    block_on(async {
        let batch = store.open_batch(Origin::Ingestion, 1, "sample", sources.now).await.unwrap();
        store.stage_intraday(batch, &hours).await.unwrap();
        store.stage_bars(batch, &sessions_of).await.unwrap();
        for number in [4, 5] {
            let ex_day = day(SPLIT_DAY);
            store.stage_splits(batch, &[Split { ticker: ticker(number), ex_day, ratio: 4.0 }]).await.unwrap();
            let dividend = Dividend { ticker: ticker(number), ex_day: day("2026-06-17"), amount: 1.5 };
            store.stage_dividends(batch, &[dividend]).await.unwrap();
        }
        store.publish(batch, sources.now).await.unwrap();
    });
    sources
}

const BARS: &str = "{ edges { cursor node { t tClose date open high low close volume vwap trades extended } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } adjustment storedAs stale rejected failedProviders { provider } }";

#[test]
fn bars_of_many_are_those_of_each_in_a_fixed_number_of_statements() {
    let sources = filled();
    let names: Vec<String> = (0..TICKERS).map(|number| ticker(number).to_string()).collect();
    for size in [(1, "hour"), (2, "hour"), (30, "minute"), (1, "day"), (3, "day"), (1, "week"), (1, "month")] {
        for page in [
            ", first: 150",
            ", first: 5",
            ", last: 4",
            ", first: 150, extended: false",
            ", first: 150, align: session",
            ", last: 4, align: session",
        ] {
            for adjustment in ["raw", "splits", "splits_and_dividends"] {
                let arguments = format!(
                    "multiplier: {}, timespan: {}, from: \"2026-06-03\", to: \"2026-06-24\", adjustment: {adjustment}{page}",
                    size.0, size.1
                );
                let query = format!(
                    "query($t: [String!]!) {{ securitiesByTicker(tickers: $t) {{ bars({arguments}) {BARS} }} }}"
                );
                let before = sources.db.cost().statements;
                let many = ask_with(&sources, &query, json!({"t": names}));
                assert_eq!(many["errors"], Json::Null, "{many}");
                // Tickers; versions, series, actions; versions and bars of sessions; versions and bars within them.
                let most = if size.1 == "hour" || size.1 == "minute" { 6 } else { 8 };
                let spent = sources.db.cost().statements - before;
                assert!(spent <= most, "{arguments}: {spent} statements");
                for (name, found) in names.iter().zip(many["data"]["securitiesByTicker"].as_array().unwrap()) {
                    let one =
                        ask_with(&sources, &format!("{{ bars(ticker: \"{name}\", {arguments}) {BARS} }}"), json!({}));
                    assert!(found["bars"] == one["data"]["bars"], "{name} {arguments}");
                    let halves = (size.0 == 30 || (page.contains("session") && size.1 == "hour")) && name != "B02";
                    assert_eq!(found["bars"]["edges"].as_array().unwrap().is_empty(), halves, "{name} {arguments}");
                }
            }
        }
    }
}

#[test]
fn bars_of_a_security_are_of_a_source_or_of_the_past_too() {
    let sources = filled();
    let nested = |arguments: &str, names: &[&str]| {
        let range = "from: \"2026-06-03\", to: \"2026-06-24\", first: 3";
        let query = format!(
            "query($t: [String!]!) {{ securitiesByTicker(tickers: $t) {{ bars({range}{arguments}) {BARS} }} }}"
        );
        ask_with(&sources, &query, json!({"t": names}))
    };
    for arguments in [
        "",
        ", asOf: \"2020-01-01\"",
        ", asOf: \"2199-01-01\"",
        ", provider: \"sample\"",
        ", provider: \"fmp\"",
        ", mode: stored",
    ] {
        let many = nested(arguments, &["B01", "B02"]);
        assert_eq!(many["errors"], Json::Null, "{many}");
        for (at, name) in ["B01", "B02"].iter().enumerate() {
            let range = "from: \"2026-06-03\", to: \"2026-06-24\", first: 3";
            let one =
                ask_with(&sources, &format!("{{ bars(ticker: \"{name}\", {range}{arguments}) {BARS} }}"), json!({}));
            assert_eq!(many["data"]["securitiesByTicker"][at]["bars"], one["data"]["bars"], "{name}{arguments}");
            let nothing = arguments.contains("2020") || arguments.contains("fmp");
            assert_eq!(one["data"]["bars"]["edges"].as_array().unwrap().is_empty(), nothing, "{name}{arguments}");
        }
    }
    let names: Vec<String> = (0..TICKERS).map(|number| ticker(number).to_string()).collect();
    let most = names.iter().map(String::as_str).cycle().take(TICKERS);
    assert_eq!(nested(", asOf: \"2199-01-01\"", &most.collect::<Vec<_>>())["errors"], Json::Null);
}

#[test]
fn pages_of_bars_join_in_both_directions() {
    let sources = filled();
    let ask_page = |arguments: &str| {
        let range = "multiplier: 2, timespan: hour, from: \"2026-06-01\", to: \"2026-06-30\"";
        let answer = ask_with(&sources, &format!("{{ bars(ticker: \"B04\", {range}{arguments}) {BARS} }}"), json!({}));
        assert_eq!(answer["errors"], Json::Null, "{answer}");
        answer["data"]["bars"].clone()
    };
    let edges = |page: &Json| page["edges"].as_array().unwrap().clone();
    let whole = edges(&ask_page(""));
    assert_eq!(whole.len(), 21 * 5);
    for (size, cursor, end, more) in
        [("first", "after", "endCursor", "hasNextPage"), ("last", "before", "startCursor", "hasPreviousPage")]
    {
        let (mut all, mut at) = (Vec::new(), String::new());
        loop {
            let page = ask_page(&format!(", {size}: 13{at}"));
            all = if size == "first" { [all, edges(&page)].concat() } else { [edges(&page), all].concat() };
            if page["pageInfo"][more] == false {
                break;
            }
            at = format!(", {cursor}: {}", page["pageInfo"][end]);
        }
        assert_eq!(all, whole, "{size}");
    }
    // 40.54 + 40 + 7 sessions, four for one from that day on.
    let node = |at: usize| whole[at]["node"]["close"].as_f64().unwrap();
    assert!((node(0) - (80.0 + 0.540) / 4.0).abs() < 1e-12, "{}", node(0));
    assert!((node(104) - (100.0 + 0.960)).abs() < 1e-12, "{}", node(104));
}

#[test]
fn what_was_known_then_and_what_a_source_says_now() {
    let sources = filled();
    let revised = [IntradayBar {
        ticker: ticker(1),
        interval: BarInterval::HOUR,
        t: new_york_instant(day("2026-06-01"), 540),
        open: 1.0,
        high: 1.0,
        low: 1.0,
        close: 1.0,
        volume: None,
        vwap: None,
        trades: None,
    }];
    let later = sources.now.plus_ms(10 * 86_400_000);
    block_on(async {
        let store = D1MarketStore::new(&sources.db);
        let batch = store.open_batch(Origin::Ingestion, 2, "sample", later).await.unwrap();
        store.stage_intraday(batch, &revised).await.unwrap();
        store.publish(batch, later).await.unwrap();
    });
    let first_close = |more: &str| {
        let query = format!(
            "{{ bars(ticker: \"B01\", from: \"2026-06-01\", to: \"2026-06-01\", first: 1{more}) {{ edges {{ node {{ close }} }} }} }}"
        );
        ask_with(&sources, &query, json!({}))["data"]["bars"]["edges"][0]["node"]["close"].clone()
    };
    assert_eq!(first_close(""), 1.0);
    // The clock of these tests stands at 2026-11-20, when everything else was published.
    assert_eq!(
        (first_close(", asOf: \"2026-11-22\""), first_close(", asOf: \"2026-11-18\"")),
        (json!(50.54), Json::Null)
    );
    let count = || securities::rows_held(&sources.db);
    let before = count();
    let query = "{ bars(ticker: \"QZALPA\", from: \"2026-06-01\", to: \"2026-06-02\", mode: passthrough, provider: \"sample\") {
        source storedAs synthetic edges { node { close } } } }";
    let passed = ask_with(&sources, query, json!({}));
    assert_eq!(passed["errors"], Json::Null, "{passed}");
    assert_eq!(
        (&passed["data"]["bars"]["source"], &passed["data"]["bars"]["synthetic"]),
        (&json!("sample"), &json!(true))
    );
    assert_eq!(count(), before);
}

#[test]
fn bad_arguments_of_bars_have_a_code() {
    let sources = filled();
    let range = "from: \"2026-06-01\", to: \"2026-06-30\"";
    for (arguments, expected) in [
        ("ticker: \"B01\", from: \"2026-06-30\", to: \"2026-06-01\"".to_owned(), "BAD_INPUT"),
        ("ticker: \"B01\", from: \"2021-02-30\", to: \"2026-06-01\"".to_owned(), "BAD_INPUT"),
        ("ticker: \"B01\", from: \"soon\", to: \"2026-06-01\"".to_owned(), "BAD_INPUT"),
        (format!("ticker: \"B01\", {range}, first: 50001"), "BAD_INPUT"),
        (format!("ticker: \"B01\", {range}, first: -1"), "BAD_INPUT"),
        (format!("ticker: \"B01\", {range}, multiplier: 0"), "BAD_INPUT"),
        (format!("ticker: \"B01\", {range}, timespan: fortnight"), "GRAPHQL_VALIDATION_FAILED"),
        (format!("ticker: \"'; drop table securities --\", {range}"), "BAD_INPUT"),
        (format!("ticker: \"\u{c4}\", {range}"), "BAD_INPUT"),
        (format!("ticker: \"B01\", {range}, after: \"zz\""), "BAD_INPUT"),
        (format!("ticker: \"B01\", {range}, asOf: \"2026-06-30\", mode: refresh"), "BAD_INPUT"),
        (format!("ticker: \"B01\", {range}, provider: \"bloomberg\""), "BAD_INPUT"),
        (format!("ticker: \"B01\", {range}, mode: passthrough, provider: \"massive\""), "PROVIDER_NOT_CONFIGURED"),
        (
            "ticker: \"B01\", from: \"2011-06-01\", to: \"2026-06-30\", mode: passthrough, provider: \"sample\""
                .to_owned(),
            "RANGE_TOO_LARGE",
        ),
    ] {
        let answer = ask_with(&sources, &format!("{{ bars({arguments}) {{ source }} }}"), json!({}));
        assert_eq!(code(&answer), expected, "{arguments}: {answer}");
    }
    // A lower-case symbol is another symbol, which nobody has: no bars, and no such security.
    let query =
        format!("{{ bars(ticker: \"b01\", {range}) {{ edges {{ cursor }} }} security(ticker: \"b01\") {{ id }} }}");
    let answer = ask_with(&sources, &query, json!({}));
    assert_eq!((&answer["data"]["bars"]["edges"], code(&answer)), (&json!([]), "UNKNOWN_TICKER"));
}

#[test]
fn actions_coverage_and_comparison_are_those_of_their_routes() {
    let sources = filled();
    let ask = |query: &str| {
        let answer = ask_with(&sources, query, json!({}));
        assert_eq!(answer["errors"], Json::Null, "{answer}");
        answer["data"].clone()
    };
    let nodes = |connection: &Json| -> Vec<Json> {
        connection["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
    };
    let found = ask(
        "{ splits(startDate: \"2026-01-01\", endDate: \"2026-12-31\") { edges { node { ticker exDate ratio } } }
           dividends(ticker: \"B05\") { edges { node { ticker exDate amount } } }
           coverage(ticker: \"B04\") { firstSession gaps sessions(first: 1) { edges { node { date bars } } } series { interval source bars gapCount } }
           all: coverage { lastSession series { interval } }
           reconcile(ticker: \"B04\", startDate: \"2026-06-01\", endDate: \"2026-06-05\", left: \"sample\", right: \"files\", interval: \"1hour\") {
             compared onlyLeftCount onlyRightCount } }",
    );
    let split = |name: &str| json!({"ticker": name, "exDate": SPLIT_DAY, "ratio": 4.0});
    assert_eq!(nodes(&found["splits"]), [split("B04"), split("B05")]);
    assert_eq!(nodes(&found["dividends"]), [json!({"ticker": "B05", "exDate": "2026-06-17", "amount": 1.5})]);
    let last = ask(
        "{ splits(startDate: \"2026-01-01\", last: 1) { edges { cursor node { ticker exDate ratio } } pageInfo { hasPreviousPage startCursor } } }",
    );
    assert_eq!(
        (nodes(&last["splits"]), &last["splits"]["pageInfo"]["hasPreviousPage"]),
        (vec![split("B05")], &json!(true))
    );
    let coverage = &found["coverage"];
    assert_eq!(
        (&coverage["firstSession"], nodes(&coverage["sessions"])),
        (&json!("2026-06-01"), vec![json!({"date": "2026-06-01", "bars": 1})])
    );
    let series = json!({"interval": "1hour", "source": "sample", "bars": 21 * 8, "gapCount": 0});
    assert!(coverage["series"].as_array().unwrap().contains(&series), "{coverage}");
    assert_eq!((&found["all"]["lastSession"], &found["all"]["series"]), (&json!("2026-06-30"), &Json::Null));
    assert_eq!(found["reconcile"], json!({"compared": 0, "onlyLeftCount": 40, "onlyRightCount": 0}));
}
