//! `GET /index-quality`: whether the data of an index can be trusted.

use std::collections::BTreeMap;

use domain::api::{IndexQuality, QualityFinding, QualityRepair};
use domain::calendar;
use domain::index::{IndexDefinition, plan_build};
use domain::ports::IndexStore;
use domain::research::{Check, Defect, Limits, Line, Policy, check_feed, check_line, verdict};
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

/// Sessions before the range from which share counts are known to be good at its first one.
const SESSIONS_BEFORE: u32 = 10;

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
    let mut defects = if policy == Policy::Pass { Vec::new() } else { defects_of(lines, caps, held) };
    defects.retain(|defect| defect.last_day >= performance.start_date);
    defects.sort_by_key(|defect| (defect.day, defect.check, defect.line));
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

/// What is suspicious in the prices and market caps of some securities, and in whole sessions.
fn defects_of(lines: &[Line], caps: &[Vec<(Day, f64)>], held: &[Day]) -> Vec<Defect> {
    let limits = Limits::default();
    let mut defects = Vec::new();
    for (at, (line, caps)) in lines.iter().zip(caps).enumerate() {
        defects.extend(check_line(line, at, caps, held, &limits));
    }
    let market: Vec<(&Line, &[(Day, f64)])> =
        lines.iter().zip(caps).map(|(line, caps)| (line, caps.as_slice())).collect();
    let ends = held.first().copied().zip(held.last().copied());
    let calendar =
        ends.and_then(|(first, last)| DayRange::new(first, last)).map(calendar::sessions).unwrap_or_default();
    defects.extend(check_feed(&market, held, &calendar, &limits));
    defects
}

/// Looks at the data of whoever a build would choose, before it is built.
///
/// *Returns*: warnings for its answer; none where nothing is looked for.
///
/// # Errors
/// 409 `quality_blocked` naming what is suspicious, by the policy `block`.
pub(in super::super) async fn gate(
    db: &D1,
    definition: &IndexDefinition,
    range: DayRange,
    bridge: bool,
    policy: Policy,
) -> Result<Vec<String>, Problem> {
    let store = D1IndexStore::new(db);
    let held = store.rankable_sessions(definition, range).await?;
    // What cannot be planned is refused by the build, which says why.
    let Some(plan) = plan_build(definition, range, &held.days, bridge).ok().filter(|_| policy != Policy::Pass) else {
        return Ok(Vec::new());
    };
    let ids = store.securities_to_choose(definition, &plan).await?;
    let research = D1ResearchStore::new(db);
    let from = research.sessions_before(range.first(), SESSIONS_BEFORE).await?;
    let slug = definition.slug();
    let lines = research.lines(&slug, &ids, from, range.last()).await?;
    let (caps, sessions, versions) = research.caps(&slug, &ids, from, range.last()).await?;
    if versions != lines.versions {
        return Err(moved().into());
    }
    let mut defects = defects_of(&lines.panel.lines, &caps, &sessions);
    defects.retain(|defect| defect.last_day >= range.first());
    defects.sort_by_key(|defect| (defect.day, defect.check, defect.line));
    if defects.is_empty() {
        return Ok(Vec::new());
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for defect in &defects {
        *counts.entry(defect.check.name()).or_default() += 1;
    }
    let list: Vec<String> = counts.iter().map(|(check, n)| format!("{n} {check}")).collect();
    let told = format!("suspicious data of the members: {}", list.join(", "));
    if policy != Policy::Block {
        return Ok(vec![format!("{told}; /index-quality lists it")]);
    }
    let error = |defect: &Defect| {
        let ticker = defect.line.map_or("every security", |line| lines.panel.lines[line].ticker.as_str());
        field_error(defect.check.name(), Some(&format!("{ticker} on {}", defect.day)), defect.check.about())
    };
    let named = defects.iter().take(NAMED).map(error).collect();
    Err(Problem::quality_blocked(format!("{told}; quality=flag builds all the same"), named))
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
