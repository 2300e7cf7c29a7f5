//! What the underlying has to be doing, by its prices at the sessions' snapshots.

use serde::{Deserialize, Serialize};

/// A number that follows from the underlying's last prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignalBy {
    /// The price against the mean of the last `n`, today's included, −1: above 0 is above its average.
    Sma,
    /// The price against that of `n` sessions before, −1.
    Change,
    /// The sample deviation of the last `n` logarithmic returns times √252.
    Volatility,
    /// Cutler's relative strength index: 100 times the rises of the last `n` sessions over rises and falls; 50 without either.
    Rsi,
}

/// A condition on the underlying: above one bound, below another, or both. It never holds while there are too few sessions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// Which number.
    pub by: SignalBy,
    /// Sessions that it looks back on, 2 to 260, for `change` from 1.
    pub n: u32,
    /// It must be above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// It must be below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
}
