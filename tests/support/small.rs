//! A market small enough to reason about: companies `C00`, `C01` …, whose order by market cap keeps changing.

use std::fmt::Write;

use domain::calendar::sessions;
use domain::units::{Day, DayRange};

/// The sessions between two days, both included.
///
/// # Panics
/// Where one is no date, or they are reversed.
#[must_use]
pub fn sessions_between(first: &str, last: &str) -> Vec<Day> {
    sessions(DayRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap())
}

/// The close of a company on a day.
#[must_use]
pub fn small_close(day: Day, company: u32) -> f64 {
    let wave = (f64::from(day.number()) * 0.9 + f64::from(company) * 1.7).sin();
    ((50.0 + f64::from(company)) * (1.0 + 0.08 * wave) * 100.0).round() / 100.0
}

/// Daily bars of so many companies as a CSV file.
#[must_use]
pub fn small_bars(days: &[Day], companies: u32) -> String {
    let mut file = "date,ticker,close\n".to_owned();
    for day in days {
        for company in 0..companies {
            writeln!(file, "{day},C{company:02},{}", small_close(*day, company)).unwrap();
        }
    }
    file
}

/// Their share counts, known long before.
#[must_use]
pub fn small_shares(companies: u32) -> String {
    let mut file = "ticker,shares_outstanding,as_of,name,sector\n".to_owned();
    for company in 0..companies {
        writeln!(file, "C{company:02},1000000,2010-01-04,Company {company},Tests").unwrap();
    }
    file
}
