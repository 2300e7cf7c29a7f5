//! Sharpe ratio: reward per unit of total risk.

use super::{Definition, Moments, Unit, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "sharpe",
    title: "Sharpe ratio",
    formula: "mean(r − rf)/sd(r)·√P",
    unit: Unit::Ratio,
    note: "Mean excess return per unit of deviation, per year. Undefined below two returns and for constant returns.",
    value: |statistics| statistics.sharpe,
};

/// Computes the annualised Sharpe ratio.
///
/// *Inputs*: the moments of the returns; the risk-free return per period; returns per year. *Returns*: a ratio;
/// `None` below two returns and when they do not vary.
///
/// *Method*: `docs/methods/statistics.md`; mean(r − rf)/sd(r)·√P with n − 1 in the variance.
///
/// ```
/// use domain::stats::{Moments, sharpe};
/// assert_eq!(sharpe(&Moments::of(&[0.75, 0.25, -0.25]), 0.0, 4.0), Some(1.0)); // 0.25/0.5 · 2
/// ```
#[must_use]
pub fn sharpe(returns: &Moments, risk_free: f64, periods_per_year: f64) -> Option<f64> {
    finite((returns.mean - risk_free) / returns.divisor()? * periods_per_year.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{PERIODS_PER_YEAR, RETURNS, assert_close};

    #[test]
    fn sharpe_of_the_example() {
        let moments = Moments::of(&RETURNS);
        // 0.01/√(0.0134/3) · 2 = 0.2992528…; with a risk-free 0.004 the numerator is 0.006.
        assert_close(sharpe(&moments, 0.0, PERIODS_PER_YEAR), 0.01 / (0.013_4_f64 / 3.0).sqrt() * 2.0);
        assert_close(sharpe(&moments, 0.004, PERIODS_PER_YEAR), 0.006 / (0.013_4_f64 / 3.0).sqrt() * 2.0);
    }

    #[test]
    fn constant_returns_have_no_sharpe_ratio() {
        assert_eq!(sharpe(&Moments::of(&[0.1; 5]), 0.0, 252.0), None);
        assert_eq!(sharpe(&Moments::of(&[0.1]), 0.0, 252.0), None);
        assert_eq!(sharpe(&Moments::of(&[]), 0.0, 252.0), None);
    }
}
