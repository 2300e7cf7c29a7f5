use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/providers/massive/test_data").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn bars(status: u16, body: &[u8]) -> Result<Page<DailyBar>, ProviderError> {
    let mut seen = HashSet::new();
    page(status, body, 0, |row| bar(row, day("2026-06-12"), &mut seen))
}

fn reasons<T>(delivered: &Delivered<T>) -> Vec<(u64, &str)> {
    delivered.rejected.iter().map(|rejection| (rejection.line, rejection.reason.as_str())).collect()
}

#[test]
fn a_bad_bar_is_turned_away_with_its_reason_and_hides_no_other() {
    let page = bars(200, &fixture("grouped_2026-06-12.json")).unwrap();
    let tickers: Vec<_> = page.rows.rows.iter().map(|bar| bar.ticker.as_str()).collect();
    assert_eq!(tickers, ["ACME", "BARE", "BOLT.A"]);
    let expected = DailyBar {
        ticker: "ACME".parse().unwrap(),
        day: day("2026-06-12"),
        open: Some(100.5),
        high: Some(102.0),
        low: Some(99.0),
        close: 101.0,
        adj_close: None,
        volume: Some(5_000_000.0),
    };
    assert_eq!(page.rows.rows[0], expected);
    assert_eq!((page.rows.rows[1].open, page.rows.rows[1].volume), (None, None));
    assert_eq!(
        reasons(&page.rows),
        [
            (2, "LESS: expected a price above 0 as close, was -5"),
            (3, "NULL: the close is missing or not a number"),
            (4, "expected a row of the documented fields and types"),
            (5, "expected a ticker of 1 to 24 letters, digits or ./-_^+=, was \"\""),
            (6, "expected a ticker of 1 to 24 letters, digits or ./-_^+=, was \"SQL';--\""),
            (7, "ACME: was delivered twice"),
            (8, "ZERO: expected a price above 0 as low, was 0"),
            (9, "SOLD: expected a volume of 0 or more, was -1"),
            (10, "expected a row of the documented fields and types"),
        ]
    );
}

#[test]
fn bare_nan_and_infinity_turn_away_their_rows_only() {
    let body = br#"{"status":"OK","results":[{"T":"NaN","c":NaN,"o":1},{"T":"A\"NaN","c":1},
        {"T":"B","c":-Infinity},{"T":"C","c":2.5,"o":Infinity},{"T":"Infinity","c":3}]}"#;
    let page = bars(200, body).unwrap();
    let tickers: Vec<_> = page.rows.rows.iter().map(|bar| (bar.ticker.as_str(), bar.close)).collect();
    assert_eq!(tickers, [("C", 2.5), ("Infinity", 3.0)]);
    assert_eq!(
        reasons(&page.rows),
        [
            (1, "NaN: the close is missing or not a number"),
            (2, "expected a ticker of 1 to 24 letters, digits or ./-_^+=, was \"A\"NaN\""),
            (3, "B: the close is missing or not a number"),
        ]
    );
}

#[test]
fn a_day_without_trading_is_empty() {
    let page = bars(200, &fixture("grouped_2026-06-13.json")).unwrap();
    assert_eq!(page, Page { rows: Delivered::clean(Vec::new()), next_url: None });
}

#[test]
fn an_answer_that_is_not_as_documented_is_malformed() {
    let full = fixture("grouped_2026-06-12.json");
    let cases: [(&[u8], &str); 9] = [
        (b"", "an empty body"),
        (b"  \n", "an empty body"),
        (&fixture("error_500.html"), "HTML instead of JSON"),
        (&full[..full.len() / 2], "JSON that ends early"),
        (b"{\"status\":\"OK\"", "JSON that ends early"),
        (b"[]", "JSON of another shape than documented"),
        (b"{\"status\":\"OK\",\"results\":{}}", "JSON of another shape than documented"),
        (b"{}", "JSON without the documented status"),
        (b"ok", "a body that is not JSON"),
    ];
    for (body, expected) in cases {
        let error = bars(200, body).unwrap_err();
        assert_eq!(
            error,
            ProviderError::Malformed { detail: expected.to_owned() },
            "{}",
            String::from_utf8_lossy(body)
        );
    }
    let promised = bars(200, br#"{"status":"OK","resultsCount":3}"#).unwrap_err();
    assert_eq!(promised, ProviderError::Malformed { detail: "results were announced and not sent".to_owned() });
}

#[test]
fn a_refusal_has_the_class_that_says_what_to_do() {
    let rejected = |detail: &str| ProviderError::Rejected { detail: detail.to_owned() };
    let limited = ProviderError::RateLimited { retry_after_ms: 60_000 };
    let (unknown_key, too_many) = (fixture("error_401.json"), fixture("error_429.json"));
    assert_eq!(bars(401, &unknown_key), Err(rejected("status 401, \"Unknown API Key\"")));
    assert_eq!(bars(404, b"404 page not found"), Err(rejected("status 404")));
    assert_eq!(bars(403, b""), Err(rejected("status 403")));
    assert_eq!(bars(429, &too_many), Err(limited.clone()));
    assert_eq!(bars(429, b""), Err(limited.clone()));
    // Some accounts are told so with a success.
    assert_eq!(bars(200, &too_many), Err(limited));
    assert_eq!(bars(200, &unknown_key), Err(rejected("status 200, \"Unknown API Key\"")));
    let gateway = bars(502, &fixture("error_500.html"));
    assert_eq!(gateway, Err(ProviderError::Transient { detail: "status 502".to_owned() }));
    assert_eq!(bars(302, b"").unwrap_err().code(), "provider_malformed");
}

#[test]
fn securities_carry_exchange_issuer_and_class() {
    let mut seen = HashSet::new();
    let first = page(200, &fixture("tickers_page_1.json"), 0, |row| security(row, &mut seen)).unwrap();
    assert_eq!(first.next_url.as_deref(), Some("https://api.massive.com/v3/reference/tickers?cursor=cGFnZTI"));
    let bolt = &first.rows.rows[1];
    assert_eq!((bolt.exchange.as_deref(), bolt.issuer.as_deref()), (Some("XNYS"), Some("0000000102")));
    assert_eq!((bolt.share_class.as_deref(), bolt.kind.as_deref()), (Some("A"), Some("CS")));
    let second = page(200, &fixture("tickers_page_2.json"), 2, |row| security(row, &mut seen)).unwrap();
    // The last day of trading is 2026-06-30, so 2026-07-01 is the first without.
    assert_eq!(second.rows.rows[1].delist_day, Some(day("2026-07-01")));
    assert_eq!(
        reasons(&second.rows),
        [(5, "FUND: expected the type CS, was \"ETF\""), (6, "ACME: was delivered twice")]
    );
}

#[test]
fn the_lines_own_share_count_goes_before_the_companys() {
    let count =
        |ticker: &str, status, name: &str| shares(status, &fixture(name), &ticker.parse().unwrap(), day("2026-06-12"));
    let acme = count("ACME", 200, "details_ACME.json").unwrap().unwrap().unwrap();
    assert_eq!((acme.shares, acme.as_of), (4_000_000_000.0, day("2026-06-12")));
    let bolt = count("BOLT.A", 200, "details_BOLT.A.json").unwrap().unwrap().unwrap();
    assert_eq!(bolt.shares.to_string(), "700000000");
    let none = count("NA", 200, "details_NA.json").unwrap().unwrap();
    assert_eq!(none, Err("NA: no share count is given".to_owned()));
    assert_eq!(count("NOPE", 404, "details_unknown.json"), Ok(None));
    assert!(matches!(count("NOPE", 404, "error_500.html"), Err(ProviderError::Rejected { .. })));
    let other = count("NOPE", 200, "details_ACME.json").unwrap().unwrap();
    assert_eq!(other, Err("NOPE: the answer is about \"ACME\"".to_owned()));
}

#[test]
fn a_split_is_new_shares_per_old_share() {
    let mut seen = HashSet::new();
    let page = page(200, &fixture("splits.json"), 0, |row| split(row, &mut seen)).unwrap();
    let ratios: Vec<_> = page.rows.rows.iter().map(|split| (split.ticker.as_str(), split.ratio)).collect();
    assert_eq!(ratios, [("ACME", 4.0), ("NA", 1.0 / 3.0)]);
    assert_eq!(
        reasons(&page.rows),
        [
            (3, "BOLT.A: expected split_from above 0, was 0"),
            (4, "BOLT.B: \"2026-06-31\" is not a day of the calendar between 1900 and 2199"),
            (5, "ACME: was delivered twice"),
        ]
    );
}

#[test]
fn dividends_of_one_day_are_one_payment_and_a_repeated_row_is_not_paid_twice() {
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    let mut rejected = Vec::new();
    for (name, before) in [("dividends_page_1.json", 0), ("dividends_page_2.json", 3)] {
        let page = page(200, &fixture(name), before, |row| dividend(row, &mut seen)).unwrap();
        rejected.extend(reasons(&page.rows).into_iter().map(|(line, reason)| (line, reason.to_owned())));
        rows.extend(page.rows.rows);
    }
    let merged = merge_dividends(rows);
    let paid: Vec<_> = merged.iter().map(|row| (row.ticker.as_str(), row.ex_day.to_string(), row.amount)).collect();
    // 0.25 regular and 1.00 special.
    assert_eq!(paid, [("ACME", "2026-06-05".to_owned(), 1.25), ("NA", "2026-06-09".to_owned(), 0.05)]);
    let expected = [
        (3, "BOLT.A: expected a dividend in USD, was CAD"),
        (4, "ACME: was delivered twice"),
        (6, "NA: expected a cash amount above 0, was 0"),
    ];
    assert_eq!(rejected, expected.map(|(line, reason)| (line, reason.to_owned())));
}

/// A recorded answer of the vendor: status and body.
struct Recording {
    name: String,
    status: u16,
    body: Vec<u8>,
}

/// The recordings whose path contains one of `parts`; empty, with a message, where the folder is absent.
fn recordings(parts: &[&str]) -> Vec<Recording> {
    let shared = std::env::var_os("EQUIPOISE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let root = shared.join("data/vendor/massive");
    let folders = ["client_go_tests", "client_php_stubs_2020", "openapi_examples", "openbb_cassettes", "errors"];
    let mut found = Vec::new();
    for path in folders.iter().filter_map(|folder| std::fs::read_dir(root.join(folder)).ok()).flatten() {
        let path = path.unwrap().path();
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        if !parts.iter().any(|part| name.contains(part)) {
            continue;
        }
        let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let status = file["status"].as_u64().or_else(|| file["status"].as_str()?.parse().ok()).unwrap();
        let body = match file["body"]["_text"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => file["body"].to_string().into_bytes(),
        };
        found.push(Recording { name, status: status.try_into().unwrap(), body });
    }
    if found.is_empty() {
        println!("skipped: no recordings under {}", root.display());
    }
    found
}

fn results_in(recording: &Recording) -> usize {
    let body: Value = serde_json::from_slice(&recording.body).unwrap();
    body["results"].as_array().map_or(0, Vec::len)
}

#[test]
fn recorded_aggregates_are_bars() {
    for recording in recordings(&["/v2_aggs_"]) {
        // Per-ticker answers have many days of one ticker, so each row is read by itself.
        let day = day("2023-01-03");
        let read = page(recording.status, &recording.body, 0, |row| bar(row, day, &mut HashSet::new()));
        let page = read.unwrap_or_else(|error| panic!("{}: {error}", recording.name));
        assert_eq!(page.rows.rows.len() + page.rows.rejected.len(), results_in(&recording), "{}", recording.name);
        // Other markets write tickers as `X:BTCUSD`, which is no stock's.
        let is_stock = !["crypto", "_fx_", "forex", "indices", "options"].iter().any(|m| recording.name.contains(m));
        assert_eq!(page.rows.rejected.is_empty(), is_stock, "{}: {:?}", recording.name, page.rows.rejected);
    }
}

#[test]
fn recorded_reference_answers_are_records() {
    for recording in recordings(&["/v3_reference_tickers.json", "/v3_reference_tickers_200.json"]) {
        let page = page(recording.status, &recording.body, 0, |row| security(row, &mut HashSet::new())).unwrap();
        assert_eq!((page.rows.rows.len(), page.rows.rejected.len()), (1, 0), "{}", recording.name);
        assert_eq!(page.rows.rows[0].exchange.as_deref(), Some("XNYS"));
        assert!(page.next_url.is_some());
    }
    for recording in recordings(&["v3_reference_splits_200.json", "stocks_v1_splits_200.json"]) {
        let page = page(recording.status, &recording.body, 0, |row| split(row, &mut HashSet::new())).unwrap();
        assert_eq!((page.rows.rows.len(), page.rows.rejected.len()), (results_in(&recording), 0), "{}", recording.name);
        assert!(page.rows.rows.iter().any(|split| (split.ratio - 2.0).abs() < 1e-12), "{}", recording.name);
    }
    for recording in recordings(&["stocks_v1_dividends_200.json"]) {
        let page = page(recording.status, &recording.body, 0, |row| dividend(row, &mut HashSet::new())).unwrap();
        let paid: Vec<_> = page.rows.rows.iter().map(|row| (row.ex_day.to_string(), row.amount)).collect();
        assert_eq!(paid, [("2025-08-11".to_owned(), 0.26)]);
    }
    let aapl: Ticker = "AAPL".parse().unwrap();
    for recording in recordings(&["v3_reference_tickers_ticker_200.json", "vX_reference_tickers_AAPL.json"]) {
        let count = shares(recording.status, &recording.body, &aapl, day("2025-08-11")).unwrap().unwrap();
        // The answer of 2020 has the count under a name that the documentation no longer has.
        let is_present_shape = recording.name.contains("openapi_examples");
        assert_eq!(
            count.map(|count| count.shares.to_string()).ok().as_deref(),
            is_present_shape.then_some("16406400000")
        );
    }
}

#[test]
fn corporate_actions_in_the_shape_of_2020_are_turned_away_row_by_row() {
    for recording in recordings(&["v2_reference_splits.json"]) {
        let page = page(recording.status, &recording.body, 0, |row| split(row, &mut HashSet::new())).unwrap();
        assert_eq!((page.rows.rows.len(), page.rows.rejected.len()), (0, results_in(&recording)));
    }
    for recording in recordings(&["v2_reference_dividends.json"]) {
        let page = page(recording.status, &recording.body, 0, |row| dividend(row, &mut HashSet::new())).unwrap();
        assert_eq!((page.rows.rows.len(), page.rows.rejected.len()), (0, results_in(&recording)));
    }
}

#[test]
fn recorded_errors_fall_into_their_classes() {
    for recording in recordings(&["errors/"]) {
        let outcome = bars(recording.status, &recording.body);
        if recording.name.contains("200_empty") {
            assert_eq!(outcome, Ok(Page { rows: Delivered::clean(Vec::new()), next_url: None }));
        } else {
            let error = outcome.unwrap_err();
            assert_eq!(error.code(), "provider_refused", "{}", recording.name);
            assert!(error.to_string().contains(&recording.status.to_string()), "{error}");
        }
    }
}

#[test]
fn no_recorded_answer_of_any_endpoint_makes_a_parser_panic() {
    let aapl: Ticker = "AAPL".parse().unwrap();
    for Recording { status, body, .. } in recordings(&[".json"]) {
        for end in [body.len(), body.len() / 2, body.len().saturating_sub(1)] {
            let body = &body[..end];
            let _ = bars(status, body);
            let _ = page(status, body, 0, |row| security(row, &mut HashSet::new()));
            let _ = page(status, body, 0, |row| split(row, &mut HashSet::new()));
            let _ = page(status, body, 0, |row| dividend(row, &mut HashSet::new()));
            let _ = shares(status, body, &aapl, day("2026-06-12"));
        }
    }
}
