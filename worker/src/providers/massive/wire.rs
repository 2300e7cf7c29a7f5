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
impl WireRow for OptionSnapshot {}

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

/// A contract of `/v3/snapshot/options/{underlying}`.
#[derive(Deserialize)]
pub(super) struct OptionSnapshot {
    pub(super) details: Option<ContractDetails>,
    /// Absent where the plan has no quotes.
    pub(super) last_quote: Option<LastQuote>,
    /// The day's bar of the contract, if it ever traded.
    pub(super) day: Option<ContractDay>,
    pub(super) greeks: Option<ContractGreeks>,
    pub(super) implied_volatility: Option<f64>,
    pub(super) open_interest: Option<f64>,
    pub(super) underlying_asset: Option<UnderlyingAsset>,
}

#[derive(Deserialize)]
pub(super) struct ContractDetails {
    /// `call`, `put`, in rare cases `other`.
    pub(super) contract_type: Option<String>,
    /// `YYYY-MM-DD`.
    pub(super) expiration_date: Option<String>,
    pub(super) strike_price: Option<f64>,
    pub(super) shares_per_contract: Option<f64>,
    /// `O:`, the root, six digits of the expiration, `C` or `P`, eight of the strike.
    pub(super) ticker: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct LastQuote {
    pub(super) bid: Option<f64>,
    pub(super) ask: Option<f64>,
    /// Unix nanoseconds.
    pub(super) last_updated: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct ContractDay {
    pub(super) volume: Option<f64>,
    /// Unix nanoseconds.
    pub(super) last_updated: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct ContractGreeks {
    pub(super) delta: Option<f64>,
    pub(super) gamma: Option<f64>,
    /// Per day.
    pub(super) theta: Option<f64>,
    /// Per percentage point of volatility.
    pub(super) vega: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct UnderlyingAsset {
    /// Of a stock.
    pub(super) price: Option<f64>,
    /// Of an index.
    pub(super) value: Option<f64>,
}
