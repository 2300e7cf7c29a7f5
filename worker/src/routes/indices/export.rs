//! `POST /export-data`: the workbook of a range, by the code that the app runs in the browser.

use domain::api::{ExportData, change_rows, empty_report, method_notes, performance_rows, statistic_rows};
use domain::export::{Composition, IndexReport, IndexSheets, MAX_SERVER_COMPOSITION_SESSIONS, index_book, render_xlsx};
use domain::index::IndexDefinition;
use domain::units::{Day, DayRange};

use super::composition::constituent;
use super::definition::summary;
use super::format::Format;
use super::performance::{Loaded, Wanted, load};
use super::{changes, check_range, find, research};
use crate::error::{Problem, field_error};
use crate::routes::request::Call;
use crate::routes::respond::{Answer, Reply};
use crate::stores::d1::D1;
use crate::stores::d1::indices::{D1IndexStore, IndexRow};

const SHEETS: [&str; 5] = ["performance", "compositions", "changes", "statistics", "method"];

/// The workbook of a range.
pub(in crate::routes) async fn export(call: &Call) -> Answer {
    call.query(&[])?;
    let request: ExportData = if call.has_body() { call.json().await? } else { ExportData::default() };
    let sheets = read_sheets(request.sheets.as_deref())?;
    check_range(request.start_date, request.end_date, call.now)?;
    let bridge = match request.gaps.as_deref() {
        None => false,
        Some("bridge") => true,
        Some(other) => return Err(Problem::impossible("gaps", other, "one of bridge")),
    };
    let slug = request.index.clone().unwrap_or_else(|| IndexDefinition::default().slug());
    let db = call.db()?;
    let index = find(db, &slug).await?;
    let wanted = Wanted { start: request.start_date, end: request.end_date, bridge, benchmark: None };
    let beside = research::read_beside(&request, &slug, &wanted, call.now)?;
    let loaded = load(db, &index, &wanted).await?;
    let version = loaded.range.versions.all;
    let report = assemble(db, &index, loaded, sheets).await?;
    let (name, last) = (format!("{}-{}", report.start_date, report.end_date), report.end_date);
    let mut book = index_book(report, sheets);
    let asked = request.sheets.as_deref().unwrap_or_default();
    book.sheets.extend(research::sheets(db, &slug, &wanted, asked, &beside, (last, version)).await?);
    let body = render_xlsx(book).map_err(Problem::internal)?;
    let reply = Reply::of(Format::Xlsx.content_type(), body);
    let disposition = Format::Xlsx.disposition(&slug, &name).unwrap_or_default();
    Ok(reply.with_header("content-disposition", disposition).with_data_version(version))
}

fn read_sheets(asked: Option<&[String]>) -> Result<IndexSheets, Problem> {
    let Some(asked) = asked else { return Ok(IndexSheets::ALL) };
    let known = [&SHEETS[..], &research::SHEETS].concat();
    if let Some(unknown) = asked.iter().find(|name| !known.contains(&name.as_str())) {
        let error = field_error("sheets", Some(unknown), format!("one of {}", known.join(", ")));
        return Err(Problem::invalid_fields(vec![error]));
    }
    let has = |name: &str| asked.iter().any(|sheet| sheet == name);
    Ok(IndexSheets {
        performance: has("performance"),
        compositions: has("compositions"),
        changes: has("changes"),
        statistics: has("statistics"),
        method: has("method"),
    })
}

/// Reads what the sheets show. What was read for one is let go before the next, so that memory holds the report once.
async fn assemble(db: &D1, index: &IndexRow, loaded: Loaded, sheets: IndexSheets) -> Result<IndexReport, Problem> {
    let (start, end) = (loaded.performance.start_date, loaded.performance.end_date);
    let mut report = empty_report(&summary(index.clone()), start, end, loaded.performance.synthetic);
    report.performance = performance_rows(&loaded.performance);
    report.statistics = statistic_rows(&loaded.performance.statistics);
    report.method = method_notes(&loaded.performance, loaded.range.versions.all);
    report.warnings = loaded.performance.warnings;
    if sheets.changes {
        let (changes, _) = changes::load(db, index, Some(start), Some(end)).await?;
        report.changes = change_rows(&changes.changes);
    }
    if sheets.compositions {
        let sessions = report.performance.len();
        if sessions > MAX_SERVER_COMPOSITION_SESSIONS {
            return Err(Problem::refused(
                "export_too_large",
                format!(
                    "daily compositions are exported for at most {MAX_SERVER_COMPOSITION_SESSIONS} sessions here, the range has \
                     {sessions}; leave out the sheet \"compositions\", or export from the app, which has no such limit"
                ),
            ));
        }
        let levels = levels_from_start(db, index, end).await?;
        let range = DayRange::new(start, end).ok_or_else(|| Problem::internal("a read range is a range"))?;
        let members = D1IndexStore::new(db).members(index, range).await?;
        for row in members.rows {
            let date = Day::from_number(row.day);
            let level =
                levels.binary_search_by_key(&date, |(day, _)| *day).map_or(report.base_value, |at| levels[at].1);
            let member = constituent(row, level);
            match report.compositions.last_mut() {
                Some(last) if last.date == date => last.members.push(member),
                _ => report.compositions.push(Composition { date, members: vec![member] }),
            }
        }
    }
    Ok(report)
}

/// The level at every built session up to `end`, the first one at the base value: what notionals refer to.
pub(super) async fn levels_from_start(db: &D1, index: &IndexRow, end: Day) -> Result<Vec<(Day, f64)>, Problem> {
    let history = D1IndexStore::new(db).sessions(index, None, Some(end), None).await?;
    let levels = domain::index::compound(&history.returns(), true).unwrap_or_default();
    Ok(levels.into_iter().map(|point| (point.day, point.level)).collect())
}
