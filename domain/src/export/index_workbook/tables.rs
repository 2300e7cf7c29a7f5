//! The sheets that are tables: one row for each session, member, change, statistic or note.

use super::banner;
use crate::export::book::{Column, Sheet, cell_name};
use crate::export::cell::{Cell, NumberFormat};
use crate::export::index_report::{ChangeRow, Composition, IndexReport, PerformanceRow, Statistic, StatisticUnit};
use crate::index::Constituent;
use crate::units::Day;

/// Days are in the first column of every sheet of days.
pub(super) const DATE_COLUMN: u16 = 0;
/// Levels, on Performance and on Chart data.
pub(super) const LEVEL_COLUMN: u16 = 1;
const RETURN_COLUMN: u16 = 2;
/// Cumulative returns, on Performance and on Chart data.
pub(super) const CUMULATIVE_COLUMN: u16 = 3;

/// The most rows of one Compositions sheet; more go on a second one. The file format ends at 1 048 576.
pub(super) const MAX_COMPOSITION_ROWS: usize = 1_000_000;

const DATE: Column = Column::new("Date", 12.0, NumberFormat::Date);
const TICKER: Column = Column::new("Ticker", 10.0, NumberFormat::General);
const NAME: Column = Column::new("Name", 34.0, NumberFormat::General);
const MARKET_CAP: Column = Column::new("Market cap", 22.0, NumberFormat::Whole);

/// One row for each session; level and cumulative return are formulas on the row above and the daily return.
pub(super) fn performance(report: &IndexReport) -> Sheet {
    let columns = vec![
        DATE,
        Column::new("Level", 14.0, NumberFormat::Decimal4),
        Column::new("Daily return", 15.0, NumberFormat::Percent4),
        Column::new("Cumulative return", 20.0, NumberFormat::Percent4),
        Column::new("Turnover", 13.0, NumberFormat::Percent4),
        Column::new("Constituents", 15.0, NumberFormat::Whole),
        Column::new("Stale prices", 15.0, NumberFormat::Whole),
        Column::new("Outdated", 12.0, NumberFormat::General),
    ];
    let mut sheet = Sheet::new("Performance", columns).with_banner(banner(report)).with_frozen_columns(1).with_filter();
    for (index, row) in report.performance.iter().enumerate() {
        let [level, cumulative] = compounded(row, index > 0, sheet.next_row());
        sheet.push_row([
            Cell::Date(row.date),
            level,
            Cell::optional(row.daily_return),
            cumulative,
            Cell::optional(row.turnover),
            Cell::Number(f64::from(row.constituents)),
            Cell::Number(f64::from(row.stale_prices)),
            Cell::Truth(row.outdated),
        ]);
    }
    sheet
}

/// The level and the cumulative return of the session on sheet row `row`: formulas where there is a row above and a
/// daily return, else the values, from which the rows below go on.
fn compounded(session: &PerformanceRow, has_row_above: bool, row: usize) -> [Cell; 2] {
    if !has_row_above || session.daily_return.is_none() {
        return [Cell::number(session.level), Cell::number(session.cumulative_return)];
    }
    let daily = cell_name(RETURN_COLUMN, row);
    let level = format!("{}*(1+{daily})", cell_name(LEVEL_COLUMN, row - 1));
    let cumulative = format!("(1+{})*(1+{daily})-1", cell_name(CUMULATIVE_COLUMN, row - 1));
    [Cell::formula(level, session.level, None), Cell::formula(cumulative, session.cumulative_return, None)]
}

/// What the chart and the Summary refer to where there is no Performance sheet, in the same columns.
pub(super) fn chart_data(report: &IndexReport) -> Sheet {
    let columns = vec![
        DATE,
        Column::new("Level", 14.0, NumberFormat::Decimal4),
        Column::new("Daily return", 15.0, NumberFormat::Percent4),
        Column::new("Cumulative return", 20.0, NumberFormat::Percent4),
    ];
    let mut sheet = Sheet::new("Chart data", columns).with_banner(banner(report));
    for row in &report.performance {
        let (level, cumulative) = (Cell::number(row.level), Cell::number(row.cumulative_return));
        sheet.push_row([Cell::Date(row.date), level, Cell::optional(row.daily_return), cumulative]);
    }
    sheet
}

/// The members at each close: as many sheets as their rows need, one at least. A session is never split.
pub(super) fn compositions(
    compositions: Vec<Composition>,
    banner: Option<&'static str>,
    max_rows: usize,
) -> Vec<Sheet> {
    let mut full = Vec::new();
    let mut sheet = composition_sheet("Compositions".to_owned(), banner);
    for Composition { date, members } in compositions {
        if sheet.n_rows() > 0 && sheet.n_rows() + members.len() > max_rows {
            let next = composition_sheet(format!("Compositions {}", full.len() + 2), banner);
            full.push(std::mem::replace(&mut sheet, next));
        }
        members.into_iter().for_each(|member| push_member(&mut sheet, date, member));
    }
    full.push(sheet);
    full
}

fn composition_sheet(name: String, banner: Option<&'static str>) -> Sheet {
    let columns = vec![
        DATE,
        Column::new("Rank", 8.0, NumberFormat::Whole),
        TICKER,
        NAME,
        Column::new("Sector", 26.0, NumberFormat::General),
        Column::new("Weight", 11.0, NumberFormat::Percent4),
        Column::new("Price", 13.0, NumberFormat::Decimal4),
        MARKET_CAP,
        Column::new("Shares", 14.0, NumberFormat::Decimal4),
        Column::new("Notional", 14.0, NumberFormat::Decimal4),
    ];
    Sheet::new(name, columns).with_banner(banner).with_frozen_columns(3).with_filter()
}

fn push_member(sheet: &mut Sheet, date: Day, member: Constituent) {
    sheet.push_row([
        Cell::Date(date),
        Cell::Number(f64::from(member.rank)),
        Cell::text(member.ticker),
        optional_text(member.name),
        optional_text(member.sector),
        Cell::number(member.weight),
        Cell::number(member.price),
        Cell::number(member.market_cap),
        Cell::number(member.shares),
        Cell::number(member.notional),
    ]);
}

/// The members that came and went.
pub(super) fn changes(changes: Vec<ChangeRow>, banner: Option<&'static str>) -> Sheet {
    let columns = vec![
        DATE,
        TICKER,
        NAME,
        Column::new("Action", 11.0, NumberFormat::General),
        Column::new("Rank", 8.0, NumberFormat::Whole),
        Column::new("Previous rank", 16.0, NumberFormat::Whole),
        MARKET_CAP,
        Column::new("Reason", 60.0, NumberFormat::General),
    ];
    let mut sheet = Sheet::new("Changes", columns).with_banner(banner).with_frozen_columns(2).with_filter();
    changes.into_iter().for_each(|change| push_change(&mut sheet, change));
    sheet
}

fn push_change(sheet: &mut Sheet, change: ChangeRow) {
    sheet.push_row([
        Cell::Date(change.date),
        Cell::text(change.ticker),
        optional_text(change.name),
        Cell::text(change.action.as_str()),
        Cell::optional(change.rank.map(f64::from)),
        Cell::optional(change.previous_rank.map(f64::from)),
        Cell::optional(change.market_cap),
        Cell::text(change.reason),
    ]);
}

/// The statistics with their definitions.
pub(super) fn statistics(report: &IndexReport) -> Sheet {
    let columns = vec![
        Column::new("Statistic", 34.0, NumberFormat::General),
        Column::new("Value", 16.0, NumberFormat::Decimal4),
        Column::new("Unit", 12.0, NumberFormat::General),
        Column::new("Definition", 100.0, NumberFormat::General),
    ];
    let mut sheet = Sheet::new("Statistics", columns).with_banner(banner(report)).with_frozen_columns(1).with_filter();
    for statistic in &report.statistics {
        let unit = match statistic.unit {
            StatisticUnit::Fraction => "fraction",
            StatisticUnit::Ratio => "ratio",
            StatisticUnit::Sessions => "sessions",
            StatisticUnit::Count => "count",
        };
        let (title, definition) = (Cell::text(statistic.title.clone()), Cell::text(statistic.definition.clone()));
        sheet.push_row([title, statistic_value(statistic), Cell::text(unit), definition]);
    }
    sheet
}

/// A statistic's value in the format of its unit; where it is undefined, the cell says so.
pub(super) fn statistic_value(statistic: &Statistic) -> Cell {
    let format = match statistic.unit {
        StatisticUnit::Fraction => NumberFormat::Percent4,
        StatisticUnit::Ratio => NumberFormat::Decimal4,
        StatisticUnit::Sessions | StatisticUnit::Count => NumberFormat::Whole,
    };
    match statistic.value.filter(|value| value.is_finite()) {
        Some(value) => Cell::Formatted(value, format),
        None => Cell::text("undefined"),
    }
}

/// Where the numbers come from.
pub(super) fn method(report: &IndexReport) -> Sheet {
    let columns =
        vec![Column::new("Item", 30.0, NumberFormat::General), Column::new("Text", 120.0, NumberFormat::General)];
    let mut sheet = Sheet::new("Method", columns).with_banner(banner(report));
    for note in &report.method {
        sheet.push_row([Cell::text(note.label.clone()), Cell::text(note.text.clone())]);
    }
    sheet
}

fn optional_text(text: Option<String>) -> Cell {
    text.map_or(Cell::Empty, Cell::text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composition(date: i32, members: u32) -> Composition {
        let member = |rank| Constituent {
            rank,
            ticker: format!("T{rank}"),
            name: None,
            sector: None,
            weight: 0.5,
            price: 10.0,
            market_cap: 1e9,
            shares: 50.0,
            notional: 500.0,
        };
        Composition { date: Day::from_number(date), members: (1..=members).map(member).collect() }
    }

    #[test]
    fn sessions_that_do_not_fit_go_on_a_further_sheet_whole() {
        let sessions = vec![composition(0, 2), composition(1, 2), composition(2, 2), composition(3, 9)];
        let sheets = compositions(sessions, None, 5);
        let shape: Vec<_> = sheets.iter().map(|sheet| (sheet.name(), sheet.n_rows())).collect();
        assert_eq!(shape, [("Compositions", 4), ("Compositions 2", 2), ("Compositions 3", 9)]);
        assert_eq!(compositions(Vec::new(), None, 5).len(), 1);
    }
}
