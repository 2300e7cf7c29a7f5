//! When a package is closed before it expires.

use serde::{Deserialize, Serialize};

use super::signal::Signal;

/// What happens to an exit that is due while a leg has no quote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MissingQuote {
    /// The exit is given up; the rules are looked at afresh at the next session.
    Skip,
    /// The exit stays due, and is done at the first session with a quote for every leg.
    #[default]
    Wait,
    /// The leg leaves at its last quote, if that is at most `max_age_days` old; otherwise as `wait`.
    UseLast,
    /// The leg leaves at its intrinsic value.
    Intrinsic,
}

/// At which price the profit is taken that target and stop look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TriggerPrice {
    /// Halfway between bid and ask.
    Mid,
    /// What closing would fill at.
    Fill,
}

/// When a package is closed. On one session the order is: expiry, stop, target, signal, time.
///
/// Profit is compared with the net premium of the entry, before commissions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// Close at this profit, in percent of the net premium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profit_target_pct: Option<f64>,
    /// Close at this loss, in percent of the net premium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_loss_pct: Option<f64>,
    /// Close when the profit has fallen by this from its highest, in percent of the net premium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trailing_stop_pct: Option<f64>,
    /// The trailing stop begins once the profit has reached this, in percent of the net premium; 0 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trailing_start_pct: Option<f64>,
    /// Close when the first expiration is at most this many calendar days away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dte: Option<u32>,
    /// Close after this many calendar days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_hold_days: Option<u32>,
    /// Close when the absolute delta of a sold leg reaches this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_delta_above: Option<f64>,
    /// Close when the absolute delta of the package, per share of one unit, reaches this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_delta_above: Option<f64>,
    /// Close when any of these holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
    /// After an exit for one of these reasons a new package is opened at the same session, whatever the schedule says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roll_on: Vec<RollOn>,
    /// What happens where a leg has no quote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_quote: Option<MissingQuote>,
    /// How old a quote may be that `use_last` takes, calendar days; 5 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u32>,
    /// The price that target and stop look at: `fill` by default, `mid` in the reference profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_price: Option<TriggerPrice>,
}

/// An exit that opens a new package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RollOn {
    /// The days to expiration.
    Dte,
    /// The days held.
    MaxHold,
    /// The profit target.
    ProfitTarget,
    /// The stop, trailing or not.
    StopLoss,
    /// A breach of delta.
    Delta,
    /// The expiration.
    Expiration,
    /// A signal.
    Signal,
}
