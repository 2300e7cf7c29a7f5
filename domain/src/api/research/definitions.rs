//! What-if questions that are kept, and two of them side by side.

use serde::{Deserialize, Serialize};

use super::{WhatIf, WhatIfSide};
use crate::units::Day;

/// A question that is kept under a name.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedDefinition {
    /// Its name: 1 to 64 of `a-z`, `0-9`, `-`, `_` and `.`.
    pub name: String,
    /// The question, without dates.
    pub definition: WhatIf,
    /// When it was first kept, Unix milliseconds.
    pub created_at: i64,
    /// When it was kept last, Unix milliseconds.
    pub updated_at: i64,
}

/// `GET /definitions`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedDefinitionList {
    /// The caller's own, by name.
    pub data: Vec<SavedDefinitionSummary>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A kept question in short.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedDefinitionSummary {
    /// Its name.
    pub name: String,
    /// The index that it changes.
    pub index: String,
    /// What it changes, in words.
    pub changes: Vec<String>,
    /// When it was kept last, Unix milliseconds.
    pub updated_at: i64,
}

/// `GET /definitions/{name}/compare`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DefinitionComparison {
    /// First session that both have.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub start_date: Day,
    /// Last session that both have.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub end_date: Day,
    /// The prices are made up by the sample provider.
    pub synthetic: bool,
    /// What a reader must know about these numbers.
    pub warnings: Vec<String>,
    /// The definition asked for.
    pub definition: ComparedDefinition,
    /// What it is compared with.
    pub against: ComparedDefinition,
    /// Compounded return less the other's.
    pub tracking_difference: Option<f64>,
    /// Annualised standard deviation of the differences.
    pub tracking_error: Option<f64>,
    /// Move per unit of the other's move.
    pub beta: Option<f64>,
    /// Correlation of the daily returns.
    pub correlation: Option<f64>,
    /// Half the sum of the differences of weight at the last session.
    pub active_share: f64,
    /// Both levels at each session, 1000 at the first.
    pub data: Vec<ComparedLevels>,
    /// Everybody held by either at the last session, the largest difference of weight first.
    pub members: Vec<ComparedMember>,
}

/// One of two definitions.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedDefinition {
    /// The name it is kept under, or the slug of an index.
    pub name: String,
    /// The index that it changes.
    pub index: String,
    /// What it changes, in words; nothing for an index as it is.
    pub changes: Vec<String>,
    /// Its return, turnover and statistics over the sessions compared.
    pub result: WhatIfSide,
}

/// Both at a session.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedLevels {
    /// The session.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The level of the definition.
    pub level: f64,
    /// The level of the other.
    pub against: f64,
}

/// A member of either.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedMember {
    /// The symbol.
    pub ticker: String,
    /// The name, where known.
    pub name: Option<String>,
    /// Its weight in the definition, 0 for none.
    pub weight: f64,
    /// Its weight in the other.
    pub against: f64,
}
