//! Runs a strategy over files of the warehouse: `backtest_parquet STRATEGY.json RUNS FILE.parquet…`.
//!
//! The files are read from the disk once; with RUNS above 1 the seconds are the best of so many runs over them in memory.
//! Prints JSON; `tests/load/backtests.mjs` and `tests/load/backtests.py` read it.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a command line tool prints, and ends where it is wrong")]

use std::time::Instant;

use equipoise_worker::bench::HeldFiles;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, strategy, runs, files @ ..] = &arguments[..] else { panic!("expected STRATEGY.json RUNS FILE.parquet…") };
    let strategy = std::fs::read_to_string(strategy).unwrap();
    let mut held = HeldFiles::default();
    for file in files {
        held.add(std::fs::read(file).unwrap()).unwrap();
    }
    let mut best = f64::INFINITY;
    let mut outcome = None;
    for _ in 0..runs.parse::<u32>().unwrap() {
        let started = Instant::now();
        outcome = Some(held.run(&strategy).unwrap());
        best = best.min(started.elapsed().as_secs_f64());
    }
    let outcome = outcome.unwrap();
    println!(
        "{{\"rows\": {}, \"sessions\": {}, \"trades\": {}, \"final_equity\": {}, \"seconds\": {best}, \"results\": \"{}\"}}",
        outcome.rows, outcome.sessions, outcome.trades, outcome.final_equity, outcome.results
    );
}
