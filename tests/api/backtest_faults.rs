//! What may go wrong with a run and its data: nothing is invented, nothing is lost, and every run ends.

use serde_json::{Value, json};
use system_tests::{Options, Request, Server, ended, small_chain, strangle};

use crate::chains::import;

fn with(chain: &str) -> Server {
    let server = Server::start(Options::default());
    let _ = import(&server, chain).expect(201);
    server
}

fn run(server: &Server, body: &Value) -> Value {
    let id = server.post("/backtests", body).expect(202).json()["id"].clone();
    ended(server, &id)
}

fn trades(server: &Server, run: &Value) -> Vec<Value> {
    let answer = server.get(&format!("/backtests/{}/trades", run["id"])).expect(200).json();
    answer["trades"].as_array().unwrap().clone()
}

fn short_put(dte: [u32; 3], entry: &Value) -> Value {
    let [target, min, max] = dte;
    json!({"underlying": "TEST", "dte": {"target": target, "min": min, "max": max}, "entry": entry,
        "legs": [{"side": "sell", "type": "p", "select": {"by": "otm_pct", "target": 0.05}}]})
}

/// The chain with every line's fields changed.
fn changed(chain: &str, change: impl Fn(&mut Vec<String>)) -> String {
    let line = |line: &str| {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        if fields[0] != "quote_date" {
            change(&mut fields);
        }
        fields.join(",") + "\n"
    };
    chain.lines().map(line).collect()
}

#[test]
fn a_leg_that_never_exists_opens_nothing_and_is_told() {
    let server = with(&small_chain(20));
    let reasons = |run: &Value| -> Vec<String> {
        let rejections = run["report"]["rejections"].as_array().unwrap();
        rejections.iter().map(|pair| pair[0].as_str().unwrap().to_owned()).collect()
    };
    let mut body = strangle();
    body["legs"][0]["select"] = json!({"by": "strike", "target": 500, "max_distance": 5});
    let none = run(&server, &body);
    assert_eq!((&none["status"], &none["report"]["statistics"]["trades"]), (&json!("succeeded"), &json!(0)), "{none}");
    assert_eq!(reasons(&none), ["too_far"]);
    assert!(none["report"]["warnings"][0].as_str().unwrap().starts_with("no package was opened"), "{none}");
    assert_eq!(none["report"]["statistics"]["final_equity"], none["parameters"]["capital"]);
    body["legs"][0]["select"] = json!({"by": "delta", "target": 0.2});
    body["dte"] = json!({"target": 400, "min": 300, "max": 500});
    assert_eq!(reasons(&run(&server, &body)), ["no_expiration"]);
}

#[test]
fn nothing_trades_at_crossed_quotes_and_negative_ones_do_not_come_in() {
    let server = with(&changed(&small_chain(12), |fields| fields.swap(6, 7)));
    for conventions in ["strict", "reference"] {
        let mut body = short_put([14, 5, 40], &json!({"when": "daily"}));
        body["conventions"] = json!(conventions);
        let none = run(&server, &body);
        assert_eq!(
            (&none["status"], &none["report"]["statistics"]["trades"]),
            (&json!("succeeded"), &json!(0)),
            "{none}"
        );
        let quality = &none["report"]["data_quality"];
        assert!(quality["crossed"].as_u64().unwrap() > 2_000, "{quality}");
        let warnings = none["report"]["warnings"].to_string();
        assert!(warnings.contains("quotes are crossed; nothing trades at them"), "{warnings}");
    }
    let negative = "quote_date,underlying,underlying_price,expiration,strike,type,bid,ask\n\
        2024-03-01,TEST,100,2024-03-15,100,p,-1,2\n2024-03-01,TEST,100,2024-03-15,105,p,1,-2\n";
    let refused = import(&server, negative).expect(201).json();
    assert_eq!((&refused["rows"]["accepted"], &refused["rows"]["rejected"]), (&json!(0), &json!(2)), "{refused}");
}

#[test]
fn a_split_in_the_range_restates_what_is_open() {
    // From 2024-01-23 on twice as many shares of half the price; strikes follow.
    let split = changed(&small_chain(30), |fields| {
        if fields[0].as_str() >= "2024-01-23" {
            for place in [2, 4, 6, 7] {
                fields[place] = (fields[place].parse::<f64>().unwrap() / 2.0).to_string();
            }
        }
    });
    let server = with(&split);
    let mut body = short_put([28, 20, 45], &json!({"when": "when_flat"}));
    body["margin"] = json!({"model": "none"});
    let jumped = run(&server, &body);
    let splits = "ticker,date,ratio\nTEST,2024-01-23,2\n";
    server.import("splits", splits);
    let known = run(&server, &body);
    let first = trades(&server, &known)[0].clone();
    assert!(first["flags"].to_string().contains("split"), "{first}");
    assert_eq!(first["multiplier"], 200.0);
    // Whoever does not know of it sees the underlying fall by half, and a put far in the money.
    let lowest = |run: &Value| run["report"]["statistics"]["max_drawdown"].as_f64().unwrap();
    assert!(lowest(&jumped) < 3.0 * lowest(&known), "{} and {}", lowest(&jumped), lowest(&known));
}

#[test]
fn an_expiry_on_a_holiday_settles_at_the_session_before() {
    // Good Friday of 2024 is 03-29.
    let server = with(&small_chain(64));
    let mut body = short_put([11, 9, 12], &json!({"when": "every_n_days", "n": 1000}));
    body["start_date"] = json!("2024-03-18");
    let run = run(&server, &body);
    let trade = trades(&server, &run)[0].clone();
    assert_eq!(trade["legs"][0]["expiration"], "2024-03-29", "{trade}");
    assert_eq!((&trade["exit_reason"], &trade["exit_date"]), (&json!("expiration"), &json!("2024-03-28")), "{trade}");
}

#[test]
fn a_message_that_comes_again_and_again_does_nothing_twice() {
    let server = Server::start(Options::default().var("BACKTEST_SLICE_ROWS", 800));
    let _ = import(&server, small_chain(60)).expect(201);
    let id = server.post("/backtests", &strangle()).expect(202).json()["id"].clone();
    let job = server.sql("select id from jobs where kind = 'backtest'")[0]["id"].clone();
    // The first slices and the last, each several times, in no order, while the run is going on.
    for slice in [0, 3, 0, 1, 2, 2, 1, 14, 0, 5] {
        server.send_message(&json!({"job": job, "slice": slice}).to_string());
    }
    let run = ended(&server, &id);
    assert_eq!(run["status"], "succeeded", "{run}");
    let read = |what: &str| server.get(&format!("/backtests/{id}/{what}")).expect(200).json();
    let (trades, equity) = (read("trades"), read("equity"));
    for slice in 0..20 {
        server.send_message(&json!({"job": job, "slice": slice}).to_string());
    }
    for nonsense in ["x", "{}", "[]", "{\"job\":\"x\"}", "{\"job\":99999,\"slice\":0}"] {
        server.send_message(nonsense);
    }
    // Another run behind them shows that all of these were read.
    let second = server.post("/backtests", &strangle()).expect(202).json()["id"].clone();
    assert_eq!(ended(&server, &second)["report"]["hashes"], run["report"]["hashes"]);
    assert_eq!((read("trades"), read("equity")), (trades, equity));
    assert_eq!(server.get(&format!("/backtests/{id}")).expect(200).json(), run);
    assert_eq!(read("equity")["data"].as_array().unwrap().len(), 60);
}

#[test]
fn a_run_that_is_left_alone_ends_all_the_same() {
    let server = with(&small_chain(20));
    let first = run(&server, &strangle());
    let left = |run: &str, job: &str| {
        let nothing = "report = null, finished_at = null, error = null, error_code = null";
        let _ = server.sql(&format!("update backtests set {nothing}, {run}"));
        let _ = server.sql(&format!(
            "update jobs set status = 'open', lease_until = 0, next_at = 0, error = null, {job} where kind = 'backtest'"
        ));
        server.tick();
        ended(&server, &first["id"])
    };
    // As workers leave it that were killed in one slice, six times over.
    let lost = left("status = 'running', sessions_done = 3", "attempt = 6");
    assert_eq!((&lost["status"], &lost["error"]["code"]), (&json!("failed"), &json!("slice_lost")), "{lost}");
    assert!(!lost["error"]["message"].as_str().unwrap().is_empty());
    // One whose message was lost is found by the tick.
    let found = left("status = 'queued', sessions_done = 0", "attempt = 0, slice = 0, state = ''");
    assert_eq!(found["status"], "succeeded", "{found}");
    assert_eq!(found["report"]["hashes"], first["report"]["hashes"]);
    // What it needs to go on is gone: it fails with a name.
    let state = "attempt = 0, slice = 0, state = '{\"part\":7,\"session\":3}'";
    let damaged = left("status = 'running'", state);
    assert_eq!((&damaged["status"], &damaged["error"]["code"]), (&json!("failed"), &json!("run_damaged")), "{damaged}");
}

#[test]
fn one_key_sent_at_once_is_one_run() {
    let server = with(&small_chain(20));
    let send = || {
        let request = Request::new("POST", server.url("/backtests")).header("idempotency-key", "same");
        request.json(&strangle()).send().expect(202).json()["id"].clone()
    };
    let ids: Vec<Value> = std::thread::scope(|scope| {
        let sent: Vec<_> = (0..6).map(|_| scope.spawn(send)).collect();
        sent.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(ended(&server, &ids[0])["status"], "succeeded");
    assert_eq!(server.get("/backtests").expect(200).json()["data"].as_array().unwrap().len(), 1);
}

#[test]
fn a_name_that_looks_like_a_formula_stays_a_text_in_a_table() {
    let server = with(
        "quote_date,underlying,underlying_price,expiration,strike,type,bid,ask,root\n\
        2024-03-01,=A1,100,2024-03-15,100,p,1,2,+B2\n",
    );
    let csv = server.get("/chains/%3DA1?format=csv").expect(200).text();
    assert!(csv.contains(",'=A1,") && csv.trim_end().ends_with(",'+B2"), "{csv}");
    // An import takes the marks away again, of chains and of rows alike.
    let again = with(&csv);
    assert_eq!(again.get("/chains/%3DA1?format=csv").expect(200).text(), csv);
    server.import("securities", "ticker,name\n=A1,=1+1\nB,'=2\nC,-\n");
    let rows = server.get("/exports?kind=securities").expect(200).text();
    assert!(rows.contains("\n'=A1,'=1+1,") && rows.contains("\nB,'=2,") && rows.contains("\nC,'-,"), "{rows}");
    again.import("securities", rows.clone());
    assert_eq!(again.get("/exports?kind=securities").expect(200).text(), rows);
}
