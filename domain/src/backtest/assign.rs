//! Early assignment of sold American options: before an ex-date (calls), or when waiting costs interest (puts).

use super::open::shares_leg;
use super::position::Position;
use super::records::{ExitReason, LegFill, PriceSource, TradeFlag};
use super::run::{Run, Session};
use crate::calendar;
use crate::options::Right;
use crate::options::strategy::ExerciseStyle;

impl Run {
    /// Assigns what its holder would exercise at this session's end. The shares are delivered at the strike, and the package
    /// is closed at the next session.
    pub(super) fn assign(&mut self, session: &mut Session<'_>) {
        let Some(next) = calendar::next_session(session.day).filter(|_| !session.is_last) else { return };
        let plan = session.plan;
        if plan.rules.reference {
            return;
        }
        let dividend: f64 = plan.events().dividends_in(session.day, next).map(|dividend| dividend.amount).sum();
        let days = f64::from(next.number() - session.number());
        let interest = libm::expm1(plan.strategy().risk_free_rate * days / 365.0);
        for mut position in std::mem::take(&mut self.open) {
            for place in 0..position.legs.len() {
                if self.is_exercised(session, &position, place, dividend, interest) {
                    self.deliver(session, &mut position, place);
                }
            }
            self.open.push(position);
        }
    }

    /// Whether the holder of a sold leg exercises it: in the money, and worth less beyond that than the dividend which only
    /// shares get (call), or than the interest on the strike (put).
    fn is_exercised(
        &self,
        session: &Session<'_>,
        position: &Position,
        place: usize,
        dividend: f64,
        interest: f64,
    ) -> bool {
        let leg = &position.legs[place];
        let Some(contract) = leg.contract().filter(|_| leg.is_open() && leg.sign < 0.0 && leg.quote.is_some()) else {
            return false;
        };
        let root = self.roots.get(usize::from(leg.root)).map_or("", String::as_str);
        let intrinsic = contract.right.intrinsic(session.spot, leg.strike);
        let american = session.plan.kind(root).style == ExerciseStyle::American;
        let gain = match contract.right {
            Right::Call => dividend,
            Right::Put => leg.strike * interest,
        };
        american && intrinsic > 0.0 && gain > 0.0 && leg.mark - intrinsic < gain
    }

    /// Closes the leg at its intrinsic value and opens the shares at the underlying's price: together they are shares at the
    /// strike, and the premium counts once.
    fn deliver(&mut self, session: &mut Session<'_>, position: &mut Position, place: usize) {
        let leg = &position.legs[place];
        let Some(contract) = leg.contract() else { return };
        let (ratio, contracts) = (leg.ratio, leg.contracts);
        let fill = LegFill {
            date: session.day,
            price: contract.right.intrinsic(session.spot, leg.strike),
            source: PriceSource::Settlement,
            bid: None,
            ask: None,
            iv: None,
            delta: None,
        };
        let mut fills: Vec<Option<LegFill>> = vec![None; position.legs.len()];
        fills[place] = Some(fill);
        self.close_legs(session, position, &fills);
        let sign = if contract.right == Right::Call { -1.0 } else { 1.0 };
        let mut shares = shares_leg(session, sign, ratio);
        shares.contracts = contracts;
        shares.delivered = true;
        self.ledger.open_leg(shares.units(position.multiplier), shares.entry.price);
        position.legs.push(shares);
        // A wheel keeps what its put has delivered.
        if session.plan.wheel.is_none() || contract.right == Right::Call {
            position.due = Some((ExitReason::Assignment, session.number()));
        }
        position.flag(TradeFlag::AssignedEarly);
    }
}
