//! Building an index over a range: at request time, and after each ingestion for every index that is kept up to date.

use domain::index::{BuildPlan, IndexDefinition, PlanError, plan_build};
use domain::ports::{Built, ClaimedJob, Clock, IndexStore, JobOutcome, StoreError};
use domain::research::MOST_PAIRS;
use domain::units::{DayRange, UnixMillis};
use serde::Deserialize;

use super::runner::{SliceDone, SliceError};

/// The kind under which jobs are kept.
pub(crate) const KIND: &str = "build_index";

/// Indices that one owner may define.
pub(crate) const INDICES_PER_OWNER: u32 = 50;

/// Member rows that one build may write. A database batch has 30 seconds, and this many take a few of them.
pub(crate) const MEMBER_ROWS_PER_BUILD: u64 = 1_500_000;

/// How often a build plans anew because market data changed while it was being planned.
const PLANS: usize = 4;

/// Why a range was not built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    /// The range cannot be built from what is held.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The range is too long for one build.
    #[error("expected at most {most} member rows in one build, {sessions} sessions of {top_n} members are more")]
    TooLarge { sessions: u64, top_n: u32, most: u64 },
    /// The weights of so many members at so many rebalances take too long to compute.
    #[error("expected fewer members, rebalances or sessions in one build: their covariances take too long to estimate")]
    TooMuchRisk,
    /// The owner has as many indices as allowed.
    #[error("expected at most {INDICES_PER_OWNER} indices of one owner")]
    TooManyIndices,
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A finished build.
#[derive(Debug)]
pub(crate) struct Done {
    /// What was built.
    pub(crate) plan: BuildPlan,
    /// What it did.
    pub(crate) built: Built,
}

/// How a range is built.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct How {
    /// The last held session of a period stands for its missing last one.
    pub(crate) bridge: bool,
    /// Suspicious data is looked for also where the index does not repair it.
    pub(crate) examines: bool,
}

/// Builds a range of an index, which is kept from then on.
///
/// # Errors
/// See [`BuildError`]; nothing was changed.
pub(crate) async fn build(
    store: &impl IndexStore,
    definition: &IndexDefinition,
    owner: &str,
    range: DayRange,
    how: How,
    now: UnixMillis,
) -> Result<Done, BuildError> {
    let mut last = None;
    for _ in 0..PLANS {
        let held = store.rankable_sessions(definition, range).await?;
        let mut plan = plan_build(definition, range, &held.days, how.bridge)?;
        plan.examines |= how.examines;
        let sessions = plan.sessions.len() as u64;
        if sessions * u64::from(definition.top_n) > MEMBER_ROWS_PER_BUILD {
            return Err(BuildError::TooLarge { sessions, top_n: definition.top_n, most: MEMBER_ROWS_PER_BUILD });
        }
        let pairs =
            sessions / definition.rebalance.sessions() * u64::from(definition.top_n) * u64::from(definition.top_n);
        if definition.weighting.needs_risk() && pairs > MOST_PAIRS {
            return Err(BuildError::TooMuchRisk);
        }
        let index = match store.define(definition, owner, INDICES_PER_OWNER, now).await {
            Err(StoreError::Conflict(_)) => return Err(BuildError::TooManyIndices),
            defined => defined?,
        };
        match store.build(index, definition, range, &plan, held.market_version, now).await {
            Ok(built) => return Ok(Done { plan, built }),
            Err(StoreError::Conflict(reason)) => last = Some(reason),
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Unavailable(last.unwrap_or_default()).into())
}

#[derive(Deserialize)]
struct Spec {
    index: String,
}

/// Brings the index that a job names up to date: one slice.
///
/// # Errors
/// [`SliceError::Final`] when the index does not exist or its sessions cannot be planned.
pub(crate) async fn bring_up_to_date(
    store: &impl IndexStore,
    clock: &impl Clock,
    job: &ClaimedJob,
) -> Result<SliceDone, SliceError> {
    let fail = |code, message: String| SliceError::Final { code, message };
    let spec: Spec = serde_json::from_str(&job.spec).map_err(|error| fail("malformed_spec", error.to_string()))?;
    let done = |state: String| Ok(SliceDone { outcome: JobOutcome::Done { state }, alerts: Vec::new() });
    let Some((index, definition)) = store.defined(&spec.index).await? else {
        return Err(fail("unknown_index", format!("no index {}", spec.index)));
    };
    let Some(range) = store.behind(index).await? else { return done("{\"sessions\":0}".to_owned()) };
    // The owner does not matter: the index exists.
    match build(store, &definition, "", range, How::default(), clock.now()).await {
        Ok(Done { built, .. }) => done(format!("{{\"sessions\":{}}}", built.sessions)),
        Err(BuildError::Store(error)) => Err(error.into()),
        Err(error) => Err(fail("build_failed", error.to_string())),
    }
}
