//! Building: one batch ranks, chooses, values and stores a whole range, so that no reader sees half of it.

use domain::index::{BuildPlan, IndexDefinition, METHOD_VERSION, PlannedSession, Rebalance, ShareClasses};
use domain::ports::{Built, RankableSessions, StoreError};
use domain::units::{Day, DayRange, Ticker, UnixMillis};
use serde::Deserialize;

use super::{D1IndexStore, findings, selection, weights};
use crate::stores::d1::{Param, Statement, numbered};

/// How far before the range a period can begin that holds the session before it, in days: a quarter, with room for holes.
const PERIOD_DAYS: i32 = 120;
/// A plan reaches back to here where everything held is needed.
const EVERYTHING_DAYS: i32 = 100_000;

impl D1IndexStore<'_> {
    pub(super) async fn define_index(
        &self,
        definition: &IndexDefinition,
        owner: &str,
        limit: u32,
        now: UnixMillis,
    ) -> Result<i64, StoreError> {
        let universe = definition.universe.as_deref().map(json_tickers).transpose()?;
        let slug = definition.slug();
        let insert = Statement::new(sql!("index/define"))
            .bind(slug.as_str())
            .bind(owner)
            .bind(definition.top_n)
            .bind(definition.weighting.name())
            .bind(definition.rebalance.name())
            .bind(definition.return_type.name())
            .bind(definition.share_classes.name())
            .bind(definition.buffer)
            .bind(universe)
            .bind(definition.repairs_caps)
            .bind(now)
            .bind(limit);
        let find = Statement::new("select id from indices where slug = ?1").bind(slug);
        let rows = self.db.batch(vec![insert, find]).await?;
        rows[1].scalar()?.ok_or_else(|| StoreError::Conflict(format!("{owner} has {limit} indices already")))
    }

    pub(super) async fn sessions_to_rank(
        &self,
        definition: &IndexDefinition,
        range: DayRange,
    ) -> Result<RankableSessions, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            day: i32,
        }
        let days_before = match definition.rebalance {
            _ if definition.buffer > 0 => EVERYTHING_DAYS,
            Rebalance::Daily => 0,
            _ => PERIOD_DAYS,
        };
        let held = Statement::new(sql!("index/held")).bind(range.first()).bind(range.last()).bind(days_before);
        let version = Statement::new("select version from data_versions where scope = 'market'");
        let rows = self.db.batch(vec![held, version]).await?;
        Ok(RankableSessions {
            days: rows[0].decode::<Row>()?.into_iter().map(|row| Day::from_number(row.day)).collect(),
            market_version: rows[1].scalar()?.unwrap_or(0),
        })
    }

    pub(super) async fn build_planned(
        &self,
        index: i64,
        definition: &IndexDefinition,
        range: DayRange,
        plan: &BuildPlan,
        market_version: i64,
        now: UnixMillis,
    ) -> Result<Built, StoreError> {
        let mut inputs = self.inputs(index, definition, now).await?;
        let found = match plan.examines {
            true => Some(self.examine(&inputs, plan, Some(market_version)).await?),
            false => None,
        };
        inputs.repair(found.as_ref())?;
        let before = self.members_before(&inputs, plan, Some(market_version)).await?;
        let to_choose = sessions_to_choose(plan);
        let rebalances: Vec<Day> = plan
            .sessions
            .iter()
            .filter(|session| session.kept && session.in_force == session.day)
            .map(|s| s.day)
            .collect();
        let targets = self.target_weights(&inputs, &to_choose, &rebalances, Some(market_version)).await?;
        let kept: Vec<&PlannedSession> = plan.sessions.iter().filter(|session| session.kept).collect();
        let days: Vec<i32> = kept.iter().map(|session| session.day.number()).collect();
        let (scope, days_json) = (format!("index:{}", definition.slug()), json(&days)?);
        let ranged = |sql: &'static str| {
            Statement::new(sql).bind(index).bind(range.first()).bind(range.last()).bind(days_json.as_str())
        };
        let mut statements = vec![
            Statement::new(sql!("index/refuse_if_moved")).bind(market_version),
            ranged(sql!("index/raise_if_unheld")).bind(scope.as_str()),
            ranged(sql!("index/clear_unheld_members")),
            ranged(sql!("index/clear_unheld")),
        ];
        let chosen = inputs.parameters(&to_choose, &kept, "[]")?;
        statements.extend(selection::store_chosen(definition).map(|sql| numbered(sql, &chosen)));
        statements.extend(weights::store_weights(index, &targets)?);
        let carried = inputs.parameters(&[], &kept, &before.chosen)?;
        statements.extend(selection::store_carried(definition).into_iter().map(|sql| numbered(sql, &carried)));
        let valued = inputs.parameters(&[], &kept, &before.previous)?;
        statements.push(numbered(selection::store_sessions(definition), &valued));
        statements.extend(findings::store_findings(index, range, &scope, found.as_ref())?);
        statements.push(
            Statement::new(sql!("index/raise_index_version"))
                .bind(index)
                .bind(scope.as_str())
                .bind(range.first())
                .bind(range.last()),
        );
        statements.push(Statement::new(sql!("index/raise_version")).bind(scope));
        statements.push(Statement::new(sql!("index/built")).bind(index).bind(range.first()).bind(range.last()));
        let rows = self.db.batch(statements).await?;
        let built: BuiltRow = rows
            .last()
            .map(crate::stores::d1::Rows::first)
            .transpose()?
            .flatten()
            .ok_or_else(|| StoreError::Refused("a build answered nothing".into()))?;
        Ok(Built {
            data_version: built.data_version,
            sessions: built.sessions,
            fewest_members: built.fewest_members.unwrap_or(0),
            assumed_members: built.assumed_members,
            suspicious: found.map(|found| found.counts()).unwrap_or_default(),
        })
    }

    /// Reads what of a definition is kept by number: the securities of its universe, and the lines of companies with several.
    pub(super) async fn inputs<'d>(
        &self,
        index: i64,
        definition: &'d IndexDefinition,
        now: UnixMillis,
    ) -> Result<Inputs<'d>, StoreError> {
        let tickers = definition.universe.as_deref().map(json_tickers).transpose()?;
        let mut inputs =
            Inputs { index, definition, now, universe: None, lines: "[]".to_owned(), repaired: "[]".to_owned() };
        if let Some(tickers) = &tickers {
            let rows = self.db.run(Statement::new(sql!("index/universe")).bind(tickers.as_str())).await?;
            let ids: Vec<i64> = rows.decode::<Line>()?.into_iter().map(|row| row.id).collect();
            inputs.universe = Some(json(&ids)?);
        }
        if definition.share_classes == ShareClasses::Company {
            let rows =
                self.db.run(Statement::new(sql!("index/lines_of_companies")).bind(inputs.universe.clone())).await?;
            let lines: Vec<(i64, String)> =
                rows.decode::<Line>()?.into_iter().map(|row| (row.id, row.issuer.unwrap_or_default())).collect();
            inputs.lines = json(&lines)?;
        }
        Ok(inputs)
    }

    /// Computes who is in place before the first kept session, from the same state of the market data as the plan
    /// (`market_version`; `None` where it does not matter).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the market data has changed since.
    async fn members_before(
        &self,
        inputs: &Inputs<'_>,
        plan: &BuildPlan,
        market_version: Option<i64>,
    ) -> Result<Before, StoreError> {
        let nobody = "[]".to_owned();
        let Some(previous) = plan.sessions.iter().rev().find(|session| !session.kept) else {
            return Ok(Before { chosen: nobody.clone(), previous: nobody });
        };
        let ranked: Vec<Day> = match plan.chosen_since_start.as_slice() {
            [] => vec![previous.in_force],
            all => all.iter().copied().filter(|day| *day <= previous.in_force).collect(),
        };
        let targets = self.target_weights(inputs, &ranked, &[previous.in_force], market_version).await?;
        let list = async |sql: String, parameters: [Param; 12], targets: &[weights::TargetWeight]| {
            let version = Statement::new("select version from data_versions where scope = 'market'");
            let rows = self.db.batch(vec![version, self.as_asked(sql, &parameters)]).await?;
            if market_version.is_some() && rows[0].scalar()? != market_version {
                return Err(StoreError::Conflict("market data has changed since the build was planned".into()));
            }
            json(&in_place(rows[1].decode()?, targets))
        };
        let parameters = inputs.parameters(&ranked, &[], "[]")?;
        let chosen = list(selection::list_chosen(inputs.definition), parameters, &targets).await?;
        if previous.in_force == previous.day {
            return Ok(Before { previous: chosen.clone(), chosen });
        }
        let carried = inputs.parameters(&[], &[previous], &chosen)?;
        Ok(Before { previous: list(selection::list_carried(inputs.definition), carried, &[]).await?, chosen })
    }

    /// The statement that explains the only kept session of the plan, and its parameters.
    pub(super) async fn explain_statement(
        &self,
        index: i64,
        definition: &IndexDefinition,
        plan: &BuildPlan,
    ) -> Result<Statement, StoreError> {
        let mut inputs = self.inputs(index, definition, UnixMillis(0)).await?;
        if definition.repairs_caps {
            inputs.repair(Some(&self.examine(&inputs, plan, None).await?))?;
        }
        let before = self.members_before(&inputs, plan, None).await?;
        let kept: Vec<&PlannedSession> = plan.sessions.iter().filter(|session| session.kept).collect();
        Ok(self.as_asked(selection::explain(), &inputs.parameters(&[], &kept, &before.previous)?))
    }
}

/// What the statements of a build have in common.
pub(super) struct Inputs<'d> {
    index: i64,
    pub(super) definition: &'d IndexDefinition,
    now: UnixMillis,
    /// The ids of the universe's securities as a JSON array; a ticker that nobody knows has none.
    pub(super) universe: Option<String>,
    /// The lines of the companies that have several, as a JSON array of id and issuer; empty where they do not matter.
    pub(super) lines: String,
    /// The market caps that are repaired, as a JSON array of day, security and cap.
    repaired: String,
}

impl Inputs<'_> {
    /// Takes the market caps that were repaired, where the index is one of them.
    pub(super) fn repair(&mut self, found: Option<&findings::Examined>) -> Result<(), StoreError> {
        if let Some(found) = found.filter(|_| self.definition.repairs_caps) {
            self.repaired = json(&found.repaired_caps())?;
        }
        Ok(())
    }

    /// The parameters `?1` to `?12` of [`selection`].
    pub(super) fn parameters(
        &self,
        ranked: &[Day],
        plan: &[&PlannedSession],
        before: &str,
    ) -> Result<[Param; 12], StoreError> {
        let ranked: Vec<i32> = ranked.iter().map(|day| day.number()).collect();
        let plan: Vec<PlanRow> = plan.iter().map(|session| plan_row(session)).collect();
        Ok([
            json(&ranked)?.into(),
            self.definition.top_n.into(),
            self.index.into(),
            json(&plan)?.into(),
            self.definition.return_type.dividend_share().into(),
            METHOD_VERSION.into(),
            self.now.into(),
            self.definition.buffer.into(),
            self.universe.clone().into(),
            before.into(),
            self.lines.as_str().into(),
            self.repaired.as_str().into(),
        ])
    }
}

/// Who is in place before the first kept session, as the statements take it (`?10`).
struct Before {
    /// As chosen at the session in force then.
    chosen: String,
    /// As their weights are after the session before it.
    previous: String,
}

#[derive(Deserialize)]
struct Member {
    security_id: i64,
    rank: Option<u32>,
    weight: Option<f64>,
    price: f64,
    cap: f64,
}

/// The members as the statements take them: security, rank, weight, price, cap. Without a rank they come in its order, without
/// a weight all weigh the same; target weights set by the domain go before both.
#[expect(clippy::cast_precision_loss, reason = "an index has at most 1 000 members")]
fn in_place(members: Vec<Member>, targets: &[weights::TargetWeight]) -> Vec<(i64, u32, f64, f64, f64)> {
    let each = 1.0 / members.len() as f64;
    let target = |id: i64| targets.iter().find(|(_, security, _)| *security == id).map(|(_, _, weight)| *weight);
    let row = |(at, m): (u32, Member)| {
        let weight = target(m.security_id).or(m.weight).unwrap_or(each);
        (m.security_id, m.rank.unwrap_or(at), weight, m.price, m.cap)
    };
    (1..).zip(members).map(row).collect()
}

#[derive(Deserialize)]
struct Line {
    id: i64,
    issuer: Option<String>,
}

#[derive(Deserialize)]
struct BuiltRow {
    data_version: i64,
    sessions: u64,
    fewest_members: Option<u64>,
    assumed_members: u64,
}

/// A row of the parameter `plan`.
type PlanRow = (i32, Option<i32>, u8, i32, i32);

fn plan_row(session: &PlannedSession) -> PlanRow {
    (
        session.day.number(),
        session.previous.map(Day::number),
        u8::from(session.after_hole),
        session.in_force.number(),
        session.base.number(),
    )
}

/// The sessions whose rankings choose members that are stored; with a buffer also all before them.
fn sessions_to_choose(plan: &BuildPlan) -> Vec<Day> {
    if plan.chosen_since_start.is_empty() {
        plan.sessions.iter().filter(|s| s.kept && s.in_force == s.day).map(|s| s.day).collect()
    } else {
        plan.chosen_since_start.clone()
    }
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Refused(error.to_string()))
}

fn json_tickers(tickers: &[Ticker]) -> Result<String, StoreError> {
    json(&tickers.iter().map(Ticker::as_str).collect::<Vec<_>>())
}
