//! What a package consists of, and how each contract is chosen.

use serde::{Deserialize, Serialize};

/// Which side of a leg the trader takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Opens by buying.
    Buy,
    /// Opens by selling.
    Sell,
}

impl Side {
    /// 1 for bought, −1 for sold.
    #[must_use]
    pub const fn sign(self) -> i8 {
        match self {
            Self::Buy => 1,
            Self::Sell => -1,
        }
    }
}

/// What a leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LegType {
    /// A call.
    #[serde(rename = "c", alias = "call")]
    Call,
    /// A put.
    #[serde(rename = "p", alias = "put")]
    Put,
    /// The underlying itself: `ratio` times the multiplier of it.
    #[serde(rename = "s", alias = "stock")]
    Stock,
}

/// Days to expiration that a leg may have, calendar days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DteWindow {
    /// The days aimed at: the nearest expiration wins, the earlier of two as near.
    pub target: u32,
    /// The fewest days.
    pub min: u32,
    /// The most days.
    pub max: u32,
}

/// By what a strike is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SelectBy {
    /// The absolute delta nearest to `target`, 0 to 1.
    Delta,
    /// The strike nearest to `target` out of the money, a fraction of the spot: 0.05 is 5 % above it for a call, below for a put.
    OtmPct,
    /// The strike nearest to the spot.
    Atm,
    /// The mid price nearest to `target`, per share.
    Premium,
    /// The strike nearest to `target` itself.
    Strike,
    /// The strike nearest to that of leg `ref_leg` plus `offset`.
    StrikeOffset,
    /// The strike nearest to `offset` further out of the money than that of leg `ref_leg`.
    Width,
    /// Exactly the strike of leg `ref_leg`.
    SameStrike,
}

/// How a leg's strike is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// The criterion.
    pub by: SelectBy,
    /// The number aimed at, in the criterion's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// An earlier leg that is an option, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ref_leg: Option<u32>,
    /// Points from the other leg's strike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<f64>,
    /// No entry when the nearest is further away than this, in the criterion's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_distance: Option<f64>,
}

/// When a leg is closed by itself, before the rest of its package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LegExit {
    /// Close it at this profit, in percent of what it was opened at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profit_target_pct: Option<f64>,
    /// Close it at this loss, in percent of what it was opened at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_loss_pct: Option<f64>,
}

/// One leg of a package.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// Bought or sold.
    pub side: Side,
    /// Call (`c`), put (`p`) or stock (`s`).
    #[serde(rename = "type")]
    pub kind: LegType,
    /// How the strike is chosen; for options only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
    /// Contracts of this leg for each unit of the package.
    #[serde(default = "one")]
    pub ratio: u32,
    /// Days to expiration of this leg, instead of the strategy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dte: Option<DteWindow>,
    /// When it is closed by itself; for options only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<LegExit>,
}

const fn one() -> u32 {
    1
}
