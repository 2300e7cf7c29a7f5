//! The ingestion log.

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// One run of the ingestion job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ingestion {
    /// Its number.
    pub id: i64,
    /// The source that was asked.
    pub provider: String,
    /// Everything the source serves is made up.
    pub synthetic: bool,
    /// `running`, `succeeded` or `failed`.
    pub status: String,
    /// The first day that was asked for.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub start_date: Day,
    /// The last day that was asked for.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub end_date: Day,
    /// Requests sent to the source.
    pub requests: u64,
    /// What became of the rows it delivered.
    pub rows: IngestedRows,
    /// The first 100 rows that were turned away.
    pub rejections: Vec<RejectedRow>,
    /// Sessions of the range without data at the end of the run.
    #[serde(with = "crate::api::day::list")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub gaps: Vec<Day>,
    /// The first things that were suspicious; the rows are stored.
    #[serde(default)]
    pub findings: Vec<IngestionFinding>,
    /// The data version of its last publication; `null` where it published nothing.
    pub data_version: Option<i64>,
    /// Why it failed; `null` unless it did.
    pub error: Option<IngestionError>,
    /// Unix milliseconds, UTC.
    pub started_at: i64,
    /// Unix milliseconds, UTC; `null` while it runs.
    pub finished_at: Option<i64>,
    /// Milliseconds from start to finish; `null` while it runs.
    pub duration_ms: Option<i64>,
}

/// What became of the rows that a source delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IngestedRows {
    /// Were not there before.
    pub inserted: u64,
    /// Replaced another value, which is kept.
    pub changed: u64,
    /// Were there with the same value.
    pub unchanged: u64,
    /// Were turned away.
    pub rejected: u64,
}

/// A row that was turned away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RejectedRow {
    /// Its position in the delivery, from 1.
    pub line: u64,
    /// The rule and the value that broke it.
    pub reason: String,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IngestionError {
    /// A stable machine-readable code.
    pub code: String,
    /// For a person.
    pub message: String,
}

/// A page of runs, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IngestionList {
    /// The runs.
    pub data: Vec<Ingestion>,
    /// Send it as `cursor` for the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

/// Something suspicious about rows that were stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IngestionFinding {
    /// Whose rows; `null` for a whole session.
    pub ticker: Option<String>,
    /// Which day's.
    #[serde(with = "crate::api::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub day: Day,
    /// `missing_session`, `missing_bars`, `out_of_order`, `zero_volume`, `jump` or `late_feed`.
    pub kind: String,
    /// The figures.
    pub detail: String,
}
