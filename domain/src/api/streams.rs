//! Streams: batches in, statistics of the last 10^k points out.

use serde::{Deserialize, Serialize};

use crate::stream::{Exponent, Symbol, Window};

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

/// The answer of `GET /stats/all`, one stream of `GET /stats/many`, and each message of `/stats/live`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllStreamStats {
    /// The stream.
    pub symbol: String,
    /// Points that the stream has ever had.
    pub total: u64,
    /// k = 1 to 8, or the windows that were asked for.
    pub windows: Vec<StreamWindow>,
}

/// The answer of `GET /stats/many`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManyStreamStats {
    /// The streams in the order asked for.
    pub data: Vec<AllStreamStats>,
    /// Symbols without points.
    pub unknown: Vec<String>,
}

/// The answer of `GET /stats/values`: points in arrival order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamValues {
    /// The stream.
    pub symbol: String,
    /// Points that the stream has ever had.
    pub total: u64,
    /// The position of the first value, counted from 0 at the stream's beginning.
    pub from: u64,
    /// The values, oldest first.
    pub values: Vec<f64>,
}

/// One window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamWindow {
    /// The exponent, 1 to 8; `null` for a length that is no such power of ten.
    pub k: Option<u8>,
    /// How long it is: 10^k, or `n`.
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
    /// With `detail=full`.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub detail: Option<StreamDetail>,
}

/// What else is known of a window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamDetail {
    /// The oldest.
    pub first: f64,
    /// Σx; `null` where it is beyond the largest double.
    pub sum: Option<f64>,
    /// max − min; `null` where it is beyond the largest double.
    pub range: Option<f64>,
    /// The root of `var`.
    pub std: Option<f64>,
    /// Σ(x − x̄)²/(n − 1); `null` for one point.
    pub sample_var: Option<f64>,
    /// The root of `sample_var`.
    pub sample_std: Option<f64>,
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

impl StreamWindow {
    /// A window as it is answered.
    #[must_use]
    pub fn of(window: &Window, full: bool) -> Self {
        let summary = &window.summary;
        Self {
            k: window.length.exponent().map(Exponent::k),
            window: window.length.points(),
            count: summary.count(),
            complete: window.is_complete(),
            min: summary.min(),
            max: summary.max(),
            last: summary.last(),
            avg: summary.mean(),
            var: summary.population_variance(),
            detail: full.then(|| StreamDetail {
                first: summary.first(),
                sum: summary.sum(),
                range: Some(summary.max() - summary.min()).filter(|range| range.is_finite()),
                std: summary.population_variance().map(f64::sqrt),
                sample_var: summary.sample_variance(),
                sample_std: summary.sample_variance().map(f64::sqrt),
            }),
        }
    }
}

impl StreamStats {
    /// One window as it is answered.
    #[must_use]
    pub fn of(symbol: &Symbol, window: &Window, full: bool) -> Self {
        Self { symbol: symbol.to_string(), window: StreamWindow::of(window, full), total: window.total }
    }
}

impl AllStreamStats {
    /// Windows of a stream as they are answered.
    #[must_use]
    pub fn of(symbol: &Symbol, total: u64, windows: &[Window], full: bool) -> Self {
        let windows = windows.iter().map(|window| StreamWindow::of(window, full)).collect();
        Self { symbol: symbol.to_string(), total, windows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Length, Summary};

    #[test]
    fn detail_is_told_only_when_asked_for() {
        let summary = Summary::of(&[1.0, 2.0, 3.0, 6.0]).unwrap();
        let window = Window { length: Length::new(4).unwrap(), total: 9, summary };
        let symbol = Symbol::new("A").unwrap();
        let json = |full| serde_json::to_value(StreamStats::of(&symbol, &window, full)).unwrap();
        let basic = serde_json::json!({
            "symbol": "A", "total": 9, "k": null, "window": 4, "count": 4, "complete": true,
            "min": 1.0, "max": 6.0, "last": 6.0, "avg": 3.0, "var": 3.5,
        });
        assert_eq!(json(false), basic);
        // Squared distances 4 + 1 + 0 + 9 = 14, over 3.
        let mut full = basic;
        for (name, value) in [
            ("first", 1.0),
            ("sum", 12.0),
            ("range", 5.0),
            ("std", 3.5_f64.sqrt()),
            ("sample_var", 14.0 / 3.0),
            ("sample_std", (14.0_f64 / 3.0).sqrt()),
        ] {
            full[name] = value.into();
        }
        assert_eq!(json(true), full);
        let one = Window { length: Length::new(1).unwrap(), total: 1, summary: Summary::of(&[f64::MAX]).unwrap() };
        assert_eq!(StreamWindow::of(&one, true).detail.unwrap().sample_var, None);
    }
}
