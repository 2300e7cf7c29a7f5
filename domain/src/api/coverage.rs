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
