//! Workbooks of single answers. The reports are made by `domain::api`, as the app makes them.

use domain::api::{
    CompositionChanges, IndexComposition, change_rows, empty_report, method_notes, performance_rows, statistic_rows,
};
use domain::export::{Composition, IndexSheets};
use domain::units::Day;

use super::definition::summary;
use super::format::workbook;
use super::performance::Loaded;
use crate::error::Problem;
use crate::stores::d1::indices::IndexRow;

/// The performance as a workbook.
pub(super) fn of_performance(index: &IndexRow, loaded: Loaded) -> Result<Vec<u8>, Problem> {
    let performance = &loaded.performance;
    let mut report =
        empty_report(&summary(index.clone()), performance.start_date, performance.end_date, performance.synthetic);
    report.performance = performance_rows(performance);
    report.statistics = statistic_rows(&performance.statistics);
    report.method = method_notes(performance, loaded.range.versions.all);
    report.warnings = loaded.performance.warnings;
    workbook(report, IndexSheets { performance: true, statistics: true, method: true, ..IndexSheets::NONE })
}

/// One composition as a workbook.
pub(super) fn of_composition(index: &IndexRow, composition: &IndexComposition) -> Result<Vec<u8>, Problem> {
    let mut report = empty_report(&summary(index.clone()), composition.date, composition.date, composition.synthetic);
    report.compositions = vec![Composition { date: composition.date, members: composition.constituents.clone() }];
    workbook(report, IndexSheets { compositions: true, ..IndexSheets::NONE })
}

/// The changes as a workbook.
pub(super) fn of_changes(index: &IndexRow, changes: &CompositionChanges) -> Result<Vec<u8>, Problem> {
    let ends = changes.changes.first().zip(changes.changes.last()).map(|(first, last)| (first.date, last.date));
    let built = index.built.map(|built| (built.first(), built.last()));
    let (start, end) = ends.or(built).unwrap_or((Day::from_number(0), Day::from_number(0)));
    let mut report = empty_report(&summary(index.clone()), start, end, changes.synthetic);
    report.changes = change_rows(&changes.changes);
    workbook(report, IndexSheets { changes: true, ..IndexSheets::NONE })
}
