//! The sheets of research, which stand behind those of an index where they are asked for.

use super::book::{Column, Sheet};
use super::cell::{Cell, NumberFormat};
use super::index_workbook::SYNTHETIC_BANNER;
use crate::units::Day;

/// What a member added to the return of the range.
#[derive(Clone, Debug, PartialEq)]
pub struct ContributionRow {
    /// Its ticker.
    pub ticker: String,
    /// Its name, where known.
    pub name: Option<String>,
    /// Its sector, where known.
    pub sector: Option<String>,
    /// Sessions on which it earned a return for the index.
    pub sessions: u32,
    /// Its weight, averaged over all sessions of the range, a fraction.
    pub mean_weight: f64,
    /// Its own return over those sessions, a fraction.
    pub own_return: f64,
    /// Its part of the return of the range, a fraction.
    pub contribution: f64,
}

/// What a rebalance took.
#[derive(Clone, Debug, PartialEq)]
pub struct RebalanceRow {
    /// The session at whose close it trades.
    pub date: Day,
    /// Members bought or sold.
    pub orders: u32,
    /// One-way turnover, a fraction.
    pub turnover: f64,
    /// Commission, spread and impact, in the quote currency.
    pub costs: [f64; 3],
    /// The portfolio's value after, in the quote currency.
    pub value: f64,
    /// The capital at which the tightest order reaches the participation limit, where known.
    pub capacity: Option<f64>,
}

/// Something suspicious in the data.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingRow {
    /// The session; of a run, its first and last.
    pub dates: (Day, Day),
    /// Which check found it.
    pub check: String,
    /// The security; `None` for a whole session.
    pub ticker: Option<String>,
    /// What was found, in the unit of the check.
    pub found: f64,
    /// What to use instead of a market cap, where there is something.
    pub repaired_cap: Option<f64>,
}

const DATE: Column = Column::new("Date", 12.0, NumberFormat::Date);
const TICKER: Column = Column::new("Ticker", 10.0, NumberFormat::General);

fn sheet(name: &'static str, columns: Vec<Column>, synthetic: bool) -> Sheet {
    Sheet::new(name, columns).with_banner(synthetic.then_some(SYNTHETIC_BANNER)).with_frozen_columns(1).with_filter()
}

fn optional_text(text: Option<String>) -> Cell {
    text.map_or(Cell::Empty, Cell::text)
}

/// The sheet "Contributions": one row a member, the most first.
#[must_use]
pub fn contributions_sheet(rows: Vec<ContributionRow>, synthetic: bool) -> Sheet {
    let columns = vec![
        TICKER,
        Column::new("Name", 34.0, NumberFormat::General),
        Column::new("Sector", 26.0, NumberFormat::General),
        Column::new("Sessions", 11.0, NumberFormat::Whole),
        Column::new("Mean weight", 14.0, NumberFormat::Percent4),
        Column::new("Own return", 14.0, NumberFormat::Percent4),
        Column::new("Contribution", 15.0, NumberFormat::Percent4),
    ];
    let mut sheet = sheet("Contributions", columns, synthetic);
    for row in rows {
        sheet.push_row([
            Cell::text(row.ticker),
            optional_text(row.name),
            optional_text(row.sector),
            Cell::Number(f64::from(row.sessions)),
            Cell::number(row.mean_weight),
            Cell::number(row.own_return),
            Cell::number(row.contribution),
        ]);
    }
    sheet
}

/// The sheet "Rebalances": one row each, in order of date.
#[must_use]
pub fn rebalances_sheet(rows: Vec<RebalanceRow>, synthetic: bool) -> Sheet {
    let columns = vec![
        DATE,
        Column::new("Orders", 10.0, NumberFormat::Whole),
        Column::new("Turnover", 13.0, NumberFormat::Percent4),
        Column::new("Commission", 14.0, NumberFormat::Decimal2),
        Column::new("Spread", 14.0, NumberFormat::Decimal2),
        Column::new("Impact", 14.0, NumberFormat::Decimal2),
        Column::new("Value", 18.0, NumberFormat::Decimal2),
        Column::new("Capacity", 20.0, NumberFormat::Whole),
    ];
    let mut sheet = sheet("Rebalances", columns, synthetic);
    for row in rows {
        let [commission, spread, impact] = row.costs;
        sheet.push_row([
            Cell::Date(row.date),
            Cell::Number(f64::from(row.orders)),
            Cell::number(row.turnover),
            Cell::number(commission),
            Cell::number(spread),
            Cell::number(impact),
            Cell::number(row.value),
            Cell::optional(row.capacity),
        ]);
    }
    sheet
}

/// The sheet "Data quality": one row a finding, in order of date.
#[must_use]
pub fn findings_sheet(rows: Vec<FindingRow>, synthetic: bool) -> Sheet {
    let columns = vec![
        DATE,
        Column::new("Last date", 12.0, NumberFormat::Date),
        Column::new("Check", 18.0, NumberFormat::General),
        TICKER,
        Column::new("Found", 14.0, NumberFormat::Decimal4),
        Column::new("Repaired cap", 22.0, NumberFormat::Whole),
    ];
    let mut sheet = sheet("Data quality", columns, synthetic);
    for row in rows {
        sheet.push_row([
            Cell::Date(row.dates.0),
            Cell::Date(row.dates.1),
            Cell::text(row.check),
            optional_text(row.ticker),
            Cell::number(row.found),
            Cell::optional(row.repaired_cap),
        ]);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_each_under_a_banner_where_the_prices_are_made_up() {
        let day = Day::from_number(19_723);
        let row = FindingRow {
            dates: (day, day),
            check: "cap_jump".into(),
            ticker: None,
            found: 288.0,
            repaired_cap: Some(1_100.0),
        };
        let sheet = findings_sheet(vec![row.clone(), row], true);
        assert_eq!((sheet.name(), sheet.n_rows(), sheet.header_row()), ("Data quality", 2, 1));
        assert_eq!(findings_sheet(Vec::new(), false).header_row(), 0);
        assert_eq!(contributions_sheet(Vec::new(), false).n_rows(), 0);
        assert_eq!(rebalances_sheet(Vec::new(), false).name(), "Rebalances");
    }
}
