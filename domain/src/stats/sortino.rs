//! Sortino ratio: reward per unit of downside risk.

use super::{Definition, ROUNDING, Unit, finite, mean};

pub(super) const DEFINITION: Definition = Definition {
    name: "sortino",
    title: "Sortino ratio",
    formula: "mean(r − mar)·√P/√(mean(min(r − mar, 0)²))",
    unit: Unit::Ratio,
    note: "As Sharpe, but only losses against the minimum return are risk; their mean square is over all n returns. Undefined without losses.",
    value: |statistics| statistics.sortino,
};

/// Computes the annualised Sortino ratio.
///
/// *Inputs*: returns as fractions; the minimum acceptable return per period; returns per year. *Returns*: a ratio;
/// `None` without returns and when none is below the minimum.
///
/// *Method*: `docs/methods/statistics.md`; mean(r − mar)·√P/√(mean(min(r − mar, 0)²)). The mean square divides by the
/// number of all returns, not of the losses.
///
/// ```
/// use domain::stats::sortino;
/// assert_eq!(sortino(&[1.5, 0.25, -0.5, -0.25, 0.0], 0.0, 4.0).map(|ratio| (ratio * 1e6).round()), Some(1_600_000.0));
/// // mean 0.2; √((0.25 + 0.0625)/5) = 0.25; 0.2/0.25 · 2
/// ```
#[must_use]
pub fn sortino(returns: &[f64], minimum_return: f64, periods_per_year: f64) -> Option<f64> {
    let over = || returns.iter().map(|value| value - minimum_return);
    let downside = mean(over().map(|value| value.min(0.0).powi(2)))?.sqrt();
    if downside <= ROUNDING {
        return None;
    }
    finite(mean(over())? * periods_per_year.sqrt() / downside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{PERIODS_PER_YEAR, RETURNS, assert_close};

    #[test]
    fn sortino_of_the_example_divides_by_all_returns() {
        // Losses 0.05 and 0.03: √((0.0025 + 0.0009)/4) = 0.0291547595; 0.01 · 2/0.0291547595 = 0.6859943….
        assert_close(sortino(&RETURNS, 0.0, PERIODS_PER_YEAR), 0.02 / (0.003_4_f64 / 4.0).sqrt());
    }

    #[test]
    fn a_minimum_return_moves_what_counts_as_a_loss() {
        // Over 0.02: 0.08, −0.07, 0, −0.05, mean −0.01; √((0.0049 + 0.0025)/4).
        assert_close(sortino(&RETURNS, 0.02, PERIODS_PER_YEAR), -0.02 / (0.007_4_f64 / 4.0).sqrt());
    }

    #[test]
    fn gains_alone_have_no_sortino_ratio() {
        assert_eq!(sortino(&[0.1, 0.2, 0.0], 0.0, 252.0), None);
        assert_eq!(sortino(&[], 0.0, 252.0), None);
        // A loss that is the rounding of a price ratio is none.
        assert_eq!(sortino(&[0.1, -1e-16], 0.0, 252.0), None);
    }
}
