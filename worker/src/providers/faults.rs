//! Every class of fault at every call of every provider that is asked over HTTP: each has its class, and none becomes rows.

use domain::units::{BarInterval, Day, DayRange, Ticker};

use super::http::fake::{FakeBudget, FakeTransport, Outcome, answer, network, unlimited};
use super::{MarketData, ProviderError, REGISTRY, open};
use crate::outbound::OutboundError;

/// What a caller is to do.
#[derive(Debug, PartialEq, Eq)]
enum Class {
    Limited,
    Transient,
    Rejected,
    Malformed,
}

fn class(error: &ProviderError) -> Class {
    match error {
        ProviderError::RateLimited { .. } => Class::Limited,
        ProviderError::Transient { .. } => Class::Transient,
        ProviderError::Rejected { .. } => Class::Rejected,
        ProviderError::Malformed { .. } => Class::Malformed,
    }
}

/// What comes instead of an answer, again and again.
fn faults() -> Vec<(&'static str, Outcome, Class)> {
    let status = |status| Ok(answer(status, "{}"));
    let body = |body: &'static str| Ok(answer(200, body));
    vec![
        ("bad request", status(400), Class::Rejected),
        ("no key", status(401), Class::Rejected),
        ("no plan", status(403), Class::Rejected),
        ("too many", status(429), Class::Limited),
        ("fault", status(500), Class::Transient),
        ("bad gateway", status(502), Class::Transient),
        ("overload", status(503), Class::Transient),
        ("slow gateway", status(504), Class::Transient),
        ("slow", Err(OutboundError::TimedOut(9)), Class::Transient),
        ("reset", Err(OutboundError::Unreachable("reset".to_owned())), Class::Transient),
        ("endless", Err(OutboundError::TooLong(9)), Class::Malformed),
        ("elsewhere", Err(OutboundError::RedirectedAway), Class::Malformed),
        ("moved", status(302), Class::Malformed),
        ("page", body("<html><title>maintenance</title></html>"), Class::Malformed),
        ("nothing", body(""), Class::Malformed),
        ("cut object", body(r#"{"status": "OK", "results": [{"T": "A", "c": 1"#), Class::Malformed),
        ("cut list", body(r#"[{"date": "2026-06-11", "clo"#), Class::Malformed),
        ("no JSON", body("{\"results\": NaN}"), Class::Malformed),
        ("a number", body("7"), Class::Malformed),
    ]
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// What a call came to, without its rows; `None` where it asked for nothing.
async fn call(which: usize, provider: &str, fault: &Outcome) -> Option<Result<(), ProviderError>> {
    let (transport, budget) = (FakeTransport::new(|_| fault.clone()), FakeBudget::free());
    let settings = unlimited(provider);
    let source = open(provider, &settings, network(&transport, &budget)).unwrap_or_else(|error| panic!("{error}"));
    let ticker: Ticker = "ACME".parse().unwrap();
    let (session, range) = (day("2026-06-12"), DayRange::new(day("2026-06-01"), day("2026-06-30")).unwrap());
    let outcome = match which {
        0 => source.securities(session).await.map(drop),
        1 => source.daily_market(session).await.map(drop),
        2 => source.daily_bars(&ticker, range).await.map(drop),
        3 => source.intraday_bars(&ticker, BarInterval::HOUR, range).await.map(drop),
        4 => source.shares(std::slice::from_ref(&ticker), session).await.map(drop),
        5 => source.splits(range).await.map(drop),
        6 => source.dividends(range).await.map(drop),
        _ => source.option_chains(Some(&ticker), session).await.map(drop),
    };
    (!transport.urls.borrow().is_empty()).then_some(outcome)
}

#[test]
fn every_fault_has_its_class_at_every_call_of_every_provider() {
    let asked_over_http = REGISTRY.iter().filter(|about| about.settings.iter().any(|setting| setting.secret));
    let mut calls = Vec::new();
    for about in asked_over_http {
        for (name, fault, expected) in faults() {
            for which in 0..8 {
                let Some(outcome) = pollster::block_on(call(which, about.name, &fault)) else { continue };
                let error = outcome.expect_err(&format!("{} {which}: {name} is rows", about.name));
                assert_eq!(class(&error), expected, "{} {which}: {name}: {error}", about.name);
                assert!(!error.to_string().contains("k3y") && !error.to_string().contains('<'), "{error}");
                calls.push((about.name, which));
            }
        }
    }
    calls.dedup();
    calls.sort_unstable();
    calls.dedup();
    let of = |name: &str| calls.iter().filter(|(provider, _)| *provider == name).count();
    assert_eq!((of("massive"), of("fmp"), of("tiingo")), (8, 4, 2), "{calls:?}");
}
