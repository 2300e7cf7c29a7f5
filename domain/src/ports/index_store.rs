//! Where indices are kept and built.

use crate::index::{BuildPlan, IndexDefinition};
use crate::ports::StoreError;
use crate::units::{Day, DayRange, UnixMillis};

/// The sessions that can be ranked, and the state of the market data in which they can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankableSessions {
    /// Sessions with at least one bar and cap, ascending.
    pub days: Vec<Day>,
    /// The version of the market data that this was read from.
    pub market_version: i64,
}

/// What a build did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// The data version after it.
    pub data_version: i64,
    /// Sessions of the range that have members.
    pub sessions: u64,
    /// The smallest number of members on any of them.
    pub fewest_members: u64,
    /// Members of the first session that were chosen by a share count that was not known then.
    pub assumed_members: u64,
    /// What was found suspicious in the range, by check, and how much of it was repaired; nothing where nobody looked.
    pub suspicious: Vec<(String, u64, u64)>,
}

/// Where indices are kept and built.
///
/// An implementation MUST make a build visible all at once, MUST compute it from one state of the market data, MUST write
/// nothing that does not change, and MUST leave every session outside the range as it was.
#[allow(async_fn_in_trait)]
pub trait IndexStore {
    /// The number of the index with this definition; it is kept from now on, for this owner where it is new.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the owner has `limit` indices already.
    async fn define(
        &self,
        definition: &IndexDefinition,
        owner: &str,
        limit: u32,
        now: UnixMillis,
    ) -> Result<i64, StoreError>;

    /// The definition of the index with this slug and its number.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn defined(&self, slug: &str) -> Result<Option<(i64, IndexDefinition)>, StoreError>;

    /// The range in which an index is behind the data held: sessions not built, or whose inputs have changed since.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn behind(&self, index: i64) -> Result<Option<DayRange>, StoreError>;

    /// The sessions that a build of the range can need: up to the one after its end, all of them where the index has a buffer,
    /// else from the period in which the session before it lies.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn rankable_sessions(
        &self,
        definition: &IndexDefinition,
        range: DayRange,
    ) -> Result<RankableSessions, StoreError>;

    /// Builds the planned sessions.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when market data has changed since `market_version`: plan again.
    async fn build(
        &self,
        index: i64,
        definition: &IndexDefinition,
        range: DayRange,
        plan: &BuildPlan,
        market_version: i64,
        now: UnixMillis,
    ) -> Result<Built, StoreError>;
}
