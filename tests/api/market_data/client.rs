//! What a client of that vendor meets: refusals in its words, and its own library unchanged.

use std::path::PathBuf;
use std::process::Command;

use domain::units::Day;
use serde_json::{Value, json};
use system_tests::{Options, Server, repository, sessions_between};

use super::{add_bar_ingestion, aggs, import_hours, refused, results, with_sample};

#[test]
fn bad_input_is_told_in_the_vendors_words() {
    let server = Server::start(Options::default().var("SAMPLE_COMPANIES", 150));
    let good = "AAPL/range/1/hour/2021-12-01/2021-12-30";
    assert_eq!(server.get(&format!("/v2/aggs/ticker/{good}")).expect(200).json()["resultsCount"], 0);
    for (path, says) in [
        ("AAPL/range/1/hour/2021-12-30/2021-12-01", "not before from"),
        ("AAPL/range/1/hour/2021-02-30/2021-12-01", "calendar"),
        ("AAPL/range/1/hour/tomorrow/2021-12-01", "YYYY-MM-DD"),
        ("AAPL/range/1/hour/2021-12-01/99999999999999", "2200"),
        ("AAPL/range/0/hour/2021-12-01/2021-12-30", "above 0"),
        ("AAPL/range/-1/hour/2021-12-01/2021-12-30", "above 0"),
        ("AAPL/range/1.5/hour/2021-12-01/2021-12-30", "above 0"),
        ("AAPL/range/25/hour/2021-12-01/2021-12-30", "one day"),
        ("AAPL/range/1/fortnight/2021-12-01/2021-12-30", "one of minute"),
        ("A%27%3B--/range/1/hour/2021-12-01/2021-12-30", "ticker"),
        ("%C3%84/range/1/hour/2021-12-01/2021-12-30", "ticker"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?limit=50001", "50000"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?limit=0", "from 1"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?limit=ten", "whole number"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?sort=up", "asc, desc"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?adjusted=yes", "true, false"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?adjustment=all", "splits_and_dividends"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?mode=live", "passthrough"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?provider=bloomberg", "massive"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?as_of=2021-13-01", "calendar"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?as_of=2021-12-31&mode=refresh", "stored"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?limit=1&limit=2", "more than once"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?limits=1", "unknown parameter"),
        ("AAPL/range/1/hour/2011-12-01/2021-12-30?mode=passthrough", "366 days"),
        ("AAPL/range/1/minute/2021-12-01/2021-12-02?mode=passthrough", "does not serve"),
    ] {
        let said = refused(server.get(&format!("/v2/aggs/ticker/{path}")), 400, "ERROR");
        assert!(said.contains(says), "{path}: {said}");
    }
    // A lower-case symbol is another symbol, which nobody has.
    assert_eq!(server.get("/v2/aggs/ticker/aapl/range/1/day/2021-12-01/2021-12-30").json()["resultsCount"], 0);
    for path in ["/v2/nothing", "/v2/aggs/ticker/A/range/1/day/2021-12-01", "/v3/reference/tickers/NOPE"] {
        let _ = refused(server.get(path), 404, "NOT_FOUND");
    }
    let method = server.request("POST", "/v3/reference/splits").send().expect(405);
    assert_eq!((method.header("allow"), &method.json()["status"]), (Some("GET, HEAD, OPTIONS"), &json!("ERROR")));
    for path in [
        "/v3/reference/tickers?cusip=1",
        "/v3/reference/splits?cursor=x",
        "/v3/reference/dividends?limit=1001",
        "/v2/aggs/grouped/locale/us/market/stocks/2099-01-01",
        "/v3/reference/tickers?sort=name",
    ] {
        let _ = refused(server.get(path), 400, "ERROR");
    }
    for (body, code) in [
        ("ticker,open,high,low,close,volume\n", "missing_column"),
        ("ticker,t,open,high,low,close\n", "missing_column"),
    ] {
        let reply = server
            .request("POST", "/imports?kind=intraday_bars&interval=1hour")
            .header("content-type", "text/csv")
            .body(body)
            .send();
        let _ = reply.problem(422, code);
    }
    let rows = "ticker,t,open,high,low,close,volume\nA,1638367200000,1,1,1,1,5\nA,1638367200000,1,1,1,1,5\n\
                A,1638367200001,1,1,1,1,5\nA,1638370800000,1,1,2,1,5\nA,1638374400000,1,1,1,0,5\nA,1638378000000,1,1,1,1,-5\n\
                A,1638586800000,1,1,1,1,5\nA,9999999999000,1,1,1,1,5\nA,1638345600000,1,1,1,1,5\n";
    let import = import_hours(&server, rows.to_owned());
    assert_eq!(import["rows"], json!({"accepted": 1, "unchanged": 0, "rejected": 8}), "{import}");
    let without =
        server.request("POST", "/imports?kind=intraday_bars").header("content-type", "text/csv").body(rows).send();
    assert_eq!(without.expect(201).json()["rows"]["rejected"], 9);
    let _ = server
        .request("POST", "/imports?kind=intraday_bars&interval=2hour")
        .header("content-type", "text/csv")
        .body(rows)
        .send()
        .problem(422, "invalid_value");
}

#[test]
fn two_ingestions_of_one_range_at_once_store_it_once() {
    let (server, tickers) = with_sample(Options::default());
    let spec = |from: &str| json!({"provider": "sample", "interval": "1hour", "from": from, "to": "2026-06-30", "tickers": tickers});
    add_bar_ingestion(&server, "one", &spec("2026-05-15"));
    add_bar_ingestion(&server, "other", &spec("2026-05-15"));
    server.finish_jobs();
    let sessions = i64::try_from(sessions_between("2026-05-15", "2026-06-30").len()).unwrap();
    let held = server.sql("select count(*) as n from intraday_bars")[0]["n"].as_i64().unwrap();
    assert!(held > (sessions - 1) * 7 * 19 && held <= sessions * 7 * 20, "{held}");
    let past = server.sql("select count(*) as n from intraday_bars_past")[0]["n"].as_i64().unwrap();
    let runs = server.get("/ingestions?limit=2").expect(200).json();
    let inserted: i64 =
        runs["data"].as_array().unwrap().iter().map(|run| run["rows"]["inserted"].as_i64().unwrap()).sum();
    assert_eq!((past, inserted), (0, held));
    assert!(runs["data"].as_array().unwrap().iter().all(|run| run["status"] == "succeeded"), "{runs}");
    // What was ingested is what the source says.
    let path = format!("/v2/aggs/ticker/{}/range/1/hour/2026-05-15/2026-06-30?adjusted=false", tickers[3]);
    let (stored, passed) = (server.get(&path).json(), server.get(&format!("{path}&mode=passthrough")).json());
    assert_eq!(results(&stored), results(&passed));
}

fn python() -> PathBuf {
    let cache = || std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map_or_else(PathBuf::new, PathBuf::from).join(".cache");
    let tools = std::env::var_os("EQUIPOISE_TOOLS").map(PathBuf::from);
    tools.unwrap_or_else(|| cache().unwrap_or_else(home).join("equipoise")).join("python/bin/python")
}

/// massive-com/client-python, as published, with nothing but our address.
#[test]
fn the_vendors_own_client_reads_everything_unchanged() {
    let (server, tickers) = with_sample(Options::default());
    let ticker = &tickers[0];
    let day = "2026-06-11";
    add_bar_ingestion(
        &server,
        "k",
        &json!({"provider": "sample", "interval": "1hour", "from": "2026-06-01", "to": "2026-08-31", "tickers": [ticker]}),
    );
    server.finish_jobs();
    server.import("splits", format!("ticker,date,ratio\n{ticker},2026-07-06,4\n{},2026-07-07,0.1\n", tickers[1]));
    server.import(
        "dividends",
        format!("ticker,ex_date,amount\n{ticker},2026-07-08,0.25\n{ticker},2026-07-09,0.5\n{ticker},2026-07-10,0.75\n"),
    );
    server.import("ticker_changes", format!("date,ticker,new_ticker\n2026-06-10,OLDNAME,{ticker}\n"));
    let output = Command::new(python())
        .arg(repository().join("tests/api/vendor_client.py"))
        .args([&server.url(""), ticker])
        .output()
        .expect("scripts/setup.sh python installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let whole = aggs(&server, ticker, "1/hour/2026-06-01/2026-08-31?adjusted=false").json();
    let expected: Vec<Value> = results(&whole)
        .iter()
        .map(|bar| json!([bar["t"], bar["o"], bar["h"], bar["l"], bar["c"], bar["v"], bar["vw"], bar["n"]]))
        .collect();
    assert!(expected.len() > 400);
    assert_eq!((read["hours"].as_array().unwrap(), &read["one_page"]), (&expected, &json!(50)));
    // Weeks are made of sessions, of which one week is held.
    assert_eq!(read["weeks"].as_array().unwrap().len(), 1);
    let grouped = read["grouped"].as_array().unwrap();
    let held = server
        .sql(&format!("select count(*) as n from daily_bars where day = {}", day.parse::<Day>().unwrap().number()));
    assert_eq!(grouped.len() as u64, held[0]["n"].as_u64().unwrap());
    assert_eq!(read["closed"], json!([]));
    assert!(read["tickers"].as_array().unwrap().len() > 100);
    assert!(read["details"][0].is_string() && read["details"][1].as_f64().unwrap() > 0.0);
    let splits = read["splits"].as_array().unwrap();
    let split = |symbol: &str, date: &str, from: f64, to: f64| json!([symbol, date, from, to]);
    assert!(splits.contains(&split(ticker, "2026-07-06", 1.0, 4.0)), "{splits:?}");
    assert!(splits.contains(&split(&tickers[1], "2026-07-07", 10.0, 1.0)), "{splits:?}");
    let dividends = read["dividends"].as_array().unwrap();
    assert_eq!(
        dividends[..3],
        [("2026-07-10", 0.75), ("2026-07-09", 0.5), ("2026-07-08", 0.25)]
            .map(|(date, cash)| json!([ticker, date, cash]))
    );
    let listed = server.get(&format!("/v3/reference/tickers/{ticker}")).json()["results"]["list_date"].clone();
    assert_eq!(read["events"], json!([["2026-06-10", ticker], [listed, "OLDNAME"]]));
    assert_eq!((&read["unknown"]["status"], &read["too_many"]["status"]), (&json!("NOT_FOUND"), &json!("ERROR")));
}
