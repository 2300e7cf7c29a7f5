//! Skewness: whether the large deviations are gains or losses.

use super::{Definition, Moments, Unit, count, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "skew",
    title: "Skewness",
    formula: "√(n(n − 1))/(n − 2)·m₃/m₂^1.5",
    unit: Unit::Ratio,
    note: "Positive when the large deviations are gains; bias-corrected, m being the population moments. Undefined below three returns and for constant ones.",
    value: |statistics| statistics.skew,
};

/// Computes the bias-corrected skewness.
///
/// *Inputs*: the moments of the returns. *Returns*: a ratio; `None` below three returns and when they do not vary.
///
/// *Method*: `docs/methods/statistics.md`; √(n(n − 1))/(n − 2)·m₃/m₂^1.5 with population moments (as pandas).
///
/// ```
/// use domain::stats::{Moments, skew};
/// assert_eq!(skew(&Moments::of(&[-1.0, 0.0, 1.0])), Some(0.0));
/// ```
#[must_use]
pub fn skew(returns: &Moments) -> Option<f64> {
    if returns.n < 3 {
        return None;
    }
    returns.divisor()?;
    let n = count(returns.n);
    let plain = returns.population(returns.sum_of_cubes) / libm::pow(returns.population(returns.sum_of_squares), 1.5);
    finite((n * (n - 1.0)).sqrt() / (n - 2.0) * plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn skew_of_the_example() {
        // m₂ = 0.0134/4 = 0.00335, m₃ = 0.00045/4 = 0.0001125; √12/2 · 0.0001125/0.00335^1.5 = 1.0049….
        assert_close(skew(&Moments::of(&RETURNS)), 3.0_f64.sqrt() * 0.000_112_5 / 0.003_35_f64.powf(1.5));
    }

    #[test]
    fn two_returns_and_constants_have_no_skew() {
        assert_eq!(skew(&Moments::of(&[0.1, 0.2])), None);
        assert_eq!(skew(&Moments::of(&[0.1; 9])), None);
    }
}
