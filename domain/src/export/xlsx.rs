//! The one renderer of a [`Book`] to `.xlsx` bytes. It decides nothing about content.

use rust_xlsxwriter::{
    Chart, ChartAxisLabelPosition, ChartFormat, ChartLine, DocProperties, ExcelDateTime, Format, FormatAlign,
    FormatBorder, Formula as XlsxFormula, Workbook, Worksheet, XlsxError,
};

use super::book::{Book, CellRange, Column, LineChart, Properties, Sheet};
use super::cell::{Cell, NumberFormat};
use crate::units::Day;

/// The rows of a sheet in the file format.
const MAX_ROWS: usize = 1_048_576;

/// Fast, and within a few per cent of the size that the default level 6 reaches on sheets of numbers.
const COMPRESSION_LEVEL: u8 = 3;

const HEADER_FILL: u32 = 0x1F_3A5F;
const BANNER_FILL: u32 = 0xFF_F3CD;
const BANNER_TEXT: u32 = 0xB0_2A1E;
const LINE_COLOR: u32 = 0x1F_6FB2;
const GRID_COLOR: u32 = 0xD9_D9D9;

/// Why a book cannot be a file.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A sheet has more rows than the file format has.
    #[error("sheet {sheet} has {rows} rows, expected at most {MAX_ROWS}")]
    TooManyRows {
        /// The sheet's name.
        sheet: String,
        /// Its rows, with header and banner.
        rows: usize,
    },
    /// The file format refuses something else, for example the name of a sheet.
    #[error("the workbook could not be written")]
    Refused(#[from] XlsxError),
}

/// The book as the bytes of an `.xlsx` file: the same book gives the same bytes.
///
/// *Inputs*: the book, by value, so that the memory of its cells is free again as they are handed on.
///
/// # Errors
/// [`RenderError`] where a sheet is too long or has a name that the file format refuses.
pub fn render_xlsx(book: Book) -> Result<Vec<u8>, RenderError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(&book.properties)?);
    workbook.set_zip_compression_level(COMPRESSION_LEVEL);
    let styles = Styles::new();
    for sheet in book.sheets {
        let rows = sheet.next_row();
        if rows > MAX_ROWS {
            return Err(RenderError::TooManyRows { sheet: sheet.name().to_owned(), rows });
        }
        write_sheet(workbook.add_worksheet(), sheet, &styles)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn properties(properties: &Properties) -> Result<DocProperties, XlsxError> {
    let day = properties.created;
    let part = |value: u32| u8::try_from(value).unwrap_or(1);
    let year = u16::try_from(day.year()).unwrap_or(1900);
    let created = ExcelDateTime::from_ymd(year, part(day.month()), part(day.day_of_month()))?;
    Ok(DocProperties::new()
        .set_title(&properties.title)
        .set_subject(&properties.subject)
        .set_author("Equipoise")
        .set_comment(&properties.comment)
        .set_creation_datetime(&created))
}

/// The looks of the cells that do not simply take their column's.
struct Styles {
    header: Format,
    header_of_numbers: Format,
    banner: Format,
    heading: Format,
    /// A text that looks like a formula stays a text when someone edits its cell.
    quoted: Format,
}

impl Styles {
    fn new() -> Self {
        let header = Format::new()
            .set_bold()
            .set_font_color(0xFF_FFFF)
            .set_background_color(HEADER_FILL)
            .set_border_bottom(FormatBorder::Thin);
        Self {
            header_of_numbers: header.clone().set_align(FormatAlign::Right),
            header,
            banner: Format::new().set_bold().set_font_color(BANNER_TEXT).set_background_color(BANNER_FILL),
            heading: Format::new().set_bold(),
            quoted: Format::new().set_quote_prefix(),
        }
    }
}

fn number_format(format: NumberFormat) -> Format {
    let cell = Format::new().set_num_format(format.code());
    if format == NumberFormat::Date { cell.set_align(FormatAlign::Left) } else { cell }
}

fn write_sheet(worksheet: &mut Worksheet, mut sheet: Sheet, styles: &Styles) -> Result<(), XlsxError> {
    worksheet.set_name(sheet.name())?;
    let header = row_number(sheet.header_row());
    for (index, column) in (0_u16..).zip(sheet.columns()) {
        write_column(worksheet, header, index, column, styles)?;
        if let Some(banner) = sheet.banner() {
            let text = if index == 0 { banner.as_str() } else { "" };
            worksheet.write_string_with_format(0, index, text, &styles.banner)?;
        }
    }
    worksheet.set_freeze_panes(header + 1, sheet.frozen_columns())?;
    worksheet.set_repeat_rows(0, header)?.set_landscape().set_print_fit_to_pages(1, 0);
    let last_column = u16::try_from(sheet.columns().len().saturating_sub(1)).unwrap_or(u16::MAX);
    if sheet.is_filtered() && sheet.n_rows() > 0 {
        worksheet.autofilter(header, 0, row_number(sheet.next_row() - 1), last_column)?;
    }
    for chart in sheet.charts() {
        let (column, row) = chart.anchor;
        worksheet.insert_chart(row_number(row), column, &line_chart(chart))?;
    }
    let pieces = sheet.take_pieces();
    let mut places = (header + 1..).flat_map(|row| (0_u16..).zip(sheet.columns()).map(move |place| (row, place)));
    for cell in pieces.flatten() {
        if let Some((row, (column, definition))) = places.next() {
            write_cell(worksheet, (row, column), cell, definition.format, styles)?;
        }
    }
    Ok(())
}

fn write_column(
    worksheet: &mut Worksheet,
    header: u32,
    index: u16,
    column: &Column,
    styles: &Styles,
) -> Result<(), XlsxError> {
    worksheet.set_column_width(index, column.width)?;
    if column.format != NumberFormat::General {
        worksheet.set_column_format(index, &number_format(column.format))?;
    }
    let left = matches!(column.format, NumberFormat::General | NumberFormat::Date);
    let style = if left { &styles.header } else { &styles.header_of_numbers };
    worksheet.write_string_with_format(header, index, column.title.as_ref(), style)?;
    Ok(())
}

/// Most cells take their column's format, which costs neither a look-up nor memory.
fn write_cell(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: Cell,
    column_format: NumberFormat,
    styles: &Styles,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => worksheet,
        Cell::Number(value) => worksheet.write_number(row, column, value)?,
        Cell::Formatted(value, format) => {
            worksheet.write_number_with_format(row, column, value, &number_format(format))?
        }
        Cell::Date(day) if column_format == NumberFormat::Date => {
            worksheet.write_number(row, column, serial_day(day))?
        }
        Cell::Date(day) => {
            worksheet.write_number_with_format(row, column, serial_day(day), &number_format(NumberFormat::Date))?
        }
        Cell::Text(text) if text.as_str().starts_with(['=', '+', '-', '@', '\t']) => {
            worksheet.write_string_with_format(row, column, text, &styles.quoted)?
        }
        Cell::Text(text) => worksheet.write_string(row, column, text)?,
        Cell::Heading(text) => worksheet.write_string_with_format(row, column, text, &styles.heading)?,
        Cell::Truth(value) => worksheet.write_boolean(row, column, value)?,
        Cell::Formula(formula) => {
            let written = XlsxFormula::new(formula.expression).set_result(formula.result.to_string());
            match formula.format {
                Some(format) => worksheet.write_formula_with_format(row, column, written, &number_format(format))?,
                None => worksheet.write_formula(row, column, written)?,
            }
        }
    };
    Ok(())
}

fn line_chart(chart: &LineChart) -> Chart {
    let mut drawn = Chart::new_line();
    let mut line = ChartFormat::new();
    line.set_line(ChartLine::new().set_color(LINE_COLOR).set_width(1.5));
    drawn
        .add_series()
        .set_name(chart.series)
        .set_categories(range(&chart.days))
        .set_values(range(&chart.values))
        .set_format(&mut line);
    drawn.title().set_name(chart.title);
    drawn.legend().set_hidden();
    drawn
        .x_axis()
        .set_date_axis(true)
        .set_num_format(NumberFormat::Date.code())
        .set_label_position(ChartAxisLabelPosition::Low);
    let mut grid = ChartLine::new();
    grid.set_color(GRID_COLOR);
    drawn.y_axis().set_num_format(chart.value_format.code()).set_major_gridlines_line(&grid);
    if let Some(floor) = chart.value_floor {
        drawn.y_axis().set_min(floor);
    }
    let (width, height) = chart.size_px;
    drawn.set_width(width).set_height(height).set_alt_text(chart.title);
    drawn
}

fn range(range: &CellRange) -> (&str, u32, u16, u32, u16) {
    (&range.sheet, row_number(range.first_row), range.column, row_number(range.last_row), range.column)
}

/// Rows are checked against the file format's limit before any is written; a larger number is refused there.
fn row_number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// The file format counts days from 1900-01-01 as 1 and has a 1900-02-29, which no calendar has.
fn serial_day(day: Day) -> f64 {
    const FIRST_AFTER_THE_GAP: i32 = -25_508; // 1900-03-01, serial 61
    let number = day.number();
    f64::from(if number < FIRST_AFTER_THE_GAP { number + 25_568 } else { number + 25_569 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_the_serial_numbers_of_the_file_format() {
        // 1970-01-01 is serial 25 569, and 2024-01-02 is 19 724 days later. 1900 has its own gap at 60.
        for (day, serial) in
            [("1970-01-01", 25_569), ("2024-01-02", 45_293), ("1900-01-01", 1), ("1900-02-28", 59), ("1900-03-01", 61)]
        {
            let day: Day = day.parse().unwrap();
            assert_eq!(serial_day(day).to_string(), serial.to_string(), "{day}");
        }
    }
}
