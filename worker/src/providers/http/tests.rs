use domain::ports::ProviderError;
use domain::units::UnixMillis;

use super::fake::{FakeBudget, FakeTransport, START, answer, network, retry_after};
use super::*;

const KEY: &str = "k3y-of-the-account";
const URL: &str = "https://vendor.example/data";

type Outcome = Result<OutboundAnswer, OutboundError>;

struct Run {
    outcome: Result<OutboundAnswer, ProviderError>,
    pauses: Vec<i64>,
    requests: u64,
}

fn client<'a>(
    transport: &'a FakeTransport<'a>,
    budget: &'a FakeBudget,
    requests_per_minute: u32,
) -> Client<&'a FakeTransport<'a>, &'a FakeBudget> {
    let (secret, header) = (Secret::new(KEY.to_owned()), ("authorization", "Bearer "));
    Client::new(
        Terms { provider: "vendor", requests_per_minute, timeout_ms: 30_000, secret, header },
        network(transport, budget),
    )
}

fn run(outcomes: impl IntoIterator<Item = Outcome>) -> Run {
    let (transport, budget) = (FakeTransport::scripted(outcomes), FakeBudget::free());
    let client = client(&transport, &budget, 0);
    let outcome = pollster::block_on(client.get(URL));
    Run { outcome, requests: client.requests_made(), pauses: transport.pauses.take() }
}

#[test]
fn a_refusal_is_the_vendor_modules_to_judge_and_is_not_repeated() {
    for status in [200, 204, 400, 401, 403, 404, 422] {
        let run = run([Ok(answer(status, "body"))]);
        assert_eq!(run.outcome, Ok(answer(status, "body")));
        assert_eq!((run.requests, run.pauses.len()), (1, 0));
    }
}

#[test]
fn setbacks_are_repeated_after_one_two_and_four_seconds() {
    let run = run([
        Ok(answer(500, "")),
        Err(OutboundError::TimedOut(30_000)),
        Err(OutboundError::Unreachable("connection lost".to_owned())),
        Ok(answer(200, "{}")),
    ]);
    assert_eq!(run.outcome, Ok(answer(200, "{}")));
    assert_eq!((run.requests, run.pauses), (4, vec![1_000, 2_000, 4_000]));
}

#[test]
fn the_fourth_setback_ends_the_call_with_its_class() {
    let transient = |detail: &str| Err(ProviderError::Transient { detail: detail.to_owned() });
    let cases: [(Outcome, _); 4] = [
        (Ok(answer(503, "")), transient("status 503")),
        (Ok(answer(408, "")), transient("status 408")),
        (Err(OutboundError::TimedOut(9)), transient("no complete answer within 9 ms")),
        (Ok(answer(429, "")), Err(ProviderError::RateLimited { retry_after_ms: 60_000 })),
    ];
    for (setback, expected) in cases {
        let run = run(vec![setback; 4]);
        assert_eq!((run.outcome, run.requests), (expected, 4));
    }
}

#[test]
fn retry_after_is_obeyed_as_seconds_and_as_a_date() {
    // START is 2026-06-12T20:00:00Z, so the date is 9 s later.
    for (value, pause) in [("7", 7_000), ("Fri, 12 Jun 2026 20:00:09 GMT", 9_000), ("soon", 1_000), ("0", 1_000)] {
        let run = run([Ok(retry_after(429, value)), Ok(answer(200, "{}"))]);
        assert_eq!((run.outcome, run.pauses), (Ok(answer(200, "{}")), vec![pause]), "{value}");
    }
}

#[test]
fn a_wait_beyond_the_calls_patience_goes_back_to_the_job() {
    let long = run([Ok(retry_after(429, "26"))]);
    assert_eq!(long.outcome, Err(ProviderError::RateLimited { retry_after_ms: 26_000 }));
    assert!(long.pauses.is_empty());
    let busy = run([Ok(retry_after(503, "120"))]);
    assert_eq!(busy.outcome, Err(ProviderError::RateLimited { retry_after_ms: 120_000 }));
    // 12 + 12 s fit into 25 s, a third wait of 12 s does not.
    let thrice = run(vec![Ok(retry_after(429, "12")); 3]);
    assert_eq!(thrice.outcome, Err(ProviderError::RateLimited { retry_after_ms: 12_000 }));
    assert_eq!(thrice.pauses, [12_000, 12_000]);
}

#[test]
fn an_answer_too_long_or_from_elsewhere_is_malformed_at_once() {
    for error in [OutboundError::TooLong(64), OutboundError::RedirectedAway] {
        let run = run([Err(error.clone())]);
        assert_eq!(run.outcome, Err(ProviderError::Malformed { detail: error.to_string() }));
        assert_eq!(run.requests, 1);
    }
}

#[test]
fn requests_keep_to_the_rate() {
    let (transport, budget) = (FakeTransport::new(|_| Ok(answer(200, "{}"))), FakeBudget::free());
    // 7 a minute: 60 000 / 7 = 8 571.43 ms, rounded up.
    let client = client(&transport, &budget, 7);
    for _ in 0..3 {
        pollster::block_on(client.get(URL)).unwrap();
    }
    assert_eq!(transport.pauses.take(), [8_572, 8_572]);
}

#[test]
fn a_full_budget_sends_nothing_and_says_when_to_come_back() {
    let (transport, budget) = (FakeTransport::scripted([]), FakeBudget::free());
    budget.next_at.set(START.plus_ms(40_000));
    let client = client(&transport, &budget, 5);
    let outcome = pollster::block_on(client.get(URL));
    assert_eq!(outcome, Err(ProviderError::RateLimited { retry_after_ms: 40_000 }));
    assert_eq!((client.requests_made(), budget.next_at.get()), (0, START.plus_ms(40_000)));
}

#[test]
fn the_vendors_silence_holds_for_everyone() {
    let (transport, budget) = (FakeTransport::scripted([Ok(retry_after(429, "90"))]), FakeBudget::free());
    let outcome = pollster::block_on(client(&transport, &budget, 60).get(URL));
    assert_eq!(outcome, Err(ProviderError::RateLimited { retry_after_ms: 90_000 }));
    assert_eq!(budget.next_at.get(), START.plus_ms(90_000));
}

#[test]
fn without_a_budget_nothing_is_sent() {
    let (transport, budget) = (FakeTransport::scripted([]), FakeBudget::free());
    budget.broken.set(true);
    let outcome = pollster::block_on(client(&transport, &budget, 5).get(URL));
    assert!(matches!(outcome, Err(ProviderError::Transient { .. })), "{outcome:?}");
}

#[test]
fn the_key_is_in_one_header_and_nowhere_else() {
    let echo = format!("GET {URL}?apiKey={KEY} failed");
    let (transport, budget) =
        (FakeTransport::new(|_| Err(OutboundError::Unreachable(echo.clone()))), FakeBudget::free());
    let client = client(&transport, &budget, 0);
    let error = pollster::block_on(client.get(URL)).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(KEY));
    assert!(!format!("{:?}", client.terms).contains(KEY));
    assert!(transport.urls.borrow().iter().all(|url| !url.contains(KEY)));
    let with_key: Vec<_> = transport.headers.take().into_iter().filter(|(_, value)| value.contains(KEY)).collect();
    assert_eq!(with_key, vec![("authorization", format!("Bearer {KEY}")); 4]);
    for make in [|detail| ProviderError::Rejected { detail }, |detail| ProviderError::Malformed { detail }] {
        assert!(!client.scrub(make(echo.clone())).to_string().contains(KEY));
    }
}

#[test]
fn a_base_url_is_http_with_a_host() {
    for text in ["", "api.massive.com", "ftp://a.example", "file:///etc/passwd", "data:text/plain,x"] {
        assert_eq!(BaseUrl::parse(text), None, "{text}");
    }
    assert!(BaseUrl::parse("http://127.0.0.1:9000/prefix").is_some());
}

#[test]
fn a_date_in_the_past_is_no_wait() {
    assert_eq!(retry_after_ms("Fri, 12 Jun 2026 19:00:00 GMT", START), Some(0));
    assert_eq!(retry_after_ms("4000000000", START), Some(3_600_000));
    assert_eq!(retry_after_ms("-1", UnixMillis(0)), None);
}
