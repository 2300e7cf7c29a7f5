//! The vendor adapter from end to end, against a server that answers as the vendor does, and as it should not.

use serde_json::{Value, json};
use system_tests::recorded_vendor::{Fault, RecordedVendor};
use system_tests::{Options, Server};

/// What must never be seen again once it is configured.
const KEY: &str = "Zx81-secret-vendor-key";

fn with_vendor(arguments: &[&str]) -> (Server, RecordedVendor) {
    let vendor = RecordedVendor::start(arguments).unwrap();
    let options = Options::default()
        .var("PROVIDER", "massive")
        .var("MASSIVE_API_KEY", KEY)
        .var("MASSIVE_BASE_URL", vendor.url())
        .var("MASSIVE_REQUESTS_PER_MINUTE", 0)
        .var("MASSIVE_TIMEOUT_MS", 400)
        .var("INGEST_SHARES_TOP", 200)
        .var("LOG_REQUESTS", "all");
    (Server::start(options), vendor)
}

fn assert_key_is_nowhere(server: &Server) {
    for path in ["/ingestions", "/providers", "/metrics", "/ready", "/indices"] {
        assert!(!server.get(path).text().contains(KEY), "the key is in {path}");
    }
    assert!(!server.log().contains(KEY), "the key is in the log");
    for table in ["ingestion_runs", "jobs", "provider_budgets"] {
        assert!(!format!("{:?}", server.sql(&format!("select * from {table}"))).contains(KEY), "the key is in {table}");
    }
}

#[test]
fn a_vendors_market_becomes_an_index() {
    let (server, vendor) = with_vendor(&["--page-rows", "50"]);
    server.add_ingestion("massive", "2026-03-02", "2026-03-20");
    server.finish_jobs();
    let run = server.latest_run();
    assert_eq!((&run["status"], &run["gaps"]), (&json!("succeeded"), &json!([])), "{run}");
    let requests = vendor.requests().unwrap();
    assert!(requests.iter().all(|request| request["bearer"] == true && request["method"] == "GET"));
    assert!(!format!("{requests:?}").contains(KEY), "the key is in a URL");
    assert_eq!(run["requests"].as_u64().unwrap(), requests.len() as u64);
    let asked = |text: &str| requests.iter().filter(|one| one["url"].as_str().unwrap().contains(text)).count();
    // 130 companies are three pages of fifty.
    assert!(asked("/v3/reference/tickers?") >= 3 && asked("splits") >= 1 && asked("dividends") >= 1);

    let built = server.build(&json!({"start_date": "2026-03-02", "end_date": "2026-03-20"}));
    assert_eq!((&built["sessions"], &built["missing_sessions"]), (&json!(15), &json!([])));
    let performance = server.performance("");
    assert_eq!((&performance["synthetic"], &performance["data"][0]["constituents"]), (&json!(false), &json!(100)));
    // The fund trades, but only common stock is chosen.
    let composition = server.get("/index-composition?date=2026-03-20").expect(200).json();
    let members = composition["constituents"].as_array().unwrap();
    assert!(members.iter().all(|member| member["ticker"] != "RVETF"));
    let caps: Vec<f64> = members.iter().map(|member| member["market_cap"].as_f64().unwrap()).collect();
    assert!(caps.is_sorted_by(|a, b| a >= b));
    // Company 7 splits on 2026-03-10: its raw price halves, its return does not.
    let explained = server.get("/index-explain?date=2026-03-10").expect(200).json();
    let split: Vec<&Value> =
        explained["members"].as_array().unwrap().iter().filter(|member| member["split_ratio"] == 2.0).collect();
    assert_eq!(split.len(), 1);
    assert!(split[0]["return"].as_f64().unwrap().abs() < 0.1, "{}", split[0]);
    assert_key_is_nowhere(&server);

    // The same range again: bars are held, so nothing but the lists is asked for, and nothing is written.
    let (before, stored) = (vendor.requests().unwrap().len(), server.stored());
    server.add_ingestion("massive", "2026-03-02", "2026-03-20");
    server.finish_jobs();
    let again = server.latest_run();
    assert_eq!((&again["rows"]["inserted"], &again["rows"]["changed"]), (&json!(0), &json!(0)));
    assert_eq!(server.stored(), stored);
    let now = vendor.requests().unwrap();
    assert!(now[before..].iter().all(|one| !one["url"].as_str().unwrap().contains("grouped")), "{:?}", &now[before..]);
}

/// The waits and attempts that came before, as the job's row keeps them: what follows is the last one.
fn make_it_the_last_attempt(server: &Server) {
    let waited = "json_set(state, '$.waits', 200)";
    let _ = server.sql(&format!(
        "update jobs set attempt = max(attempt, 5), state = iif(state = '', '', {waited})
         where status = 'open' and lease_until = 0 and error is not null"
    ));
}

/// As [`Server::finish_jobs`], but what pauses is given one attempt more.
fn finish_soon(server: &Server) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(2);
    while !server.sql("select 1 from jobs where status = 'open'").is_empty() {
        assert!(std::time::Instant::now() < deadline, "{:?}", server.sql("select * from jobs where status = 'open'"));
        make_it_the_last_attempt(server);
        let _ = server.sql("update jobs set next_at = 0 where status = 'open' and lease_until = 0 and next_at > 0");
        server.tick();
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn whatever_the_vendor_does_a_run_ends_with_a_name_and_complete_days_stay() {
    let (server, vendor) = with_vendor(&["--companies", "20"]);
    let modes = [
        ("429", "provider_rate_limited"),
        ("500", "provider_unavailable"),
        ("timeout", "provider_unavailable"),
        ("reset", "provider_unavailable"),
        ("html", "provider_malformed"),
        ("truncated", "provider_malformed"),
        ("empty", "provider_malformed"),
        ("loop", "provider_malformed"),
        ("elsewhere", "provider_malformed"),
        ("400", "provider_refused"),
        ("401", "provider_refused"),
        ("403", "provider_refused"),
    ];
    // Three sessions a mode, from Tuesdays on: the first comes, the second fails, the third is not reached.
    let first = "2026-01-20".parse::<domain::units::Day>().unwrap();
    for (week, (mode, code)) in modes.into_iter().enumerate() {
        let day = |offset: i32| first.plus(7 * i32::try_from(week).unwrap() + offset);
        let (from, failing, to) = (day(0), day(1), day(2));
        let held = || -> Vec<i64> {
            let range = format!("day between {} and {}", from.number(), to.number());
            let rows = server.sql(&format!("select day from sessions where {range} order by day"));
            rows.iter().map(|row| row["day"].as_i64().unwrap()).collect()
        };
        vendor.fault(Fault { mode, count: -1, path: &format!("stocks/{failing}") }).unwrap();
        server.add_ingestion("massive", &from.to_string(), &to.to_string());
        finish_soon(&server);
        let run = server.latest_run();
        println!("{mode}: {}", run["error"]);
        assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!(code)), "{mode}: {run}");
        let said = run["error"]["message"].as_str().unwrap();
        assert!(!said.is_empty() && !said.contains("<html"), "{mode}: {said}");
        assert_eq!(held(), [i64::from(from.number())], "{mode}");
        assert_eq!(run["gaps"], json!([failing.to_string(), to.to_string()]), "{mode}");
        let partial =
            format!("select count(*) as n from daily_bars where day > {} and day <= {}", from.number(), to.number());
        assert_eq!(server.sql(&partial)[0]["n"], 0, "{mode} left part of a day");

        vendor.reset().unwrap();
        server.add_ingestion("massive", &from.to_string(), &to.to_string());
        finish_soon(&server);
        assert_eq!(server.latest_run()["status"], "succeeded", "{mode}: {}", server.latest_run());
        assert_eq!(held().len(), 3, "{mode}: the next run did not go on");
    }
    assert_eq!(server.sql("select count(*) as n from staging")[0]["n"], 0);
    assert_key_is_nowhere(&server);
}

#[test]
fn a_row_that_cannot_be_is_turned_away_and_told_and_the_rest_is_kept() {
    let (server, vendor) = with_vendor(&["--companies", "20"]);
    // A close that is NaN, which is not even JSON.
    vendor.fault(Fault { mode: "nan", count: 1, path: "stocks/2026-05-05" }).unwrap();
    server.add_ingestion("massive", "2026-05-04", "2026-05-06");
    server.finish_jobs();
    let run = server.latest_run();
    assert_eq!((&run["status"], &run["rows"]["rejected"]), (&json!("succeeded"), &json!(1)), "{run}");
    let reason = run["rejections"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("2026-05-05") && reason.contains("RVAAA") && reason.contains("close"), "{reason}");
    let bars = server.sql("select day, count(*) as n from daily_bars group by day order by day");
    let counts: Vec<i64> = bars.iter().map(|row| row["n"].as_i64().unwrap()).collect();
    assert_eq!((counts.len(), counts[0] - counts[1], counts[2]), (3, 1, counts[0]));
}

#[test]
fn a_setback_that_passes_is_not_a_failure() {
    let (server, vendor) = with_vendor(&["--companies", "20"]);
    for (mode, path) in [("500", "grouped"), ("429", "dividends"), ("timeout", "splits"), ("reset", "tickers")] {
        vendor.fault(Fault { mode, count: 2, path }).unwrap();
        server.add_ingestion("massive", "2026-05-04", "2026-05-06");
        server.finish_jobs();
        let run = server.latest_run();
        assert_eq!((&run["status"], &run["error"]), (&json!("succeeded"), &Value::Null), "{mode}: {run}");
        vendor.reset().unwrap();
    }
    assert_eq!(server.stored()["sessions"], 3);
}

#[test]
fn the_vendors_own_pace_is_kept() {
    let vendor = RecordedVendor::start(&["--companies", "8"]).unwrap();
    let options = Options::default()
        .var("MASSIVE_API_KEY", KEY)
        .var("MASSIVE_BASE_URL", vendor.url())
        .var("MASSIVE_REQUESTS_PER_MINUTE", 600);
    let server = Server::start(options);
    let started = std::time::Instant::now();
    server.add_ingestion("massive", "2026-05-04", "2026-05-06");
    server.finish_jobs();
    assert_eq!(server.latest_run()["status"], "succeeded");
    let requests = u32::try_from(vendor.requests().unwrap().len()).unwrap();
    assert!(requests > 10, "{requests}");
    let least = std::time::Duration::from_millis(100) * (requests - 1);
    assert!(started.elapsed() >= least, "{requests} requests in {:?}", started.elapsed());
}

#[test]
fn a_vendors_chain_is_kept_and_another_sessions_is_refused() {
    let (server, vendor) = with_vendor(&["--companies", "20", "--page-rows", "15", "--quoted-on", "2026-03-20"]);
    let ingest = |from: &str, to: &str| {
        let spec = json!({"provider": "massive", "from": from, "to": to, "underlyings": ["RVAAA", "RVAAD"]});
        let _ = server.sql(&format!(
            "insert into jobs (kind, key, spec, created_at, updated_at) values ('ingest_chains', 'x', '{spec}', 0, 0)"
        ));
        server.finish_jobs();
        server.latest_run()
    };
    let run = ingest("2026-03-20", "2026-03-20");
    // Two underlyings, two expirations, eleven strikes, two rights: 44 contracts each, three pages of fifteen.
    assert_eq!(
        (&run["status"], &run["rows"]["inserted"], &run["requests"]),
        (&json!("succeeded"), &json!(88), &json!(6))
    );
    let held = server.get("/chains").expect(200).json();
    assert_eq!(
        (&held["data"][1]["underlying"], &held["data"][1]["rows"], &held["data"][1]["sources"]),
        (&json!("RVAAD"), &json!(44), &json!(["massive"]))
    );
    let chain = server.get("/chains/RVAAA?date=2026-03-20").expect(200).json();
    let quote = &chain["quotes"][0];
    assert_eq!(
        (&quote["root"], &quote["volume"], &quote["vega"]),
        (&json!("RVAAA"), &json!(10.0), &json!(0.1)),
        "{quote}"
    );
    let again = ingest("2026-03-20", "2026-03-20");
    assert_eq!((&again["rows"]["inserted"], &again["rows"]["unchanged"]), (&json!(0), &json!(88)), "{again}");
    // The vendor has them only as they are quoted now: nothing is dated back.
    let earlier = ingest("2026-03-18", "2026-03-18");
    assert_eq!(
        (&earlier["status"], &earlier["error"]["code"]),
        (&json!("failed"), &json!("provider_refused")),
        "{earlier}"
    );
    assert_eq!(server.get("/chains").expect(200).json(), held);
    // A setback passes; a refusal ends it, in the vendor's words.
    vendor.fault(Fault { mode: "500", count: 2, path: "snapshot" }).unwrap();
    assert_eq!(ingest("2026-03-20", "2026-03-20")["status"], "succeeded");
    vendor.fault(Fault { mode: "403", count: 1, path: "snapshot" }).unwrap();
    let refused = ingest("2026-03-20", "2026-03-20");
    assert!(refused["error"]["message"].as_str().unwrap().contains("not entitled"), "{refused}");
    assert_key_is_nowhere(&server);
}
