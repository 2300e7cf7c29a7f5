//! Reads a CSV file that is pushed in chunks: bytes in, typed pieces out.

use domain::ports::Rejection;

use super::cell::Cell;
use super::columns::{ColumnMap, MOST_COLUMNS};
use super::csv::{Record, Records};
use super::error::FileError;
use super::pieces::Piece;
use super::rows::{FileRules, RowCheck};

/// What came of a file's rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileSummary {
    /// Rows that passed every check.
    pub(crate) accepted: u64,
    /// Rows that did not.
    pub(crate) rejected: u64,
    /// The first of them.
    pub(crate) rejections: Vec<Rejection>,
    /// The file's columns that the kind does not know.
    pub(crate) unknown_columns: Vec<String>,
}

/// A CSV file being read.
pub(crate) struct CsvReader {
    records: Records,
    rows: Rows,
}

struct Rows {
    rules: FileRules,
    map: Option<ColumnMap>,
    check: RowCheck,
}

impl CsvReader {
    /// A reader at the start of a file.
    pub(crate) fn new(rules: FileRules) -> Self {
        Self { records: Records::new(), rows: Rows { rules, map: None, check: RowCheck::new(rules) } }
    }

    /// Takes the next bytes, of any number, and gives the pieces that they fill.
    ///
    /// # Errors
    /// A fault of the file as a whole; reading it ends there.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<Vec<Piece>, FileError> {
        self.records.push(chunk, &mut |record| self.rows.record(record))?;
        Ok(self.rows.check.take_full())
    }

    /// Takes the end of the file and gives the last pieces.
    ///
    /// # Errors
    /// A fault of the file as a whole.
    pub(crate) fn finish(mut self) -> Result<(Vec<Piece>, FileSummary), FileError> {
        self.records.finish(&mut |record| self.rows.record(record))?;
        let Rows { map, mut check, .. } = self.rows;
        let map = map.ok_or(FileError::Empty)?;
        let pieces = check.take_all();
        Ok((pieces, summary(check, map)))
    }
}

/// What came of the rows, once no more come.
pub(super) fn summary(mut check: RowCheck, map: ColumnMap) -> FileSummary {
    let (accepted, rejected) = check.counts();
    FileSummary { accepted, rejected, rejections: check.take_rejections(), unknown_columns: map.unknown }
}

impl Rows {
    fn record(&mut self, record: Record<'_>) -> Result<(), FileError> {
        match &self.map {
            Some(map) => {
                if record.len() != map.width {
                    let (expected, found) = (map.width, record.len());
                    self.check.reject(record.line, || format!("expected {expected} fields, found {found}"));
                } else if record.is_text() {
                    self.check.row(record.line, &cells(map, &record))?;
                } else {
                    self.check.reject(record.line, || "expected UTF-8 text".to_owned());
                }
            }
            None => self.map = Some(header(self.rules, &record)?),
        }
        Ok(())
    }
}

fn header(rules: FileRules, record: &Record<'_>) -> Result<ColumnMap, FileError> {
    let name = |place| record.field(place).and_then(|name| std::str::from_utf8(name).ok());
    let names: Option<Vec<&str>> = (0..record.len()).map(name).collect();
    ColumnMap::find(rules.kind, &names.ok_or(FileError::NotText)?)
}

fn cells<'a>(map: &ColumnMap, record: &Record<'a>) -> [Cell<'a>; MOST_COLUMNS] {
    map.places.map(|place| place.and_then(|place| record.field(place)).map_or(Cell::Blank, Cell::of_text))
}
