//! A security keeps its history when its symbol changes, and two that had one symbol keep theirs apart.

use serde_json::{Value, json};
use system_tests::{Options, Server, sessions_between};

use super::{aggs, closes, hours, import_hours};

/// Twenty companies from 2026-08-03 to 14, of which `C19`, the largest, is called `NEW` from the 10th on.
fn renamed(told_late: bool) -> (Server, Value) {
    let server = Server::start(Options::default());
    let days = sessions_between("2026-08-03", "2026-08-14");
    let change = "date,ticker,new_ticker\n2026-08-10,C19,NEW\n";
    let bars: String = system_tests::small_bars(&days, 20);
    let (before, after): (Vec<&str>, Vec<&str>) =
        bars.lines().skip(1).partition(|line| line.as_bytes() < b"2026-08-10".as_slice());
    let file = |lines: &[String]| format!("{}\n{}\n", bars.lines().next().unwrap(), lines.join("\n"));
    let after: Vec<String> = after.iter().map(|line| line.replace(",C19,", ",NEW,")).collect();
    server.import("shares", system_tests::small_shares(20));
    server.import("daily_bars", file(&before.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()));
    if !told_late {
        server.import("ticker_changes", change);
    }
    server.import("daily_bars", file(&after));
    let request = json!({"start_date": "2026-08-03", "end_date": "2026-08-14", "top_n": 10});
    if told_late {
        server.build(&request);
        server.import("ticker_changes", change);
    }
    let built = server.build(&request);
    (server, built)
}

fn levels(server: &Server) -> Vec<f64> {
    let report = server.performance("index=top10-equal-daily-price-line");
    report["data"].as_array().unwrap().iter().map(|row| row["level"].as_f64().unwrap()).collect()
}

/// The same companies without any change.
fn unchanged() -> Server {
    let server = Server::start(Options::default());
    server.import("shares", system_tests::small_shares(20));
    server.import("daily_bars", system_tests::small_bars(&sessions_between("2026-08-03", "2026-08-14"), 20));
    server.build(&json!({"start_date": "2026-08-03", "end_date": "2026-08-14", "top_n": 10}));
    server
}

#[test]
fn an_index_over_a_change_of_symbol_is_the_index_without_one() {
    let expected = levels(&unchanged());
    assert_eq!(expected.len(), 10);
    for told_late in [false, true] {
        let (server, _) = renamed(told_late);
        assert_eq!(levels(&server), expected, "told late: {told_late}");
        let day =
            server.get("/index-composition?index=top10-equal-daily-price-line&date=2026-08-05").expect(200).json();
        assert!(day.to_string().contains("\"NEW\""), "{day}");
        let changes = server
            .get("/composition-changes?index=top10-equal-daily-price-line&start_date=2026-08-03&end_date=2026-08-14");
        assert!(!changes.expect(200).json().to_string().contains("NEW"));
    }
}

#[test]
fn an_old_symbol_answers_with_what_its_bearer_is_called_now() {
    let (server, _) = renamed(false);
    import_hours(&server, hours("2026-08-05", "C19", &[1.0, 2.0]));
    import_hours(&server, hours("2026-08-11", "NEW", &[3.0]));
    let hourly = "1/hour/2026-08-03/2026-08-14?adjusted=false";
    for name in ["C19", "NEW"] {
        assert_eq!(closes(&aggs(&server, name, hourly).json()), [1.0, 2.0, 3.0], "{name}");
        assert_eq!(
            closes(&aggs(&server, name, "1/day/2026-08-03/2026-08-14?adjusted=false").json()).len(),
            10,
            "{name}"
        );
        let details = server.get(&format!("/v3/reference/tickers/{name}")).expect(200).json();
        assert_eq!(details["results"]["ticker"], "NEW", "{details}");
        let held = server.get(&format!("/coverage?ticker={name}")).expect(200).json();
        assert_eq!(held["sessions"].as_array().unwrap().len(), 10, "{held}");
        let events = server.get(&format!("/vX/reference/tickers/{name}/events")).expect(200).json();
        let event = |date: &str, ticker: &str| json!({"type": "ticker_change", "date": date, "ticker_change": {"ticker": ticker}});
        assert_eq!(events["results"]["events"], json!([event("2026-08-10", "NEW"), event("2026-08-03", "C19")]));
        let query = format!("{{ security(ticker: \"{name}\") {{ ticker formerTickers {{ ticker until }} }} }}");
        let answer = server.post("/graphql", &json!({ "query": query })).expect(200).json();
        let expected = json!({"ticker": "NEW", "formerTickers": [{"ticker": "C19", "until": "2026-08-10"}]});
        assert_eq!(answer["data"]["security"], expected, "{answer}");
    }
    let unknown = server.get("/vX/reference/tickers/NOPE/events").expect(404).json();
    assert_eq!(unknown["status"], "NOT_FOUND");
}

#[test]
fn exports_name_rows_as_of_their_day_and_read_back() {
    let (server, _) = renamed(false);
    let bars = server.get("/exports?kind=daily_bars").expect(200).text();
    assert!(bars.contains("2026-08-07,C19,") && bars.contains("2026-08-10,NEW,") && !bars.contains("2026-08-10,C19,"));
    let changes = server.get("/exports?kind=ticker_changes").expect(200).text();
    assert_eq!(changes, "date,ticker,new_ticker\n2026-08-10,C19,NEW\n");
    // Into the same database nothing changes, into another everything, in whichever order.
    let again = server.import("daily_bars", bars.clone());
    assert_eq!((&again["rows"]["accepted"], &again["rows"]["unchanged"]), (&json!(0), &json!(200)), "{again}");
    let other = Server::start(Options::default());
    other.import("daily_bars", bars);
    other.import("ticker_changes", changes);
    let held = other.get("/coverage?ticker=NEW").expect(200).json();
    assert_eq!(held["sessions"].as_array().unwrap().len(), 10);
}

#[test]
fn a_change_can_be_undone() {
    let (server, _) = renamed(false);
    let imports = server.get("/imports").expect(200).json();
    let change = imports["data"].as_array().unwrap().iter().find(|one| one["kind"] == "ticker_changes").unwrap();
    let _ = server.request("DELETE", &format!("/imports/{}", change["id"])).send().expect(200);
    let events = server.get("/vX/reference/tickers/C19/events").expect(200).json();
    assert_eq!(events["results"]["events"].as_array().unwrap().len(), 1, "{events}");
    let details = server.get("/v3/reference/tickers/C19").expect(200).json();
    assert_eq!(details["results"]["ticker"], "C19");
    assert_eq!(server.get("/v3/reference/tickers/NEW").status, 404);
    for wrong in ["2026-08-10,C19,C19", "2999-01-01,C19,X", "2026-08-10,,X", "2026-08-10,C1 9,X", "never,C19,X"] {
        let import = server.send_csv("ticker_changes", format!("date,ticker,new_ticker\n{wrong}\n")).expect(201).json();
        assert_eq!(import["rows"]["rejected"], 1, "{wrong}: {import}");
    }
}
