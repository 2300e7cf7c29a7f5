//! Streams: batches in, statistics of the last 10^k points out.

use serde::{Deserialize, Serialize};

use crate::stream::{Symbol, Window};

/// The JSON body of `POST /add_batch/`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddBatch {
    /// 1 to 64 of `A-Z a-z 0-9 . _ : / -`.
    pub symbol: String,
    /// 0 to 10 000 finite numbers, oldest first.
    pub values: Vec<f64>,
    /// The stream's total before this batch, as the client knows it; makes a retry harmless.
    #[serde(default)]
    pub sequence: Option<u64>,
}

/// The answer of `POST /add_batch/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddedBatch {
    /// The stream.
    pub symbol: String,
    /// Points of this batch.
    pub added: u64,
    /// Points of the stream after it.
    pub total: u64,
}

/// The answer of `GET /stats/`: statistics of the last `count` points in arrival order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamStats {
    /// The stream.
    pub symbol: String,
    /// The window's numbers.
    #[serde(flatten)]
    pub window: StreamWindow,
    /// Points that the stream has ever had.
    pub total: u64,
}

/// The answer of `GET /stats/all`, and each message of `/stats/live`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllStreamStats {
    /// The stream.
    pub symbol: String,
    /// Points that the stream has ever had.
    pub total: u64,
    /// k = 1 to 8.
    pub windows: Vec<StreamWindow>,
}

/// One window of 10^k points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamWindow {
    /// The exponent, 1 to 8.
    pub k: u8,
    /// 10^k.
    pub window: u64,
    /// Points used: as many as `window`, or all there are.
    pub count: u64,
    /// Whether `window` points exist.
    pub complete: bool,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The newest.
    pub last: f64,
    /// The mean.
    pub avg: f64,
    /// The population variance; `null` where it is beyond the largest double.
    pub var: Option<f64>,
}

/// A stream as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamSymbol {
    /// Its name.
    pub symbol: String,
    /// Points that it has ever had.
    pub total: u64,
    /// When its first batch came: Unix milliseconds, UTC.
    pub created_at: i64,
}

/// A page of `GET /symbols`, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamSymbolList {
    /// The streams.
    pub data: Vec<StreamSymbol>,
    /// Where the next page starts; `null` on the last one.
    pub next_cursor: Option<String>,
}

impl From<&Window> for StreamWindow {
    fn from(window: &Window) -> Self {
        let summary = &window.summary;
        Self {
            k: window.exponent.k(),
            window: window.exponent.points(),
            count: summary.count(),
            complete: window.is_complete(),
            min: summary.min(),
            max: summary.max(),
            last: summary.last(),
            avg: summary.mean(),
            var: summary.population_variance(),
        }
    }
}

impl StreamStats {
    /// One window as it is answered.
    #[must_use]
    pub fn of(symbol: &Symbol, window: &Window) -> Self {
        Self { symbol: symbol.to_string(), window: window.into(), total: window.total }
    }
}

impl AllStreamStats {
    /// All windows of a stream as they are answered.
    #[must_use]
    pub fn of(symbol: &Symbol, total: u64, windows: &[Window]) -> Self {
        Self { symbol: symbol.to_string(), total, windows: windows.iter().map(StreamWindow::from).collect() }
    }
}
