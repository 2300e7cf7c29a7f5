//! At which price an order fills, and what it costs.

use serde::{Deserialize, Serialize};

/// Where between mid and the far side of the quote an order fills: mid + s·h for a buy, mid − s·h for a sell, h being half
/// the spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FillModel {
    /// s = 0.
    Mid,
    /// s = 1: a buy at the ask, a sell at the bid.
    #[default]
    Natural,
    /// s = `slippage`.
    MidSlip,
    /// s from `by_legs`, by the number of option legs of the order.
    LegCount,
    /// s from `slippage` for the most liquid to 1 for a contract without volume and open interest.
    Liquidity,
}

/// When an order fills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FillAt {
    /// At the snapshot on which it was decided.
    #[default]
    Same,
    /// At the next session's snapshot.
    Next,
}

/// How orders fill.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Fill {
    /// Where between mid and the far side.
    pub model: FillModel,
    /// s of `mid_slip` (0 by default) and the least s of `liquidity` (0.25 by default), 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slippage: Option<f64>,
    /// s for one leg, two legs, …, for `leg_count`; the last counts for more. 0.75, 0.66, 0.56, 0.53 by default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_legs: Vec<f64>,
    /// Volume at which a contract counts as half liquid, for `liquidity`; 100 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_volume: Option<f64>,
    /// Open interest at which a contract counts as half liquid, for `liquidity`; 1 000 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_open_interest: Option<f64>,
    /// At this snapshot or the next.
    pub fill_at: FillAt,
    /// Prices are rounded to multiples of this, against the trader; not at all where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tick: Option<f64>,
    /// The multiple for prices from `tick_threshold` on; `tick` where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tick_above: Option<f64>,
    /// The price from which `tick_above` counts; 3 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tick_threshold: Option<f64>,
    /// Nothing is opened where a leg's spread is below this, per share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_spread: Option<f64>,
    /// Nothing is opened where a leg's spread is above this, per share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_spread: Option<f64>,
    /// Nothing is opened where a leg's spread is above this, in percent of its mid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_spread_pct: Option<f64>,
}

/// A step of the commission table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FeeTier {
    /// Contracts of the order from which this rate counts, from 1.
    pub from: u32,
    /// Quote currency per contract beyond.
    pub per_contract: f64,
}

/// What trading costs, in the quote currency.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Fees {
    /// Commission per contract; `commission_per_contract` says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_contract: Option<f64>,
    /// Rates that replace `per_contract` from a number of contracts on, ascending: each contract pays its own step's rate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<FeeTier>,
    /// Commission per order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<f64>,
    /// The least commission of an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Fees of exchange and regulators per contract; they come on top of the commission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange_per_contract: Option<f64>,
    /// Per contract exercised or assigned; the commission per contract by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exercise_per_contract: Option<f64>,
    /// Per share of stock traded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_share: Option<f64>,
    /// Buying back an option at or below this price costs no commission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_close_at: Option<f64>,
}
