//! Kelly fraction: the stake that maximises growth at the series' odds.

use super::{Definition, Unit, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "kelly",
    title: "Kelly fraction",
    formula: "(b·p − q)/b",
    unit: Unit::Fraction,
    note: "Stake that maximises growth; p = win rate, q = 1 − p, b = payoff ratio. Undefined without a payoff ratio.",
    value: |statistics| statistics.kelly,
};

/// Computes the Kelly fraction.
///
/// *Inputs*: the win rate p in [0, 1]; the payoff ratio b > 0. *Returns*: a fraction of the capital, negative when the
/// odds are against the holder; `None` for a payoff of zero.
///
/// *Method*: `docs/methods/statistics.md`; (b·p − q)/b with q = 1 − p.
///
/// ```
/// use domain::stats::kelly;
/// assert_eq!(kelly(0.5, 2.0), Some(0.25)); // (2 · 0.5 − 0.5)/2
/// ```
#[must_use]
pub fn kelly(win_rate: f64, payoff: f64) -> Option<f64> {
    if payoff > 0.0 { finite((payoff * win_rate - (1.0 - win_rate)) / payoff) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::assert_close;

    #[test]
    fn kelly_of_the_example() {
        // p = 0.5, b = 1.5: (0.75 − 0.5)/1.5 = 1/6.
        assert_close(kelly(0.5, 1.5), 1.0 / 6.0);
    }

    #[test]
    fn bad_odds_are_negative_and_no_payoff_is_undefined() {
        // (0.5 − 0.5/1) with p = 0.25: (0.25 − 0.75)/1.
        assert_close(kelly(0.25, 1.0), -0.5);
        assert_eq!(kelly(0.5, 0.0), None);
    }
}
