//! A book as text, one line for each row, for golden tests and for looking at it.

use std::fmt;

use super::book::{Book, CellRange, LineChart, Sheet, cell_name};
use super::cell::Cell;

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let properties = &self.properties;
        writeln!(f, "book {:?} · {:?} · {:?}", properties.title, properties.subject, properties.comment)?;
        writeln!(f, "created {}", properties.created)?;
        self.sheets.iter().try_for_each(|sheet| write_sheet(f, sheet))
    }
}

fn write_sheet(f: &mut fmt::Formatter<'_>, sheet: &Sheet) -> fmt::Result {
    let filter = if sheet.is_filtered() { ", filtered" } else { "" };
    writeln!(f, "\nsheet {:?}: {} frozen columns{filter}", sheet.name(), sheet.frozen_columns())?;
    if let Some(banner) = sheet.banner() {
        writeln!(f, "  banner {:?}", banner.as_str())?;
    }
    for column in sheet.columns() {
        writeln!(f, "  column {:?}, {} wide, {}", column.title, column.width, column.format.code())?;
    }
    for chart in sheet.charts() {
        write_chart(f, chart)?;
    }
    for (index, row) in sheet.rows().enumerate() {
        write!(f, "  {}:", sheet.header_row() + index + 2)?;
        for cell in row {
            f.write_str(" | ")?;
            write_cell(f, cell)?;
        }
        f.write_str("\n")?;
    }
    Ok(())
}

fn write_cell(f: &mut fmt::Formatter<'_>, cell: &Cell) -> fmt::Result {
    match cell {
        Cell::Empty => f.write_str("-"),
        Cell::Number(value) => write!(f, "{value}"),
        Cell::Formatted(value, format) => write!(f, "{value} as {}", format.code()),
        Cell::Date(day) => write!(f, "{day}"),
        Cell::Text(text) => write!(f, "{:?}", text.as_str()),
        Cell::Heading(text) => write!(f, "heading {:?}", text.as_str()),
        Cell::Truth(value) => write!(f, "{value}"),
        Cell::Formula(formula) => {
            write!(f, "={} → {}", formula.expression, formula.result)?;
            formula.format.map_or(Ok(()), |format| write!(f, " as {}", format.code()))
        }
    }
}

fn write_chart(f: &mut fmt::Formatter<'_>, chart: &LineChart) -> fmt::Result {
    let (column, row) = chart.anchor;
    let (width, height) = chart.size_px;
    write!(f, "  line chart {:?} at {}, {width} x {height}: {:?} ", chart.title, cell_name(column, row), chart.series)?;
    write_range(f, &chart.values)?;
    f.write_str(" over ")?;
    write_range(f, &chart.days)?;
    write!(f, ", {}", chart.value_format.code())?;
    match chart.value_floor {
        Some(floor) => writeln!(f, " from {floor}"),
        None => f.write_str("\n"),
    }
}

fn write_range(f: &mut fmt::Formatter<'_>, range: &CellRange) -> fmt::Result {
    let (first, last) = (cell_name(range.column, range.first_row), cell_name(range.column, range.last_row));
    write!(f, "{}!{first}:{last}", range.sheet)
}
