//! Why a return came about.

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// `GET /index-attribution`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexAttribution {
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
    /// The return of the range, compounded from the stored returns.
    pub period_return: f64,
    /// The sum of the members' contributions, and of the sectors'.
    pub sum_of_contributions: f64,
    /// The two agree within 1e-12, or a session is outdated.
    pub agrees: bool,
    /// What each member added, most first.
    pub members: Vec<ContributionOfMember>,
    /// What each sector added, most first.
    pub sectors: Vec<ContributionOfSector>,
    /// The difference to the same members weighted by market cap, by sector.
    pub against_cap_weight: Brinson,
}

/// What a member added.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContributionOfMember {
    /// The symbol.
    pub ticker: String,
    /// The name, where known.
    pub name: Option<String>,
    /// The sector, where known.
    pub sector: Option<String>,
    /// Sessions on which it earned a return for the index.
    pub sessions: usize,
    /// Its weight, averaged over all sessions of the range.
    pub mean_weight: f64,
    /// Its own return over those sessions, compounded.
    pub own_return: f64,
    /// Its part of the period's return.
    pub contribution: f64,
}

/// What a sector added.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContributionOfSector {
    /// The sector; `null` for members without one.
    pub sector: Option<String>,
    /// Different members it had.
    pub members: usize,
    /// Its weight, averaged over all sessions of the range.
    pub mean_weight: f64,
    /// Its part of the period's return.
    pub contribution: f64,
}

/// Brinson–Fachler against the cap-weighted index of the same members.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Brinson {
    /// The index's return.
    #[serde(rename = "return")]
    pub value: f64,
    /// The cap-weighted return.
    pub benchmark_return: f64,
    /// Their difference, to which all effects sum.
    pub difference: f64,
    /// The effects by sector.
    pub sectors: Vec<BrinsonOfSector>,
}

/// What a sector explains of the difference.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BrinsonOfSector {
    /// The sector; `null` for members without one.
    pub sector: Option<String>,
    /// Its mean weight in the index.
    pub mean_weight: f64,
    /// Its mean weight by market cap.
    pub mean_benchmark_weight: f64,
    /// By weighing the sector differently.
    pub allocation: f64,
    /// By weighing its members differently.
    pub selection: f64,
    /// By both at once.
    pub interaction: f64,
    /// All three.
    pub total: f64,
}
