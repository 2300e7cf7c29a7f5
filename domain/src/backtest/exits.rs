//! When a package is closed before it expires.

use super::close::closing_price;
use super::position::Position;
use super::records::ExitReason;
use super::run::{Run, Session};
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
        let reason = waiting.map(|(reason, _)| reason).or_else(|| due(session, position));
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

/// Why a package is to be closed at this session. The order of the rules is that of their priority.
fn due(session: &Session<'_>, position: &mut Position) -> Option<ExitReason> {
    let plan = session.plan;
    let exit = &plan.strategy().exit;
    let quoted = position.open_options().all(|leg| leg.quote.is_some());
    if !quoted && plan.rules.reference {
        return None;
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
            return Some(ExitReason::StopLoss);
        }
        let started = position.best_profit >= of_base(exit.trailing_start_pct.unwrap_or(0.0)) - REACHED;
        let fallen = |percent| profit <= position.best_profit - of_base(percent) + REACHED;
        if started && exit.trailing_stop_pct.is_some_and(fallen) {
            return Some(ExitReason::TrailingStop);
        }
        if exit.profit_target_pct.is_some_and(|percent| profit >= of_base(percent) - REACHED) {
            return Some(ExitReason::ProfitTarget);
        }
        if breaches_delta(position, exit.short_delta_above, exit.net_delta_above) {
            return Some(ExitReason::Delta);
        }
    }
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
