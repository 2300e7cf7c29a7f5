//! Ulcer index: the root mean square drawdown, deep and long falls alike.

use super::{Definition, Unit, count, drawdown, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "ulcer_index",
    title: "Ulcer index",
    formula: "√(Σ drawdown²/(n − 1))",
    unit: Unit::Fraction,
    note: "Root mean square of the daily drawdowns, so that long falls count as much as deep ones. Undefined below two returns.",
    value: |statistics| statistics.ulcer_index,
};

/// Computes the ulcer index.
///
/// *Inputs*: returns in order of time, as fractions, each ≥ −1. *Returns*: a fraction ≥ 0; `None` below two returns.
///
/// *Method*: `docs/methods/statistics.md`; √(Σ drawdown²/(n − 1)), drawdowns from the running peak including the start
/// value. The divisor n − 1 is quantstats'.
///
/// ```
/// use domain::stats::ulcer_index;
/// assert_eq!(ulcer_index(&[-0.5, 1.0]), Some(0.5)); // drawdowns −0.5 and 0: √(0.25/1)
/// ```
#[must_use]
pub fn ulcer_index(returns: &[f64]) -> Option<f64> {
    if returns.len() < 2 {
        return None;
    }
    let squares: f64 = drawdown::path(returns.iter().copied()).map(|depth| depth * depth).sum();
    finite((squares / count(returns.len() - 1)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn ulcer_index_of_the_example() {
        // Drawdowns 0, −0.05, 0.95 · 1.02 − 1 = −0.031, −0.06007; 0.0025 + 0.000961 + 0.0036084049 over 3.
        assert_close(ulcer_index(&RETURNS), (0.007_069_404_9_f64 / 3.0).sqrt());
    }

    #[test]
    fn gains_alone_hurt_nobody_and_one_return_is_too_few() {
        assert_eq!(ulcer_index(&[0.1, 0.1]), Some(0.0));
        assert_eq!(ulcer_index(&[-0.1]), None);
    }
}
