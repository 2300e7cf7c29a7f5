//! The shapes of the routes that a Massive (formerly Polygon.io) client reads: its names, its omissions. What that vendor does
//! not have (`source`, `adjustment` …) is added beside it, where its clients pass over it.

use serde::{Deserialize, Serialize};

use crate::bars::Bar;

/// A bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Aggregate {
    /// The ticker, where bars of several are answered.
    #[serde(rename = "T", default, skip_serializing_if = "Option::is_none")]
    pub ticker: Option<String>,
    /// Shares traded.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<f64>,
    /// Volume-weighted average price.
    #[serde(rename = "vw", default, skip_serializing_if = "Option::is_none")]
    pub vwap: Option<f64>,
    /// First price.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub open: Option<f64>,
    /// Last price.
    #[serde(rename = "c")]
    pub close: f64,
    /// Highest price.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Lowest price.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Start of the bar, Unix milliseconds; in the grouped answer the session's close.
    #[serde(rename = "t")]
    pub start: i64,
    /// Trades.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub trades: Option<f64>,
    /// The bar lies wholly outside the regular session; left out where it does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extended: bool,
}

impl From<&Bar> for Aggregate {
    fn from(bar: &Bar) -> Self {
        Self {
            ticker: None,
            volume: bar.volume,
            vwap: bar.vwap,
            open: bar.open,
            close: bar.close,
            high: bar.high,
            low: bar.low,
            start: bar.t.0,
            trades: bar.trades,
            extended: bar.extended,
        }
    }
}

/// Why a source that goes before another did not deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderFailure {
    /// The source.
    pub provider: String,
    /// A stable code: `provider_rate_limited`, `provider_unavailable` …
    pub reason: String,
}

/// Where an answer comes from; of one out of the database only what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Provenance {
    /// The sources, separated by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What is stored stands for what no source delivered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stale: bool,
    /// Sources that were asked before and did not deliver.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_providers: Vec<ProviderFailure>,
    /// Rows of the source that were turned away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<usize>,
}

/// The answer of `GET /v2/aggs/ticker/{ticker}/range/…`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Aggregates {
    /// The ticker.
    pub ticker: String,
    /// Bars read.
    #[serde(rename = "queryCount")]
    pub query_count: usize,
    /// Bars answered.
    #[serde(rename = "resultsCount")]
    pub results_count: usize,
    /// Prices are restated for splits.
    pub adjusted: bool,
    /// The bars; left out where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<Aggregate>,
    /// `OK`, or `DELAYED` where older bars stand for those that no source delivered.
    pub status: String,
    /// Names this answer; the same answer has the same one.
    pub request_id: String,
    /// As `resultsCount`.
    pub count: usize,
    /// The next page; left out on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_url: Option<String>,
    /// Where the bars come from; several are separated by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What prices are restated for: `raw`, `splits` or `splits_and_dividends`.
    pub adjustment: String,
    /// What the bars were made of: `1hour`, `1day` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored_as: Option<String>,
    /// Stored bars stand for those that no source delivered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stale: bool,
    /// Sources that were asked before and did not deliver.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_providers: Vec<ProviderFailure>,
    /// Rows of the source that were turned away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<usize>,
    /// Everything in it is made up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthetic: bool,
}

/// The answer of `GET /v2/aggs/grouped/…`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupedDaily {
    /// Bars read.
    #[serde(rename = "queryCount")]
    pub query_count: usize,
    /// Bars answered.
    #[serde(rename = "resultsCount")]
    pub results_count: usize,
    /// Prices are restated for splits.
    pub adjusted: bool,
    /// The bars by ticker; left out where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<Aggregate>,
    /// `OK`.
    pub status: String,
    /// Names this answer.
    pub request_id: String,
    /// As `resultsCount`.
    pub count: usize,
    /// Where they come from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// Writes the page of a list: the description of the API knows each by a name of its own.
macro_rules! page {
    ($($page:ident of $row:ident;)+) => {$(
        /// A page of a list.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $page {
            /// The entries.
            pub results: Vec<$row>,
            /// `OK`.
            pub status: String,
            /// Names this answer.
            pub request_id: String,
            /// How many there are on this page.
            pub count: usize,
            /// The next page; left out on the last one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub next_url: Option<String>,
            /// Where they come from.
            #[serde(flatten)]
            pub provenance: Provenance,
        }

        impl $page {
            /// A page of these entries.
            #[must_use]
            pub fn new(
                results: Vec<$row>,
                request_id: String,
                next_url: Option<String>,
                provenance: Provenance,
            ) -> Self {
                let status = if provenance.stale { "DELAYED" } else { "OK" }.to_owned();
                Self { count: results.len(), results, status, request_id, next_url, provenance }
            }
        }
    )+};
}

page! {
    TickerPage of ReferenceTicker;
    SplitPage of ReferenceSplit;
    DividendPage of ReferenceDividend;
}

/// A security in the list of tickers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReferenceTicker {
    /// The symbol.
    pub ticker: String,
    /// The name; the symbol where none is known.
    pub name: String,
    /// `stocks`.
    pub market: String,
    /// `us`.
    pub locale: String,
    /// The listing exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_exchange: Option<String>,
    /// `CS` is common stock.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Listed on the day asked about.
    pub active: bool,
    /// `usd`.
    pub currency_name: String,
    /// The issuer's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cik: Option<String>,
    /// The last day it traded, as an instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delisted_utc: Option<String>,
}

/// What is known of one security.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TickerDetails {
    /// As in the list.
    #[serde(flatten)]
    pub listed: ReferenceTicker,
    /// The sector, in its source's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sic_description: Option<String>,
    /// First session listed, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_date: Option<String>,
    /// At the last session up to the day asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_cap: Option<f64>,
    /// Shares outstanding, as known on the day asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_class_shares_outstanding: Option<f64>,
    /// The same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighted_shares_outstanding: Option<f64>,
}

/// The answer of `GET /v3/reference/tickers/{ticker}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TickerDetailsAnswer {
    /// What is known.
    pub results: TickerDetails,
    /// `OK`.
    pub status: String,
    /// Names this answer.
    pub request_id: String,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// The answer of `GET /vX/reference/tickers/{ticker}/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TickerEventsAnswer {
    /// The symbols of a security.
    pub results: TickerEvents,
    /// `OK`.
    pub status: String,
    /// Names this answer.
    pub request_id: String,
}

/// The symbols of a security.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TickerEvents {
    /// The company, or the symbol where no name is known.
    pub name: String,
    /// Each symbol that it bore, the latest first.
    pub events: Vec<TickerEvent>,
}

/// The beginning of a symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TickerEvent {
    /// `ticker_change`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The first day of the symbol, `YYYY-MM-DD`; of the oldest one the listing or the first bar.
    pub date: String,
    /// The symbol.
    pub ticker_change: NewTicker,
}

/// The symbol from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewTicker {
    /// It.
    pub ticker: String,
}

/// A split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReferenceSplit {
    /// Names the split.
    pub id: String,
    /// The first session on the new basis, `YYYY-MM-DD`.
    pub execution_date: String,
    /// Old shares.
    pub split_from: f64,
    /// New shares.
    pub split_to: f64,
    /// The symbol.
    pub ticker: String,
}

/// A cash dividend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReferenceDividend {
    /// Names the dividend.
    pub id: String,
    /// Cash per share.
    pub cash_amount: f64,
    /// `USD`.
    pub currency: String,
    /// `CD`.
    pub dividend_type: String,
    /// The first session without it, `YYYY-MM-DD`.
    pub ex_dividend_date: String,
    /// The symbol.
    pub ticker: String,
}

/// A refusal in that vendor's shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VendorError {
    /// `ERROR`, `NOT_FOUND` or `NOT_AUTHORIZED`.
    pub status: String,
    /// Names this exchange in the service's log.
    pub request_id: String,
    /// What is wrong, with the status `ERROR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The same with another status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
