//! What an index professional asks next: other weightings, why a return came about, what trading costs, what would have been,
//! whether the data can be trusted. Pure functions over the members and prices of an index.

mod attribution;
mod comparison;
mod look_ahead;
mod panel;
mod quality;
mod replay;
mod scenario;
mod study;
mod trading;
mod weighting;
mod what_if;

pub use attribution::{
    BrinsonEffect, Contribution, MemberContribution, SectorContribution, SectorSlice, brinson_fachler, contributions,
};
pub use comparison::{Comparison, active_share, compare, correlation};
pub use look_ahead::{Evaluation, Moved, Part, moved, sampled_sessions};
pub use panel::{Bar, Growth, Line, Panel};
pub use quality::{
    Check, Defect, LOOK_BACK_DAYS as QUALITY_LOOK_BACK_DAYS, Limits, Policy, Repair, check_feed, check_line,
    check_market, findings_of_sessions, verdict,
};
pub use replay::{Held, Replay, Step, replay};
pub use scenario::{Ranked, Scenario, Weigher, run};
pub use study::{Member, Plan, StudiedSession, Study, Traded, TradedSession, mean_cost};
pub use trading::{
    Capacity, Costs, CostsOfOrder, Ledger, Order, Rebalance, Sizing, Target, TradingError, average_value_traded,
    capacity,
};
pub use weighting::{
    Candidate, Covariance, DEFAULT_CAP_LIMIT, LEAST_RETURNS, MOST_PAIRS, WINDOW_RETURNS, WINDOW_SESSIONS, capped,
    equal_risk, inverse_volatility, minimum_variance, sector_equal, weights,
};
pub use what_if::{Change, choose};

/// A number of things as a float, exact below 2^32.
fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
