//! Maximum drawdown: the deepest fall below the running peak.

use super::{Definition, Unit, drawdown};

pub(super) const DEFINITION: Definition = Definition {
    name: "max_drawdown",
    title: "Maximum drawdown",
    formula: "min(V/max(V so far, start included) − 1)",
    unit: Unit::Fraction,
    note: "The deepest fall below the highest value so far; the start value counts as a peak. Undefined without returns.",
    value: |statistics| statistics.max_drawdown,
};

/// Computes the deepest drawdown.
///
/// *Inputs*: returns in order of time, as fractions, each ≥ −1. *Returns*: a fraction in [−1, 0]; `None` without
/// returns.
///
/// *Method*: `docs/methods/statistics.md`; min(V/cummax(V including the start value) − 1).
///
/// ```
/// use domain::stats::max_drawdown;
/// assert_eq!(max_drawdown(&[-0.5, 0.25]), Some(-0.5)); // measured from the start value
/// ```
#[must_use]
pub fn max_drawdown(returns: &[f64]) -> Option<f64> {
    drawdown::path(returns.iter().copied()).reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn max_drawdown_of_the_example() {
        // The peak is 1.10; the last value is 1.10 · 0.95 · 1.02 · 0.97 and 0.95 · 1.02 · 0.97 = 0.93993.
        assert_close(max_drawdown(&RETURNS), -0.060_07);
    }

    #[test]
    fn gains_alone_have_a_drawdown_of_zero() {
        assert_eq!(max_drawdown(&[0.1, 0.0, 0.2]), Some(0.0));
        assert_eq!(max_drawdown(&[]), None);
    }

    #[test]
    fn a_total_loss_is_the_deepest_and_huge_gains_do_not_hide_a_fall() {
        assert_eq!(max_drawdown(&[0.5, -1.0, 3.0]), Some(-1.0));
        // The value itself would overflow.
        assert_eq!(max_drawdown(&[1e200, 1e200, -0.5]), Some(-0.5));
    }
}
