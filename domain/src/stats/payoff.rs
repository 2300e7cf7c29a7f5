//! Payoff ratio: the mean gain per unit of the mean loss.

use super::{Definition, Unit, finite, mean};

pub(super) const DEFINITION: Definition = Definition {
    name: "payoff",
    title: "Payoff ratio",
    formula: "mean(r where r > 0)/|mean(r where r < 0)|",
    unit: Unit::Ratio,
    note: "How large a gain is on average compared with a loss. Undefined without gains or without losses.",
    value: |statistics| statistics.payoff,
};

/// Computes the ratio of the mean gain to the mean loss.
///
/// *Inputs*: returns as fractions. *Returns*: a ratio > 0; `None` without gains or without losses.
///
/// *Method*: `docs/methods/statistics.md`; mean(r where r > 0)/|mean(r where r < 0)|.
///
/// ```
/// use domain::stats::payoff;
/// assert_eq!(payoff(&[0.5, 0.25, -0.125]), Some(3.0)); // 0.375/0.125
/// ```
#[must_use]
pub fn payoff(returns: &[f64]) -> Option<f64> {
    let gain = mean(returns.iter().copied().filter(|value| *value > 0.0))?;
    let loss = mean(returns.iter().copied().filter(|value| *value < 0.0))?;
    finite(gain / loss.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn payoff_of_the_example() {
        // (0.10 + 0.02)/2 = 0.06 against (0.05 + 0.03)/2 = 0.04.
        assert_close(payoff(&RETURNS), 1.5);
    }

    #[test]
    fn days_without_a_move_are_no_loss() {
        // 0.2/0.1; with the zero among the losses it would be 0.2/0.05.
        assert_close(payoff(&[0.2, 0.0, -0.1]), 2.0);
    }

    #[test]
    fn one_side_alone_has_no_payoff() {
        assert_eq!(payoff(&[0.1, 0.0]), None);
        assert_eq!(payoff(&[-0.1, 0.0]), None);
    }
}
