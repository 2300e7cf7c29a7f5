//! Kills at random instants: whatever was being done is done wholly or not at all, and doing it again gives what an
//! undisturbed run does. Dozens of kills; `FAULTS=long` makes it more than five hundred. `FAULTS_SEED` repeats a run.
#![expect(clippy::unwrap_used, reason = "a test ends where its tools fail")]
#![expect(clippy::print_stdout, reason = "the seed and what was hit belong into the test's output")]

mod chance;
mod clock;
mod disk;
mod streams;

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Instant;

use serde_json::{Value, json};
use system_tests::{
    Options, Request, Server, ended, sessions_between, small_bars, small_chain, small_shares, strangle,
};

use crate::chance::Chance;

/// How often each kind of work is cut off.
fn kills() -> usize {
    if std::env::var("FAULTS").is_ok_and(|how| how == "long") { 70 } else { 4 }
}

/// What was cut off was under way often enough: a suite whose kills all come too late or too early shows nothing.
fn assert_hit(kind: &str, cut: usize, kills: usize) {
    println!("{cut} of {kills} kills met {kind} that was under way");
    assert!(kills < 20 || cut * 8 >= kills && cut > 0, "{kind}: only {cut} of {kills}");
}

/// Everything that is held, as a user can export it.
fn exported(server: &Server) -> BTreeMap<&'static str, String> {
    let kinds = ["securities", "daily_bars", "market_caps", "shares", "splits", "dividends"];
    kinds.map(|kind| (kind, server.get(&format!("/exports?kind={kind}")).expect(200).text())).into()
}

fn assert_same(was: &BTreeMap<&'static str, String>, expected: &BTreeMap<&'static str, String>) {
    for (kind, text) in expected {
        let first = was[kind].lines().zip(text.lines()).find(|(was, expected)| was != expected);
        assert!(
            was[kind] == *text,
            "{kind}: {} lines, expected {}, {first:?}",
            was[kind].lines().count(),
            text.lines().count()
        );
    }
}

/// What must hold at every instant: a session is there with all its bars, or not at all.
fn assert_whole_days(server: &Server, bars_of: &BTreeMap<i64, i64>) {
    let days = server.sql(
        "select b.day, count(*) as n, s.bars from daily_bars b left join sessions s on s.day = b.day group by b.day",
    );
    for row in days {
        let expected = bars_of.get(&row["day"].as_i64().unwrap()).unwrap();
        assert_eq!(
            (row["n"].as_i64(), row["bars"].as_i64()),
            (Some(*expected), Some(*expected)),
            "part of a day: {row}"
        );
    }
}

fn bars_by_day(server: &Server) -> BTreeMap<i64, i64> {
    let rows = server.sql("select day, count(*) as n from daily_bars group by day");
    rows.iter().map(|row| (row["day"].as_i64().unwrap(), row["n"].as_i64().unwrap())).collect()
}

/// Twenty-one minutes later, as far as the database can tell, nothing of what was cut off is left.
fn assert_swept(server: &Server) {
    let _ = server.sql("update imports set touched_at = touched_at - 1260000 where status = 'receiving'");
    let _ = server.sql("update batches set touched_at = touched_at - 1260000");
    server.tick();
    for table in ["staging", "batches", "changed_days"] {
        assert_eq!(server.sql(&format!("select count(*) as n from {table}"))[0]["n"], 0, "{table}");
    }
    assert_eq!(server.sql("select count(*) as n from imports where status = 'receiving'")[0]["n"], 0);
}

#[test]
fn a_killed_ingestion_goes_on_to_what_an_undisturbed_one_gives() {
    let (from, to) = ("2026-03-02", "2026-05-29");
    let options = || Options::default().var("SAMPLE_COMPANIES", 300);
    let undisturbed = Server::start(options());
    let started = Instant::now();
    undisturbed.add_ingestion("sample", from, to);
    undisturbed.finish_jobs();
    let usual = started.elapsed();
    let (expected, bars_of) = (exported(&undisturbed), bars_by_day(&undisturbed));
    drop(undisturbed);

    let mut chance = Chance::new("ingestion");
    let mut server = Server::start(options());
    let mut cut = 0;
    let is_open = |server: &Server| !server.sql("select 1 from jobs where status = 'open'").is_empty();
    for kill in 0..kills() {
        if !is_open(&server) {
            // Every session there already: fetch some of them again.
            if bars_by_day(&server).len() == bars_of.len() {
                let _ = server.sql("delete from daily_bars where day % 3 = 0");
                let _ = server.sql("delete from market_caps where day % 3 = 0");
                let _ = server.sql("delete from reported_caps where day % 3 = 0");
                let _ = server.sql("delete from sessions where day % 3 = 0");
            }
            server.add_ingestion("sample", from, to);
        }
        server.tick();
        sleep(chance.within(usual / 2));
        server.kill();
        server.restart();
        assert_whole_days(&server, &bars_of);
        println!("kill {kill}: {} of {} sessions", bars_by_day(&server).len(), bars_of.len());
        cut += usize::from(is_open(&server));
        // Three minutes later the slice that was cut off is anyone's.
        let _ = server.sql("update jobs set lease_until = 0 where status = 'open'");
    }
    assert_hit("an ingestion", cut, kills());
    server.finish_jobs();
    server.add_ingestion("sample", from, to);
    server.finish_jobs();
    let run = server.latest_run();
    assert_eq!((&run["status"], &run["gaps"]), (&json!("succeeded"), &json!([])));
    assert_same(&exported(&server), &expected);
    assert_swept(&server);
    // A run that is not running any more does not say that it is.
    assert_eq!(server.sql("select count(*) as n from ingestion_runs where status = 'running'")[0]["n"], 0);
}

#[test]
fn a_killed_import_is_there_wholly_or_not_at_all() {
    let days = sessions_between("2016-01-04", "2026-06-30");
    let files: Vec<String> = days.chunks(36).map(|days| small_bars(days, 400)).take(kills() + 1).collect();
    let undisturbed = Server::start(Options::default());
    undisturbed.import("shares", small_shares(400));
    let started = Instant::now();
    for file in &files {
        undisturbed.import("daily_bars", file.as_str());
    }
    let usual = started.elapsed() / u32::try_from(files.len()).unwrap();
    let (expected, bars_of) = (exported(&undisturbed), bars_by_day(&undisturbed));
    drop(undisturbed);

    let mut chance = Chance::new("import");
    let mut server = Server::start(Options::default());
    server.import("shares", small_shares(400));
    let (mut stored, mut cut) = (0, 0);
    for (number, file) in files.iter().enumerate() {
        if number < kills() {
            let (url, body) = (server.url("/imports?kind=daily_bars"), file.clone());
            let sender = std::thread::spawn(move || {
                let request = Request::new("POST", url).header("content-type", "text/csv").body(body);
                request.try_send().is_ok_and(|reply| reply.status == 201)
            });
            sleep(chance.within(usual));
            server.kill();
            let answered = sender.join().unwrap();
            server.restart();
            let now = server.stored()["daily_bars"].as_u64().unwrap();
            let whole = stored + file.lines().count() as u64 - 1;
            assert!(now == stored || now == whole, "{now} rows, expected {stored} or {whole}");
            assert!(!answered || now == whole, "an import that was answered is gone");
            cut += usize::from(now == stored);
            assert_whole_days(&server, &bars_of);
            stored = whole;
        }
        // Sent again whatever became of it, it stores what is lacking and nothing twice.
        server.import("daily_bars", file.as_str());
    }
    assert_hit("an import", cut, kills());
    assert_same(&exported(&server), &expected);
    assert_swept(&server);
}

#[test]
fn a_killed_build_is_there_wholly_or_not_at_all() {
    let days = sessions_between("2025-01-02", "2026-06-30");
    let start = |options: Options| {
        let server = Server::start(options);
        server.import("shares", small_shares(120));
        server.import("daily_bars", small_bars(&days, 120));
        server
    };
    // Each kill meets an index that is not built yet.
    let request = |number: usize| {
        let (weighting, rebalance) = (["equal", "cap"][number % 2], ["daily", "weekly"][number / 2 % 2]);
        json!({"start_date": "2025-01-10", "end_date": "2026-06-30", "top_n": 80 + number / 4,
            "weighting": weighting, "rebalance": rebalance})
    };
    let mut chance = Chance::new("build");
    let (undisturbed, mut server) = (start(Options::default()), start(Options::default()));
    let mut cut = 0;
    for number in 0..kills() {
        if number % 40 == 39 {
            // An owner has at most fifty indices.
            for table in ["index_members", "index_sessions", "indices"] {
                let _ = server.sql(&format!("delete from {table}"));
                let _ = undisturbed.sql(&format!("delete from {table}"));
            }
        }
        let started = Instant::now();
        let expected = undisturbed.build(&request(number));
        let usual = started.elapsed();
        let index = format!("index={}", expected["index"].as_str().unwrap());
        let (url, body) = (server.url("/build-index"), request(number));
        let builder = std::thread::spawn(move || {
            Request::new("POST", url).json(&body).try_send().is_ok_and(|reply| reply.status == 200)
        });
        sleep(chance.within(usual));
        server.kill();
        let answered = builder.join().unwrap();
        server.restart();
        let counts = server.sql(&format!(
            "select (select count(*) from index_sessions where index_id = i.id) as sessions,
                    (select count(*) from index_members where index_id = i.id) as members,
                    (select sum(constituents) from index_sessions where index_id = i.id) as chosen
             from indices i where slug = '{}'",
            expected["index"].as_str().unwrap()
        ));
        let sessions = counts.first().map_or(0, |row| row["sessions"].as_u64().unwrap());
        assert!(sessions == 0 || sessions == expected["sessions"], "{counts:?}");
        assert!(
            counts.iter().all(|row| row["members"] == row["chosen"] || sessions == 0 && row["members"] == 0),
            "{counts:?}"
        );
        assert!(!answered || sessions > 0, "a build that was answered is gone");
        cut += usize::from(sessions == 0);
        let again = server.build(&request(number));
        assert_eq!((&again["inputs_hash"], &again["sessions"]), (&expected["inputs_hash"], &expected["sessions"]));
        for path in ["/index-performance", "/composition-changes"] {
            let read = |server: &Server| -> Value { server.get(&format!("{path}?{index}")).expect(200).json() };
            let name = if path == "/index-performance" { "data" } else { "changes" };
            assert_eq!(read(&server)[name], read(&undisturbed)[name], "{path}?{index}");
        }
    }
    assert_hit("a build", cut, kills());
}

#[test]
fn killed_backtests_end_as_undisturbed_ones() {
    let options = || Options::default().var("BACKTEST_SLICE_ROWS", 400);
    let started = |server: &Server| {
        let request = server.request("POST", "/imports?kind=chains").header("content-type", "text/csv");
        let _ = request.body(small_chain(60)).send().expect(201);
    };
    let undisturbed = Server::start(options());
    started(&undisturbed);
    let at = Instant::now();
    let id = undisturbed.post("/backtests", &strangle()).expect(202).json()["id"].clone();
    let expected = ended(&undisturbed, &id);
    let usual = at.elapsed();
    assert_eq!(expected["status"], "succeeded", "{expected}");
    let read = |server: &Server, id: &Value, what: &str| -> Value {
        server.get(&format!("/backtests/{id}/{what}")).expect(200).json()
    };
    let mut server = Server::start(options());
    started(&server);
    let mut chance = Chance::new("backtest");
    let mut cut = 0;
    for _ in 0..kills() {
        let id = server.post("/backtests", &strangle()).expect(202).json()["id"].clone();
        for _ in 0..3 {
            sleep(chance.within(usual));
            server.kill();
            server.restart();
            // Three minutes later, as far as the database can tell: a lease that was lost has ended.
            let _ = server.sql("update jobs set lease_until = 0, next_at = 0 where status = 'open'");
            let state = server.get(&format!("/backtests/{id}")).expect(200).json();
            cut += usize::from(state["status"] != "succeeded");
            server.tick();
        }
        let run = ended(&server, &id);
        assert_eq!(run["status"], "succeeded", "{run}");
        assert_eq!(run["report"], expected["report"]);
        assert_eq!(read(&server, &id, "trades")["trades"], read(&undisturbed, &expected["id"], "trades")["trades"]);
        assert_eq!(read(&server, &id, "equity")["data"], read(&undisturbed, &expected["id"], "equity")["data"]);
    }
    assert_hit("a backtest", cut, 3 * kills());
}

#[test]
fn a_killed_import_of_chains_leaves_all_or_nothing() {
    let file = small_chain(250);
    let undisturbed = Server::start(Options::default());
    let bring = |server: &Server| {
        let request = server.request("POST", "/imports?kind=chains").header("content-type", "text/csv");
        request.body(file.clone()).try_send()
    };
    let at = Instant::now();
    let _ = bring(&undisturbed).unwrap().expect(201);
    let usual = at.elapsed();
    let held = |server: &Server| server.sql("select underlying, month, hash, row_count from chains order by month");
    let expected = held(&undisturbed);
    let mut chance = Chance::new("chains");
    let mut cut = 0;
    for _ in 0..kills() {
        let mut server = Server::start(Options::default());
        let url = server.url("/imports?kind=chains");
        let body = file.clone();
        let sender = std::thread::spawn(move || {
            let request = Request::new("POST", url).header("content-type", "text/csv").body(body);
            request.try_send().is_ok_and(|reply| reply.status == 201)
        });
        sleep(chance.within(usual));
        server.kill();
        let answered = sender.join().unwrap();
        server.restart();
        let after = held(&server);
        assert!(after.is_empty() || after == expected, "half a file is visible: {after:?}");
        cut += usize::from(after.is_empty());
        assert!(!answered || after == expected, "an import that was answered is gone");
        let _ = bring(&server).unwrap().expect(201);
        assert_eq!(held(&server), expected);
    }
    assert_hit("an import of chains", cut, kills());
}
