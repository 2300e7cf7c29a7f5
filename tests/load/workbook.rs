//! Renders the workbook of 1 260 sessions with 100 members each, five times, and prints the median as JSON.

#![expect(clippy::print_stdout, reason = "its output is what the benchmarks read")]

use std::time::Instant;

use domain::export::{Composition, IndexReport, IndexSheets, Labelled, PerformanceRow, index_book, render_xlsx};
use domain::index::Constituent;
use domain::units::Day;

const SESSIONS: u32 = 1_260;
const MEMBERS: u32 = 100;
const RUNS: usize = 5;

fn performance(date: Day, n: u32) -> PerformanceRow {
    let growth = f64::from(n) / 1_000.0;
    PerformanceRow {
        date,
        level: 1_000.0 * (1.0 + growth),
        daily_return: (n > 0).then_some(0.001 / (1.0 + growth)),
        cumulative_return: growth,
        turnover: (n > 0).then_some(0.012),
        constituents: MEMBERS,
        stale_prices: 0,
        outdated: false,
    }
}

fn member(n: u32, rank: u32) -> Constituent {
    // Prices and caps that differ in every row, as real ones do, so that compression meets no repetition.
    let price = 10.0 + f64::from((n * 7_919 + rank * 104_729) % 99_991) / 97.0;
    let notional = 10.0 + f64::from(n) / 100.0;
    Constituent {
        rank,
        ticker: format!("T{rank:03}"),
        name: Some(format!("Company {rank} Inc.")),
        sector: Some(["Energy", "Health Care", "Industrials"][rank as usize % 3].to_owned()),
        weight: 1.0 / f64::from(MEMBERS),
        price,
        market_cap: price * 1.7e9,
        shares: notional / price,
        notional,
    }
}

fn report(first: Day, last: Day) -> IndexReport {
    let dates = (0..SESSIONS).map(|n| first.plus(i32::try_from(n).expect("a few thousand days fit")));
    let dates: Vec<Day> = dates.collect();
    let sessions = dates.iter().copied().zip(0..SESSIONS);
    IndexReport {
        slug: "top100-equal-daily-price-line".to_owned(),
        definition: vec![Labelled::new("Members", "100")],
        start_date: first,
        end_date: last,
        base_value: 1_000.0,
        synthetic: false,
        performance: sessions.clone().map(|(date, n)| performance(date, n)).collect(),
        compositions: sessions
            .map(|(date, n)| Composition { date, members: (1..=MEMBERS).map(|rank| member(n, rank)).collect() })
            .collect(),
        changes: Vec::new(),
        statistics: Vec::new(),
        method: Vec::new(),
        warnings: Vec::new(),
    }
}

fn main() {
    let first: Day = "2013-02-08".parse().expect("a date");
    let last = first.plus(i32::try_from(SESSIONS).expect("a few thousand days fit") - 1);
    let mut bytes = 0;
    let mut seconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let report = report(first, last);
            let began = Instant::now();
            bytes = render_xlsx(index_book(report, IndexSheets::ALL)).expect("a report can be rendered").len();
            began.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    println!(r#"{{"rows": {}, "seconds": {}, "bytes": {bytes}}}"#, SESSIONS * MEMBERS, seconds[RUNS / 2]);
}
