//! Up and down capture: how much of the benchmark's rises and falls the series takes part in.

use super::{Definition, Unit, cagr, finite, total_return};

pub(super) const UP_DEFINITION: Definition = Definition {
    name: "up_capture",
    title: "Up capture",
    formula: "CAGR(r where b > 0)/CAGR(b where b > 0)",
    unit: Unit::Ratio,
    note: "Annualised return on the days the benchmark rose, per unit of the benchmark's. Undefined without such days.",
    value: |statistics| statistics.up_capture,
};

pub(super) const DOWN_DEFINITION: Definition = Definition {
    name: "down_capture",
    title: "Down capture",
    formula: "CAGR(r where b < 0)/CAGR(b where b < 0)",
    unit: Unit::Ratio,
    note: "Annualised return on the days the benchmark fell, per unit of the benchmark's; below 1 is good. Undefined without such days.",
    value: |statistics| statistics.down_capture,
};

/// Computes the share of the benchmark's rises that the series took part in.
///
/// *Inputs*: returns and benchmark returns of the same days in the same order; returns per year. *Returns*: a ratio;
/// `None` when the lengths differ, when the benchmark never rose, and where annualising overflows.
///
/// *Method*: `docs/methods/statistics.md`; both sides compounded and annualised over the days with b > 0 alone.
///
/// ```
/// use domain::stats::up_capture;
/// assert_eq!(up_capture(&[0.5, -0.1], &[0.25, -0.1], 1.0), Some(2.0));
/// ```
#[must_use]
pub fn up_capture(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    capture(returns, benchmark, periods_per_year, |b| b > 0.0)
}

/// Computes the share of the benchmark's falls that the series took part in.
///
/// *Inputs*: returns and benchmark returns of the same days in the same order; returns per year. *Returns*: a ratio;
/// `None` when the lengths differ, when the benchmark never fell, and where annualising overflows.
///
/// *Method*: `docs/methods/statistics.md`; both sides compounded and annualised over the days with b < 0 alone.
///
/// ```
/// use domain::stats::down_capture;
/// assert_eq!(down_capture(&[0.5, -0.25], &[0.25, -0.5], 1.0), Some(0.5));
/// ```
#[must_use]
pub fn down_capture(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    capture(returns, benchmark, periods_per_year, |b| b < 0.0)
}

fn capture(returns: &[f64], benchmark: &[f64], periods_per_year: f64, is_counted: impl Fn(f64) -> bool) -> Option<f64> {
    if returns.len() != benchmark.len() {
        return None;
    }
    let counted = returns.iter().zip(benchmark).filter(|(_, b)| is_counted(**b));
    let (own, other): (Vec<f64>, Vec<f64>) = counted.unzip();
    let own_growth = cagr(total_return(&own)?, own.len(), periods_per_year)?;
    let other_growth = cagr(total_return(&other)?, other.len(), periods_per_year)?;
    if other_growth == 0.0 { None } else { finite(own_growth / other_growth) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{BENCHMARK, PERIODS_PER_YEAR, RETURNS, assert_close};

    #[test]
    fn up_capture_of_the_example() {
        // Days 1 and 3: 1.10 · 1.02 = 1.122 against 1.055 · 1.025 = 1.081375; two of four periods, so squared.
        let expected = (1.122_f64.powi(2) - 1.0) / (1.081_375_f64.powi(2) - 1.0);
        assert_close(up_capture(&RETURNS, &BENCHMARK, PERIODS_PER_YEAR), expected);
    }

    #[test]
    fn down_capture_of_the_example() {
        // Days 2 and 4: 0.95 · 0.97 = 0.9215 against 0.975 · 0.965 = 0.940875.
        let expected = (0.921_5_f64.powi(2) - 1.0) / (0.940_875_f64.powi(2) - 1.0);
        assert_close(down_capture(&RETURNS, &BENCHMARK, PERIODS_PER_YEAR), expected);
    }

    #[test]
    fn days_on_which_the_benchmark_stood_still_count_for_neither() {
        // Only the first day counts: 0.5/0.25 and −0.25/−0.5.
        assert_close(up_capture(&[0.5, 0.9], &[0.25, 0.0], 1.0), 2.0);
        assert_close(down_capture(&[-0.25, 0.9], &[-0.5, 0.0], 1.0), 0.5);
    }

    #[test]
    fn a_benchmark_that_never_moved_that_way_gives_no_capture() {
        assert_eq!(up_capture(&[0.1, 0.1], &[-0.1, 0.0], 252.0), None);
        assert_eq!(down_capture(&[0.1, 0.1], &[0.1, 0.0], 252.0), None);
        assert_eq!(up_capture(&[0.1], &[0.1, 0.1], 252.0), None);
        assert_eq!(up_capture(&[], &[], 252.0), None);
    }
}
