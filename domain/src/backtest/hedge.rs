//! Shares of the underlying that keep the account's delta near zero.

use serde::{Deserialize, Serialize};

use super::run::{Run, Session};

/// The shares held as a hedge, and what they cost.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct HedgeHolding {
    /// Whole shares, negative when sold short.
    pub(super) shares: f64,
    /// What was paid for them less what they brought.
    cost: f64,
    fees: f64,
    dividends: f64,
}

impl HedgeHolding {
    /// What the shares are worth.
    pub(super) fn value(&self, spot: f64) -> f64 {
        self.shares * spot
    }

    /// Profit so far, before fees and dividends.
    pub(super) fn gross(&self, spot: f64) -> f64 {
        self.value(spot) - self.cost
    }

    /// Profit so far.
    pub(super) fn profit(&self, spot: f64) -> f64 {
        self.gross(spot) - self.fees + self.dividends
    }

    /// The equity that it ties up: bought shares in full, sold ones by half.
    pub(super) fn tied(&self, spot: f64) -> f64 {
        if self.shares > 0.0 { self.value(spot) } else { -0.5 * self.value(spot) }
    }
}

impl Run {
    /// Receives or owes the dividend on the hedge's shares.
    pub(super) fn pay_hedge_dividend(&mut self, amount_per_share: f64) {
        let amount = self.hedge.shares * amount_per_share;
        self.hedge.dividends += amount;
        self.ledger.take_dividend(amount);
    }

    /// Restates the hedge in new shares.
    pub(super) fn split_hedge(&mut self, ratio: f64) {
        self.hedge.shares *= ratio;
    }

    /// Trades the underlying so that the account's delta is within the band; nothing is held when nothing is open.
    pub(super) fn rebalance_hedge(&mut self, session: &mut Session<'_>) {
        let Some(hedge) = &session.plan.strategy().hedge else { return };
        let idle = self.open.is_empty() || session.is_last;
        if !idle && !self.sessions.is_multiple_of(hedge.every_n_days.unwrap_or(1)) {
            return;
        }
        let legs = self
            .open
            .iter()
            .flat_map(|position| position.open_legs().map(|leg| leg.units(position.multiplier) * leg.greeks.delta));
        let delta: f64 = legs.sum::<f64>() + self.hedge.shares;
        let trade = if idle {
            -self.hedge.shares
        } else if libm::fabs(delta) > hedge.band_shares {
            -libm::round(delta)
        } else {
            0.0
        };
        if libm::fabs(trade) > 0.0 {
            let fees = libm::fabs(trade) * session.plan.fees.per_share;
            self.ledger.open_leg(trade, session.spot);
            self.ledger.pay_fees(fees);
            session.fees += fees;
            self.hedge.shares += trade;
            self.hedge.cost += trade * session.spot;
            self.hedge.fees += fees;
        }
    }
}
