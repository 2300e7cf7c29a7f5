//! The index: what is defined, which sessions a build needs, and what its returns compound to. The choice of members and
//! their returns are made in SQL by the store; see `docs/methods/index.md`.

mod definition;
mod plan;
mod series;

pub use definition::{DefinitionError, IndexDefinition, Rebalance, ReturnType, ShareClasses, Weighting};
pub use plan::{BuildPlan, PlanError, PlannedSession, plan_build};
pub use series::{Gap, LevelPoint, SessionReturn, compound};

/// The method by which sessions are computed. A change of any rule raises it, and a rebuild then rewrites the sessions.
pub const METHOD_VERSION: i64 = 1;

/// The level at the first session of any range.
pub const BASE_VALUE: f64 = 1000.0;
