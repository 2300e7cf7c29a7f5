//! The user's own files.

use serde::{Deserialize, Serialize};

use crate::api::RejectedRow;

/// One imported file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Import {
    /// Its number.
    pub id: i64,
    /// What it holds: `securities`, `daily_bars`, `market_caps`, `shares`, `splits`, `dividends` or `chains`.
    pub kind: String,
    /// `receiving`, `committed`, `failed` or `undone`.
    pub status: String,
    /// Bytes received, as sent.
    pub bytes: u64,
    /// What became of its rows; together they are all rows of the file.
    pub rows: ImportedRows,
    /// The first 100 rows that were turned away.
    pub rejected: Vec<RejectedRow>,
    /// The file's columns that its kind does not know.
    pub unknown_columns: Vec<String>,
    /// In the answer to an import: the version of the stored data after it. Later: the version that its rows carry, `null`
    /// when it changed nothing.
    pub data_version: Option<i64>,
    /// Why it failed; `null` unless it did.
    pub error: Option<String>,
    /// Unix milliseconds, UTC.
    pub created_at: i64,
    /// Unix milliseconds, UTC; `null` while it is being received.
    pub finished_at: Option<i64>,
}

/// What became of the rows of a file. Each row is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportedRows {
    /// Were new or replaced another value, which is kept.
    pub accepted: u64,
    /// Were there with the same value.
    pub unchanged: u64,
    /// Were turned away.
    pub rejected: u64,
}

/// A page of imports, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportList {
    /// The imports.
    pub data: Vec<Import>,
    /// Send it as `cursor` for the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

/// A part of a file that is sent in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportPart {
    /// The import that it belongs to.
    pub id: i64,
    /// Its number, from 1.
    pub part: u32,
    /// How many bytes it holds.
    pub bytes: u64,
}
