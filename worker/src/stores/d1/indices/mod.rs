//! Indices in D1: definitions, builds and what is read from them.

mod build;
mod choice;
mod findings;
mod read;
mod selection;
mod standing;
mod weights;

#[cfg(test)]
mod tests;

pub(crate) use choice::Chosen;
pub(crate) use findings::SessionFindings;
pub(crate) use read::{BuiltRange, ExplainedMember, IndexRow, MemberRow, Move, Moves, SessionMembers, scopes};

use domain::index::{BuildPlan, IndexDefinition};
use domain::ports::{Built, IndexStore, RankableSessions, StoreError};
use domain::units::{DayRange, UnixMillis};

use super::instead::{self, Future, Instead, Known};
use super::{D1, Param, Statement};

/// Indices behind the `DB` binding.
#[derive(Debug)]
pub(crate) struct D1IndexStore<'a> {
    db: &'a D1,
    instead: Option<Instead>,
}

impl<'a> D1IndexStore<'a> {
    /// The store over this database.
    pub(crate) const fn new(db: &'a D1) -> Self {
        Self { db, instead: None }
    }

    /// The same store, whose explanations read another future.
    pub(crate) fn with_another_future(self, future: Option<Future>) -> Self {
        Self { instead: future.map(Instead::Future), ..self }
    }

    /// The same store, whose choices read what was known.
    pub(crate) fn knowing(self, known: Option<Known>) -> Self {
        Self { instead: known.map(Instead::Known), ..self }
    }

    /// A statement over market data, as it is or as it reads something else instead.
    fn as_asked(&self, sql: String, params: &[Param]) -> Statement {
        instead::statement(self.instead.as_ref(), sql, params)
    }
}

impl IndexStore for D1IndexStore<'_> {
    async fn define(
        &self,
        definition: &IndexDefinition,
        owner: &str,
        limit: u32,
        now: UnixMillis,
    ) -> Result<i64, StoreError> {
        self.define_index(definition, owner, limit, now).await
    }

    async fn defined(&self, slug: &str) -> Result<Option<(i64, IndexDefinition)>, StoreError> {
        Ok(self.find(slug).await?.map(|index| (index.id, index.definition)))
    }

    async fn behind(&self, index: i64) -> Result<Option<DayRange>, StoreError> {
        self.range_to_bring_up_to_date(index).await
    }

    async fn rankable_sessions(
        &self,
        definition: &IndexDefinition,
        range: DayRange,
    ) -> Result<RankableSessions, StoreError> {
        self.sessions_to_rank(definition, range).await
    }

    async fn build(
        &self,
        index: i64,
        definition: &IndexDefinition,
        range: DayRange,
        plan: &BuildPlan,
        market_version: i64,
        now: UnixMillis,
    ) -> Result<Built, StoreError> {
        self.build_planned(index, definition, range, plan, market_version, now).await
    }
}
