//! What a run came to, as others read it: its workbook in another reader, its progress over a WebSocket.

use std::process::Command;

use calamine::DataType as _;
use serde_json::{Value, json};
use system_tests::{Options, Server, assert_close, ended, small_chain, strangle};

use crate::chains::import;
use crate::export::{column, day_of, open, sheet};
use crate::streams::Listener;

/// A run that has succeeded, with a strategy whose name looks like a formula.
fn run(server: &Server, sessions: i32) -> Value {
    let _ = import(server, small_chain(sessions)).expect(201);
    let mut body = strangle();
    body["name"] = json!("=1+1");
    let id = server.post("/backtests", &body).expect(202).json()["id"].clone();
    let run = ended(server, &id);
    assert_eq!(run["status"], "succeeded", "{run}");
    run
}

const DAILY: [(&str, &str); 9] = [
    ("Spot", "spot"),
    ("Cash", "cash"),
    ("Open value", "positions_value"),
    ("Equity", "equity"),
    ("Drawdown", "drawdown"),
    ("Margin", "margin"),
    ("Buying power", "buying_power"),
    ("Realised", "realised"),
    ("Fees", "fees"),
];
const TRADES: [(&str, &str); 8] = [
    ("Entry net", "entry_net"),
    ("Exit net", "exit_net"),
    ("Profit", "pnl"),
    ("Fees", "commissions"),
    ("Slippage", "slippage"),
    ("Best mark", "max_favourable"),
    ("Worst mark", "max_adverse"),
    ("Entry spot", "entry_spot"),
];
const LEGS: [(&str, &str, &str); 3] =
    [("Entry price", "entry", "price"), ("Entry bid", "entry", "bid"), ("Exit price", "exit", "price")];

/// The numbers of the workbook's sheets against those of the API.
fn compare(server: &Server, run: &Value, file: Vec<u8>) {
    let id = &run["id"];
    let get = |what: &str, name: &str| -> Vec<Value> {
        server.get(&format!("/backtests/{id}/{what}")).expect(200).json()[name].as_array().unwrap().clone()
    };
    let (trades, days) = (get("trades", "trades"), get("equity", "data"));
    let mut book = open(file);
    let (rows, header) = sheet(&mut book, "Daily", "Date");
    let dates = column(&rows, header, "Date");
    assert_eq!(dates.len(), days.len());
    for (title, name) in DAILY {
        for ((cell, date), day) in column(&rows, header, title).iter().zip(&dates).zip(&days) {
            assert_eq!(day["date"], day_of(date));
            assert_close(&format!("{title} of {}", day["date"]), &day[name], cell.as_f64());
        }
    }
    let (rows, header) = sheet(&mut book, "Trades", "Trade");
    assert!(column(&rows, header, "Trade").len() == trades.len() && !trades.is_empty());
    for (title, name) in TRADES {
        for (cell, trade) in column(&rows, header, title).iter().zip(&trades) {
            assert_close(&format!("{title} of trade {}", trade["trade_id"]), &trade[name], cell.as_f64());
        }
    }
    let (rows, header) = sheet(&mut book, "Legs", "Trade");
    let legs: Vec<&Value> = trades.iter().flat_map(|trade| trade["legs"].as_array().unwrap()).collect();
    for (title, part, name) in LEGS {
        let cells = column(&rows, header, title);
        assert_eq!(cells.len(), legs.len());
        for (cell, leg) in cells.iter().zip(&legs) {
            assert_close(title, &leg[part][name], cell.as_f64());
        }
    }
}

#[test]
fn the_workbook_has_the_numbers_of_the_api_in_other_readers() {
    let server = Server::start(Options::default());
    let run = run(&server, 40);
    let file = server.get(&format!("/backtests/{}/report.xlsx", run["id"])).expect(200).body;
    compare(&server, &run, file.clone());
    let folder = server.state().join("office");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("run.xlsx"), &file).unwrap();
    // openpyxl sees the charts, and that a name is a text and no formula.
    let home = std::env::var("HOME").unwrap_or_default();
    let tools = std::env::var("EQUIPOISE_TOOLS").unwrap_or_else(|_| format!("{home}/.cache/equipoise"));
    let python = std::path::Path::new(&tools).join("python/bin/python3");
    if python.exists() {
        let output = Command::new(python).args(["-c", LOOK]).arg(folder.join("run.xlsx")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(seen["charts"].as_u64().unwrap() >= 2, "{seen}");
        assert_eq!((&seen["name"], &seen["kind"]), (&json!("=1+1"), &json!("s")), "{seen}");
        let expected = &run["report"]["statistics"]["final_equity"];
        assert_close("the final equity", expected, seen["final_equity"].as_f64());
    } else {
        eprintln!("skipped: {} is not there (scripts/setup.sh python)", python.display());
    }
    let known = ["/usr/bin/soffice", "/usr/bin/libreoffice"];
    let Some(office) = known.into_iter().find(|path| std::path::Path::new(path).exists()) else {
        eprintln!("skipped: LibreOffice is not installed (scripts/setup.sh office)");
        return;
    };
    let out = folder.join("out");
    let output = Command::new(office)
        .args(["--headless", "--norestore", "--convert-to", "xlsx", "--outdir"])
        .arg(&out)
        .arg(folder.join("run.xlsx"))
        .env("HOME", &folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    compare(&server, &run, std::fs::read(out.join("run.xlsx")).unwrap());
}

/// Prints the number of charts, the strategy's name as it is stored, and the final equity as the file has it.
const LOOK: &str = r#"
import json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
cells = {row[0].value: row[1] for row in book["Summary"].iter_rows(max_col=2)}
values = openpyxl.load_workbook(sys.argv[1], data_only=True)["Summary"]
final = {row[0].value: row[1].value for row in values.iter_rows(max_col=2)}["Final equity"]
charts = sum(len(sheet._charts) for sheet in book)
name = cells["Strategy"]
print(json.dumps({"charts": charts, "name": name.value, "kind": name.data_type, "final_equity": final}))
"#;

#[test]
fn a_listener_hears_how_far_a_run_is_until_it_ends() {
    // Small slices, so that there is something to hear between the beginning and the end.
    let server = Server::start(Options::default().var("BACKTEST_SLICE_ROWS", 200));
    let _ = import(&server, small_chain(60)).expect(201);
    let id = server.post("/backtests", &strangle()).expect(202).json()["id"].clone();
    let mut listener = Listener::open(&server, &format!("/backtests/{id}/live"));
    let mut heard = Vec::new();
    while let Some(message) = listener.next_message() {
        heard.push(message);
    }
    let last = heard.last().unwrap();
    assert_eq!((&last["id"], &last["status"], &last["progress"]["fraction"]), (&id, &json!("succeeded"), &json!(1.0)));
    let run = server.get(&format!("/backtests/{id}")).expect(200).json();
    assert_eq!(last["progress"], run["progress"]);
    let fractions: Vec<f64> = heard.iter().map(|one| one["progress"]["fraction"].as_f64().unwrap()).collect();
    assert!(fractions.is_sorted(), "{fractions:?}");
    // Whoever comes when it has ended hears that, once.
    let mut late = Listener::open(&server, &format!("/backtests/{id}/live"));
    assert_eq!(late.next_message().as_ref(), Some(last));
    assert_eq!(late.next_message(), None);
    let _ = server.get(&format!("/backtests/{id}/live")).problem(426, "upgrade_required");
}
