//! Option chains as they are held.

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// What is held of one underlying's chains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeldChains {
    /// The underlying.
    pub underlying: String,
    /// The first session held.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub first_date: Day,
    /// The last session held.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub last_date: Day,
    /// Sessions held; between the first and the last some may be missing.
    pub sessions: u64,
    /// Months held, each one Parquet object.
    pub months: u64,
    /// Quotes.
    pub rows: u64,
    /// Bytes of the objects.
    pub bytes: u64,
    /// Who brought them: `files` or a provider's name.
    pub sources: Vec<String>,
    /// Whether any of it is made up by the `sample` provider.
    pub synthetic: bool,
    /// Quotes with the bid above the ask.
    pub crossed: u64,
    /// Quotes with the bid at the ask.
    pub locked: u64,
    /// Quotes without a bid.
    pub without_bid: u64,
    /// The version of the latest change.
    pub data_version: i64,
}

/// The underlyings of which chains are held, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeldChainsList {
    /// At most `limit` of them.
    pub data: Vec<HeldChains>,
    /// Where the next page begins; `null` at the end.
    pub next_cursor: Option<String>,
}

/// One underlying's chain at one session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainOfDay {
    /// The underlying.
    pub underlying: String,
    /// The session.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// Quotes, by expiration, root, type and strike.
    pub quotes: Vec<ChainQuote>,
}

/// One contract's quote. Prices are per unit of the underlying.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainQuote {
    /// The day on which the contract ends.
    #[serde(with = "super::day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub expiration: Day,
    /// The series, such as `SPXW`.
    pub root: Option<String>,
    /// `c` or `p`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The strike.
    pub strike: f64,
    /// The best bid; 0 = none.
    pub bid: f64,
    /// The best ask; 0 = none.
    pub ask: f64,
    /// Implied volatility, a fraction a year, as the source has it.
    pub iv: Option<f64>,
    /// Delta, likewise.
    pub delta: Option<f64>,
    /// Gamma, likewise.
    pub gamma: Option<f64>,
    /// Theta, likewise.
    pub theta: Option<f64>,
    /// Vega, likewise.
    pub vega: Option<f64>,
    /// Contracts traded.
    pub volume: Option<f64>,
    /// Contracts open.
    pub open_interest: Option<f64>,
    /// The underlying at the snapshot.
    pub underlying_price: f64,
}
