//! Contributions and effects that must sum to what they explain.

use serde_json::json;
use system_tests::Table;

use super::{SLUG, assert_same, build, market, number, sum};
use crate::index_reference::forty_sessions;

#[test]
fn contributions_and_effects_sum_to_what_they_explain() {
    let server = market();
    for request in [json!({"top_n": 20}), json!({"top_n": 20, "weighting": "cap", "rebalance": "weekly"})] {
        let slug = build(&server, request);
        for range in ["", "&start_date=2026-07-20&end_date=2026-09-11"] {
            let found = server.get(&format!("/index-attribution?index={slug}{range}")).expect(200).json();
            let performance = server.performance(&format!("index={slug}{range}"));
            let last = performance["data"].as_array().unwrap().last().unwrap();
            let total = number(last, "cumulative_return");
            assert_same(number(&found, "period_return"), total, 0.0);
            assert_eq!(found["agrees"], true, "{found}");
            for list in ["members", "sectors"] {
                assert_same(sum(&found[list], "contribution"), total, 1e-12);
                assert_same(sum(&found[list], "mean_weight"), 1.0, 1e-12);
            }
            assert_eq!(found["sectors"].as_array().unwrap().len(), 3);
            let brinson = &found["against_cap_weight"];
            let difference = number(brinson, "difference");
            assert_same(number(brinson, "return") - number(brinson, "benchmark_return"), difference, 1e-15);
            assert_same(sum(&brinson["sectors"], "total"), difference, 1e-12);
        }
    }
    // The cap-weighted index has nothing to explain against itself, and its return is the benchmark of the equal one.
    let caps = build(&server, json!({"top_n": 20, "weighting": "cap"}));
    let own = server.get(&format!("/index-attribution?index={caps}")).expect(200).json();
    assert_same(number(&own["against_cap_weight"], "difference"), 0.0, 1e-12);
    let equal = server.get(&format!("/index-attribution?{SLUG}")).expect(200).json();
    assert_same(number(&equal["against_cap_weight"], "benchmark_return"), number(&own, "period_return"), 1e-12);
    let csv = server.get(&format!("/index-attribution?{SLUG}&format=csv")).expect(200).text();
    assert_eq!(Table::parse(&csv).rows().len(), equal["members"].as_array().unwrap().len());
}

#[test]
fn real_contributions_sum_within_1e_12_and_the_walk_in_memory_is_the_index() {
    let Some((server, _)) = forty_sessions() else { return };
    server.build(&json!({"start_date": "2017-12-11", "end_date": "2018-02-07"}));
    let found = server.get("/index-attribution").expect(200).json();
    let total = number(&found, "period_return");
    assert_same(sum(&found["members"], "contribution"), total, 1e-12);
    assert_same(sum(&found["sectors"], "contribution"), total, 1e-12);
    assert_eq!(found["agrees"], true);
    let asked = server.post("/what-if", &json!({"exclude": ["AAPL"]})).expect(200).json();
    assert_eq!(asked["base_agrees"], true);
}
