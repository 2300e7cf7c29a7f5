//! Closing: legs at their fills, and the trade when the last one is closed.

use super::fees::OrderLeg;
use super::position::{Position, PositionLeg};
use super::records::{ExitReason, LegFill, PriceSource, TradeFlag};
use super::run::{Run, Session};
use crate::options::strategy::{MissingQuote, RollOn};
use crate::options::{Quote, strategy::LegType};

impl Run {
    /// Closes the legs for which there is a fill: money, fees, slippage.
    pub(super) fn close_legs(&mut self, session: &mut Session<'_>, position: &mut Position, fills: &[Option<LegFill>]) {
        let plan = session.plan;
        let multiplier = position.multiplier;
        let (mut traded, mut shares, mut exercised) = (Vec::new(), 0.0, 0_u32);
        for (leg, fill) in position.legs.iter_mut().zip(fills) {
            let Some(fill) = fill.filter(|_| leg.is_open()) else { continue };
            let units = leg.units(multiplier);
            session.realised += self.ledger.close_leg(units, leg.entry.price, fill.price);
            match (leg.kind, fill.source) {
                (LegType::Stock, _) => shares += libm::fabs(units),
                (_, PriceSource::Settlement) if fill.price > 0.0 => {
                    exercised = exercised.saturating_add(leg.contracts);
                }
                (_, PriceSource::Settlement) => {}
                (_, source) => {
                    let against_mid = if source == PriceSource::Intrinsic { 0.0 } else { leg.mark - fill.price };
                    position.slippage += units * against_mid;
                    session.parts.slippage -= units * against_mid;
                    traded.push(OrderLeg { contracts: leg.contracts, price: fill.price, buys_back: leg.sign < 0.0 });
                }
            }
            leg.exit = Some(fill);
        }
        let mut fees = plan.fees.order(traded.into_iter(), shares);
        if !plan.rules.reference {
            fees += f64::from(exercised) * plan.fees.exercise_per_contract;
        }
        self.pay_fees(session, position, fees);
    }

    pub(super) fn pay_fees(&mut self, session: &mut Session<'_>, position: &mut Position, fees: f64) {
        position.fees += fees;
        session.fees += fees;
        self.ledger.pay_fees(fees);
    }

    /// Closes what is still open of a package as far as quotes and the policy for missing ones allow. *Returns*: whether it
    /// is closed.
    pub(super) fn close_rest(
        &mut self,
        session: &mut Session<'_>,
        position: &mut Position,
        reason: ExitReason,
    ) -> bool {
        let n_legs = position.open_options().count();
        let mut fills: Vec<Option<LegFill>> = Vec::with_capacity(position.legs.len());
        let mut flags = Vec::new();
        for leg in &position.legs {
            if !leg.is_open() {
                fills.push(None);
                continue;
            }
            let fill = fill_of(session, leg, n_legs);
            match fill {
                Some((fill, flag)) => {
                    fills.push(Some(fill));
                    flags.extend(flag);
                }
                None => {
                    self.put_off(session, position, reason);
                    return false;
                }
            }
        }
        flags.into_iter().for_each(|flag| position.flag(flag));
        self.close_legs(session, position, &fills);
        true
    }

    /// Notes an exit that cannot be done for want of a quote.
    fn put_off(&mut self, session: &Session<'_>, position: &mut Position, reason: ExitReason) {
        // What is forced cannot be given up.
        let forced = matches!(reason, ExitReason::Expiration | ExitReason::Assignment | ExitReason::MarginCall);
        if session.plan.rules.missing == MissingQuote::Skip && !forced {
            position.due = None;
            position.flag(TradeFlag::ExitSkipped);
        } else {
            position.due = Some((reason, session.number()));
            position.flag(TradeFlag::ExitWaited);
        }
    }

    /// Writes the closed package into the trade log.
    pub(super) fn log_trade(&mut self, session: &mut Session<'_>, position: Position, reason: ExitReason) {
        self.roll |= session.plan.strategy().exit.roll_on.iter().any(|on| rolls(*on, reason));
        let trade = position.into_trade(reason, session.day, session.spot, &self.roots);
        self.ledger.note_trade(trade.pnl);
        self.tally.add(trade.pnl);
        session.trades.push(trade);
    }
}

fn rolls(on: RollOn, reason: ExitReason) -> bool {
    match on {
        RollOn::Dte => reason == ExitReason::Dte,
        RollOn::MaxHold => reason == ExitReason::MaxHold,
        RollOn::ProfitTarget => reason == ExitReason::ProfitTarget,
        RollOn::StopLoss => matches!(reason, ExitReason::StopLoss | ExitReason::TrailingStop),
        RollOn::Delta => reason == ExitReason::Delta,
        RollOn::Expiration => reason == ExitReason::Expiration,
        RollOn::Signal => reason == ExitReason::Signal,
    }
}

/// The price at which closing a leg would fill at a quote.
pub(super) fn closing_price(session: &Session<'_>, leg: &PositionLeg, quote: &Quote, n_legs: usize) -> f64 {
    session.plan.fill.price(quote, -leg.sign, n_legs)
}

/// What a leg leaves at by a quote of this session.
pub(super) fn quoted_fill(session: &Session<'_>, leg: &PositionLeg, quote: &Quote, n_legs: usize) -> LegFill {
    LegFill {
        date: session.day,
        price: closing_price(session, leg, quote, n_legs),
        source: PriceSource::Quote,
        bid: Some(quote.bid),
        ask: Some(quote.ask),
        iv: leg.volatility,
        delta: Some(leg.greeks.delta),
    }
}

/// What a leg leaves at: its quote, or what the policy says where it has none. `None`: it cannot leave yet.
fn fill_of(session: &Session<'_>, leg: &PositionLeg, n_legs: usize) -> Option<(LegFill, Option<TradeFlag>)> {
    let blank = LegFill {
        date: session.day,
        price: session.spot,
        source: PriceSource::Underlying,
        bid: None,
        ask: None,
        iv: None,
        delta: None,
    };
    let Some(contract) = leg.contract() else { return Some((blank, None)) };
    if let Some(quote) = &leg.quote {
        return Some((quoted_fill(session, leg, quote, n_legs), None));
    }
    let rules = &session.plan.rules;
    if rules.reference {
        // A leg that has no quote at the end of the data or of its package leaves at its last mark.
        return Some((LegFill { price: leg.mark, source: PriceSource::LastQuote, ..blank }, None));
    }
    if rules.missing == MissingQuote::Intrinsic {
        let price = contract.right.intrinsic(session.spot, leg.strike);
        return Some((LegFill { price, source: PriceSource::Intrinsic, ..blank }, Some(TradeFlag::ExitAtIntrinsic)));
    }
    let young = session.number() - leg.marked_at <= rules.max_age_days;
    if session.is_last || (rules.missing == MissingQuote::UseLast && young) {
        let nan = f64::NAN;
        let quote = Quote { bid: leg.bid, ask: leg.ask, iv: nan, delta: nan, volume: nan, open_interest: nan };
        let price = closing_price(session, leg, &quote, n_legs);
        let (bid, ask) = (Some(quote.bid), Some(quote.ask));
        let fill = LegFill { price, source: PriceSource::LastQuote, bid, ask, ..blank };
        return Some((fill, Some(TradeFlag::ExitAtLastQuote)));
    }
    None
}
