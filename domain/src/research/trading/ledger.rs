//! A portfolio in shares and cash that follows an index.

use std::collections::BTreeMap;

use crate::research::{Costs, CostsOfOrder, Growth};

/// Rounds in which orders and their costs, which depend on each other, are brought together; costs are small, so few are needed.
const ROUNDS: usize = 200;

/// How shares are sized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizing {
    /// Any part of a share.
    Fractional,
    /// Whole lots of so many shares, rounded down; what is left stays cash.
    Whole {
        /// Shares of a lot, at least 1.
        lot: u32,
    },
}

/// What is to be held of a member, and what trading it meets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Its place in the panel.
    pub line: usize,
    /// Its weight; 0 for a member that is only sold.
    pub weight: f64,
    /// The price it trades at, above 0.
    pub price: f64,
    /// The average value traded in a day, where known.
    pub value_traded: Option<f64>,
    /// Its daily volatility, where known.
    pub volatility: Option<f64>,
}

/// One order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order {
    /// The member's place in the panel.
    pub line: usize,
    /// Shares held before.
    pub before: f64,
    /// Shares bought, or sold where negative.
    pub shares: f64,
    /// Shares held after: before + shares, to the bit.
    pub after: f64,
    /// The price.
    pub price: f64,
    /// The order's value over the average value traded in a day, where known.
    pub participation: Option<f64>,
    /// What it costs.
    pub costs: CostsOfOrder,
}

/// The orders of one rebalance.
#[derive(Clone, Debug, PartialEq)]
pub struct Rebalance {
    /// The orders, by place in the panel; members that stay as they are have none.
    pub orders: Vec<Order>,
    /// The portfolio's value before, cash included.
    pub value_before: f64,
    /// The value after: less by the costs.
    pub value_after: f64,
    /// The cash before and after.
    pub cash: (f64, f64),
    /// The costs of all orders.
    pub costs: CostsOfOrder,
}

/// Why orders could not be sized.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum TradingError {
    /// Trading costs more than there is.
    #[error("expected costs below the portfolio's value of {value}, were {costs}")]
    CostsExceedValue {
        /// The portfolio's value.
        value: f64,
        /// What the orders would cost.
        costs: f64,
    },
}

/// Shares, cash and what trading costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    sizing: Sizing,
    costs: Costs,
    cash: f64,
    /// Shares and last price by place in the panel.
    positions: BTreeMap<usize, (f64, f64)>,
}

impl Ledger {
    /// A portfolio that is all cash.
    #[must_use]
    pub const fn new(capital: f64, sizing: Sizing, costs: Costs) -> Self {
        Self { sizing, costs, cash: capital, positions: BTreeMap::new() }
    }

    /// The cash.
    #[must_use]
    pub const fn cash(&self) -> f64 {
        self.cash
    }

    /// Every position as member, shares and last price, by place in the panel.
    pub fn positions(&self) -> impl Iterator<Item = (usize, f64, f64)> + '_ {
        self.positions.iter().map(|(line, (shares, price))| (*line, *shares, *price))
    }

    /// Shares at their last prices, and cash.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.cash + self.positions.values().map(|(shares, price)| shares * price).sum::<f64>()
    }

    /// Carries every position to the next session.
    ///
    /// *Inputs*: what became of a share of each member, given its last price; the share of a dividend that is received. *Method*:
    /// shares are multiplied by splits; dividends come in as cash; with whole shares, the fraction that a split leaves is paid out.
    pub fn carry(&mut self, growth: impl Fn(usize, f64) -> Growth, dividend_share: f64) {
        for (line, (shares, price)) in &mut self.positions {
            let became = growth(*line, *price);
            self.cash += *shares * became.dividend * dividend_share;
            *shares *= became.split_ratio;
            *price = became.price;
            if matches!(self.sizing, Sizing::Whole { .. }) && (became.split_ratio - 1.0).abs() > 0.0 {
                let whole = (*shares + 1e-9).floor();
                self.cash += (*shares - whole) * *price;
                *shares = whole;
            }
        }
        self.positions.retain(|_, (shares, price)| *shares != 0.0 && *price > 0.0);
    }

    /// Trades to the target weights.
    ///
    /// *Inputs*: every member wanted, and every one held that is not wanted with weight 0; weights that sum to 1. *Returns*: the
    /// orders, whose shares added to the holdings before are the holdings after, to the bit.
    ///
    /// # Errors
    /// [`TradingError::CostsExceedValue`]; nothing was traded.
    ///
    /// *Method*: `docs/methods/trading.md`. What is invested is the value less the costs of investing it, which is found by
    /// repetition; whole lots are rounded down, and the rest stays cash.
    pub fn rebalance(&mut self, targets: &[Target]) -> Result<Rebalance, TradingError> {
        for target in targets {
            if let Some((_, price)) = self.positions.get_mut(&target.line) {
                *price = target.price;
            }
        }
        let value = self.value();
        let mut reserved = 0.0;
        let mut orders = self.orders(targets, value);
        for _ in 0..ROUNDS {
            let costs: f64 = orders.iter().map(|order| order.costs.total()).sum();
            if costs >= value && !orders.is_empty() {
                return Err(TradingError::CostsExceedValue { value, costs });
            }
            let settled = match self.sizing {
                Sizing::Fractional => (costs - reserved).abs() <= 1e-15 * value,
                Sizing::Whole { .. } => costs <= reserved,
            };
            if settled {
                break;
            }
            // Whole lots make the costs jump: what is reserved only grows, so that it ends above them.
            reserved = if self.sizing == Sizing::Fractional { costs } else { costs.max(reserved * (1.0 + 1e-6)) };
            orders = self.orders(targets, value - reserved);
        }
        let (mut spent, mut costs) = (0.0, CostsOfOrder::default());
        for order in &orders {
            spent += order.shares * order.price;
            costs.commission += order.costs.commission;
            costs.spread += order.costs.spread;
            costs.impact += order.costs.impact;
            if order.after == 0.0 {
                self.positions.remove(&order.line);
            } else {
                self.positions.insert(order.line, (order.after, order.price));
            }
        }
        let before = self.cash;
        self.cash -= spent + costs.total();
        Ok(Rebalance { orders, value_before: value, value_after: self.value(), cash: (before, self.cash), costs })
    }

    /// The orders that invest so much.
    fn orders(&self, targets: &[Target], invested: f64) -> Vec<Order> {
        let mut orders: Vec<Order> = targets
            .iter()
            .filter_map(|target| {
                let before = self.positions.get(&target.line).map_or(0.0, |(shares, _)| *shares);
                let shares = self.sized(target.weight * invested.max(0.0) / target.price) - before;
                // Adding rounds, so that what is held after is defined by the order and not by the weight.
                let after = before + shares;
                let participation = target.value_traded.map(|traded| shares.abs() * target.price / traded);
                let costs = self.costs.of_order(shares, target.price, participation, target.volatility);
                let order =
                    Order { line: target.line, before, shares, after, price: target.price, participation, costs };
                (shares != 0.0).then_some(order)
            })
            .collect();
        orders.sort_by_key(|order| order.line);
        orders
    }

    fn sized(&self, shares: f64) -> f64 {
        match self.sizing {
            Sizing::Fractional => shares,
            Sizing::Whole { lot } => (shares / f64::from(lot.max(1))).floor() * f64::from(lot.max(1)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that are exact in binary")]
mod tests {
    use super::*;
    use crate::research::count;

    fn target(line: usize, weight: f64, price: f64) -> Target {
        Target { line, weight, price, value_traded: Some(1e6), volatility: Some(0.02) }
    }

    fn still(price: f64) -> Growth {
        Growth { factor: 1.0, split_ratio: 1.0, price, dividend: 0.0, is_stale: false }
    }

    #[test]
    fn whole_shares_leave_cash_and_orders_by_hand() {
        let mut ledger = Ledger::new(1_000.0, Sizing::Whole { lot: 1 }, Costs::NONE);
        let first = ledger.rebalance(&[target(0, 0.5, 30.0), target(1, 0.5, 70.0)]).unwrap();
        // 500/30 = 16.67 and 500/70 = 7.14: 480 + 490, 30 left.
        assert_eq!(first.orders.iter().map(|order| order.after).collect::<Vec<_>>(), [16.0, 7.0]);
        assert_eq!((ledger.cash(), first.value_after), (30.0, 1_000.0));
        // The second leaves, a third comes: 16·30 + 7·80 + 30 = 1 070; 535/30 = 17.8, 535/100 = 5.35.
        let next = ledger.rebalance(&[target(0, 0.5, 30.0), target(1, 0.0, 80.0), target(2, 0.5, 100.0)]).unwrap();
        let shares: Vec<_> = next.orders.iter().map(|order| (order.line, order.shares, order.after)).collect();
        assert_eq!(shares, [(0, 1.0, 17.0), (1, -7.0, 0.0), (2, 5.0, 5.0)]);
        assert_eq!(ledger.cash(), 1_070.0 - 17.0 * 30.0 - 500.0);
    }

    #[test]
    fn the_orders_of_years_reproduce_the_holdings_to_the_bit_and_no_value_is_lost() {
        for sizing in [Sizing::Fractional, Sizing::Whole { lot: 1 }, Sizing::Whole { lot: 10 }] {
            let costs = Costs { least_commission: 0.35, commission_per_share: 0.0035, ..Costs::default() };
            let mut ledger = Ledger::new(1e6, sizing, costs);
            let mut replayed: BTreeMap<usize, f64> = BTreeMap::new();
            let price = |t: usize, line: usize| 20.0 + count(line) + 5.0 * (count(t * 3 + line * 11) * 0.21).sin();
            for t in 0..400 {
                if t > 0 {
                    ledger.carry(|line, _| still(price(t, line)), 0.0);
                }
                let wanted = |line: usize| !(line + t / 9).is_multiple_of(4);
                let n = count((0..40).filter(|line| wanted(*line)).count());
                let targets: Vec<Target> = (0..40)
                    .map(|line| target(line, if wanted(line) { 1.0 / n } else { 0.0 }, price(t, line)))
                    .collect();
                let done = ledger.rebalance(&targets).unwrap();
                for order in &done.orders {
                    let held = replayed.entry(order.line).or_default();
                    assert_eq!(held.to_bits(), order.before.to_bits());
                    *held += order.shares;
                }
                replayed.retain(|_, shares| *shares != 0.0);
                let held: BTreeMap<usize, f64> = ledger.positions().map(|(line, shares, _)| (line, shares)).collect();
                assert_eq!(held, replayed, "{sizing:?} at {t}");
                let kept = done.value_before - done.costs.total();
                assert!((done.value_after - kept).abs() < 1e-9 * kept, "{sizing:?} at {t}");
                if sizing == Sizing::Fractional {
                    assert!(ledger.cash().abs() < 1e-6, "{}", ledger.cash());
                } else {
                    assert!(ledger.cash() >= 0.0, "{}", ledger.cash());
                    assert!(held.values().all(|shares| shares.fract() == 0.0));
                }
            }
        }
    }

    #[test]
    fn splits_keep_the_value_and_pay_fractions_out() {
        let mut ledger = Ledger::new(100.0, Sizing::Whole { lot: 1 }, Costs::NONE);
        let _ = ledger.rebalance(&[target(0, 1.0, 10.0)]).unwrap();
        // One for three: 10 shares become 3 and a third, the third is 10 in cash.
        let split = Growth { factor: 1.0, split_ratio: 1.0 / 3.0, price: 30.0, dividend: 0.5, is_stale: false };
        ledger.carry(|_, _| split, 1.0);
        assert_eq!(ledger.positions().next(), Some((0, 3.0, 30.0)));
        assert!((ledger.cash() - 15.0).abs() < 1e-12 && (ledger.value() - 105.0).abs() < 1e-12);
    }

    #[test]
    fn costs_beyond_the_value_are_refused() {
        let costs = Costs { least_commission: 60.0, ..Costs::NONE };
        let mut ledger = Ledger::new(100.0, Sizing::Fractional, costs);
        let refused = ledger.rebalance(&[target(0, 0.5, 10.0), target(1, 0.5, 10.0)]);
        assert_eq!(refused, Err(TradingError::CostsExceedValue { value: 100.0, costs: 120.0 }));
        assert_eq!(ledger.value(), 100.0);
    }
}
