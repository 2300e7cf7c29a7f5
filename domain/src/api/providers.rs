//! Sources of market data.

use serde::{Deserialize, Serialize};

/// The answer of `GET /providers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderList {
    /// Every registered source.
    pub data: Vec<Provider>,
}

/// One source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Provider {
    /// The name in settings and run logs.
    pub name: String,
    /// Other names under which it may be asked for.
    pub aliases: Vec<String>,
    /// One sentence.
    pub summary: String,
    /// What it can serve.
    pub serves: ProviderCapabilities,
    /// Everything it serves is made up.
    pub synthetic: bool,
    /// Its documented limits.
    pub limits: String,
    /// The settings it reads, without their values.
    pub settings: Vec<ProviderSetting>,
    /// Every required setting has a value.
    pub configured: bool,
    /// Scheduled ingestion asks this one.
    pub scheduled: bool,
}

/// What a source can serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderCapabilities {
    /// A list of securities as of a day.
    pub securities: bool,
    /// The whole market's daily bars.
    pub daily_bars: bool,
    /// The sessions of one ticker over a range.
    pub ticker_bars: bool,
    /// The lengths of bars within sessions: `1hour` …
    pub intraday_bars: Vec<String>,
    /// Market caps that come with the bars.
    pub market_caps: bool,
    /// Shares outstanding.
    pub shares: bool,
    /// Splits.
    pub splits: bool,
    /// Cash dividends.
    pub dividends: bool,
    /// Option chains.
    pub option_chains: bool,
}

/// One setting of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderSetting {
    /// The variable or secret.
    pub name: String,
    /// Without it the source cannot be asked.
    pub required: bool,
    /// Its value is never shown.
    pub secret: bool,
}
