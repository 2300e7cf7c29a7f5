use domain::testing::market_data_contract::{Case, every_promise};
use pollster::block_on;

use super::*;
use crate::outbound::OutboundRequest;
use crate::providers::AnyProvider;
use crate::providers::http::fake::{self, FakeBudget, FakeTransport, Outcome, answer};

const BASE: &str = "http://127.0.0.1:9000/stable";

fn opened<'a>(
    transport: &'a FakeTransport<'a>,
    budget: &'a FakeBudget,
) -> AnyProvider<&'a FakeTransport<'a>, &'a FakeBudget> {
    let values = [("FMP_API_KEY", "k3y"), ("FMP_BASE_URL", BASE), ("FMP_REQUESTS_PER_MINUTE", "0")];
    fake::opened("fmp", &fake::settings(&values), transport, budget)
}

fn fixture(status: u16, name: &str) -> Outcome {
    fake::recorded("fmp", status, name)
}

/// The fixtures as a server. An unknown symbol is an empty list.
fn replay(request: &OutboundRequest) -> Outcome {
    assert!(request.headers.iter().any(|(name, value)| *name == "apikey" && value == "k3y"));
    assert!(!request.url.contains("k3y"), "{}", request.url);
    let path = request.url.strip_prefix(BASE).unwrap_or_else(|| panic!("asked elsewhere: {}", request.url));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let known = query.contains("symbol=ACME");
    match path {
        "/historical-price-eod/non-split-adjusted" if known => fixture(200, "daily_ACME.json"),
        "/historical-chart/1hour" if known => fixture(200, "hourly_ACME.json"),
        "/splits-calendar" => fixture(200, "splits.json"),
        "/dividends-calendar" => fixture(200, "dividends.json"),
        _ => Ok(answer(200, b"[]".to_vec())),
    }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn it_keeps_every_promise_of_the_port() {
    let (transport, budget) = (FakeTransport::new(replay), FakeBudget::free());
    let case = Case {
        session: day("2026-06-11"),
        closed_day: day("2026-06-13"),
        range: DayRange::new(day("2026-06-01"), day("2026-06-30")).unwrap(),
        listed: "ACME".parse().unwrap(),
        unknown: "NOPE".parse().unwrap(),
        optioned: "ACME".parse().unwrap(),
        raw_close: ("ACME".parse().unwrap(), day("2026-06-11"), 101.5),
    };
    block_on(every_promise(&opened(&transport, &budget), &case));
}

#[test]
fn symbols_of_other_exchanges_are_left_out_and_bad_rows_are_named() {
    let (transport, budget) = (FakeTransport::new(replay), FakeBudget::free());
    let provider = opened(&transport, &budget);
    let range = DayRange::new(day("2026-06-01"), day("2026-06-30")).unwrap();
    let splits = block_on(provider.splits(range)).unwrap();
    let seen: Vec<_> = splits.rows.iter().map(|split| (split.ticker.as_str(), split.ratio)).collect();
    assert_eq!(seen, [("ACME", 2.0), ("BOLT.A", 0.1)]);
    assert_eq!(splits.rejected.len(), 1);
    let bars = block_on(provider.intraday_bars(&"ACME".parse().unwrap(), BarInterval::HOUR, range)).unwrap();
    // 09:30 in New York in summer is 13:30 UTC; the vendor sends the latest first.
    assert_eq!(bars.rows[0].t.0.rem_euclid(86_400_000), (13 * 60 + 30) * 60_000);
    assert!(bars.rows.is_sorted_by_key(|bar| bar.t));
}

#[test]
fn refusals_are_told_apart_and_never_repeat_the_key() {
    let refused = |status, body: &'static str| {
        let transport = FakeTransport::new(move |_| Ok(answer(status, body.as_bytes().to_vec())));
        let budget = FakeBudget::free();
        let day = day("2026-06-11");
        block_on(opened(&transport, &budget).splits(DayRange::new(day, day).unwrap())).unwrap_err()
    };
    let key = refused(401, r#"{"Error Message": "Invalid API KEY. k3y"}"#);
    assert!(matches!(&key, ProviderError::Rejected { detail } if !detail.contains("k3y")), "{key}");
    // The daily limit comes with 200 as well.
    for status in [200, 403] {
        let limit = refused(status, r#"{"Error Message": "Limit Reach . Please upgrade your plan"}"#);
        assert!(matches!(limit, ProviderError::RateLimited { .. }), "{limit}");
    }
    assert!(matches!(refused(200, "<html>"), ProviderError::Malformed { .. }));
    assert!(matches!(refused(200, ""), ProviderError::Malformed { .. }));
}
