//! What a build costs the database: rows read and written, by its own meter.

use std::fmt::Write;

use domain::units::Day;
use serde_json::{Value, json};
use system_tests::{Options, Server, sessions_between, small_close};

/// Companies that compete for the hundred places; everyone else is far smaller.
const LARGE: u32 = 106;
const SESSIONS: u64 = 10;

fn symbol(company: u32) -> String {
    if company < LARGE { format!("L{company:03}") } else { format!("S{company:04}") }
}

/// The same large companies with the same prices in a market of any size, in which everyone pays once and some split.
fn market(companies: u32) -> Server {
    let server = Server::start(Options::default());
    let days = sessions_between("2026-08-31", "2026-09-15");
    let mut shares = "ticker,shares_outstanding,as_of\n".to_owned();
    let mut dividends = "ticker,ex_date,amount\n".to_owned();
    let mut splits = "ticker,date,ratio\n".to_owned();
    for company in 0..companies {
        let (name, count) = (symbol(company), if company < LARGE { 1_000_000 } else { 1_000 });
        writeln!(shares, "{name},{count},2010-01-04").unwrap();
        writeln!(dividends, "{name},{},0.25", days[company as usize % days.len()]).unwrap();
        if company % 50 == 49 {
            writeln!(splits, "{name},{},2", days[company as usize / 50 % days.len()]).unwrap();
        }
    }
    let close = |day: Day, company: u32| small_close(day, company % LARGE);
    let mut bars = "date,ticker,close\n".to_owned();
    for day in &days {
        for company in 0..companies {
            writeln!(bars, "{day},{},{}", symbol(company), close(*day, company)).unwrap();
        }
    }
    server.import("shares", shares);
    server.import("dividends", dividends);
    server.import("splits", splits);
    server.import("daily_bars", bars);
    server
}

/// Rows read and written a session.
fn rows(built: &Value) -> (f64, f64) {
    let sessions = built["sessions"].as_f64().unwrap();
    let cost = |name: &str| built["cost"][name].as_f64().unwrap() / sessions;
    (cost("rows_read"), cost("rows_written"))
}

#[test]
fn a_session_costs_the_same_rows_in_a_market_of_150_and_of_8000_companies_built_alone_or_with_others() {
    let (small, large) = (market(150), market(8_000));
    // Dividends are asked for member by member.
    for (return_type, most_read) in [("price", 1500.0), ("total", 1700.0)] {
        let build = |server: &Server, start: &str, end: &str| {
            server.build(&json!({"start_date": start, "end_date": end, "return_type": return_type}))
        };
        for (what, start, end) in [
            ("built first", "2026-09-01", "2026-09-15"),
            ("built again", "2026-09-01", "2026-09-15"),
            ("one session built again", "2026-09-11", "2026-09-11"),
        ] {
            let (few, many) = (build(&small, start, end), build(&large, start, end));
            assert_eq!(few["performance"]["level"], many["performance"]["level"], "{what}");
            assert_eq!(few["sessions"], if start == end { 1 } else { SESSIONS }, "{what}");
            let ((read_of_few, written), (read_of_many, _)) = (rows(&few), rows(&many));
            println!(
                "{return_type}, {what}: {read_of_few} rows read a session with 150 companies, {read_of_many} with 8 000"
            );
            assert!(read_of_many <= most_read && read_of_many <= 1.1 * read_of_few, "{what}: {few} {many}");
            assert!(written <= if what == "built first" { 110.0 } else { 0.0 }, "{what}: {few}");
        }
    }
    let changes = small.get("/composition-changes").expect(200).json();
    let moved =
        changes["changes"].as_array().unwrap().iter().filter(|day| !day["entered"].as_array().unwrap().is_empty());
    assert!(moved.count() > 5, "members must come and go for this to say anything: {changes}");
}
