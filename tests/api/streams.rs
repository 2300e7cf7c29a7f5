//! Streams over HTTP: batches in, exact statistics out, nothing acknowledged is ever lost.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use system_tests::{Options, Server};

fn add(server: &Server, symbol: &str, values: &[f64]) -> Value {
    server.post("/add_batch/", &json!({ "symbol": symbol, "values": values })).expect(200).json()
}

fn stats(server: &Server, symbol: &str, k: u32) -> Value {
    server.get(&format!("/stats/?symbol={symbol}&k={k}")).expect(200).json()
}

/// The answer that the points held by a client make right, with the variance in two passes.
fn oracle(symbol: &str, points: &[f64], k: u32) -> Value {
    let window = 10_usize.pow(k);
    let held = &points[points.len().saturating_sub(window)..];
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let count = held.len() as f64;
    let mean = held.iter().sum::<f64>() / count;
    let variance = held.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
    json!({
        "symbol": symbol, "k": k, "window": window, "count": held.len(), "total": points.len(),
        "complete": held.len() == window, "last": held[held.len() - 1], "avg": mean, "var": variance,
        "min": held.iter().copied().fold(f64::INFINITY, f64::min),
        "max": held.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    })
}

/// Equal in everything but the last digits of `avg` and `var`, in which the oracle itself is not exact.
fn assert_same(mut found: Value, mut right: Value) {
    for field in ["avg", "var"] {
        let (is, should) = (found[field].take().as_f64().unwrap(), right[field].take().as_f64().unwrap());
        assert!((is - should).abs() <= 1e-9 * should.abs(), "{field} {is} and not {should} in {right}");
    }
    assert_eq!(found, right);
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        // Knuth's multiplier; the upper bits are good enough to choose by.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    #[expect(clippy::cast_precision_loss, reason = "below 2^31")]
    fn price(&mut self) -> f64 {
        65_000.0 + self.below(1_000_000) as f64 / 1e6
    }
}

#[test]
fn every_read_between_batches_agrees_with_an_oracle() {
    let server = Server::start(Options::default());
    let symbols = ["BTC/USD", "A", "eth:perp"];
    let mut points: [Vec<f64>; 3] = Default::default();
    let mut random = Random(7);
    let mut operations = 0;
    while operations < 2_000 {
        let which = usize::try_from(random.below(3)).expect("below 3");
        let size = match random.below(40) {
            0 => 10_000,
            1 => 8_192 - points[which].len() as u64 % 8_192,
            _ => 1 + random.below(30),
        };
        let batch: Vec<f64> = (0..size).map(|_| random.price()).collect();
        let added = add(&server, symbols[which], &batch);
        points[which].extend(batch);
        assert_eq!(added, json!({"symbol": symbols[which], "added": size, "total": points[which].len()}));
        let k = 1 + u32::try_from(random.below(8)).unwrap();
        assert_same(stats(&server, symbols[which], k), oracle(symbols[which], &points[which], k));
        operations += 2;
    }
    for (symbol, points) in symbols.iter().zip(&points) {
        let all = server.get(&format!("/stats/all?symbol={symbol}")).expect(200).json();
        assert_eq!((&all["symbol"], &all["total"]), (&json!(symbol), &json!(points.len())));
        let windows = all["windows"].as_array().unwrap();
        for (window, k) in windows.iter().zip(1..=8) {
            let mut right = oracle(symbol, points, k);
            let other = right.as_object_mut().unwrap();
            other.retain(|field, _| field != "symbol" && field != "total");
            assert_same(window.clone(), right);
        }
        assert_eq!(windows.len(), 8);
    }
}

#[test]
fn a_stream_is_the_same_after_a_restart_and_its_three_forms_are_one() {
    let mut server = Server::start(Options::default());
    let values: Vec<f64> = (0..9_000).map(|index| 1e9 + f64::from(index % 7)).collect();
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let lines: Vec<String> = values.iter().map(f64::to_string).collect();
    let send = |server: &Server, kind: &str, body: Vec<u8>, sequence: u32| {
        let path = format!("/add_batch?symbol=X&sequence={sequence}");
        server.request("POST", &path).header("content-type", kind).body(body).send().expect(200).json()["total"].clone()
    };
    add(&server, "X", &values);
    assert_eq!(send(&server, "application/octet-stream", bytes, 9_000), 18_000);
    assert_eq!(send(&server, "application/x-ndjson", lines.join("\n").into_bytes(), 18_000), 27_000);
    let before: Vec<Value> = (1..=8).map(|k| stats(&server, "X", k)).collect();
    let all = [values.clone(), values.clone(), values].concat();
    for (k, found) in (1..=8).zip(&before) {
        assert_same(found.clone(), oracle("X", &all, k));
    }
    server.kill();
    server.restart();
    let after: Vec<Value> = (1..=8).map(|k| stats(&server, "X", k)).collect();
    assert_eq!(after, before);
    server.stop();
}

#[test]
fn a_sequence_makes_a_retry_harmless_and_shows_what_is_missing() {
    let server = Server::start(Options::default());
    let send = |sequence: u64, values: &[f64]| {
        server.post("/add_batch/", &json!({"symbol": "S", "values": values, "sequence": sequence}))
    };
    let first: Vec<f64> = (0..10_000).map(f64::from).collect();
    for _ in 0..2 {
        assert_eq!(send(0, &first).expect(200).json(), json!({"symbol": "S", "added": 10_000, "total": 10_000}));
    }
    for _ in 0..3 {
        assert_eq!(send(10_000, &[1.0, 2.0]).expect(200).json()["total"], 10_002);
    }
    // The first batch again, though others came since.
    assert_eq!(send(0, &first).expect(200).json()["total"], 10_000);
    let _ = send(10_003, &[1.0]).problem(409, "sequence_gap");
    let _ = send(10_000, &[1.0, 3.0]).problem(409, "sequence_taken");
    let _ = send(10_001, &[2.0, 3.0]).problem(409, "sequence_taken");
    assert_eq!(stats(&server, "S", 8)["total"], 10_002);
}

#[test]
fn bad_batches_are_refused_whole_with_the_reason() {
    let server = Server::start(Options::default());
    let send =
        |kind: &str, body: &[u8]| server.request("POST", "/add_batch/").header("content-type", kind).body(body).send();
    let json_body = |body: &str| send("application/json", body.as_bytes());
    for body in [
        "",
        "{",
        r#"{"symbol":"B","values":[NaN]}"#,
        r#"{"symbol":"B","values":[1e999]}"#,
        r#"{"symbol":"B","values":[1,]}"#,
    ] {
        let _ = json_body(body).problem(400, "malformed_json");
    }
    for body in [
        r#"{"symbol":"B","values":[1,null]}"#,
        r#"{"symbol":"B","values":[1,"2"]}"#,
        r#"{"symbol":"B","values":1}"#,
        r#"{"symbol":"B"}"#,
        r#"{"symbol":"","values":[1]}"#,
        r#"{"symbol":"B B","values":[1]}"#,
        r#"{"symbol":"é","values":[1]}"#,
        r#"{"symbol":"B","values":[1],"sequence":-1}"#,
        r#"{"symbol":"B","values":[1],"more":1}"#,
        &format!(r#"{{"symbol":"{}","values":[1]}}"#, "x".repeat(300)),
        &format!(r#"{{"symbol":"B","values":[{}1]}}"#, "1,".repeat(10_000)),
    ] {
        let problem = json_body(body).problem(422, "invalid_value");
        assert!(!problem["errors"].as_array().unwrap().is_empty(), "{problem}");
    }
    let _ = json_body(&" ".repeat(2 << 20)).problem(413, "body_too_large");
    let _ = send("text/plain", b"1").problem(415, "unsupported_content_type");
    let _ = server.get("/add_batch/").problem(405, "method_not_allowed");
    let binary = |bytes: &[u8]| {
        let request = server.request("POST", "/add_batch?symbol=B").header("content-type", "application/octet-stream");
        request.body(bytes).send()
    };
    let _ = binary(&[0; 9]).problem(400, "malformed_body");
    let problem = binary(&[1.0_f64.to_le_bytes(), f64::INFINITY.to_le_bytes()].concat()).problem(422, "invalid_value");
    assert_eq!(problem["errors"][0]["field"], "values[1]");
    // Nothing of all this made a stream, nor does a batch without values.
    assert_eq!(add(&server, "B", &[]), json!({"symbol": "B", "added": 0, "total": 0}));
    let _ = server.get("/stats/?symbol=B&k=1").problem(404, "not_found");
    assert_eq!(server.get("/symbols").expect(200).json()["data"], json!([]));
}

#[test]
fn bad_reads_are_refused_with_the_reason() {
    let server = Server::start(Options::default());
    add(&server, "R", &[0.1; 10]);
    for (query, status) in [
        ("symbol=R", 400),
        ("k=1", 400),
        ("symbol=R&k=a", 400),
        ("symbol=R&k=1.5", 400),
        ("symbol=R&k=0", 422),
        ("symbol=R&k=9", 422),
        ("symbol=R%20R&k=1", 422),
        ("symbol=unknown&k=1", 404),
    ] {
        assert_eq!(server.get(&format!("/stats/?{query}")).status, status, "{query}");
    }
    let constant = stats(&server, "R", 1);
    assert_eq!((&constant["var"], &constant["avg"], &constant["complete"]), (&json!(0.0), &json!(0.1), &json!(true)));
    let _ = server.get("/stats?symbol=R&k=1&strict=true").expect(200);
    let _ = server.get("/stats?symbol=R&k=2&strict=true").problem(409, "incomplete_window");
    let _ = server.get("/stats/live?symbol=R").problem(426, "upgrade_required");
    let _ = server.get("/stats/all?symbol=unknown").problem(404, "not_found");
}

#[test]
fn streams_are_listed_by_page_and_can_be_forgotten() {
    let server = Server::start(Options::default());
    for symbol in ["one", "two/2", "three"] {
        add(&server, symbol, &[1.0, 2.0]);
    }
    add(&server, "one", &[3.0]);
    let page = |query: &str| server.get(&format!("/symbols?limit=2{query}")).expect(200).json();
    let shown = |page: &Value| -> Vec<(String, u64)> {
        let rows = page["data"].as_array().unwrap().iter();
        rows.map(|row| (row["symbol"].as_str().unwrap().to_owned(), row["total"].as_u64().unwrap())).collect()
    };
    let first = page("");
    assert_eq!(shown(&first), [("three".to_owned(), 2), ("two/2".to_owned(), 2)]);
    let second = page(&format!("&cursor={}", first["next_cursor"].as_str().unwrap()));
    assert_eq!((shown(&second), &second["next_cursor"]), (vec![("one".to_owned(), 3)], &Value::Null));
    let forget = |symbol: &str| server.request("DELETE", &format!("/symbols/{symbol}")).send();
    let _ = forget("two%2F2").expect(204);
    let _ = forget("two%2F2").problem(404, "not_found");
    let _ = server.get("/stats?symbol=two/2&k=1").problem(404, "not_found");
    assert_eq!(shown(&page("")).len(), 2);
    // It begins anew, and is listed again.
    assert_eq!(add(&server, "two/2", &[7.0])["total"], 1);
    assert_eq!(stats(&server, "two/2", 8)["max"], 7.0);
    assert_eq!(shown(&page(""))[0], ("two/2".to_owned(), 1));
}

#[test]
fn windows_of_any_length_several_streams_and_the_points_themselves() {
    let server = Server::start(Options::default());
    let values: Vec<f64> = (0..9_000).map(|index| f64::from(index % 91) - 40.0).collect();
    add(&server, "W/1", &values);
    add(&server, "W:2", &[5.0]);
    let get = |path: &str| server.get(path).expect(200).json();
    // 250 points: the definition written out.
    let held = &values[8_750..];
    let mean = held.iter().sum::<f64>() / 250.0;
    let squares: f64 = held.iter().map(|value| (value - mean) * (value - mean)).sum();
    let window = get("/stats?symbol=W/1&n=250&detail=full");
    assert_eq!((&window["k"], &window["window"], &window["count"]), (&Value::Null, &json!(250), &json!(250)));
    for (field, right) in [
        ("var", squares / 250.0),
        ("sample_var", squares / 249.0),
        ("std", (squares / 250.0).sqrt()),
        ("sample_std", (squares / 249.0).sqrt()),
        ("sum", held.iter().sum()),
        ("first", held[0]),
        ("last", held[249]),
    ] {
        system_tests::assert_close(field, &window[field], Some(right));
    }
    assert_eq!((&window["min"], &window["max"], &window["range"]), (&json!(-40.0), &json!(50.0), &json!(90.0)));
    assert_eq!(get("/stats?symbol=W/1&exponent=3"), stats(&server, "W/1", 3));
    assert_eq!(get("/stats?symbol=W/1&n=1000"), stats(&server, "W/1", 3));
    let some = get("/stats/all?symbol=W/1&k=4,1&n=250");
    let lengths: Vec<&Value> = some["windows"].as_array().unwrap().iter().map(|window| &window["window"]).collect();
    assert_eq!(lengths, [10, 250, 10_000]);
    let many = get("/stats/many?symbols=W:2,nobody,W/1,W:2&k=1");
    let symbols: Vec<&Value> = many["data"].as_array().unwrap().iter().map(|stream| &stream["symbol"]).collect();
    assert_eq!((symbols, &many["unknown"]), (vec![&json!("W:2"), &json!("W/1")], &json!(["nobody"])));
    assert_eq!(many["data"][1], get("/stats/all?symbol=W/1&k=1"));
    for (query, status) in [
        ("stats?symbol=W/1&k=1&n=5", 400),
        ("stats?symbol=W/1&n=0", 422),
        ("stats?symbol=W/1&n=100000001", 422),
        ("stats?symbol=W/1&k=1&detail=most", 422),
        ("stats/all?symbol=W/1&k=1,x", 400),
        ("stats/many?k=1", 400),
        ("stats/many?symbols=a,,b", 400),
        ("stats/many?symbols=a%20b", 422),
        ("stats/values?symbol=W/1&n=100001", 422),
        ("stats/values?symbol=nobody", 404),
    ] {
        assert_eq!(server.get(&format!("/{query}")).status, status, "{query}");
    }
    // In pages, and as a file.
    let mut read = Vec::new();
    while read.len() < values.len() {
        let page = get(&format!("/stats/values?symbol=W/1&n=4000&from={}", read.len()));
        assert_eq!((&page["from"], &page["total"]), (&json!(read.len()), &json!(9_000)));
        read.extend(page["values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()));
    }
    assert_eq!(read, values);
    assert_eq!(get("/stats/values?symbol=W/1&n=2")["from"], 8_998);
    let file = server.get("/stats/values?symbol=W/1&n=2&format=csv").expect(200);
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"W_1-8998.csv\""));
    assert_eq!(file.text(), format!("position,value\r\n8998,{}\r\n8999,{}\r\n", values[8_998], values[8_999]));
}

#[test]
fn a_packed_batch_is_a_batch_and_operators_see_the_store() {
    let server = Server::start(Options::default());
    let pack = |body: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let send = |encoding: &str, body: Vec<u8>| {
        let request = server.request("POST", "/add_batch").header("content-type", "application/json");
        request.header("content-encoding", encoding).body(body).send()
    };
    let body = json!({"symbol": "Z", "values": vec![1.5; 10_000]}).to_string();
    assert_eq!(send("gzip", pack(body.as_bytes())).expect(200).json()["total"], 10_000);
    let _ = send("gzip", body.clone().into_bytes()).problem(422, "damaged_gzip");
    let _ = send("br", body.into_bytes()).problem(415, "unsupported_content_type");
    let _ = send("gzip", pack(&vec![b' '; 2 << 20])).problem(422, "suspicious_compression");
    assert_eq!(stats(&server, "Z", 8)["total"], 10_000);
    let ready = server.get("/ready").expect(200).json();
    assert_eq!((&ready["streams"], &ready["status"]), (&json!("ok"), &json!("ready")));
    let metrics = server.get("/metrics").expect(200).text();
    for line in ["equipoise_stream_points_total 10000", "equipoise_stream_batches_total 1", "equipoise_streams 1"] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }
}

/// The listening end of a WebSocket, as RFC 6455 writes its frames: a server's are not masked.
pub(crate) struct Listener(TcpStream);

impl Listener {
    pub(crate) fn open(server: &Server, path: &str) -> Self {
        let address = server.url("").trim_start_matches("http://").to_owned();
        let mut socket = TcpStream::connect(&address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(
            socket,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        .unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            socket.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        Self(socket)
    }

    fn message(&mut self) -> Value {
        self.next_message().expect("a message before the end")
    }

    /// The next message; `None` when the server closes the socket.
    pub(crate) fn next_message(&mut self) -> Option<Value> {
        let mut start = [0; 2];
        self.0.read_exact(&mut start).unwrap();
        if start[0] == 0x88 {
            return None;
        }
        assert_eq!(start[0], 0x81, "a whole text message");
        assert_eq!(start[1], 126, "a message of 126 to 65 535 bytes");
        let mut length = [0; 2];
        self.0.read_exact(&mut length).unwrap();
        let mut text = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut text).unwrap();
        Some(serde_json::from_slice(&text).unwrap())
    }
}

#[test]
fn a_listener_hears_the_windows_at_once_and_then_at_most_ten_times_a_second() {
    let server = Server::start(Options::default());
    add(&server, "L/1", &[1.0]);
    let mut listener = Listener::open(&server, "/stats/live?symbol=L/1");
    let first = listener.message();
    assert_eq!((&first["symbol"], &first["total"], &first["windows"][7]["k"]), (&json!("L/1"), &json!(1), &json!(8)));
    let started = Instant::now();
    for value in 2..=60 {
        add(&server, "L/1", &[f64::from(value)]);
    }
    let mut heard = 0;
    loop {
        let message = listener.message();
        heard += 1;
        if message["total"] == 60 {
            assert_eq!(message["windows"][0]["min"], 51.0);
            break;
        }
    }
    let most = 2 + started.elapsed().as_millis() / 100;
    assert!(heard <= most, "{heard} messages within {:?}", started.elapsed());
}

#[test]
fn writing_to_a_stream_needs_its_scope() {
    let server = Server::start(Options::default().var("AUTH_MODE", "required"));
    let _ = server.post("/add_batch/", &json!({"symbol": "A", "values": [1]})).problem(401, "unauthenticated");
    let _ = server.request("DELETE", "/symbols/A").send().problem(401, "unauthenticated");
    let _ = server.get("/stats?symbol=A&k=1").problem(404, "not_found");
}
