//! What would have been.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// `POST /what-if`: an index with something changed, or dated holdings of one's own, beside the index as it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    /// The index to change; absent = `top100-equal-daily-price-line`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// First session; absent = the first built one.
    #[serde(default, with = "crate::api::day::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub start_date: Option<Day>,
    /// Last session; absent = the last built one.
    #[serde(default, with = "crate::api::day::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub end_date: Option<Day>,
    /// Tickers that are members whenever they trade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<Vec<String>>,
    /// Tickers that are never members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<String>>,
    /// Another number of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_n: Option<u32>,
    /// `equal`, `cap`, `capped`, `inverse_volatility`, `erc`, `min_variance` or `sector_equal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weighting: Option<String>,
    /// The largest weight of `capped`, above 0 to 1; default 0.05.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap_limit: Option<f64>,
    /// `daily`, `weekly`, `monthly` or `quarterly`; not more often than the index itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebalance: Option<String>,
    /// Holdings of one's own instead of the index's choice; also as a CSV body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdings: Option<Vec<DatedHolding>>,
}

/// A holding that is set at a close and drifts until the next date.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DatedHolding {
    /// The session at whose close it is set.
    pub date: String,
    /// The symbol.
    pub ticker: String,
    /// Its weight; absent on all of a date = all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

/// Both side by side.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhatIfResult {
    /// The slug of the index as it is.
    pub index: String,
    /// First session compared.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub start_date: Day,
    /// Last session compared.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub end_date: Day,
    /// The prices are made up by the sample provider.
    pub synthetic: bool,
    /// What a reader must know about these numbers.
    pub warnings: Vec<String>,
    /// What was changed, in words.
    pub changes: Vec<String>,
    /// Walking the unchanged index in memory gives its stored returns within 1e-12.
    pub base_agrees: bool,
    /// The index as it is.
    pub base: WhatIfSide,
    /// The index as changed.
    pub variant: WhatIfSide,
    /// The variant's return less the index's.
    pub tracking_difference: Option<f64>,
    /// Annualised standard deviation of the differences.
    pub tracking_error: Option<f64>,
    /// Correlation of the daily returns.
    pub correlation: Option<f64>,
    /// Half the sum of the differences of weight at the last session.
    pub active_share: f64,
    /// Both at each session.
    pub data: Vec<WhatIfSession>,
    /// The variant's members at the last session, heaviest first.
    pub members: Vec<WhatIfMember>,
}

/// One of the two.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhatIfSide {
    /// Compounded over the range.
    pub cumulative_return: f64,
    /// Mean one-way turnover per session.
    pub mean_turnover: f64,
    /// Its statistics.
    pub statistics: BTreeMap<String, Option<f64>>,
}

/// Both at a session.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhatIfSession {
    /// The session.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The level of the index as it is.
    pub base: f64,
    /// The level of the variant.
    pub variant: f64,
}

/// A member of the variant.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhatIfMember {
    /// The symbol.
    pub ticker: String,
    /// The name, where known.
    pub name: Option<String>,
    /// The sector, where known.
    pub sector: Option<String>,
    /// Its weight.
    pub weight: f64,
    /// Its weight in the index as it is.
    pub base_weight: f64,
}
