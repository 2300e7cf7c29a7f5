//! What was known when.

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// `GET /index-membership`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexMembership {
    /// The index's slug.
    pub index: String,
    /// The session at whose close they are chosen.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The day at whose end (UTC) this was known; `null` = at present.
    #[serde(default, with = "crate::api::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub known_on: Option<Day>,
    /// The data version that was the last one then.
    pub known_version: i64,
    /// What a reader must know about these members.
    pub warnings: Vec<String>,
    /// Members by what is known at present that were none then.
    pub entered_since: Vec<String>,
    /// Members then that are none by what is known at present.
    pub left_since: Vec<String>,
    /// By rank.
    pub members: Vec<KnownMember>,
}

/// A member, and where its market cap came from.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnownMember {
    /// From 1, by market cap.
    pub rank: u32,
    /// The symbol.
    pub ticker: String,
    /// The name, where known.
    pub name: Option<String>,
    /// The sector, where known.
    pub sector: Option<String>,
    /// Weight after the close.
    pub weight: f64,
    /// The raw close.
    pub price: f64,
    /// Market cap at the close.
    pub market_cap: f64,
    /// `reported` by the source, close × `shares`, close × a count `assumed` because none was published yet, put together from the lines
    /// of a `company`, or `repaired`: close × the last good count.
    pub basis: String,
    /// The share count, on the share basis of the session; `null` for a reported cap and for a company's.
    pub shares: Option<f64>,
    /// The day from which that count was known, by its publication; of a repaired cap the session on which it was good.
    #[serde(default, with = "crate::api::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub shares_as_of: Option<Day>,
    /// Who said so.
    pub source: Option<String>,
    /// The data version that brought it; `null` for a repaired cap.
    pub data_version: Option<i64>,
    /// When it was stored, Unix milliseconds.
    pub stored_at: Option<i64>,
    /// Its rank by what is known at present; `null` for none.
    pub present_rank: Option<u32>,
}

/// `GET /shares`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharesHistory {
    /// The symbol.
    pub ticker: String,
    /// The day at whose end (UTC) this was known; `null` = everything ever stored.
    #[serde(default, with = "crate::api::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub known_on: Option<Day>,
    /// The counts, by the day from which they were known.
    pub data: Vec<SharesRow>,
}

/// A share count that was stored.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharesRow {
    /// The day from which it was known: that of its filing or publication.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub as_of: Day,
    /// Shares outstanding, on the share basis of that day.
    pub shares: f64,
    /// Who said so.
    pub source: Option<String>,
    /// The data version that brought it.
    pub data_version: i64,
    /// When it was stored, Unix milliseconds.
    pub stored_at: Option<i64>,
    /// When another count of that day took its place, Unix milliseconds; `null` while it is in force.
    pub replaced_at: Option<i64>,
}
