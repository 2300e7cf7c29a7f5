//! Value at risk: the return that one day in twenty falls below.

use super::{Definition, Moments, Sorted, Unit, finite, normal};

pub(super) const DEFINITION: Definition = Definition {
    name: "value_at_risk_95",
    title: "Value at risk 95 %",
    formula: "5th percentile of r, linear",
    unit: Unit::Fraction,
    note: "One return in twenty was below it; a return, so a loss is negative. Undefined without returns.",
    value: |statistics| statistics.value_at_risk_95,
};

pub(super) const NORMAL_DEFINITION: Definition = Definition {
    name: "normal_value_at_risk_95",
    title: "Value at risk 95 % (normal)",
    formula: "mean(r) + sd(r)·Φ⁻¹(0.05)",
    unit: Unit::Fraction,
    note: "The 5th percentile if the returns were normal. Undefined below two returns.",
    value: |statistics| statistics.normal_value_at_risk_95,
};

/// Computes the historical value at risk at 95 %.
///
/// *Inputs*: the sorted returns. *Returns*: a return (a loss is negative); `None` without returns.
///
/// *Method*: `docs/methods/statistics.md`; the 5th percentile at position (n − 1)·0.05, interpolated linearly.
///
/// ```
/// use domain::stats::{Sorted, value_at_risk_95};
/// let returns: Vec<f64> = (-10..=10).map(f64::from).collect(); // position 20 · 0.05 = 1
/// assert_eq!(value_at_risk_95(&Sorted::of(&returns)), Some(-9.0));
/// ```
#[must_use]
pub fn value_at_risk_95(returns: &Sorted) -> Option<f64> {
    returns.twentieths(1)
}

/// Computes the value at risk at 95 % of a normal distribution with the returns' mean and deviation.
///
/// *Inputs*: the moments of the returns. *Returns*: a return (a loss is negative); `None` below two returns.
///
/// *Method*: `docs/methods/statistics.md`; mean(r) + sd(r)·Φ⁻¹(0.05), Φ⁻¹(0.05) = −1.6448536….
///
/// ```
/// use domain::stats::{Moments, normal_value_at_risk_95};
/// let risk = normal_value_at_risk_95(&Moments::of(&[1.0, 0.0, -1.0])).unwrap(); // mean 0, deviation 1
/// assert!((risk + 1.6448536).abs() < 1e-7);
/// ```
#[must_use]
pub fn normal_value_at_risk_95(returns: &Moments) -> Option<f64> {
    finite(returns.mean + returns.deviation()? * normal::PERCENTILE_5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn value_at_risk_of_the_example() {
        // Sorted −0.05, −0.03, 0.02, 0.10; position 3 · 0.05 = 0.15: −0.05 + 0.15 · 0.02.
        assert_close(value_at_risk_95(&Sorted::of(&RETURNS)), -0.047);
    }

    #[test]
    fn normal_value_at_risk_of_the_example() {
        // 0.01 − 1.6448536269514727 · √(0.0134/3) = −0.0999307….
        let expected = 0.01 - 1.644_853_626_951_472_7 * (0.013_4_f64 / 3.0).sqrt();
        assert_close(normal_value_at_risk_95(&Moments::of(&RETURNS)), expected);
    }

    #[test]
    fn nothing_has_no_value_at_risk_and_one_return_no_normal_one() {
        assert_eq!(value_at_risk_95(&Sorted::of(&[])), None);
        assert_eq!(value_at_risk_95(&Sorted::of(&[0.1])), Some(0.1));
        assert_eq!(normal_value_at_risk_95(&Moments::of(&[0.1])), None);
    }
}
