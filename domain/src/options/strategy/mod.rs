//! The language in which strategies are written: JSON, read with the path and the rule of whatever is wrong in it.
//!
//! Its schema is `docs/strategy.schema.json`. A strategy says what is wanted; `crate::backtest::Plan` is what is done.

mod account;
mod check;
mod entry;
mod exit;
mod fill;
mod founding;
mod legs;
mod problem;
#[cfg(feature = "openapi")]
mod schema;
mod signal;

use serde::{Deserialize, Serialize};

use crate::units::{Day, iso_day};

pub use account::{
    Delivery, ExerciseStyle, Hedge, Margin, MarginCall, MarginModel, Settlement, SettlementTime, SizeBy, Sizing, Wheel,
};
pub use entry::{Entry, EntryWhen, TradingWeekday};
pub use exit::{Exit, MissingQuote, RollOn, TriggerPrice};
pub use fill::{FeeTier, Fees, Fill, FillAt, FillModel};
pub use founding::{FoundingBacktest, FoundingChoice};
pub use legs::{DteWindow, Leg, LegExit, LegType, Select, SelectBy, Side};
pub use problem::{FieldProblem, StrategyError};
#[cfg(feature = "openapi")]
pub use schema::schema_text;
pub use signal::{Signal, SignalBy};

/// The most legs of a package.
pub const MOST_LEGS: usize = 8;

/// By whose rules a strategy is run where it does not say itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Conventions {
    /// Those of `docs/methods/options.md`.
    #[default]
    Strict,
    /// Those of the reference simulator: triggers at mid, no commission at settlement, no margin, ties to the lower strike.
    Reference,
}

/// A strategy and how it is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Strategy {
    /// What its author calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The underlying whose chains are read, such as `SPX`.
    pub underlying: String,
    /// Only contracts of this root, such as `SPXW`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The first session; the first held where absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "iso_day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub start_date: Option<Day>,
    /// The last session; the last held where absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "iso_day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub end_date: Option<Day>,
    /// By whose rules.
    #[serde(default)]
    pub conventions: Conventions,
    /// The balance at the start, quote currency.
    #[serde(default = "capital")]
    pub capital: f64,
    /// Shares per contract.
    #[serde(default = "multiplier")]
    pub multiplier: f64,
    /// Units of the package per entry, where `sizing` does not say otherwise.
    #[serde(default = "quantity")]
    pub quantity: u32,
    /// By what the number of units is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sizing: Option<Sizing>,
    /// Days to expiration, for the legs without their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dte: Option<DteWindow>,
    /// The package: 1 to 8 legs, at least one an option.
    pub legs: Vec<Leg>,
    /// No entry unless the strikes of the option legs ascend in the order listed.
    #[serde(default)]
    pub ascending_strikes: bool,
    /// When a package is opened.
    pub entry: Entry,
    /// When it is closed before it expires.
    #[serde(default)]
    pub exit: Exit,
    /// At which prices.
    #[serde(default)]
    pub fill: Fill,
    /// Commission per contract, quote currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commission_per_contract: Option<f64>,
    /// What trading costs beyond.
    #[serde(default)]
    pub fees: Fees,
    /// What must be kept for open packages.
    #[serde(default)]
    pub margin: Margin,
    /// What kind of contracts these are.
    #[serde(default)]
    pub settlement: Settlement,
    /// Keeps the account's delta near zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hedge: Option<Hedge>,
    /// Keeps what a sold put delivers, and sells calls on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wheel: Option<Wheel>,
    /// Risk-free rate, a yearly fraction, continuously compounded; for the Greeks that the data lacks.
    #[serde(default)]
    pub risk_free_rate: f64,
    /// Dividend yield of the underlying, a yearly fraction, continuously compounded; likewise.
    #[serde(default)]
    pub dividend_yield: f64,
    /// The ticker that the result is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benchmark: Option<String>,
    /// Words by which its author finds it again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

const fn capital() -> f64 {
    100_000.0
}

const fn multiplier() -> f64 {
    100.0
}

const fn quantity() -> u32 {
    1
}

impl Strategy {
    /// A strategy with the defaults of everything that has one. It may still be impossible: [`Strategy::check`].
    #[must_use]
    pub fn new(underlying: String, legs: Vec<Leg>, entry: Entry) -> Self {
        Self {
            name: None,
            underlying,
            root: None,
            start_date: None,
            end_date: None,
            conventions: Conventions::default(),
            capital: capital(),
            multiplier: multiplier(),
            quantity: quantity(),
            sizing: None,
            dte: None,
            legs,
            ascending_strikes: false,
            entry,
            exit: Exit::default(),
            fill: Fill::default(),
            commission_per_contract: None,
            fees: Fees::default(),
            margin: Margin::default(),
            settlement: Settlement::default(),
            hedge: None,
            wheel: None,
            risk_free_rate: 0.0,
            dividend_yield: 0.0,
            benchmark: None,
            tags: Vec::new(),
        }
    }

    /// Reads a strategy from JSON and looks it through.
    ///
    /// # Errors
    /// [`StrategyError`] with the path, the value and the rule of each field that is wrong.
    ///
    /// ```
    /// use domain::options::strategy::Strategy;
    /// let text = br#"{"underlying": "SPX", "dte": {"target": 30, "min": 20, "max": 45},
    ///     "legs": [{"side": "sell", "type": "p", "select": {"by": "delta", "target": 1.6}}],
    ///     "entry": {"when": "when_flat"}}"#;
    /// let error = Strategy::from_json(text).unwrap_err();
    /// assert_eq!(error.to_string(), "legs[0].select.target: expected 0 to 1, was 1.6");
    /// ```
    pub fn from_json(text: &[u8]) -> Result<Self, StrategyError> {
        let value = serde_json::from_slice(text).map_err(|error| StrategyError::NotJson(error.to_string()))?;
        Self::from_value(&value)
    }

    /// Reads a strategy from parsed JSON and looks it through.
    ///
    /// # Errors
    /// As [`Strategy::from_json`].
    pub fn from_value(value: &serde_json::Value) -> Result<Self, StrategyError> {
        let strategy: Self = serde_path_to_error::deserialize(value).map_err(|error| {
            let field = error.path().to_string();
            let field = if field == "." { String::new() } else { field };
            StrategyError::Shape(FieldProblem { field, value: String::new(), rule: error.inner().to_string() })
        })?;
        strategy.check()?;
        Ok(strategy)
    }

    /// The strategy as JSON, always in the same order and spelling: what its hash is of.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a checked strategy has only finite numbers and texts")
    }
}

#[cfg(test)]
mod tests;
