//! The money: what moved it, kept twice so that a slip shows at once.

use serde::{Deserialize, Serialize};

use super::position::Position;
use super::run::RunError;
use crate::units::Day;

/// Cash, and independently of it the sums that must explain it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ledger {
    capital: f64,
    pub(super) cash: f64,
    /// Profit of all closed legs before fees.
    realised: f64,
    fees: f64,
    dividends: f64,
    /// Profit of all closed trades after fees.
    closed_pnl: f64,
    /// Sum of all amounts that went through the cash, regardless of their sign: what rounding is measured against.
    turnover: f64,
}

/// The rounding allowed of each unit that went through the cash.
const ROUNDING: f64 = 1e-11;

impl Ledger {
    pub(super) fn of(capital: f64) -> Self {
        Self { capital, cash: capital, realised: 0.0, fees: 0.0, dividends: 0.0, closed_pnl: 0.0, turnover: capital }
    }

    fn move_cash(&mut self, amount: f64) {
        self.cash += amount;
        self.turnover += libm::fabs(amount);
    }

    /// Pays for a leg, or receives what it was sold for: `units` shares at a price.
    pub(super) fn open_leg(&mut self, units: f64, price: f64) {
        self.move_cash(-units * price);
    }

    /// Receives what a leg was sold for, or pays for buying it back. *Returns*: its profit before fees.
    pub(super) fn close_leg(&mut self, units: f64, entry: f64, exit: f64) -> f64 {
        self.move_cash(units * exit);
        let profit = units * (exit - entry);
        self.realised += profit;
        profit
    }

    pub(super) fn pay_fees(&mut self, fees: f64) {
        self.move_cash(-fees);
        self.fees += fees;
    }

    /// Receives a dividend, or owes it when negative.
    pub(super) fn take_dividend(&mut self, amount: f64) {
        self.move_cash(amount);
        self.dividends += amount;
    }

    pub(super) fn note_trade(&mut self, pnl: f64) {
        self.closed_pnl += pnl;
    }

    /// Equity must be the capital, what closed and open legs and the hedge made, dividends and fees; and the capital, the
    /// closed trades and the hedge when nothing is open.
    pub(super) fn check(
        &self,
        day: Day,
        equity: f64,
        open: &[Position],
        hedge_gross: f64,
        hedge_profit: f64,
    ) -> Result<(), RunError> {
        let unrealised: f64 = open
            .iter()
            .flat_map(|position| {
                position.open_legs().map(|leg| leg.units(position.multiplier) * (leg.mark - leg.entry.price))
            })
            .sum();
        let expected = self.capital + self.realised + self.dividends - self.fees + unrealised + hedge_gross;
        let allowed = ROUNDING * (self.turnover + libm::fabs(unrealised) + libm::fabs(hedge_gross));
        // NaN is near nothing, so it is refused too.
        let near = |number: f64| libm::fabs(equity - number) <= allowed;
        if !near(expected) {
            return Err(RunError::Unbalanced { day, equity, expected, rule: "realised and unrealised profit" });
        }
        let flat = self.capital + self.closed_pnl + hedge_profit;
        if open.is_empty() && !near(flat) {
            return Err(RunError::Unbalanced { day, equity, expected: flat, rule: "closed trades" });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Day = Day::from_number(18_000);

    #[test]
    fn a_round_trip_leaves_the_profit_less_the_fees() {
        let mut ledger = Ledger::of(1_000.0);
        ledger.open_leg(100.0, 2.0);
        ledger.pay_fees(0.5);
        assert!((ledger.cash - 799.5).abs() <= 1e-12);
        assert_eq!(ledger.close_leg(100.0, 2.0, 3.0).to_bits(), 100.0_f64.to_bits());
        ledger.note_trade(99.5);
        assert!(ledger.check(DAY, ledger.cash, &[], 0.0, 0.0).is_ok());
    }

    #[test]
    fn money_from_nowhere_is_noticed() {
        let mut ledger = Ledger::of(1_000.0);
        ledger.cash += 0.01;
        assert!(matches!(ledger.check(DAY, ledger.cash, &[], 0.0, 0.0), Err(RunError::Unbalanced { .. })));
        let mut ledger = Ledger::of(1_000.0);
        ledger.close_leg(1.0, 0.0, 5.0);
        let error = ledger.check(DAY, ledger.cash, &[], 0.0, 0.0).unwrap_err();
        assert!(error.to_string().contains("by closed trades"), "{error}");
        assert!(ledger.check(DAY, f64::NAN, &[], 0.0, 0.0).is_err());
    }
}
