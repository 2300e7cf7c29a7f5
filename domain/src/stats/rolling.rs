//! Statistics over a window that moves along the series.

use super::{DatedReturn, Moments, beta, max_drawdown, sharpe, total_return, volatility};
use crate::units::Day;

/// The statistics of the window that ends on a day. `None` is undefined, as for a whole series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RollingPoint {
    /// The last day of the window.
    pub day: Day,
    /// Compounded return, a fraction.
    pub total_return: Option<f64>,
    /// Annualised standard deviation, a fraction.
    pub volatility: Option<f64>,
    /// Annualised Sharpe ratio, risk-free 0.
    pub sharpe: Option<f64>,
    /// Deepest fall inside the window, a fraction.
    pub max_drawdown: Option<f64>,
    /// Move per unit of the benchmark's; `None` without one.
    pub beta: Option<f64>,
}

/// Computes statistics over every window of so many returns.
///
/// *Inputs*: returns ascending by day; benchmark returns of the same days; returns in a window, at least 1; returns per year.
/// *Returns*: a point for each day that ends a whole window; none where the series is shorter than one.
///
/// *Method*: `docs/methods/statistics.md`, each over the window alone.
///
/// ```
/// use domain::stats::{DatedReturn, rolling};
/// let on = |day: &str, value| DatedReturn { day: day.parse().unwrap(), value };
/// let returns = [on("2024-01-03", 1.0), on("2024-01-04", 0.5), on("2024-01-05", -0.5)];
/// let points = rolling(&returns, None, 2, 252.0);
/// // 2 · 1.5 − 1, then 1.5 · 0.5 − 1.
/// assert_eq!(points.iter().map(|point| point.total_return).collect::<Vec<_>>(), [Some(2.0), Some(-0.25)]);
/// ```
#[must_use]
pub fn rolling(
    returns: &[DatedReturn],
    benchmark: Option<&[f64]>,
    window: usize,
    periods_per_year: f64,
) -> Vec<RollingPoint> {
    let values: Vec<f64> = returns.iter().map(|dated| dated.value).collect();
    let benchmark = benchmark.filter(|other| other.len() == values.len());
    let windows = values.windows(window.max(1)).zip(returns.iter().skip(window.max(1) - 1));
    windows
        .enumerate()
        .map(|(at, (own, last))| {
            let moments = Moments::of(own);
            RollingPoint {
                day: last.day,
                total_return: total_return(own),
                volatility: volatility(&moments, periods_per_year),
                sharpe: sharpe(&moments, 0.0, periods_per_year),
                max_drawdown: max_drawdown(own),
                beta: benchmark.and_then(|other| beta(own, &other[at..at + own.len()])),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Series, statistics};

    #[test]
    fn each_window_has_the_statistics_of_the_series_it_is() {
        let wave = |at: i32| 0.0004 + 0.011 * (1.7 * f64::from(at)).sin();
        let returns: Vec<DatedReturn> =
            (0..60).map(|at| DatedReturn { day: Day::from_number(19_723 + at), value: wave(at) }).collect();
        let other: Vec<f64> = (0..60).map(|at| 0.01 * (1.1 * f64::from(at)).cos()).collect();
        let points = rolling(&returns, Some(&other), 21, 252.0);
        assert_eq!(points.len(), 40);
        for (at, point) in points.iter().enumerate() {
            let own: Vec<f64> = returns[at..at + 21].iter().map(|dated| dated.value).collect();
            let series = Series::daily(&own, returns[at].day, returns[at + 20].day).against(&other[at..at + 21]);
            let whole = statistics(&series);
            assert_eq!(point.day, returns[at + 20].day);
            assert_eq!(
                (point.total_return, point.volatility, point.beta),
                (whole.total_return, whole.volatility, whole.beta)
            );
            assert_eq!((point.sharpe, point.max_drawdown), (whole.sharpe, whole.max_drawdown));
        }
        assert!(rolling(&returns, None, 61, 252.0).is_empty());
    }
}
