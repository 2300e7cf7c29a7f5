//! The JSON shapes of FMP's answers: arrays of rows, or an object with `Error Message`. Every field is optional here.

use serde::Deserialize;

use crate::providers::price_rows::PriceRow;

/// A session of `historical-price-eod/non-split-adjusted`: its prices are called adjusted and are not.
#[derive(Deserialize)]
pub(super) struct DailyRow {
    pub(super) date: Option<String>,
    #[serde(rename = "adjOpen")]
    pub(super) open: Option<f64>,
    #[serde(rename = "adjHigh")]
    pub(super) high: Option<f64>,
    #[serde(rename = "adjLow")]
    pub(super) low: Option<f64>,
    #[serde(rename = "adjClose")]
    pub(super) close: Option<f64>,
    pub(super) volume: Option<f64>,
}

impl DailyRow {
    /// The same under the usual names.
    pub(super) fn prices(self) -> PriceRow {
        let Self { date, open, high, low, close, volume } = self;
        PriceRow { date, open, high, low, close, volume }
    }
}

/// A row of `splits-calendar`.
#[derive(Deserialize)]
pub(super) struct SplitRow {
    pub(super) symbol: Option<String>,
    pub(super) date: Option<String>,
    pub(super) numerator: Option<f64>,
    pub(super) denominator: Option<f64>,
}

/// A row of `dividends-calendar`.
#[derive(Deserialize)]
pub(super) struct DividendRow {
    pub(super) symbol: Option<String>,
    pub(super) date: Option<String>,
    pub(super) dividend: Option<f64>,
}

/// A refusal.
#[derive(Deserialize)]
pub(super) struct Refusal {
    #[serde(rename = "Error Message")]
    pub(super) message: Option<String>,
}
