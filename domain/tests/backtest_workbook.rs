//! What the workbook of a backtest says, as text: the golden file of a small run, whose trade is checked by hand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]
#![allow(dead_code, reason = "the market is shared with other tests")]

mod options_market;

use domain::export::{Cell, Sheet, backtest_book};
use domain::options::Right::Put;
use options_market::{Outcome, Row, Snapshot, plan, row, run, snapshot};
use serde_json::json;

fn sessions() -> Vec<Snapshot> {
    let quote = |bid: f64, ask: f64, delta: f64| Row { delta, ..row("2019-05-17", Put, 100.0, bid, ask) };
    vec![
        snapshot("2019-04-29", 101.0, &[quote(2.0, 2.2, -0.4)]),
        snapshot("2019-04-30", 100.0, &[quote(2.4, 2.6, -0.45)]),
        snapshot("2019-05-02", 103.0, &[quote(1.0, 1.1, -0.2)]),
    ]
}

fn outcome() -> (domain::backtest::Plan, Outcome) {
    let plan = plan(&json!({
        "name": "=1+1 short put", "underlying": "SPY", "fill": {"model": "natural"}, "commission_per_contract": 0.65,
        "legs": [{"side": "sell", "type": "p", "select": {"by": "delta", "target": 0.4}}],
        "exit": {"profit_target_pct": 40}, "capital": 10_000, "dte": {"target": 20, "min": 1, "max": 30},
    }));
    let outcome = run(&plan, &sessions());
    (plan, outcome)
}

#[test]
fn the_whole_workbook_is_the_golden_one() {
    let (plan, Outcome { days, trades, report }) = outcome();
    // Sold at 2.0, bought back at 1.1, 0.65 each time.
    assert!((trades[0].pnl - (90.0 - 1.3)).abs() <= 1e-9);
    let text = backtest_book(&plan, &report, &days, &trades).to_string();
    let path = format!("{}/tests/golden/backtest_workbook.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    let difference = text.lines().zip(golden.lines()).find(|(is, should)| is != should);
    assert!(text == golden, "{path} differs, first in {difference:?}");
}

#[test]
fn a_run_without_trades_still_has_every_sheet_and_a_name_is_never_a_formula() {
    let (plan, _) = outcome();
    let empty = run(&plan, &[snapshot("2019-04-29", 101.0, &[])]);
    let book = backtest_book(&plan, &empty.report, &empty.days, &empty.trades);
    let names: Vec<&str> = book.sheets.iter().map(Sheet::name).collect();
    let all = ["Summary", "Parameters", "Trades", "Legs", "Daily", "Monthly", "Statistics", "Method", "Data quality"];
    assert_eq!(names, all);
    assert_eq!(book.sheets[0].charts().len(), 2);
    let formulas = book.sheets.iter().flat_map(Sheet::rows).flatten().filter(|cell| matches!(cell, Cell::Formula(_)));
    assert_eq!(formulas.count(), 2);
}

#[cfg(feature = "xlsx")]
#[test]
fn the_same_run_gives_the_same_file() {
    let (plan, Outcome { days, trades, report }) = outcome();
    let file = || domain::export::render_xlsx(backtest_book(&plan, &report, &days, &trades)).unwrap();
    assert!(file().starts_with(b"PK") && file() == file());
}
