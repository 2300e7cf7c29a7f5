//! The JSON shapes of Tiingo's answers: arrays of rows, or an object with `detail`. Every field is optional here.

use serde::Deserialize;

/// A row of `/tiingo/daily/{ticker}/prices` or of `/iex/{ticker}/prices`; `date` is an instant in UTC.
#[derive(Deserialize)]
pub(super) struct PriceRow {
    pub(super) date: Option<String>,
    pub(super) open: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) low: Option<f64>,
    pub(super) close: Option<f64>,
    pub(super) volume: Option<f64>,
}

/// A refusal.
#[derive(Deserialize)]
pub(super) struct Refusal {
    pub(super) detail: Option<String>,
}
