//! The statistics page of an index.

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// `GET /index-statistics`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexStatistics {
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
    /// What it is measured against: a ticker or another index's slug.
    pub benchmark: Option<String>,
    /// Every statistic with its definition.
    pub statistics: Vec<DefinedStatistic>,
    /// The same over windows that move along the range.
    pub rolling: Vec<RollingWindow>,
    /// The deepest falls below a peak, deepest first.
    pub drawdowns: Vec<DrawdownRow>,
    /// A return for each calendar month.
    pub monthly: Vec<MonthReturn>,
    /// A return for each calendar year.
    pub yearly: Vec<YearReturn>,
    /// How often returns of a size came.
    pub distribution: Vec<DistributionBin>,
}

/// A statistic with its definition.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DefinedStatistic {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its value; `null` where undefined.
    pub value: Option<f64>,
    /// `fraction` or `ratio`.
    pub unit: String,
    /// Its formula.
    pub formula: String,
    /// What it says and when it is undefined.
    pub note: String,
}

/// Statistics of every window of one length.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RollingWindow {
    /// Returns in a window.
    pub sessions: u32,
    /// One entry for each session that ends a whole window.
    pub data: Vec<RollingStatistics>,
}

/// The statistics of the window that ends with a session.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RollingStatistics {
    /// The last session of the window.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// Compounded return.
    #[serde(rename = "return")]
    pub value: Option<f64>,
    /// Annualised standard deviation.
    pub volatility: Option<f64>,
    /// Annualised Sharpe ratio.
    pub sharpe: Option<f64>,
    /// Deepest fall inside the window.
    pub max_drawdown: Option<f64>,
    /// Move per unit of the benchmark's; `null` without one.
    pub beta: Option<f64>,
}

/// A fall below a peak until the level was there again.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DrawdownRow {
    /// The last session at the peak.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub peak: Day,
    /// The first session of the lowest level.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub trough: Day,
    /// The first session back at the peak; `null` while below.
    #[serde(default, with = "crate::api::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub recovery: Option<Day>,
    /// Level at the trough over level at the peak, less one.
    pub depth: f64,
    /// Sessions from the peak to the trough.
    pub sessions_down: u32,
    /// Sessions from the trough to the recovery.
    pub sessions_back: Option<u32>,
}

/// The return of a month.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthReturn {
    /// The calendar year.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u32,
    /// Compounded over the sessions of the month that are in the range.
    #[serde(rename = "return")]
    pub value: Option<f64>,
}

/// The return of a year.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct YearReturn {
    /// The calendar year.
    pub year: i32,
    /// Compounded over the sessions of the year that are in the range.
    #[serde(rename = "return")]
    pub value: Option<f64>,
    /// How many they are.
    pub sessions: usize,
}

/// Returns between two edges.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DistributionBin {
    /// The lower edge, which belongs to it.
    pub from: f64,
    /// The upper edge, which belongs to the next.
    pub to: f64,
    /// How many returns.
    pub count: usize,
    /// How many a normal distribution of the same mean and deviation would have.
    pub normal: f64,
}
