//! What a run gives back: one record a session, one a trade.

use serde::{Deserialize, Serialize};

use crate::options::strategy::LegType;
use crate::units::{Day, iso_day};

/// What one session brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The account at the session's end.
    pub day: DayRecord,
    /// The trades closed in it, in the order in which they were closed.
    pub trades: Vec<Trade>,
}

/// The account at one session's snapshot. Money is in the quote currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayRecord {
    /// The session.
    #[serde(with = "iso_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// The underlying's price.
    pub spot: f64,
    /// Cash.
    pub cash: f64,
    /// What the open legs and the hedge are worth at their marks.
    pub positions_value: f64,
    /// `cash` + `positions_value`.
    pub equity: f64,
    /// Equity against its highest so far, the starting balance included, −1; at most 0. Null where the highest is not above 0.
    pub drawdown: Option<f64>,
    /// Packages open.
    pub open_positions: u32,
    /// Packages opened this session.
    pub opened: u32,
    /// Packages closed this session.
    pub closed: u32,
    /// Profit of the legs closed this session, before fees.
    pub realised: f64,
    /// Fees of this session.
    pub fees: f64,
    /// What must be kept for the open packages; 0 where none is reckoned.
    pub margin: f64,
    /// Equity that is not tied up.
    pub buying_power: f64,
    /// Shares of the underlying held as a hedge.
    pub hedge_shares: f64,
    /// Open legs that had no quote and carry an earlier mark.
    pub stale_marks: u32,
    /// Sensitivities of the account; null where one leg's are unknown.
    pub greeks: Option<NetGreeks>,
    /// What this session's profit came from.
    pub attribution: Attribution,
}

/// Sensitivities of the whole account, in the quote currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NetGreeks {
    /// For a rise of the underlying by 1.
    pub delta: f64,
    /// Change of `delta` for a rise of the underlying by 1.
    pub gamma: f64,
    /// For a calendar day that passes.
    pub theta: f64,
    /// For a rise of all implied volatilities by 0.01.
    pub vega: f64,
}

/// A profit split by what caused it; the parts and `residual` add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attribution {
    /// Moves of the underlying, to the first order.
    pub delta: f64,
    /// Moves of the underlying, to the second order.
    pub gamma: f64,
    /// Time.
    pub theta: f64,
    /// Implied volatility.
    pub vega: f64,
    /// Fees, negative.
    pub fees: f64,
    /// Spread paid: fills against mids.
    pub slippage: f64,
    /// What the above do not explain.
    pub residual: f64,
}

/// Why a package was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExitReason {
    /// Its first expiration came.
    Expiration,
    /// The stop was reached.
    StopLoss,
    /// The trailing stop was reached.
    TrailingStop,
    /// The profit target was reached.
    ProfitTarget,
    /// A delta was breached.
    Delta,
    /// The days to expiration were reached.
    Dte,
    /// The days held were reached.
    MaxHold,
    /// A sold option was assigned early.
    Assignment,
    /// The equity did not cover the margin.
    MarginCall,
    /// The data ended.
    EndOfData,
    /// A signal of the underlying.
    Signal,
}

impl ExitReason {
    /// The name in the trade log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expiration => "expiration",
            Self::StopLoss => "stop_loss",
            Self::TrailingStop => "trailing_stop",
            Self::ProfitTarget => "profit_target",
            Self::Delta => "delta",
            Self::Dte => "dte",
            Self::MaxHold => "max_hold",
            Self::Assignment => "assignment",
            Self::MarginCall => "margin_call",
            Self::EndOfData => "end_of_data",
            Self::Signal => "signal",
        }
    }
}

/// Where a leg's price comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LegPriceSource))]
#[serde(rename_all = "snake_case")]
pub enum PriceSource {
    /// A quote of the session, by the fill model.
    Quote,
    /// The last quote of an earlier session, since there was none.
    LastQuote,
    /// The intrinsic value, since there was no quote.
    Intrinsic,
    /// The settlement price.
    Settlement,
    /// The underlying's price.
    Underlying,
}

/// What a leg was opened or closed at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegFill {
    /// The session.
    #[serde(with = "iso_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// Price per share.
    pub price: f64,
    /// Where it comes from.
    pub source: PriceSource,
    /// The bid.
    pub bid: Option<f64>,
    /// The ask.
    pub ask: Option<f64>,
    /// The implied volatility.
    pub iv: Option<f64>,
    /// The delta per share.
    pub delta: Option<f64>,
}

impl LegFill {
    /// Halfway between bid and ask, where there was a quote.
    #[must_use]
    pub fn mid(&self) -> Option<f64> {
        self.bid.zip(self.ask).map(|(bid, ask)| (bid + ask) / 2.0)
    }
}

/// A leg of a closed trade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TradeLeg {
    /// 1 for bought, −1 for sold.
    pub sign: i8,
    /// Contracts for each unit of the package.
    pub ratio: u32,
    /// Call, put or stock.
    #[serde(rename = "type")]
    pub kind: LegType,
    /// The strike; null for stock.
    pub strike: Option<f64>,
    /// The expiration; null for stock.
    #[serde(with = "iso_day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub expiration: Option<Day>,
    /// The root; null for stock and where the data has none.
    pub root: Option<String>,
    /// Contracts in all.
    pub contracts: u32,
    /// What it was opened at.
    pub entry: LegFill,
    /// What it was closed at.
    pub exit: LegFill,
}

/// Something out of the ordinary in a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TradeFlag {
    /// An exit was due while a leg had no quote, and was given up.
    ExitSkipped,
    /// An exit was due while a leg had no quote, and was waited for.
    ExitWaited,
    /// A leg left at an earlier session's quote.
    ExitAtLastQuote,
    /// A leg left at its intrinsic value for want of a quote.
    ExitAtIntrinsic,
    /// The expiration's session has no data: settled at the price of the session before.
    SettledAtEarlierPrice,
    /// Settled in the morning without a known opening price: at the price of the session before.
    OpeningUnknown,
    /// A split changed the contracts.
    Split,
    /// A sold option was assigned before its expiration.
    AssignedEarly,
    /// Shares were delivered.
    Delivered,
    /// A leg was closed by its own exit, before the rest.
    LegClosed,
}

/// A closed trade: everything that happened to one package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trade {
    /// Counted from 1 in the order of the entries.
    pub trade_id: u32,
    /// The session of the entry.
    #[serde(with = "iso_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub entry_date: Day,
    /// The session of the exit.
    #[serde(with = "iso_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub exit_date: Day,
    /// Why it was closed.
    pub exit_reason: ExitReason,
    /// Calendar days from entry to exit.
    pub days_held: i32,
    /// The underlying's price at the entry.
    pub entry_spot: f64,
    /// The underlying's price at the exit.
    pub exit_spot: f64,
    /// Units of the package.
    pub quantity: u32,
    /// Shares per contract.
    pub multiplier: f64,
    /// The legs in the strategy's order, then what was delivered.
    pub legs: Vec<TradeLeg>,
    /// Premium paid (positive) or received (negative) per share of one unit.
    pub entry_net: f64,
    /// What closing gave (positive) or took (negative) per share of one unit.
    pub exit_net: f64,
    /// All fees.
    pub commissions: f64,
    /// Dividends received (positive) or owed (negative).
    pub dividends: f64,
    /// Profit after fees.
    pub pnl: f64,
    /// What fills cost against mids.
    pub slippage: f64,
    /// What had to be kept for it at the entry; 0 where none is reckoned.
    pub entry_margin: f64,
    /// Profit against `entry_margin`; null where that is 0.
    pub return_on_margin: Option<f64>,
    /// The highest profit at a session's marks or the exit, before fees.
    pub max_favourable: f64,
    /// The lowest profit at a session's marks or the exit, before fees.
    pub max_adverse: f64,
    /// What was out of the ordinary, each once.
    pub flags: Vec<TradeFlag>,
}

impl Trade {
    /// The legs as one text: sign, ratio, type, strike and expiration of each, such as `-1p2730@2019-05-24|+1s`.
    #[must_use]
    pub fn legs_text(&self) -> String {
        let text = |leg: &TradeLeg| {
            let sign = if leg.sign > 0 { '+' } else { '-' };
            let letter = match leg.kind {
                LegType::Call => 'c',
                LegType::Put => 'p',
                LegType::Stock => 's',
            };
            let contract = leg.strike.zip(leg.expiration).map(|(strike, expiration)| format!("{strike}@{expiration}"));
            format!("{sign}{}{letter}{}", leg.ratio, contract.unwrap_or_default())
        };
        self.legs.iter().map(text).collect::<Vec<_>>().join("|")
    }
}

/// Why a package that was due was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// No expiration lies in the window.
    NoExpiration,
    /// No contract fits a leg.
    NoContract,
    /// The nearest contract is further away than `max_distance`.
    TooFar,
    /// Two legs are the same contract, or the strikes do not ascend.
    Degenerate,
    /// A leg's volume, open interest or spread is out of bounds.
    Illiquid,
    /// The net premium is out of bounds.
    Premium,
    /// A leg had no quote at which it could fill.
    Unfilled,
    /// The size came out as nothing.
    NoSize,
    /// The buying power does not suffice.
    BuyingPower,
    /// A call would be sold naked, which the margin model forbids.
    Naked,
    /// The underlying does not do what the entry waits for, or there are too few sessions to say.
    Signal,
}

/// How often which [`Rejection`] kept a package from being opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rejections(
    /// Reason and number of sessions, ascending by reason.
    pub Vec<(Rejection, u32)>,
);

impl Rejections {
    pub(super) fn add(&mut self, reason: Rejection) {
        match self.0.binary_search_by_key(&reason, |(reason, _)| *reason) {
            Ok(place) => self.0[place].1 += 1,
            Err(place) => self.0.insert(place, (reason, 1)),
        }
    }
}
