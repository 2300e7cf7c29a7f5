//! Whom a failure reaches: a webhook, which here is a listener of the test's own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use system_tests::recorded_vendor::{Fault, RecordedVendor};
use system_tests::{Options, Server};

/// A webhook, and what is posted to it.
fn webhook() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?token=hush-hush", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = BufReader::new(socket.unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while socket.read_line(&mut line).unwrap() > 2 {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            socket.read_exact(&mut body).unwrap();
            let answer = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            socket.get_mut().write_all(answer).unwrap();
            if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                return;
            }
        }
    });
    (url, receiver)
}

#[test]
fn a_failed_run_is_told_once_with_its_code() {
    let (url, alerts) = webhook();
    let server = Server::start(Options::default().var("ALERT_WEBHOOK_URL", &url));
    server.add_ingestion("massive", "2026-08-03", "2026-08-04");
    server.finish_jobs();
    let alert = alerts.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!((&alert["code"], &alert["service"]), (&"ingestion_failed".into(), &"equipoise".into()));
    let message = alert["message"].as_str().unwrap();
    assert!(message.contains("provider_not_configured") && message.contains("MASSIVE_API_KEY"), "{message}");
    assert!(alert["at"].as_str().unwrap().ends_with('Z'), "{alert}");
    server.tick();
    assert!(alerts.recv_timeout(Duration::from_secs(1)).is_err(), "the same failure was told twice");
    let run = server.latest_run();
    assert_eq!((&run["status"], &run["error"]["code"]), (&"failed".into(), &"provider_not_configured".into()));
    assert!(!server.log().contains("hush-hush"), "the webhook's URL is in the log");
}

#[test]
fn data_that_is_late_is_told_and_fetched_by_the_next_run() {
    let (url, alerts) = webhook();
    let vendor = RecordedVendor::start(&["--companies", "12"]).unwrap();
    let options = Options::default().var("ALERT_WEBHOOK_URL", &url).var("MASSIVE_API_KEY", "k");
    let server = Server::start(options.var("MASSIVE_BASE_URL", vendor.url()).var("MASSIVE_REQUESTS_PER_MINUTE", 0));
    vendor.fault(Fault { mode: "nothing", count: -1, path: "stocks/2026-08-04" }).unwrap();
    server.add_ingestion("massive", "2026-08-03", "2026-08-05");
    server.finish_jobs();
    let run = server.latest_run();
    assert_eq!((&run["status"], &run["gaps"]), (&json!("succeeded"), &json!(["2026-08-04"])));
    let alert = alerts.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(alert["code"], "data_late");
    assert!(alert["message"].as_str().unwrap().contains("2026-08-04"), "{alert}");
    vendor.reset().unwrap();
    server.add_ingestion("massive", "2026-08-03", "2026-08-05");
    server.finish_jobs();
    assert_eq!(server.latest_run()["gaps"], json!([]));
    assert_eq!(server.stored()["sessions"], 3);
    assert!(alerts.recv_timeout(Duration::from_secs(1)).is_err());
}
