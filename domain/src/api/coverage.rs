//! Which sessions are held.

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// The answer of `GET /coverage`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coverage {
    /// The first session with a bar; `null` where nothing is held.
    #[serde(with = "super::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub first_session: Option<Day>,
    /// The last session with a bar.
    #[serde(with = "super::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub last_session: Option<Day>,
    /// The prices are made up by the sample provider.
    pub synthetic: bool,
    /// The sessions with bars, ascending.
    pub sessions: Vec<CoveredSession>,
    /// Sessions of the calendar between the first and the last without a bar.
    #[serde(with = "super::day::list")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub gaps: Vec<Day>,
    /// Of one ticker: its series, sessions as `1day`, bars within them as `1hour` …, each source by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<CoveredSeries>,
}

/// A session with bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoveredSession {
    /// The session.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// How many securities have a bar.
    pub bars: u32,
}

/// What is held of one series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoveredSeries {
    /// `1day`, `1hour` …
    pub interval: String,
    /// Where it comes from; null for sessions, which any source may have brought.
    pub source: Option<String>,
    /// The first session with a bar.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub first_date: Day,
    /// The last one.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub last_date: Day,
    /// Bars held.
    pub bars: u64,
    /// Sessions with a bar.
    pub sessions: u64,
    /// Sessions of the calendar between the first and the last without one.
    pub gap_count: u64,
    /// The first 1000 of them.
    #[serde(with = "crate::api::day::list")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub gaps: Vec<Day>,
}
