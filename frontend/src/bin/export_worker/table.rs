//! A table of the app as a workbook of one sheet.

use domain::export::{Book, Cell, Column, NumberFormat, Properties, SYNTHETIC_BANNER, Sheet, Text};
use domain::units::Day;
use serde::Deserialize;

/// A table.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    /// What it shows.
    title: String,
    /// The day on which it is made, `YYYY-MM-DD`.
    #[serde(with = "domain::api::day")]
    day: Day,
    /// Whether it holds made-up prices.
    synthetic: bool,
    /// Its columns.
    columns: Vec<WantedColumn>,
    /// One value for each column.
    rows: Vec<Vec<Value>>,
}

#[derive(Deserialize)]
struct WantedColumn {
    title: String,
    format: Form,
}

/// How the numbers of a column are shown.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    General,
    Whole,
    Decimal,
    Fine,
    Percent,
    Date,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Absent(()),
    Number(f64),
    Text(String),
    Day { day: i32 },
}

impl From<Form> for NumberFormat {
    fn from(form: Form) -> Self {
        match form {
            Form::General => Self::General,
            Form::Whole => Self::Whole,
            Form::Decimal => Self::Decimal2,
            Form::Fine => Self::Decimal4,
            Form::Percent => Self::Percent2,
            Form::Date => Self::Date,
        }
    }
}

/// The widest and the narrowest column, in characters.
const WIDTHS: (usize, usize) = (8, 60);

fn width(column: usize, title: &str, rows: &[Vec<Value>]) -> f64 {
    let of = |row: &Vec<Value>| match row.get(column) {
        Some(Value::Text(text)) => text.chars().count(),
        Some(Value::Number(_) | Value::Day { .. }) => 12,
        _ => 0,
    };
    let longest = rows.iter().map(of).max().unwrap_or(0).max(title.chars().count() + 2);
    #[expect(clippy::cast_precision_loss, reason = "at most 60")]
    let width = longest.clamp(WIDTHS.0, WIDTHS.1) as f64;
    width
}

/// The name of the sheet: what the format allows of the title.
fn sheet_name(title: &str) -> String {
    let name: String = title.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    let name = name.trim().to_owned();
    if name.is_empty() { "Table".to_owned() } else { name }
}

/// The book of a table.
pub(crate) fn book(wanted: Wanted) -> Result<Book, String> {
    let n_columns = wanted.columns.len();
    if let Some(row) = wanted.rows.iter().find(|row| row.len() != n_columns) {
        return Err(format!("a row has {} values, expected {n_columns}", row.len()));
    }
    let columns = wanted.columns.iter().enumerate().map(|(at, column)| {
        Column::titled(column.title.clone(), width(at, &column.title, &wanted.rows), column.format.into())
    });
    let banner = wanted.synthetic.then_some(SYNTHETIC_BANNER);
    let mut sheet = Sheet::new(sheet_name(&wanted.title), columns.collect())
        .with_banner(banner)
        .with_frozen_columns(1)
        .with_filter();
    for row in wanted.rows {
        sheet.push_cells(row.into_iter().map(|value| match value {
            Value::Absent(()) => Cell::Empty,
            Value::Number(number) => Cell::Number(number),
            Value::Text(text) => Cell::Text(Text::new(text)),
            Value::Day { day } => Cell::Date(Day::from_number(day)),
        }));
    }
    let properties = Properties {
        title: wanted.title,
        subject: String::new(),
        comment: banner.unwrap_or_default().to_owned(),
        created: wanted.day,
    };
    Ok(Book { properties, sheets: vec![sheet] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_becomes_a_sheet() {
        let wanted = r#"{"title": "A/B: [all]", "day": "2024-12-24", "synthetic": true,
            "columns": [{"title": "Ticker", "format": "general"}, {"title": "Weight", "format": "percent"}, {"title": "Day", "format": "date"}],
            "rows": [["ACME", 0.5, {"day": 20081}], ["=1+1", null, null]]}"#;
        let book = book(serde_json::from_str(wanted).unwrap()).unwrap();
        let sheet = &book.sheets[0];
        assert_eq!((sheet.name(), sheet.n_rows(), sheet.banner().is_some()), ("AB all", 2, true));
        let rows: Vec<&[Cell]> = sheet.rows().collect();
        assert_eq!(rows[0][1], Cell::Number(0.5));
        assert_eq!(rows[0][2], Cell::Date(Day::from_number(20_081)));
        assert_eq!(rows[1], [Cell::Text(Text::new("=1+1")), Cell::Empty, Cell::Empty]);
    }

    #[test]
    fn a_row_of_another_length_is_refused() {
        let wanted = r#"{"title": "A", "day": "2024-12-24", "synthetic": false, "columns": [{"title": "A", "format": "whole"}], "rows": [[1, 2]]}"#;
        assert!(book(serde_json::from_str(wanted).unwrap()).is_err());
    }
}
