//! The sample market, from the cron expression to the index.

use domain::calendar::last_sessions;
use domain::units::Day;
use serde_json::{Value, json};
use system_tests::{Options, Server};

const INGESTION: &str = "15 22 * * MON-FRI";
const INDICES: &str = "45 22 * * MON-FRI";

/// The market of the sample; a read looks at the stored version each time, as another isolate than the cron's would.
fn sample() -> Server {
    Server::start(Options::default().var("SAMPLE_COMPANIES", 150).var("VERSION_TTL_MS", 0))
}

fn held(server: &Server) -> Vec<Day> {
    let rows = server.sql("select day from sessions order by day");
    rows.iter().map(|row| Day::from_number(i32::try_from(row["day"].as_i64().unwrap()).unwrap())).collect()
}

#[test]
fn the_cron_keeps_thirty_sessions_filled_and_its_second_run_changes_nothing() {
    let server = sample();
    server.cron(INGESTION);
    server.finish_jobs();
    let run = server.latest_run();
    assert_eq!(
        (&run["status"], &run["provider"], &run["synthetic"]),
        (&json!("succeeded"), &json!("sample"), &json!(true))
    );
    assert_eq!((&run["gaps"], &run["error"], &run["rows"]["rejected"]), (&json!([]), &Value::Null, &json!(0)));
    // The last thirty sessions of the exchange, without a hole, up to the one that is complete.
    let days = held(&server);
    assert_eq!(days, last_sessions(*days.last().unwrap(), 30));
    assert_eq!((&run["start_date"], &run["end_date"]), (&json!(days[0].to_string()), &json!(days[29].to_string())));
    let today = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() / 86_400;
    let last = days[29].number();
    assert!((i64::from(last) - i64::try_from(today).unwrap()).abs() <= 5, "the last session is {}", days[29]);

    let (stored, bars) = (server.stored(), server.sql("select * from daily_bars"));
    server.cron(INGESTION);
    server.finish_jobs();
    let again = server.latest_run();
    assert_eq!(again["id"].as_i64().unwrap(), run["id"].as_i64().unwrap() + 1);
    assert_eq!(
        (&again["status"], &again["rows"]["inserted"], &again["rows"]["changed"]),
        (&json!("succeeded"), &json!(0), &json!(0))
    );
    assert_eq!((server.stored(), server.sql("select * from daily_bars")), (stored, bars));
    // Ingestion itself never builds.
    assert_eq!(server.sql("select count(*) as n from index_sessions")[0]["n"], 0);

    // A session that is lost is found missing and filled again.
    let hole = days[11].number();
    let _ = server.sql(&format!("delete from daily_bars where day = {hole}"));
    let _ = server.sql(&format!("delete from market_caps where day = {hole}"));
    let _ = server.sql(&format!("delete from sessions where day = {hole}"));
    server.cron(INGESTION);
    server.finish_jobs();
    assert_eq!(held(&server), days);
}

#[test]
fn the_second_cron_brings_indices_up_to_date() {
    let server = sample();
    server.cron(INGESTION);
    server.finish_jobs();
    let days = held(&server);
    let request = json!({"start_date": days[0].to_string(), "end_date": days[19].to_string()});
    let built = server.build(&request);
    assert_eq!((&built["sessions"], &built["warnings"]), (&json!(20), &json!([])));
    let _ = server.sql("update indices set auto_build = 1");
    server.cron(INDICES);
    server.finish_jobs();
    let performance = server.performance("");
    assert_eq!((&performance["end_date"], &performance["synthetic"]), (&json!(days[29].to_string()), &json!(true)));
    assert_eq!(performance["data"].as_array().unwrap().len(), 30);
    let version = server.stored();
    server.cron(INDICES);
    server.finish_jobs();
    assert_eq!(server.stored(), version);
    // What changed is brought up to date as well.
    let ticker =
        server.get(&format!("/index-composition?date={}", days[14])).expect(200).json()["constituents"][3]["ticker"]
            .clone();
    server.import("daily_bars", format!("date,ticker,close\n{},{},1000\n", days[15], ticker.as_str().unwrap()));
    assert_eq!(server.performance("")["outdated"], true);
    server.cron(INDICES);
    server.finish_jobs();
    assert_eq!(server.performance("")["outdated"], false);
}

#[test]
fn a_backfill_of_any_range_gives_the_market_that_any_other_does() {
    let (whole, parts) = (sample(), sample());
    whole.add_ingestion("sample", "2020-02-18", "2020-04-03");
    whole.finish_jobs();
    for (from, to) in [("2020-03-16", "2020-04-03"), ("2020-02-18", "2020-03-06"), ("2020-03-02", "2020-03-20")] {
        parts.add_ingestion("sample", from, to);
        parts.finish_jobs();
    }
    let range = json!({"start_date": "2020-02-18", "end_date": "2020-04-03"});
    let (a, b) = (whole.build(&range), parts.build(&range));
    assert_eq!((&a["sessions"], &a["missing_sessions"]), (&json!(34), &json!([])));
    assert_eq!(a["sessions"], b["sessions"]);
    assert_eq!(whole.performance("")["data"], parts.performance("")["data"]);
    assert_eq!(
        whole.get("/composition-changes").expect(200).json()["changes"],
        parts.get("/composition-changes").expect(200).json()["changes"]
    );
}

#[test]
fn an_unreadable_job_ends_with_a_name_and_others_go_on() {
    let server = sample();
    for (key, spec) in [
        ("a", "{}"),
        ("b", r#"{"provider":"sample"}"#),
        ("c", r#"{"provider":"nobody","from":"2026-08-03","to":"2026-08-04"}"#),
        ("d", r#"{"provider":"massive","from":"2026-08-03","to":"2026-08-04"}"#),
        ("e", r#"{"provider":"sample","from":"2026-08-04","to":"2026-08-03"}"#),
    ] {
        let _ = server.sql(&format!(
            "insert into jobs (kind, key, spec, created_at, updated_at) values ('ingest', '{key}', '{spec}', 1, 1)"
        ));
    }
    let _ = server.sql("insert into jobs (kind, key, spec, created_at, updated_at) values ('dance', 'f', '{}', 1, 1)");
    server.add_ingestion("sample", "2026-08-03", "2026-08-04");
    server.finish_jobs();
    let jobs = server.sql("select key, status, error from jobs order by id");
    let code = |row: &Value| row["error"].as_str().unwrap_or_default().split(':').next().unwrap().to_owned();
    let ended: Vec<(&str, String)> = jobs.iter().map(|row| (row["status"].as_str().unwrap(), code(row))).collect();
    let expected = [
        ("failed", "spec_unusable"),
        ("failed", "spec_unusable"),
        ("failed", "provider_not_configured"),
        ("failed", "provider_not_configured"),
        ("failed", "spec_unusable"),
        ("failed", "unknown_kind"),
        ("done", ""),
    ];
    assert_eq!(ended, expected.map(|(status, code)| (status, code.to_owned())), "{jobs:?}");
    assert_eq!(held(&server).len(), 2);
}
