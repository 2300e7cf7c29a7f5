//! The reference profile against an independent simulator: trades, equity and statistics of every scenario handed over.
//!
//! Origin: `refsim.py` beside the recorded chains, plain Python with dictionaries and explicit loops.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

mod options_data;

use std::collections::BTreeMap;
use std::path::Path;

use domain::backtest::{DayRecord, Plan, Report, Run, Trade};
use domain::options::strategy::Strategy;
use domain::units::Day;
use options_data::{DayColumns, read_chains, read_csv, shared_data};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

/// Equal to 1e-9 relative to the number, or to `scale` where the number is a difference of larger ones.
#[track_caller]
fn assert_close(what: &str, is: f64, should: f64, scale: f64) {
    let allowed = TOLERANCE * should.abs().max(scale * 1e-6);
    assert!((is - should).abs() <= allowed, "{what}: {is} is not {should}");
}

/// The scenario as a body of the product: without `data`, with the underlying and the conventions.
fn strategy(scenario: &Value) -> Strategy {
    let mut body = scenario.clone();
    let data = body.as_object_mut().unwrap().remove("data").unwrap();
    body["underlying"] = data["underlying"].clone();
    body["conventions"] = "reference".into();
    Strategy::from_value(&body).unwrap_or_else(|error| panic!("{}: {error}", scenario["name"]))
}

fn run(plan: &Plan, days: &BTreeMap<Day, DayColumns>) -> (Vec<DayRecord>, Vec<Trade>, Report) {
    let mut run = Run::start(plan);
    let (mut records, mut trades) = (Vec::new(), Vec::new());
    let last = *days.keys().next_back().unwrap();
    for (day, columns) in days {
        let step = run.step(plan, &columns.chain(*day), *day == last).unwrap();
        records.push(step.day);
        trades.extend(step.trades);
    }
    let report = run.finish(plan, &records, &trades, None);
    (records, trades, report)
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|error| panic!("{column} {}: {error}", row[column]))
}

fn compare_trades(name: &str, trades: &[Trade], folder: &Path) {
    let rows = read_csv(&folder.join("trades.csv"));
    assert_eq!(trades.len(), rows.len(), "{name}: trades");
    for (trade, row) in trades.iter().zip(&rows) {
        let what = |column: &str| format!("{name}, trade {}: {column}", trade.trade_id);
        let texts = [
            ("trade_id", trade.trade_id.to_string()),
            ("entry_date", trade.entry_date.to_string()),
            ("exit_date", trade.exit_date.to_string()),
            ("exit_reason", trade.exit_reason.name().to_owned()),
            ("days_held", trade.days_held.to_string()),
            ("legs", trade.legs_text()),
        ];
        for (column, text) in texts {
            assert_eq!(text, row[column], "{}", what(column));
        }
        for (column, value) in [
            ("entry_spot", trade.entry_spot),
            ("exit_spot", trade.exit_spot),
            ("entry_net", trade.entry_net),
            ("exit_net", trade.exit_net),
            ("commissions", trade.commissions),
            ("pnl", trade.pnl),
        ] {
            assert_close(&what(column), value, number(row, column), 1.0);
        }
        for (column, prices) in [
            ("entry_prices", trade.legs.iter().map(|leg| leg.entry.price).collect::<Vec<_>>()),
            ("exit_prices", trade.legs.iter().map(|leg| leg.exit.price).collect()),
        ] {
            let should: Vec<f64> = row[column].split('|').map(|price| price.parse().unwrap()).collect();
            assert_eq!(prices.len(), should.len(), "{}", what(column));
            prices.iter().zip(should).for_each(|(is, should)| assert_close(&what(column), *is, should, 1.0));
        }
    }
}

fn compare_equity(name: &str, days: &[DayRecord], folder: &Path) {
    let rows = read_csv(&folder.join("equity.csv"));
    assert_eq!(days.len(), rows.len(), "{name}: sessions");
    for (day, row) in days.iter().zip(&rows) {
        assert_eq!(day.date.to_string(), row["date"], "{name}");
        assert_eq!(day.open_positions.to_string(), row["open_positions"], "{name}, {}", day.date);
        for (column, value) in
            [("spot", day.spot), ("cash", day.cash), ("positions_value", day.positions_value), ("equity", day.equity)]
        {
            assert_close(&format!("{name}, {}: {column}", day.date), value, number(row, column), 1.0);
        }
        let parts = day.attribution;
        let sum = parts.delta + parts.gamma + parts.theta + parts.vega + parts.fees + parts.slippage + parts.residual;
        assert!(sum.is_finite(), "{name}, {}: {parts:?}", day.date);
    }
}

fn compare_statistics(name: &str, report: &Report, folder: &Path) {
    let text = std::fs::read_to_string(folder.join("stats.json")).unwrap();
    let should: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    let is = serde_json::to_value(&report.statistics).unwrap();
    for (statistic, should) in &should {
        let is = &is[statistic];
        match (is.as_f64(), should.as_f64()) {
            (Some(is), Some(should)) => assert_close(&format!("{name}: {statistic}"), is, should, 1e-6),
            _ => assert_eq!(is, should, "{name}: {statistic}"),
        }
    }
}

fn compare_all(scenarios: &str, results: &str) {
    let (Some(scenarios), Some(results)) = (shared_data(scenarios), shared_data(results)) else { return };
    let scenarios: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(scenarios).unwrap()).unwrap();
    assert!(!scenarios.is_empty());
    let mut files: BTreeMap<String, BTreeMap<Day, DayColumns>> = BTreeMap::new();
    for scenario in &scenarios {
        let (name, file) = (scenario["name"].as_str().unwrap(), scenario["data"]["file"].as_str().unwrap());
        let days = files
            .entry(file.to_owned())
            .or_insert_with(|| read_chains(&shared_data(&format!("data/options/{file}")).unwrap()));
        let plan = Plan::of(&strategy(scenario)).unwrap();
        let (records, trades, report) = run(&plan, days);
        let folder = results.join(name);
        compare_trades(name, &trades, &folder);
        compare_equity(name, &records, &folder);
        compare_statistics(name, &report, &folder);
    }
}

#[test]
fn every_named_scenario_equals_the_reference_simulator() {
    compare_all("data/options/golden/scenarios.json", "data/options/golden/refsim");
}

#[test]
fn every_random_scenario_equals_the_reference_simulator() {
    compare_all("data/options/golden/fuzz_scenarios.json", "data/options/golden/fuzz");
}
