//! Information ratio: reward per unit of risk taken against the benchmark.

use super::{Definition, Moments, Unit, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "information_ratio",
    title: "Information ratio",
    formula: "mean(r − b)/sd(r − b)",
    unit: Unit::Ratio,
    note: "Mean return over the benchmark per unit of its deviation, per period (not annualised). Undefined without a benchmark, below two returns and when the difference does not vary.",
    value: |statistics| statistics.information_ratio,
};

/// Computes the information ratio per period.
///
/// *Inputs*: returns and benchmark returns of the same days in the same order. *Returns*: a ratio, not annualised;
/// `None` when the lengths differ, below two returns, and when the difference does not vary.
///
/// *Method*: `docs/methods/statistics.md`; mean(r − b)/sd(r − b) with n − 1 in the variance.
///
/// ```
/// use domain::stats::information_ratio;
/// assert_eq!(information_ratio(&[1.0, 1.0, 1.0], &[0.0, 0.5, 1.0]), Some(1.0)); // mean 0.5, deviation 0.5
/// ```
#[must_use]
pub fn information_ratio(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    if returns.len() != benchmark.len() {
        return None;
    }
    let differences: Vec<f64> = returns.iter().zip(benchmark).map(|(r, b)| r - b).collect();
    let moments = Moments::of(&differences);
    finite(moments.mean / moments.divisor()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{BENCHMARK, RETURNS, assert_close};

    #[test]
    fn information_ratio_of_the_example() {
        // Differences 0.045, −0.025, −0.005, 0.005: mean 0.005, squares 0.0016 + 0.0009 + 0.0001 + 0 over 3.
        assert_close(information_ratio(&RETURNS, &BENCHMARK), 0.005 / (0.002_6_f64 / 3.0).sqrt());
    }

    #[test]
    fn a_constant_lead_has_no_information_ratio() {
        let ahead: Vec<f64> = BENCHMARK.iter().map(|b| b + 0.001).collect();
        assert_eq!(information_ratio(&ahead, &BENCHMARK), None);
        assert_eq!(information_ratio(&RETURNS, &BENCHMARK[..2]), None);
        assert_eq!(information_ratio(&[], &[]), None);
    }
}
