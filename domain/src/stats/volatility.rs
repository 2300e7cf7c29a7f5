//! Volatility: the annualised standard deviation of the returns.

use super::{Definition, Moments, Unit, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "volatility",
    title: "Volatility",
    formula: "sd(r)·√P",
    unit: Unit::Fraction,
    note: "Sample standard deviation (n − 1) of the returns, per year. Undefined below two returns.",
    value: |statistics| statistics.volatility,
};

/// Computes the annualised standard deviation.
///
/// *Inputs*: the moments of the returns; returns per year. *Returns*: a fraction ≥ 0; `None` below two returns.
///
/// *Method*: `docs/methods/statistics.md`; sd(r)·√P with n − 1 in the variance.
///
/// ```
/// use domain::stats::{Moments, volatility};
/// assert_eq!(volatility(&Moments::of(&[0.5, 0.0, -0.5]), 4.0), Some(1.0)); // √(0.5/2) · 2
/// ```
#[must_use]
pub fn volatility(returns: &Moments, periods_per_year: f64) -> Option<f64> {
    finite(returns.deviation()? * periods_per_year.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{PERIODS_PER_YEAR, RETURNS, assert_close};

    #[test]
    fn volatility_of_the_example() {
        // √(0.0134/3) · √4 = 0.0668331255… · 2.
        assert_close(volatility(&Moments::of(&RETURNS), PERIODS_PER_YEAR), (0.013_4_f64 / 3.0).sqrt() * 2.0);
    }

    #[test]
    fn constants_have_none_and_a_single_return_is_undefined() {
        assert_eq!(volatility(&Moments::of(&[0.1; 5]), 252.0), Some(0.0));
        assert_eq!(volatility(&Moments::of(&[0.1]), 252.0), None);
    }
}
