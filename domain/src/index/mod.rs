//! The index: what is defined, which sessions a build needs, and what its returns compound to. The choice of members and
//! their returns are made in SQL by the store; see `docs/methods/index.md`.

mod choice;
mod constituent;
mod definition;
mod plan;
mod series;

pub use choice::choose;
pub use constituent::Constituent;
pub use definition::{DefinitionError, IndexDefinition, Rebalance, ReturnType, ShareClasses, Weighting};
pub use plan::{BuildPlan, PlanError, PlannedSession, plan_build};
pub use series::{Gap, LevelPoint, SessionReturn, compound};

/// The method by which sessions are computed. A change of any rule raises it, and a rebuild then rewrites the sessions.
pub const METHOD_VERSION: i64 = 1;

/// How many days before a rebalance a value can be that its weights depend on, where they look back on returns: 252 of them and
/// some sessions before, in calendar days.
pub const LOOK_BACK_DAYS: i32 = 450;

/// How many days before a session a value can be that decides whether its market caps are right.
pub const REPAIR_DAYS: i32 = 28;

/// The level at the first session of any range.
pub const BASE_VALUE: f64 = 1000.0;
