//! An index beside another series.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// `GET /index-compare`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexComparison {
    /// The index's slug.
    pub index: String,
    /// First session of the answer.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub start_date: Day,
    /// Last session of the answer.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub end_date: Day,
    /// The prices are made up by the sample provider.
    pub synthetic: bool,
    /// What a reader must know about these numbers.
    pub warnings: Vec<String>,
    /// The benchmark: a ticker, or another index's slug.
    pub against: String,
    /// Compounded return less the benchmark's.
    pub tracking_difference: Option<f64>,
    /// The difference of the two yearly growths.
    pub tracking_difference_per_year: Option<f64>,
    /// Annualised standard deviation of the differences.
    pub tracking_error: Option<f64>,
    /// Move per unit of the benchmark's move.
    pub beta: Option<f64>,
    /// Yearly return that the benchmark does not explain.
    pub alpha: Option<f64>,
    /// Correlation of the daily returns.
    pub correlation: Option<f64>,
    /// Share of the benchmark's rises.
    pub up_capture: Option<f64>,
    /// Share of the benchmark's falls.
    pub down_capture: Option<f64>,
    /// Mean difference per unit of its deviation, per session.
    pub information_ratio: Option<f64>,
    /// Share of the sessions with a return above the benchmark's.
    pub outperformed: Option<f64>,
    /// How different the members are; `null` against a ticker.
    pub active_share: Option<ActiveShare>,
    /// The index's own statistics.
    pub statistics: BTreeMap<String, Option<f64>>,
    /// The benchmark's.
    pub against_statistics: BTreeMap<String, Option<f64>>,
    /// Both by calendar year.
    pub yearly: Vec<YearComparison>,
    /// Both levels at each session.
    pub data: Vec<ComparedSession>,
}

/// Half the sum of the differences of weight.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActiveShare {
    /// Averaged over the sessions.
    pub mean: f64,
    /// At the last session.
    pub last: f64,
    /// Members of both at the last session.
    pub common_members: usize,
}

/// A calendar year of both.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct YearComparison {
    /// The year.
    pub year: i32,
    /// The index's return.
    #[serde(rename = "return")]
    pub value: Option<f64>,
    /// The benchmark's.
    pub against: Option<f64>,
    /// The first less the second.
    pub difference: Option<f64>,
}

/// Both at a session.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedSession {
    /// The session.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The index level.
    pub level: f64,
    /// The benchmark's, both at the base value at the first session.
    pub against: f64,
}
