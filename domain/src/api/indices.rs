//! The index service. Returns, weights and turnover are fractions; money is in the quote currency; absent is `null`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::index::Constituent;
use crate::units::Day;

/// `POST /build-index`; every field may also be a query parameter.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BuildIndex {
    /// First session to build.
    #[serde(default, with = "super::day::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub start_date: Option<Day>,
    /// Last session to build; absent = `start_date` only.
    #[serde(default, with = "super::day::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub end_date: Option<Day>,
    /// Number of members, 1 to 1000; default 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_n: Option<u32>,
    /// `equal` (default), `cap`, `capped`, `inverse_volatility`, `erc`, `min_variance` or `sector_equal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weighting: Option<String>,
    /// `daily` (default), `weekly`, `monthly` or `quarterly`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebalance: Option<String>,
    /// `price` (default), `total` or `net`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_type: Option<String>,
    /// `line` (default) or `company`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_classes: Option<String>,
    /// A member stays while its rank is at most `top_n + buffer`; 0 to 1000, default 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffer: Option<u32>,
    /// Only these tickers may be chosen; absent = the whole market.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub universe: Option<Vec<String>>,
    /// `bridge`: the last held session stands for missing ones before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gaps: Option<String>,
    /// What is made of suspicious data: `pass` (default: it is not looked for), `flag` (told in `warnings` and kept with each
    /// session), `block` (nothing is built) or `repair` (another index, `…-repaired`, ranked by repaired market caps).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<String>,
}

/// What a build did.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuiltIndex {
    /// The index's slug; every read route takes it as `index=`.
    pub index: String,
    /// First built session of the range.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub start_date: Day,
    /// Last built session of the range.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub end_date: Day,
    /// Number of sessions built.
    pub sessions: u64,
    /// Sessions of the calendar in the range for which no data is held.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub missing_sessions: Vec<String>,
    /// The data version after the build.
    pub data_version: i64,
    /// The version of the rules by which it was computed.
    pub method_version: i64,
    /// SHA-256 over the sessions' own fingerprints of their inputs.
    pub inputs_hash: String,
    /// What a reader must know about these numbers.
    pub warnings: Vec<String>,
    /// What it cost.
    pub cost: BuildCost,
    /// The range in short.
    pub performance: PerformanceSummary,
}

/// What a build cost the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildCost {
    /// SQL statements run.
    pub statements: u64,
    /// Rows read, as the platform bills them.
    pub rows_read: u64,
    /// Rows written, as the platform bills them.
    pub rows_written: u64,
}

/// A range in short.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PerformanceSummary {
    /// The level of the first session.
    pub base_value: f64,
    /// The level of the last session.
    pub level: f64,
    /// Compounded return over the range.
    pub cumulative_return: f64,
    /// The last session's own return.
    pub last_daily_return: Option<f64>,
    /// Annualised standard deviation of the daily returns.
    pub volatility: Option<f64>,
    /// The deepest fall from a peak, 0 or negative.
    pub max_drawdown: Option<f64>,
    /// Mean one-way turnover per session.
    pub mean_turnover: f64,
}

/// `GET /index-performance`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Performance {
    /// The index's slug.
    pub index: String,
    /// First session of the answer.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub start_date: Day,
    /// Last session of the answer.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub end_date: Day,
    /// The level of the first session.
    pub base_value: f64,
    /// The prices are made up by the sample provider.
    pub synthetic: bool,
    /// Whether any session's inputs changed since it was built.
    pub outdated: bool,
    /// What a reader must know about these numbers.
    pub warnings: Vec<String>,
    /// Sessions without data that were bridged (`gaps=bridge`).
    pub bridged_sessions: Vec<String>,
    /// One row per session, ascending.
    pub data: Vec<PerformancePoint>,
    /// Statistics of the returns after the first session; `null` where undefined. `/docs` and the method page define each.
    pub statistics: BTreeMap<String, Option<f64>>,
}

/// A session of an index.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PerformancePoint {
    /// The session.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The level; the first session of the range is at the base value.
    pub level: f64,
    /// The session's own return; `null` only where no data of the session before is held.
    pub daily_return: Option<f64>,
    /// Compounded since the first session of the range.
    pub cumulative_return: f64,
    /// One-way turnover at the close.
    pub turnover: f64,
    /// Members chosen at the close.
    pub constituents: u32,
    /// Members whose last price was carried.
    pub stale_prices: u32,
    /// An input changed since it was built.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outdated: bool,
    /// How much its build found suspicious; absent where it did not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<u32>,
}

/// `GET /index-composition`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexComposition {
    /// The index's slug.
    pub index: String,
    /// The session at whose close the members were chosen.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The session from which they earn returns.
    #[serde(with = "super::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub effective_date: Option<Day>,
    /// Number of members.
    pub count: usize,
    /// The index level at the close, with the first built session at the base value; what notionals refer to.
    pub level: f64,
    /// The prices are made up by the sample provider.
    pub synthetic: bool,
    /// An input changed since it was built.
    pub outdated: bool,
    /// The members by rank.
    pub constituents: Vec<Constituent>,
}

/// `GET /index-compositions`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexCompositions {
    /// The index's slug.
    pub index: String,
    /// One entry per built session, ascending.
    pub data: Vec<SessionMembers>,
}

/// The members as chosen at the close of one session.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionMembers {
    /// The session.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The index level at the close, with the first built session at the base value; what notionals refer to.
    pub level: f64,
    /// The members by rank.
    pub constituents: Vec<Constituent>,
}

/// `GET /composition-changes`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompositionChanges {
    /// The index's slug.
    pub index: String,
    /// The prices are made up by the sample provider.
    pub synthetic: bool,
    /// The days on which something changed, ascending.
    pub changes: Vec<ChangesOfDay>,
}

/// The changes at one close.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangesOfDay {
    /// The session.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// Who came, by rank.
    pub entered: Vec<MemberChange>,
    /// Who went, by previous rank.
    pub exited: Vec<MemberChange>,
    /// One-way turnover at the close.
    pub turnover: f64,
    /// An input changed since it was built.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outdated: bool,
}

/// A member that came or went.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberChange {
    /// The symbol.
    pub ticker: String,
    /// The name, where known.
    pub name: Option<String>,
    /// Rank at this close; `null` where it was not eligible.
    pub rank: Option<u32>,
    /// Rank at the close before; `null` where it was not eligible.
    pub previous_rank: Option<u32>,
    /// Market cap at this close; `null` where none is known.
    pub market_cap: Option<f64>,
    /// `rank`, `listed`, `eligible_again`, `delisted`, `no_price` or `no_market_cap`.
    pub reason: String,
}

/// `POST /export-data`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExportData {
    /// First session; absent = the first built one.
    #[serde(default, with = "super::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub start_date: Option<Day>,
    /// Last session; absent = the last built one.
    #[serde(default, with = "super::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub end_date: Option<Day>,
    /// Of `performance`, `compositions`, `changes`, `statistics`, `method`; absent = all of these. Named, also `contributions`,
    /// `rebalances` (a fractional portfolio of 1 000 000 with the costs of `/index-trades`), `quality`, `comparison`, `what_if` and
    /// `membership` (at the last session).
    pub sheets: Option<Vec<String>>,
    /// What the sheet `comparison` compares with: a ticker that is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub benchmark: Option<String>,
    /// Or another index's slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// What the sheet `what_if` changes, as in `POST /what-if`, without index and dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<super::WhatIf>,
    /// The sheet `membership` is of what was known at the end of this day; absent = at present.
    #[serde(default, with = "super::day::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub known_on: Option<Day>,
    /// The index's slug.
    pub index: Option<String>,
    /// `bridge`: sessions without data are passed over.
    pub gaps: Option<String>,
}

/// `GET /index-explain`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// The index's slug.
    pub index: String,
    /// The session.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The session at whose close these members were in place.
    #[serde(with = "super::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub previous_date: Option<Day>,
    /// The stored return of the session.
    pub daily_return: Option<f64>,
    /// The sum of the contributions below, from today's data.
    pub sum_of_contributions: f64,
    /// The two agree within 1e-12, or the session is outdated.
    pub agrees: bool,
    /// An input changed since it was built.
    pub outdated: bool,
    /// The prices are made up by the sample provider.
    pub synthetic: bool,
    /// Data version of the stored session.
    pub data_version: i64,
    /// Method version of the stored session.
    pub method_version: i64,
    /// Fingerprint of the inputs of the stored session.
    pub inputs_hash: String,
    /// What the builds of this session and of the one before it found suspicious; empty where they did not look.
    #[serde(default)]
    pub quality: Vec<SessionQuality>,
    /// The members that were in place, by rank.
    pub members: Vec<MemberReturn>,
}

/// What a build found suspicious about a session, kept with it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionQuality {
    /// The session.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// What was made of it: `flag`, or `repair` of the market caps that could be.
    pub policy: String,
    /// How much was found.
    pub total: u32,
    /// The first 50 of it.
    pub findings: Vec<super::QualityFinding>,
}

/// A member's return on a session.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberReturn {
    /// Rank when chosen.
    pub rank: u32,
    /// The symbol.
    pub ticker: String,
    /// The name, where known.
    pub name: Option<String>,
    /// The sector, where known.
    pub sector: Option<String>,
    /// Weight before the session.
    pub weight: f64,
    /// Raw close of the session before.
    pub price_before: f64,
    /// Raw close of the session; `null` where it did not trade and its last price was carried.
    pub price: Option<f64>,
    /// New shares per old share with an ex-date since; 1 for none, `null` without a price.
    pub split_ratio: Option<f64>,
    /// The split is implied by the source's adjusted closes; no record of it is held.
    pub split_implied: bool,
    /// Cash dividend per share with an ex-date since.
    pub dividend: Option<f64>,
    /// The member's return.
    #[serde(rename = "return")]
    pub value: f64,
    /// Weight × return.
    pub contribution: f64,
    /// Where the price before came from: its source and the data version that brought it.
    pub source_before: Option<PriceSource>,
    /// Where the price came from.
    pub source: Option<PriceSource>,
}

/// Where a price came from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceSource {
    /// A provider's name, or `files`.
    pub provider: Option<String>,
    /// The data version that brought it.
    pub data_version: i64,
}

/// `GET /indices`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexList {
    /// The defined indices, by slug.
    pub data: Vec<IndexSummary>,
    /// Always `null`: the list is whole.
    pub next_cursor: Option<String>,
}

/// A defined index and what is built of it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexSummary {
    /// The name under which every route takes it.
    pub slug: String,
    /// Number of members.
    pub top_n: u32,
    /// `equal` or `cap`.
    pub weighting: String,
    /// `daily`, `weekly`, `monthly` or `quarterly`.
    pub rebalance: String,
    /// `price`, `total` or `net`.
    pub return_type: String,
    /// `line` or `company`.
    pub share_classes: String,
    /// A member stays while its rank is at most `top_n + buffer`.
    pub buffer: u32,
    /// Only these tickers; `null` = the whole market.
    pub universe: Option<Vec<String>>,
    /// Members are ranked by repaired market caps.
    #[serde(default)]
    pub repairs_caps: bool,
    /// Brought up to date after each ingestion.
    pub auto_build: bool,
    /// First built session.
    #[serde(with = "super::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub first_session: Option<Day>,
    /// Last built session.
    #[serde(with = "super::day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub last_session: Option<Day>,
    /// Built sessions.
    pub sessions: u64,
    /// Built sessions whose inputs changed since.
    pub outdated_sessions: u64,
}
