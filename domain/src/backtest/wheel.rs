//! The wheel: shares that a sold put delivers are kept, and calls are sold on them until they are called away.

use super::fees::OrderLeg;
use super::open::shares_leg;
use super::plan::PlanLeg;
use super::position::Position;
use super::run::{Run, Session};
use super::select::choose_leg;
use crate::options::Right;
use crate::options::strategy::LegType;

impl Position {
    /// Whether a put has delivered shares that are still held.
    pub(super) fn holds_shares(&self) -> bool {
        self.open_legs().any(|leg| leg.kind == LegType::Stock && leg.delivered && leg.sign > 0.0)
    }
}

impl Run {
    /// Opens the shares that a put has delivered at the price at which it settled: with its intrinsic value, which it left
    /// at, they are shares at the strike.
    pub(super) fn keep_shares(&mut self, session: &Session<'_>, position: &mut Position, place: usize, price: f64) {
        let (ratio, contracts) = (position.legs[place].ratio, position.legs[place].contracts);
        let mut shares = shares_leg(session, 1.0, ratio);
        shares.contracts = contracts;
        shares.delivered = true;
        shares.entry.price = price;
        self.ledger.open_leg(shares.units(position.multiplier), price);
        position.legs.push(shares);
    }

    /// Sells a call on every package that holds shares and has no option open. Where none can be sold, the next session is
    /// tried.
    pub(super) fn write_calls(&mut self, session: &mut Session<'_>) {
        let plan = session.plan;
        let Some(wheel) = plan.wheel.filter(|_| !session.is_last) else { return };
        for mut position in std::mem::take(&mut self.open) {
            if position.holds_shares() && position.open_options().next().is_none() {
                self.write_call(session, &mut position, &wheel);
            }
            self.open.push(position);
        }
    }

    fn write_call(&mut self, session: &mut Session<'_>, position: &mut Position, wheel: &PlanLeg) {
        let plan = session.plan;
        let Some(shares) = position.open_legs().find(|leg| !leg.is_option()) else { return };
        let (ratio, contracts) = (shares.ratio, shares.contracts);
        let found = wheel.option.and_then(|option| choose_leg(plan, &session.market, Right::Call, &option).ok());
        let Some(chosen) = found else { return };
        let Ok(mut call) = self.option_leg(session, &PlanLeg { ratio, ..*wheel }, &chosen, 1) else { return };
        call.contracts = contracts;
        // It was no part of the entry, so what it brings is part of the exit.
        call.delivered = true;
        let units = call.units(position.multiplier);
        let slippage = units * (call.entry.price - call.mark);
        self.ledger.open_leg(units, call.entry.price);
        position.slippage += slippage;
        session.parts.slippage -= slippage;
        let order = OrderLeg { contracts, price: call.entry.price, buys_back: false };
        position.legs.push(call);
        let fees = plan.fees.order([order].into_iter(), 0.0);
        self.pay_fees(session, position, fees);
    }
}
