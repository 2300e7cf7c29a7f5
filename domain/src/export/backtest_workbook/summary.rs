//! The Summary sheet: what was run, the key figures, and the charts of equity and drawdown.

use super::tables::{DATE_COLUMN, DRAWDOWN_COLUMN, EQUITY_COLUMN};
use crate::backtest::{DayRecord, Plan, Report};
use crate::export::book::{Column, LineChart, Sheet, cell_name};
use crate::export::cell::{Cell, NumberFormat};

/// Beside the three columns of figures, with one column between.
const CHART_COLUMN: u16 = 4;
const CHART_SIZE_PX: (u32, u32) = (860, 340);
const ROWS_OF_A_CHART: usize = 18;

/// The Summary sheet. The final equity is a formula on `daily`, the sheet of the sessions.
pub(super) fn summary(plan: &Plan, report: &Report, days: &[DayRecord], daily: &Sheet) -> Sheet {
    let columns = vec![
        Column::new("Figure", 30.0, NumberFormat::General),
        Column::new("Value", 34.0, NumberFormat::General),
        Column::new("Note", 60.0, NumberFormat::General),
    ];
    let mut sheet = Sheet::new("Summary", columns);
    push_run(&mut sheet, plan, report);
    push_account(&mut sheet, report, days, daily);
    push_trades(&mut sheet, report);
    push_attribution(&mut sheet, report);
    push_warnings(&mut sheet, report);
    for (place, (title, column, format)) in
        [("Equity", EQUITY_COLUMN, NumberFormat::Whole), ("Drawdown", DRAWDOWN_COLUMN, NumberFormat::Percent2)]
            .into_iter()
            .enumerate()
    {
        let range = daily.column_range(DATE_COLUMN).zip(daily.column_range(column));
        let Some((days, values)) = range else { continue };
        sheet.push_chart(LineChart {
            title,
            series: title,
            days,
            values,
            value_format: format,
            value_floor: None,
            anchor: (CHART_COLUMN, sheet.header_row() + 1 + place * ROWS_OF_A_CHART),
            size_px: CHART_SIZE_PX,
        });
    }
    sheet
}

fn push(sheet: &mut Sheet, figure: &'static str, value: Cell, note: &'static str) {
    let note = if note.is_empty() { Cell::Empty } else { Cell::text(note) };
    sheet.push_row([Cell::text(figure), value, note]);
}

fn push_heading(sheet: &mut Sheet, title: &'static str) {
    sheet.push_row([Cell::heading(title), Cell::Empty, Cell::Empty]);
}

fn money(value: f64) -> Cell {
    Cell::formatted(value, NumberFormat::Decimal2)
}

fn count(value: u32) -> Cell {
    Cell::formatted(f64::from(value), NumberFormat::Whole)
}

/// A number that may be undefined, which the cell then says.
fn defined(value: Option<f64>, format: NumberFormat) -> Cell {
    value.map_or_else(|| Cell::text("undefined"), |value| Cell::formatted(value, format))
}

fn push_run(sheet: &mut Sheet, plan: &Plan, report: &Report) {
    let strategy = plan.strategy();
    push_heading(sheet, "Run");
    let name = strategy.name.clone().map_or(Cell::Empty, Cell::text);
    push(sheet, "Strategy", name, "");
    push(sheet, "Underlying", Cell::text(strategy.underlying.clone()), "");
    push(sheet, "Start date", report.start_date.map_or(Cell::Empty, Cell::Date), "");
    push(sheet, "End date", report.end_date.map_or(Cell::Empty, Cell::Date), "");
    push(sheet, "Sessions", count(report.statistics.trading_days), "");
}

fn push_account(sheet: &mut Sheet, report: &Report, days: &[DayRecord], daily: &Sheet) {
    let statistics = &report.statistics;
    push_heading(sheet, "Account");
    push(sheet, "Capital", money(report.capital), "The balance at the start");
    if let Some(last) = days.last() {
        let cell = format!("'{}'!{}", daily.name(), cell_name(EQUITY_COLUMN, daily.next_row() - 1));
        let equity = Cell::formula(cell, last.equity, Some(NumberFormat::Decimal2));
        push(sheet, "Final equity", equity, "Cash and marks on the last session");
    }
    let percent = NumberFormat::Percent2;
    push(sheet, "Total return", Cell::formatted(statistics.total_return, percent), "");
    push(sheet, "CAGR", defined(statistics.cagr, percent), "252 sessions to the year");
    push(sheet, "Volatility", Cell::formatted(statistics.annual_volatility, percent), "A year");
    push(sheet, "Sharpe ratio", defined(statistics.sharpe, NumberFormat::Decimal4), "");
    push(sheet, "Sortino ratio", defined(statistics.sortino, NumberFormat::Decimal4), "");
    let drawdown = Cell::formatted(statistics.max_drawdown, percent);
    push(sheet, "Maximum drawdown", drawdown, "From the running peak, the capital included");
}

fn push_trades(sheet: &mut Sheet, report: &Report) {
    let statistics = &report.statistics;
    push_heading(sheet, "Trades");
    push(sheet, "Trades", count(statistics.trades), "");
    push(sheet, "Win rate", defined(statistics.win_rate, NumberFormat::Percent2), "After fees");
    push(sheet, "Profit factor", defined(statistics.profit_factor, NumberFormat::Decimal4), "");
    push(sheet, "Expectancy", defined(statistics.expectancy, NumberFormat::Decimal2), "A trade");
    push(sheet, "Profit", money(statistics.total_pnl), "Of closed trades, after fees");
    push(sheet, "Fees", money(statistics.total_commissions), "");
    push(sheet, "Slippage", money(statistics.total_slippage), "What fills cost against mids");
    for (reason, n) in &statistics.exit_reasons {
        sheet.push_row([Cell::text(format!("Exits by {reason}")), count(*n), Cell::Empty]);
    }
}

fn push_attribution(sheet: &mut Sheet, report: &Report) {
    let of = &report.attribution;
    push_heading(sheet, "What the profit came from");
    push(sheet, "Delta", money(of.delta), "Moves of the underlying, first order");
    push(sheet, "Gamma", money(of.gamma), "Moves of the underlying, second order");
    push(sheet, "Theta", money(of.theta), "Time");
    push(sheet, "Vega", money(of.vega), "Implied volatility");
    push(sheet, "Slippage", money(of.slippage), "");
    push(sheet, "Fees", money(of.fees), "");
    push(sheet, "Residual", money(of.residual), "What the above do not explain");
}

fn push_warnings(sheet: &mut Sheet, report: &Report) {
    if !report.warnings.is_empty() {
        push_heading(sheet, "Warnings");
    }
    for warning in &report.warnings {
        sheet.push_row([Cell::text(warning.clone()), Cell::Empty, Cell::Empty]);
    }
}
