//! The same bars from two sources, side by side.

use serde::{Deserialize, Serialize};

/// The answer of `GET /reconcile`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reconciliation {
    /// The symbol.
    pub ticker: String,
    /// The length of the bars.
    pub interval: String,
    /// The source on the left.
    pub left: String,
    /// The source on the right.
    pub right: String,
    /// By how much prices may differ, relative to the larger.
    pub tolerance: f64,
    /// The same of volumes.
    pub volume_tolerance: f64,
    /// Bars that both have.
    pub compared: u64,
    /// Of these, how many agree.
    pub equal: u64,
    /// Values that do not agree; the first 1000.
    pub differences: Vec<ValueDifference>,
    /// How many there are.
    pub difference_count: usize,
    /// Starts of bars that only the left has, Unix milliseconds; the first 1000.
    pub only_left: Vec<i64>,
    /// The same of the right.
    pub only_right: Vec<i64>,
    /// How many of each there are.
    pub only_left_count: usize,
    /// See `only_left_count`.
    pub only_right_count: usize,
}

/// One value of one bar on which two sources do not agree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ValueDifference {
    /// Start of the bar, Unix milliseconds.
    pub t: i64,
    /// `open`, `high`, `low`, `close` or `volume`.
    pub field: String,
    /// What the left says.
    pub left: f64,
    /// What the right says.
    pub right: f64,
    /// |left − right| / max(|left|, |right|).
    pub relative: f64,
}
