//! The JSON shapes of Massive's answers. Every field is optional here: which ones a row needs is decided in `parse`.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The envelope of every answer. `request_id` is left out: the vendor's own examples give it four types.
#[derive(Deserialize)]
pub(super) struct Envelope<R> {
    pub(super) status: Option<String>,
    pub(super) results: Option<R>,
    /// The ticker that all rows are about, in per-ticker answers.
    pub(super) ticker: Option<String>,
    #[serde(rename = "resultsCount")]
    pub(super) results_count: Option<u64>,
    pub(super) next_url: Option<String>,
    pub(super) error: Option<String>,
    pub(super) message: Option<String>,
}

/// A row that knows what the envelope says of all rows.
pub(super) trait WireRow: DeserializeOwned {
    /// Takes the envelope's ticker where the row has none of its own.
    fn inherit_ticker(&mut self, _ticker: &str) {}
}

impl WireRow for ReferenceTicker {}
impl WireRow for SplitRow {}
impl WireRow for DividendRow {}

impl WireRow for Bar {
    fn inherit_ticker(&mut self, ticker: &str) {
        self.ticker.get_or_insert_with(|| ticker.to_owned());
    }
}

/// One element of `results`: a row, or something else in its place.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Row<T> {
    Shaped(T),
    Misshapen(serde::de::IgnoredAny),
}

/// A bar of `/v2/aggs/...`.
#[derive(Deserialize)]
pub(super) struct Bar {
    /// Absent in per-ticker answers, where the envelope has it.
    #[serde(rename = "T")]
    pub(super) ticker: Option<String>,
    #[serde(rename = "o")]
    pub(super) open: Option<f64>,
    #[serde(rename = "h")]
    pub(super) high: Option<f64>,
    #[serde(rename = "l")]
    pub(super) low: Option<f64>,
    #[serde(rename = "c")]
    pub(super) close: Option<f64>,
    /// Shares traded; fractions occur.
    #[serde(rename = "v")]
    pub(super) volume: Option<f64>,
    /// Start of the bar, Unix milliseconds. In the grouped answer the session is the day that was asked for.
    #[serde(rename = "t")]
    pub(super) start: Option<i64>,
    #[serde(rename = "vw")]
    pub(super) vwap: Option<f64>,
    #[serde(rename = "n")]
    pub(super) trades: Option<f64>,
}

/// A line of `/v3/reference/tickers`, and the details of one from `/v3/reference/tickers/{ticker}`.
#[derive(Deserialize)]
pub(super) struct ReferenceTicker {
    pub(super) ticker: Option<String>,
    pub(super) name: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) primary_exchange: Option<String>,
    pub(super) cik: Option<String>,
    /// `YYYY-MM-DD`.
    pub(super) list_date: Option<String>,
    /// The last day it was traded, as an instant: `2021-04-25T00:00:00Z`.
    pub(super) delisted_utc: Option<String>,
    pub(super) sic_description: Option<String>,
    /// Shares of this class.
    pub(super) share_class_shares_outstanding: Option<f64>,
    /// Shares of the whole company, all classes converted to this one.
    pub(super) weighted_shares_outstanding: Option<f64>,
}

/// A row of `/v3/reference/splits`; `/stocks/v1/splits` has the same fields and more.
#[derive(Deserialize)]
pub(super) struct SplitRow {
    pub(super) ticker: Option<String>,
    /// `YYYY-MM-DD`.
    pub(super) execution_date: Option<String>,
    /// Old shares.
    pub(super) split_from: Option<f64>,
    /// New shares.
    pub(super) split_to: Option<f64>,
}

/// A row of `/v3/reference/dividends`; `/stocks/v1/dividends` has the same fields and more.
#[derive(Deserialize)]
pub(super) struct DividendRow {
    pub(super) id: Option<String>,
    pub(super) ticker: Option<String>,
    /// `YYYY-MM-DD`.
    pub(super) ex_dividend_date: Option<String>,
    pub(super) cash_amount: Option<f64>,
    pub(super) currency: Option<String>,
}
