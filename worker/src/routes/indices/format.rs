//! The forms in which a table comes back: JSON, CSV or a workbook.

use domain::export::{IndexReport, IndexSheets, index_book, marked, render_xlsx};

use crate::error::Problem;
use crate::routes::query::Query;
use crate::routes::request::Call;

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::routes) enum Format {
    Json,
    Csv,
    Xlsx,
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Format {
    /// What `format=` asks for, else what `Accept` does, else JSON.
    pub(in crate::routes) fn of(call: &Call, query: &Query) -> Result<Self, Problem> {
        let named = [("json", Self::Json), ("csv", Self::Csv), ("xlsx", Self::Xlsx)];
        if let Some(format) = query.choice("format", &named)? {
            return Ok(format);
        }
        let Some(accept) = call.header("accept") else { return Ok(Self::Json) };
        if accept.contains("text/csv") {
            Ok(Self::Csv)
        } else if accept.contains(XLSX) {
            Ok(Self::Xlsx)
        } else {
            Ok(Self::Json)
        }
    }

    /// The name, for keys.
    pub(in crate::routes) const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The value of `content-type`.
    pub(in crate::routes) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => XLSX,
        }
    }

    /// The value of `content-disposition`, for a file named after the index and what it holds.
    pub(in crate::routes) fn disposition(self, slug: &str, what: &str) -> Option<String> {
        (self != Self::Json).then(|| format!("attachment; filename=\"{slug}-{what}.{}\"", self.name()))
    }
}

/// A workbook as bytes.
pub(super) fn workbook(report: IndexReport, sheets: IndexSheets) -> Result<Vec<u8>, Problem> {
    render_xlsx(index_book(report, sheets)).map_err(Problem::internal)
}

/// A CSV table (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe in front.
#[derive(Debug, Default)]
pub(in crate::routes) struct Csv(String);

impl Csv {
    /// A table with this header.
    pub(in crate::routes) fn new(header: &[&str]) -> Self {
        Self(format!("{}\r\n", header.join(",")))
    }

    /// Adds a row of fields.
    pub(in crate::routes) fn row(&mut self, fields: &[String]) {
        self.0.push_str(&fields.join(","));
        self.0.push_str("\r\n");
    }

    /// The table's bytes.
    pub(in crate::routes) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// A text as a field.
pub(in crate::routes) fn text(value: &str) -> String {
    let safe = marked(value);
    if safe.contains([',', '"', '\r', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe.into_owned() }
}

/// A value that may be absent, as a field.
pub(in crate::routes) fn optional<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_quoted_where_needed_and_never_a_formula() {
        assert_eq!(text("plain"), "plain");
        assert_eq!(text("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(text("=1+1"), "'=1+1");
        assert_eq!(text("@x,y"), "\"'@x,y\"");
    }
}
