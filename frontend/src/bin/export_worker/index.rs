//! The workbook of an index: fetched in parts that the service answers at once, and made by the code that the service itself
//! makes its workbooks with.

use domain::api::{
    CompositionChanges, IndexCompositions, IndexSummary, Performance, change_rows, empty_report, method_notes,
    performance_rows, statistic_rows,
};
use domain::export::{Book, Composition, IndexSheets, MAX_SERVER_COMPOSITION_SESSIONS, index_book};
use domain::units::Day;
use futures::future::try_join;
use serde::Deserialize;

use crate::Service;

/// An index over a range.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    /// Its slug.
    index: String,
    /// First session; absent = the first built one.
    #[serde(default, with = "domain::api::day::optional")]
    start_date: Option<Day>,
    /// Last session; absent = the last built one.
    #[serde(default, with = "domain::api::day::optional")]
    end_date: Option<Day>,
    /// The header that requests carry.
    authorization: Option<String>,
}

fn ends(start: Option<Day>, end: Option<Day>) -> String {
    let end_of = |name: &str, day: Option<Day>| day.map_or_else(String::new, |day| format!("&{name}={day}"));
    format!("{}{}", end_of("start_date", start), end_of("end_date", end))
}

/// Fetches everything and puts it together.
pub(crate) async fn book(wanted: Wanted, tell: impl Fn(&str)) -> Result<Book, String> {
    let service = Service { authorization: wanted.authorization };
    let (slug, range) = (wanted.index, ends(wanted.start_date, wanted.end_date));
    tell("fetching the levels");
    let (index_link, changes_link) = (format!("/indices/{slug}"), format!("/composition-changes?index={slug}{range}"));
    let (index, _): (IndexSummary, i64) = service.get(&index_link).await?;
    let link = format!("/index-performance?index={slug}{range}&gaps=bridge");
    let (performance, changes) =
        try_join(service.get::<Performance>(&link), service.get::<CompositionChanges>(&changes_link)).await?;
    let ((performance, version), (changes, _)) = (performance, changes);
    let days: Vec<Day> = performance.data.iter().map(|point| point.date).collect();
    let mut report = empty_report(&index, performance.start_date, performance.end_date, performance.synthetic);
    report.performance = performance_rows(&performance);
    report.statistics = statistic_rows(&performance.statistics);
    report.method = method_notes(&performance, version);
    report.changes = change_rows(&changes.changes);
    report.warnings = performance.warnings;
    report.compositions.reserve(days.len());
    for part in days.chunks(MAX_SERVER_COMPOSITION_SESSIONS) {
        let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
        tell(&format!("fetching members from {first} on"));
        let link = format!("/index-compositions?index={slug}&start_date={first}&end_date={last}");
        let (compositions, now): (IndexCompositions, i64) = service.get(&link).await?;
        if now != version {
            return Err("The data changed while it was being fetched; try again.".to_owned());
        }
        report
            .compositions
            .extend(compositions.data.into_iter().map(|of| Composition { date: of.date, members: of.constituents }));
    }
    tell("writing the workbook");
    Ok(index_book(report, IndexSheets::ALL))
}
