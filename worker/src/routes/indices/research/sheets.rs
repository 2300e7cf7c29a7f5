//! The sheets of research in the workbook of an index.

use domain::export::{
    ContributionRow, FindingRow, RebalanceRow, Sheet, contributions_sheet, findings_sheet, rebalances_sheet,
};
use domain::research::{Costs, Plan, Policy, Sizing};

use super::super::performance::Wanted;
use super::attribution::attributed;
use super::quality::examined;
use super::read;
use super::trades::{SESSIONS_BEFORE, traded};
use crate::error::Problem;
use crate::stores::d1::D1;
use crate::stores::d1::research::moved;

/// Their names in a request.
pub(in super::super) const NAMES: [&str; 3] = ["contributions", "rebalances", "quality"];

/// The sheets of these names, of the state of the data with this version.
pub(in super::super) async fn sheets(
    db: &D1,
    slug: &str,
    wanted: &Wanted,
    names: &[String],
    version: i64,
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
    Ok(sheets)
}

fn refuse_moved(read: i64, version: i64) -> Result<(), Problem> {
    if read == version { Ok(()) } else { Err(moved().into()) }
}
