//! Excess kurtosis: how much heavier the tails are than the normal distribution's.

use super::{Definition, Moments, Unit, count, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "excess_kurtosis",
    title: "Excess kurtosis",
    formula: "(n − 1)/((n − 2)(n − 3))·((n + 1)(m₄/m₂² − 3) + 6)",
    unit: Unit::Ratio,
    note: "Zero for a normal distribution, positive for heavier tails; bias-corrected, m being the population moments. Undefined below four returns and for constant ones.",
    value: |statistics| statistics.excess_kurtosis,
};

/// Computes the bias-corrected excess kurtosis.
///
/// *Inputs*: the moments of the returns. *Returns*: a ratio, 0 for a normal distribution; `None` below four returns
/// and when they do not vary.
///
/// *Method*: `docs/methods/statistics.md`; (n − 1)/((n − 2)(n − 3))·((n + 1)·(m₄/m₂² − 3) + 6) with population moments
/// (as pandas).
///
/// ```
/// use domain::stats::{Moments, excess_kurtosis};
/// // m₂ = 1 and m₄ = 1: 3/2 · (5 · (1 − 3) + 6)
/// assert_eq!(excess_kurtosis(&Moments::of(&[1.0, -1.0, 1.0, -1.0])), Some(-6.0));
/// ```
#[must_use]
pub fn excess_kurtosis(returns: &Moments) -> Option<f64> {
    if returns.n < 4 {
        return None;
    }
    returns.divisor()?;
    let n = count(returns.n);
    let plain = returns.population(returns.sum_of_fourths) / returns.population(returns.sum_of_squares).powi(2) - 3.0;
    finite((n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * plain + 6.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn excess_kurtosis_of_the_example() {
        // m₄/m₂² − 3 = 0.000020285/0.0000112225 − 3 = −1.1924704…; 3/(2 · 1) · (5 · −1.1924704… + 6) = 0.0564713….
        let plain = 0.000_020_285 / 0.000_011_222_5 - 3.0;
        assert_close(excess_kurtosis(&Moments::of(&RETURNS)), 1.5 * (5.0 * plain + 6.0));
    }

    #[test]
    fn three_returns_and_constants_have_no_kurtosis() {
        assert_eq!(excess_kurtosis(&Moments::of(&[0.1, 0.2, 0.3])), None);
        assert_eq!(excess_kurtosis(&Moments::of(&[0.1; 9])), None);
    }
}
