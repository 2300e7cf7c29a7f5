//! Whether the data of an index can be trusted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// `GET /index-quality`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexQuality {
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
    /// What is made of suspicious values.
    pub policy: String,
    /// Securities that were ever members in the range.
    pub checked_securities: usize,
    /// Sessions held in the range.
    pub checked_sessions: usize,
    /// Nothing is blocked.
    pub accepted: bool,
    /// Findings by check.
    pub counts: BTreeMap<String, usize>,
    /// What each check looks for.
    pub checks: BTreeMap<String, String>,
    /// What is suspicious, by day.
    pub findings: Vec<QualityFinding>,
}

/// Something suspicious.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QualityFinding {
    /// Which check found it.
    pub check: String,
    /// The session; of a run, its first.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The last session of a run.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub last_date: Day,
    /// The security; `null` for a whole session.
    pub ticker: Option<String>,
    /// What was found: sessions of a run, the move, or the ratio of the implied share count to the last good one.
    pub found: f64,
    /// `flagged`, `blocked`, `repaired` or `passed`.
    pub verdict: String,
    /// What to use instead of a market cap, and from where.
    pub repair: Option<QualityRepair>,
}

/// A market cap from the last good share count.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QualityRepair {
    /// Shares × price.
    pub market_cap: f64,
    /// The last good implied share count, restated for splits since.
    pub shares: f64,
    /// The session on which it was good.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub shares_from: Day,
    /// The close of the session.
    pub price: f64,
}
