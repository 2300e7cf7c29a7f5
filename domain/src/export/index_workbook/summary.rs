//! The Summary sheet: what the index is, the key figures of the range, and the chart of its level.

use super::banner;
use super::tables::{CUMULATIVE_COLUMN, DATE_COLUMN, LEVEL_COLUMN, statistic_value};
use crate::export::book::{Column, LineChart, Sheet, cell_name};
use crate::export::cell::{Cell, NumberFormat};
use crate::export::index_report::IndexReport;

/// Beside the three columns of figures, with one column between.
const CHART_COLUMN: u16 = 4;
const CHART_SIZE_PX: (u32, u32) = (860, 420);

/// The Summary sheet. The last level and return are formulas on `levels`, the sheet that holds the daily figures.
pub(super) fn summary(report: &IndexReport, levels: &Sheet) -> Sheet {
    let columns = vec![
        Column::new("Figure", 30.0, NumberFormat::General),
        Column::new("Value", 34.0, NumberFormat::General),
        Column::new("Note", 60.0, NumberFormat::General),
    ];
    let mut sheet = Sheet::new("Summary", columns).with_banner(banner(report));
    push_definition(&mut sheet, report);
    push_range(&mut sheet, report, levels);
    push_headlines(&mut sheet, report);
    push_warnings(&mut sheet, report);
    if let Some(chart) = level_chart(report, levels, sheet.header_row() + 1) {
        sheet.push_chart(chart);
    }
    sheet
}

fn push_heading(sheet: &mut Sheet, title: &'static str) {
    sheet.push_row([Cell::heading(title), Cell::Empty, Cell::Empty]);
}

fn push_definition(sheet: &mut Sheet, report: &IndexReport) {
    push_heading(sheet, "Index");
    sheet.push_row([Cell::text("Index"), Cell::text(report.slug.clone()), Cell::Empty]);
    for field in &report.definition {
        sheet.push_row([Cell::text(field.label.clone()), Cell::text(field.text.clone()), Cell::Empty]);
    }
}

fn push_range(sheet: &mut Sheet, report: &IndexReport, levels: &Sheet) {
    let count = |value: u64| Cell::formatted(exact(value), NumberFormat::Whole);
    let rows = &report.performance;
    push_heading(sheet, "Range");
    sheet.push_row([Cell::text("Start date"), Cell::Date(report.start_date), Cell::Empty]);
    sheet.push_row([Cell::text("End date"), Cell::Date(report.end_date), Cell::Empty]);
    sheet.push_row([Cell::text("Sessions"), count(rows.len() as u64), Cell::Empty]);
    let base = Cell::formatted(report.base_value, NumberFormat::Decimal2);
    sheet.push_row([Cell::text("Base value"), base, Cell::text("The level of the first session")]);
    if let Some(last) = rows.last() {
        let on_last_row = |column| format!("'{}'!{}", levels.name(), cell_name(column, levels.next_row() - 1));
        let level = Cell::formula(on_last_row(LEVEL_COLUMN), last.level, Some(NumberFormat::Decimal2));
        sheet.push_row([Cell::text("Last level"), level, Cell::Empty]);
        let total = on_last_row(CUMULATIVE_COLUMN);
        let total = Cell::formula(total, last.cumulative_return, Some(NumberFormat::Percent2));
        let note = Cell::text("Compounded from the daily returns after the first session");
        sheet.push_row([Cell::text("Cumulative return"), total, note]);
    }
    let stale = rows.iter().map(|row| u64::from(row.stale_prices)).sum();
    sheet.push_row([Cell::text("Stale prices"), count(stale), Cell::text("Member days valued at an earlier price")]);
    let outdated = rows.iter().filter(|row| row.outdated).count();
    let note = Cell::text("Sessions whose inputs changed since they were built");
    sheet.push_row([Cell::text("Outdated sessions"), count(outdated as u64), note]);
}

fn push_headlines(sheet: &mut Sheet, report: &IndexReport) {
    let mut headlines = report.statistics.iter().filter(|statistic| statistic.headline).peekable();
    if headlines.peek().is_some() {
        push_heading(sheet, "Statistics");
    }
    for statistic in headlines {
        let definition = Cell::text(statistic.definition.clone());
        sheet.push_row([Cell::text(statistic.title.clone()), statistic_value(statistic), definition]);
    }
}

fn push_warnings(sheet: &mut Sheet, report: &IndexReport) {
    if !report.warnings.is_empty() {
        push_heading(sheet, "Warnings");
    }
    for warning in &report.warnings {
        sheet.push_row([Cell::text(warning.clone()), Cell::Empty, Cell::Empty]);
    }
}

fn level_chart(report: &IndexReport, levels: &Sheet, row: usize) -> Option<LineChart> {
    Some(LineChart {
        title: "Index level",
        series: "Level",
        days: levels.column_range(DATE_COLUMN)?,
        values: levels.column_range(LEVEL_COLUMN)?,
        value_format: NumberFormat::Whole,
        value_floor: axis_floor(report.performance.iter().map(|row| row.level)),
        anchor: (CHART_COLUMN, row),
        size_px: CHART_SIZE_PX,
    })
}

/// The round number at or below the lowest value, in steps of the power of ten within the values' span, so that an
/// index that moves little is not drawn as a flat line far above zero. `None` where all values are the same.
fn axis_floor(values: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    let step = 10_f64.powf((high - low).log10().floor());
    let floor = (low / step).floor() * step;
    (high > low && floor.is_finite()).then_some(floor)
}

#[expect(clippy::cast_precision_loss, reason = "counts of sessions and prices are far below 2^53")]
fn exact(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_starts_at_a_round_number_below_the_values() {
        let floor = |values: &[f64]| axis_floor(values.iter().copied());
        // The span of 957..1 310 is 353, so the step is 100.
        assert_eq!(floor(&[1_000.0, 957.0, 1_310.0]), Some(900.0));
        // The span of 993..1 002 is 9, so the step is 1.
        assert_eq!(floor(&[993.0, 1_002.0]), Some(993.0));
        assert_eq!(floor(&[1_000.0, 1_000.0]), None);
        assert_eq!(floor(&[]), None);
    }
}
