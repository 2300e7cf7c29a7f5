//! Runs one scenario over a recorded chain, data loading included: `backtest_csv CHAIN.csv.gz STRATEGY.json`.
//!
//! Prints the number of trades and the final equity; `tests/load/backtests.py` times it beside other simulators.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a command line tool prints, and ends where it is wrong")]

use std::io::Read as _;

use domain::backtest::{Plan, Run};
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
    volumes: Vec<f64>,
    open_interests: Vec<f64>,
}

/// The days of a file repeat, so the last one read is remembered with its text.
struct Days<'a>(&'a str, i32);

impl<'a> Days<'a> {
    fn number(&mut self, text: &'a str) -> i32 {
        if self.0 != text {
            *self = Self(text, text.parse::<Day>().unwrap().number());
        }
        self.1
    }
}

fn read(text: &str) -> Vec<(i32, Columns)> {
    let number = |text: &str| if text.is_empty() { f64::NAN } else { text.parse().unwrap_or(f64::NAN) };
    let (mut quoted, mut expiring) = (Days("", 0), Days("", 0));
    let mut days: Vec<(i32, Columns)> = Vec::new();
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        let mut next = || fields.next().unwrap_or("");
        let day = quoted.number(next());
        let _underlying = next();
        let spot = next();
        if days.last().is_none_or(|(last, _)| *last != day) {
            days.push((day, Columns { spot: number(spot), ..Columns::default() }));
        }
        let Some((_, columns)) = days.last_mut() else { continue };
        columns.expirations.push(expiring.number(next()));
        columns.strikes.push(number(next()));
        columns.rights.push(if next() == "c" { Right::Call } else { Right::Put });
        for column in [
            &mut columns.bids,
            &mut columns.asks,
            &mut columns.ivs,
            &mut columns.deltas,
            &mut columns.volumes,
            &mut columns.open_interests,
        ] {
            column.push(number(next()));
        }
    }
    days.sort_by_key(|(day, _)| *day);
    days.iter_mut().for_each(|(_, columns)| columns.sort());
    days
}

impl Columns {
    fn sort(&mut self) {
        let key = |row: usize| (self.expirations[row], self.rights[row]);
        let before = |a: usize, b: usize| key(a).cmp(&key(b)).then(self.strikes[a].total_cmp(&self.strikes[b]));
        if (1..self.strikes.len()).all(|row| before(row - 1, row).is_lt()) {
            return;
        }
        let mut order: Vec<usize> = (0..self.strikes.len()).collect();
        order.sort_by(|a, b| before(*a, *b));
        let of = |column: &[f64]| order.iter().map(|row| column[*row]).collect::<Vec<f64>>();
        *self = Self {
            spot: self.spot,
            expirations: order.iter().map(|row| self.expirations[*row]).collect(),
            rights: order.iter().map(|row| self.rights[*row]).collect(),
            strikes: of(&self.strikes),
            bids: of(&self.bids),
            asks: of(&self.asks),
            ivs: of(&self.ivs),
            deltas: of(&self.deltas),
            volumes: of(&self.volumes),
            open_interests: of(&self.open_interests),
        };
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, chain, strategy] = &arguments[..] else { panic!("expected CHAIN.csv.gz STRATEGY.json") };
    let plan = Plan::of(&Strategy::from_json(&std::fs::read(strategy).unwrap()).unwrap()).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(chain).unwrap()).read_to_string(&mut text).unwrap();
    let days = read(&text);
    let mut run = Run::start(&plan);
    let (mut records, mut trades) = (Vec::new(), Vec::new());
    for (place, (day, columns)) in days.iter().enumerate() {
        let Columns { spot, expirations, rights, strikes, bids, asks, ivs, deltas, volumes, open_interests } = columns;
        let chain = ChainDay {
            ivs,
            deltas,
            volumes,
            open_interests,
            ..ChainDay::new(Day::from_number(*day), *spot, expirations, rights, strikes, bids, asks)
        };
        let step = run.step(&plan, &chain, place + 1 == days.len()).unwrap();
        records.push(step.day);
        trades.extend(step.trades);
    }
    let statistics = run.finish(&plan, &records, &trades, None).statistics;
    println!("trades={} final_equity={}", statistics.trades, statistics.final_equity);
}
