use std::path::Path;

use domain::testing::market_data_contract::{Case, every_promise};

use super::*;
use crate::outbound::OutboundRequest;
use crate::providers::AnyProvider;
use crate::providers::http::fake::{self, FakeBudget, FakeTransport, Outcome, answer, network};

const BASE: &str = "http://127.0.0.1:9000";

fn settings(more: &[(&'static str, &str)]) -> ProviderSettings {
    let values = [("MASSIVE_API_KEY", "k3y"), ("MASSIVE_BASE_URL", BASE), ("MASSIVE_REQUESTS_PER_MINUTE", "0")];
    fake::settings(&[more, &values].concat())
}

/// By its former name, as a user may ask for it.
fn opened<'a>(
    transport: &'a FakeTransport<'a>,
    budget: &'a FakeBudget,
) -> AnyProvider<&'a FakeTransport<'a>, &'a FakeBudget> {
    fake::opened("polygon", &settings(&[]), transport, budget)
}

fn fixture(status: u16, name: &str) -> Outcome {
    fake::recorded("massive", status, name)
}

/// The fixtures as a server: what is not there is not found.
fn replay(request: &OutboundRequest) -> Outcome {
    let path = request.url.strip_prefix(BASE).unwrap_or_else(|| panic!("asked elsewhere: {}", request.url));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if let Some(day) = path.strip_prefix("/v2/aggs/grouped/locale/us/market/stocks/") {
        assert_eq!(query, "adjusted=false");
        return fixture(200, &format!("grouped_{day}.json"));
    }
    if let Some(range) = path.strip_prefix("/v2/aggs/ticker/") {
        return match (range.split('/').nth(3), range.starts_with("ACME/"), query.contains("cursor=")) {
            (Some("day"), true, _) => fixture(200, "aggs_day_ACME.json"),
            (Some("hour"), true, false) => fixture(200, "aggs_hour_ACME_page_1.json"),
            (Some("hour"), true, true) => fixture(200, "aggs_hour_ACME_page_2.json"),
            _ => fixture(200, "aggs_none.json"),
        };
    }
    match (path, query.contains("cursor=")) {
        ("/v3/reference/tickers", false) => fixture(200, "tickers_page_1.json"),
        ("/v3/reference/tickers", true) => fixture(200, "tickers_page_2.json"),
        ("/v3/reference/tickers/ACME", _) => fixture(200, "details_ACME.json"),
        ("/v3/reference/tickers/BOLT.A", _) => fixture(200, "details_BOLT.A.json"),
        ("/v3/reference/tickers/NA", _) => fixture(200, "details_NA.json"),
        ("/v3/reference/tickers/NOPE", _) => fixture(404, "details_unknown.json"),
        ("/v3/reference/splits", _) => fixture(200, "splits.json"),
        ("/v3/snapshot/options/ACME", false) => fixture(200, "options_ACME_page_1.json"),
        ("/v3/snapshot/options/ACME", true) => fixture(200, "options_ACME_page_2.json"),
        ("/v3/reference/dividends", false) => fixture(200, "dividends_page_1.json"),
        ("/v3/reference/dividends", true) => fixture(200, "dividends_page_2.json"),
        _ => Ok(answer(404, "404 page not found")),
    }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn ticker(text: &str) -> Ticker {
    text.parse().unwrap()
}

/// A file of the shared data beside the repository, or `None` with a message that the test is skipped.
fn shared_file(name: &str) -> Option<Vec<u8>> {
    let shared = std::env::var_os("EQUIPOISE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), Into::into);
    let file = shared.join("data").join(name);
    let bytes = std::fs::read(&file).ok();
    if bytes.is_none() {
        eprintln!("skipped: {} is not there", file.display());
    }
    bytes
}

fn june() -> DayRange {
    DayRange::new(day("2026-06-01"), day("2026-06-30")).unwrap()
}

#[test]
fn it_keeps_every_promise_of_the_port() {
    let (transport, budget) = (FakeTransport::new(replay), FakeBudget::free());
    let case = Case {
        session: day("2026-06-12"),
        closed_day: day("2026-06-13"),
        range: june(),
        listed: ticker("ACME"),
        unknown: ticker("NOPE"),
        optioned: ticker("ACME"),
        // 402.0 before the 4:1 split of the day after; adjusted it would be 100.5.
        raw_close: (ticker("ACME"), day("2026-06-11"), 402.0),
    };
    pollster::block_on(every_promise(&opened(&transport, &budget), &case));
}

#[test]
fn pages_are_read_to_the_end_and_counted_as_requests() {
    let (transport, budget) = (FakeTransport::new(replay), FakeBudget::free());
    let massive = opened(&transport, &budget);
    let listed = pollster::block_on(massive.securities(day("2026-06-12"))).unwrap();
    assert_eq!(
        listed.rows.iter().map(|row| row.ticker.as_str()).collect::<Vec<_>>(),
        ["ACME", "BOLT.A", "BOLT.B", "NA"]
    );
    assert_eq!(listed.rejected.iter().map(|rejection| rejection.line).collect::<Vec<_>>(), [5, 6]);
    assert_eq!(massive.requests_made(), 2);
    assert!(transport.urls.borrow().iter().all(|url| !url.contains("k3y")));
}

#[test]
fn a_chain_is_the_quotes_of_its_session_and_what_is_none_is_told() {
    let (transport, budget) = (FakeTransport::new(replay), FakeBudget::free());
    let massive = opened(&transport, &budget);
    let acme = ticker("ACME");
    let chains = pollster::block_on(massive.option_chains(Some(&acme), day("2026-06-12"))).unwrap();
    let quotes: Vec<_> = chains.quotes.rows.iter().map(|row| row.quote).collect();
    let shown: Vec<_> = quotes.iter().map(|quote| (quote.strike, quote.bid, quote.ask, quote.volume)).collect();
    // A bar of the day before means no volume; no bar means that none is known.
    let expected = [
        (100.0, 2.1, 2.2, Some(7.0)),
        (100.0, 1.6, 1.7, Some(0.0)),
        (60.0, 0.0, 0.05, None),
        (100.0, 4.3, 4.1, Some(7.0)),
    ];
    assert_eq!(shown, expected);
    let first = quotes[0];
    assert_eq!(
        (first.root.unwrap().as_str(), first.underlying_price, first.open_interest),
        ("ACME", 100.5, Some(1543.0))
    );
    assert_eq!((first.iv, first.delta, first.vega), (Some(0.31), Some(0.51), Some(0.13)));
    assert_eq!((quotes[2].iv, quotes[2].delta), (None, None));
    let reasons: Vec<_> = chains.rejected.iter().map(|rejected| (rejected.line, rejected.reason.as_str())).collect();
    let expected = [
        (4, "O:ACME260619C00105000: expected a quote of 2026-06-12, was of 2026-06-11"),
        (5, "O:ACME260619C00110000: came without a quote"),
        (6, "O:ACME1260619C00100000: expected a contract of 100 shares, was 150"),
        (7, "O:ACME260619X00115000: expected a call or a put, was \"other\""),
        (8, "ACME: expected a symbol, was \"ACME\""),
        (9, "O:ACME260611C00100000: expected an expiration not before 2026-06-12, was 2026-06-11"),
        (10, "O:ACME260619C00120000: expected a bid of at least 0, was -1"),
        (11, "O:ACME260619C00125000: expected a price of the underlying, was missing or not a number"),
        (12, "O:ACME260619C00100000: was delivered twice"),
    ];
    assert_eq!(reasons, expected);
    assert_eq!(massive.requests_made(), 2);
}

#[test]
fn a_chain_of_another_session_is_refused_and_not_dated_back() {
    let (transport, budget) = (FakeTransport::new(replay), FakeBudget::free());
    let massive = opened(&transport, &budget);
    let refused = |underlying: Option<&Ticker>, session: &str| match pollster::block_on(
        massive.option_chains(underlying, day(session)),
    ) {
        Err(ProviderError::Rejected { detail }) => detail,
        other => panic!("expected a refusal, was {other:?}"),
    };
    let detail = refused(Some(&ticker("ACME")), "2026-06-10");
    assert!(detail.starts_with("none of 13 contracts of ACME has a quote of 2026-06-10"), "{detail}");
    assert!(refused(None, "2026-06-12").contains("expected some to be named"));
}

#[test]
fn a_plan_without_options_is_refused_in_the_vendors_words() {
    let Some(body) = shared_file("vendor/massive/errors/403_options_snapshot_free_plan.json") else { return };
    let recorded: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let (transport, budget) =
        (FakeTransport::new(|_| Ok(answer(403, recorded["body"].to_string()))), FakeBudget::free());
    let outcome =
        pollster::block_on(opened(&transport, &budget).option_chains(Some(&ticker("AAPL")), day("2026-06-12")));
    match outcome {
        Err(ProviderError::Rejected { detail }) => {
            assert!(detail.contains("You are not entitled to this data"), "{detail}");
        }
        other => panic!("expected a refusal, was {other:?}"),
    }
}

#[test]
fn the_documented_example_is_read() {
    let Some(body) = shared_file("vendor/massive/openapi_examples/v3_snapshot_options_underlyingAsset_200.json") else {
        return;
    };
    let recorded: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let (transport, budget) =
        (FakeTransport::new(|_| Ok(answer(200, recorded["body"].to_string()))), FakeBudget::free());
    // 1605195918507251700 ns is 10:45 in New York.
    let chains =
        pollster::block_on(opened(&transport, &budget).option_chains(Some(&ticker("AAPL")), day("2020-11-12")))
            .unwrap();
    let quote = chains.quotes.rows[0].quote;
    assert_eq!((quote.bid, quote.ask, quote.strike, quote.underlying_price), (120.28, 120.3, 150.0, 147.0));
    assert_eq!((quote.iv, quote.volume, quote.open_interest), (Some(5.0), Some(868.0), Some(1543.0)));
}

#[test]
fn shares_are_asked_for_ticker_by_ticker_and_a_bad_one_names_its_position() {
    let (transport, budget) = (FakeTransport::new(replay), FakeBudget::free());
    let massive = opened(&transport, &budget);
    let asked = ["NOPE", "NA", "BOLT.A", "ACME"].map(ticker);
    let counts = pollster::block_on(massive.shares(&asked, day("2026-06-12"))).unwrap();
    assert_eq!(counts.rows.iter().map(|row| row.ticker.as_str()).collect::<Vec<_>>(), ["BOLT.A", "ACME"]);
    assert_eq!(counts.rejected.iter().map(|rejection| rejection.line).collect::<Vec<_>>(), [2]);
}

fn splits_of(respond: impl Fn(&OutboundRequest) -> Outcome) -> (Result<Delivered<Split>, ProviderError>, u64) {
    let (transport, budget) = (FakeTransport::new(respond), FakeBudget::free());
    let massive = opened(&transport, &budget);
    let outcome = pollster::block_on(massive.splits(june()));
    (outcome, massive.requests_made())
}

fn linked(next_url: &str) -> Outcome {
    Ok(answer(200, format!(r#"{{"status":"OK","results":[],"next_url":"{next_url}"}}"#)))
}

fn expect_malformed(outcome: Result<Delivered<Split>, ProviderError>, expected: &str) {
    match outcome {
        Err(ProviderError::Malformed { detail }) => assert_eq!(detail, expected),
        other => panic!("expected a malformed answer, was {other:?}"),
    }
}

#[test]
fn a_page_loop_is_malformed() {
    let (outcome, requests) = splits_of(|_| linked("https://api.massive.com/v3/reference/splits?cursor=a"));
    expect_malformed(outcome, "a page loop: next_url was already read");
    assert_eq!(requests, 2);
}

#[test]
fn pages_without_end_are_malformed() {
    let page = std::cell::Cell::new(0);
    let (outcome, requests) = splits_of(|_| {
        page.set(page.get() + 1);
        linked(&format!("https://api.massive.com/v3/reference/splits?cursor={}", page.get()))
    });
    expect_malformed(outcome, "more than 500 pages");
    assert_eq!(requests, 500);
}

#[test]
fn a_page_elsewhere_is_not_asked_for() {
    let (outcome, requests) = splits_of(|_| linked("https://evil.example/v3/reference/splits?cursor=a"));
    expect_malformed(outcome, "next_url names a host that is not the vendor's");
    assert_eq!(requests, 1);
}

#[test]
fn a_refusal_that_repeats_the_key_does_not_show_it() {
    let (outcome, _) = splits_of(|_| Ok(answer(401, r#"{"status":"ERROR","error":"k3y is not a key"}"#)));
    assert_eq!(outcome, Err(ProviderError::Rejected { detail: "status 401, \"… is not a key\"".to_owned() }));
}

#[test]
fn a_page_that_fails_midway_fails_the_delivery() {
    let (outcome, requests) = splits_of(|request| match request.url.contains("cursor=") {
        false => linked("https://api.massive.com/v3/reference/splits?cursor=a"),
        true => fixture(200, "error_500.html"),
    });
    expect_malformed(outcome, "HTML instead of JSON");
    assert_eq!(requests, 2);
}

#[test]
fn settings_are_checked_before_anything_is_asked() {
    let (transport, budget) = (FakeTransport::scripted([]), FakeBudget::free());
    let refused = |settings: &ProviderSettings| {
        open(settings, network(&transport, &budget)).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(refused(&ProviderSettings::default()), "the setting MASSIVE_API_KEY is not set");
    for (name, value) in [
        ("MASSIVE_BASE_URL", "api.massive.com"),
        ("MASSIVE_REQUESTS_PER_MINUTE", "many"),
        ("MASSIVE_REQUESTS_PER_MINUTE", "-1"),
        ("MASSIVE_TIMEOUT_MS", "9999999"),
    ] {
        let message = refused(&settings(&[(name, value)]));
        assert!(message.contains(name) && !message.contains(value), "{message}");
    }
}

#[test]
fn a_rate_makes_calls_for_shares_small() {
    let (transport, budget) = (FakeTransport::scripted([]), FakeBudget::free());
    let per_call = |rate: &str| {
        let massive = open(&settings(&[("MASSIVE_REQUESTS_PER_MINUTE", rate)]), network(&transport, &budget));
        massive.unwrap_or_else(|error| panic!("{error}")).tickers_per_call()
    };
    // Three minutes' worth.
    assert_eq!([per_call("5"), per_call("1"), per_call("1000"), per_call("0")], [15, 3, 200, 200]);
}
