//! The look-ahead check.

use std::fs;

use serde_json::{Value, json};
use system_tests::{Options, Server, shared_data};

use super::{build, market};

#[test]
fn the_look_ahead_check_passes_touches_nothing_and_is_refused_where_there_is_nothing() {
    let server = market();
    let before_all = server.stored();
    let check = |slug: &str, body: &Value| server.post(&format!("/indices/{slug}/look-ahead-check"), body);
    let _ = check("top20-equal-daily-price-line", &json!({})).problem(404, "not_found");
    for request in [
        json!({"top_n": 20}),
        json!({"top_n": 20, "weighting": "cap", "rebalance": "weekly", "share_classes": "company"}),
        json!({"top_n": 20, "weighting": "erc", "buffer": 3}),
    ] {
        let slug = build(&server, request);
        let stored = server.stored();
        let found = check(&slug, &json!({"samples": 4, "seed": 9})).expect(200).json();
        assert_eq!(found["passed"], true, "{found}");
        assert_eq!(found["checked_sessions"], 4);
        for session in found["sessions"].as_array().unwrap() {
            assert_eq!((&session["moved"], &session["perturbation_felt"]), (&json!([]), &json!(true)), "{session}");
            assert!(session["members"].as_u64().unwrap() >= 20, "{session}");
        }
        assert_eq!(stored, server.stored());
        let again = check(&slug, &json!({"samples": 4, "seed": 9})).expect(200).json();
        assert_eq!(found, again);
        let other = check(&slug, &json!({"samples": 4, "seed": 10})).expect(200).json();
        assert_ne!(found["sessions"], other["sessions"]);
        let _ = check(&slug, &json!({"samples": 21})).problem(422, "invalid_value");
        for seed in [json!(9_007_199_254_740_992_u64), json!(1e30), json!(-1), json!("1")] {
            let problem = check(&slug, &json!({"seed": seed})).problem(422, "invalid_value");
            assert_eq!(problem["errors"][0]["field"], "seed", "{problem}");
        }
        let one = json!({"start_date": "2026-09-30", "end_date": "2026-09-30"});
        let _ = check(&slug, &one).problem(422, "nothing_to_check");
    }
    assert_eq!(before_all["daily_bars"], server.stored()["daily_bars"]);
}

#[test]
fn the_look_ahead_check_passes_on_real_caps_and_splits() {
    let Some(folder) = shared_data("data/us_2026_06_08") else { return };
    let server = Server::start(Options::default());
    for (kind, file) in [
        ("securities", "companies.csv"),
        ("daily_bars", "daily_prices.csv"),
        ("market_caps", "market_caps.csv"),
        ("splits", "splits.csv"),
    ] {
        server.import(kind, fs::read(folder.join(file)).unwrap());
    }
    server.build(&json!({"start_date": "2026-06-08", "end_date": "2026-08-21"}));
    let path = "/indices/top100-equal-daily-price-line/look-ahead-check";
    let found = server.post(path, &json!({"samples": 12})).expect(200).json();
    assert_eq!((&found["passed"], &found["checked_sessions"]), (&json!(true), &json!(12)), "{found}");
}
