//! Beta: how much the series moves with its benchmark.

use super::{Definition, Moments, Unit, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "beta",
    title: "Beta",
    formula: "cov(r, b)/var(b)",
    unit: Unit::Ratio,
    note: "Move per unit of the benchmark's move. Undefined without a benchmark, below two returns and when the benchmark does not vary.",
    value: |statistics| statistics.beta,
};

/// Computes the sensitivity to a benchmark.
///
/// *Inputs*: returns and benchmark returns of the same days in the same order. *Returns*: a ratio; `None` when the
/// lengths differ, below two returns, and when the benchmark does not vary.
///
/// *Method*: `docs/methods/statistics.md`; cov(r, b)/var(b), in which n − 1 cancels.
///
/// ```
/// use domain::stats::beta;
/// assert_eq!(beta(&[2.0, 0.0, -2.0], &[1.0, 0.0, -1.0]), Some(2.0));
/// ```
#[must_use]
pub fn beta(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    if returns.len() != benchmark.len() {
        return None;
    }
    let (own, other) = (Moments::of(returns), Moments::of(benchmark));
    other.divisor()?;
    let products = returns.iter().zip(benchmark).map(|(r, b)| (r - own.mean) * (b - other.mean));
    finite(products.sum::<f64>() / other.sum_of_squares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{BENCHMARK, RETURNS, assert_close};

    #[test]
    fn beta_of_the_example() {
        // Products 0.0045 + 0.0018 + 0.0002 + 0.0016 = 0.0081, squares 0.0025 + 0.0009 + 0.0004 + 0.0016 = 0.0054.
        assert_close(beta(&RETURNS, &BENCHMARK), 1.5);
    }

    #[test]
    fn a_benchmark_that_does_not_vary_or_does_not_match_gives_no_beta() {
        assert_eq!(beta(&RETURNS, &[0.01; 4]), None);
        assert_eq!(beta(&RETURNS, &BENCHMARK[..3]), None);
        assert_eq!(beta(&[0.1], &[0.2]), None);
        assert_eq!(beta(&[], &[]), None);
    }
}
