//! GraphQL over HTTP: the numbers of the REST routes, pages, limits, persisted queries, and the page for a browser.

use serde_json::{Value, json};
use system_tests::{Options, Reply, Server, sessions_between, small_bars, small_shares};

fn market() -> Server {
    let server = Server::start(Options::default());
    server.import("shares", small_shares(30));
    server.import("daily_bars", small_bars(&sessions_between("2026-08-03", "2026-08-21"), 30));
    server.import("splits", "ticker,date,ratio\nC01,2026-08-12,2\n");
    server.import("dividends", "ticker,ex_date,amount\nC01,2026-08-13,0.5\nC02,2026-08-14,0.25\n");
    server.build(&json!({"start_date": "2026-08-03", "end_date": "2026-08-21", "top_n": 10}));
    server
}

const SLUG: &str = "top10-equal-daily-price-line";

pub(crate) fn send(server: &Server, body: &Value) -> Reply {
    server.post("/graphql", body)
}

/// The data of a query that fails nowhere.
pub(crate) fn data(server: &Server, query: &str, variables: &Value) -> Value {
    let answer = send(server, &json!({"query": query, "variables": variables})).expect(200).json();
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"].clone()
}

pub(crate) fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

/// The nodes of a connection.
pub(crate) fn nodes(connection: &Value) -> Vec<Value> {
    connection["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
}

/// The same object with its fields named as here.
pub(crate) fn camel(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let mut parts = name.split('_');
                let first = parts.next().unwrap().to_owned();
                let rest = parts.map(|part| format!("{}{}", part[..1].to_uppercase(), &part[1..]));
                (first + &rest.collect::<String>(), camel(value))
            })
            .collect(),
        Value::Array(items) => items.iter().map(camel).collect(),
        other => other.clone(),
    }
}

/// Whether every field that was found is in the REST answer with the same value.
pub(crate) fn assert_same(found: &Value, rest: &Value) {
    let rest = camel(rest);
    for (name, value) in found.as_object().unwrap() {
        assert_eq!(value, &rest[name], "{name} of {rest}");
    }
}

#[test]
fn an_index_has_the_numbers_of_its_rest_routes() {
    let server = market();
    let query = "query($slug: String!) { index(slug: $slug) {
        slug topN weighting rebalance returnType shareClasses firstSession lastSession sessions outdatedSessions
        performance(startDate: \"2026-08-05\") {
            startDate endDate baseValue warnings statistics { name value }
            points { edges { node { date level dailyReturn cumulativeReturn turnover constituents stalePrices } } } }
        composition(date: \"2026-08-14\") {
            date effectiveDate count level
            constituents { edges { node { rank ticker name sector weight price marketCap shares notional security { ticker } } } } }
        changes { days { edges { node { date turnover entered { ticker rank reason } exited { ticker previousRank } } } } }
        explain(date: \"2026-08-14\") {
            dailyReturn sumOfContributions agrees inputsHash
            members { edges { node { rank ticker weight priceBefore price return contribution source { dataVersion } } } } }
    } }";
    let index = data(&server, query, &json!({"slug": SLUG}))["index"].clone();
    let get = |path: &str| server.get(&format!("/{path}index={SLUG}")).expect(200).json();
    let one = server.get(&format!("/indices/{SLUG}")).expect(200).json();
    for name in ["slug", "topN", "weighting", "returnType", "firstSession", "lastSession", "sessions"] {
        assert_eq!(index[name], camel(&one)[name], "{name}");
    }
    let rest = get("index-performance?start_date=2026-08-05&");
    let points = nodes(&index["performance"]["points"]);
    assert_eq!(points.len(), rest["data"].as_array().unwrap().len());
    for (point, row) in points.iter().zip(rest["data"].as_array().unwrap()) {
        assert_same(point, row);
    }
    for statistic in index["performance"]["statistics"].as_array().unwrap() {
        assert_eq!(statistic["value"], rest["statistics"][statistic["name"].as_str().unwrap()]);
    }
    let rest = get("index-composition?date=2026-08-14&");
    for (member, row) in
        nodes(&index["composition"]["constituents"]).iter_mut().zip(rest["constituents"].as_array().unwrap())
    {
        assert_eq!(member.as_object_mut().unwrap().remove("security").unwrap()["ticker"], row["ticker"]);
        assert_same(member, row);
    }
    assert_eq!(index["composition"]["level"], rest["level"]);
    let rest = get("composition-changes?");
    let days = nodes(&index["changes"]["days"]);
    assert_eq!(days.len(), rest["changes"].as_array().unwrap().len());
    for (day, row) in days.iter().zip(rest["changes"].as_array().unwrap()) {
        assert_eq!((&day["date"], &day["turnover"]), (&row["date"], &row["turnover"]));
        assert_eq!(day["entered"].as_array().unwrap().len(), row["entered"].as_array().unwrap().len());
    }
    let rest = get("index-explain?date=2026-08-14&");
    assert_eq!((&index["explain"]["dailyReturn"], &index["explain"]["agrees"]), (&rest["daily_return"], &json!(true)));
    let members = nodes(&index["explain"]["members"]);
    assert_eq!(members.len(), 10);
    for (member, row) in members.iter().zip(rest["members"].as_array().unwrap()) {
        assert_eq!((&member["return"], &member["contribution"]), (&row["return"], &row["contribution"]));
        assert_eq!(member["source"]["dataVersion"], row["source"]["data_version"]);
    }
    let listed = data(&server, "{ indices { edges { node { slug topN } } } }", &json!({}));
    assert_eq!(nodes(&listed["indices"]), [json!({"slug": SLUG, "topN": 10})]);
}

#[test]
fn securities_files_runs_providers_and_streams_are_what_their_routes_say() {
    let server = market();
    let found = data(
        &server,
        "{ security(ticker: \"C01\") { ticker name sector splits { exDate ratio } dividends { exDate amount } }
           providers { name configured serves { dailyBars } }
           imports(first: 2) { edges { node { id kind status rows { accepted } dataVersion } } pageInfo { hasNextPage endCursor } }
           dataVersion }",
        &json!({}),
    );
    let split = json!([{"exDate": "2026-08-12", "ratio": 2.0}]);
    let dividend = json!([{"exDate": "2026-08-13", "amount": 0.5}]);
    let security = &found["security"];
    assert_eq!(
        (&security["name"], &security["splits"], &security["dividends"]),
        (&json!("Company 1"), &split, &dividend)
    );
    let rest = server.get("/imports?limit=2").expect(200).json();
    for (import, row) in nodes(&found["imports"]).iter().zip(rest["data"].as_array().unwrap()) {
        assert_eq!(
            (&import["id"], &import["kind"], &import["dataVersion"]),
            (&row["id"], &row["kind"], &row["data_version"])
        );
    }
    let next = format!(
        "{{ imports(after: {}) {{ edges {{ node {{ kind }} }} }} }}",
        found["imports"]["pageInfo"]["endCursor"]
    );
    let rest_of_page = data(&server, &next, &json!({}));
    assert_eq!(nodes(&rest_of_page["imports"]), [json!({"kind": "daily_bars"}), json!({"kind": "shares"})]);
    let rest = server.get("/providers").expect(200).json();
    assert_eq!(found["providers"].as_array().unwrap().len(), rest["data"].as_array().unwrap().len());
    assert_eq!(found["dataVersion"], server.stored()["version"]);

    server.add_ingestion("sample", "2026-08-03", "2026-08-04");
    server.finish_jobs();
    let run = nodes(
        &data(
            &server,
            "{ ingestionRuns { edges { node { id provider status rows { inserted } startDate } } } }",
            &json!({}),
        )["ingestionRuns"],
    );
    let rest = server.latest_run();
    assert_eq!((&run[0]["id"], &run[0]["rows"]["inserted"]), (&rest["id"], &rest["rows"]["inserted"]));

    for (symbol, values) in [("A", vec![1.0, 2.0, 3.0, 6.0]), ("B/1", vec![5.0])] {
        let _ = server.post("/add_batch/", &json!({"symbol": symbol, "values": values})).expect(200);
    }
    let found = data(
        &server,
        "{ stream(symbol: \"A\") { symbol total window(k: 1) { count avg var sampleVar complete } windows(k: [1], n: [2]) { window avg }
             values(n: 2) { from values } }
           streams { edges { node { symbol total windows { k } } } } }",
        &json!({}),
    );
    let stream = &found["stream"];
    assert_eq!(
        stream["window"],
        json!({"count": 4, "avg": 3.0, "var": 3.5, "sampleVar": 14.0 / 3.0, "complete": false})
    );
    assert_eq!(stream["windows"], json!([{"window": 2, "avg": 4.5}, {"window": 10, "avg": 3.0}]));
    assert_eq!(stream["values"], json!({"from": 2, "values": [3.0, 6.0]}));
    let listed = nodes(&found["streams"]);
    assert_eq!((listed.len(), &listed[0]["symbol"], &listed[0]["windows"][7]["k"]), (2, &json!("B/1"), &json!(8)));
}

#[test]
fn attacks_and_bad_input_are_refused_with_a_code() {
    let server = Server::start(Options::default());
    let ask = |query: &str| send(&server, &json!({ "query": query })).expect(200).json();
    let flood: String = (0..60).map(|number| format!("a{number}: dataVersion ")).collect();
    let deep = format!("{{ {} x {} }}", "a { ".repeat(25), "} ".repeat(25));
    let bomb: String = (0..25).map(|n| format!("fragment f{n} on Query {{ ...f{} ...f{} }} ", n + 1, n + 1)).collect();
    for (query, expected) in [
        (format!("{{ {flood} }}"), "TOO_MANY_ALIASES"),
        (deep, "QUERY_TOO_DEEP"),
        (format!("{{ ...f0 }} {bomb} fragment f25 on Query {{ dataVersion }}"), "QUERY_TOO_DEEP"),
        ("{".into(), "GRAPHQL_PARSE_FAILED"),
        ("{ nope }".into(), "GRAPHQL_VALIDATION_FAILED"),
        ("{ security(ticker: \"' or 1=1 --\") { id } }".into(), "UNKNOWN_TICKER"),
        ("{ security(ticker: \"\u{1f600}\") { id } }".into(), "UNKNOWN_TICKER"),
        ("{ index(slug: \"x\") { slug } }".into(), "NOT_FOUND"),
        ("{ index { slug } }".into(), "NOT_FOUND"),
        ("{ stream(symbol: \"none\") { total } }".into(), "NOT_FOUND"),
    ] {
        assert_eq!(code(&ask(&query)), expected, "{query}");
    }
    let many: Vec<Value> = (0..11).map(|_| json!({"query": "{ dataVersion }"})).collect();
    let _ = send(&server, &json!(many)).problem(422, "invalid_value");
    let _ = send(&server, &json!([])).problem(422, "invalid_value");
    let two = send(&server, &json!(many[..2])).expect(200).json();
    assert_eq!(two, json!([{"data": {"dataVersion": 0}}, {"data": {"dataVersion": 0}}]));
    let _ = server
        .request("POST", "/graphql")
        .header("content-type", "text/plain")
        .body("{}")
        .send()
        .problem(415, "unsupported_content_type");
    let strict = server.request("POST", "/graphql").header("accept", "application/graphql-response+json");
    let refused = strict.json(&json!({"query": "{ nope }"})).send().expect(400);
    assert_eq!(refused.header("content-type"), Some("application/graphql-response+json"));
    let closed = Server::start(Options::default().var("GRAPHQL_INTROSPECTION", false));
    let answer = send(&closed, &json!({"query": "{ __schema { types { name } } }"})).expect(200).json();
    assert_eq!(code(&answer), "INTROSPECTION_DISABLED");
}

#[test]
fn a_query_is_asked_for_by_its_hash_once_it_was_sent() {
    let server = Server::start(Options::default());
    let query = "{ dataVersion }";
    // sha256sum of the text.
    let hash = "76dbac84fb004677a11e29b8b27dcdbbb40d64063279d5e58e1fa1e9f5e143da";
    let by_hash = json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash}}});
    let unknown = send(&server, &by_hash).expect(200).json();
    assert_eq!(
        (code(&unknown), unknown["errors"][0]["message"].as_str()),
        ("PERSISTED_QUERY_NOT_FOUND", Some("PersistedQueryNotFound"))
    );
    let mut other = by_hash.clone();
    other["query"] = "{ __typename }".into();
    assert_eq!(code(&send(&server, &other).expect(200).json()), "PERSISTED_QUERY_MISMATCH");
    let mut first = by_hash.clone();
    first["query"] = query.into();
    assert_eq!(send(&server, &first).expect(200).json()["data"]["dataVersion"], 0);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    // It is kept after the answer is sent.
    while send(&server, &by_hash).expect(200).json()["data"]["dataVersion"] != 0 {
        assert!(std::time::Instant::now() < deadline, "the query was not kept");
    }
    let cost = send(&server, &json!({"query": query, "extensions": {"cost": true}})).expect(200).json();
    assert_eq!(cost["extensions"]["cost"]["statements"], 1);
}

#[test]
fn a_get_answers_and_a_browser_gets_its_page() {
    let server = Server::start(Options::default());
    let answer = server
        .get("/graphql?query=query(%24t:String!)%7Bsecurity(ticker:%24t)%7Bid%7D%7D&variables=%7B%22t%22:%22X%22%7D")
        .expect(200);
    assert_eq!(code(&answer.json()), "UNKNOWN_TICKER");
    let page = server.request("GET", "/graphql").header("accept", "text/html").send().expect(200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe-inline"), "{policy}");
    let _ = server.get("/graphql-page/start.js").expect(200);
}
