//! The `.xlsx` bytes of a workbook, read back with an independent reader.
#![cfg(feature = "xlsx")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

mod workbook;

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use domain::export::{
    Book, Cell, Column, IndexReport, IndexSheets, MAX_TEXT_UNITS, NumberFormat, Properties, RenderError,
    SYNTHETIC_BANNER, Sheet, index_book, render_xlsx,
};
use workbook::{day, report};

/// Texts that a careless program would turn into a formula.
const FORMULA_LIKE: [&str; 6] = ["=1+1", "+cmd|' /C calc'!A0", "@x", "-2", "\t=", "=HYPERLINK(\"http://x\",\"y\")"];

fn open(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

fn rendered(report: &IndexReport) -> Xlsx<Cursor<Vec<u8>>> {
    open(render_xlsx(index_book(report.clone(), IndexSheets::ALL)).unwrap())
}

fn book(sheets: Vec<Sheet>) -> Book {
    let properties = Properties {
        title: "A book".to_owned(),
        subject: String::new(),
        comment: String::new(),
        created: day("2024-01-04"),
    };
    Book { properties, sheets }
}

/// The value that a reader should find for a cell: dates as days, formulas as their results.
fn assert_same(read: Option<&Data>, cell: &Cell, place: &str) {
    match (cell, read.unwrap_or(&Data::Empty)) {
        (Cell::Empty, Data::Empty) => {}
        (Cell::Text(text) | Cell::Heading(text), Data::String(read)) => assert_eq!(read, text.as_str(), "{place}"),
        (Cell::Text(text), Data::Empty) => assert_eq!(text.as_str(), "", "{place}"),
        (Cell::Truth(value), Data::Bool(read)) => assert_eq!(read, value, "{place}"),
        (Cell::Number(value) | Cell::Formatted(value, _), Data::Float(read)) => {
            assert_eq!(read.to_bits(), value.to_bits(), "{place}: {read} is not {value}");
        }
        (Cell::Formula(formula), Data::Float(read)) => assert_eq!(read.to_bits(), formula.result.to_bits(), "{place}"),
        (Cell::Date(day), Data::DateTime(read)) => {
            let (year, month, day_of_month, ..) = read.to_ymd_hms_milli();
            assert_eq!(format!("{year:04}-{month:02}-{day_of_month:02}"), day.to_string(), "{place}");
        }
        (cell, read) => panic!("{place}: {read:?} was read where {cell:?} was written"),
    }
}

fn assert_sheet_reads_back(range: &Range<Data>, sheet: &Sheet) {
    for (index, row) in sheet.rows().enumerate() {
        for (column, cell) in (0_u32..).zip(row) {
            let at = u32::try_from(sheet.header_row() + 1 + index).unwrap();
            assert_same(range.get_value((at, column)), cell, &format!("{} {at}:{column}", sheet.name()));
        }
    }
}

#[test]
fn every_cell_reads_back_as_it_was_written() {
    for synthetic in [false, true] {
        let report = IndexReport { synthetic, ..report() };
        let mut read = rendered(&report);
        let book = index_book(report.clone(), IndexSheets::ALL);
        let names: Vec<_> = book.sheets.iter().map(|sheet| sheet.name().to_owned()).collect();
        assert_eq!(read.sheet_names(), names);
        for sheet in &book.sheets {
            let range = read.worksheet_range(sheet.name()).unwrap();
            assert_sheet_reads_back(&range, sheet);
            let header = u32::try_from(sheet.header_row()).unwrap();
            for (index, column) in (0..).zip(sheet.columns()) {
                assert_eq!(range.get_value((header, index)), Some(&Data::String(column.title.to_string())));
            }
            if synthetic {
                assert_eq!(range.get_value((0, 0)), Some(&Data::String(SYNTHETIC_BANNER.to_owned())));
            }
        }
    }
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    let bytes = || render_xlsx(index_book(report(), IndexSheets::ALL)).unwrap();
    assert_eq!(bytes(), bytes());
    let later = IndexReport { end_date: day("2024-01-05"), ..report() };
    assert_ne!(bytes(), render_xlsx(index_book(later, IndexSheets::ALL)).unwrap());
}

#[test]
fn the_only_formulas_are_those_of_the_levels() {
    let mut read = rendered(&report());
    let mut formulas = |sheet: &str| -> Vec<String> {
        let range = read.worksheet_formula(sheet).unwrap();
        range.used_cells().filter(|(.., text)| !text.is_empty()).map(|(.., text)| text.clone()).collect()
    };
    assert_eq!(formulas("Performance"), ["B2*(1+C3)", "(1+D2)*(1+C3)-1", "B3*(1+C4)", "(1+D3)*(1+C4)-1"]);
    assert_eq!(formulas("Summary"), ["'Performance'!B4", "'Performance'!D4"]);
    for sheet in ["Compositions", "Changes", "Statistics", "Method"] {
        assert_eq!(formulas(sheet), Vec::<String>::new(), "{sheet}");
    }
}

/// Every text field of a report with this text in it.
fn report_of(text: &str) -> IndexReport {
    let mut report = report();
    let own = || text.to_owned();
    report.slug = own();
    report.definition.iter_mut().chain(&mut report.method).for_each(|field| {
        field.label = own();
        field.text = own();
    });
    for member in report.compositions.iter_mut().flat_map(|composition| &mut composition.members) {
        (member.ticker, member.name, member.sector) = (own(), Some(own()), Some(own()));
    }
    for change in &mut report.changes {
        (change.ticker, change.name, change.reason) = (own(), Some(own()), own());
    }
    for statistic in &mut report.statistics {
        (statistic.title, statistic.definition) = (own(), own());
    }
    report.warnings = vec![own()];
    report
}

#[test]
fn text_from_data_never_becomes_a_formula() {
    for text in FORMULA_LIKE {
        let report = report_of(text);
        let mut read = rendered(&report);
        for (sheet, formulas) in
            [("Summary", 2), ("Performance", 4), ("Compositions", 0), ("Changes", 0), ("Method", 0)]
        {
            let range = read.worksheet_formula(sheet).unwrap();
            assert_eq!(range.used_cells().filter(|(.., text)| !text.is_empty()).count(), formulas, "{sheet} {text:?}");
        }
        let members = read.worksheet_range("Compositions").unwrap();
        assert_eq!(members.get_value((1, 2)), Some(&Data::String(text.to_owned())));
        assert_eq!(members.get_value((1, 4)), Some(&Data::String(text.to_owned())));
        let summary = read.worksheet_range("Summary").unwrap();
        assert_eq!(summary.get_value((2, 1)), Some(&Data::String(text.to_owned())));
    }
}

#[test]
fn awkward_texts_are_stored_in_full_or_visibly_changed() {
    let changed = [
        ("a\u{0}b\u{8}\u{1F}c\u{FFFF}".to_owned(), "a\u{FFFD}b\u{FFFD}\u{FFFD}c\u{FFFD}".to_owned()),
        ("é".repeat(MAX_TEXT_UNITS + 100), "é".repeat(MAX_TEXT_UNITS - 6) + " [cut]"),
    ];
    let kept = ["<&\"'>]]>", "  spaces  ", "two\nlines", "日本 🦀"].map(|text| (text.to_owned(), text.to_owned()));
    for (text, expected) in changed.into_iter().chain(kept) {
        let mut sheet = Sheet::new("Texts", vec![Column::new("Text", 20.0, NumberFormat::General)]);
        sheet.push_row([Cell::text(text)]);
        let range = open(render_xlsx(book(vec![sheet])).unwrap()).worksheet_range("Texts").unwrap();
        assert_eq!(range.get_value((1, 0)), Some(&Data::String(expected)));
    }
}

#[test]
fn numbers_keep_every_bit() {
    let numbers = [0.1 + 0.2, 1.0 / 3.0, -0.0, 1e300, 5e-300, 123_456.789_012_345_67, 9_007_199_254_740_991.0, 1e-9];
    let mut sheet = Sheet::new("Numbers", vec![Column::new("Number", 20.0, NumberFormat::Decimal2)]);
    numbers.iter().for_each(|number| sheet.push_row([Cell::number(*number)]));
    let range = open(render_xlsx(book(vec![sheet.clone()])).unwrap()).worksheet_range("Numbers").unwrap();
    assert_sheet_reads_back(&range, &sheet);
}

#[test]
fn a_sheet_that_no_file_can_hold_is_refused_by_name() {
    let mut sheet = Sheet::new("Long", vec![Column::new("Number", 8.0, NumberFormat::General)]);
    (0..1_048_576).for_each(|_| sheet.push_row([Cell::Empty]));
    match render_xlsx(book(vec![sheet])) {
        Err(RenderError::TooManyRows { sheet, rows }) => assert_eq!((sheet.as_str(), rows), ("Long", 1_048_577)),
        other => panic!("expected a refusal, got {:?}", other.map(|bytes| bytes.len())),
    }
    let named = Sheet::new("a/b", vec![Column::new("Number", 8.0, NumberFormat::General)]);
    assert!(matches!(render_xlsx(book(vec![named])), Err(RenderError::Refused(_))));
}
