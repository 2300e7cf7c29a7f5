//! The sheets of research in the workbook of an index.

use domain::api::{ExportData, WhatIf};
use domain::export::{
    ContributionRow, FindingRow, RebalanceRow, Sheet, contributions_sheet, findings_sheet, rebalances_sheet,
};
use domain::research::{Costs, Plan, Policy, Sizing};
use domain::units::{Day, UnixMillis};

use super::super::performance::{Wanted, read_benchmark};
use super::super::{find, refuse_future};
use super::attribution::attributed;
use super::compare::checked_against;
use super::quality::examined;
use super::question::{Asked, checked};
use super::read;
use super::table::sheets as sheets_of;
use super::trades::{SESSIONS_BEFORE, traded};
use super::what_if::walked;
use crate::error::{Problem, field_error};
use crate::routes::query::Query;
use crate::stores::d1::D1;
use crate::stores::d1::research::moved;

/// Their names in a request.
pub(in super::super) const NAMES: [&str; 6] =
    ["contributions", "rebalances", "quality", "comparison", "what_if", "membership"];

/// What the sheets need to know that are not of the range alone.
pub(in super::super) struct Beside {
    /// The changed index, where that sheet is asked for.
    what_if: Option<Asked>,
    /// The range with the benchmark of a comparison, or the other index.
    compared: Option<(Wanted, Option<String>)>,
    known_on: Option<Day>,
}

/// Reads what the named sheets need.
///
/// # Errors
/// 400 or 422 where something is missing, or given although no sheet shows it.
pub(in super::super) fn read_beside(
    request: &ExportData,
    slug: &str,
    wanted: &Wanted,
    now: UnixMillis,
) -> Result<Beside, Problem> {
    let names = request.sheets.as_deref().unwrap_or_default();
    let has = |name: &str| names.iter().any(|other| other == name);
    let strays = [
        ("benchmark", request.benchmark.is_some(), "comparison"),
        ("against", request.against.is_some(), "comparison"),
        ("what_if", request.what_if.is_some(), "what_if"),
        ("known_on", request.known_on.is_some(), "membership"),
    ];
    if let Some((field, _, sheet)) = strays.into_iter().find(|(_, given, sheet)| *given && !has(sheet)) {
        let rule = format!("absent without the sheet \"{sheet}\"");
        return Err(Problem::invalid_fields(vec![field_error(field, None, rule)]));
    }
    let benchmark = request.benchmark.as_deref().unwrap_or_default();
    let benchmark = read_benchmark(&Query::of(&[("benchmark", benchmark)]))?;
    let compared = Wanted { benchmark, ..wanted.clone() };
    let compared = match has("comparison") {
        true => Some((compared.clone(), checked_against(&compared, request.against.as_deref())?)),
        false => None,
    };
    let what_if = match (has("what_if"), &request.what_if) {
        (false, _) => None,
        (true, None) => return Err(Problem::missing_parameter("what_if")),
        (true, Some(question)) => {
            if question.index.is_some() || question.start_date.is_some() || question.end_date.is_some() {
                let rule = "absent: index and dates are those of the workbook";
                return Err(Problem::invalid_fields(vec![field_error("what_if", None, rule)]));
            }
            let question = WhatIf {
                index: Some(slug.to_owned()),
                start_date: wanted.start,
                end_date: wanted.end,
                ..question.clone()
            };
            Some(checked(question, now, false)?)
        }
    };
    refuse_future("known_on", request.known_on, now)?;
    Ok(Beside { what_if, compared, known_on: request.known_on })
}

/// The sheets of these names, of the state of the data with this version; `last` is the last session of the range.
pub(in super::super) async fn sheets(
    db: &D1,
    slug: &str,
    wanted: &Wanted,
    names: &[String],
    beside: &Beside,
    (last, version): (Day, i64),
) -> Result<Vec<Sheet>, Problem> {
    let has = |name: &str| names.iter().any(|other| other == name);
    let mut sheets = Vec::new();
    if has("contributions") {
        let read = read(db, slug, wanted, 0).await?;
        refuse_moved(read.studied.versions.all, version)?;
        let answer = attributed(read);
        let row = |of: domain::api::ContributionOfMember| ContributionRow {
            ticker: of.ticker,
            name: of.name,
            sector: of.sector,
            sessions: u32::try_from(of.sessions).unwrap_or(u32::MAX),
            mean_weight: of.mean_weight,
            own_return: of.own_return,
            contribution: of.contribution,
        };
        sheets.push(contributions_sheet(answer.members.into_iter().map(row).collect(), answer.synthetic));
    }
    if has("rebalances") {
        let read = read(db, slug, wanted, SESSIONS_BEFORE).await?;
        refuse_moved(read.studied.versions.all, version)?;
        let plan = Plan { capital: 1e6, sizing: Sizing::Fractional, costs: Costs::default(), participation: 0.1 };
        let answer = traded(read, &plan, None)?;
        let row = |of: domain::api::RebalanceSummary| RebalanceRow {
            date: of.date,
            orders: u32::try_from(of.orders).unwrap_or(u32::MAX),
            turnover: of.turnover,
            costs: [of.costs.commission, of.costs.spread, of.costs.impact],
            value: of.value,
            capacity: of.capacity,
        };
        sheets.push(rebalances_sheet(answer.rebalances.into_iter().map(row).collect(), answer.synthetic));
    }
    if has("quality") {
        let (answer, versions) = examined(db, slug, wanted, Policy::Repair).await?;
        refuse_moved(versions.all, version)?;
        let row = |of: domain::api::QualityFinding| FindingRow {
            dates: (of.date, of.last_date),
            check: of.check,
            ticker: of.ticker,
            found: of.found,
            repaired_cap: of.repair.map(|repair| repair.market_cap),
        };
        sheets.push(findings_sheet(answer.findings.into_iter().map(row).collect(), answer.synthetic));
    }
    if let Some((compared, against)) = &beside.compared {
        let (answer, versions) = super::compare::answered(db, slug, compared, against.as_deref()).await?;
        refuse_moved(versions.all, version)?;
        sheets.extend(sheets_of(&answer));
    }
    if let Some(asked) = &beside.what_if {
        let (answer, read) = walked(db, asked).await?;
        refuse_moved(read, version)?;
        sheets.extend(sheets_of(&answer));
    }
    if has("membership") {
        let definition = find(db, slug).await?.definition;
        let (answer, versions) = super::membership::load(db, slug, &definition, last, beside.known_on).await?;
        refuse_moved(versions.all, version)?;
        sheets.extend(sheets_of(&answer));
    }
    Ok(sheets)
}

fn refuse_moved(read: i64, version: i64) -> Result<(), Problem> {
    if read == version { Ok(()) } else { Err(moved().into()) }
}
