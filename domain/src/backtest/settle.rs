//! What happens to open packages before anybody decides: corporate actions, new marks, expirations.

use super::market::{greeks_of, terms, volatility};
use super::plan::Plan;
use super::position::{Position, PositionLeg};
use super::records::{ExitReason, LegFill, PriceSource, TradeFlag};
use super::run::{Run, Session};
use crate::calendar;
use crate::options::Quote;
use crate::options::strategy::{Delivery, ExerciseStyle, LegType, SettlementTime};
use crate::units::Day;

/// The least intrinsic value that is exercised, per share; a hair less, so that a difference of two prices reaches it.
const EXERCISED: f64 = 0.01 - 1e-9;

/// The session on which an expiration's contracts settle: Saturdays and holidays shift to the session before.
pub(super) fn settlement_session(expiration: i32) -> i32 {
    let day = Day::from_number(expiration);
    if calendar::is_session(day) {
        return expiration;
    }
    calendar::previous_session(day).map_or(expiration, Day::number)
}

/// When a leg settles: in the reference profile at its expiration's date, whatever day that is.
pub(super) fn settles_at(plan: &Plan, leg: &PositionLeg) -> i32 {
    if plan.rules.reference { leg.expiration } else { settlement_session(leg.expiration) }
}

/// Whether a row is a quote at which something open can be valued and closed.
fn is_usable(plan: &Plan, quote: &Quote) -> bool {
    if plan.rules.reference {
        return quote.bid.is_finite() && quote.ask.is_finite();
    }
    quote.bid >= 0.0 && quote.ask >= quote.bid && quote.ask > 0.0 && quote.ask.is_finite()
}

impl Run {
    /// Pays dividends on shares held, and splits what is open.
    pub(super) fn apply_events(&mut self, session: &mut Session<'_>) {
        let Some((before, _)) = session.before else { return };
        let events = session.plan.events();
        for dividend in events.dividends_in(before, session.day) {
            self.pay_hedge_dividend(dividend.amount);
            for position in &mut self.open {
                let stock = position.open_legs().filter(|leg| !leg.is_option());
                let shares: f64 = stock.map(|leg| leg.units(position.multiplier)).sum();
                let amount = shares * dividend.amount;
                if libm::fabs(amount) > 0.0 {
                    position.dividends += amount;
                    self.ledger.take_dividend(amount);
                }
            }
        }
        for split in events.splits_in(before, session.day) {
            self.open.iter_mut().for_each(|position| position.split(split.ratio));
            self.split_hedge(split.ratio);
            if let Some(pending) = &mut self.pending {
                pending.split(split.ratio);
            }
            if let Some((_, spot)) = &mut session.before {
                *spot /= split.ratio;
            }
            for spot in &mut self.spots {
                *spot /= split.ratio;
            }
        }
    }

    /// Values every open leg at this session's quotes, and says what its profit came from.
    pub(super) fn refresh_marks(&mut self, session: &mut Session<'_>) {
        let before = session.before.map_or(session.spot, |(_, spot)| spot);
        session.parts.delta += self.hedge.shares * (session.spot - before);
        for position in &mut self.open {
            let multiplier = position.multiplier;
            for leg in position.legs.iter_mut().filter(|leg| leg.is_open()) {
                let root = self.roots.get(usize::from(leg.root)).map_or("", String::as_str);
                refresh_leg(leg, multiplier, session.plan.kind(root).style, session);
                if leg.quote.is_none() && leg.is_option() {
                    session.stale_marks += 1;
                    self.quality.add_stale(session.number() - leg.marked_at);
                }
            }
        }
    }

    /// Settles packages whose first expiration has come. What expires later leaves with it, at a quote.
    pub(super) fn settle(&mut self, session: &mut Session<'_>) {
        let today = session.number();
        let mut still_open = Vec::with_capacity(self.open.len());
        for mut position in std::mem::take(&mut self.open) {
            let front = position.open_options().map(|leg| settles_at(session.plan, leg)).min();
            let Some(front) = front.filter(|front| *front <= today) else {
                still_open.push(position);
                continue;
            };
            self.settle_legs(session, &mut position, front);
            let is_kept = session.plan.wheel.is_some() && position.holds_shares() && !session.is_last;
            let is_closed = !is_kept
                && (position.open_legs().next().is_none()
                    || self.close_rest(session, &mut position, ExitReason::Expiration));
            if is_closed {
                self.log_trade(session, position, ExitReason::Expiration);
            } else {
                still_open.push(position);
            }
        }
        self.open = still_open;
    }

    fn settle_legs(&mut self, session: &mut Session<'_>, position: &mut Position, front: i32) {
        let plan = session.plan;
        let root_of = |leg: &PositionLeg| self.roots.get(usize::from(leg.root)).map_or("", String::as_str);
        let settles_now = |leg: &PositionLeg| leg.is_open() && leg.is_option() && settles_at(plan, leg) == front;
        // Shares leave with the first contract that settles, at its price.
        let first_time = position.legs.iter().find(|leg| settles_now(leg)).map(|leg| plan.kind(root_of(leg)).time);
        let mut fills: Vec<Option<LegFill>> = Vec::with_capacity(position.legs.len());
        let mut flags = Vec::new();
        // What a wheel's put delivers is kept, and shares stay until they are called away.
        let (mut kept, mut called_away) = (None, false);
        for (place, leg) in position.legs.iter().enumerate() {
            if !(settles_now(leg) || (leg.is_open() && !leg.is_option())) {
                fills.push(None);
                continue;
            }
            let kind = plan.kind(root_of(leg));
            let time = first_time.filter(|_| !leg.is_option()).unwrap_or(kind.time);
            let (price, flag) = settlement_price(session, leg, root_of(leg), time, front);
            let intrinsic = leg.contract().map_or(price, |contract| contract.right.intrinsic(price, leg.strike));
            let worthless = leg.is_option() && !plan.rules.reference && intrinsic < EXERCISED;
            let delivered = leg.is_option() && !worthless && kind.delivery == Delivery::Physical;
            called_away |= delivered && leg.kind == LegType::Call;
            if plan.wheel.is_some() && delivered && leg.kind == LegType::Put && leg.sign < 0.0 {
                kept = Some((place, price));
            }
            flags.extend(flag);
            flags.extend((delivered && !plan.rules.reference).then_some(TradeFlag::Delivered));
            fills.push(Some(LegFill {
                date: session.day,
                price: if worthless { 0.0 } else { intrinsic },
                source: PriceSource::Settlement,
                bid: None,
                ask: None,
                iv: None,
                delta: None,
            }));
        }
        flags.into_iter().for_each(|flag| position.flag(flag));
        if plan.wheel.is_some() && !called_away {
            let shares = position.legs.iter().map(|leg| !leg.is_option());
            shares.zip(&mut fills).filter(|(is_stock, _)| *is_stock).for_each(|(_, fill)| *fill = None);
        }
        self.close_legs(session, position, &fills);
        if let Some((place, price)) = kept {
            self.keep_shares(session, position, place, price);
        }
    }
}

/// The price at which a leg settles, and what is out of the ordinary about it.
fn settlement_price(
    session: &Session<'_>,
    leg: &PositionLeg,
    root: &str,
    time: SettlementTime,
    front: i32,
) -> (f64, Option<TradeFlag>) {
    let published = session.plan.events().settlement(root, Day::from_number(leg.expiration));
    if let Some(price) = published.filter(|_| leg.is_option()) {
        return (price, None);
    }
    let (before_day, before) = session.before.map_or((front, session.spot), |(before, spot)| (before.number(), spot));
    let is_front = session.number() == front;
    if time == SettlementTime::Am && !session.plan.rules.reference {
        return match session.market.chain.open.filter(|open| is_front && *open > 0.0) {
            Some(open) => (open, None),
            None => (before, Some(TradeFlag::OpeningUnknown)),
        };
    }
    if is_front {
        return (session.spot, None);
    }
    (before, (before_day < front).then_some(TradeFlag::SettledAtEarlierPrice))
}

/// Finds a leg's quote, marks it, and adds to the session's parts what the move since its last mark is explained by.
fn refresh_leg(leg: &mut PositionLeg, multiplier: f64, style: ExerciseStyle, session: &mut Session<'_>) {
    let units = leg.units(multiplier);
    let move_of_spot = session.spot - leg.marked_spot;
    let Some(contract) = leg.contract() else {
        session.parts.delta += units * move_of_spot;
        leg.mark = session.spot;
        leg.marked_at = session.number();
        leg.marked_spot = session.spot;
        return;
    };
    let row = session.market.find_row(&contract);
    let quote = row.map(|row| session.market.chain.quote(row)).filter(|quote| is_usable(session.plan, quote));
    leg.quote = quote;
    let Some((row, quote)) = row.zip(quote) else { return };
    let terms = terms(session.plan, &contract, session.day, session.spot);
    let volatility = volatility(&terms, &quote, style);
    let days = f64::from(session.number() - leg.marked_at);
    let parts = &mut session.parts;
    parts.delta += units * leg.greeks.delta * move_of_spot;
    parts.gamma += units * 0.5 * leg.greeks.gamma * move_of_spot * move_of_spot;
    parts.theta += units * leg.greeks.theta * days;
    if let (Some(now), Some(then)) = (volatility, leg.volatility) {
        parts.vega += units * leg.greeks.vega * (now - then) * 100.0;
    }
    leg.mark = quote.mid();
    leg.marked_at = session.number();
    leg.marked_spot = session.spot;
    (leg.bid, leg.ask) = (quote.bid, quote.ask);
    leg.volatility = volatility;
    leg.greeks = greeks_of(&terms, &session.market, row, volatility, style);
}

impl Position {
    /// Restates the package in new shares: as many more, each worth as much less.
    fn split(&mut self, ratio: f64) {
        self.multiplier *= ratio;
        for number in [&mut self.net, &mut self.entry_spot, &mut self.best_profit] {
            *number /= ratio;
        }
        for leg in &mut self.legs {
            for number in [&mut leg.strike, &mut leg.mark, &mut leg.marked_spot, &mut leg.bid, &mut leg.ask] {
                *number /= ratio;
            }
            if leg.kind != LegType::Stock {
                leg.strike = libm::round(leg.strike * 100.0) / 100.0;
            }
            leg.greeks.gamma *= ratio;
            leg.greeks.theta /= ratio;
            leg.greeks.vega /= ratio;
            for fill in [Some(&mut leg.entry), leg.exit.as_mut()].into_iter().flatten() {
                fill.price /= ratio;
                fill.bid = fill.bid.map(|bid| bid / ratio);
                fill.ask = fill.ask.map(|ask| ask / ratio);
            }
        }
        self.flag(TradeFlag::Split);
    }
}
