//! Bars and reference data over the paths that a Massive (formerly Polygon.io) client knows, and where they come from.

mod client;
mod sources;
mod stored;
mod symbols;

use serde_json::Value;
use system_tests::{Options, Reply, Server};

pub(super) const JUNE: &str = "2026-06-01/2026-06-30";

pub(super) fn aggs(server: &Server, ticker: &str, rest: &str) -> Reply {
    server.get(&format!("/v2/aggs/ticker/{ticker}/range/{rest}"))
}

pub(super) fn results(answer: &Value) -> Vec<Value> {
    answer["results"].as_array().cloned().unwrap_or_default()
}

pub(super) fn closes(answer: &Value) -> Vec<f64> {
    results(answer).iter().map(|bar| bar["c"].as_f64().unwrap()).collect()
}

/// A refusal in the vendor's shape.
pub(super) fn refused(reply: Reply, status: u16, word: &str) -> String {
    let reply = reply.expect(status);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let body = reply.json();
    assert_eq!(body["status"], word, "{body}");
    assert_eq!(body["request_id"].as_str(), reply.header("x-request-id"));
    body["error"].as_str().or(body["message"].as_str()).unwrap().to_owned()
}

/// Hourly bars of one session as a file; `closes` from 09:00 on.
pub(super) fn hours(day: &str, ticker: &str, closes: &[f64]) -> String {
    let lines = (9..).zip(closes).map(|(hour, close)| {
        format!("{ticker},{day}T{hour:02}:00:00,{close},{close},{close},{close},{}\n", 100 + hour)
    });
    format!("ticker,timestamp_et,open,high,low,close,volume\n{}", lines.collect::<String>())
}

pub(super) fn import_hours(server: &Server, body: String) -> Value {
    let path = "/imports?kind=intraday_bars&interval=1hour";
    server.request("POST", path).header("content-type", "text/csv").body(body).send().expect(201).json()
}

/// Adds an ingestion of bars, as `make ingest INTERVAL=` does.
pub(super) fn add_bar_ingestion(server: &Server, key: &str, spec: &Value) {
    server.sql(&format!(
        "insert into jobs (kind, key, spec, created_at, updated_at)
         values ('ingest_bars', '{key}', '{spec}', unixepoch() * 1000, unixepoch() * 1000)"
    ));
}

/// A server with a session of the sample market, and the symbols of its largest companies.
pub(super) fn with_sample(options: Options) -> (Server, Vec<String>) {
    let server = Server::start(options.var("SAMPLE_COMPANIES", 150));
    server.add_ingestion("sample", "2026-06-08", "2026-06-12");
    server.finish_jobs();
    let rows = server
        .sql("select ticker from market_caps where day = (select max(day) from sessions) order by cap desc limit 20");
    let tickers = rows.iter().map(|row| row["ticker"].as_str().unwrap().to_owned()).collect();
    (server, tickers)
}

pub(super) fn metric(server: &Server, name: &str) -> f64 {
    let text = server.get("/metrics").text();
    let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}
