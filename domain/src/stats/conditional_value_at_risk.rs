//! Conditional value at risk: the mean of the worst days.

use super::{Definition, Sorted, Unit, mean};

pub(super) const DEFINITION: Definition = Definition {
    name: "conditional_value_at_risk_95",
    title: "Conditional value at risk 95 %",
    formula: "mean of the worst ⌊(n − 1)·5 %⌋ + 1 returns",
    unit: Unit::Fraction,
    note: "What the worst twentieth of the days returned on average, also called expected shortfall. Undefined without returns.",
    value: |statistics| statistics.conditional_value_at_risk_95,
};

/// Computes the historical conditional value at risk at 95 %.
///
/// *Inputs*: the sorted returns. *Returns*: a return (a loss is negative); `None` without returns.
///
/// *Method*: `docs/methods/statistics.md`; the mean of the worst ⌊(n − 1)·5 %⌋ + 1 returns.
///
/// ```
/// use domain::stats::{Sorted, conditional_value_at_risk_95};
/// let returns: Vec<f64> = (-10..=10).map(f64::from).collect(); // the worst ⌊20 · 5 %⌋ + 1 = 2
/// assert_eq!(conditional_value_at_risk_95(&Sorted::of(&returns)), Some(-9.5));
/// ```
#[must_use]
pub fn conditional_value_at_risk_95(returns: &Sorted) -> Option<f64> {
    let worst = returns.values().len().checked_sub(1)? / 20 + 1;
    mean(returns.values().iter().take(worst).copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn conditional_value_at_risk_of_the_example() {
        // ⌊3 · 5 %⌋ + 1 = 1 return: the worst.
        assert_close(conditional_value_at_risk_95(&Sorted::of(&RETURNS)), -0.05);
    }

    #[test]
    fn the_twenty_first_return_adds_a_second_day() {
        let losses = |n: i32| (1..=n).map(|value| -f64::from(value)).collect::<Vec<_>>();
        assert_close(conditional_value_at_risk_95(&Sorted::of(&losses(20))), -20.0);
        // (21 + 20)/2.
        assert_close(conditional_value_at_risk_95(&Sorted::of(&losses(21))), -20.5);
    }

    #[test]
    fn nothing_has_no_worst_day() {
        assert_eq!(conditional_value_at_risk_95(&Sorted::of(&[])), None);
    }
}
