//! Backtests and option chains in GraphQL: the numbers of the REST routes, whose they are, and pages.

use serde_json::{Value, json};
use system_tests::{Options, Server, ended, small_chain, strangle};

use crate::chains::import;
use crate::graphql::{assert_same, camel, code, data, nodes, send};

/// As [`assert_same`], but a stored number that is read and written again may differ in its last bit.
fn assert_near(found: &Value, rest: &Value) {
    let rest = camel(rest);
    for (name, value) in found.as_object().unwrap() {
        match (value.as_f64(), rest[name].as_f64()) {
            (Some(is), Some(should)) => {
                assert!((is - should).abs() <= 1e-15 * should.abs(), "{name}: {is} is not {should}");
            }
            _ => assert_eq!(value, &rest[name], "{name} of {rest}"),
        }
    }
}

const RUN: &str = "query Run($id: Int!) { backtest(id: $id) {
    id status name underlying tags parameters startDate endDate createdAt shared
    progress { fraction currentDate sessionsDone sessions equity }
    report { capital hedgeProfit warnings
        statistics { finalEquity totalReturn maxDrawdown sharpe trades winRate profitFactor mostWinsInARow
            exitReasons { reason count } }
        series { name title value unit formula }
        attribution { delta gamma theta vega fees slippage residual }
        rejections { reason count }
        dataQuality { quotes crossed locked staleMarks missingSessionDates }
        hashes { parameters data results engineVersion } }
    trades { edges { node { tradeId entryDate exitDate exitReason pnl maxFavourable flags
        legs { sign type strike expiration contracts entry { price bid ask iv source } exit { price } } } } }
    equity { edges { node { date equity drawdown margin greeks { delta vega } attribution { residual } } } }
} }";

#[test]
fn a_run_has_the_numbers_of_its_rest_routes() {
    let server = Server::start(Options::default());
    let _ = import(&server, small_chain(40)).expect(201);
    let id = server.post("/backtests", &strangle()).expect(202).json()["id"].clone();
    let rest = ended(&server, &id);
    let found = data(&server, RUN, &json!({"id": id}))["backtest"].clone();
    for name in ["id", "status", "name", "underlying", "tags", "parameters", "shared"] {
        assert_eq!(found[name], rest[name], "{name}");
    }
    assert_same(&found["progress"], &rest["progress"]);
    let (report, expected) = (&found["report"], &rest["report"]);
    for name in ["attribution", "hashes"] {
        assert_same(&report[name], &expected[name]);
    }
    assert_same(&report["dataQuality"], &expected["data_quality"]);
    assert_eq!(report["series"], camel(&expected["series"]));
    let mut statistics = report["statistics"].clone();
    let reasons = statistics.as_object_mut().unwrap().remove("exitReasons").unwrap();
    assert_same(&statistics, &expected["statistics"]);
    for reason in reasons.as_array().unwrap() {
        let name = reason["reason"].as_str().unwrap();
        assert_eq!(reason["count"], expected["statistics"]["exit_reasons"][name], "{name}");
    }
    assert!(!reasons.as_array().unwrap().is_empty());
    let mut trades =
        server.get(&format!("/backtests/{id}/trades")).expect(200).json()["trades"].as_array().unwrap().clone();
    trades.sort_by_key(|trade| (trade["exit_date"].to_string(), trade["trade_id"].as_u64()));
    let told = nodes(&found["trades"]);
    assert!(told.len() == trades.len() && !told.is_empty());
    for (told, trade) in told.iter().zip(&trades) {
        let mut flat = told.clone();
        let legs = flat.as_object_mut().unwrap().remove("legs").unwrap();
        assert_near(&flat, trade);
        for (leg, expected) in legs.as_array().unwrap().iter().zip(trade["legs"].as_array().unwrap()) {
            assert_eq!((&leg["type"], &leg["strike"]), (&expected["type"], &expected["strike"]));
            assert_near(&leg["entry"], &expected["entry"]);
            assert_near(&leg["exit"], &expected["exit"]);
        }
    }
    let days = server.get(&format!("/backtests/{id}/equity")).expect(200).json()["data"].as_array().unwrap().clone();
    for (told, day) in nodes(&found["equity"]).iter().zip(&days) {
        assert_eq!(told["date"], day["date"]);
        let named = |of: &Value| json!({"equity": of["equity"], "margin": of["margin"], "vega": of["greeks"]["vega"]});
        assert_near(&named(told), &named(day));
    }
    assert_eq!(nodes(&found["equity"]).len(), 40);
    let page = data(
        &server,
        "query Page($id: Int!, $after: String) { backtest(id: $id) { trades(first: 2, after: $after) {
            edges { node { tradeId } } pageInfo { hasNextPage endCursor } } } }",
        &json!({"id": id}),
    );
    assert_eq!(nodes(&page["backtest"]["trades"])[0]["tradeId"], trades[0]["trade_id"]);
    assert_eq!(page["backtest"]["trades"]["pageInfo"]["hasNextPage"], true);
}

#[test]
fn runs_and_sweeps_are_listed_to_their_owner_alone() {
    let server = Server::start(Options::default());
    let _ = import(&server, small_chain(40)).expect(201);
    let sweep = json!({"strategy": strangle(), "grid": {"legs[0].select.target": [0.1, 0.2, 0.3]}});
    let _ = server.post("/sweeps", &sweep).expect(202);
    for run in server.get("/sweeps/1").expect(200).json()["runs"].as_array().unwrap() {
        assert_eq!(ended(&server, &run["id"])["status"], "succeeded");
    }
    let query = "{ backtests(first: 2) { edges { node { id sweepId varied } } pageInfo { hasNextPage endCursor } }
        none: backtests(status: \"failed\") { edges { node { id } } }
        sweeps { edges { node { id runs ended grid } } } }";
    let found = data(&server, query, &json!({}));
    let listed = nodes(&found["backtests"]);
    assert_eq!((listed.len(), &listed[0]["id"], &listed[0]["sweepId"]), (2, &json!(3), &json!(1)));
    assert_eq!(found["backtests"]["pageInfo"]["hasNextPage"], true);
    assert_eq!((nodes(&found["none"]).len(), &nodes(&found["sweeps"])[0]["ended"]), (0, &json!(3)));
    // As another owner's they are not there.
    let _ = server.sql("update backtests set owner = 'someone else'");
    let _ = server.sql("update sweeps set owner = 'someone else'");
    let found = data(&server, query, &json!({}));
    assert_eq!((nodes(&found["backtests"]).len(), nodes(&found["sweeps"]).len()), (0, 0));
    let answer = send(&server, &json!({"query": "{ backtest(id: 1) { id } }"})).expect(200).json();
    assert_eq!((code(&answer), &answer["data"]["backtest"]), ("NOT_FOUND", &Value::Null), "{answer}");
    let answer = send(&server, &json!({"query": "{ backtests(status: \"odd\") { edges { node { id } } } }"})).json();
    assert!(!code(&answer).is_empty(), "{answer}");
}

#[test]
fn chains_are_what_their_routes_say() {
    let server = Server::start(Options::default());
    let _ = import(&server, small_chain(5)).expect(201);
    let found = data(
        &server,
        "{ chains { edges { node { underlying firstDate lastDate sessions rows sources synthetic crossed } } }
           chain(underlying: \"TEST\") { date quotes(first: 30) {
             edges { node { expiration root type strike bid ask iv delta gamma underlyingPrice } } pageInfo { hasNextPage } } } }",
        &json!({}),
    );
    let held = server.get("/chains").expect(200).json();
    assert_same(&nodes(&found["chains"])[0], &held["data"][0]);
    let rest = server.get("/chains/TEST").expect(200).json();
    assert_eq!(found["chain"]["date"], rest["date"]);
    let quotes = nodes(&found["chain"]["quotes"]);
    assert_eq!((quotes.len(), &found["chain"]["quotes"]["pageInfo"]["hasNextPage"]), (30, &json!(true)));
    for (quote, expected) in quotes.iter().zip(rest["quotes"].as_array().unwrap()) {
        assert_same(quote, expected);
    }
    let failing = |query: &str| send(&server, &json!({"query": query})).expect(200).json();
    assert_eq!(code(&failing("{ chain(underlying: \"QQQ\") { date } }")), "NOT_FOUND");
    assert_eq!(code(&failing("{ chain(underlying: \"TEST\", date: \"2020-01-02\") { date } }")), "NO_DATA");
}
