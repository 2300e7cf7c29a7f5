//! GraphQL of research: what-if, kept questions, what was known when, the look-ahead check; each the numbers of its REST route.

use serde_json::{Value, json};
use system_tests::{Options, Server, sessions_between, small_bars, small_shares};

use crate::graphql::{camel, code, data, nodes, send};

const SLUG: &str = "top10-equal-daily-price-line";

fn market() -> Server {
    let server = Server::start(Options::default());
    server.import("shares", small_shares(30));
    server.import("daily_bars", small_bars(&sessions_between("2026-08-03", "2026-08-21"), 30));
    server.build(&json!({"start_date": "2026-08-03", "end_date": "2026-08-21", "top_n": 10}));
    server
}

const SIDE: &str = "{ cumulativeReturn meanTurnover statistics { name value } }";

/// The answer of a REST route as GraphQL shapes it: statistics as a list, by name.
fn shaped(rest: &Value) -> Value {
    let mut shaped = camel(rest);
    for path in ["/base", "/variant", "/definition/result", "/against/result"] {
        // The names of statistics are values here and stay as they are.
        let Some(statistics) = rest.pointer(&format!("{path}/statistics")) else { continue };
        let list = statistics.as_object().unwrap().iter().map(|(name, value)| json!({"name": name, "value": value}));
        shaped.pointer_mut(path).unwrap()["statistics"] = list.collect();
    }
    shaped
}

#[test]
fn a_changed_index_is_that_of_the_rest_route() {
    let server = market();
    let query = format!(
        "query($holdings: String) {{ index(slug: \"{SLUG}\") {{
            changed: whatIf(startDate: \"2026-08-05\", pin: [\"C00\", \"C01\"], exclude: [\"C29\"], topN: 8, weighting: capped, capLimit: 0.2, rebalance: weekly) {{ ...All }}
            own: whatIf(holdings: $holdings) {{ ...All }} }} }}
        fragment All on WhatIfResult {{ index startDate endDate synthetic warnings changes baseAgrees base {SIDE} variant {SIDE}
            trackingDifference trackingError correlation activeShare
            data {{ date base variant }} members {{ ticker name sector weight baseWeight }} }}"
    );
    let holdings = "date,ticker,weight\n2026-08-03,C01,0.6\n2026-08-03,C02,0.4\n2026-08-10,C03,1\n";
    let found = data(&server, &query, &json!({"holdings": holdings}))["index"].clone();
    let question = json!({
        "index": SLUG, "start_date": "2026-08-05", "pin": ["C00", "C01"], "exclude": ["C29"], "top_n": 8, "weighting": "capped",
        "cap_limit": 0.2, "rebalance": "weekly"
    });
    assert_eq!(found["changed"], shaped(&server.post("/what-if", &question).expect(200).json()));
    assert_eq!(found["changed"]["members"].as_array().unwrap().len(), 8);
    let path = format!("/what-if?index={SLUG}");
    let own = server.request("POST", &path).header("content-type", "text/csv").body(holdings.to_owned()).send();
    assert_eq!(found["own"], shaped(&own.expect(200).json()));
    for (arguments, expected) in [
        ("", "BAD_INPUT"),
        ("(topN: 0)", "BAD_INPUT"),
        ("(capLimit: 2)", "BAD_INPUT"),
        ("(pin: [\"NONE\"])", "BAD_INPUT"),
        ("(holdings: \"ticker\\nC01\")", "BAD_INPUT"),
        ("(topN: 5, startDate: \"2026-08-10\", endDate: \"2026-08-05\")", "BAD_INPUT"),
        ("(weighting: size)", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let query = format!("{{ index(slug: \"{SLUG}\") {{ whatIf{arguments} {{ activeShare }} }} }}");
        let answer = send(&server, &json!({"query": query})).expect(200).json();
        assert_eq!(code(&answer), expected, "{arguments}: {answer}");
    }
}

#[test]
fn kept_questions_and_their_comparison_are_those_of_the_rest_routes() {
    let server = market();
    let put = |name: &str, body: &Value| server.request("PUT", &format!("/definitions/{name}")).json(body).send();
    let holdings = json!([{"date": "2026-08-03", "ticker": "C05"}, {"date": "2026-08-03", "ticker": "C06"}]);
    let _ = put("own", &json!({"index": SLUG, "holdings": holdings})).expect(200);
    let _ = put("small", &json!({"index": SLUG, "top_n": 5, "exclude": ["C29"]})).expect(200);
    let fields = "name index changes createdAt updatedAt
        definition { index pin exclude topN weighting capLimit rebalance holdings { date ticker weight } }";
    let query = format!(
        "{{ definitions {{ edges {{ node {{ {fields} }} }} pageInfo {{ hasNextPage }} }}
            page: definitions(first: 1) {{ edges {{ node {{ name }} }} pageInfo {{ hasNextPage }} }}
            definition(name: \"small\") {{ {fields} }} }}"
    );
    let found = data(&server, &query, &json!({}));
    let listed = nodes(&found["definitions"]);
    let rest = server.get("/definitions").expect(200).json();
    for (node, row) in listed.iter().zip(rest["data"].as_array().unwrap()) {
        let of_name = server.get(&format!("/definitions/{}", row["name"].as_str().unwrap())).expect(200).json();
        for (name, value) in
            camel(&of_name["definition"]).as_object().unwrap().iter().filter(|(name, _)| *name != "holdings")
        {
            assert_eq!(node["definition"][name], *value, "{name}");
        }
        for name in ["name", "index", "changes", "updatedAt"] {
            assert_eq!(node[name], camel(row)[name], "{name}");
        }
        assert_eq!(node["createdAt"], of_name["created_at"]);
    }
    assert_eq!((listed.len(), &listed[0]["definition"]["topN"]), (2, &Value::Null));
    assert_eq!(listed[0]["definition"]["holdings"][1], json!({"date": "2026-08-03", "ticker": "C06", "weight": null}));
    assert_eq!((&found["definition"], &found["page"]["pageInfo"]["hasNextPage"]), (&listed[1], &json!(true)));
    let query = format!(
        "query($against: String!) {{ compareDefinitions(name: \"small\", against: $against, startDate: \"2026-08-05\") {{
            startDate endDate synthetic warnings trackingDifference trackingError beta correlation activeShare
            definition {{ name index changes result {SIDE} }} against {{ name index changes result {SIDE} }}
            data {{ date level against }} members {{ ticker name weight against }} }} }}"
    );
    for against in ["own", SLUG] {
        let found = data(&server, &query, &json!({"against": against}));
        let rest = format!("/definitions/small/compare?against={against}&start_date=2026-08-05");
        assert_eq!(found["compareDefinitions"], shaped(&server.get(&rest).expect(200).json()), "{against}");
    }
    for (query, expected) in [
        ("{ definition(name: \"none\") { name } }", "NOT_FOUND"),
        ("{ compareDefinitions(name: \"small\", against: \"none\") { activeShare } }", "NOT_FOUND"),
    ] {
        assert_eq!(code(&send(&server, &json!({"query": query})).expect(200).json()), expected, "{query}");
    }
}

#[test]
fn questions_are_kept_apart_by_owner() {
    let server = Server::start(Options::default());
    let _ = server.request("PUT", "/definitions/mine").json(&json!({"top_n": 5})).send().expect(200);
    let query = json!({"query": "{ definitions { edges { node { name } } } definition(name: \"mine\") { name } }"});
    let own = send(&server, &query).expect(200).json();
    assert_eq!((nodes(&own["data"]["definitions"]).len(), &own["data"]["definition"]["name"]), (1, &json!("mine")));
    let _ = server.sql("update saved_definitions set owner = 'someone else'");
    let other = send(&server, &query).expect(200).json();
    assert_eq!((nodes(&other["data"]["definitions"]).len(), code(&other)), (0, "NOT_FOUND"), "{other}");
}

#[test]
fn what_was_known_and_the_look_ahead_check_are_those_of_the_rest_routes() {
    let server = market();
    server.import("shares", "ticker,shares_outstanding,as_of\nC01,1000000,2010-01-04\nC01,2000000,2026-08-10\n");
    let query = format!(
        "{{ shares(ticker: \"C01\") {{ ticker knownOn data {{ asOf shares source dataVersion storedAt replacedAt }} }}
            index(slug: \"{SLUG}\") {{ lookAheadCheck(startDate: \"2026-08-05\", samples: 3, seed: 9) {{
                index seed passed checkedSessions
                sessions {{ perturbedFrom members sessionBefore perturbationFelt moved {{ what ticker before after }} }} }} }} }}"
    );
    let found = data(&server, &query, &json!({}));
    assert_eq!(found["shares"], camel(&server.get("/shares?ticker=C01").expect(200).json()));
    assert_eq!(found["shares"]["data"].as_array().unwrap().len(), 2);
    let check = json!({"start_date": "2026-08-05", "samples": 3, "seed": 9});
    let rest = server.post(&format!("/indices/{SLUG}/look-ahead-check"), &check).expect(200).json();
    assert_eq!(found["index"]["lookAheadCheck"], camel(&rest));
    assert_eq!(found["index"]["lookAheadCheck"]["passed"], true);
    for (query, expected) in [
        ("{ shares(ticker: \"NONE\") { ticker } }", "UNKNOWN_TICKER"),
        ("{ shares(ticker: \"a b\") { ticker } }", "BAD_INPUT"),
        ("{ shares(ticker: \"C01\", knownOn: \"2001-01-01\") { ticker } }", "NO_DATA"),
        ("{ index(slug: \"top10-equal-daily-price-line\") { lookAheadCheck(samples: 21) { passed } } }", "BAD_INPUT"),
        ("{ index(slug: \"top10-equal-daily-price-line\") { lookAheadCheck(seed: -1) { passed } } }", "BAD_INPUT"),
    ] {
        assert_eq!(code(&send(&server, &json!({"query": query})).expect(200).json()), expected, "{query}");
    }
    // However many are asked for at once, they are computed one after the other, and too many are refused before any is.
    let many = |count: usize| {
        let fields: String =
            (0..count).map(|at| format!("q{at}: whatIf(topN: {}) {{ activeShare }} ", at + 1)).collect();
        send(&server, &json!({"query": format!("{{ index(slug: \"{SLUG}\") {{ {fields} }} }}")})).expect(200).json()
    };
    let answer = many(19);
    assert_eq!((&answer["errors"], answer["data"]["index"].as_object().unwrap().len()), (&Value::Null, 19));
    assert_eq!(code(&many(20)), "QUERY_TOO_COMPLEX");
}

#[test]
fn statistics_of_both_and_counts_of_checks_are_there_too() {
    let server = market();
    let query = format!(
        "{{ index(slug: \"{SLUG}\") {{
            compare(benchmark: \"C07\") {{ beta statistics {{ name value }} againstStatistics {{ name value }} }}
            quality {{ accepted counts {{ check about count }} }} }} }}"
    );
    let found = data(&server, &query, &json!({}))["index"].clone();
    let rest = server.get(&format!("/index-compare?index={SLUG}&benchmark=C07")).expect(200).json();
    assert_eq!(found["compare"]["beta"], rest["beta"]);
    for (field, named) in [("statistics", &rest["statistics"]), ("againstStatistics", &rest["against_statistics"])] {
        let listed = found["compare"][field].as_array().unwrap();
        assert_eq!(listed.len(), named.as_object().unwrap().len());
        assert!(listed.iter().all(|one| one["value"] == named[one["name"].as_str().unwrap()]), "{listed:?}");
    }
    let rest = server.get(&format!("/index-quality?index={SLUG}")).expect(200).json();
    let counts = found["quality"]["counts"].as_array().unwrap();
    assert_eq!(counts.len(), 8);
    for count in counts {
        let check = count["check"].as_str().unwrap();
        assert_eq!((&count["count"], &count["about"]), (&rest["counts"][check], &rest["checks"][check]), "{check}");
    }
}
