//! What an attacker sends: secrets stay where they are, headers and log lines cannot be forged, paths lead nowhere else, and
//! no request changes what another reader is told.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use system_tests::{Options, Server, sessions_between, small_bars, small_chain, small_shares, strangle};

const PLANTED: [(&str, &str); 3] = [
    ("MASSIVE_API_KEY", "planted-massive-5f1e"),
    ("FMP_API_KEY", "planted-fmp-77ab"),
    ("TIINGO_API_KEY", "planted-tiingo-90cd"),
];

/// Sends bytes as they are, and returns the answer as it came.
fn raw(server: &Server, request: &str) -> String {
    let mut socket = TcpStream::connect(server.url("").trim_start_matches("http://")).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(server: &Server, path: &str, headers: &str) -> String {
    raw(server, &format!("GET {path} HTTP/1.1\r\nHost: service.example\r\nConnection: close\r\n{headers}\r\n"))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

fn with_index(options: Options) -> Server {
    let server = Server::start(options);
    server.import("shares", small_shares(10));
    server.import("daily_bars", small_bars(&sessions_between("2026-08-03", "2026-08-31"), 10));
    server.build(&json!({"start_date": "2026-08-03", "end_date": "2026-08-31", "top_n": 5}));
    server
}

#[test]
fn secrets_are_in_no_answer_log_metric_or_file() {
    // A vendor that nobody answers for, so that its requests fail with their words.
    let mut options = Options::default().var("AUTH_MODE", "required").var("LOG_REQUESTS", "all");
    options = options.var("MASSIVE_BASE_URL", "http://127.0.0.1:9").var("PROVIDER", "massive");
    for (name, secret) in PLANTED {
        options = options.var(name, secret);
    }
    let mut server = Server::start(options);
    let (admin, reader) = (server.make_key("admin ingest build stream backtest read"), server.make_key("read"));
    let callback_secret = "planted-callback-secret-12";
    let import = server.request("POST", "/imports?kind=chains").header("x-api-key", &admin);
    let _ = import.header("content-type", "text/csv").body(small_chain(5)).send().expect(201);
    let mut strategy = strangle();
    strategy["callback_url"] = json!("https://hooks.example.invalid/told");
    strategy["callback_secret"] = json!(callback_secret);
    let run =
        server.request("POST", "/backtests").header("x-api-key", &admin).json(&strategy).send().expect(202).json();
    let id = run["id"].as_u64().unwrap();
    let run_paths = [format!("/backtests/{id}"), "/backtests".to_owned(), format!("/backtests/{id}/equity")];
    let paths = [
        "/metrics",
        "/ready",
        "/providers",
        "/ingestions",
        "/api-keys",
        "/imports",
        "/no-such-path",
        "/openapi.json",
        "/index-performance?index=%00",
        "/chains/SPX?date=x",
        "/v2/aggs/ticker/A/range/1/day/2026-08-03/2026-08-04?mode=passthrough",
        "/v2/aggs/ticker/A/range/1/day/2026-08-03/2026-08-04?mode=refresh",
    ];
    let mut told = vec![run.to_string().into_bytes()];
    for path in paths.into_iter().chain(run_paths.iter().map(String::as_str)) {
        for key in [&admin, &reader] {
            // As a header, where it belongs, and as a parameter, where it does not.
            let reply = server.request("GET", path).header("authorization", &format!("Bearer {key}")).send();
            let head =
                ["location", "content-disposition", "etag"].map(|name| reply.header(name).unwrap_or("").to_owned());
            told.push([head.concat().into_bytes(), reply.body].concat());
            let mark = if path.contains('?') { '&' } else { '?' };
            told.push(server.get(&format!("{path}{mark}apiKey={key}")).body);
            told.push(server.get(&format!("{path}{mark}api_key={key}")).body);
        }
    }
    server.add_ingestion("massive", "2026-08-03", "2026-08-04");
    server.tick();
    server.stop();

    let secrets: Vec<&str> =
        PLANTED.iter().map(|(_, secret)| *secret).chain([admin.as_str(), reader.as_str()]).collect();
    for secret in secrets.iter().copied().chain([callback_secret]) {
        for body in &told {
            assert!(!holds(body, secret), "{secret} in {}", String::from_utf8_lossy(body));
        }
        assert!(!server.log().contains(secret), "{secret} in the log");
    }
    assert!(server.log().lines().count() > 50, "nothing was logged, so this test saw nothing");
    let files = files_below(server.state());
    assert!(files.len() > 3, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).unwrap_or_default();
        for secret in &secrets {
            assert!(!holds(&bytes, secret), "{secret} in {}", file.display());
        }
    }
}

#[test]
fn headers_and_log_lines_cannot_be_forged() {
    let server = with_index(Options::default().var("LOG_REQUESTS", "all"));
    let forged = "%0d%0aSet-Cookie:%20forged=1%0d%0a%0d%0a%7B%22level%22:%22forged%22%7D";
    let paths = [
        format!("/index-performance?index={forged}"),
        format!("/index-performance?format=csv{forged}"),
        format!("/index-composition?date=2026-08-03{forged}"),
        format!("/exports?kind=daily_bars{forged}"),
        format!("/indices/{forged}"),
        format!("/symbols/{forged}"),
        format!("/chains/{forged}"),
        format!("/backtests/{forged}"),
        format!("/v3/reference/tickers/{forged}"),
        format!("/{forged}"),
        format!("/app/{forged}"),
    ];
    for path in &paths {
        let answer = get(&server, path, "X-Request-Id: a\"b forged\r\nUser-Agent: {\"level\":\"forged\"}\r\n");
        let (head, _) = answer.split_once("\r\n\r\n").unwrap();
        let head = head.to_ascii_lowercase();
        assert!(!head.contains("\r\nset-cookie") && !head.contains(" 500 "), "{path}: {head}");
        for line in head.lines().filter(|line| !line.starts_with("location:")) {
            assert!(!line.contains("forged"), "{path}: {line}");
        }
    }
    // The server's own two lines at its start are no JSON.
    let log = server.log();
    let lines = log.lines().filter(|line| !line.starts_with("applied ") && !line.starts_with("listening on "));
    for line in lines {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_ne!(line["level"], "forged", "{line}");
    }
}

#[test]
fn no_path_leads_out_of_its_folder() {
    let server = Server::start(Options::default());
    let secret = "server.json";
    assert!(server.state().join(secret).exists());
    let up = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "....//", "%252e%252e%252f", "..%c0%af"];
    for step in up {
        for folder in ["/", "/app/", "/docs/", "/exports/", "/chains/", "/imports/", "/symbols/"] {
            for target in ["etc/passwd", "wrangler.toml", "server.json", "v3/d1", "worker/build/index.js"] {
                let answer = get(&server, &format!("{folder}{}{target}", step.repeat(6)), "");
                let status = answer.split(' ').nth(1).unwrap_or("");
                let leaks = ["root:x:", "compatibility_date", "\"pid\"", "WebAssembly.Module"];
                assert!(!leaks.iter().any(|leak| answer.contains(leak)), "{folder} {step} {target}: {answer}");
                assert_ne!(status, "500", "{folder} {step} {target}: {answer}");
            }
        }
    }
    // An underlying is a part of an object's key: it names one folder, whatever it is called.
    let chain = small_chain(2);
    for underlying in ["../../files", "A/2024-01", "..", ".", "a\\b", "%2e%2e"] {
        let file = chain.replace(",TEST,", &format!(",{underlying},"));
        let reply = server.request("POST", "/imports?kind=chains").header("content-type", "text/csv").body(file).send();
        assert!(matches!(reply.status, 201 | 422), "{underlying}: {} {}", reply.status, reply.text());
    }
    let keys = server.sql("select underlying, month, object_key from chains");
    for row in &keys {
        let key = row["object_key"].as_str().unwrap();
        assert_eq!(key.split('/').count(), 4, "{row}");
        assert!(!key.split('/').any(|part| part == ".." || part == "."), "{row}");
    }
}

#[test]
fn no_request_changes_what_others_are_told() {
    let server = with_index(Options::default());
    let paths = [
        "/index-performance?index=top5-equal-daily-price-line",
        "/v3/reference/tickers?limit=2",
        "/v2/aggs/ticker/C00/range/1/day/2026-08-03/2026-08-31?limit=5",
        "/openapi.json",
        "/",
    ];
    let evil = "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher\r\nX-Original-URL: /api-keys\r\n\
        X-Rewrite-URL: /api-keys\r\nForwarded: host=evil.example\r\nOrigin: https://evil.example\r\nAccept-Language: evil\r\n";
    for path in paths {
        for host in ["evil.example", "service.example"] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{evil}\r\n");
            let answer = raw(&server, &request);
            assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
            // The name by which a client reached the service is told to that client alone.
            assert!(host == "evil.example" || !answer.contains("evil"), "{path}: {answer}");
        }
        for _ in 0..3 {
            let reply = server.get(path).expect(200);
            assert!(!holds(&reply.body, "evil") && reply.header("access-control-allow-origin").is_none(), "{path}");
        }
    }
    // A credential in an address is never kept in an address.
    let reply = server.get("/v3/reference/tickers?limit=2&apiKey=planted-in-address").expect(200);
    assert!(!holds(&reply.body, "planted-in-address"), "{}", reply.text());
}

#[test]
fn every_page_has_its_policy_and_no_answer_is_guessed_at_or_kept_by_strangers() {
    let server = with_index(Options::default());
    let pages = ["/", "/app", "/app/streams", "/app/backtests/1", "/docs", "/docs/", "/graphql"];
    for path in pages {
        let page = server.request("GET", path).header("accept", "text/html").send().expect(200);
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{path}");
        let policy = page.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        // Compiling WebAssembly is no evaluation of a text.
        let policy = policy.replace("'wasm-unsafe-eval'", "");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        for (name, value) in [("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")] {
            assert_eq!(page.header(name), Some(value), "{path}");
        }
    }
    let answers = [
        ("GET", "/index-performance?index=top5-equal-daily-price-line"),
        ("GET", "/index-performance?index=top5-equal-daily-price-line&format=csv"),
        ("GET", "/index-performance?index=%3Cscript%3E"),
        ("GET", "/indices"),
        ("GET", "/backtests"),
        ("GET", "/definitions"),
        ("GET", "/api-keys"),
        ("GET", "/symbols"),
        ("GET", "/metrics"),
        ("GET", "/graphql?query=%7BdataVersion%7D"),
        ("GET", "/v3/reference/tickers"),
        ("GET", "/v3/reference/tickers?limit=%3Cscript%3E"),
        ("GET", "/exports?kind=daily_bars"),
        ("GET", "/no-such-thing/%3Cscript%3E"),
        ("GET", "/docs/swagger-ui-bundle.js"),
        ("DELETE", "/docs"),
        ("POST", "/build-index"),
    ];
    for (method, path) in answers {
        let reply = server.request(method, path).send();
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{method} {path}");
        assert!(!reply.header("content-type").unwrap_or("").starts_with("text/html"), "{method} {path}");
        // What may be kept is asked for again each time, so that a cache between never answers for somebody else.
        let kept = reply.header("cache-control").unwrap_or("");
        assert!(["no-store", "no-cache"].contains(&kept) || reply.status >= 400, "{method} {path}: {kept}");
    }
}

/// Two thousand brackets ended the parser's stack, and with it everything that was being answered.
#[test]
fn nothing_nested_without_end_ends_the_service() {
    let server = Server::start(Options::default());
    let query = |text: String| json!({ "query": text }).to_string();
    let json = |path: &'static str, body: String| (path, "application/json", body);
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(8_000), close.repeat(8_000));
    let bodies = [
        json("/graphql", query(format!("{{a(b:{})}}", deep("[", "]")))),
        json("/graphql", query(deep("{a", "}"))),
        json("/graphql", query(format!("query($a:{}) {{{{ a }}}}", deep("[", "]")))),
        json("/graphql", query(format!("{{a(b:{}1{})}}", "{c:".repeat(8_000), "}".repeat(8_000)))),
        json("/graphql", format!("{{\"query\":\"{{dataVersion}}\",\"variables\":{{\"a\":{}}}}}", deep("[", "]"))),
        json("/graphql", deep("[", "]")),
        json("/backtests", deep("{\"legs\":[", "]}")),
        json("/what-if", deep("[", "]")),
        json("/build-index", deep("{\"a\":", "}")),
        json("/add_batch", format!("{{\"symbol\":\"A\",\"values\":{}}}", deep("[", "]"))),
        json("/sweeps", format!("{{\"strategy\":{{}},\"grid\":{}}}", deep("[", "]"))),
        ("/imports?kind=daily_bars", "text/csv", "\"".repeat(60_001)),
    ];
    for (path, kind, body) in bodies {
        let start: String = body.chars().take(40).collect();
        let reply = server.request("POST", path).header("content-type", kind).body(body).send();
        assert!(reply.status < 500, "{path} {start}: {} {}", reply.status, reply.text());
    }
    let log = server.log();
    assert!(!log.contains("RuntimeError") && !log.contains("Reinitializing"), "{log}");
}
