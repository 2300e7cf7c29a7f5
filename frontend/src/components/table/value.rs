//! What a cell of a table holds: it decides how the cell is shown, sorted, searched and exported.

use std::cmp::Ordering;

use domain::units::Day;

use crate::format::{self, Form};

/// The value of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Undefined or unknown.
    Absent,
    /// A text.
    Text(String),
    /// A number and how it is shown.
    Number(f64, Form),
    /// A day.
    Day(Day),
    /// Unix milliseconds.
    Instant(i64),
}

impl Value {
    /// A text that may be unknown.
    pub(crate) fn text(text: Option<&String>) -> Self {
        text.map_or(Self::Absent, |text| Self::Text(text.clone()))
    }

    /// A number that may be undefined.
    pub(crate) fn number(value: Option<f64>, form: Form) -> Self {
        value.map_or(Self::Absent, |value| Self::Number(value, form))
    }

    /// A whole number that may be undefined.
    pub(crate) fn whole(value: Option<u32>) -> Self {
        Self::number(value.map(f64::from), Form::Whole)
    }

    /// As a person reads it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Absent => format::UNDEFINED.to_owned(),
            Self::Text(text) => text.clone(),
            Self::Number(value, form) => format::number(*value, *form),
            Self::Day(day) => format::day(*day),
            Self::Instant(ms) => format::instant(*ms),
        }
    }

    /// As a program reads it: numbers whole and without a locale. An instant is in milliseconds, as in the API.
    pub(crate) fn raw(&self) -> String {
        match self {
            Self::Absent => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(value, _) => value.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Instant(ms) => ms.to_string(),
        }
    }

    /// Whether it is right-aligned.
    pub(crate) fn is_numeric(&self) -> bool {
        matches!(self, Self::Number(..))
    }

    /// The order of two values of a column. What is absent comes last, whichever way the column is sorted.
    pub(crate) fn compare(&self, other: &Self, is_descending: bool) -> Ordering {
        let order = match (self, other) {
            (Self::Absent, Self::Absent) => return Ordering::Equal,
            (Self::Absent, _) => return Ordering::Greater,
            (_, Self::Absent) => return Ordering::Less,
            (Self::Number(a, _), Self::Number(b, _)) => a.total_cmp(b),
            (Self::Day(a), Self::Day(b)) => a.cmp(b),
            (Self::Instant(a), Self::Instant(b)) => a.cmp(b),
            _ => self.raw().to_lowercase().cmp(&other.raw().to_lowercase()),
        };
        if is_descending { order.reverse() } else { order }
    }

    /// Whether a search finds the word, which is in lower case, in it. Numbers are not searched.
    pub(crate) fn holds(&self, word: &str) -> bool {
        match self {
            Self::Text(text) => text.to_lowercase().contains(word),
            Self::Day(day) => day.to_string().contains(word),
            _ => false,
        }
    }
}

/// Rows as CSV (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe in front.
pub(crate) fn csv(header: &[String], rows: impl Iterator<Item = Vec<Value>>) -> String {
    let field = |value: &Value| match value {
        Value::Text(text) => quoted(text),
        other => other.raw(),
    };
    let mut text = header.iter().map(|title| quoted(title)).collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    for row in rows {
        text.push_str(&row.iter().map(field).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if is_formula { format!("'{text}") } else { text.to_owned() };
    if safe.contains([',', '"', '\r', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_comes_last_either_way() {
        let (one, two, absent) = (Value::Number(1.0, Form::Whole), Value::Number(2.0, Form::Whole), Value::Absent);
        assert_eq!(one.compare(&two, false), Ordering::Less);
        assert_eq!(one.compare(&two, true), Ordering::Greater);
        assert_eq!((absent.compare(&one, false), absent.compare(&one, true)), (Ordering::Greater, Ordering::Greater));
    }

    #[test]
    fn a_search_reads_texts_and_days() {
        assert!(Value::Text("Acme Corp".into()).holds("acme"));
        assert!(Value::Day(Day::from_number(0)).holds("1970-01"));
        assert!(!Value::Number(1970.0, Form::Whole).holds("1970"));
    }

    #[test]
    fn a_table_is_csv_with_whole_numbers_and_without_formulas() {
        let row = vec![
            Value::Text("=1+1".into()),
            Value::Text("a,\"b\"".into()),
            Value::Number(0.1 + 0.2, Form::Percent),
            Value::Absent,
            Value::Day(Day::from_number(0)),
        ];
        let header = ["A", "B", "C", "D", "E"].map(str::to_owned);
        let text = csv(&header, std::iter::once(row));
        assert_eq!(text, "A,B,C,D,E\r\n'=1+1,\"a,\"\"b\"\"\",0.30000000000000004,,1970-01-01\r\n");
    }
}
