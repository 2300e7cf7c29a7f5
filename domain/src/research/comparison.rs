//! A series of returns beside another one.

use crate::research::count;
use crate::stats::{Moments, ROUNDING, Series, beta, down_capture, information_ratio, total_return, up_capture};

/// Two series side by side. `None` is undefined: too few returns, or no variation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Compounded return less the benchmark's, a fraction.
    pub tracking_difference: Option<f64>,
    /// The same per year, from the two yearly growths.
    pub tracking_difference_per_year: Option<f64>,
    /// Annualised standard deviation of the differences, sd(r − b)·√P.
    pub tracking_error: Option<f64>,
    /// Move per unit of the benchmark's move.
    pub beta: Option<f64>,
    /// Correlation of the returns.
    pub correlation: Option<f64>,
    /// Share of the benchmark's rises.
    pub up_capture: Option<f64>,
    /// Share of the benchmark's falls.
    pub down_capture: Option<f64>,
    /// Mean difference per unit of its deviation, per period.
    pub information_ratio: Option<f64>,
    /// Share of the periods whose return was above the benchmark's.
    pub outperformed: Option<f64>,
}

/// Compares a series with its benchmark.
///
/// *Inputs*: the series with its benchmark. *Returns*: everything `None` without a benchmark of the same length.
///
/// *Method*: `docs/methods/comparison.md`.
///
/// ```
/// use domain::research::compare;
/// use domain::stats::Series;
/// let (start, last) = ("2024-01-02".parse().unwrap(), "2024-01-04".parse().unwrap());
/// // 1.5 · 0.5 − 1 = −0.25 against 1.25 · 1 − 1 = 0.25.
/// let found = compare(&Series::daily(&[0.5, -0.5], start, last).against(&[0.25, 0.0]));
/// assert_eq!((found.tracking_difference, found.outperformed), (Some(-0.5), Some(0.5)));
/// ```
#[must_use]
pub fn compare(series: &Series<'_>) -> Comparison {
    let own = series.returns;
    let Some(other) = series.benchmark.filter(|other| other.len() == own.len() && !own.is_empty()) else {
        return Comparison::default();
    };
    let differences: Vec<f64> = own.iter().zip(other).map(|(r, b)| r - b).collect();
    let growth = |returns: &[f64]| crate::stats::cagr(total_return(returns)?, returns.len(), series.periods_per_year);
    let above = own.iter().zip(other).filter(|(r, b)| r > b).count();
    Comparison {
        tracking_difference: total_return(own).zip(total_return(other)).map(|(r, b)| r - b),
        tracking_difference_per_year: growth(own).zip(growth(other)).map(|(r, b)| r - b),
        tracking_error: Moments::of(&differences)
            .deviation()
            .map(|deviation| deviation * series.periods_per_year.sqrt()),
        beta: beta(own, other),
        correlation: correlation(own, other),
        up_capture: up_capture(own, other, series.periods_per_year),
        down_capture: down_capture(own, other, series.periods_per_year),
        information_ratio: information_ratio(own, other),
        outperformed: Some(count(above) / count(own.len())),
    }
}

/// Pearson's correlation.
///
/// *Inputs*: two series of the same length. *Returns*: −1 to 1; `None` when the lengths differ or one does not vary.
///
/// ```
/// use domain::research::correlation;
/// assert_eq!(correlation(&[1.0, 0.0, -1.0], &[-2.0, 0.0, 2.0]), Some(-1.0));
/// ```
#[must_use]
pub fn correlation(own: &[f64], other: &[f64]) -> Option<f64> {
    if own.len() != other.len() {
        return None;
    }
    let (a, b) = (Moments::of(own), Moments::of(other));
    let varies = |moments: &Moments| moments.deviation().is_some_and(|deviation| deviation > ROUNDING);
    if !varies(&a) || !varies(&b) {
        return None;
    }
    let products: f64 = own.iter().zip(other).map(|(x, y)| (x - a.mean) * (y - b.mean)).sum();
    Some((products / (a.sum_of_squares * b.sum_of_squares).sqrt()).clamp(-1.0, 1.0))
}

/// Active share: half the sum of the differences of weight.
///
/// *Inputs*: members with their weights, named by anything, each name once a side. *Returns*: 0 where both hold the same, 1
/// where they share nothing.
///
/// ```
/// use domain::research::active_share;
/// // ½·(|0.5 − 0.25| + |0.5 − 0| + |0 − 0.75|)
/// assert_eq!(active_share(&[("A", 0.5), ("B", 0.5)], &[("A", 0.25), ("C", 0.75)]), 0.75);
/// ```
#[must_use]
pub fn active_share<K: Ord + Copy>(own: &[(K, f64)], other: &[(K, f64)]) -> f64 {
    let mut differences: std::collections::BTreeMap<K, f64> = own.iter().copied().collect();
    for (name, weight) in other {
        *differences.entry(*name).or_default() -= weight;
    }
    differences.values().map(|difference| difference.abs()).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn against_itself_nothing_differs() {
        let returns = [0.1, -0.05, 0.02, -0.03];
        let (start, last) = (crate::units::Day::from_number(0), crate::units::Day::from_number(6));
        let found = compare(&Series::daily(&returns, start, last).against(&returns));
        assert_eq!((found.tracking_difference, found.tracking_error), (Some(0.0), Some(0.0)));
        assert_eq!((found.beta, found.information_ratio), (Some(1.0), None));
        assert!((found.correlation.unwrap() - 1.0).abs() < 1e-15);
        assert_eq!(compare(&Series::daily(&returns, start, last)), Comparison::default());
    }

    #[test]
    fn tracking_error_by_hand() {
        let (start, last) = (crate::units::Day::from_number(0), crate::units::Day::from_number(6));
        let series = Series { periods_per_year: 4.0, ..Series::daily(&[0.1, 0.0], start, last) };
        // Differences 0.1 and −0.1: deviation √(0.02/1), times √4.
        let found = compare(&series.against(&[0.0, 0.1]));
        assert!((found.tracking_error.unwrap() - 0.02_f64.sqrt() * 2.0).abs() < 1e-15);
        assert!((active_share(&[("A", 1.0)], &[("B", 1.0)]) - 1.0).abs() < 1e-15);
    }
}
