//! The routes that the app is the first to ask: the coverage calendar, the members of many sessions at once, signing in.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::{Value, json};
use system_tests::{Options, Server, sessions_between, small_bars, small_shares};

const SLUG: &str = "index=top20-equal-daily-price-line";

#[test]
fn the_coverage_calendar_counts_bars_and_names_gaps() {
    let server = Server::start(Options::default());
    let empty = server.get("/coverage").expect(200).json();
    assert_eq!((&empty["first_session"], &empty["sessions"], &empty["gaps"]), (&Value::Null, &json!([]), &json!([])));

    let mut days = sessions_between("2026-08-03", "2026-08-14");
    days.retain(|day| !["2026-08-06", "2026-08-11"].contains(&day.to_string().as_str()));
    server.import("daily_bars", small_bars(&days, 3));
    let held = server.get("/coverage").expect(200).json();
    let counted: Vec<(String, i64)> = held["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|session| (session["date"].as_str().unwrap().to_owned(), session["bars"].as_i64().unwrap()))
        .collect();
    assert_eq!(counted, days.iter().map(|day| (day.to_string(), 3)).collect::<Vec<_>>());
    assert_eq!(held["gaps"], json!(["2026-08-06", "2026-08-11"]));
    assert_eq!((&held["first_session"], &held["last_session"]), (&json!("2026-08-03"), &json!("2026-08-14")));
    assert_eq!(held["synthetic"], false);

    // What fills a gap is seen by the next read.
    server.import("daily_bars", "date,ticker,close\n2026-08-06,A,10\n".to_owned());
    let filled = server.get("/coverage").expect(200).json();
    assert_eq!(filled["gaps"], json!(["2026-08-11"]));
    let session =
        filled["sessions"].as_array().unwrap().iter().find(|session| session["date"] == "2026-08-06").unwrap();
    assert_eq!(session["bars"], 1);
    let _ = server.get("/coverage?ticker=NOBODY").problem(404, "not_found");
    let _ = server.get("/coverage?day=1").problem(400, "unknown_parameter");
}

#[test]
fn the_members_of_many_sessions_are_those_of_each_and_come_in_parts() {
    let server = Server::start(Options::default());
    let days = sessions_between("2025-01-02", "2026-04-30");
    assert!(days.len() > 301, "more than one answer holds");
    server.import("shares", small_shares(24));
    server.import("daily_bars", small_bars(&days, 24));
    let (first, last) = (days[0].to_string(), days[days.len() - 1].to_string());
    server.build(&json!({"start_date": first, "end_date": last, "top_n": 20}));

    let some = server.get(&format!("/index-compositions?{SLUG}&start_date={}&end_date={}", days[40], days[42]));
    let some = some.expect(200).json();
    let data = some["data"].as_array().unwrap();
    assert_eq!(data.len(), 3);
    for (session, day) in data.iter().zip(&days[40..]) {
        let one = server.get(&format!("/index-composition?{SLUG}&date={day}")).expect(200).json();
        assert_eq!(session["date"], day.to_string());
        assert_eq!((&session["constituents"], &session["level"]), (&one["constituents"], &one["level"]), "{day}");
    }

    let whole = server.get(&format!("/index-compositions?{SLUG}"));
    let detail = whole.problem(422, "range_too_large");
    assert!(detail["detail"].as_str().unwrap().contains("300"), "{detail}");
    // 300 sessions are one answer, and the rest another: together they are all.
    let part = |from: &str, to: &str| {
        let answer =
            server.get(&format!("/index-compositions?{SLUG}&start_date={from}&end_date={to}")).expect(200).json();
        answer["data"].as_array().unwrap().len()
    };
    let parts = [part(&first, &days[299].to_string()), part(&days[300].to_string(), &last)];
    assert_eq!(parts, [300, days.len() - 300]);
    let _ = server
        .get(&format!("/index-compositions?{SLUG}&start_date=2024-01-02&end_date=2024-02-01"))
        .problem(404, "no_data");
}

/// An identity provider's token endpoint: answers as it is told, and tells what it was asked.
struct Provider {
    url: String,
    asked: Receiver<String>,
}

impl Provider {
    fn start(answers: Vec<(u16, &'static str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let (told, asked) = channel();
        thread::spawn(move || {
            for (status, body) in answers {
                let (stream, _) = listener.accept().unwrap();
                told.send(Self::answer(stream, status, body)).unwrap();
            }
        });
        Self { url, asked }
    }

    /// Reads one request and answers it; returns the request's body.
    fn answer(mut stream: TcpStream, status: u16, body: &str) -> String {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut form = vec![0; length];
        reader.read_exact(&mut form).unwrap();
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        String::from_utf8(form).unwrap()
    }
}

#[test]
fn without_an_identity_provider_only_keys_are_offered() {
    let server = Server::start(Options::default());
    let options = server.get("/sign-in").expect(200).json();
    assert_eq!((&options["auth_mode"], &options["oidc"]), (&json!("open"), &Value::Null));
    let request = json!({"code": "c", "code_verifier": "v", "redirect_uri": "http://127.0.0.1/app/account"});
    let _ = server.post("/sign-in/token", &request).problem(409, "sign_in_not_configured");
}

#[test]
fn the_code_of_a_sign_in_is_exchanged_for_the_providers_token() {
    let provider = Provider::start(vec![
        (200, r#"{"access_token": "the-token", "expires_in": 3600, "id_token": "not for us"}"#),
        (400, r#"{"error": "invalid_grant", "error_description": "the code has expired"}"#),
        (500, "<html>"),
    ]);
    let options = Options::default()
        .var("AUTH_MODE", "required")
        .var("OIDC_ISSUER", "https://id.example/")
        .var("OIDC_AUDIENCE", "equipoise")
        .var("OIDC_JWKS_URL", "https://id.example/jwks")
        .var("OIDC_CLIENT_ID", "the-app")
        .var("OIDC_AUTHORIZATION_URL", "https://id.example/authorize")
        .var("OIDC_TOKEN_URL", &provider.url);
    let server = Server::start(options);
    let offered = server.get("/sign-in").expect(200).json();
    let expected = json!({"issuer": "https://id.example/", "client_id": "the-app", "audience": "equipoise", "scope": "openid",
        "authorization_url": "https://id.example/authorize"});
    assert_eq!((&offered["auth_mode"], &offered["oidc"]), (&json!("required"), &expected));

    let request =
        json!({"code": "a/code+1", "code_verifier": "the-verifier", "redirect_uri": "http://127.0.0.1/app/account"});
    let answer = server.post("/sign-in/token", &request).expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.json(), json!({"access_token": "the-token", "expires_in": 3600}));
    assert_eq!(
        provider.asked.recv().unwrap(),
        "grant_type=authorization_code&code=a%2Fcode%2B1&code_verifier=the-verifier\
         &redirect_uri=http%3A%2F%2F127.0.0.1%2Fapp%2Faccount&client_id=the-app"
    );
    let refused = server.post("/sign-in/token", &request).problem(422, "sign_in_refused");
    assert_eq!(refused["detail"], "the code has expired");
    let _ = server.post("/sign-in/token", &request).problem(503, "identity_provider_unavailable");
    let empty = json!({"code": "", "code_verifier": "v", "redirect_uri": "x"});
    let wrong = server.post("/sign-in/token", &empty).problem(422, "invalid_value");
    assert_eq!(wrong["errors"][0]["field"], "code");
    assert!(!server.log().contains("the-token") && !server.log().contains("the-verifier"), "a secret is in the log");
}
