//! The main table of a research answer: once as CSV, once as a sheet with number formats.

use domain::export::{Book, Cell, Column, NumberFormat, Properties, SYNTHETIC_BANNER, Sheet, render_xlsx};
use domain::units::Day;

use super::super::format::{Csv, Format, text};
use crate::error::Problem;
use crate::routes::cached::Computed;
use crate::routes::respond::{Answer, Reply};
use crate::stores::d1::data_versions::Versions;

/// A column: its name in CSV, its title on a sheet, its width in characters and how its numbers are shown.
pub(super) type TableColumn = (&'static str, &'static str, f64, NumberFormat);

/// The rows of an answer.
#[derive(Clone)]
pub(super) struct Table {
    /// The name of the sheet.
    pub(super) name: &'static str,
    pub(super) columns: &'static [TableColumn],
    pub(super) rows: Vec<Vec<Cell>>,
}

/// An answer that has a main table.
pub(super) trait Tabular: serde::Serialize {
    /// What it is of: index, last day, whether the prices are made up, warnings.
    fn about(&self) -> (&str, Day, bool, &[String]);

    /// The table.
    fn table(&self) -> Table;

    /// What stands on further sheets of a workbook.
    fn others(&self) -> Vec<Table> {
        Vec::new()
    }
}

/// An answer in the form asked for.
///
/// # Errors
/// 500 where it cannot be written.
pub(super) fn computed(
    format: Format,
    answer: &impl Tabular,
    versions: Versions,
    slug: &str,
    what: &str,
) -> Result<Computed, Problem> {
    let disposition = format.disposition(slug, what);
    Ok(Computed { versions, content_type: format.content_type(), disposition, body: body(format, answer, what)? })
}

/// The same for an answer that no cache keeps, of the data with this version.
///
/// # Errors
/// 500 where it cannot be written.
pub(super) fn reply(format: Format, answer: &impl Tabular, version: i64, what: &str) -> Answer {
    let reply = Reply::of(format.content_type(), body(format, answer, what)?).with_data_version(version);
    let (about, ..) = answer.about();
    Ok(match format.disposition(about, what) {
        Some(disposition) => reply.with_header("content-disposition", disposition),
        None => reply,
    })
}

fn body(format: Format, answer: &impl Tabular, what: &str) -> Result<Vec<u8>, Problem> {
    match format {
        Format::Json => serde_json::to_vec(answer).map_err(Problem::internal),
        Format::Csv => Ok(csv(answer.table())),
        Format::Xlsx => workbook(answer, what),
    }
}

/// The sheets of an answer: its table, and what stands beside it.
pub(super) fn sheets(answer: &impl Tabular) -> Vec<Sheet> {
    let (_, _, synthetic, _) = answer.about();
    let sheet = |table: Table| {
        let columns =
            table.columns.iter().map(|(_, title, width, format)| Column::new(title, *width, *format)).collect();
        let mut sheet = Sheet::new(table.name, columns)
            .with_banner(synthetic.then_some(SYNTHETIC_BANNER))
            .with_frozen_columns(1)
            .with_filter();
        table.rows.into_iter().for_each(|row| sheet.push_cells(row));
        sheet
    };
    [vec![answer.table()], answer.others()].concat().into_iter().map(sheet).collect()
}

fn csv(table: Table) -> Vec<u8> {
    let names: Vec<&str> = table.columns.iter().map(|(name, ..)| *name).collect();
    let mut csv = Csv::new(&names);
    for row in table.rows {
        let field = |cell: &Cell| match cell {
            Cell::Number(number) | Cell::Formatted(number, _) => number.to_string(),
            Cell::Date(day) => day.to_string(),
            Cell::Text(content) | Cell::Heading(content) => text(content.as_str()),
            Cell::Truth(truth) => truth.to_string(),
            Cell::Empty | Cell::Formula(_) => String::new(),
        };
        csv.row(&row.iter().map(field).collect::<Vec<_>>());
    }
    csv.into_bytes()
}

fn workbook(answer: &impl Tabular, what: &str) -> Result<Vec<u8>, Problem> {
    let (index, created, _, warnings) = answer.about();
    let mut sheets = sheets(answer);
    if !warnings.is_empty() {
        let mut notes = Sheet::new("Notes", vec![Column::new("Note", 100.0, NumberFormat::General)]);
        warnings.iter().for_each(|warning| notes.push_row([Cell::text(warning.clone())]));
        sheets.push(notes);
    }
    let properties = Properties {
        title: format!("{index}: {what}"),
        subject: "Index research".to_owned(),
        comment: String::new(),
        created,
    };
    render_xlsx(Book { properties, sheets }).map_err(Problem::internal)
}

/// A text that may be absent.
pub(super) fn optional_text(value: Option<&str>) -> Cell {
    value.map_or(Cell::Empty, |value| Cell::text(value.to_owned()))
}

/// A number of things.
pub(super) fn count(value: usize) -> Cell {
    Cell::Number(f64::from(u32::try_from(value).unwrap_or(u32::MAX)))
}
