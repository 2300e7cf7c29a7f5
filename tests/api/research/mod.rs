//! Research routes: sums that must come out exactly, orders that must reproduce holdings, defects that must be found.

mod attribution;
mod comparison;
mod known;
mod look_ahead;
mod planted;
mod quality;
mod sheets;
mod trading;
mod what_if;

use serde_json::{Value, json};
use system_tests::{Options, Server, sessions_between, small_close, small_shares};

const SLUG: &str = "index=top20-equal-daily-price-line";

/// Forty companies over a quarter, with volumes and sectors.
fn market() -> Server {
    let server = Server::start(Options::default());
    let mut securities = "ticker,name,sector\n".to_owned();
    let mut bars = "date,ticker,close,volume\n".to_owned();
    for company in 0..40 {
        let sector = ["Energy", "Health", "Tools"][company as usize % 3];
        securities += &format!("C{company:02},Company {company},{sector}\n");
        for day in sessions_between("2026-07-01", "2026-09-30") {
            bars += &format!("{day},C{company:02},{},{}\n", small_close(day, company), 20_000 + 500 * company);
        }
    }
    server.import("shares", small_shares(40));
    server.import("daily_bars", bars);
    // After the shares, whose file names another sector.
    server.import("securities", securities);
    server
}

fn build(server: &Server, request: Value) -> String {
    let mut request = request;
    // The first close of a weekly index is the last one of a week.
    request["start_date"] = json!(if request["rebalance"] == "weekly" { "2026-07-02" } else { "2026-07-01" });
    request["end_date"] = json!("2026-09-30");
    server.build(&request)["index"].as_str().unwrap().to_owned()
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn sum(list: &Value, name: &str) -> f64 {
    list.as_array().unwrap().iter().map(|one| number(one, name)).sum()
}

#[track_caller]
fn assert_same(was: f64, expected: f64, tolerance: f64) {
    assert!((was - expected).abs() <= tolerance, "{was} is not {expected}");
}
