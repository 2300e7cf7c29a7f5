//! Bad input: the documented problem, never a 500, and nothing stored.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;
use system_tests::{Options, Reply, Server, Table, assert_close, sessions_between, small_bars, small_shares};

/// A server with ten companies over two months, and an index of five of them built in the first.
fn built() -> Server {
    let server = Server::start(Options::default());
    server.import("shares", small_shares(10));
    server.import("daily_bars", small_bars(&sessions_between("2026-08-03", "2026-09-30"), 10));
    server.build(&json!({"start_date": "2026-08-03", "end_date": "2026-08-31", "top_n": 5}));
    server
}

const SLUG: &str = "index=top5-equal-daily-price-line";

#[test]
fn impossible_reads_are_refused_by_name() {
    let server = built();
    let stored = server.stored();
    let cases = [
        ("/index-performance?start_date=2021-02-30", 422, "invalid_value"),
        ("/index-performance?start_date=2026-08-31&end_date=2026-08-03", 422, "invalid_value"),
        ("/index-performance?end_date=2199-01-04", 422, "invalid_value"),
        ("/index-performance?start_date=yesterday", 400, "malformed_parameter"),
        ("/index-performance?start_date=2026-8-3", 400, "malformed_parameter"),
        ("/index-performance?start_date=2026-08-03T00:00:00Z", 400, "malformed_parameter"),
        ("/index-performance?start=2026-08-03", 400, "unknown_parameter"),
        ("/index-performance?start_date=2026-08-03&start_date=2026-08-04", 400, "repeated_parameter"),
        ("/index-performance?start_date=%", 400, "malformed_url"),
        ("/index-performance?start_date=%ff", 400, "malformed_url"),
        ("/index-performance?index=top6-equal-daily-price-line", 404, "not_found"),
        ("/index-performance?index=x'%20or%201=1--", 404, "not_found"),
        ("/index-performance?index=%E2%98%83%00", 404, "not_found"),
        ("/index-performance?index=top5-equal-daily-price-line&start_date=2026-09-02", 404, "no_data"),
        (
            "/index-performance?index=top5-equal-daily-price-line&start_date=2020-01-02&end_date=2020-02-03",
            404,
            "no_data",
        ),
        ("/index-performance?index=top5-equal-daily-price-line&gaps=ignore", 422, "invalid_value"),
        ("/index-performance?index=top5-equal-daily-price-line&format=pdf", 422, "invalid_value"),
        (
            "/index-performance?index=top5-equal-daily-price-line&benchmark=%27%3B%20drop%20table%20indices",
            422,
            "invalid_value",
        ),
        ("/index-performance", 404, "no_data"),
        ("/index-composition", 400, "missing_parameter"),
        ("/index-composition?date=2021-02-30", 422, "invalid_value"),
        ("/index-composition?date=2199-01-04", 422, "invalid_value"),
        ("/index-explain?date=2026-09-05", 404, "not_a_session"),
        ("/index-explain?date=0000-00-00", 422, "invalid_value"),
        ("/composition-changes?start_date=2026-08-31&end_date=2026-08-03", 422, "invalid_value"),
        ("/indices/%2e%2e%2f", 404, "not_found"),
        ("/indices?limit=abc", 400, "unknown_parameter"),
        ("/imports?limit=0", 422, "invalid_value"),
        ("/imports?limit=1001", 422, "invalid_value"),
        ("/imports?limit=ten", 400, "malformed_parameter"),
        ("/imports?cursor=%00", 400, "malformed_parameter"),
        ("/imports/-1", 404, "not_found"),
        ("/imports/99999999999999999999", 404, "not_found"),
        ("/imports/1;drop", 404, "not_found"),
        ("/ingestions/x", 404, "not_found"),
        ("/ingestions?cursor=abc", 400, "malformed_parameter"),
        ("/exports", 400, "missing_parameter"),
        ("/exports?kind=passwords", 422, "invalid_value"),
        ("/no/such/path", 404, "no_such_path"),
        ("/%", 404, "no_such_path"),
        ("/index-performance/x", 404, "no_such_path"),
    ];
    for (path, status, code) in cases {
        println!("{path}");
        let problem = server.get(path).problem(status, code);
        for member in ["type", "title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{path}: {problem}");
        }
        let said = problem.to_string().to_lowercase();
        assert!(!said.contains("select") && !said.contains("sqlite") && !said.contains(".rs"), "{path}: {problem}");
    }
    assert_eq!(server.stored(), stored);
}

#[test]
fn a_day_without_trading_names_the_sessions_beside_it() {
    let server = built();
    for (path, near) in [
        (format!("/index-composition?date=2026-09-07&{SLUG}"), json!(["2026-09-04", "2026-09-08"])),
        (format!("/index-composition?date=2026-08-15&{SLUG}"), json!(["2026-08-14", "2026-08-17"])),
        (format!("/index-explain?date=2025-01-09&{SLUG}"), json!(["2025-01-08", "2025-01-10"])),
    ] {
        assert_eq!(server.get(&path).problem(404, "not_a_session")["nearest_sessions"], near, "{path}");
    }
    let later = server.get(&format!("/index-composition?date=2026-09-02&{SLUG}")).problem(404, "no_data");
    assert_eq!(later["nearest_sessions"], json!(["2026-08-31"]));
    let problem = server.post("/build-index", &json!({"start_date": "2026-09-07"})).problem(404, "not_a_session");
    assert_eq!(problem["nearest_sessions"], json!(["2026-09-04", "2026-09-08"]));
    // A range that holds nothing names what is held.
    let range = json!({"start_date": "2019-01-02", "end_date": "2019-02-01"});
    let problem = server.post("/build-index", &range).problem(404, "no_data");
    assert_eq!(problem["nearest_sessions"], json!(["2026-08-03", "2026-09-30"]));
}

#[test]
fn impossible_builds_are_refused_and_store_nothing() {
    let server = built();
    let stored = server.stored();
    let with = |name: &str, value: serde_json::Value| {
        let mut body = json!({"start_date": "2026-08-03", "end_date": "2026-08-31"});
        body[name] = value;
        body.to_string()
    };
    let mut tickers = vec!["A".to_owned(); 3];
    tickers.push("x'; drop table indices; --".to_owned());
    let cases: Vec<(String, u16, &str)> = vec![
        (String::from("{\"start_date\": \"2026-08-03\","), 400, "malformed_json"),
        (String::from("{'start_date': '2026-08-03'}"), 400, "malformed_json"),
        (String::from("{\"start_date\": \"2026-08-03\"} x"), 400, "malformed_json"),
        (String::from("\u{0}"), 400, "malformed_json"),
        (String::from("NaN"), 400, "malformed_json"),
        (format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), 422, "invalid_value"),
        (String::from("[]"), 422, "invalid_value"),
        (String::from("\"2026-08-03\""), 422, "invalid_value"),
        (String::from("{}"), 400, "missing_parameter"),
        (with("start_date", json!(null)), 400, "missing_parameter"),
        (with("start_date", json!(20_260_803)), 422, "invalid_value"),
        (with("start_date", json!("2021-02-30")), 422, "invalid_value"),
        (with("start_date", json!("03.08.2026")), 422, "invalid_value"),
        (with("start_date", json!("2026-09-01")), 422, "invalid_value"),
        (with("end_date", json!("2199-12-31")), 422, "invalid_value"),
        (with("top_n", json!(0)), 422, "invalid_value"),
        (with("top_n", json!(1_000_000)), 422, "invalid_value"),
        (with("top_n", json!(-1)), 422, "invalid_value"),
        (with("top_n", json!(1.5)), 422, "invalid_value"),
        (with("top_n", json!("100")), 422, "invalid_value"),
        (with("top_n", json!(1e300)), 422, "invalid_value"),
        (with("weighting", json!("price")), 422, "invalid_value"),
        (with("rebalance", json!("hourly")), 422, "invalid_value"),
        (with("return_type", json!("gross'")), 422, "invalid_value"),
        (with("share_classes", json!([])), 422, "invalid_value"),
        (with("buffer", json!(100_000)), 422, "invalid_value"),
        (with("universe", json!(tickers)), 422, "invalid_value"),
        (with("universe", json!(["ÄÖÜ☃"])), 422, "invalid_value"),
        (with("universe", json!([])), 422, "invalid_value"),
        (with("universe", json!("AAPL")), 422, "invalid_value"),
        (with("gaps", json!("fill")), 422, "invalid_value"),
        (with("topn", json!(5)), 422, "invalid_value"),
    ];
    for (body, status, code) in cases {
        let shown: String = body.chars().take(120).collect();
        println!("{shown}");
        let request = server.request("POST", "/build-index").header("content-type", "application/json");
        let _ = request.body(body).send().problem(status, code);
    }
    for kind in
        ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
    {
        let request = server.request("POST", "/build-index").header("content-type", kind);
        let _ = request.body("{\"start_date\": \"2026-08-03\"}").send().problem(415, "unsupported_content_type");
    }
    let bytes = server.request("POST", "/build-index").header("content-type", "application/json");
    let _ = bytes.body(vec![b'"', 0xff, 0xfe, b'"']).send().problem(400, "malformed_json");
    let large = server.request("POST", "/build-index").header("content-type", "application/json");
    let _ = large.body(vec![b' '; 100_000_000]).send().problem(413, "body_too_large");
    assert_eq!(server.stored(), stored);
    assert_eq!(server.get("/health").expect(200).json()["status"], "ok");
}

#[test]
fn impossible_exports_are_refused() {
    let server = built();
    let export = |body: serde_json::Value| server.post("/export-data", &body);
    let slug = "top5-equal-daily-price-line";
    let _ = export(json!({"index": slug, "sheets": ["macros"]})).problem(422, "invalid_value");
    let _ = export(json!({"index": slug, "sheets": "performance"})).problem(422, "invalid_value");
    let _ = export(json!({"index": "x"})).problem(404, "not_found");
    let _ = export(json!({"index": slug, "start_date": "2026-08-31", "end_date": "2026-08-03"}))
        .problem(422, "invalid_value");
    let _ = export(json!({"index": slug, "start_date": "2026-09-02"})).problem(404, "no_data");
    let _ = export(json!({"index": slug, "colour": "red"})).problem(422, "invalid_value");
}

#[test]
fn strange_tickers_are_refused_line_by_line_or_kept_as_they_are() {
    let server = Server::start(Options::default());
    let rows = [
        "2026-08-03,Robert'); DROP TABLE daily_bars;--,1",
        "2026-08-03,BRK/B,2",
        "2026-08-03,ÄÖÜ,3",
        "2026-08-03,\u{202e}LPAA,4",
        "2026-08-03,,5",
        "2026-08-03,NA,6",
        "2026-08-03,null,7",
        "2021-02-30,OK,8",
        "2026-08-09,OK,9",
        "2199-01-04,OK,10",
        "2026-08-03,OK,nan",
        "2026-08-03,OK,inf",
        "2026-08-03,OK,0",
        "2026-08-03,OK,1e999",
        "2026-08-03",
    ];
    let reply = server.send_csv("daily_bars", format!("date,ticker,close\n{}\n", rows.join("\n"))).expect(201).json();
    let rejected: Vec<u64> =
        reply["rejected"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert_eq!(reply["rows"]["rejected"], rejected.len());
    let tickers = server.sql("select ticker from securities where version is not null order by ticker");
    let tickers: Vec<&str> = tickers.iter().map(|row| row["ticker"].as_str().unwrap()).collect();
    assert!(tickers.contains(&"BRK/B") && tickers.contains(&"NA"), "{tickers:?}");
    assert!(!tickers.contains(&"OK") && !tickers.contains(&""), "{tickers:?}");
    for line in [2, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16] {
        assert!(rejected.contains(&line), "line {line} was taken: {reply}");
    }
    assert_eq!(server.stored()["daily_bars"].as_u64().unwrap() + rejected.len() as u64, rows.len() as u64);
}

#[test]
fn methods_paths_and_options_are_those_of_a_good_api() {
    let server = built();
    let send = |method, path: &str| server.request(method, path).send();
    let allow = |reply: &Reply| reply.header("allow").unwrap().to_owned();
    let wrong = send("DELETE", "/build-index");
    assert_eq!(allow(&wrong), "POST, OPTIONS");
    let _ = wrong.problem(405, "method_not_allowed");
    for (method, path) in
        [("POST", "/index-performance"), ("PUT", "/imports"), ("PATCH", "/indices"), ("POST", "/health")]
    {
        let reply = send(method, path);
        assert!(!allow(&reply).contains(method), "{method} {path}");
        let _ = reply.problem(405, "method_not_allowed");
    }
    let options = send("OPTIONS", "/index-performance");
    assert!((200..300).contains(&options.status), "{}", options.status);
    assert!(options.header("allow").or(options.header("access-control-allow-methods")).unwrap().contains("GET"));

    let path = format!("/index-performance?{SLUG}");
    let (get, head) = (send("GET", &path).expect(200), send("HEAD", &path).expect(200));
    assert!(head.body.is_empty());
    for name in ["etag", "content-type", "cache-control", "x-data-version"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    let head = send("HEAD", "/index-composition?date=2021-02-30");
    assert_eq!((head.status, head.body.len()), (422, 0));
    let slash = send("GET", &format!("/index-performance/?{SLUG}")).expect(200);
    assert_eq!(slash.body, get.body);
    let _ = send("GET", "/indices/top5-equal-daily-price-line/").expect(200);
    let ids: Vec<String> = (0..3).map(|_| send("GET", "/no-such").header("x-request-id").unwrap().to_owned()).collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
}

#[test]
fn other_forms_of_an_answer_are_asked_for_by_parameter_or_header() {
    let server = built();
    let path = format!("/index-performance?{SLUG}");
    let json = server.get(&path).expect(200).json();
    let by_name = server.get(&format!("{path}&format=csv")).expect(200);
    let by_header = server.request("GET", &path).header("accept", "text/csv").send().expect(200);
    assert_eq!(by_name.body, by_header.body);
    assert!(by_name.header("content-type").unwrap().starts_with("text/csv"));
    assert!(by_name.header("content-disposition").unwrap().contains("attachment"));
    let table = Table::parse(&by_name.text());
    for (row, point) in table.rows().zip(json["data"].as_array().unwrap()) {
        assert_eq!(row.text("date"), point["date"]);
        assert_close("level", &point["level"], row.number("level"));
        assert_close("daily_return", &point["daily_return"], row.number("daily_return"));
    }
    assert_eq!(table.rows().len(), json["data"].as_array().unwrap().len());
}

#[test]
fn what_is_not_http_ends_without_harm() {
    let server = built();
    let address = server.url("").trim_start_matches("http://").to_owned();
    for request in ["GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET\r\n\r\n"]
    {
        let mut socket = TcpStream::connect(&address).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        let _ = socket.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer);
        assert!(!String::from_utf8_lossy(&answer).contains(" 500 "), "{request:?}");
    }
    // A body that ends before its announced length.
    let mut socket = TcpStream::connect(&address).unwrap();
    let head =
        "POST /imports?kind=daily_bars HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\n";
    socket.write_all(format!("{head}date,ticker,close\n2026-08-03,ZZZ,1\n").as_bytes()).unwrap();
    drop(socket);
    // The next request is answered after the broken one was let go: one process has one thread.
    assert_eq!(server.get("/health").expect(200).json()["status"], "ok");
    assert_eq!(
        server.sql("select count(*) as n from securities where ticker = 'ZZZ' and version is not null")[0]["n"],
        0
    );
    assert_eq!(server.get("/health").expect(200).json()["status"], "ok");
}
