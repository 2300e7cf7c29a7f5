//! Bars and reference data from providers: passed through or stored, with who stands in for whom, and who may ask.

use std::process::Command;

use serde_json::{Value, json};
use system_tests::{Options, Server, repository, sessions_between};

use super::{JUNE, aggs, hours, import_hours, refused, results, with_sample};

#[test]
fn a_passthrough_writes_nothing_and_a_refresh_stores_what_it_answers() {
    let (server, tickers) = with_sample(Options::default());
    let path = format!("1/hour/{JUNE}");
    let before = server.stored();
    let passed = aggs(&server, &tickers[0], &format!("{path}?mode=passthrough&adjusted=false")).expect(200);
    assert_eq!(passed.header("cache-control"), Some("no-store"));
    let passed = passed.json();
    assert_eq!((passed["source"].as_str(), passed["resultsCount"].as_u64()), (Some("sample"), Some(21 * 7)));
    assert_eq!(server.stored(), before);
    assert_eq!(aggs(&server, &tickers[0], &format!("{path}?adjusted=false")).json()["resultsCount"], 0);
    let refreshed = aggs(&server, &tickers[0], &format!("{path}?mode=refresh&adjusted=false")).expect(200).json();
    assert_eq!(results(&refreshed), results(&passed));
    assert_eq!(server.sql("select count(*) as n from intraday_bars")[0]["n"], 21 * 7);
    let stored = aggs(&server, &tickers[0], &format!("{path}?adjusted=false")).expect(200).json();
    assert_eq!((results(&stored), &stored["source"]), (results(&passed), &json!("sample")));
    // Again: everything is there, so nothing is written.
    let before = server.stored();
    let _ = aggs(&server, &tickers[0], &format!("{path}?mode=refresh")).expect(200);
    assert_eq!(server.stored(), before);
    // Longer bars are the same from the source and from the database.
    let days = |mode: &str| {
        results(&aggs(&server, &tickers[0], &format!("2/hour/{JUNE}?mode={mode}&limit=7")).expect(200).json())
    };
    for (passed, stored) in days("passthrough").iter().zip(days("stored")) {
        for name in ["t", "o", "h", "l", "c", "v", "n", "vw"] {
            let (passed, stored) = (passed[name].as_f64().unwrap(), stored[name].as_f64().unwrap());
            assert!((passed / stored - 1.0).abs() < 1e-12, "{name}: {passed} {stored}");
        }
    }
    assert_eq!(days("passthrough").len(), 7);
}

#[test]
fn reference_data_comes_from_a_provider_too_and_is_written_only_where_asked() {
    let (server, tickers) = with_sample(Options::default());
    let first = &tickers[0];
    let day = "2026-06-11";
    let paths = [
        format!("/v2/aggs/grouped/locale/us/market/stocks/{day}?adjusted=false"),
        format!("/v3/reference/tickers?limit=1000&date={day}"),
        format!("/v3/reference/tickers/{first}?date={day}"),
        "/v3/reference/splits?execution_date.gte=2026-01-01&execution_date.lte=2026-06-30&limit=1000".to_owned(),
        "/v3/reference/dividends?ex_dividend_date.gte=2026-06-01&ex_dividend_date.lte=2026-06-30&limit=1000".to_owned(),
    ];
    let before = server.stored();
    for path in &paths {
        let stored = server.get(path).expect(200).json();
        let passed = server.get(&format!("{path}&mode=passthrough")).expect(200);
        assert_eq!((passed.header("cache-control"), passed.header("x-cache")), (Some("no-store"), None));
        let passed = passed.json();
        assert_eq!(passed["source"], "sample", "{path}");
        if path.contains("grouped") {
            assert_eq!((results(&passed), &stored["source"]), (results(&stored), &json!("sample")));
        }
        if path.contains("/tickers?") {
            let symbols = |answer: &Value| results(answer).iter().map(|one| one["ticker"].clone()).collect::<Vec<_>>();
            assert_eq!(symbols(&passed), symbols(&stored));
        }
    }
    assert_eq!(server.stored(), before, "passing through writes nothing");
    let count = |table: &str| server.sql(&format!("select count(*) as n from {table}"))[0]["n"].as_i64().unwrap();
    let dividends = count("dividends");
    let refreshed = server.get(&format!("{}&mode=refresh", paths[4])).expect(200);
    let passed = server.get(&format!("{}&mode=passthrough", paths[4])).expect(200).json();
    assert_eq!(results(&refreshed.json()), results(&passed));
    assert!(count("dividends") > dividends && refreshed.header("x-data-version").is_some());
    // A page of them goes on where it ended.
    let page = format!("{}&mode=passthrough&order=asc", paths[4].replace("limit=1000", "limit=2"));
    let mut next = Some(server.url(&page));
    let mut seen = Vec::new();
    while let Some(url) = next.filter(|_| seen.len() < 6) {
        let found = system_tests::Request::new("GET", url).send().expect(200).json();
        seen.extend(results(&found));
        next = found["next_url"].as_str().map(str::to_owned);
    }
    let mut all = results(&passed);
    all.reverse();
    assert_eq!(seen[..], all[..seen.len()]);
    let again = server.stored();
    let _ = server.get(&format!("{}&mode=refresh", paths[4])).expect(200);
    assert_eq!(server.stored(), again, "the same again is written once");
    for (path, says) in [
        ("/v3/reference/splits?mode=passthrough", "execution_date.gte"),
        ("/v3/reference/splits?mode=passthrough&execution_date.gte=2020-01-01", "366 days"),
        ("/v3/reference/tickers?provider=sample", "mode"),
        ("/v2/aggs/grouped/locale/us/market/stocks/2026-06-11?mode=passthrough&provider=tiingo", "TIINGO_API_KEY"),
    ] {
        assert!(refused(server.get(path), 400, "ERROR").contains(says), "{path}");
    }
}

#[test]
fn graphql_passes_through_and_stores_as_the_routes_do() {
    let (server, tickers) = with_sample(Options::default());
    let ask = |mode: &str| {
        let query =
            "query($t: String!, $m: Mode!) { bars(ticker: $t, from: \"2026-06-01\", to: \"2026-06-30\", mode: $m,
            adjustment: raw) { source synthetic edges { node { t open high low close volume vwap trades } } } }";
        let body = json!({"query": query, "variables": {"t": tickers[0], "m": mode}});
        let answer = server.post("/graphql", &body).expect(200).json();
        assert_eq!(answer["errors"], Value::Null, "{answer}");
        answer["data"]["bars"].clone()
    };
    let before = server.stored();
    let passed = ask("passthrough");
    assert_eq!((&passed["source"], passed["edges"].as_array().unwrap().len()), (&json!("sample"), 21 * 7));
    assert_eq!((server.stored(), ask("stored")["edges"].as_array().unwrap().len()), (before, 0));
    assert_eq!(ask("refresh"), passed);
    assert_eq!(ask("stored"), passed);
    let rest = aggs(&server, &tickers[0], "1/hour/2026-06-01/2026-06-30?adjusted=false").json();
    for (edge, bar) in passed["edges"].as_array().unwrap().iter().zip(results(&rest)) {
        for (name, short) in
            [("t", "t"), ("open", "o"), ("high", "h"), ("low", "l"), ("close", "c"), ("volume", "v"), ("vwap", "vw")]
        {
            assert_eq!(edge["node"][name], bar[short], "{name}");
        }
    }
    // Below a security as at the root, with nothing written.
    let query =
        "query($t: [String!]!) { securitiesByTicker(tickers: $t) { bars(from: \"2026-05-01\", to: \"2026-05-08\",
        mode: passthrough, adjustment: raw) { source edges { node { t } } } } }";
    let before = server.stored();
    let answer =
        server.post("/graphql", &json!({"query": query, "variables": {"t": &tickers[..2]}})).expect(200).json();
    for found in answer["data"]["securitiesByTicker"].as_array().unwrap() {
        assert_eq!(
            (&found["bars"]["source"], found["bars"]["edges"].as_array().unwrap().len()),
            (&json!("sample"), 6 * 7)
        );
    }
    assert_eq!(server.stored(), before);
    let closed = Server::start(Options::default().var("AUTH_MODE", "required").var("SAMPLE_COMPANIES", 150));
    let query = "{ bars(ticker: \"AAA\", from: \"2026-06-01\", to: \"2026-06-02\", mode: refresh) { source } }";
    let answer = closed.post("/graphql", &json!({ "query": query })).expect(200).json();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[test]
fn a_bad_day_never_enters_an_index_silently() {
    let server = Server::start(Options::default());
    let days = sessions_between("2026-08-03", "2026-08-07");
    server.import("shares", system_tests::small_shares(20));
    server.import("daily_bars", system_tests::small_bars(&days, 20));
    let build = || server.build(&json!({"start_date": "2026-08-03", "end_date": "2026-08-07", "top_n": 10}));
    let warnings = |answer: &Value| answer["warnings"].to_string();
    assert!(!warnings(&build()).contains("more than half"));
    // A price ten times too high for one day, and a split that explains one.
    let close = server.sql("select b.close from daily_bars b join securities x on x.id = b.security_id where x.ticker = 'C19' order by b.day limit 1");
    let close = close[0]["close"].as_f64().unwrap();
    server.import("daily_bars", format!("date,ticker,close\n2026-08-05,C19,{}\n", close * 10.0));
    let built = build();
    assert!(warnings(&built).contains("2026-08-05, 2026-08-06"), "{built}");
    let report = server.performance("index=top10-equal-daily-price-line");
    assert!(warnings(&report).contains("more than half"), "{report}");
    server.import("splits", "ticker,date,ratio\nC19,2026-08-05,0.1\nC19,2026-08-06,10\n");
    assert!(!warnings(&build()).contains("more than half"));
}

#[test]
fn a_source_that_fails_is_named_and_what_stands_in_for_it_too() {
    // Nothing listens there.
    let down = Options::default()
        .var("PROVIDER", "fmp")
        .var("FMP_API_KEY", "hush")
        .var("FMP_BASE_URL", "http://127.0.0.1:9")
        .var("FMP_REQUESTS_PER_MINUTE", 0);
    let (server, tickers) = with_sample(down.clone().var("PROVIDER_FALLBACKS", "tiingo sample"));
    let path = format!("/v2/aggs/ticker/{}/range/1/hour/2026-06-08/2026-06-09?mode=passthrough", tickers[0]);
    let answer = server.get(&path).expect(200).json();
    let failed: Vec<_> = answer["failed_providers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["provider"].as_str().unwrap(), one["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(
        (answer["source"].as_str(), failed),
        (Some("sample"), vec![("fmp", "provider_unavailable"), ("tiingo", "provider_not_configured")])
    );
    // A source that is asked for by name is not replaced.
    let _ = refused(server.get(&format!("{path}&provider=fmp")), 503, "ERROR");
    assert!(!server.log().contains("hush"));

    // Nobody delivers: a refresh answers what is stored and says that it is stale.
    let server = Server::start(down);
    import_hours(&server, hours("2026-06-08", "AAA", &[1.0]));
    let stale = aggs(&server, "AAA", "1/hour/2026-06-08/2026-06-09?mode=refresh").expect(200).json();
    assert_eq!(
        (&stale["stale"], &stale["status"], &stale["source"]),
        (&json!(true), &json!("DELAYED"), &json!("files"))
    );
    assert_eq!(stale["failed_providers"][0]["reason"], "provider_unavailable");
    let _ = refused(aggs(&server, "BBB", "1/hour/2026-06-08/2026-06-09?mode=refresh"), 503, "ERROR");
}

#[test]
fn who_may_ask_a_source_is_checked() {
    let server = Server::start(Options::default().var("AUTH_MODE", "required"));
    let path = |mode: &str| format!("/v2/aggs/ticker/AAA/range/1/hour/{JUNE}?mode={mode}");
    assert_eq!(server.get(&path("stored")).status, 200);
    let _ = refused(server.get(&path("passthrough")), 401, "ERROR");
    let _ = refused(server.get(&format!("{}&apiKey=eqp_wrong", path("stored"))), 401, "ERROR");
    let key = |scopes: &str| {
        let output = Command::new(repository().join("scripts/with-tools"))
            .args(["node", "scripts/key.mjs"])
            .current_dir(repository())
            .envs([("STATE", server.state().to_str().unwrap()), ("SCOPES", scopes)])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let (read, ingest) = (key("read"), key("ingest"));
    assert_eq!(server.get(&format!("{}&apiKey={read}", path("passthrough"))).status, 200);
    let _ = refused(server.get(&format!("{}&apiKey={read}", path("refresh"))), 403, "NOT_AUTHORIZED");
    assert_eq!(server.get(&format!("{}&apiKey={ingest}", path("refresh"))).status, 200);
    assert!(!server.log().contains(&read) && !server.log().contains(&ingest));
}
