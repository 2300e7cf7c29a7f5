//! Callbacks of runs that have ended: signed, tried again, never redirected. The receiver is a listener of the test's own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use system_tests::{Options, Server, ended, small_chain, strangle};

const SECRET: &str = "sixteen characters and more";

/// One call as it came.
struct Call {
    signature: String,
    timestamp: String,
    body: String,
}

/// A receiver that answers these statuses in turn, the last one for ever.
fn receiver(statuses: &'static [&'static str]) -> (String, Receiver<Call>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for (number, socket) in listener.incoming().enumerate() {
            let mut socket = BufReader::new(socket.unwrap());
            let (mut line, mut length) = (String::new(), 0);
            let mut call = Call { signature: String::new(), timestamp: String::new(), body: String::new() };
            while socket.read_line(&mut line).unwrap() > 2 {
                let (name, value) = line.trim().split_once(':').unwrap_or_default();
                match name.to_lowercase().as_str() {
                    "content-length" => length = value.trim().parse().unwrap(),
                    "x-equipoise-signature" => call.signature = value.trim().to_owned(),
                    "x-equipoise-timestamp" => call.timestamp = value.trim().to_owned(),
                    _ => {}
                }
                line.clear();
            }
            let mut body = vec![0; length];
            socket.read_exact(&mut body).unwrap();
            call.body = String::from_utf8(body).unwrap();
            let status = statuses.get(number).or(statuses.last()).unwrap();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            socket.get_mut().write_all(answer.as_bytes()).unwrap();
            if sender.send(call).is_err() {
                return;
            }
        }
    });
    (url, receiver)
}

fn with_chain(vars: Options) -> Server {
    let server = Server::start(vars);
    let request = server.request("POST", "/imports?kind=chains").header("content-type", "text/csv");
    let _ = request.body(small_chain(10)).send().expect(201);
    server
}

fn submit(server: &Server, url: &str) -> Value {
    let mut body = strangle();
    body["callback_url"] = json!(url);
    body["callback_secret"] = json!(SECRET);
    server.post("/backtests", &body).expect(202).json()["id"].clone()
}

/// What openssl makes of it.
fn signature(text: &str) -> String {
    let mut openssl = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", SECRET])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    openssl.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = String::from_utf8(openssl.wait_with_output().unwrap().stdout).unwrap();
    format!("sha256={}", output.trim().rsplit(' ').next().unwrap())
}

fn status(server: &Server, id: &Value) -> Value {
    server.get(&format!("/backtests/{id}")).expect(200).json()["callback_status"].clone()
}

/// Brings the next try forward, as time would.
fn hurry(server: &Server) {
    let _ = server.sql("update jobs set next_at = 0 where kind = 'webhook' and status = 'open'");
    server.tick();
}

#[test]
fn the_end_of_a_run_is_told_once_and_signed() {
    let (url, calls) = receiver(&["204 No Content"]);
    let server = with_chain(Options::default().var("WEBHOOK_TEST_LOOPBACK", true));
    let id = submit(&server, &url);
    let run = ended(&server, &id);
    let call = calls.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(call.signature, signature(&format!("{}.{}", call.timestamp, call.body)));
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!((&body["event"], &body["id"], &body["status"]), (&json!("backtest.ended"), &id, &json!("succeeded")));
    for _ in 0..3 {
        server.tick();
    }
    assert!(calls.recv_timeout(Duration::from_millis(500)).is_err(), "the same end was told twice");
    assert_eq!(status(&server, &id), "delivered");
    let shown = server.get(&format!("/backtests/{id}")).expect(200).text();
    assert!(!shown.contains(SECRET) && !server.log().contains(SECRET), "the secret is shown");
    assert_eq!(run["status"], "succeeded");
}

#[test]
fn a_receiver_that_fails_is_tried_five_times_and_a_redirect_is_no_way_out() {
    let (url, calls) = receiver(&["302 Found\r\nLocation: /elsewhere", "500 Oops"]);
    let server = with_chain(Options::default().var("WEBHOOK_TEST_LOOPBACK", true));
    let id = submit(&server, &url);
    let _ = ended(&server, &id);
    for number in 1..=5 {
        let call = calls.recv_timeout(Duration::from_secs(20));
        assert!(call.is_ok(), "try {number} never came");
        hurry(&server);
    }
    hurry(&server);
    assert!(calls.recv_timeout(Duration::from_millis(500)).is_err(), "a sixth try came");
    assert_eq!(status(&server, &id), "failed");
    assert_eq!(server.sql("select count(*) as n from jobs where status = 'open'")[0]["n"], 0);
}

#[test]
fn this_machine_is_no_receiver_unless_a_test_says_so() {
    let (url, calls) = receiver(&["204 No Content"]);
    let server = with_chain(Options::default());
    let mut body = strangle();
    body["callback_url"] = json!(url);
    body["callback_secret"] = json!(SECRET);
    let _ = server.post("/backtests", &body).problem(422, "invalid_value");
    // A row that came there another way is refused when it is called.
    let _ = server.sql("update backtests set callback_url = null");
    let id = server.post("/backtests", &strangle()).expect(202).json()["id"].clone();
    let _ = ended(&server, &id);
    let sql = format!(
        "update backtests set callback_url = '{url}', callback_secret = '{SECRET}', callback_status = 'pending'"
    );
    let _ = server.sql(&sql);
    let add = "insert into jobs (kind, key, spec, next_at, created_at, updated_at)
        values ('webhook', '1', '{\"backtest\": 1}', 0, 0, 0)";
    let _ = server.sql(add);
    server.tick();
    server.finish_jobs();
    assert!(calls.recv_timeout(Duration::from_millis(500)).is_err(), "a private address was called");
    assert_eq!(status(&server, &id), "failed");
    let production = Server::start(
        Options::default()
            .var("ENVIRONMENT", "production")
            .var("AUTH_MODE", "required")
            .var("WEBHOOK_TEST_LOOPBACK", true),
    );
    let _ = production.get("/indices").problem(503, "invalid_configuration");
}
