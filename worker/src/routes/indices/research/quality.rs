//! `GET /index-quality`: whether the data of an index can be trusted.

use std::collections::BTreeMap;

use domain::api::{IndexQuality, QualityFinding, QualityRepair};
use domain::index::{IndexDefinition, plan_build};
use domain::ports::IndexStore;
use domain::research::{Check, Defect, Limits, Line, Policy, check_market, verdict};
use domain::units::{Day, DayRange};

use super::super::format::{Csv, optional, text};
use super::super::performance::Wanted;
use super::super::{read_range, slug_of};
use super::{Form, Read, key_of, range_of, read};
use crate::error::{Problem, field_error};
use crate::routes::cached::cached;
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::indices::{D1IndexStore, scopes};
use crate::stores::d1::research::{D1ResearchStore, moved};

/// Sessions before the range from which everything is known that its first one is judged by: four weeks.
const SESSIONS_BEFORE: u32 = 20;

/// How many findings a refusal names.
const NAMED: usize = 20;

/// What is suspicious in the data of everybody who was ever a member in the range.
pub(in crate::routes) async fn quality(call: &Call) -> Answer {
    let query = call.query(&["start_date", "end_date", "index", "policy", "format"])?;
    let (start, end) = read_range(&query, call.now)?;
    // Holes are findings here, not refusals.
    let wanted = Wanted { start, end, bridge: true, benchmark: None };
    let policy = read_policy(&query, "policy")?;
    let (slug, form) = (slug_of(&query), Form::of(&query)?);
    let key = format!("{}&{}&{}", key_of(&slug, &wanted), policy.name(), form.name());
    let scopes = scopes(&slug);
    cached(call, &scopes.each_ref().map(String::as_str), &key, async |db| {
        let (answer, versions) = examined(db, &slug, &wanted, policy).await?;
        form.computed(&answer, csv, versions, &format!("{slug}-quality"))
    })
    .await
}

/// Reads and checks the data of a range.
pub(super) async fn examined(
    db: &D1,
    slug: &str,
    wanted: &Wanted,
    policy: Policy,
) -> Result<(IndexQuality, Versions), Problem> {
    let read = read(db, slug, wanted, SESSIONS_BEFORE).await?;
    let range = range_of(&read.loaded)?;
    let ids: Vec<i64> = read.studied.securities.iter().map(|studied| studied.id).collect();
    let from = read.studied.study.panel.days().first().copied().unwrap_or(range.first()).min(range.first());
    let (caps, held, versions) = D1ResearchStore::new(db).caps(slug, &ids, from, range.last()).await?;
    if versions != read.studied.versions {
        return Err(moved().into());
    }
    Ok((checked(read, &caps, &held, policy), versions))
}

/// Reads a policy; absent, what is suspicious is flagged.
pub(super) fn read_policy(query: &Query, name: &str) -> Result<Policy, Problem> {
    let Some(found) = query.text(name) else { return Ok(Policy::Flag) };
    Policy::from_name(found)
        .ok_or_else(|| Problem::impossible(name, found, format!("one of {}", Policy::NAMES.join(", "))))
}

fn checked(read: Read, caps: &[Vec<(Day, f64)>], held: &[Day], policy: Policy) -> IndexQuality {
    let performance = read.loaded.performance;
    let lines = &read.studied.study.panel.lines;
    let limits = Limits::default();
    let mut defects = if policy == Policy::Pass { Vec::new() } else { check_market(lines, caps, held, &limits) };
    defects.retain(|defect| defect.last_day >= performance.start_date);
    let mut counts: BTreeMap<String, usize> = Check::ALL.map(|check| (check.name().to_owned(), 0)).into();
    for defect in &defects {
        *counts.entry(defect.check.name().to_owned()).or_default() += 1;
    }
    let findings: Vec<QualityFinding> = defects.iter().map(|defect| finding(defect, lines, policy)).collect();
    IndexQuality {
        start_date: performance.start_date,
        end_date: performance.end_date,
        synthetic: performance.synthetic,
        policy: policy.name().to_owned(),
        checked_securities: lines.len(),
        checked_sessions: held.iter().filter(|day| **day >= performance.start_date).count(),
        accepted: findings.iter().all(|finding| finding.verdict != "blocked"),
        counts,
        checks: Check::ALL.map(|check| (check.name().to_owned(), check.about().to_owned())).into(),
        findings,
        index: performance.index,
        warnings: performance.warnings,
    }
}

/// Looks at the data of whoever a build could choose, before it is built.
///
/// # Errors
/// 409 `quality_blocked` naming what is suspicious.
pub(in super::super) async fn refuse_suspicious(
    db: &D1,
    definition: &IndexDefinition,
    range: DayRange,
    bridge: bool,
) -> Result<(), Problem> {
    let store = D1IndexStore::new(db);
    let held = store.rankable_sessions(definition, range).await?;
    // What cannot be planned is refused by the build, which says why.
    let Ok(plan) = plan_build(definition, range, &held.days, bridge) else { return Ok(()) };
    let examined = store.examine_plan(definition, &plan).await?;
    let counts: Vec<String> = examined.counts().iter().map(|(check, found, _)| format!("{found} {check}")).collect();
    if counts.is_empty() {
        return Ok(());
    }
    let error = |defect: &Defect| {
        let ticker = examined.ticker(defect).unwrap_or("every security");
        field_error(defect.check.name(), Some(&format!("{ticker} on {}", defect.day)), defect.check.about())
    };
    let named = examined.found().take(NAMED).map(error).collect();
    let detail = format!(
        "suspicious data of whoever can be chosen: {}; quality=repair builds with repaired market caps, quality=flag all the same",
        counts.join(", ")
    );
    Err(Problem::quality_blocked(detail, named))
}

fn finding(defect: &Defect, lines: &[Line], policy: Policy) -> QualityFinding {
    QualityFinding {
        check: defect.check.name().to_owned(),
        date: defect.day,
        last_date: defect.last_day,
        ticker: defect.line.map(|line| lines[line].ticker.clone()),
        found: defect.found,
        verdict: verdict(policy, defect).to_owned(),
        repair: defect.repair.map(|repair| QualityRepair {
            market_cap: repair.cap,
            shares: repair.shares,
            shares_from: repair.shares_from,
            price: repair.price,
        }),
    }
}

fn csv(answer: &IndexQuality) -> Vec<u8> {
    let header =
        ["date", "last_date", "check", "ticker", "found", "verdict", "market_cap", "shares", "shares_from", "price"];
    let mut table = Csv::new(&header);
    for finding in &answer.findings {
        let repair = finding.repair.as_ref();
        table.row(&[
            finding.date.to_string(),
            finding.last_date.to_string(),
            finding.check.clone(),
            optional(finding.ticker.as_deref().map(text)),
            finding.found.to_string(),
            finding.verdict.clone(),
            optional(repair.map(|repair| repair.market_cap)),
            optional(repair.map(|repair| repair.shares)),
            optional(repair.map(|repair| repair.shares_from)),
            optional(repair.map(|repair| repair.price)),
        ]);
    }
    table.into_bytes()
}
