//! Suspicious data of whoever can be chosen: looked for by the domain, repaired where the index asks for it, kept with each
//! session that a build makes.

use std::collections::BTreeMap;

use domain::api::{QualityFinding, QualityRepair};
use domain::index::{BuildPlan, IndexDefinition};
use domain::ports::StoreError;
use domain::research::{
    Defect, Limits, Line, Policy, QUALITY_LOOK_BACK_DAYS, Repair, check_market, findings_of_sessions, verdict,
};
use domain::units::{Day, DayRange};
use serde::Deserialize;

use super::build::{Inputs, json};
use super::weights::json_texts;
use super::{D1IndexStore, IndexRow};
use crate::stores::d1::research::D1ResearchStore;
use crate::stores::d1::{Param, Statement};

/// Securities read at once, so that the texts in which they come are not all held together.
const AT_ONCE: usize = 100;

/// Findings of one session that are kept; the rest is counted.
const KEPT: usize = 50;

/// What was looked at and what was found.
#[derive(Debug)]
pub(crate) struct Examined {
    policy: Policy,
    /// Number and symbol of everybody looked at, in the order of the lines of the defects.
    securities: Vec<(i64, String)>,
    defects: Vec<Defect>,
    /// Places in the defects, by session of the plan.
    sessions: BTreeMap<Day, Vec<usize>>,
}

/// What a build found suspicious about a session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SessionFindings {
    /// The session.
    pub(crate) day: Day,
    /// What was made of it.
    pub(crate) policy: String,
    /// How much there is.
    pub(crate) total: u32,
    /// The first of it.
    pub(crate) findings: Vec<QualityFinding>,
}

impl Examined {
    /// Findings by check, and how many of each were repaired.
    pub(crate) fn counts(&self) -> Vec<(String, u64, u64)> {
        let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for defect in self.found() {
            let (all, repaired) = counts.entry(defect.check.name()).or_default();
            *all += 1;
            *repaired += u64::from(verdict(self.policy, defect) == "repaired");
        }
        counts.into_iter().map(|(check, (all, repaired))| (check.to_owned(), all, repaired)).collect()
    }

    /// What concerns a session of the plan, each once, by day.
    pub(crate) fn found(&self) -> impl Iterator<Item = &Defect> {
        let mut places: Vec<usize> = self.sessions.values().flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|at| &self.defects[at])
    }

    /// The symbol of a defect's security; `None` for a whole session.
    pub(crate) fn ticker(&self, defect: &Defect) -> Option<&str> {
        defect.line.map(|line| self.securities[line].1.as_str())
    }

    /// The market caps that are repaired: day, security, cap.
    pub(super) fn repaired_caps(&self) -> Vec<(i32, i64, f64)> {
        let repaired = self.defects.iter().filter(|defect| verdict(Policy::Repair, defect) == "repaired");
        let caps = repaired.filter_map(|defect| {
            let (line, repair) = defect.line.zip(defect.repair)?;
            Some((defect.day.number(), self.securities[line].0, repair.cap))
        });
        caps.collect()
    }

    /// What the market cap of a security on a day was repaired to.
    pub(super) fn repair_of(&self, day: Day, id: i64) -> Option<Repair> {
        let is_it = |defect: &&Defect| {
            defect.day == day
                && verdict(Policy::Repair, defect) == "repaired"
                && defect.line.is_some_and(|line| self.securities[line].0 == id)
        };
        self.defects.iter().find(is_it).and_then(|defect| defect.repair)
    }

    fn finding(&self, defect: &Defect) -> QualityFinding {
        QualityFinding {
            check: defect.check.name().to_owned(),
            date: defect.day,
            last_date: defect.last_day,
            ticker: self.ticker(defect).map(str::to_owned),
            found: defect.found,
            verdict: verdict(self.policy, defect).to_owned(),
            repair: defect.repair.map(|repair| QualityRepair {
                market_cap: repair.cap,
                shares: repair.shares,
                shares_from: repair.shares_from,
                price: repair.price,
            }),
        }
    }

    /// A row for each session of the plan: day, policy, how much was found, the first of it.
    fn rows(&self) -> Result<Vec<(i32, &'static str, usize, String)>, StoreError> {
        let row = |(day, places): (&Day, &Vec<usize>)| {
            let kept: Vec<QualityFinding> =
                places.iter().take(KEPT).map(|at| self.finding(&self.defects[*at])).collect();
            Ok((day.number(), self.policy.name(), places.len(), json(&kept)?))
        };
        self.sessions.iter().map(row).collect()
    }
}

impl D1IndexStore<'_> {
    /// Looks at the data of whoever can be chosen at a session of the plan, before anything is built.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn examine_plan(
        &self,
        definition: &IndexDefinition,
        plan: &BuildPlan,
    ) -> Result<Examined, StoreError> {
        // No statement asked here reads or writes an index, so that it need not be defined.
        let inputs = self.inputs(0, definition, domain::units::UnixMillis(0)).await?;
        self.examine(&inputs, plan, None).await
    }

    /// Looks at the data of whoever can be chosen: half as many again as there are places, at any session from
    /// [`QUALITY_LOOK_BACK_DAYS`] before the first one ranked. Whoever is not among them would have to pass half of the places in a
    /// session to be missed.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the market data is not of `market_version` any more, or changes while it is read.
    pub(super) async fn examine(
        &self,
        inputs: &Inputs<'_>,
        plan: &BuildPlan,
        market_version: Option<i64>,
    ) -> Result<Examined, StoreError> {
        let definition = inputs.definition;
        let ranked = plan.chosen_since_start.iter().chain(plan.sessions.iter().map(|session| &session.day));
        let (Some(first), Some(last)) = (ranked.clone().min().copied(), ranked.max().copied()) else {
            return Err(StoreError::Refused("a plan without sessions".into()));
        };
        let from = first.plus(-QUALITY_LOOK_BACK_DAYS);
        let places = definition.top_n + definition.buffer + definition.top_n / 2 + 20;
        let parameters: [Param; 5] =
            [from.into(), last.into(), places.into(), inputs.universe.clone().into(), inputs.lines.as_str().into()];
        let examined = self.as_asked(sql!("index/examined").to_owned(), &parameters);
        #[derive(Deserialize)]
        struct Row {
            id: i64,
        }
        let ids: Vec<i64> = self.db.run(examined).await?.decode::<Row>()?.into_iter().map(|row| row.id).collect();
        let research = D1ResearchStore::new(self.db).reading(self.instead.clone());
        let slug = definition.slug();
        let mut lines: Vec<Line> = Vec::new();
        let mut caps: Vec<Vec<(Day, f64)>> = Vec::new();
        let mut securities: Vec<(i64, String)> = Vec::new();
        let (mut held, mut version) = (Vec::new(), market_version);
        for ids in ids.chunks(AT_ONCE) {
            let read = research.lines(&slug, ids, from, last).await?;
            let (of_each, sessions, versions) = research.caps(&slug, ids, from, last).await?;
            // The versions are those of the market and of the index.
            let market = versions.scopes.first().copied();
            if read.versions.scopes.first().copied() != market || version.is_some_and(|known| market != Some(known)) {
                return Err(StoreError::Conflict("market data has changed while it was looked at".into()));
            }
            version = market;
            securities
                .extend(read.securities.iter().zip(&read.panel.lines).map(|(s, line)| (s.id, line.ticker.clone())));
            lines.extend(read.panel.lines);
            caps.extend(of_each);
            held = sessions;
        }
        let limits = Limits::default();
        let defects = check_market(&lines, &caps, &held, &limits);
        let mut sessions = findings_of_sessions(&defects, &held, &limits);
        let kept: Vec<Day> = plan.sessions.iter().filter(|session| session.kept).map(|session| session.day).collect();
        sessions.retain(|day, _| kept.binary_search(day).is_ok());
        for day in kept {
            sessions.entry(day).or_default();
        }
        let policy = if definition.repairs_caps { Policy::Repair } else { Policy::Flag };
        Ok(Examined { policy, securities, defects, sessions })
    }

    /// What the builds of a range found suspicious, by session; sessions at which they did not look are left out.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn findings(&self, index: &IndexRow, range: DayRange) -> Result<Vec<SessionFindings>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            day: i32,
            policy: String,
            total: u32,
            findings: String,
        }
        let found = Statement::new(sql!("index/findings_of_range"));
        let rows = self.db.run(found.bind(index.id).bind(range.first()).bind(range.last())).await?;
        let read = |row: Row| {
            let findings = serde_json::from_str(&row.findings)
                .map_err(|error| StoreError::Refused(format!("unreadable findings: {error}")))?;
            Ok(SessionFindings { day: Day::from_number(row.day), policy: row.policy, total: row.total, findings })
        };
        rows.decode::<Row>()?.into_iter().map(read).collect()
    }
}

/// The statements that keep what was found in a range, and forget what an earlier build found there.
pub(super) fn store_findings(
    index: i64,
    range: DayRange,
    scope: &str,
    found: Option<&Examined>,
) -> Result<Vec<Statement>, StoreError> {
    let rows = found.map(Examined::rows).transpose()?.unwrap_or_default();
    let ranged = |sql: &'static str, days: &str| {
        Statement::new(sql).bind(index).bind(range.first()).bind(range.last()).bind(days)
    };
    let days = json(&rows.iter().map(|row| (row.0,)).collect::<Vec<_>>())?;
    let texts = json_texts(&rows)?;
    let of_texts =
        |sql: &'static str| texts.iter().map(move |text| Statement::new(sql).bind(index).bind(text.as_str()));
    let mut statements: Vec<Statement> =
        of_texts(sql!("index/findings_raise")).map(|statement| statement.bind(scope)).collect();
    statements.push(ranged(sql!("index/findings_forgotten"), &days).bind(scope));
    statements.push(ranged(sql!("index/findings_clear"), &days));
    statements.extend(of_texts(sql!("index/findings_store")));
    Ok(statements)
}
