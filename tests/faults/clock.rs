//! A clock that jumps while work is going on: by an hour or a day, to and fro. The server's own clock cannot be set, but it knows
//! the time only beside the instants that it has stored, so these are moved the other way.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use system_tests::{Options, Server, ended, sessions_between, small_bars, small_chain, strangle};

use crate::{assert_same, exported};

const HOUR_MS: i64 = 3_600_000;
/// To and fro, and at last somewhat ahead of where it began.
const JUMPS_MS: [i64; 8] =
    [24 * HOUR_MS, -48 * HOUR_MS, HOUR_MS, -HOUR_MS, 30 * 24 * HOUR_MS, -30 * 24 * HOUR_MS, -HOUR_MS, 26 * HOUR_MS];

/// Every instant by which the server decides what is due, held, spent or abandoned.
const INSTANTS: [(&str, &[&str]); 6] = [
    ("jobs", &["lease_until", "next_at", "created_at", "updated_at"]),
    ("provider_budgets", &["next_at", "set_at"]),
    ("imports", &["created_at", "touched_at"]),
    ("batches", &["touched_at"]),
    ("ingestion_runs", &["started_at"]),
    ("backtests", &["created_at", "started_at"]),
];

/// The clock jumps by so much.
fn jump(server: &Server, ms: i64) {
    for (table, columns) in INSTANTS {
        let moved: Vec<String> =
            columns.iter().map(|column| format!("{column} = iif({column} > 0, {column} - {ms}, {column})")).collect();
        let _ = server.sql(&format!("update {table} set {}", moved.join(", ")));
    }
}

fn wait_until(what: &str, server: &Server, is_so: impl Fn(&Server) -> bool) {
    let deadline = Instant::now() + Duration::from_mins(3);
    while !is_so(server) {
        assert!(Instant::now() < deadline, "{what}: {:?}", server.sql("select * from jobs"));
        server.tick();
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_instant_of_the_tables_that_decide_is_moved() {
    let server = Server::start(Options::default());
    for (table, columns) in INSTANTS {
        let named = server.sql(&format!(
            "select name from pragma_table_info('{table}') where name like '%\\_at' escape '\\' or name like '%\\_until' escape '\\'"
        ));
        for name in named.iter().map(|row| row["name"].as_str().unwrap()) {
            // When something ended is told to people; nothing is decided by it.
            assert!(columns.contains(&name) || name == "finished_at", "{table}.{name}");
        }
    }
}

#[test]
fn an_ingestion_ends_as_it_should_whatever_the_clock_does() {
    let options = || Options::default().var("SAMPLE_COMPANIES", 150);
    let ingest = |server: &Server| server.add_ingestion("sample", "2026-03-02", "2026-05-29");
    let undisturbed = Server::start(options());
    ingest(&undisturbed);
    undisturbed.finish_jobs();
    let server = Server::start(options());
    ingest(&server);
    let is_done = |server: &Server| server.sql("select 1 from jobs where status = 'open'").is_empty();
    for ms in JUMPS_MS {
        server.tick();
        sleep(Duration::from_millis(150));
        jump(&server, ms);
    }
    wait_until("the ingestion", &server, is_done);
    // Once more after everything, for what was given up between two jumps.
    ingest(&server);
    wait_until("the second ingestion", &server, is_done);
    let run = server.latest_run();
    assert_eq!((&run["status"], &run["gaps"]), (&json!("succeeded"), &json!([])), "{run}");
    assert_same(&exported(&server), &exported(&undisturbed));
    assert_eq!(server.sql("select count(*) as n from ingestion_runs where status = 'running'")[0]["n"], 0);
}

#[test]
fn a_backtest_ends_as_it_should_whatever_the_clock_does() {
    let options = || Options::default().var("BACKTEST_SLICE_ROWS", 400);
    let (undisturbed, server) = (Server::start(options()), Server::start(options()));
    let begun = |server: &Server| {
        let _ = server.send_csv("chains", small_chain(60)).expect(201);
        server.post("/backtests", &strangle()).expect(202).json()["id"].clone()
    };
    let id = begun(&undisturbed);
    let expected = ended(&undisturbed, &id);
    let id = begun(&server);
    for ms in JUMPS_MS {
        sleep(Duration::from_millis(60));
        jump(&server, ms);
        server.tick();
    }
    let run = ended(&server, &id);
    assert_eq!((&run["status"], &run["report"]), (&json!("succeeded"), &expected["report"]), "{run}");
    let read = |server: &Server, id: &Value, what| server.get(&format!("/backtests/{id}/{what}")).expect(200).json();
    for what in ["trades", "equity"] {
        assert_eq!(read(&server, &id, what), read(&undisturbed, &expected["id"], what), "{what}");
    }
}

#[test]
fn a_file_in_parts_is_whole_or_nothing_whatever_the_clock_does() {
    let server = Server::start(Options::default());
    let days = sessions_between("2026-06-01", "2026-06-30");
    let (first, second) = (small_bars(&days[..10], 20), small_bars(&days[10..], 20));
    let second = second.split_once('\n').unwrap().1;
    let send = |jumped: i64| {
        let import = server.request("POST", "/imports?kind=daily_bars").send().expect(201).json()["id"].clone();
        let part = |number: i32, body: &str| {
            let put = server.request("PUT", &format!("/imports/{import}/parts/{number}"));
            put.header("content-type", "text/csv").body(body.to_owned()).send().status
        };
        let _ = part(1, &first);
        jump(&server, jumped);
        server.tick();
        let _ = part(2, second);
        server.request("POST", &format!("/imports/{import}/commit")).send().status
    };
    // A day later nobody waits for the rest; a clock that went back keeps the file open.
    let late = send(24 * HOUR_MS);
    assert!((400..500).contains(&late), "{late}");
    assert_eq!(server.stored()["daily_bars"], 0);
    assert_eq!(server.sql("select count(*) as n from staging")[0]["n"], 0);
    assert!(send(-24 * HOUR_MS) < 300);
    assert_eq!(server.stored()["daily_bars"], days.len() * 20);
}
