//! Whether anything of the future reaches the past.

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// `POST /indices/{slug}/look-ahead-check`; every field may be absent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LookAheadCheck {
    /// First session to try; absent = the first built one.
    #[serde(default, with = "crate::api::day::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub start_date: Option<Day>,
    /// Last session to try; absent = the last built one.
    #[serde(default, with = "crate::api::day::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub end_date: Option<Day>,
    /// Sessions to try, 1 to 20; default 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<u32>,
    /// Draws other sessions and another future; 0 to 9007199254740991, default 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(maximum = 9_007_199_254_740_991_u64))]
    pub seed: Option<u64>,
}

/// What another future moved.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookAheadReport {
    /// The index's slug.
    pub index: String,
    /// What sessions and futures were drawn with.
    pub seed: u64,
    /// Nothing before a perturbed day moved, and every perturbation was felt from it on.
    pub passed: bool,
    /// Sessions tried.
    pub checked_sessions: usize,
    /// What came of each.
    pub sessions: Vec<LookAheadSession>,
}

/// One session tried.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookAheadSession {
    /// Every price, market cap, split and dividend dated this day or later was changed, in a copy.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub perturbed_from: Day,
    /// Members in place before that day, which must stay.
    pub members: usize,
    /// The session before it, whose return must stay.
    #[serde(default, with = "crate::api::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub session_before: Option<Day>,
    /// What did not stay; empty where nothing of the future reaches the past.
    pub moved: Vec<MovedValue>,
    /// The return of the first perturbed session changed, so that the check was able to see.
    pub perturbation_felt: bool,
}

/// Something that should have stayed.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovedValue {
    /// `return`, `weight` or `member`.
    pub what: String,
    /// The member; `null` for the return.
    pub ticker: Option<String>,
    /// What it was; `null` for a member that was not there.
    pub before: Option<f64>,
    /// What it is with another future; `null` for a member that is not there any more.
    pub after: Option<f64>,
}
