//! Caches: quick where nothing changed, and never behind what a client has seen.

use std::time::{Duration, Instant};

use serde_json::json;
use system_tests::{Options, Reply, Server, sessions_between, small_bars, small_shares};

const PATH: &str = "/index-performance?index=top5-equal-daily-price-line";

fn built() -> Server {
    let server = Server::start(Options::default());
    server.import("shares", small_shares(10));
    server.import("daily_bars", small_bars(&sessions_between("2026-08-03", "2026-08-31"), 10));
    build(&server);
    server
}

fn build(server: &Server) -> i64 {
    let reply = server.post("/build-index", &json!({"start_date": "2026-08-03", "end_date": "2026-08-31", "top_n": 5}));
    let reply = reply.expect(200);
    let version = version_of(&reply);
    assert_eq!(reply.json()["data_version"], version);
    version
}

fn version_of(reply: &Reply) -> i64 {
    reply.header("x-data-version").unwrap().parse().unwrap()
}

fn cache_of(reply: &Reply) -> &str {
    reply.header("x-cache").unwrap()
}

#[test]
fn a_read_misses_once_and_then_hits_in_every_form_of_its_own() {
    let server = built();
    for path in [
        PATH.to_owned(),
        format!("{PATH}&format=csv"),
        format!("{PATH}&format=xlsx"),
        format!("{PATH}&start_date=2026-08-10"),
        "/index-composition?date=2026-08-10&index=top5-equal-daily-price-line".to_owned(),
        "/composition-changes?index=top5-equal-daily-price-line".to_owned(),
        "/index-explain?date=2026-08-10&index=top5-equal-daily-price-line".to_owned(),
    ] {
        let (first, second) = (server.get(&path).expect(200), server.get(&path).expect(200));
        assert_eq!((cache_of(&first), cache_of(&second)), ("miss", "hit"), "{path}");
        assert_eq!(first.body, second.body, "{path}");
        for name in ["etag", "content-type", "cache-control", "x-data-version", "content-disposition"] {
            assert_eq!(first.header(name), second.header(name), "{name} of {path}");
        }
        assert_eq!(first.header("cache-control"), Some("no-cache"));
    }
    // The order of the parameters is not part of the question.
    let swapped = server.get("/index-performance?start_date=2026-08-10&index=top5-equal-daily-price-line").expect(200);
    assert_eq!(cache_of(&swapped), "hit");
    let _ = server.get(&format!("{PATH}&start_date=2026-08-32")).problem(422, "invalid_value");
}

#[test]
fn an_unchanged_answer_is_confirmed_without_its_body() {
    let server = built();
    let full = server.get(PATH).expect(200);
    let tag = full.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}: expected a strong tag");
    let ask = |tags: &str| server.request("GET", PATH).header("if-none-match", tags).send();
    for tags in
        [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned(), format!("W/\"x\",W/{tag}")]
    {
        let reply = ask(&tags).expect(304);
        assert!(reply.body.is_empty(), "{tags}");
        assert_eq!(
            (reply.header("etag"), reply.header("x-data-version")),
            (Some(tag.as_str()), full.header("x-data-version"))
        );
    }
    for tags in ["\"other\"".to_owned(), tag.trim_matches('"').to_owned(), "W/\"other\"".to_owned()] {
        assert_eq!(ask(&tags).expect(200).body, full.body, "{tags}");
    }
    let head = server.request("HEAD", PATH).header("if-none-match", &tag).send();
    assert_eq!(head.status, 304);
}

#[test]
fn what_was_written_is_read() {
    let server = built();
    let before = server.get(PATH).expect(200);
    assert_eq!(before.json()["outdated"], false);
    let import = server.import("daily_bars", "date,ticker,close\n2026-08-12,C05,400\n");
    let version = import["data_version"].as_i64().unwrap();
    assert!(version > version_of(&before));
    // A client that has seen the import is not answered from before it.
    let with = |version: i64| server.request("GET", PATH).header("x-data-version", &version.to_string()).send();
    let marked = with(version).expect(200);
    assert!(version_of(&marked) >= version);
    assert_eq!((cache_of(&marked), &marked.json()["outdated"]), ("miss", &json!(true)));
    assert_eq!(server.get(PATH).expect(200).json()["outdated"], true);
    let built = build(&server);
    assert!(built > version);
    let after = server.get(PATH).expect(200);
    assert_eq!((&after.json()["outdated"], version_of(&after)), (&json!(false), built));
    assert_ne!(after.json()["data"], before.json()["data"]);
    assert_ne!(after.header("etag"), before.header("etag"));
    let again = with(built).expect(200);
    assert_eq!((cache_of(&again), &again.body), ("hit", &after.body));
    // A build that changes nothing leaves what is cached in use.
    assert_eq!(build(&server), built);
    assert_eq!(cache_of(&server.get(PATH).expect(200)), "hit");
    let bad = server.request("GET", PATH).header("x-data-version", "new").send();
    let _ = bad.problem(400, "malformed_parameter");
}

#[test]
fn another_index_and_refused_requests_leave_the_cache_alone() {
    let server = built();
    let _ = server.get(PATH).expect(200);
    server.build(&json!({"start_date": "2026-08-03", "end_date": "2026-08-31", "top_n": 3}));
    let _ = server.send_csv("daily_bars", "date,ticker\n").problem(422, "missing_column");
    assert_eq!(cache_of(&server.get(PATH).expect(200)), "hit");
    // A refusal is not kept: what is missing now may be there at the next request.
    let later = "/index-performance?index=top4-equal-daily-price-line";
    let _ = server.get(later).problem(404, "not_found");
    server.build(&json!({"start_date": "2026-08-03", "end_date": "2026-08-31", "top_n": 4}));
    let _ = server.get(later).expect(200);
}

#[test]
fn a_restarted_server_finds_in_the_shared_cache_what_was_asked_for_twice() {
    let mut server = built();
    let first = server.get(PATH).expect(200);
    let once = format!("{PATH}&start_date=2026-08-10");
    let _ = server.get(&once).expect(200);
    assert_eq!(cache_of(&first), "miss");
    // The shared cache is filled after the answer is sent, so the first restart may come too early.
    let deadline = Instant::now() + Duration::from_secs(60);
    let second = loop {
        assert_eq!(cache_of(&server.get(PATH).expect(200)), "hit");
        server.stop();
        server.restart();
        let reply = server.get(PATH).expect(200);
        if cache_of(&reply) == "hit" {
            break reply;
        }
        assert!(Instant::now() < deadline, "the shared cache never has the answer");
    };
    assert_eq!((cache_of(&second), second.header("etag")), ("hit", first.header("etag")));
    assert_eq!(second.body, first.body);
    let metrics = server.get("/metrics").expect(200).text();
    let kv = metrics.lines().filter(|line| line.contains("cache") && line.contains("kv"));
    assert_eq!(kv.filter(|line| line.ends_with(" 1")).count(), 1, "{metrics}");
    assert_eq!(cache_of(&server.get(&once).expect(200)), "miss", "a question asked once is not worth a write");
}

#[test]
fn a_range_that_is_cut_from_memory_is_the_one_that_the_database_answers() {
    let mut server = built();
    let index = "index=top5-equal-daily-price-line";
    let paths: Vec<String> = ["2026-08-10"]
        .iter()
        .flat_map(|day| {
            [
                format!("/index-performance?{index}&start_date={day}"),
                format!("/index-performance?{index}&end_date={day}&format=csv"),
                format!("/index-composition?{index}&date={day}"),
                format!("/composition-changes?{index}&start_date={day}"),
            ]
        })
        .collect();
    // A server that was just started reads the first question's answer of the database, and cuts later ones from what it remembers.
    let first_of_all: Vec<(String, Vec<u8>)> = paths
        .iter()
        .map(|path| {
            server.stop();
            server.restart();
            let reply = server.get(path).expect(200);
            assert_eq!(cache_of(&reply), "miss", "{path}");
            (reply.header("etag").unwrap().to_owned(), reply.body)
        })
        .collect();
    server.stop();
    server.restart();
    for (path, (etag, body)) in paths.iter().zip(first_of_all) {
        let reply = server.get(path).expect(200);
        assert_eq!((cache_of(&reply), reply.header("etag")), ("miss", Some(etag.as_str())), "{path}");
        assert_eq!(reply.body, body, "{path}");
    }
    let statements = |server: &Server| {
        let metrics = server.get("/metrics").expect(200).text();
        let line = metrics.lines().find_map(|line| line.strip_prefix("equipoise_d1_statements_total "));
        line.unwrap().parse::<u64>().unwrap()
    };
    let before = statements(&server);
    let reply = server.get(&format!("/index-performance?{index}&start_date=2026-08-11")).expect(200);
    assert_eq!(cache_of(&reply), "miss");
    // The gauges of the metrics and, where a second has passed, the versions.
    assert!(statements(&server) - before <= 4, "a range was read again");
}
