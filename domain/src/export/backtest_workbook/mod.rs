//! The workbook of a backtest: which sheets it has and in which order. What each holds is in the files beside this one.

mod summary;
mod tables;

use super::book::{Book, Properties};
use crate::backtest::{DayRecord, Plan, Report, Trade};
use crate::units::Day;

/// The workbook of a finished run.
///
/// *Inputs*: the plan, the report, and the sessions and trades in order. *Returns*: the book: Summary with charts of equity
/// and drawdown, Parameters, Trades, Legs, Daily, Monthly, Statistics, Method, Data quality.
///
/// *Method*: `docs/methods/options.md`.
#[must_use]
pub fn backtest_book(plan: &Plan, report: &Report, days: &[DayRecord], trades: &[Trade]) -> Book {
    let daily = tables::daily(days);
    let sheets = vec![
        summary::summary(plan, report, days, &daily),
        tables::parameters(plan),
        tables::trades(trades),
        tables::legs(trades),
        daily,
        tables::monthly(report.capital, days),
        tables::statistics(report),
        tables::method(report),
        tables::data_quality(report),
    ];
    Book { properties: properties(plan, report), sheets }
}

fn properties(plan: &Plan, report: &Report) -> Properties {
    let strategy = plan.strategy();
    let name = strategy.name.clone().unwrap_or_else(|| "Backtest".to_owned());
    let range = report.start_date.zip(report.end_date);
    Properties {
        title: format!("{name} on {}", strategy.underlying),
        subject: range.map_or_else(String::new, |(start, end)| format!("Sessions from {start} to {end}")),
        comment: String::new(),
        created: report.end_date.unwrap_or(Day::from_number(0)),
    }
}
