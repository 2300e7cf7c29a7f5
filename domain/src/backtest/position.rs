//! An open package: its legs, what they were opened at, and their last marks.

use serde::{Deserialize, Serialize};

use super::market::{Contract, right_of};
use super::records::{ExitReason, LegFill, Trade, TradeFlag, TradeLeg};
use crate::options::Quote;
use crate::options::pricing::Greeks;
use crate::options::strategy::LegType;
use crate::units::Day;

/// A leg. A leg that was closed before the rest of its package stays, with its exit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PositionLeg {
    pub(super) kind: LegType,
    /// 1 for bought, −1 for sold.
    pub(super) sign: f64,
    pub(super) ratio: u32,
    pub(super) contracts: u32,
    /// 0 for stock.
    pub(super) strike: f64,
    /// Days since 1970-01-01; the largest number for stock.
    pub(super) expiration: i32,
    /// Place among the run's roots.
    pub(super) root: u16,
    pub(super) entry: LegFill,
    pub(super) exit: Option<LegFill>,
    /// The price per share it is valued at.
    pub(super) mark: f64,
    /// The session of the mark, as its number, and the underlying's price then.
    pub(super) marked_at: i32,
    pub(super) marked_spot: f64,
    /// Bid and ask behind the mark.
    pub(super) bid: f64,
    pub(super) ask: f64,
    /// The volatility behind the mark.
    pub(super) volatility: Option<f64>,
    pub(super) greeks: Greeks,
    /// Whether it came by an assignment and not by the entry.
    pub(super) delivered: bool,
    /// This session's quote.
    #[serde(skip)]
    pub(super) quote: Option<Quote>,
}

impl PositionLeg {
    pub(super) fn contract(&self) -> Option<Contract> {
        let right = right_of(self.kind)?;
        Some(Contract { right, strike: self.strike, expiration: self.expiration, root: self.root })
    }

    pub(super) fn is_option(&self) -> bool {
        self.kind != LegType::Stock
    }

    pub(super) fn is_open(&self) -> bool {
        self.exit.is_none()
    }

    /// Shares that a change of the price moves, negative when sold.
    pub(super) fn units(&self, multiplier: f64) -> f64 {
        self.sign * f64::from(self.contracts) * multiplier
    }
}

/// An open package.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) id: u32,
    /// The entry's session as its number.
    pub(super) entry_day: i32,
    pub(super) entry_spot: f64,
    pub(super) quantity: u32,
    pub(super) multiplier: f64,
    pub(super) legs: Vec<PositionLeg>,
    /// Premium paid per share of one unit, negative when received.
    pub(super) net: f64,
    pub(super) fees: f64,
    pub(super) slippage: f64,
    pub(super) dividends: f64,
    pub(super) margin: f64,
    /// The highest profit per share of one unit that the exit rules have seen.
    pub(super) best_profit: f64,
    pub(super) max_favourable: f64,
    pub(super) max_adverse: f64,
    /// An exit that is due but not done, and since which session.
    pub(super) due: Option<(ExitReason, i32)>,
    pub(super) flags: Vec<TradeFlag>,
}

impl Position {
    pub(super) fn flag(&mut self, flag: TradeFlag) {
        if !self.flags.contains(&flag) {
            self.flags.push(flag);
        }
    }

    pub(super) fn open_legs(&self) -> impl Iterator<Item = &PositionLeg> {
        self.legs.iter().filter(|leg| leg.is_open())
    }

    pub(super) fn open_options(&self) -> impl Iterator<Item = &PositionLeg> {
        self.open_legs().filter(|leg| leg.is_option())
    }

    /// What the open legs are worth at their marks.
    pub(super) fn value(&self) -> f64 {
        self.open_legs().map(|leg| leg.units(self.multiplier) * leg.mark).sum()
    }

    /// The profit since the entry before fees, at the marks of open legs and the exits of closed ones.
    pub(super) fn profit(&self) -> f64 {
        let of = |leg: &PositionLeg| {
            let price = leg.exit.map_or(leg.mark, |exit| exit.price);
            leg.units(self.multiplier) * (price - leg.entry.price)
        };
        self.legs.iter().map(of).sum::<f64>() + self.dividends
    }

    /// The profit per share of one unit, were each leg closed at this price.
    pub(super) fn profit_per_share(&self, price: impl Fn(&PositionLeg) -> f64) -> f64 {
        let of = |leg: &PositionLeg| {
            let price = leg.exit.map_or_else(|| price(leg), |exit| exit.price);
            leg.sign * f64::from(leg.ratio) * (price - leg.entry.price)
        };
        self.legs.iter().map(of).sum()
    }

    /// The closed trade.
    ///
    /// Only asked for when every leg has its exit; one that has none would be given its mark.
    pub(super) fn into_trade(self, reason: ExitReason, date: Day, spot: f64, roots: &[String]) -> Trade {
        let exit_of = |leg: &PositionLeg| leg.exit.unwrap_or(LegFill { price: leg.mark, ..leg.entry });
        let exit_net_of = |leg: &PositionLeg| {
            // What was delivered was not part of the entry, so what it cost is part of the exit.
            let cost = if leg.delivered { leg.entry.price } else { 0.0 };
            leg.sign * f64::from(leg.ratio) * (exit_of(leg).price - cost)
        };
        let exit_net = self.legs.iter().map(exit_net_of).sum();
        let gross: f64 = {
            let profit = |leg: &PositionLeg| leg.units(self.multiplier) * (exit_of(leg).price - leg.entry.price);
            self.legs.iter().map(profit).sum()
        };
        let pnl = gross + self.dividends - self.fees;
        // The last mark is what it was closed at.
        let (best, worst) =
            (self.max_favourable.max(gross + self.dividends), self.max_adverse.min(gross + self.dividends));
        let legs = self.legs.iter().map(|leg| TradeLeg {
            sign: if leg.sign > 0.0 { 1 } else { -1 },
            ratio: leg.ratio,
            kind: leg.kind,
            strike: leg.is_option().then_some(leg.strike),
            expiration: leg.is_option().then(|| Day::from_number(leg.expiration)),
            root: roots.get(usize::from(leg.root)).filter(|root| leg.is_option() && !root.is_empty()).cloned(),
            contracts: leg.contracts,
            entry: leg.entry,
            exit: exit_of(leg),
        });
        Trade {
            trade_id: self.id,
            entry_date: Day::from_number(self.entry_day),
            exit_date: date,
            exit_reason: reason,
            days_held: date.number() - self.entry_day,
            entry_spot: self.entry_spot,
            exit_spot: spot,
            quantity: self.quantity,
            multiplier: self.multiplier,
            legs: legs.collect(),
            entry_net: self.net,
            exit_net,
            commissions: self.fees,
            dividends: self.dividends,
            pnl,
            slippage: self.slippage,
            entry_margin: self.margin,
            return_on_margin: (self.margin > 0.0).then(|| pnl / self.margin),
            max_favourable: best,
            max_adverse: worst,
            flags: self.flags,
        }
    }
}
