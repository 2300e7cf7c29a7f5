//! Win rate: the share of days that gained.

use super::{Definition, Unit, count};

pub(super) const DEFINITION: Definition = Definition {
    name: "win_rate",
    title: "Win rate (days)",
    formula: "count(r > 0)/count(r ≠ 0)",
    unit: Unit::Fraction,
    note: "The share of gains among the days that moved. Undefined when none did.",
    value: |statistics| statistics.win_rate,
};

/// Computes the share of gains among the returns that are not zero.
///
/// *Inputs*: returns as fractions. *Returns*: a fraction in [0, 1]; `None` when every return is zero.
///
/// *Method*: `docs/methods/statistics.md`; count(r > 0)/count(r ≠ 0).
///
/// ```
/// use domain::stats::win_rate;
/// assert_eq!(win_rate(&[0.01, 0.0, -0.02]), Some(0.5));
/// ```
#[must_use]
pub fn win_rate(returns: &[f64]) -> Option<f64> {
    let wins = returns.iter().filter(|value| **value > 0.0).count();
    let losses = returns.iter().filter(|value| **value < 0.0).count();
    if wins + losses == 0 { None } else { Some(count(wins) / count(wins + losses)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn win_rate_of_the_example() {
        // Two gains, two losses.
        assert_close(win_rate(&RETURNS), 0.5);
    }

    #[test]
    fn days_without_a_move_do_not_count() {
        assert_eq!(win_rate(&[0.0, 0.1, 0.0]), Some(1.0));
        assert_eq!(win_rate(&[0.0, -0.0]), None);
        assert_eq!(win_rate(&[]), None);
    }
}
