//! How fast the engine steps chains that are in memory as columns: `cargo bench -p equipoise-domain --bench backtests`.
//!
//! A made-up year of 252 sessions with 5 000 quotes each; three strategies; rows a second on one core.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and ends where it is wrong")]

use std::hint::black_box;
use std::time::Instant;

use domain::backtest::{Plan, Run};
use domain::options::pricing::{Terms, black_scholes, greeks};
use domain::options::strategy::Strategy;
use domain::options::{ChainDay, Right};
use domain::units::Day;

#[derive(Default)]
struct Columns {
    spot: f64,
    expirations: Vec<i32>,
    rights: Vec<Right>,
    strikes: Vec<f64>,
    bids: Vec<f64>,
    asks: Vec<f64>,
    ivs: Vec<f64>,
    deltas: Vec<f64>,
}

/// 25 weekly expirations of 100 strikes, calls and puts.
fn columns(day: Day, spot: f64) -> Columns {
    let mut columns = Columns { spot, ..Columns::default() };
    let friday = day.number() + (11 - i32::try_from(day.weekday().num_days_from_monday()).unwrap()) % 7;
    for week in 0..25 {
        let expiration = friday + 7 * week;
        for right in [Right::Call, Right::Put] {
            for step in 0..100 {
                let strike = 2_250.0 + 15.0 * f64::from(step);
                let years = f64::from(expiration - day.number()).max(0.25) / 365.0;
                let terms = Terms { right, spot, strike, years, rate: 0.0, dividend_yield: 0.0 };
                let price = black_scholes(&terms, 0.16);
                columns.expirations.push(expiration);
                columns.rights.push(right);
                columns.strikes.push(strike);
                columns.bids.push((price * 0.98 - 0.05).max(0.0));
                columns.asks.push(price * 1.02 + 0.05);
                columns.ivs.push(0.16);
                columns.deltas.push(greeks(&terms, 0.16).delta);
            }
        }
    }
    columns
}

const STRATEGIES: [(&str, &str); 3] = [
    (
        "short put, when flat",
        r#"{"underlying": "SPX", "dte": {"target": 30, "min": 20, "max": 45}, "entry": {"when": "when_flat"},
        "legs": [{"side": "sell", "type": "p", "select": {"by": "delta", "target": 0.16}}], "exit": {"profit_target_pct": 50}}"#,
    ),
    (
        "iron condor, daily",
        r#"{"underlying": "SPX", "dte": {"target": 30, "min": 20, "max": 45}, "capital": 10000000,
        "entry": {"when": "daily"}, "exit": {"profit_target_pct": 50, "stop_loss_pct": 150, "dte": 3}, "legs": [
        {"side": "buy", "type": "p", "select": {"by": "delta", "target": 0.1}},
        {"side": "sell", "type": "p", "select": {"by": "delta", "target": 0.25}},
        {"side": "sell", "type": "c", "select": {"by": "delta", "target": 0.25}},
        {"side": "buy", "type": "c", "select": {"by": "delta", "target": 0.1}}]}"#,
    ),
    (
        "straddle, weekly, reference",
        r#"{"underlying": "SPX", "conventions": "reference", "dte": {"target": 10, "min": 5, "max": 15},
        "entry": {"when": "every_n_days", "n": 5}, "legs": [
        {"side": "buy", "type": "c", "select": {"by": "otm_pct", "target": 0}},
        {"side": "buy", "type": "p", "select": {"by": "same_strike", "ref_leg": 0}}]}"#,
    ),
];

fn main() {
    let range = domain::units::DayRange::new("2019-01-02".parse().unwrap(), "2019-12-31".parse().unwrap()).unwrap();
    let days = domain::calendar::sessions(range);
    let spot = |place: u32| 2_900.0 + 120.0 * (f64::from(place) * 0.07).sin();
    let market: Vec<(Day, Columns)> =
        days.iter().zip(0_u32..).map(|(day, place)| (*day, columns(*day, spot(place)))).collect();
    let rows = u32::try_from(market.iter().map(|(_, columns)| columns.strikes.len()).sum::<usize>()).unwrap();
    for (name, text) in STRATEGIES {
        let plan = Plan::of(&Strategy::from_json(text.as_bytes()).unwrap()).unwrap();
        let mut best = f64::INFINITY;
        let mut trades = 0;
        for _ in 0..10 {
            let started = Instant::now();
            let mut run = Run::start(&plan);
            trades = 0;
            for (place, (day, columns)) in market.iter().enumerate() {
                let Columns { spot, expirations, rights, strikes, bids, asks, ivs, deltas } = columns;
                let chain =
                    ChainDay { ivs, deltas, ..ChainDay::new(*day, *spot, expirations, rights, strikes, bids, asks) };
                trades += run.step(&plan, black_box(&chain), place + 1 == market.len()).unwrap().trades.len();
            }
            black_box(&run);
            best = best.min(started.elapsed().as_secs_f64());
        }
        let rate = f64::from(rows) / best / 1e6;
        println!("{name}: {rows} quotes, {trades} trades, {:.1} ms, {rate:.1} million quotes/s", best * 1e3);
    }
}
