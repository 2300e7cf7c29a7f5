//! A workbook as plain data: sheets of typed columns, and charts that refer to their cells.

use std::borrow::Cow;

use super::cell::{Cell, NumberFormat, Text};
use crate::units::Day;

/// The rows of a piece of a sheet. Many rows come in pieces, so that filling a sheet copies nothing and a renderer can
/// free what it has written: the memory of an isolate is small.
pub(super) const PIECE_ROWS: usize = 1_024;

/// Some rows, each with one cell for each column.
pub(super) type Piece = Vec<Cell>;

/// A workbook before it is a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    /// What the file says about itself.
    pub properties: Properties,
    /// The sheets, in reading order.
    pub sheets: Vec<Sheet>,
}

/// The document properties of a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Properties {
    /// The title.
    pub title: String,
    /// What it is about.
    pub subject: String,
    /// A remark, empty for none.
    pub comment: String,
    /// The day the file gives as that of its creation: a day of the data, so that the same data gives the same bytes.
    pub created: Day,
}

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its header.
    pub title: Cow<'static, str>,
    /// Its width, in characters of the default font.
    pub width: f64,
    /// How its numbers are shown.
    pub format: NumberFormat,
}

impl Column {
    /// A column of this title, width (in characters of the default font) and number format.
    #[must_use]
    pub const fn new(title: &'static str, width: f64, format: NumberFormat) -> Self {
        Self { title: Cow::Borrowed(title), width, format }
    }

    /// The same with a title that is known only when the book is made.
    #[must_use]
    pub const fn titled(title: String, width: f64, format: NumberFormat) -> Self {
        Self { title: Cow::Owned(title), width, format }
    }
}

/// One sheet: an optional banner row, a header row, then rows with one cell for each column.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    name: String,
    banner: Option<Text>,
    columns: Vec<Column>,
    frozen_columns: u16,
    filtered: bool,
    pieces: Vec<Piece>,
    n_rows: usize,
    charts: Vec<LineChart>,
}

impl Sheet {
    /// A sheet without rows. The name has at most 31 characters and none of `[]:*?/\`, and is unique in its book.
    #[must_use]
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Self {
        let name = name.into();
        Self {
            name,
            banner: None,
            columns,
            frozen_columns: 0,
            filtered: false,
            pieces: Vec::new(),
            n_rows: 0,
            charts: Vec::new(),
        }
    }

    /// With this text above the header row.
    #[must_use]
    pub fn with_banner(mut self, banner: Option<&'static str>) -> Self {
        self.banner = banner.map(Text::new);
        self
    }

    /// With the first columns frozen, as the rows down to the header always are.
    #[must_use]
    pub fn with_frozen_columns(mut self, columns: u16) -> Self {
        self.frozen_columns = columns;
        self
    }

    /// With a filter on the header row.
    #[must_use]
    pub fn with_filter(mut self) -> Self {
        self.filtered = true;
        self
    }

    /// Appends a row.
    ///
    /// # Panics
    /// If the row does not have exactly one cell for each column, which no data can cause.
    pub fn push_row<const N: usize>(&mut self, row: [Cell; N]) {
        self.push_cells(row);
    }

    /// Appends a row of as many cells as there are columns.
    ///
    /// # Panics
    /// If the row does not have exactly one cell for each column, which no data can cause.
    pub fn push_cells(&mut self, row: impl IntoIterator<Item = Cell, IntoIter: ExactSizeIterator>) {
        let row = row.into_iter();
        assert_eq!(row.len(), self.columns.len(), "a row of sheet {} has one cell for each column", self.name);
        if self.n_rows.is_multiple_of(PIECE_ROWS) {
            self.pieces.push(Piece::new());
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.extend(row);
        }
        self.n_rows += 1;
    }

    /// Adds a chart.
    pub fn push_chart(&mut self, chart: LineChart) {
        self.charts.push(chart);
    }

    /// The name on its tab.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text above the header row.
    #[must_use]
    pub fn banner(&self) -> Option<&Text> {
        self.banner.as_ref()
    }

    /// The columns, from A.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many columns stay in view.
    #[must_use]
    pub fn frozen_columns(&self) -> u16 {
        self.frozen_columns
    }

    /// Whether the header row carries a filter.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.filtered
    }

    /// The charts.
    #[must_use]
    pub fn charts(&self) -> &[LineChart] {
        &self.charts
    }

    /// The number of rows below the header.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The rows below the header, top down.
    pub fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.pieces.iter().flat_map(|piece| piece.chunks_exact(self.columns.len().max(1)))
    }

    /// Takes the rows out, in pieces of one cell after the other, so that each can be dropped when it is done with.
    #[cfg(feature = "xlsx")]
    pub(super) fn take_pieces(&mut self) -> impl Iterator<Item = Piece> + use<> {
        self.n_rows = 0;
        std::mem::take(&mut self.pieces).into_iter()
    }

    /// The header's row, from 0.
    #[must_use]
    pub fn header_row(&self) -> usize {
        usize::from(self.banner.is_some())
    }

    /// The row that the next pushed row will have, from 0.
    #[must_use]
    pub fn next_row(&self) -> usize {
        self.header_row() + 1 + self.n_rows()
    }

    /// The cells of one column below the header, for a chart; `None` when there is no row.
    #[must_use]
    pub fn column_range(&self, column: u16) -> Option<CellRange> {
        let first_row = self.header_row() + 1;
        (self.n_rows() > 0).then(|| CellRange {
            sheet: self.name.clone(),
            column,
            first_row,
            last_row: self.next_row() - 1,
        })
    }
}

/// Part of one column of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellRange {
    /// The sheet's name.
    pub sheet: String,
    /// The column, from 0.
    pub column: u16,
    /// The first row, from 0.
    pub first_row: usize,
    /// The last row, from 0, included.
    pub last_row: usize,
}

/// A native line chart over days.
#[derive(Clone, Debug, PartialEq)]
pub struct LineChart {
    /// Its title. Like the series' name it is a constant: the file's writer takes a name with a `!` for a reference.
    pub title: &'static str,
    /// The name of its one series.
    pub series: &'static str,
    /// The days, along the horizontal axis.
    pub days: CellRange,
    /// The values, along the vertical axis.
    pub values: CellRange,
    /// How the values of the vertical axis are shown.
    pub value_format: NumberFormat,
    /// Where the vertical axis starts; `None` leaves it to the spreadsheet program.
    pub value_floor: Option<f64>,
    /// The column and the row, from 0, of the cell at its upper left corner.
    pub anchor: (u16, usize),
    /// Its width and height, in pixels.
    pub size_px: (u32, u32),
}

/// The name of a cell by its column and row, both from 0.
///
/// ```
/// assert_eq!(domain::export::cell_name(0, 0), "A1");
/// assert_eq!(domain::export::cell_name(27, 9), "AB10"); // 26 single letters, then AA, AB
/// ```
#[must_use]
pub fn cell_name(column: u16, row: usize) -> String {
    const LETTERS: &[u8; 26] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut letters = Vec::new();
    let mut rest = usize::from(column) + 1;
    while rest > 0 {
        letters.push(char::from(LETTERS[(rest - 1) % 26]));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", row + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(banner: Option<&'static str>) -> Sheet {
        let columns =
            vec![Column::new("Day", 12.0, NumberFormat::Date), Column::new("Level", 12.0, NumberFormat::Decimal2)];
        Sheet::new("Levels", columns).with_banner(banner)
    }

    #[test]
    fn rows_start_below_the_header_and_the_banner() {
        for (banner, header) in [(None, 0), (Some("sample"), 1)] {
            let mut sheet = sheet(banner);
            assert_eq!((sheet.header_row(), sheet.next_row(), sheet.column_range(1)), (header, header + 1, None));
            sheet.push_row([Cell::Date(Day::from_number(0)), Cell::number(1.0)]);
            sheet.push_row([Cell::Date(Day::from_number(1)), Cell::number(2.0)]);
            assert_eq!((sheet.n_rows(), sheet.next_row()), (2, header + 3));
            let range = sheet.column_range(1).unwrap();
            assert_eq!((range.first_row, range.last_row), (header + 1, header + 2));
        }
    }

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        for (column, name) in [(0, "A1"), (25, "Z1"), (26, "AA1"), (701, "ZZ1"), (702, "AAA1"), (16_383, "XFD1")] {
            assert_eq!(cell_name(column, 0), name);
        }
    }
}
