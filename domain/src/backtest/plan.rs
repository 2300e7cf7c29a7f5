//! A strategy made ready: every choice resolved, so that a run only follows.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::events::Events;
use super::fees::FeeRules;
use super::fill::FillRules;
use super::signals::prices_needed;
use crate::options::strategy::{
    Conventions, Delivery, DteWindow, ExerciseStyle, FillAt, LegExit, LegType, MarginCall, MarginModel, MissingQuote,
    Select, SettlementTime, Strategy, StrategyError, TriggerPrice,
};

/// A strategy made ready for a run, with the events of its range.
#[derive(Clone, Debug)]
pub struct Plan {
    strategy: Strategy,
    events: Events,
    hash: String,
    pub(super) legs: Vec<PlanLeg>,
    pub(super) windows: Vec<DteWindow>,
    /// The call that a wheel sells on its shares.
    pub(super) wheel: Option<PlanLeg>,
    /// Prices of the underlying that the signals look back on, today's included.
    pub(super) signal_prices: usize,
    pub(super) rules: Rules,
    pub(super) fill: FillRules,
    pub(super) fees: FeeRules,
}

/// A leg with its window's place.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlanLeg {
    pub(super) sign: f64,
    pub(super) kind: LegType,
    pub(super) ratio: u32,
    /// None for stock.
    pub(super) option: Option<OptionLeg>,
    /// When it is closed by itself.
    pub(super) exit: Option<LegExit>,
}

/// What is chosen of an option leg.
#[derive(Clone, Copy, Debug)]
pub(super) struct OptionLeg {
    pub(super) select: Select,
    /// Place in the plan's windows.
    pub(super) window: usize,
}

/// The rules in force, whatever they follow from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Any row is a quote, ties go to the lower strike, anything in the money is exercised, exits look only at sessions on
    /// which every leg is quoted, and settlement costs nothing.
    pub(super) reference: bool,
    pub(super) trigger: TriggerPrice,
    pub(super) missing: MissingQuote,
    pub(super) max_age_days: i32,
    pub(super) next_fill: bool,
    pub(super) margin: MarginModel,
    pub(super) liquidate: bool,
    /// The share of the underlying's price that a naked option ties up.
    pub(super) naked_share: f64,
}

/// What kind of contract a root names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContractKind {
    pub(super) delivery: Delivery,
    pub(super) time: SettlementTime,
    pub(super) style: ExerciseStyle,
}

/// Indices whose options are European (but for OEX) and settle in cash.
const INDICES: &[&str] =
    &["SPX", "XSP", "NDX", "XND", "RUT", "MRUT", "VIX", "DJX", "OEX", "XEO", "MXEA", "MXEF", "RLX"];

/// Roots that settle in the morning.
const MORNING_ROOTS: &[&str] = &["SPX", "NDX", "RUT", "VIX", "VIXW", "DJX", "MXEA", "MXEF", "RLX"];

/// Indices broad enough for the lower margin.
const BROAD_INDICES: &[&str] = &["SPX", "XSP", "NDX", "XND", "RUT", "MRUT", "DJX", "OEX", "XEO", "MXEA", "MXEF"];

impl Plan {
    /// Makes a strategy ready.
    ///
    /// # Errors
    /// [`StrategyError`] where the strategy is impossible.
    pub fn of(strategy: &Strategy) -> Result<Self, StrategyError> {
        strategy.check()?;
        let mut windows: Vec<DteWindow> = Vec::new();
        let mut option_of = |select: Option<Select>, window: Option<DteWindow>| {
            select.zip(window.or(strategy.dte)).map(|(select, window)| {
                let place = windows.iter().position(|known| *known == window).unwrap_or_else(|| {
                    windows.push(window);
                    windows.len() - 1
                });
                OptionLeg { select, window: place }
            })
        };
        let legs = strategy.legs.iter().map(|leg| {
            let option = option_of(leg.select, leg.dte);
            PlanLeg { sign: f64::from(leg.side.sign()), kind: leg.kind, ratio: leg.ratio, option, exit: leg.exit }
        });
        let legs = legs.collect();
        let wheel = strategy.wheel.map(|wheel| PlanLeg {
            sign: -1.0,
            kind: LegType::Call,
            ratio: 1,
            option: option_of(Some(wheel.select), wheel.dte),
            exit: None,
        });
        let signals = strategy.entry.signals.iter().chain(&strategy.exit.signals);
        let signal_prices = signals.map(prices_needed).max().unwrap_or(0);
        let reference = strategy.conventions == Conventions::Reference;
        let broad = strategy.margin.broad_index.unwrap_or(BROAD_INDICES.contains(&strategy.underlying.as_str()));
        let default_margin = if reference { MarginModel::None } else { MarginModel::Strategy };
        let rules = Rules {
            reference,
            trigger: strategy.exit.trigger_price.unwrap_or(if reference {
                TriggerPrice::Mid
            } else {
                TriggerPrice::Fill
            }),
            missing: strategy.exit.missing_quote.unwrap_or_default(),
            max_age_days: i32::try_from(strategy.exit.max_age_days.unwrap_or(5)).unwrap_or(i32::MAX),
            next_fill: strategy.fill.fill_at == FillAt::Next,
            margin: strategy.margin.model.unwrap_or(default_margin),
            liquidate: strategy.margin.on_call.unwrap_or(MarginCall::Liquidate) == MarginCall::Liquidate,
            naked_share: if broad { 0.15 } else { 0.20 },
        };
        let plan = Self {
            strategy: strategy.clone(),
            events: Events::default(),
            hash: String::new(),
            legs,
            windows,
            wheel,
            signal_prices,
            rules,
            fill: FillRules::of(&strategy.fill),
            fees: FeeRules::of(strategy),
        };
        Ok(plan.hashed())
    }

    /// The same plan with the events of its range.
    #[must_use]
    pub fn with_events(self, events: Events) -> Self {
        Self { events: events.sorted(), ..self }.hashed()
    }

    fn hashed(mut self) -> Self {
        let events = serde_json::to_string(&self.events).expect("kept events have only finite numbers");
        let digest = Sha256::digest(format!("{}\n{events}", self.strategy.to_json()).as_bytes());
        self.hash = hexadecimal(&digest);
        self
    }

    /// The strategy.
    #[must_use]
    pub fn strategy(&self) -> &Strategy {
        &self.strategy
    }

    /// The events.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// SHA-256 of the strategy in its one spelling and of the events.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What kind of contracts a root names: as the strategy says, else by what is known of the underlying.
    pub(super) fn kind(&self, root: &str) -> ContractKind {
        let said = self.strategy.settlement;
        let underlying = self.strategy.underlying.as_str();
        let index = INDICES.contains(&underlying);
        let style = if index && underlying != "OEX" { ExerciseStyle::European } else { ExerciseStyle::American };
        let delivery = if index { Delivery::Cash } else { Delivery::Physical };
        let morning = index && MORNING_ROOTS.contains(&root);
        ContractKind {
            delivery: said.delivery.unwrap_or(delivery),
            time: said.time.unwrap_or(if morning { SettlementTime::Am } else { SettlementTime::Pm }),
            style: said.style.unwrap_or(style),
        }
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
