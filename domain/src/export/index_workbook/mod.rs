//! The workbook of an index: which sheets it has and in which order. What each holds is in the files beside this one.

mod summary;
mod tables;

use super::book::{Book, Properties};
use super::index_report::{IndexReport, IndexSheets};

/// The most sessions of daily compositions that a server puts in one workbook, so that it keeps within the memory of
/// an isolate. The browser, which makes the same workbook, has no such bound.
pub const MAX_SERVER_COMPOSITION_SESSIONS: usize = 300;

/// What the first row of every sheet says when the prices are those of the sample market.
pub const SYNTHETIC_BANNER: &str = "Synthetic sample data: fictional companies and prices, not a real market";

/// The workbook of an index report: Summary, then the chosen sheets.
///
/// *Inputs*: the report, its rows in order of date, by value, so that its texts move into the cells; which sheets to
/// make.
///
/// *Returns*: the book. Without the Performance sheet, the levels that the chart draws are on a sheet "Chart data" at
/// the end.
///
/// *Method*: `docs/methods/workbook.md`.
#[must_use]
pub fn index_book(report: IndexReport, chosen: IndexSheets) -> Book {
    let properties = properties(&report);
    let levels = if chosen.performance { tables::performance(&report) } else { tables::chart_data(&report) };
    let mut sheets = vec![summary::summary(&report, &levels)];
    let (performance, chart_data) = if chosen.performance { (Some(levels), None) } else { (None, Some(levels)) };
    let banner = banner(&report);
    let statistics = chosen.statistics.then(|| tables::statistics(&report));
    let method = chosen.method.then(|| tables::method(&report));
    sheets.extend(performance);
    if chosen.compositions {
        sheets.extend(tables::compositions(report.compositions, banner, tables::MAX_COMPOSITION_ROWS));
    }
    if chosen.changes {
        sheets.push(tables::changes(report.changes, banner));
    }
    sheets.extend(statistics.into_iter().chain(method));
    // Data for the chart alone comes last, and only where there is a chart.
    sheets.extend(chart_data.filter(|levels| levels.n_rows() > 0));
    Book { properties, sheets }
}

fn properties(report: &IndexReport) -> Properties {
    Properties {
        title: format!("Index {}", report.slug),
        subject: format!("Sessions from {} to {}", report.start_date, report.end_date),
        comment: if report.synthetic { SYNTHETIC_BANNER.to_owned() } else { String::new() },
        created: report.end_date,
    }
}

fn banner(report: &IndexReport) -> Option<&'static str> {
    report.synthetic.then_some(SYNTHETIC_BANNER)
}
