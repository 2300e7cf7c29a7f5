//! Who may do what: keys, scopes, tokens, allowances, and settings that would leave the door open.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use system_tests::{Options, Reply, Request, Server, repository};

/// Every route that needs a scope, with a request that is refused for its content once it is let in.
const WRITES: [(&str, &str, &str); 22] = [
    ("POST", "/build-index", "build"),
    ("PUT", "/definitions/77", "build"),
    ("DELETE", "/definitions/77", "build"),
    ("POST", "/imports?kind=daily_bars", "ingest"),
    ("DELETE", "/imports/77", "ingest"),
    ("PUT", "/imports/77/parts/1", "ingest"),
    ("POST", "/imports/77/commit", "ingest"),
    ("POST", "/add_batch", "stream"),
    ("DELETE", "/symbols/77", "stream"),
    ("POST", "/backtests", "backtest"),
    ("DELETE", "/backtests/77", "backtest"),
    ("POST", "/backtests/77/cancel", "backtest"),
    ("POST", "/backtests/77/rerun", "backtest"),
    ("POST", "/backtests/77/fill-sensitivity", "backtest"),
    ("POST", "/backtests/77/share", "backtest"),
    ("DELETE", "/backtests/77/share", "backtest"),
    ("POST", "/sweeps", "backtest"),
    ("POST", "/start_backtest", "backtest"),
    ("POST", "/imports?kind=chains", "ingest"),
    ("POST", "/api-keys", "admin"),
    ("GET", "/api-keys", "admin"),
    ("DELETE", "/api-keys/77", "admin"),
];

const READS: [(&str, &str); 55] = [
    ("GET", "/metrics"),
    ("GET", "/index-performance"),
    ("GET", "/index-composition?date=2026-08-03"),
    ("GET", "/index-compositions"),
    ("GET", "/coverage"),
    ("GET", "/composition-changes"),
    ("POST", "/export-data"),
    ("GET", "/index-explain?date=2026-08-03"),
    ("GET", "/index-statistics"),
    ("GET", "/index-attribution"),
    ("GET", "/index-trades"),
    ("GET", "/index-compare?benchmark=X"),
    ("GET", "/index-quality"),
    ("GET", "/index-membership?date=2026-08-03"),
    ("GET", "/shares?ticker=A"),
    ("POST", "/what-if"),
    ("POST", "/indices/x/look-ahead-check"),
    ("GET", "/definitions"),
    ("GET", "/definitions/x"),
    ("GET", "/definitions/x/compare?against=y"),
    ("GET", "/indices"),
    ("GET", "/indices/x"),
    ("GET", "/providers"),
    ("GET", "/ingestions"),
    ("GET", "/ingestions/1"),
    ("GET", "/imports"),
    ("GET", "/imports/1"),
    ("GET", "/exports?kind=daily_bars"),
    ("GET", "/chains"),
    ("GET", "/chains/SPX"),
    ("GET", "/backtests"),
    ("GET", "/backtests/1"),
    ("GET", "/backtests/1/trades"),
    ("GET", "/backtests/1/equity"),
    ("GET", "/backtests/1/results.parquet"),
    ("GET", "/backtests/1/report.xlsx"),
    ("GET", "/backtests/1/reproduce"),
    ("GET", "/backtests/1/live"),
    ("GET", "/backtests/1/confidence"),
    ("POST", "/backtests/1/look-ahead-check"),
    ("GET", "/sweeps"),
    ("GET", "/sweeps/1"),
    ("GET", "/sweeps/1/evidence"),
    ("GET", "/portfolio?runs=1"),
    ("GET", "/benchmark_data?start_date=2024-01-02&end_date=2024-01-05"),
    ("GET", "/coverage?ticker=A"),
    ("GET", "/reconcile?ticker=A&left=sample&right=files&start_date=2026-08-03&end_date=2026-08-04"),
    ("GET", "/stats?symbol=77&k=1"),
    ("GET", "/stats/all?symbol=77"),
    ("GET", "/stats/many?symbols=77,78"),
    ("GET", "/stats/values?symbol=77"),
    ("GET", "/stats/live?symbol=77"),
    ("GET", "/symbols"),
    ("GET", "/graphql?query=%7BdataVersion%7D"),
    ("POST", "/graphql"),
];

/// Reads that refuse in the shape of the vendor whose clients ask them.
const VENDOR_READS: [(&str, &str); 7] = [
    ("GET", "/v2/aggs/ticker/A/range/1/day/2026-08-03/2026-08-04"),
    ("GET", "/v2/aggs/grouped/locale/us/market/stocks/2026-08-03"),
    ("GET", "/v3/reference/tickers"),
    ("GET", "/v3/reference/tickers/A"),
    ("GET", "/vX/reference/tickers/A/events"),
    ("GET", "/v3/reference/splits"),
    ("GET", "/v3/reference/dividends"),
];

/// What is open to everyone whatever the settings say.
const PUBLIC: [(&str, &str); 6] = [
    ("GET", "/health"),
    ("GET", "/ready"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in/token"),
];

const SCOPES: [&str; 6] = ["read", "ingest", "build", "stream", "backtest", "admin"];

pub(crate) fn required() -> Options {
    Options::default().var("AUTH_MODE", "required")
}

pub(crate) fn with_key(server: &Server, method: &'static str, path: &str, key: Option<&str>) -> Request {
    let request = server.request(method, path);
    match key {
        Some(key) => request.header("authorization", &format!("Bearer {key}")),
        None => request,
    }
}

/// Whether a request's path is one that a templated path of the description stands for.
fn stands_for(template: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap();
    let (wanted, given) = (template.split('/'), path.split('/'));
    wanted.clone().count() == given.clone().count()
        && wanted.zip(given).all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
}

#[test]
fn every_described_route_is_in_the_matrix_under_the_access_it_is_described_with() {
    let text = std::fs::read_to_string(repository().join("docs/openapi.json")).unwrap();
    let described: Value = serde_json::from_str(&text).unwrap();
    let writes = WRITES.into_iter();
    let reads = READS.into_iter().chain(VENDOR_READS).map(|(method, path)| (method, path, "read"));
    let public = PUBLIC.into_iter().map(|(method, path)| (method, path, ""));
    let matrix: Vec<(&str, &str, &str)> = writes.chain(reads).chain(public).collect();
    let mut wrong = Vec::new();
    let mut met = vec![false; matrix.len()];
    for (template, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let method = method.to_uppercase();
            if !["GET", "POST", "PUT", "DELETE", "PATCH"].contains(&method.as_str()) {
                continue;
            }
            let scope = operation["security"][0]["apiKey"][0].as_str().unwrap_or("");
            let mut tried = false;
            for (index, (_, _, expected)) in
                matrix.iter().enumerate().filter(|(_, (of, path, _))| *of == method && stands_for(template, path))
            {
                (tried, met[index]) = (true, true);
                if *expected != scope {
                    wrong.push(format!("{method} {template} is described with \"{scope}\", tried with \"{expected}\""));
                }
            }
            if !tried {
                wrong.push(format!("{method} {template} is described, but no request of the matrix tries it"));
            }
        }
    }
    let strangers = matrix.iter().zip(met).filter(|(_, met)| !met);
    wrong.extend(strangers.map(|((method, path, _), _)| format!("{method} {path} is tried, but not described")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_refused(reply: &Reply) -> bool {
    matches!(reply.status, 401 | 403)
}

#[test]
fn every_route_lets_in_exactly_the_scope_it_names() {
    for public_reads in [true, false] {
        let server = Server::start(required().var("PUBLIC_READS", public_reads));
        let keys: Vec<(&str, String)> = SCOPES.iter().map(|scope| (*scope, server.make_key(scope))).collect();
        let wrong = format!("eqp_{}", "0".repeat(64));
        for (method, path, scope) in WRITES {
            let what = format!("{method} {path}");
            let anonymous = with_key(&server, method, path, None).send();
            let _ = anonymous.problem(401, "unauthenticated");
            let _ = with_key(&server, method, path, Some(&wrong)).send().problem(401, "unauthenticated");
            for (name, key) in &keys {
                let reply = with_key(&server, method, path, Some(key)).send();
                if *name == scope {
                    assert!(!is_refused(&reply) && reply.status < 500, "{what} with {name}: {}", reply.status);
                } else {
                    let _ = reply.problem(403, "missing_scope");
                }
            }
        }
        for (method, path) in READS.into_iter().chain(VENDOR_READS) {
            let what = format!("{method} {path}, PUBLIC_READS={public_reads}");
            let anonymous = with_key(&server, method, path, None).send();
            assert_eq!(is_refused(&anonymous), !public_reads, "{what}: {}", anonymous.status);
            // A credential that is not good is never passed over.
            let stranger = with_key(&server, method, path, Some(&wrong)).send();
            if VENDOR_READS.contains(&(method, path)) {
                assert!(stranger.expect(401).json()["request_id"].is_string(), "{what}");
            } else {
                let _ = stranger.problem(401, "unauthenticated");
            }
            for (name, key) in &keys {
                let reply = with_key(&server, method, path, Some(key)).send();
                assert_eq!(
                    is_refused(&reply),
                    !public_reads && *name != "read",
                    "{what} with {name}: {}",
                    reply.status
                );
                assert!(reply.status < 500, "{what}: {}", reply.status);
            }
        }
        for (method, path) in PUBLIC {
            let anonymous = with_key(&server, method, path, None).send();
            assert!(!is_refused(&anonymous), "{method} {path}: {}", anonymous.status);
        }
        for path in ["/health", "/ready"] {
            let _ = server.get(path).expect(200);
        }
        // Whatever was refused has left nothing.
        assert_eq!(server.sql("select count(*) as n from api_keys")[0]["n"], SCOPES.len());
        assert_eq!(server.sql("select count(*) as n from indices")[0]["n"], 0);
    }
}

#[test]
fn a_key_is_made_shown_once_listed_and_revoked() {
    let server = Server::start(required());
    let admin = server.make_key("admin");
    let wanted = json!({"name": "notebook", "scopes": ["read", "build"], "owner": "ada"});
    let made = with_key(&server, "POST", "/api-keys", Some(&admin)).json(&wanted).send().expect(201);
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let made = made.json();
    let key = made["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("eqp_") && key.len() >= 4 + 43, "{key}");
    let listed = with_key(&server, "GET", "/api-keys", Some(&admin)).send().expect(200).text();
    assert!(listed.contains("notebook") && !listed.contains(&key));
    let rows = format!("{:?}", server.sql("select * from api_keys"));
    assert!(!rows.contains(&key), "the key itself is stored");
    let build = |key: &str| with_key(&server, "POST", "/build-index?start_date=2026-08-03", Some(key)).send();
    let _ = build(&key).problem(404, "no_data");
    let by_header = server.request("POST", "/build-index?start_date=2026-08-03").header("x-api-key", &key);
    let _ = by_header.send().problem(404, "no_data");
    let revoke = || with_key(&server, "DELETE", &format!("/api-keys/{}", made["id"]), Some(&admin)).send();
    let _ = revoke().expect(204);
    let _ = build(&key).problem(401, "unauthenticated");
    let _ = revoke().expect(204);
    let _ = with_key(&server, "DELETE", "/api-keys/99", Some(&admin)).send().problem(404, "not_found");
    for (body, field) in [
        (json!({"name": "", "scopes": ["read"]}), "name"),
        (json!({"name": "x", "scopes": []}), "scopes"),
        (json!({"name": "x", "scopes": ["root"]}), "scopes[0]"),
    ] {
        let problem =
            with_key(&server, "POST", "/api-keys", Some(&admin)).json(&body).send().problem(422, "invalid_value");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    for header in ["Basic dXNlcjpwYXNz", "Bearer", "bearer ' or 1=1 --", "Bearer eqp_", "Bearer a.b.c"] {
        let _ =
            server.request("GET", "/indices").header("authorization", header).send().problem(401, "unauthenticated");
    }
    assert!(!server.log().contains(&key) && !server.log().contains(&admin), "a key is in the log");
}

#[test]
fn an_open_service_in_production_answers_nothing_but_its_health() {
    let server = Server::start(Options::default().var("ENVIRONMENT", "production").var("AUTH_MODE", "open"));
    let _ = server.get("/health").expect(200);
    for path in ["/", "/ready", "/indices", "/metrics", "/no-such", "/imports"] {
        let _ = server.get(path).problem(503, "insecure_configuration");
    }
    let _ = server.post("/build-index", &json!({"start_date": "2026-08-03"})).problem(503, "insecure_configuration");
}

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    let server = Server::start(Options::default().var("AUTH_MODE", "opne"));
    let problem = server.get("/indices").problem(503, "invalid_configuration");
    assert!(problem["detail"].as_str().unwrap().contains("AUTH_MODE"), "{problem}");
}

#[test]
fn requests_beyond_the_allowance_are_told_when_to_come_back() {
    let server = Server::start(required().var("RATE_LIMIT_PER_MINUTE", 5));
    let key = server.make_key("read");
    let ask = |key: Option<&str>| with_key(&server, "GET", "/indices", key).send();
    for left in (0..5).rev() {
        let reply = ask(None).expect(200);
        let said: Vec<&str> =
            ["ratelimit-limit", "ratelimit-remaining"].map(|name| reply.header(name).unwrap()).to_vec();
        assert_eq!(said, ["5", left.to_string().as_str()]);
        assert!(reply.header("ratelimit-reset").unwrap().parse::<u32>().unwrap() <= 60);
    }
    let refused = ask(None);
    let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(refused.problem(429, "rate_limited")["retry_after_s"], wait);
    // Another credential has its own allowance, and liveness needs none.
    let _ = ask(Some(&key)).expect(200);
    let _ = server.get("/health").expect(200);
}

/// A token issuer: its key set under a URL, and tokens it signs. It is node's own cryptography, not the product's.
struct Issuer {
    process: std::process::Child,
    input: std::process::ChildStdin,
    output: std::io::BufReader<std::process::ChildStdout>,
    url: String,
}

const ISSUER: &str = r#"
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
const keys = {
  r1: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  e1: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  stranger: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
const jwk = (kid, alg) => ({ ...keys[kid].publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' });
const set = JSON.stringify({ keys: [jwk('r1', 'RS256'), jwk('e1', 'ES256')] });
const b64 = (value) => Buffer.from(value).toString('base64url');
function sign({ alg, key, kid, claims }) {
  const input = `${b64(JSON.stringify({ alg, kid, typ: 'JWT' }))}.${b64(JSON.stringify(claims))}`;
  if (alg === 'none') return `${input}.`;
  if (alg === 'HS256') return `${input}.${createHmac('sha256', keys.r1.publicKey.export({ type: 'spki', format: 'pem' })).update(input).digest('base64url')}`;
  const signer = createSign('SHA256').update(input);
  return `${input}.${signer.sign({ key: keys[key].privateKey, dsaEncoding: 'ieee-p1363' }, 'base64url')}`;
}
const server = createServer((request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(set));
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/jwks`));
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => console.log(sign(JSON.parse(line))));
lines.on('close', () => process.exit());
"#;

impl Issuer {
    fn start() -> Self {
        let mut process = Command::new(repository().join("scripts/with-tools"))
            .args(["node", "--input-type=module", "-e", ISSUER])
            .current_dir(repository())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let output = std::io::BufReader::new(process.stdout.take().unwrap());
        let mut issuer = Self { process, input, output, url: String::new() };
        issuer.url = issuer.line();
        issuer
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut self.output, &mut line).unwrap();
        line.trim().to_owned()
    }

    fn sign(&mut self, alg: &str, key: &str, kid: &str, claims: &Value) -> String {
        writeln!(self.input, "{}", json!({"alg": alg, "key": key, "kid": kid, "claims": claims})).unwrap();
        self.line()
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn tokens_of_the_configured_issuer_are_good_and_all_others_are_not() {
    let mut issuer = Issuer::start();
    let options = required()
        .var("OIDC_ISSUER", "https://issuer.example/")
        .var("OIDC_AUDIENCE", "equipoise")
        .var("OIDC_JWKS_URL", &issuer.url);
    let server = Server::start(options);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let good = json!({"iss": "https://issuer.example/", "aud": ["web", "equipoise"], "sub": "user-1", "iat": now,
        "nbf": now - 10, "exp": now + 600, "scope": "openid build"});
    let build = |token: &str| with_key(&server, "POST", "/build-index?start_date=2026-08-03", Some(token)).send();
    for (alg, kid) in [("RS256", "r1"), ("ES256", "e1")] {
        let token = issuer.sign(alg, kid, kid, &good);
        let _ = build(&token).problem(404, "no_data");
        let keys = with_key(&server, "GET", "/api-keys", Some(&token)).send();
        let _ = keys.problem(403, "missing_scope");
    }
    let changed = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let cases = [
        ("none", "r1", "r1", good.clone()),
        ("HS256", "r1", "r1", good.clone()),
        ("RS256", "stranger", "r1", good.clone()),
        ("RS256", "stranger", "unknown", good.clone()),
        ("ES256", "e1", "r1", good.clone()),
        ("RS256", "r1", "r1", changed("exp", json!(now - 120))),
        ("RS256", "r1", "r1", changed("exp", Value::Null)),
        ("RS256", "r1", "r1", changed("nbf", json!(now + 600))),
        ("RS256", "r1", "r1", changed("iat", json!(now + 600))),
        ("RS256", "r1", "r1", changed("iss", json!("https://other.example/"))),
        ("RS256", "r1", "r1", changed("aud", json!("equipoise2"))),
        ("RS256", "r1", "r1", changed("sub", Value::Null)),
    ];
    for (alg, key, kid, claims) in cases {
        let token = issuer.sign(alg, key, kid, &claims);
        println!("{alg} {key} {kid} {claims}");
        let _ = build(&token).problem(401, "unauthenticated");
    }
    let token = issuer.sign("RS256", "r1", "r1", &good);
    let (head, signature) = token.rsplit_once('.').unwrap();
    let mut flipped = signature.to_owned();
    let first = if flipped.starts_with('A') { "B" } else { "A" };
    flipped.replace_range(..1, first);
    let _ = build(&format!("{head}.{flipped}")).problem(401, "unauthenticated");
    let _ = build(&format!("{token}x")).problem(401, "unauthenticated");
    assert!(!server.log().contains(signature), "a token is in the log");
    // A token that runs out stops being good, although it was good a moment ago (a minute of leeway included).
    let short = issuer.sign("RS256", "r1", "r1", &changed("exp", json!(now - 57)));
    let deadline = Instant::now() + Duration::from_secs(20);
    while build(&short).status != 401 {
        assert!(Instant::now() < deadline, "an expired token is still good");
        std::thread::sleep(Duration::from_millis(300));
    }
}
