//! Backtests over HTTP: every scenario of the reference simulator, and whatever can go wrong with a run.

use std::path::Path;

use serde_json::{Value, json};
use system_tests::{Options, Reply, Server, Table, ended, shared_data, small_chain, strangle};

use crate::chains::{import, import_shared};

const FILES: [(&str, &str, &str, &str); 3] = [
    ("spxw_2019_core.csv.gz", "SPX", "2019-04-25", "2019-07-22"),
    ("spxw_optopsy_2018.csv.gz", "SPX", "2018-01-02", "2018-02-28"),
    ("spy_2021_sparse.csv.gz", "SPY", "2021-01-04", "2021-12-31"),
];

fn submit(server: &Server, body: &Value) -> Value {
    let reply = server.post("/backtests", body).expect(202);
    let queued = reply.json();
    assert_eq!(reply.header("location"), Some(&*format!("/backtests/{}", queued["id"])));
    queued["id"].clone()
}

/// A scenario of the reference simulator as a body of ours.
fn body_of(scenario: &Value) -> Value {
    let mut body = scenario.clone();
    let data = body.as_object_mut().unwrap().remove("data").unwrap();
    let (_, underlying, first, last) = FILES.into_iter().find(|(file, ..)| data["file"] == *file).unwrap();
    body["underlying"] = json!(data["underlying"].as_str().unwrap_or(underlying));
    body["start_date"] = json!(data["start"].as_str().unwrap_or(first));
    body["end_date"] = json!(data["end"].as_str().unwrap_or(last));
    body["conventions"] = json!("reference");
    body
}

fn near(found: &Value, expected: Option<f64>, what: &str) {
    match (found.as_f64(), expected) {
        (None, None) => {}
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{what}: {found} is not {expected}");
        }
        (found, expected) => panic!("{what}: {found:?} is not {expected:?}"),
    }
}

fn numbers(text: &str) -> Vec<f64> {
    text.split('|').map(|number| number.parse().unwrap()).collect()
}

fn compare(server: &Server, id: &Value, golden: &Path) {
    let name = golden.file_name().unwrap().to_string_lossy().into_owned();
    let trades = server.get(&format!("/backtests/{id}/trades?format=csv")).expect(200).text();
    // Without a trade, the simulator wrote an empty file.
    let file = std::fs::read_to_string(golden.join("trades.csv")).unwrap();
    let expected = if file.is_empty() { Table::parse("trade_id\n") } else { Table::parse(&file) };
    let found = Table::parse(&trades);
    assert_eq!(found.rows().len(), expected.rows().len(), "trades of {name}");
    for expected in expected.rows() {
        let id = expected.text("trade_id");
        let found = found.rows().find(|row| row.text("trade_id") == id).unwrap();
        for column in ["entry_date", "exit_date", "exit_reason", "days_held", "legs"] {
            assert_eq!(found.text(column), expected.text(column), "{column} of trade {id} of {name}");
        }
        for column in ["entry_spot", "exit_spot", "entry_net", "exit_net", "commissions", "pnl"] {
            let what = format!("{column} of trade {id} of {name}");
            near(&json!(found.number(column)), expected.number(column), &what);
        }
        for column in ["entry_prices", "exit_prices"] {
            for (found, expected) in numbers(found.text(column)).iter().zip(numbers(expected.text(column))) {
                near(&json!(found), Some(expected), &format!("{column} of trade {id} of {name}"));
            }
        }
    }
    let equity = server.get(&format!("/backtests/{id}/equity")).expect(200).json();
    let (equity, expected) = (equity["data"].as_array().unwrap().clone(), Table::read(&golden.join("equity.csv")));
    assert_eq!(equity.len(), expected.rows().len(), "sessions of {name}");
    for (found, expected) in equity.iter().zip(expected.rows()) {
        assert_eq!(found["date"], expected.text("date"), "{name}");
        for column in ["spot", "cash", "positions_value", "equity", "open_positions"] {
            near(&found[column], expected.number(column), &format!("{column} on {} of {name}", found["date"]));
        }
    }
    let run = server.get(&format!("/backtests/{id}")).expect(200).json();
    let statistics = &run["report"]["statistics"];
    let text = std::fs::read_to_string(golden.join("stats.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    for (column, expected) in expected.as_object().unwrap() {
        if let Some(found) = statistics.get(column).filter(|_| !expected.is_object()) {
            near(found, expected.as_f64(), &format!("{column} of {name}"));
        }
    }
    let named = ["final_equity", "total_return", "max_drawdown", "trades", "win_rate", "profit_factor"];
    for column in named {
        assert!(statistics.get(column).is_some(), "{column} is not told: {statistics}");
    }
}

#[test]
fn every_scenario_of_the_reference_simulator_comes_out_the_same() {
    let server = Server::start(Options::default());
    for (file, ..) in FILES {
        if import_shared(&server, file).is_none() {
            return;
        }
    }
    let mut runs = Vec::new();
    for (list, folder, most) in [("scenarios.json", "refsim", usize::MAX), ("fuzz_scenarios.json", "fuzz", 20)] {
        let path = shared_data(&format!("data/options/golden/{list}")).unwrap();
        let scenarios: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for scenario in scenarios.as_array().unwrap().iter().take(most) {
            let name = scenario["name"].as_str().unwrap();
            let Some(golden) = shared_data(&format!("data/options/golden/{folder}/{name}")) else { continue };
            runs.push((submit(&server, &body_of(scenario)), golden));
        }
    }
    for (id, golden) in &runs {
        let run = ended(&server, id);
        assert_eq!(run["status"], "succeeded", "{}: {run}", golden.display());
        compare(&server, id, golden);
    }
    println!("{} scenarios are the same", runs.len());
    assert!(runs.len() >= 13);
}

fn with_chain() -> Server {
    let server = Server::start(Options::default());
    let _ = import(&server, small_chain(40)).expect(201);
    server
}

fn problem(reply: Reply, status: u16, code: &str, field: &str) {
    let problem = reply.problem(status, code);
    assert!(field.is_empty() || problem["errors"][0]["field"] == field, "{problem}");
}

#[test]
fn what_cannot_be_run_is_refused_and_leaves_nothing() {
    let server = with_chain();
    let with = |changes: &[(&str, Value)]| {
        let mut body = strangle();
        for (name, value) in changes {
            body[*name] = value.clone();
        }
        server.post("/backtests", &body)
    };
    problem(with(&[("legs", json!([]))]), 422, "invalid_value", "legs");
    problem(with(&[("capital", json!(-5))]), 422, "invalid_value", "capital");
    problem(with(&[("surprise", json!(1))]), 422, "invalid_value", "");
    problem(with(&[("start_date", json!("2024-02-30"))]), 422, "invalid_value", "start_date");
    problem(
        with(&[("start_date", json!("2024-03-01")), ("end_date", json!("2024-01-05"))]),
        422,
        "invalid_value",
        "end_date",
    );
    problem(with(&[("end_date", json!("2199-01-05"))]), 422, "invalid_value", "end_date");
    problem(with(&[("underlying", json!("QQQ"))]), 404, "no_data", "");
    let none = with(&[("start_date", json!("2020-01-02")), ("end_date", json!("2020-02-03"))]).problem(404, "no_data");
    assert_eq!(none["nearest_sessions"][0], "2024-01-02", "{none}");
    let hook = |url: &str| with(&[("callback_url", json!(url)), ("callback_secret", json!("sixteen characters"))]);
    for url in ["http://hooks.example.com/", "https://127.0.0.1/", "https://169.254.169.254/", "https://[::1]/", "x"] {
        problem(hook(url), 422, "invalid_value", "callback_url");
    }
    problem(with(&[("callback_url", json!("https://hooks.example.com/"))]), 422, "invalid_value", "callback_secret");
    let _ = server
        .request("POST", "/backtests")
        .header("content-type", "application/json")
        .body("{")
        .send()
        .problem(400, "malformed_json");
    let _ = server.request("POST", "/backtests").body("{}").send().problem(415, "unsupported_content_type");
    assert_eq!(server.get("/backtests").expect(200).json()["data"], json!([]));
    assert_eq!(server.sql("select count(*) as n from jobs where kind = 'backtest'")[0]["n"], 0);
    for path in ["", "/trades", "/equity", "/reproduce", "/results.parquet", "/live"] {
        let _ = server.get(&format!("/backtests/99{path}")).problem(404, "not_found");
    }
    for path in ["/cancel", "/rerun", "/share"] {
        let _ = server.post(&format!("/backtests/99{path}"), &json!({})).problem(404, "not_found");
    }
    let _ = server.request("DELETE", "/backtests/99").send().problem(404, "not_found");
}

#[test]
fn one_key_is_one_run() {
    let server = with_chain();
    let send =
        |key: &str, body: &Value| server.request("POST", "/backtests").header("idempotency-key", key).json(body).send();
    let first = send("k1", &strangle()).expect(202).json();
    let again = send("k1", &strangle()).expect(202).json();
    assert_eq!(first["id"], again["id"]);
    let mut other = strangle();
    other["capital"] = json!(5000);
    let _ = send("k1", &other).problem(409, "idempotency_mismatch");
    assert_ne!(send("k2", &other).expect(202).json()["id"], first["id"]);
    let _ = send(&"k".repeat(201), &other).problem(422, "invalid_value");
    let _ = ended(&server, &first["id"]);
    assert_eq!(server.get("/backtests").expect(200).json()["data"].as_array().unwrap().len(), 2);
}

#[test]
fn a_run_is_followed_read_repeated_shared_and_forgotten() {
    let server = with_chain();
    let id = submit(&server, &strangle());
    let run = ended(&server, &id);
    assert_eq!((run["status"].as_str(), run["progress"]["fraction"].as_f64()), (Some("succeeded"), Some(1.0)), "{run}");
    assert_eq!(run["progress"]["sessions"], 40);
    assert_eq!(run["start_date"], "2024-01-02");
    let path = |rest: &str| format!("/backtests/{id}{rest}");
    let same = server.get(&path("/reproduce")).expect(200).json();
    assert_eq!((&same["reproduced"], &same["data_is_current"]), (&json!(true), &json!(true)), "{same}");
    for table in ["trades", "equity"] {
        let file = server.get(&path(&format!("/results.parquet?table={table}"))).expect(200);
        assert!(file.body.starts_with(b"PAR1") && file.body.ends_with(b"PAR1"));
    }
    let book = server.get(&path("/report.xlsx")).expect(200);
    assert!(book.body.starts_with(b"PK"), "no workbook");
    // What is changed later is another run's.
    let changed = import(&server, small_chain(40).replace("2024-01-02,TEST,100", "2024-01-02,TEST,101"));
    assert!(changed.expect(201).json()["rows"]["accepted"].as_u64().unwrap() > 0);
    let old = server.get(&path("/reproduce")).expect(200).json();
    assert_eq!((&old["reproduced"], &old["data_is_current"]), (&json!(true), &json!(false)), "{old}");
    let again = server.post(&path("/rerun"), &json!({})).expect(202).json()["id"].clone();
    let again = ended(&server, &again);
    assert_ne!(again["report"]["hashes"]["data"], run["report"]["hashes"]["data"]);
    assert_eq!(again["report"]["hashes"]["parameters"], run["report"]["hashes"]["parameters"]);
    let _ = server.post(&path("/cancel"), &json!({})).problem(409, "run_ended");
    let shared = server.post(&path("/share"), &json!({})).expect(201).json();
    assert_eq!(server.get(shared["url"].as_str().unwrap()).expect(200).json()["shared"], true);
    let _ = server.request("DELETE", &path("/share")).send().expect(204);
    let _ = server.request("DELETE", &path("")).send().expect(204);
    let _ = server.get(&path("/trades")).problem(404, "not_found");
    let closes = "date,ticker,close\n2024-01-02,SPY,472.65\n2024-01-03,SPY,468.79\n";
    let bars = server.request("POST", "/imports?kind=daily_bars").header("content-type", "text/csv").body(closes);
    let _ = bars.send().expect(201);
    let benchmark = server.get("/benchmark_data?start_date=2024-01-02&end_date=2024-01-31").expect(200).json();
    assert_eq!(benchmark["data"][1], json!({"date": "2024-01-03", "close": 468.79}));
    let _ = server.get("/benchmark_data?start_date=2020-01-02&end_date=2020-01-31").problem(404, "no_data");
}

#[test]
fn a_run_can_be_given_up_and_a_message_may_come_twice() {
    let server = with_chain();
    let id = submit(&server, &strangle());
    // Whether the run or the cancel was first, the run ends, and stays as it ended.
    let cancelled = server.post(&format!("/backtests/{id}/cancel"), &json!({}));
    let run = ended(&server, &id);
    assert_eq!(cancelled.status == 200, run["status"] == "cancelled", "{run}");
    // Every tick wakes whatever is due once more: nothing of it runs twice.
    let second = submit(&server, &strangle());
    for _ in 0..5 {
        server.tick();
    }
    let run = ended(&server, &second);
    server.tick();
    assert_eq!(run["status"], "succeeded");
    let equity = server.get(&format!("/backtests/{second}/equity")).expect(200).json();
    assert_eq!(equity["data"].as_array().unwrap().len(), 40);
    let open = server.sql("select count(*) as n from jobs where kind = 'backtest' and status = 'open'");
    assert_eq!(open[0]["n"], 0);
    // A run whose data is damaged ends with a name for it.
    let third = server.post("/backtests", &strangle()).expect(202).json()["id"].clone();
    let _ = ended(&server, &third);
    let _ = server.sql("update backtests set strategy = '{}' where id = 2");
    let _ = server.get("/backtests/2/reproduce").problem(409, "not_reproducible");
}

#[test]
fn a_sweep_is_a_run_for_each_combination() {
    let server = with_chain();
    let body = json!({"name": "deltas", "strategy": strangle(),
        "grid": {"legs[0].select.target": [0.1, 0.2, 0.3], "exit.profit_target_pct": [25, 50]}});
    let reply = server.request("POST", "/sweeps").header("idempotency-key", "s").json(&body).send().expect(202);
    let sweep = reply.json();
    assert_eq!((&sweep["runs"], reply.header("location")), (&json!(6), Some("/sweeps/1")));
    let again = server.request("POST", "/sweeps").header("idempotency-key", "s").json(&body).send().expect(202).json();
    assert_eq!(again["id"], sweep["id"]);
    let runs = server.get("/sweeps/1").expect(200).json()["runs"].as_array().unwrap().clone();
    for run in &runs {
        assert_eq!(ended(&server, &run["id"])["status"], "succeeded");
    }
    assert_eq!(runs[5]["varied"], json!({"legs[0].select.target": 0.1, "exit.profit_target_pct": 25}));
    assert_eq!(server.get("/sweeps").expect(200).json()["data"][0]["ended"], 6);
    let with = |grid: Value| server.post("/sweeps", &json!({"strategy": strangle(), "grid": grid}));
    problem(with(json!({})), 422, "invalid_value", "grid");
    problem(with(json!({"legs[7].side": ["buy"]})), 422, "invalid_value", "grid");
    problem(with(json!({"capital": [1000, -1]})), 422, "invalid_value", "capital");
    let _ = server.get("/sweeps/9").problem(404, "not_found");
}

#[test]
fn the_older_service_s_request_is_a_run() {
    let server = with_chain();
    let body = json!({"start_date": "2024-01", "end_date": "2024-02", "strategy": "Percentage Under", "strategy_unit": 5,
        "spread": 50, "initial_balance": 50000, "underlying": "TEST"});
    let task = server.post("/start_backtest", &body).expect(202).json();
    let run = ended(&server, &json!(task["task_id"].as_str().unwrap().parse::<i64>().unwrap()));
    assert_eq!(run["status"], "succeeded", "{run}");
    assert!(run["report"]["statistics"]["trades"].as_u64().unwrap() > 0, "{run}");
    let mut wrong = body;
    wrong["strategy"] = json!("Iron Condor");
    problem(server.post("/start_backtest", &wrong), 422, "invalid_value", "strategy");
}

#[test]
fn nothing_of_the_future_reaches_what_was_decided_before_it() {
    let server = with_chain();
    let mut american = strangle();
    american["conventions"] = json!("strict");
    american["exit"] = json!({"profit_target_pct": 40, "stop_loss_pct": 150, "trailing_stop_pct": 60, "dte": 3});
    american["fill"] = json!({"model": "mid_slip", "slippage": 0.3, "fill_at": "next"});
    for body in [strangle(), american] {
        let id = submit(&server, &body);
        let run = ended(&server, &id);
        assert!(run["report"]["statistics"]["trades"].as_u64().unwrap() > 3, "{run}");
        let check = |body: &Value| server.post(&format!("/backtests/{id}/look-ahead-check"), body);
        let report = check(&json!({"samples": 6, "seed": 7})).expect(200).json();
        assert_eq!((&report["passed"], &report["checked_sessions"]), (&json!(true), &json!(6)), "{report}");
        let sessions = report["sessions"].as_array().unwrap();
        assert!(sessions.iter().all(|one| one["perturbation_felt"] == true && one["moved"] == json!([])), "{report}");
        assert!(sessions.last().unwrap()["trades_before"].as_u64().unwrap() > 0, "{report}");
        // It only reads.
        assert_eq!(server.get(&format!("/backtests/{id}")).expect(200).json(), run);
        problem(check(&json!({"samples": 0})), 422, "invalid_value", "samples");
        problem(check(&json!({"surprise": 1})), 422, "invalid_value", "");
    }
    let _ = server.post("/backtests/99/look-ahead-check", &json!({})).problem(404, "not_found");
}
