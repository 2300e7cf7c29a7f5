//! Building: one batch ranks, chooses, values and stores a whole range, so that no reader sees half of it.

use domain::index::{BuildPlan, IndexDefinition, METHOD_VERSION, PlannedSession, Rebalance};
use domain::ports::{Built, RankableSessions, StoreError};
use domain::units::{Day, DayRange, Ticker, UnixMillis};
use serde::Deserialize;

use super::{D1IndexStore, selection};
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
        let insert = Statement::new(include_str!("../sql/index/define.sql"))
            .bind(slug.as_str())
            .bind(owner)
            .bind(definition.top_n)
            .bind(definition.weighting.name())
            .bind(definition.rebalance.name())
            .bind(definition.return_type.name())
            .bind(definition.share_classes.name())
            .bind(definition.buffer)
            .bind(universe)
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
        let held = Statement::new(include_str!("../sql/index/held.sql"))
            .bind(range.first())
            .bind(range.last())
            .bind(days_before);
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
        let universe = self.universe_ids(definition).await?;
        let kept: Vec<i32> = plan.sessions.iter().filter(|session| session.kept).map(|s| s.day.number()).collect();
        let (scope, kept_json) = (format!("index:{}", definition.slug()), json(&kept)?);
        let ranged = |sql: &'static str| {
            Statement::new(sql).bind(index).bind(range.first()).bind(range.last()).bind(kept_json.as_str())
        };
        let mut statements = vec![
            Statement::new(include_str!("../sql/index/refuse_if_moved.sql")).bind(market_version),
            ranged(include_str!("../sql/index/raise_if_unheld.sql")).bind(scope.as_str()),
            ranged(include_str!("../sql/index/clear_unheld.sql")),
            ranged(include_str!("../sql/index/clear_unheld_members.sql")),
        ];
        let parameters = |ranked: &[Day]| -> Result<[Param; 9], StoreError> {
            let ranked: Vec<i32> = ranked.iter().map(|day| day.number()).collect();
            let sessions: Vec<_> = plan.sessions.iter().map(plan_row).collect();
            Ok([
                json(&ranked)?.into(),
                definition.top_n.into(),
                index.into(),
                json(&sessions)?.into(),
                definition.return_type.dividend_share().into(),
                METHOD_VERSION.into(),
                now.into(),
                definition.buffer.into(),
                universe.clone().into(),
            ])
        };
        let chosen = parameters(&sessions_to_choose(plan))?;
        statements.push(numbered(selection::store_chosen(definition), &chosen));
        statements.push(numbered(selection::clear_displaced(definition), &chosen));
        let before = parameters(&sessions_before(definition, plan))?;
        statements.extend(selection::store_carried(definition).into_iter().map(|sql| numbered(sql, &before)));
        statements.push(numbered(selection::store_sessions(definition), &before));
        statements.push(
            Statement::new(include_str!("../sql/index/raise_index_version.sql"))
                .bind(index)
                .bind(scope.as_str())
                .bind(range.first())
                .bind(range.last()),
        );
        statements.push(Statement::new(include_str!("../sql/index/raise_version.sql")).bind(scope));
        statements.push(
            Statement::new(include_str!("../sql/index/built.sql")).bind(index).bind(range.first()).bind(range.last()),
        );
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
        })
    }

    /// The ids of the universe's securities as a JSON array; a ticker that nobody knows has none.
    async fn universe_ids(&self, definition: &IndexDefinition) -> Result<Option<String>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            id: i64,
        }
        let Some(universe) = &definition.universe else { return Ok(None) };
        let sql = "select id from securities where ticker in (select value from json_each(?1)) order by id";
        let rows = self.db.run(Statement::new(sql).bind(json_tickers(universe)?)).await?;
        let ids: Vec<i64> = rows.decode::<Row>()?.into_iter().map(|row| row.id).collect();
        json(&ids).map(Some)
    }

    /// The statement that explains the only kept session of the plan, and its parameters.
    pub(super) async fn explain_statement(
        &self,
        index: i64,
        definition: &IndexDefinition,
        plan: &BuildPlan,
    ) -> Result<Statement, StoreError> {
        let universe = self.universe_ids(definition).await?;
        let ranked: Vec<i32> = sessions_before(definition, plan).iter().map(|day| day.number()).collect();
        let sessions: Vec<_> = plan.sessions.iter().map(plan_row).collect();
        let parameters = [
            json(&ranked)?.into(),
            definition.top_n.into(),
            index.into(),
            json(&sessions)?.into(),
            definition.return_type.dividend_share().into(),
            METHOD_VERSION.into(),
            Param::Null,
            definition.buffer.into(),
            universe.into(),
        ];
        Ok(numbered(selection::explain(definition), &parameters))
    }
}

#[derive(Deserialize)]
struct BuiltRow {
    data_version: i64,
    sessions: u64,
    fewest_members: Option<u64>,
    assumed_members: u64,
}

/// A row of the parameter `plan`.
type PlanRow = (i32, Option<i32>, u8, i32, i32, u8);

fn plan_row(session: &PlannedSession) -> PlanRow {
    (
        session.day.number(),
        session.previous.map(Day::number),
        u8::from(session.after_hole),
        session.in_force.number(),
        session.base.number(),
        u8::from(session.kept),
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

/// The sessions whose rankings say who was in place before the first stored session.
fn sessions_before(definition: &IndexDefinition, plan: &BuildPlan) -> Vec<Day> {
    if selection::ranks_everything_for_returns(definition) && plan.chosen_since_start.is_empty() {
        return plan.sessions.iter().map(|session| session.day).collect();
    }
    let outside = plan.sessions.iter().filter(|session| !session.kept).map(|session| session.in_force).max();
    let inside_from_before = plan.sessions.iter().filter(|session| session.kept).map(|session| session.in_force).min();
    let first_kept = plan.sessions.iter().find(|session| session.kept).map(|session| session.day);
    if !plan.chosen_since_start.is_empty() {
        return plan.chosen_since_start.iter().copied().filter(|day| Some(*day) < first_kept).collect();
    }
    let mut days: Vec<Day> =
        [outside, inside_from_before.filter(|day| Some(*day) < first_kept)].into_iter().flatten().collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Refused(error.to_string()))
}

fn json_tickers(tickers: &[Ticker]) -> Result<String, StoreError> {
    json(&tickers.iter().map(Ticker::as_str).collect::<Vec<_>>())
}
