//! How much is traded, what must be kept for it, and what happens at expiry.

use serde::{Deserialize, Serialize};

use super::legs::{DteWindow, Select};

/// By what the number of units is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SizeBy {
    /// Always `quantity`.
    Fixed,
    /// As many as tie up `pct` percent of the equity.
    PctEquity,
    /// As many as tie up `pct` percent of the buying power.
    PctBuyingPower,
    /// As many as lose `pct` percent of the equity at the stop, or at worst where there is none.
    Risk,
    /// The Kelly share of the equity by the trades closed so far, at most `pct` percent; `pct` before `min_trades`.
    Kelly,
    /// As many as have a yearly volatility of `pct` percent of the equity.
    VolTarget,
}

/// How many units of the package are opened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Sizing {
    /// The criterion.
    pub by: SizeBy,
    /// Percent, for every criterion but `fixed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pct: Option<f64>,
    /// Never more units than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_quantity: Option<u32>,
    /// Trades after which `kelly` looks at them; 20 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_trades: Option<u32>,
}

/// How margin is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MarginModel {
    /// Strategy-based, after the rules of Cboe.
    Strategy,
    /// As `strategy`, but a sold put ties up its strike and a naked call cannot be opened.
    Cash,
    /// None is reckoned and nothing is refused.
    None,
}

/// What happens when the equity no longer covers the margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MarginCall {
    /// Packages are closed, the oldest first, until it does.
    Liquidate,
    /// It is noted.
    Note,
}

/// What must be kept for open packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Margin {
    /// How it is reckoned: `strategy` by default, `none` in the reference profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<MarginModel>,
    /// 15 instead of 20 percent for naked calls and puts; by the underlying where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broad_index: Option<bool>,
    /// What happens when it is not covered; `liquidate` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_call: Option<MarginCall>,
}

/// What an exercised option delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Its intrinsic value.
    Cash,
    /// Shares at the strike, which are sold or bought back at the settlement price.
    Physical,
}

/// When the price is taken that settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SettlementTime {
    /// At the opening of the expiration's session; the last trade is the session before.
    Am,
    /// At the close of the expiration's session.
    Pm,
}

/// When an option may be exercised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExerciseStyle {
    /// At expiration.
    European,
    /// At any time: sold calls can be assigned before an ex-date.
    American,
}

/// What kind of contracts these are. What is absent follows from underlying and root: index options are European and settle
/// in cash, those of the root `SPX`, `NDX`, `RUT`, `VIX` and the like in the morning; all others are American and deliver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Settlement {
    /// Cash or shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// Morning or close.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<SettlementTime>,
    /// European or American.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<ExerciseStyle>,
}

/// Shares that the sold put of the package delivers are kept, and calls are sold on them, one after another, until they are
/// called away; the exits of the strategy count while the put is open. Nothing where contracts settle in cash.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    /// How the call's strike is chosen; not by another leg.
    pub select: Select,
    /// Days to expiration of the calls, instead of the strategy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dte: Option<DteWindow>,
}

/// Keeps the account's delta near zero by trading the underlying.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Hedge {
    /// Nothing is traded while the account's delta is within this, in shares of the underlying.
    pub band_shares: f64,
    /// Sessions from one look to the next; 1 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_n_days: Option<u32>,
}
