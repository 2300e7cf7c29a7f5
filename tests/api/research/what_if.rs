//! Changed indices, holdings of one's own, questions that are kept.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use system_tests::small_close;

use super::{SLUG, assert_same, build, market, number, sum};

#[test]
fn a_changed_index_is_what_building_it_gives() {
    let server = market();
    build(&server, json!({"top_n": 20}));
    let ask = |body: Value| {
        let mut body = body;
        body["index"] = json!("top20-equal-daily-price-line");
        server.post("/what-if", &body).expect(200).json()
    };
    // What can be built is built, and compared session by session.
    let tickers: Vec<String> = (0..40).map(|company| format!("C{company:02}")).collect();
    let without: Vec<&String> = tickers.iter().filter(|ticker| *ticker != "C39" && *ticker != "C35").collect();
    for (question, definition) in [
        (json!({"top_n": 10}), json!({"top_n": 10})),
        (json!({"top_n": 30}), json!({"top_n": 30})),
        (json!({"weighting": "cap"}), json!({"top_n": 20, "weighting": "cap"})),
        (json!({"exclude": ["C39", "C35"]}), json!({"top_n": 20, "universe": without})),
        (json!({"rebalance": "weekly"}), json!({"top_n": 20, "rebalance": "weekly"})),
    ] {
        let slow = question.get("rebalance").is_some();
        let mut definition = definition;
        definition["start_date"] = json!(if slow { "2026-07-02" } else { "2026-07-01" });
        definition["end_date"] = json!("2026-09-30");
        let mut question = question;
        question["start_date"] = definition["start_date"].clone();
        let slug = server.build(&definition)["index"].as_str().unwrap().to_owned();
        let found = ask(question.clone());
        assert_eq!(found["base_agrees"], true, "{question}");
        let built = server.performance(&format!("index={slug}&start_date={}", found["start_date"].as_str().unwrap()));
        for (point, session) in built["data"].as_array().unwrap().iter().zip(found["data"].as_array().unwrap()) {
            assert_eq!(point["date"], session["date"]);
            assert_same(number(session, "variant"), number(point, "level"), 1e-8);
        }
        let composition = server.get(&format!("/index-composition?index={slug}&date=2026-09-30")).expect(200).json();
        let weights = |list: &Value| -> BTreeMap<String, f64> {
            let entry = |one: &Value| (one["ticker"].as_str().unwrap().to_owned(), number(one, "weight"));
            list.as_array().unwrap().iter().map(entry).collect()
        };
        let (expected, was) = (weights(&composition["constituents"]), weights(&found["members"]));
        assert_eq!(expected.keys().collect::<Vec<_>>(), was.keys().collect::<Vec<_>>(), "{question}");
        for (ticker, weight) in &was {
            assert_same(*weight, expected[ticker], 1e-12);
        }
    }
    for weighting in ["equal", "cap", "capped", "inverse_volatility", "erc", "min_variance", "sector_equal"] {
        let found = ask(json!({"weighting": weighting}));
        assert_same(sum(&found["members"], "weight"), 1.0, 1e-12);
        assert_eq!(found["base_agrees"], true);
    }
    let pinned = ask(json!({"pin": ["C00"], "exclude": ["C39"]}));
    let members = pinned["members"].to_string();
    assert!(members.contains("\"C00\"") && !members.contains("\"C39\""), "{members}");
    assert_eq!(pinned["members"].as_array().unwrap().len(), 20);
}

#[test]
fn a_weighting_that_is_built_is_the_one_that_was_asked_about() {
    let server = market();
    build(&server, json!({"top_n": 20}));
    for weighting in ["capped", "inverse_volatility", "erc", "min_variance", "sector_equal"] {
        let slug = build(&server, json!({"top_n": 20, "weighting": weighting}));
        assert_eq!(slug, format!("top20-{weighting}-daily-price-line"));
        let question = json!({"index": "top20-equal-daily-price-line", "weighting": weighting});
        let asked = server.post("/what-if", &question).expect(200).json();
        let built = server.performance(&format!("index={slug}"));
        for (point, session) in built["data"].as_array().unwrap().iter().zip(asked["data"].as_array().unwrap()) {
            assert_same(number(session, "variant"), number(point, "level"), 1e-8);
        }
        let composition = server.get(&format!("/index-composition?index={slug}&date=2026-09-30")).expect(200).json();
        assert_same(sum(&composition["constituents"], "weight"), 1.0, 1e-12);
        let explained = server.get(&format!("/index-explain?index={slug}&date=2026-09-15")).expect(200).json();
        assert_eq!(explained["agrees"], true, "{weighting}");
        let found = server.get(&format!("/index-attribution?index={slug}")).expect(200).json();
        assert_same(sum(&found["members"], "contribution"), number(&found, "period_return"), 1e-12);
        // Building again writes nothing.
        let version = |slug: &str| server.performance(&format!("index={slug}"))["data"].to_string();
        let before = (server.stored(), version(&slug));
        build(&server, json!({"top_n": 20, "weighting": weighting}));
        assert_eq!(before, (server.stored(), version(&slug)));
    }
    let asked = json!({"start_date": "2026-07-01", "end_date": "2026-09-30", "weighting": "size"});
    let _ = server.post("/build-index", &asked).problem(422, "invalid_value");
}

#[test]
fn own_holdings_are_walked_from_a_file() {
    let server = market();
    build(&server, json!({"top_n": 20}));
    let file = "date,ticker,weight\n2026-07-01,C01,0.6\n2026-07-01,C02,0.4\n2026-08-03,C03,\n2026-08-03,C04,\n";
    let path = format!("/what-if?{SLUG}");
    let send = |path: &str, file: &str| {
        server.request("POST", path).header("content-type", "text/csv").body(file.to_owned()).send()
    };
    let found = send(&path, file).expect(200).json();
    let day = |text: &str| text.parse().unwrap();
    let close = |text: &str, company| small_close(day(text), company);
    let first =
        0.6 * close("2026-08-03", 1) / close("2026-07-01", 1) + 0.4 * close("2026-08-03", 2) / close("2026-07-01", 2);
    let last =
        0.5 * close("2026-09-30", 3) / close("2026-08-03", 3) + 0.5 * close("2026-09-30", 4) / close("2026-08-03", 4);
    assert_same(number(&found["variant"], "cumulative_return"), first * last - 1.0, 1e-12);
    // What is set after the end does not matter.
    let early = send(&format!("{path}&end_date=2026-07-31"), file).expect(200).json();
    let until =
        0.6 * close("2026-07-31", 1) / close("2026-07-01", 1) + 0.4 * close("2026-07-31", 2) / close("2026-07-01", 2);
    assert_same(number(&early["variant"], "cumulative_return"), until - 1.0, 1e-12);
    // Seen from a later day on, they have drifted until then.
    let later = send(&format!("{path}&start_date=2026-08-10"), file).expect(200).json();
    let since = |to: &str| close(to, 3) / close("2026-08-03", 3) * 0.5 + close(to, 4) / close("2026-08-03", 4) * 0.5;
    let expected = since("2026-09-30") / since("2026-08-10") - 1.0;
    assert_same(number(&later["variant"], "cumulative_return"), expected, 1e-12);
    assert_eq!(
        (&later["start_date"], &later["base_agrees"], &later["warnings"]),
        (&json!("2026-08-10"), &json!(true), &json!([]))
    );
    let base = server.performance(&format!("{SLUG}&start_date=2026-08-10"));
    let total = number(base["data"].as_array().unwrap().last().unwrap(), "cumulative_return");
    assert_same(number(&later["base"], "cumulative_return"), total, 1e-12);
    let base = server.performance(SLUG);
    let total = number(base["data"].as_array().unwrap().last().unwrap(), "cumulative_return");
    assert_same(number(&found["base"], "cumulative_return"), total, 1e-15);
    for (file, status, code) in [
        ("date,ticker\n2026-07-04,C01\n", 422, "invalid_value"),
        ("date,ticker\n2026-07-01,NONE\n", 422, "invalid_value"),
        ("ticker\nC01\n", 422, "invalid_value"),
    ] {
        let _ = send(&path, file).problem(status, code);
    }
    let _ = server.post("/what-if", &json!({})).problem(422, "invalid_value");
    let both = json!({"top_n": 5, "holdings": [{"date": "2026-07-01", "ticker": "C01"}]});
    let _ = server.post("/what-if", &both).problem(422, "invalid_value");
}

#[test]
fn holdings_come_as_a_workbook_too() {
    let server = market();
    let slug = build(&server, json!({"top_n": 20}));
    // The members of a day as the service itself writes them are no holdings: a column is missing.
    let composition = format!("/index-composition?index={slug}&date=2026-07-01&format=xlsx");
    let workbook = server.get(&composition).expect(200).body;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let send = |body: Vec<u8>| {
        server.request("POST", &format!("/what-if?index={slug}")).header("content-type", kind).body(body).send()
    };
    let problem = send(workbook).problem(422, "invalid_value");
    assert!(problem["detail"].as_str().unwrap().contains("the columns date, ticker"), "{problem}");
    let _ = send(b"date,ticker\n".to_vec()).problem(400, "malformed_body");
    // One in which a spreadsheet program would find the table at once.
    let file = fs::read(system_tests::repository().join("tests/api/holdings.xlsx")).unwrap();
    let found = send(file).expect(200).json();
    let csv = "date,ticker,weight\n2026-07-01,C01,0.6\n2026-07-01,C02,0.4\n2026-08-03,C03,0.5\n2026-08-03,C04,0.5\n";
    let path = format!("/what-if?index={slug}");
    let same = server.request("POST", &path).header("content-type", "text/csv").body(csv.to_owned()).send();
    assert_eq!(found, same.expect(200).json());
}

#[test]
fn questions_are_kept_by_name_and_stand_side_by_side() {
    let server = market();
    let slug = build(&server, json!({"top_n": 20}));
    let put = |name: &str, body: &Value| server.request("PUT", &format!("/definitions/{name}")).json(body).send();
    let delete = |name: &str| server.request("DELETE", &format!("/definitions/{name}")).send();
    let by_cap = json!({"index": slug, "weighting": "cap"});
    let kept = put("by-cap", &by_cap).expect(200).json();
    assert_eq!((&kept["name"], &kept["definition"]), (&json!("by-cap"), &by_cap));
    let _ = put("ten", &json!({"index": slug, "top_n": 5})).expect(200);
    let _ = put("ten", &json!({"index": slug, "top_n": 10})).expect(200);
    let list = server.get("/definitions").expect(200).json();
    let named: Vec<_> = list["data"].as_array().unwrap().iter().map(|one| (&one["name"], &one["changes"][0])).collect();
    assert_eq!(named, [(&json!("by-cap"), &json!("weighting cap")), (&json!("ten"), &json!("10 members"))]);
    // Beside each other they are what each is beside the index.
    let found = server.get("/definitions/ten/compare?against=by-cap").expect(200).json();
    let alone = |question: Value| server.post("/what-if", &question).expect(200).json();
    let (ten, caps) = (alone(json!({"index": slug, "top_n": 10})), alone(by_cap));
    assert_eq!(found["data"].as_array().unwrap().len(), ten["data"].as_array().unwrap().len());
    for ((both, own), other) in found["data"]
        .as_array()
        .unwrap()
        .iter()
        .zip(ten["data"].as_array().unwrap())
        .zip(caps["data"].as_array().unwrap())
    {
        assert_eq!(both["date"], own["date"]);
        assert_same(number(both, "level"), number(own, "variant"), 1e-9);
        assert_same(number(both, "against"), number(other, "variant"), 1e-9);
    }
    let cumulative = |side: &Value| number(&side["result"], "cumulative_return");
    let difference = cumulative(&found["definition"]) - cumulative(&found["against"]);
    assert_same(number(&found, "tracking_difference"), difference, 1e-12);
    assert_same(sum(&found["members"], "weight"), 1.0, 1e-12);
    assert_same(sum(&found["members"], "against"), 1.0, 1e-12);
    // An index as it is differs from itself in nothing.
    let plain =
        server.get(&format!("/definitions/{slug}/compare?against={slug}&start_date=2026-08-03")).expect(200).json();
    assert_eq!((&plain["active_share"], &plain["start_date"]), (&json!(0.0), &json!("2026-08-03")));
    assert_eq!(plain["definition"]["changes"], json!([]));
    let performance = server.performance(&format!("index={slug}&start_date=2026-08-03"));
    let last = performance["data"].as_array().unwrap().last().unwrap();
    assert_same(cumulative(&plain["definition"]), number(last, "cumulative_return"), 1e-12);
    // What is forgotten is gone.
    let _ = delete("ten").expect(204);
    let _ = delete("ten").problem(404, "not_found");
    let _ = server.get("/definitions/ten").problem(404, "not_found");
    let _ = server.get("/definitions/by-cap/compare?against=ten").problem(404, "not_found");
    let _ = server.get("/definitions/by-cap/compare").problem(400, "missing_parameter");
    let dated = json!({"top_n": 5, "start_date": "2026-07-01"});
    for (name, body) in [("dated", &dated), ("Upper", &json!({"top_n": 5})), ("none", &json!({}))] {
        let _ = put(name, body).problem(422, "invalid_value");
    }
}
