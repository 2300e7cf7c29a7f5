//! `GET /index-quality`: whether the data of an index can be trusted.

use std::collections::BTreeMap;

use domain::api::{IndexQuality, QualityFinding, QualityRepair};
use domain::export::{Cell, NumberFormat};
use domain::index::{IndexDefinition, plan_build};
use domain::ports::IndexStore;
use domain::research::{Check, Defect, Limits, Line, Policy, check_market, verdict};
use domain::units::{Day, DayRange};

use super::super::format::Format;
use super::super::performance::Wanted;
use super::super::{read_range, slug_of};
use super::table::{Table, TableColumn, Tabular, computed, optional_text};
use super::{Read, key_of, range_of, read};
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
    let (slug, format) = (slug_of(&query), Format::of(call, &query)?);
    let key = format!("{}&{}&{}", key_of(&slug, &wanted), policy.name(), format.name());
    let scopes = scopes(&slug);
    cached(call, &scopes.each_ref().map(String::as_str), &key, async |db| {
        let (answer, versions) = examined(db, &slug, &wanted, policy).await?;
        computed(format, &answer, versions, &slug, "quality")
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

const COLUMNS: &[TableColumn] = &[
    ("date", "Date", 12.0, NumberFormat::Date),
    ("last_date", "Last date", 12.0, NumberFormat::Date),
    ("check", "Check", 18.0, NumberFormat::General),
    ("ticker", "Ticker", 10.0, NumberFormat::General),
    ("found", "Found", 14.0, NumberFormat::Decimal4),
    ("verdict", "Verdict", 12.0, NumberFormat::General),
    ("market_cap", "Repaired cap", 22.0, NumberFormat::Whole),
    ("shares", "Shares", 20.0, NumberFormat::Whole),
    ("shares_from", "Shares of", 12.0, NumberFormat::Date),
    ("price", "Price", 12.0, NumberFormat::Decimal4),
];

impl Tabular for IndexQuality {
    fn about(&self) -> (&str, Day, bool, &[String]) {
        (&self.index, self.end_date, self.synthetic, &self.warnings)
    }

    fn table(&self) -> Table {
        let row = |finding: &QualityFinding| {
            let repair = finding.repair.as_ref();
            vec![
                Cell::Date(finding.date),
                Cell::Date(finding.last_date),
                Cell::text(finding.check.clone()),
                optional_text(finding.ticker.as_deref()),
                Cell::Number(finding.found),
                Cell::text(finding.verdict.clone()),
                Cell::optional(repair.map(|repair| repair.market_cap)),
                Cell::optional(repair.map(|repair| repair.shares)),
                repair.map_or(Cell::Empty, |repair| Cell::Date(repair.shares_from)),
                Cell::optional(repair.map(|repair| repair.price)),
            ]
        };
        Table { name: "Data quality", columns: COLUMNS, rows: self.findings.iter().map(row).collect() }
    }
}
