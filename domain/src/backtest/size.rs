//! How many units of a package are opened.

use serde::{Deserialize, Serialize};

use super::margin::Requirement;
use super::plan::Plan;
use super::run::{Run, Session};
use crate::options::strategy::SizeBy;

/// Prices that make a volatility: twenty returns.
const MOST_SPOTS: usize = 21;

/// Fewer returns than this make none.
const LEAST_SPOTS: usize = 6;

const SESSIONS_PER_YEAR: f64 = 252.0;

/// What the trades closed so far brought, for the Kelly share.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    trades: u32,
    wins: u32,
    won: f64,
    lost: f64,
}

impl Tally {
    pub(super) fn add(&mut self, pnl: f64) {
        self.trades += 1;
        if pnl > 0.0 {
            self.wins += 1;
            self.won += pnl;
        } else {
            self.lost -= pnl;
        }
    }

    /// p − (1 − p)/b with p the share of winners and b the mean win over the mean loss; 0 where it is negative, 1 without a
    /// loss. `None` before there are enough trades.
    fn kelly(&self, min_trades: u32) -> Option<f64> {
        if self.trades < min_trades {
            return None;
        }
        let (wins, losses) = (f64::from(self.wins), f64::from(self.trades - self.wins));
        if self.lost <= 0.0 {
            return Some(1.0);
        }
        if self.won <= 0.0 {
            return Some(0.0);
        }
        let odds = (self.won / wins) / (self.lost / losses);
        let share = wins / f64::from(self.trades);
        Some((share - (1.0 - share) / odds).clamp(0.0, 1.0))
    }
}

/// What a unit of the package is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    /// What it needs, per share.
    pub(super) requirement: Requirement,
    /// Premium paid per share, negative when received.
    pub(super) net: f64,
    /// Shares of the underlying that it moves like.
    pub(super) delta: f64,
    /// How fast that changes.
    pub(super) gamma: f64,
}

impl Run {
    /// Remembers the underlying's price.
    pub(super) fn note_spot(&mut self, session: &Session<'_>) {
        let most = MOST_SPOTS.max(session.plan.signal_prices);
        if self.spots.len() >= most {
            self.spots.remove(0);
        }
        self.spots.push(session.spot);
    }

    /// The number of units to open; 0 where none fits.
    pub(super) fn size(&self, session: &Session<'_>, unit: &Unit, equity: f64) -> u32 {
        let plan = session.plan;
        let Some(sizing) = &plan.strategy().sizing else { return plan.strategy().quantity };
        let share = sizing.pct.unwrap_or(0.0) / 100.0;
        let multiplier = plan.strategy().multiplier;
        let tied = unit.requirement.tied * multiplier;
        let units = match sizing.by {
            SizeBy::Fixed => f64::from(plan.strategy().quantity),
            SizeBy::PctEquity => share * equity / tied,
            SizeBy::PctBuyingPower => share * self.buying_power(plan, equity, session.spot) / tied,
            SizeBy::Risk => share * equity / (risk(plan, unit) * multiplier),
            SizeBy::Kelly => {
                let kelly = self.tally.kelly(sizing.min_trades.unwrap_or(20));
                kelly.map_or(share, |kelly| kelly.min(share)) * equity / tied
            }
            SizeBy::VolTarget => match self.daily_deviation() {
                Some(deviation) => {
                    let move_of_spot = session.spot * deviation;
                    let second = 0.5 * unit.gamma * move_of_spot * move_of_spot;
                    let daily = libm::hypot(unit.delta * move_of_spot, second) * multiplier;
                    share * equity / (daily * libm::sqrt(SESSIONS_PER_YEAR))
                }
                None => 0.0,
            },
        };
        let most = f64::from(sizing.max_quantity.unwrap_or(1_000_000));
        // A unit that ties up or moves nothing would be opened without end, so that is no size.
        let whole = libm::floor(units + 1e-9).min(most);
        if units.is_finite() && whole >= 1.0 { whole_number(whole) } else { 0 }
    }

    /// The sample deviation of the underlying's logarithmic returns, per session.
    fn daily_deviation(&self) -> Option<f64> {
        let spots = &self.spots[self.spots.len().saturating_sub(MOST_SPOTS)..];
        if spots.len() < LEAST_SPOTS {
            return None;
        }
        let returns: Vec<f64> = spots.windows(2).map(|pair| libm::log(pair[1] / pair[0])).collect();
        crate::stats::Moments::of(&returns).deviation().filter(|deviation| *deviation > 0.0)
    }
}

/// What a unit loses per share at the stop; without one at worst, or what it ties up where there is no worst.
fn risk(plan: &Plan, unit: &Unit) -> f64 {
    let exit = &plan.strategy().exit;
    let stop = exit.stop_loss_pct.map(|percent| percent / 100.0 * libm::fabs(unit.net));
    let worst = unit.requirement.max_loss.unwrap_or(unit.requirement.tied);
    stop.map_or(worst, |stop| stop.min(worst))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 1 to a million")]
fn whole_number(whole: f64) -> u32 {
    whole as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kelly_share_weighs_chance_and_odds() {
        let mut tally = Tally::default();
        assert_eq!(tally.kelly(1), None);
        // Six wins of 100 and four losses of 100: 0.6 − 0.4/1 = 0.2.
        (0..6).for_each(|_| tally.add(100.0));
        assert_eq!(tally.kelly(5), Some(1.0));
        (0..4).for_each(|_| tally.add(-100.0));
        assert!((tally.kelly(10).unwrap() - 0.2).abs() <= 1e-12);
        assert_eq!(tally.kelly(11), None);
        (0..20).for_each(|_| tally.add(-100.0));
        assert_eq!(tally.kelly(10), Some(0.0));
    }
}
