//! Alpha: the yearly return that beta does not explain.

use super::{Definition, Unit, beta, finite, mean};

pub(super) const DEFINITION: Definition = Definition {
    name: "alpha",
    title: "Alpha",
    formula: "(1 + mean(r − rf − β(b − rf)))^P − 1",
    unit: Unit::Fraction,
    note: "Return per year beyond what the benchmark explains, compounded. Undefined where beta is.",
    value: |statistics| statistics.alpha,
};

/// Computes the annualised return beyond what the benchmark explains.
///
/// *Inputs*: returns and benchmark returns of the same days in the same order; the risk-free return per period;
/// returns per year. *Returns*: a fraction ≥ −1; `None` where [`beta`] is, when the mean residual is below −1, and where
/// the power overflows.
///
/// *Method*: `docs/methods/statistics.md`; (1 + mean(r − rf − β·(b − rf)))^P − 1.
///
/// ```
/// use domain::stats::alpha;
/// let yearly = alpha(&[2.5, 0.5, -1.5], &[1.0, 0.0, -1.0], 0.0, 2.0); // beta 2, residual 0.5 on every day
/// assert_eq!(yearly, Some(1.25)); // 1.5² − 1
/// ```
#[must_use]
pub fn alpha(returns: &[f64], benchmark: &[f64], risk_free: f64, periods_per_year: f64) -> Option<f64> {
    let beta = beta(returns, benchmark)?;
    let residuals = returns.iter().zip(benchmark).map(|(r, b)| r - risk_free - beta * (b - risk_free));
    let growth = 1.0 + mean(residuals)?;
    // The fractional power of a negative number is undefined.
    if growth < 0.0 { None } else { finite(libm::pow(growth, periods_per_year) - 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{BENCHMARK, PERIODS_PER_YEAR, RETURNS, assert_close};

    #[test]
    fn alpha_of_the_example() {
        // 0.01 − 1.5 · 0.005 = 0.0025; 1.0025⁴ − 1 = 0.0100375625390625.
        assert_close(alpha(&RETURNS, &BENCHMARK, 0.0, PERIODS_PER_YEAR), 0.010_037_562_539_062_5);
        // With rf 0.001: 0.009 − 1.5 · 0.004 = 0.003.
        assert_close(alpha(&RETURNS, &BENCHMARK, 0.001, PERIODS_PER_YEAR), 1.003_f64.powi(4) - 1.0);
    }

    #[test]
    fn without_beta_there_is_no_alpha() {
        assert_eq!(alpha(&RETURNS, &[0.01; 4], 0.0, 252.0), None);
        assert_eq!(alpha(&[-0.5, -1.0, 0.0, 0.5], &[0.9, 1.0, 0.0, 1.5], 2.0, 0.5), None);
    }
}
