use domain::testing::market_data_contract::{Case, every_promise};
use pollster::block_on;

use super::*;
use crate::outbound::OutboundRequest;
use crate::providers::AnyProvider;
use crate::providers::http::fake::{self, FakeBudget, FakeTransport, Outcome, answer};

const BASE: &str = "http://127.0.0.1:9000";

fn opened<'a>(
    transport: &'a FakeTransport<'a>,
    budget: &'a FakeBudget,
) -> AnyProvider<&'a FakeTransport<'a>, &'a FakeBudget> {
    let values = [("TIINGO_API_KEY", "k3y"), ("TIINGO_BASE_URL", BASE), ("TIINGO_REQUESTS_PER_MINUTE", "0")];
    fake::opened("tiingo", &fake::settings(&values), transport, budget)
}

fn fixture(status: u16, name: &str) -> Outcome {
    fake::recorded("tiingo", status, name)
}

/// The fixtures as a server.
fn replay(request: &OutboundRequest) -> Outcome {
    assert!(request.headers.iter().any(|(name, value)| *name == "authorization" && value == "Token k3y"));
    let path = request.url.strip_prefix(BASE).unwrap_or_else(|| panic!("asked elsewhere: {}", request.url));
    match path.split('?').next().unwrap_or_default() {
        "/tiingo/daily/ACME/prices" => fixture(200, "daily_ACME.json"),
        "/iex/ACME/prices" => fixture(200, "hourly_ACME.json"),
        _ => fixture(404, "unknown.json"),
    }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn june() -> DayRange {
    DayRange::new(day("2026-06-01"), day("2026-06-30")).unwrap()
}

#[test]
fn it_keeps_every_promise_of_the_port() {
    let (transport, budget) = (FakeTransport::new(replay), FakeBudget::free());
    let case = Case {
        session: day("2026-06-11"),
        closed_day: day("2026-06-13"),
        range: june(),
        listed: "ACME".parse().unwrap(),
        unknown: "NOPE".parse().unwrap(),
        optioned: "ACME".parse().unwrap(),
        raw_close: ("ACME".parse().unwrap(), day("2026-06-11"), 101.5),
    };
    block_on(every_promise(&opened(&transport, &budget), &case));
}

#[test]
fn bars_within_a_session_begin_at_the_instant_that_the_vendor_names() {
    let (transport, budget) = (FakeTransport::new(replay), FakeBudget::free());
    let bars = block_on(opened(&transport, &budget).intraday_bars(&"ACME".parse().unwrap(), BarInterval::HOUR, june()))
        .unwrap();
    let minutes: Vec<i64> = bars.rows.iter().map(|bar| bar.t.0.rem_euclid(86_400_000) / 60_000).collect();
    assert_eq!((minutes, bars.rejected.len()), (vec![13 * 60 + 30, 14 * 60 + 30], 1));
}

#[test]
fn refusals_are_told_apart_and_never_repeat_the_key() {
    let refused = |status, body: &'static str| {
        let transport = FakeTransport::new(move |_| Ok(answer(status, body.as_bytes().to_vec())));
        let budget = FakeBudget::free();
        block_on(opened(&transport, &budget).daily_bars(&"ACME".parse().unwrap(), june())).unwrap_err()
    };
    let key = refused(403, r#"{"detail": "Invalid token k3y."}"#);
    assert!(matches!(&key, ProviderError::Rejected { detail } if !detail.contains("k3y")), "{key}");
    let hour = refused(200, r#"{"detail": "Error: You have run over your hourly request allocation."}"#);
    assert!(matches!(hour, ProviderError::RateLimited { retry_after_ms: 3_600_000 }), "{hour}");
    assert!(matches!(refused(200, "<html>"), ProviderError::Malformed { .. }));
}
