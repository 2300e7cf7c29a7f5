//! What must be kept for a package, after the strategy-based rules of Cboe.
//!
//! Sold options are covered by bought ones of the same right that live at least as long, and by shares. What is covered
//! ties up the worst value of the whole at expiry; what is not is naked.

use super::plan::{Plan, Rules};
use super::position::Position;
use super::records::ExitReason;
use super::run::{Run, Session};
use crate::options::Right;
use crate::options::strategy::MarginModel;

/// One leg of a unit of a package.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holding {
    /// None for shares.
    pub(super) right: Option<Right>,
    /// Contracts, negative when sold.
    pub(super) contracts: f64,
    pub(super) strike: f64,
    pub(super) expiration: i32,
    /// Price per share.
    pub(super) price: f64,
}

/// What a package needs, per share of one unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Requirement {
    /// What must be kept, the premium received included.
    pub(super) margin: f64,
    /// The equity that it ties up.
    pub(super) tied: f64,
    /// The most that it can lose at expiry; `None` where there is no most.
    pub(super) max_loss: Option<f64>,
    /// Whether a call is sold naked.
    pub(super) naked_call: bool,
}

/// A sold option that nothing covers.
#[derive(Clone, Copy, Debug)]
struct Naked {
    strike: f64,
    price: f64,
    contracts: f64,
}

/// The least that a naked option ties up, a share of the underlying (call) or of the strike (put).
const LEAST_SHARE: f64 = 0.10;

/// The share of its price that a share sold short ties up besides the proceeds.
const SHORT_STOCK_SHARE: f64 = 0.5;

/// Computes what a package needs.
pub(super) fn requirement(holdings: &[Holding], spot: f64, rules: &Rules) -> Requirement {
    let (naked_calls, naked_puts) = (uncovered(holdings, Right::Call), uncovered(holdings, Right::Put));
    let naked_of = |right: Right, strike: f64| {
        let list = if right == Right::Call { &naked_calls } else { &naked_puts };
        let found = list.iter().find(|naked| libm::fabs(naked.strike - strike) < 1e-9);
        found.map_or(0.0, |naked| naked.contracts)
    };
    // Of each leg what is not naked, and shares that are not sold short.
    let covered: Vec<Holding> = holdings
        .iter()
        .map(|leg| match leg.right {
            Some(right) if leg.contracts < 0.0 => {
                let naked = naked_of(right, leg.strike).min(-leg.contracts);
                Holding { contracts: leg.contracts + naked, ..*leg }
            }
            None if leg.contracts < 0.0 => Holding { contracts: 0.0, ..*leg },
            _ => *leg,
        })
        .collect();
    let value: f64 = covered.iter().map(|leg| leg.contracts * leg.price).sum();
    let worst = worst_value(&covered).min(0.0);
    let tied = (value - worst).max(0.0);
    let stock: f64 = covered.iter().filter(|leg| leg.right.is_none()).map(|leg| leg.contracts * leg.price).sum();
    let naked = naked_requirement(&naked_calls, &naked_puts, spot, rules);
    let sold_shares: f64 = holdings.iter().filter(|leg| leg.right.is_none()).map(|leg| -leg.contracts.min(0.0)).sum();
    let short_stock = SHORT_STOCK_SHARE * spot * sold_shares;
    let bounded = naked_calls.is_empty() && sold_shares <= 0.0;
    let all_value: f64 = holdings.iter().map(|leg| leg.contracts * leg.price).sum();
    Requirement {
        margin: tied.max(stock) + naked.margin + short_stock,
        tied: tied + naked.tied + short_stock,
        max_loss: bounded.then(|| (all_value - worst_value(holdings)).max(0.0)),
        naked_call: !naked_calls.is_empty(),
    }
}

/// The sold options of a right that nothing covers.
fn uncovered(holdings: &[Holding], right: Right) -> Vec<Naked> {
    let of = |sold: bool| move |leg: &&Holding| leg.right == Some(right) && (leg.contracts < 0.0) == sold;
    let mut bought: Vec<(f64, i32, f64)> =
        holdings.iter().filter(of(false)).map(|leg| (leg.strike, leg.expiration, leg.contracts)).collect();
    let mut sold: Vec<Holding> = holdings.iter().filter(of(true)).copied().collect();
    // The longest-lived are the hardest to cover, so they choose first.
    sold.sort_by(|a, b| b.expiration.cmp(&a.expiration).then(a.strike.total_cmp(&b.strike)));
    let covering = if right == Right::Call { 1.0 } else { -1.0 };
    let held: f64 = holdings.iter().filter(|leg| leg.right.is_none()).map(|leg| leg.contracts * covering).sum();
    let mut shares = held.max(0.0);
    let mut naked: Vec<Naked> = Vec::new();
    for leg in sold {
        let mut left = -leg.contracts;
        bought.sort_by(|a, b| libm::fabs(a.0 - leg.strike).total_cmp(&libm::fabs(b.0 - leg.strike)));
        for (_, expiration, contracts) in &mut bought {
            if *expiration >= leg.expiration {
                let used = contracts.min(left);
                *contracts -= used;
                left -= used;
            }
        }
        let by_shares = shares.min(left);
        shares -= by_shares;
        left -= by_shares;
        if left > 0.0 {
            match naked.iter_mut().find(|known| libm::fabs(known.strike - leg.strike) < 1e-9) {
                Some(known) => known.contracts += left,
                None => naked.push(Naked { strike: leg.strike, price: leg.price, contracts: left }),
            }
        }
    }
    naked
}

/// The lowest value at expiry over all prices of the underlying that bend it; beyond the highest strike nothing covered falls.
fn worst_value(holdings: &[Holding]) -> f64 {
    let value = |spot: f64| -> f64 {
        let of = |leg: &Holding| leg.contracts * leg.right.map_or(spot, |right| right.intrinsic(spot, leg.strike));
        holdings.iter().map(of).sum()
    };
    let strikes = holdings.iter().filter(|leg| leg.right.is_some()).map(|leg| leg.strike);
    strikes.chain([0.0]).map(value).fold(f64::INFINITY, f64::min)
}

fn naked_requirement(calls: &[Naked], puts: &[Naked], spot: f64, rules: &Rules) -> Requirement {
    let cash = rules.margin == MarginModel::Cash;
    let base_of = |right: Right, naked: &Naked| {
        let outside = (if right == Right::Call { naked.strike - spot } else { spot - naked.strike }).max(0.0);
        let least = LEAST_SHARE * if right == Right::Call { spot } else { naked.strike };
        (rules.naked_share * spot - outside).max(least)
    };
    // (contracts, what is tied up each, premium each)
    let sides = |right: Right, list: &[Naked]| -> Vec<(f64, f64, f64)> {
        let of = |naked: &Naked| {
            let tied = if cash && right == Right::Put { naked.strike - naked.price } else { base_of(right, naked) };
            (naked.contracts, tied, naked.price)
        };
        list.iter().map(of).collect()
    };
    let (mut calls, mut puts) = (sides(Right::Call, calls), sides(Right::Put, puts));
    let mut total = Requirement::default();
    let mut add = |contracts: f64, tied: f64, premium: f64| {
        total.margin += contracts * (tied + premium);
        total.tied += contracts * tied;
    };
    // A sold call and a sold put cannot both lose: the larger side and the other's premium.
    while let (Some(call), Some(put)) = (calls.last_mut(), puts.last_mut()) {
        if cash {
            break;
        }
        let contracts = call.0.min(put.0);
        let larger = if call.1 + call.2 >= put.1 + put.2 { call.1 } else { put.1 };
        add(contracts, larger, call.2 + put.2);
        call.0 -= contracts;
        put.0 -= contracts;
        let (call_done, put_done) = (call.0 <= 0.0, put.0 <= 0.0);
        if call_done {
            calls.pop();
        }
        if put_done {
            puts.pop();
        }
    }
    calls.into_iter().chain(puts).for_each(|(contracts, tied, premium)| add(contracts, tied, premium));
    total
}

impl Position {
    /// What one unit of its open legs needs at their marks.
    fn requirement(&self, spot: f64, rules: &Rules) -> Requirement {
        let quantity = f64::from(self.quantity.max(1));
        let holdings: Vec<Holding> = self
            .open_legs()
            .map(|leg| Holding {
                right: leg.contract().map(|contract| contract.right),
                contracts: leg.sign * f64::from(leg.contracts) / quantity,
                strike: leg.strike,
                expiration: leg.expiration,
                price: leg.mark,
            })
            .collect();
        requirement(&holdings, spot, rules)
    }

    fn scale(&self) -> f64 {
        f64::from(self.quantity) * self.multiplier
    }

    /// The equity that it ties up.
    fn tied(&self, spot: f64, rules: &Rules) -> f64 {
        self.requirement(spot, rules).tied * self.scale()
    }
}

impl Run {
    /// What must be kept for all open packages.
    pub(super) fn margin(&self, plan: &Plan, spot: f64) -> f64 {
        if plan.rules.margin == MarginModel::None {
            return 0.0;
        }
        let of = |position: &Position| position.requirement(spot, &plan.rules).margin * position.scale();
        self.open.iter().map(of).sum()
    }

    /// Closes packages, the oldest first, until the equity covers what is tied up; those without a quote stay.
    pub(super) fn answer_margin_call(&mut self, session: &mut Session<'_>) {
        let plan = session.plan;
        if plan.rules.margin == MarginModel::None || !plan.rules.liquidate {
            return;
        }
        let mut kept = Vec::new();
        let spot = session.spot;
        let is_short = |run: &Self, kept: &[Position]| {
            let open = || run.open.iter().chain(kept);
            let equity = run.ledger.cash + open().map(Position::value).sum::<f64>() + run.hedge.value(spot);
            let tied: f64 = open().map(|position| position.tied(spot, &plan.rules)).sum();
            equity < tied + run.hedge.tied(spot)
        };
        while !self.open.is_empty() && is_short(self, &kept) {
            let mut position = self.open.remove(0);
            if self.close_rest(session, &mut position, ExitReason::MarginCall) {
                self.log_trade(session, position, ExitReason::MarginCall);
            } else {
                kept.push(position);
            }
        }
        kept.append(&mut self.open);
        self.open = kept;
    }

    /// The equity that no open package ties up.
    pub(super) fn buying_power(&self, plan: &Plan, equity: f64, spot: f64) -> f64 {
        if plan.rules.margin == MarginModel::None {
            return equity;
        }
        let tied: f64 = self.open.iter().map(|position| position.tied(spot, &plan.rules)).sum();
        equity - tied - self.hedge.tied(spot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::strategy::{MissingQuote, TriggerPrice};

    fn rules(margin: MarginModel, naked_share: f64) -> Rules {
        Rules {
            reference: false,
            trigger: TriggerPrice::Fill,
            missing: MissingQuote::Wait,
            max_age_days: 5,
            next_fill: false,
            margin,
            liquidate: true,
            naked_share,
        }
    }

    fn option(right: Right, contracts: f64, strike: f64, price: f64) -> Holding {
        Holding { right: Some(right), contracts, strike, expiration: 30, price }
    }

    fn shares(contracts: f64, price: f64) -> Holding {
        Holding { right: None, contracts, strike: 0.0, expiration: i32::MAX, price }
    }

    fn needs(holdings: &[Holding], spot: f64) -> Requirement {
        requirement(holdings, spot, &rules(MarginModel::Strategy, 0.20))
    }

    fn close(is: f64, should: f64) {
        assert!((is - should).abs() <= 1e-12 * should.abs().max(1.0), "{is} is not {should}");
    }

    use Right::{Call, Put};

    #[test]
    fn what_is_bought_needs_its_debit() {
        let long = needs(&[option(Call, 1.0, 100.0, 3.0)], 98.0);
        close(long.margin, 3.0);
        close(long.tied, 3.0);
        assert_eq!(long.max_loss, Some(3.0));
    }

    #[test]
    fn a_naked_put_needs_its_premium_and_a_share_of_the_underlying_less_what_it_is_out_of_the_money() {
        // 2 + 0.2·95 − 5 = 16, above 2 + 0.1·90 = 11.
        let put = needs(&[option(Put, -1.0, 90.0, 2.0)], 95.0);
        close(put.margin, 16.0);
        close(put.tied, 14.0);
        // Far out: 0.2·95 − 45 < 0.1·50, so 0.1 + 5.
        close(needs(&[option(Put, -1.0, 50.0, 0.1)], 95.0).margin, 5.1);
        // The most it can lose is the strike less the premium.
        assert_eq!(put.max_loss, Some(88.0));
    }

    #[test]
    fn a_naked_call_needs_at_least_a_tenth_of_the_underlying() {
        // 1.5 + 0.2·128.5 − 1.5 = 25.7
        close(needs(&[option(Call, -1.0, 130.0, 1.5)], 128.5).margin, 25.7);
        // 0.1 + 0.1·100
        let far = needs(&[option(Call, -1.0, 150.0, 0.1)], 100.0);
        close(far.margin, 10.1);
        assert!(far.naked_call && far.max_loss.is_none());
        // A broad index: 15 %.
        let index = requirement(&[option(Call, -1.0, 3_000.0, 20.0)], 3_000.0, &rules(MarginModel::Strategy, 0.15));
        close(index.margin, 470.0);
    }

    #[test]
    fn spreads_condors_and_butterflies_need_their_largest_loss() {
        // A credit of 2 on a width of 5.
        let vertical = [option(Put, -1.0, 95.0, 3.0), option(Put, 1.0, 90.0, 1.0)];
        close(needs(&vertical, 100.0).margin, 3.0);
        // A debit of 2.
        let debit = [option(Call, 1.0, 100.0, 3.0), option(Call, -1.0, 105.0, 1.0)];
        close(needs(&debit, 100.0).margin, 2.0);
        // Both wings 5 wide, a credit of 3 in all: only one can lose.
        let condor = [
            option(Put, 1.0, 90.0, 0.5),
            option(Put, -1.0, 95.0, 2.0),
            option(Call, -1.0, 105.0, 2.0),
            option(Call, 1.0, 110.0, 0.5),
        ];
        close(needs(&condor, 100.0).margin, 2.0);
        // 1 × 95, −2 × 100, 1 × 105 for a debit of 1.2.
        let butterfly = [option(Call, 1.0, 95.0, 6.0), option(Call, -2.0, 100.0, 3.0), option(Call, 1.0, 105.0, 1.2)];
        close(needs(&butterfly, 100.0).margin, 1.2);
    }

    #[test]
    fn a_strangle_needs_its_larger_side_and_the_other_premium() {
        // Call: 2 + 0.2·100 − 10 = 12; put: 3 + 0.2·100 − 5 = 18; so 18 + 2.
        let strangle = [option(Put, -1.0, 95.0, 3.0), option(Call, -1.0, 110.0, 2.0)];
        let strangle = needs(&strangle, 100.0);
        close(strangle.margin, 20.0);
        close(strangle.tied, 15.0);
    }

    #[test]
    fn a_covered_call_needs_its_stock_and_a_secured_put_its_strike() {
        let covered = [shares(1.0, 100.0), option(Call, -1.0, 105.0, 2.0)];
        close(needs(&covered, 100.0).margin, 100.0);
        close(needs(&covered, 100.0).tied, 98.0);
        let put = [option(Put, -1.0, 90.0, 2.0)];
        let secured = requirement(&put, 95.0, &rules(MarginModel::Cash, 0.20));
        close(secured.margin, 90.0);
        close(secured.tied, 88.0);
    }

    #[test]
    fn what_dies_earlier_covers_nothing() {
        let front = Holding { expiration: 10, ..option(Call, 1.0, 100.0, 2.0) };
        assert!(needs(&[front, option(Call, -1.0, 100.0, 5.0)], 100.0).naked_call);
        // The other way round it is a calendar, which needs its debit.
        let back = Holding { expiration: 60, ..option(Call, 1.0, 100.0, 5.0) };
        close(needs(&[back, option(Call, -1.0, 100.0, 2.0)], 100.0).margin, 3.0);
    }
}
