//! What belongs to one owner is not there for others: every route of runs, sweeps and saved questions, and GraphQL.
//!
//! The market, indices, imports and streams are shared by whoever may read or write them, so no owner is asked for there.

use serde_json::{Value, json};
use system_tests::{Reply, Server, repository, sessions_between, small_bars, small_chain, small_shares, strangle};

use crate::auth::{required, with_key};

/// What only the owner finds: a run, a sweep, or a question under a name.
const OWNED: [(&str, &str); 25] = [
    ("GET", "/backtests/{id}"),
    ("GET", "/backtests/{id}/trades"),
    ("GET", "/backtests/{id}/equity"),
    ("GET", "/backtests/{id}/report.xlsx"),
    ("GET", "/backtests/{id}/results.parquet"),
    ("GET", "/backtests/{id}/reproduce"),
    ("GET", "/backtests/{id}/live"),
    ("GET", "/backtests/{id}/confidence"),
    ("POST", "/backtests/{id}/look-ahead-check"),
    ("POST", "/backtests/{id}/fill-sensitivity"),
    ("POST", "/backtests/{id}/cancel"),
    ("POST", "/backtests/{id}/rerun"),
    ("POST", "/backtests/{id}/share"),
    ("DELETE", "/backtests/{id}/share"),
    ("GET", "/portfolio?runs={id}"),
    ("GET", "/sweeps/{sweep}"),
    ("GET", "/sweeps/{sweep}/evidence"),
    ("GET", "/definitions/{name}"),
    ("GET", "/definitions/{name}/compare?against=top5-equal-daily-price-line"),
    ("GET", "/definitions/theirs/compare?against={name}"),
    ("DELETE", "/definitions/{name}"),
    ("DELETE", "/backtests/{id}"),
    // Lists, and what makes something of one's own: they name nothing of another's.
    ("GET", "/backtests"),
    ("GET", "/sweeps"),
    ("GET", "/definitions"),
];

/// Routes of the same things that make something new, whoever asks.
const MAKING: [(&str, &str); 3] = [("POST", "/backtests"), ("POST", "/sweeps"), ("PUT", "/definitions/{name}")];

struct Things {
    server: Server,
    ada: String,
    ben: String,
    run: Value,
    sweep: Value,
}

impl Things {
    /// Ada has a run, a sweep and a question; Ben has a question of his own.
    fn made() -> Self {
        let server = Server::start(required());
        let admin = server.make_key("admin");
        let key_of = |owner: &str| {
            let scopes = ["backtest", "build", "ingest", "read"];
            let wanted = json!({"name": owner, "scopes": scopes, "owner": owner});
            let made = with_key(&server, "POST", "/api-keys", Some(&admin)).json(&wanted).send().expect(201);
            made.json()["key"].as_str().unwrap().to_owned()
        };
        let (ada, ben) = (key_of("ada"), key_of("ben"));
        let import = |kind: &str, file: String| {
            let request = with_key(&server, "POST", &format!("/imports?kind={kind}"), Some(&ada));
            let _ = request.header("content-type", "text/csv").body(file).send().expect(201);
        };
        import("chains", small_chain(10));
        import("shares", small_shares(10));
        import("daily_bars", small_bars(&sessions_between("2026-08-03", "2026-08-31"), 10));
        let send = |method, path: &str, key: &str, body: &Value, status| {
            with_key(&server, method, path, Some(key)).json(body).send().expect(status).json()
        };
        let range = json!({"start_date": "2026-08-03", "end_date": "2026-08-31", "top_n": 5});
        let _ = send("POST", "/build-index", &ada, &range, 200);
        let question = json!({"index": "top5-equal-daily-price-line", "weighting": "cap"});
        for (name, key) in [("hers", &ada), ("theirs", &ben)] {
            let _ = send("PUT", &format!("/definitions/{name}"), key, &question, 200);
        }
        let sweep = json!({"strategy": strangle(), "grid": {"capital": [100_000, 200_000]}});
        let run = send("POST", "/backtests", &ada, &strangle(), 202)["id"].clone();
        let sweep = send("POST", "/sweeps", &ada, &sweep, 202)["id"].clone();
        let things = Self { server, ada, ben, run, sweep };
        things.wait();
        things
    }

    fn wait(&self) {
        let open = "select 1 from backtests where status in ('queued', 'running')";
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(2);
        while !self.server.sql(open).is_empty() {
            assert!(std::time::Instant::now() < deadline, "the runs do not end");
            self.server.tick();
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    fn ask(&self, method: &'static str, path: &str, key: Option<&str>) -> Reply {
        let number = |value: &Value| value.as_i64().unwrap().to_string();
        let path = path.replace("{id}", &number(&self.run)).replace("{sweep}", &number(&self.sweep));
        with_key(&self.server, method, &path.replace("{name}", "hers"), key).send()
    }
}

#[test]
fn every_route_of_owned_things_is_tried() {
    let text = std::fs::read_to_string(repository().join("docs/openapi.json")).unwrap();
    let described: Value = serde_json::from_str(&text).unwrap();
    let shape = |path: &str| -> String {
        let path = path.split('?').next().unwrap().replace("theirs", "{}");
        path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
    };
    let tried: Vec<(String, String)> =
        OWNED.iter().chain(&MAKING).map(|(method, path)| ((*method).to_owned(), shape(path))).collect();
    for (path, methods) in described["paths"].as_object().unwrap() {
        let first = path.split('/').nth(1).unwrap();
        if !["backtests", "sweeps", "definitions", "portfolio"].contains(&first) {
            continue;
        }
        for method in methods.as_object().unwrap().keys().filter(|name| *name != "parameters") {
            let wanted = (method.to_uppercase(), shape(path));
            assert!(tried.contains(&wanted), "{} {path} is tried by nobody", wanted.0);
        }
    }
}

#[test]
fn what_is_one_owners_is_not_there_for_another_and_for_nobody() {
    let things = Things::made();
    for (method, path) in OWNED {
        let what = format!("{method} {path}");
        let (other, nobody) = (things.ask(method, path, Some(&things.ben)), things.ask(method, path, None));
        if path.contains('{') {
            let _ = other.problem(404, "not_found");
            // Whoever may not write at all is told so before anything else.
            let is_read = nobody.status == 404 || method == "GET";
            assert!(nobody.status == if is_read { 404 } else { 401 }, "{what}: {}", nobody.status);
        } else {
            let (hers, none) = (things.ask(method, path, Some(&things.ada)).expect(200), nobody.expect(200));
            assert!(!hers.json()["data"].as_array().unwrap().is_empty(), "{what}");
            assert_eq!(none.json()["data"], json!([]), "{what}");
            assert!(!other.expect(200).text().contains("hers"), "{what}");
        }
    }
    let query = "{ backtest(id: %) { id } backtests { edges { node { id } } } sweeps { edges { node { id } } } \
        definition(name: \"hers\") { name } }";
    let body = json!({"query": query.replace('%', &things.run.to_string())});
    for key in [Some(&*things.ben), None] {
        let answer = with_key(&things.server, "POST", "/graphql", key).json(&body).send().expect(200).json();
        let data = &answer["data"];
        assert_eq!((&data["backtest"], &data["definition"]), (&Value::Null, &Value::Null), "{answer}");
        assert_eq!((&data["backtests"]["edges"], &data["sweeps"]["edges"]), (&json!([]), &json!([])), "{answer}");
    }
    // Nothing of it was done, and she finds everything: each request that was refused is one that can be answered.
    for (method, path) in OWNED {
        let reply = things.ask(method, path, Some(&things.ada));
        assert!(
            ![401, 403, 404].contains(&reply.status) || path.contains("theirs"),
            "{method} {path}: {}",
            reply.text()
        );
    }
}

#[test]
fn a_link_shows_a_run_until_another_one_is_made_and_changes_nothing() {
    let things = Things::made();
    let server = &things.server;
    let share = || things.ask("POST", "/backtests/{id}/share", Some(&things.ada)).expect(201).json();
    let shared = share();
    let link = shared["url"].as_str().unwrap();
    assert_eq!(server.get(link).expect(200).json()["id"], things.run);
    let question = link.split_once('?').unwrap().1;
    for (method, path) in OWNED.iter().filter(|(method, path)| *method != "GET" && path.starts_with("/backtests")) {
        let path = format!("{path}?{question}");
        let by_nobody = things.ask(method, &path, None).status;
        assert!(matches!(by_nobody, 400 | 401 | 404), "{method} {path}: {by_nobody}");
        let by_ben = things.ask(method, &path, Some(&things.ben)).status;
        assert!(by_ben == 404 || by_ben == 400, "{method} {path}: {by_ben}");
    }
    let _ = server.get(&format!("/backtests/{}?share={}", things.run, "0".repeat(64))).problem(404, "not_found");
    let rows = format!("{:?}", server.sql("select * from backtests"));
    assert!(!rows.contains(shared["token"].as_str().unwrap()), "the token itself is stored");
    let again = share();
    let _ = server.get(link).problem(404, "not_found");
    assert_eq!(server.get(again["url"].as_str().unwrap()).expect(200).json()["id"], things.run);
}

#[test]
fn a_key_of_a_request_is_ones_own() {
    let things = Things::made();
    let submit = |key: &str| {
        let request = with_key(&things.server, "POST", "/backtests", Some(key)).header("idempotency-key", "same");
        request.json(&strangle()).send().expect(202).json()["id"].clone()
    };
    let (hers, theirs) = (submit(&things.ada), submit(&things.ben));
    assert_ne!(hers, theirs);
    assert_eq!(submit(&things.ada), hers);
}
