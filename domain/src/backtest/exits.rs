//! When a package is closed before it expires.

use super::close::{closing_price, quoted_fill};
use super::position::Position;
use super::records::{ExitReason, LegFill, TradeFlag};
use super::run::{Run, Session};
use super::signals::holds;
use crate::options::strategy::TriggerPrice;

/// What counts as reached, per share.
const REACHED: f64 = 1e-9;

impl Run {
    /// Closes every package whose exit is due.
    pub(super) fn close_due(&mut self, session: &mut Session<'_>) {
        let mut still_open = Vec::with_capacity(self.open.len());
        for mut position in std::mem::take(&mut self.open) {
            match self.close_if_due(session, &mut position) {
                Some(reason) => self.log_trade(session, position, reason),
                None => still_open.push(position),
            }
        }
        self.open = still_open;
    }

    /// Closes one package if its exit is due and possible. *Returns*: why it was closed.
    fn close_if_due(&mut self, session: &mut Session<'_>, position: &mut Position) -> Option<ExitReason> {
        let waiting = position.due;
        let reason = waiting.map(|(reason, _)| reason).or_else(|| self.due(session, position));
        if reason.is_none() && !session.is_last {
            return self.close_due_legs(session, position);
        }
        let reason = reason.or_else(|| session.is_last.then_some(ExitReason::EndOfData))?;
        if waiting.is_none() && session.plan.rules.next_fill && !session.is_last {
            position.due = Some((reason, session.number()));
            return None;
        }
        // What began to settle this very session was tried already.
        if waiting.is_some_and(|(_, since)| since == session.number()) && !session.is_last {
            return None;
        }
        self.close_rest(session, position, reason).then_some(reason)
    }
}

impl Run {
    /// Why a package is to be closed at this session. The order of the rules is that of their priority.
    fn due(&self, session: &Session<'_>, position: &mut Position) -> Option<ExitReason> {
        if session.plan.wheel.is_some() && position.holds_shares() {
            return None;
        }
        let signals = &session.plan.strategy().exit.signals;
        let signalled = || signals.iter().any(|signal| holds(signal, &self.spots) == Some(true));
        let by_price = due_by_price(session, position);
        match by_price {
            Due::Now(reason) => Some(reason),
            Due::Unknown => None,
            Due::NotYet => signalled().then_some(ExitReason::Signal).or_else(|| due_by_time(session, position)),
        }
    }

    /// Closes the legs whose own exit is due, each by itself. *Returns*: why the package is closed, when no option is left.
    fn close_due_legs(&mut self, session: &mut Session<'_>, position: &mut Position) -> Option<ExitReason> {
        let mut last = None;
        let mut fills: Vec<Option<LegFill>> = vec![None; position.legs.len()];
        for (place, (leg, planned)) in position.legs.iter().zip(&session.plan.legs).enumerate() {
            let Some((exit, quote)) = planned.exit.zip(leg.quote).filter(|_| leg.is_open() && leg.is_option()) else {
                continue;
            };
            let profit = leg.sign * (closing_price(session, leg, &quote, 1) - leg.entry.price);
            let reached = |percent: Option<f64>, sign: f64| {
                percent.is_some_and(|percent| sign * profit >= percent / 100.0 * leg.entry.price - REACHED)
            };
            let reason = if reached(exit.stop_loss_pct, -1.0) {
                ExitReason::StopLoss
            } else if reached(exit.profit_target_pct, 1.0) {
                ExitReason::ProfitTarget
            } else {
                continue;
            };
            fills[place] = Some(quoted_fill(session, leg, &quote, 1));
            last = Some(reason);
        }
        let reason = last?;
        position.flag(TradeFlag::LegClosed);
        self.close_legs(session, position, &fills);
        let is_left = position.open_options().next().is_some();
        (!is_left && self.close_rest(session, position, reason)).then_some(reason)
    }
}

/// What prices say of an exit.
enum Due {
    Now(ExitReason),
    NotYet,
    /// A leg has no quote, and nothing else is looked at either.
    Unknown,
}

fn due_by_price(session: &Session<'_>, position: &mut Position) -> Due {
    let plan = session.plan;
    let exit = &plan.strategy().exit;
    let quoted = position.open_options().all(|leg| leg.quote.is_some());
    if !quoted && plan.rules.reference {
        return Due::Unknown;
    }
    if quoted {
        let n_legs = position.open_options().count();
        let profit = position.profit_per_share(|leg| match (&leg.quote, plan.rules.trigger) {
            (Some(quote), TriggerPrice::Fill) => closing_price(session, leg, quote, n_legs),
            _ => leg.mark,
        });
        position.best_profit = position.best_profit.max(profit);
        let base = libm::fabs(position.net);
        let of_base = |percent: f64| percent / 100.0 * base;
        if exit.stop_loss_pct.is_some_and(|percent| profit <= -of_base(percent) + REACHED) {
            return Due::Now(ExitReason::StopLoss);
        }
        let started = position.best_profit >= of_base(exit.trailing_start_pct.unwrap_or(0.0)) - REACHED;
        let fallen = |percent| profit <= position.best_profit - of_base(percent) + REACHED;
        if started && exit.trailing_stop_pct.is_some_and(fallen) {
            return Due::Now(ExitReason::TrailingStop);
        }
        if exit.profit_target_pct.is_some_and(|percent| profit >= of_base(percent) - REACHED) {
            return Due::Now(ExitReason::ProfitTarget);
        }
        if breaches_delta(position, exit.short_delta_above, exit.net_delta_above) {
            return Due::Now(ExitReason::Delta);
        }
    }
    Due::NotYet
}

fn due_by_time(session: &Session<'_>, position: &Position) -> Option<ExitReason> {
    let exit = &session.plan.strategy().exit;
    let first = position.open_options().map(|leg| leg.expiration).min()?;
    let days_left = first - session.number();
    let days_held = session.number() - position.entry_day;
    let reached = |limit: Option<u32>, is: &dyn Fn(i32) -> bool| {
        limit.and_then(|limit| i32::try_from(limit).ok()).is_some_and(is)
    };
    if reached(exit.dte, &|limit| days_left <= limit) {
        return Some(ExitReason::Dte);
    }
    reached(exit.max_hold_days, &|limit| days_held >= limit).then_some(ExitReason::MaxHold)
}

fn breaches_delta(position: &Position, short_above: Option<f64>, net_above: Option<f64>) -> bool {
    let short = short_above.is_some_and(|limit| {
        let mut sold = position.open_options().filter(|leg| leg.sign < 0.0);
        sold.any(|leg| libm::fabs(leg.greeks.delta) >= limit - REACHED)
    });
    let net = || position.open_legs().map(|leg| leg.sign * f64::from(leg.ratio) * leg.greeks.delta).sum::<f64>();
    short || net_above.is_some_and(|limit| libm::fabs(net()) >= limit - REACHED)
}
