//! What the workbook of an index says, as text: golden files checked by hand, and the rules that hold for any report.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

mod workbook;

use std::fmt::Write as _;

use domain::export::{Cell, IndexReport, IndexSheets, SYNTHETIC_BANNER, Sheet, index_book};
use workbook::{day, report};

/// Compares with the golden file; with `UPDATE_GOLDEN=1` it is rewritten, and `git diff` shows what changed.
fn assert_golden(name: &str, text: &str) {
    let path = format!("{}/tests/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    let mut differences = String::new();
    for (number, (is, should)) in text.lines().zip(golden.lines()).enumerate().filter(|(_, (is, should))| is != should)
    {
        writeln!(differences, "{}: is     {is}\n{}: should {should}", number + 1, number + 1).unwrap();
    }
    assert!(differences.is_empty() && text == golden, "{path} differs:\n{differences}");
}

#[test]
fn the_whole_workbook_is_the_golden_one() {
    assert_golden("index_workbook", &index_book(report(), IndexSheets::ALL).to_string());
}

#[test]
fn a_synthetic_workbook_without_performance_is_the_golden_one() {
    let report = IndexReport { synthetic: true, ..report() };
    let sheets = IndexSheets { changes: true, ..IndexSheets::NONE };
    assert_golden("index_workbook_synthetic", &index_book(report.clone(), sheets).to_string());
}

#[test]
fn every_choice_of_sheets_gives_just_these_with_the_banner_of_synthetic_data_on_each() {
    let report = IndexReport { synthetic: true, ..report() };
    for choice in 0..32_u32 {
        let has = |bit: u32| choice & (1 << bit) != 0;
        let sheets = IndexSheets {
            performance: has(0),
            compositions: has(1),
            changes: has(2),
            statistics: has(3),
            method: has(4),
        };
        let mut expected = vec!["Summary"];
        let optional = ["Performance", "Compositions", "Changes", "Statistics", "Method"];
        expected.extend(optional.into_iter().zip(0..).filter(|(_, bit)| has(*bit)).map(|(name, _)| name));
        if !has(0) {
            expected.push("Chart data");
        }
        let book = index_book(report.clone(), sheets);
        assert_eq!(book.sheets.iter().map(Sheet::name).collect::<Vec<_>>(), expected);
        assert!(book.sheets.iter().all(|sheet| sheet.banner().is_some_and(|text| text.as_str() == SYNTHETIC_BANNER)));
        assert!(!book.sheets[0].charts().is_empty());
    }
}

/// Evaluates what the Performance sheet writes: `B2*(1+C3)` and `(1+D2)*(1+C3)-1`, by the cells' own names.
fn evaluate(expression: &str, cell: impl Fn(&str) -> f64) -> f64 {
    let bare = expression.trim_end_matches("-1").replace(['(', ')'], "");
    let product: f64 = bare
        .split('*')
        .map(|factor| match factor.strip_prefix("1+") {
            Some(name) => 1.0 + cell(name),
            None => cell(factor),
        })
        .product();
    if expression.ends_with("-1") { product - 1.0 } else { product }
}

#[test]
fn recalculating_the_formulas_gives_the_values_stored_beside_them() {
    for synthetic in [false, true] {
        let report = IndexReport { synthetic, ..report() };
        let book = index_book(report.clone(), IndexSheets::ALL);
        let sheet = &book.sheets[1];
        let mut values = std::collections::HashMap::new();
        let mut formulas = 0;
        for (index, row) in sheet.rows().enumerate() {
            let name = |column: &str| format!("{column}{}", sheet.header_row() + index + 2);
            let cells = || ["A", "B", "C", "D", "E", "F", "G", "H"].into_iter().zip(row);
            // A formula may refer to a number to its right, so the numbers of the row come first.
            for (column, cell) in cells() {
                if let Cell::Number(value) = cell {
                    values.insert(name(column), *value);
                }
            }
            for (column, cell) in cells() {
                if let Cell::Formula(formula) = cell {
                    let recalculated = evaluate(&formula.expression, |name| values[name]);
                    assert!((recalculated - formula.result).abs() <= 1e-12, "{column}: {formula:?}");
                    values.insert(name(column), recalculated);
                    formulas += 1;
                }
            }
        }
        // Two of the three sessions have a row above them, and each has a level and a cumulative return.
        assert_eq!(formulas, 4);
    }
}

#[test]
fn a_return_that_is_missing_inside_the_range_leaves_values_instead_of_formulas() {
    let mut report = report();
    report.performance[1].daily_return = None;
    let book = index_book(report.clone(), IndexSheets::ALL);
    let rows: Vec<_> = book.sheets[1].rows().collect();
    assert_eq!(rows[1][1..4], [Cell::Number(1_250.0), Cell::Empty, Cell::Number(0.25)]);
    assert!(matches!(&rows[2][1], Cell::Formula(formula) if formula.expression == "B3*(1+C4)"));
}

#[test]
fn an_empty_report_has_no_chart_and_no_formula() {
    let empty = IndexReport {
        performance: Vec::new(),
        compositions: Vec::new(),
        changes: Vec::new(),
        statistics: Vec::new(),
        end_date: day("2024-01-01"),
        ..report()
    };
    for sheets in [IndexSheets::ALL, IndexSheets::NONE] {
        let book = index_book(empty.clone(), sheets);
        assert!(book.sheets.iter().all(|sheet| sheet.charts().is_empty() && sheet.name() != "Chart data"));
        assert!(!book.sheets.iter().flat_map(Sheet::rows).flatten().any(|cell| matches!(cell, Cell::Formula(_))));
    }
}
