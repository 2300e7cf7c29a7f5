//! All statistics of a series at once.

use super::{
    Moments, Sorted, alpha, beta, cagr, cagr_calendar, calmar, conditional_value_at_risk_95, down_capture,
    excess_kurtosis, information_ratio, kelly, max_drawdown, normal_value_at_risk_95, omega, payoff,
    probabilistic_sharpe, sharpe, skew, sortino, tail_ratio, total_return, ulcer_index, up_capture, value_at_risk_95,
    volatility, win_rate,
};
use crate::units::Day;

/// How many sessions make a year where returns are daily.
pub const PERIODS_PER_YEAR: f64 = 252.0;

/// What the statistics are computed from.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// One return per session in order of time, as fractions, each finite and ≥ −1.
    pub returns: &'a [f64],
    /// The day of the start value, against which the first return was earned.
    pub start: Day,
    /// The day of the last return.
    pub last: Day,
    /// Returns per year.
    pub periods_per_year: f64,
    /// The risk-free return per period, a fraction.
    pub risk_free: f64,
    /// The minimum acceptable return per period, a fraction; the Sortino ratio's threshold.
    pub minimum_return: f64,
    /// Benchmark returns of the same sessions in the same order, of the same kind as `returns`.
    pub benchmark: Option<&'a [f64]>,
}

impl<'a> Series<'a> {
    /// A series of daily returns: 252 to the year, risk-free and minimum return 0, no benchmark.
    #[must_use]
    pub const fn daily(returns: &'a [f64], start: Day, last: Day) -> Self {
        Self {
            returns,
            start,
            last,
            periods_per_year: PERIODS_PER_YEAR,
            risk_free: 0.0,
            minimum_return: 0.0,
            benchmark: None,
        }
    }

    /// The same series measured against a benchmark's returns of the same sessions.
    #[must_use]
    pub const fn against(self, benchmark: &'a [f64]) -> Self {
        Self { benchmark: Some(benchmark), ..self }
    }
}

/// Every statistic of one series. `None` is undefined; [`super::definitions`] says for each what it is and when.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    /// How many returns the statistics are computed from.
    pub n: usize,
    /// Compounded return from start to end, a fraction.
    pub total_return: Option<f64>,
    /// Yearly growth, time counted in returns, a fraction.
    pub cagr: Option<f64>,
    /// Yearly growth, time counted in calendar days, a fraction.
    pub cagr_calendar: Option<f64>,
    /// Annualised standard deviation, a fraction.
    pub volatility: Option<f64>,
    /// Annualised Sharpe ratio.
    pub sharpe: Option<f64>,
    /// Annualised Sortino ratio.
    pub sortino: Option<f64>,
    /// Deepest fall below the running peak, a fraction in [−1, 0].
    pub max_drawdown: Option<f64>,
    /// Yearly growth per unit of the deepest drawdown.
    pub calmar: Option<f64>,
    /// Gains per unit of losses.
    pub omega: Option<f64>,
    /// Historical 5th percentile of the returns, a fraction.
    pub value_at_risk_95: Option<f64>,
    /// Mean of the worst twentieth of the returns, a fraction.
    pub conditional_value_at_risk_95: Option<f64>,
    /// 5th percentile of the fitted normal distribution, a fraction.
    pub normal_value_at_risk_95: Option<f64>,
    /// Root mean square drawdown, a fraction.
    pub ulcer_index: Option<f64>,
    /// Bias-corrected skewness.
    pub skew: Option<f64>,
    /// Bias-corrected excess kurtosis.
    pub excess_kurtosis: Option<f64>,
    /// Share of gains among the returns that are not zero, a fraction.
    pub win_rate: Option<f64>,
    /// Mean gain per unit of mean loss.
    pub payoff: Option<f64>,
    /// Growth-optimal stake, a fraction of the capital.
    pub kelly: Option<f64>,
    /// Probability that the true Sharpe ratio is above zero, a fraction.
    pub probabilistic_sharpe: Option<f64>,
    /// Size of the 95th percentile per unit of the 5th.
    pub tail_ratio: Option<f64>,
    /// Move per unit of the benchmark's move; `None` without benchmark, as all below.
    pub beta: Option<f64>,
    /// Yearly return the benchmark does not explain, a fraction.
    pub alpha: Option<f64>,
    /// Share of the benchmark's rises.
    pub up_capture: Option<f64>,
    /// Share of the benchmark's falls.
    pub down_capture: Option<f64>,
    /// Mean difference to the benchmark per unit of its deviation, per period.
    pub information_ratio: Option<f64>,
}

/// Computes every statistic of a series.
///
/// *Inputs*: the series; see [`Series`] for its parts. *Returns*: the statistics, each `None` where it is undefined.
/// A series with a return that is not a finite number ≥ −1 has none; a benchmark with such a return, or of another
/// length, counts as absent.
///
/// *Method*: `docs/methods/statistics.md`.
///
/// ```
/// use domain::stats::{Series, statistics};
/// let (start, last) = ("2024-01-02".parse().unwrap(), "2024-01-04".parse().unwrap());
/// let summary = statistics(&Series::daily(&[1.0, -0.75], start, last));
/// assert_eq!((summary.n, summary.total_return, summary.max_drawdown), (2, Some(-0.5), Some(-0.75)));
/// assert_eq!(summary.beta, None);
/// ```
#[must_use]
pub fn statistics(series: &Series<'_>) -> Statistics {
    let returns = series.returns;
    let n = returns.len();
    if !are_returns(returns) {
        return Statistics { n, ..Statistics::default() };
    }
    let own = own_statistics(series);
    match series.benchmark {
        Some(benchmark) if benchmark.len() == n && are_returns(benchmark) => Statistics {
            beta: beta(returns, benchmark),
            alpha: alpha(returns, benchmark, series.risk_free, series.periods_per_year),
            up_capture: up_capture(returns, benchmark, series.periods_per_year),
            down_capture: down_capture(returns, benchmark, series.periods_per_year),
            information_ratio: information_ratio(returns, benchmark),
            ..own
        },
        _ => own,
    }
}

/// The statistics that need no benchmark. What several of them share is computed once.
fn own_statistics(series: &Series<'_>) -> Statistics {
    let Series { returns, periods_per_year, risk_free, .. } = *series;
    let (moments, sorted) = (Moments::of(returns), Sorted::of(returns));
    let total = total_return(returns);
    let growth = total.and_then(|total| cagr(total, returns.len(), periods_per_year));
    let depth = max_drawdown(returns);
    let (wins, odds) = (win_rate(returns), payoff(returns));
    Statistics {
        n: returns.len(),
        total_return: total,
        cagr: growth,
        cagr_calendar: total.and_then(|total| cagr_calendar(total, series.start, series.last)),
        volatility: volatility(&moments, periods_per_year),
        sharpe: sharpe(&moments, risk_free, periods_per_year),
        sortino: sortino(returns, series.minimum_return, periods_per_year),
        max_drawdown: depth,
        calmar: growth.zip(depth).and_then(|(growth, depth)| calmar(growth, depth)),
        omega: omega(returns),
        value_at_risk_95: value_at_risk_95(&sorted),
        conditional_value_at_risk_95: conditional_value_at_risk_95(&sorted),
        normal_value_at_risk_95: normal_value_at_risk_95(&moments),
        ulcer_index: ulcer_index(returns),
        skew: skew(&moments),
        excess_kurtosis: excess_kurtosis(&moments),
        win_rate: wins,
        payoff: odds,
        kelly: wins.zip(odds).and_then(|(wins, odds)| kelly(wins, odds)),
        probabilistic_sharpe: probabilistic_sharpe(&moments, risk_free, 0.0),
        tail_ratio: tail_ratio(&sorted),
        ..Statistics::default()
    }
}

fn are_returns(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_finite() && *value >= -1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::definitions;
    use crate::stats::example::{BENCHMARK, RETURNS};

    fn summary(returns: &[f64], benchmark: Option<&[f64]>) -> Statistics {
        let (start, last) = (Day::from_number(20_000), Day::from_number(20_007));
        statistics(&Series { benchmark, ..Series::daily(returns, start, last) })
    }

    fn defined(statistics: &Statistics) -> Vec<&'static str> {
        definitions().iter().filter(|of| (of.value)(statistics).is_some()).map(|of| of.name).collect()
    }

    #[test]
    fn the_example_defines_every_statistic() {
        let statistics = summary(&RETURNS, Some(&BENCHMARK));
        assert_eq!(defined(&statistics).len(), definitions().len());
    }

    #[test]
    fn a_benchmark_of_another_length_counts_as_absent() {
        assert_eq!(summary(&RETURNS, Some(&BENCHMARK[..3])), summary(&RETURNS, None));
        assert_eq!(summary(&RETURNS, Some(&[f64::NAN; 4])), summary(&RETURNS, None));
    }

    #[test]
    fn nothing_has_no_statistics() {
        assert_eq!(summary(&[], Some(&[])), Statistics::default());
    }

    #[test]
    fn a_single_return_has_only_what_needs_no_spread() {
        let names = ["total_return", "cagr", "cagr_calendar", "sortino", "max_drawdown", "calmar", "omega"];
        let tails = ["value_at_risk_95", "conditional_value_at_risk_95", "win_rate", "tail_ratio"];
        assert_eq!(defined(&summary(&[-0.1], Some(&[0.1]))), [&names[..], &tails, &["up_capture"]].concat());
    }

    #[test]
    fn constants_have_no_ratio_to_their_spread() {
        let statistics = summary(&[0.001; 20], None);
        for value in [statistics.sharpe, statistics.sortino, statistics.skew, statistics.excess_kurtosis] {
            assert_eq!(value, None);
        }
        assert_eq!((statistics.volatility, statistics.max_drawdown, statistics.calmar), (Some(0.0), Some(0.0), None));
    }

    #[test]
    fn a_price_that_grows_evenly_up_to_rounding_has_no_ratio_to_its_spread() {
        let prices: Vec<f64> = (0..5).map(|n| 1.1_f64.powi(n)).collect();
        let returns: Vec<f64> = prices.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
        assert!(returns.iter().any(|value| value.to_bits() != returns[0].to_bits()), "the case is one of rounding");
        let even = summary(&returns, None);
        for value in [even.sharpe, even.skew, even.excess_kurtosis, even.probabilistic_sharpe] {
            assert_eq!(value, None);
        }
        let against_even = summary(&RETURNS, Some(&returns));
        assert_eq!((against_even.beta, against_even.alpha), (None, None));
    }

    #[test]
    fn a_total_loss_is_minus_one_and_leaves_no_infinity() {
        let statistics = summary(&[0.01, -1.0, 0.02, 0.03], Some(&BENCHMARK));
        assert_eq!(
            (statistics.total_return, statistics.cagr, statistics.max_drawdown),
            (Some(-1.0), Some(-1.0), Some(-1.0))
        );
        assert_eq!(statistics.calmar, Some(-1.0));
    }

    #[test]
    fn an_impossible_return_makes_every_statistic_undefined() {
        for impossible in [f64::NAN, f64::INFINITY, -1.5] {
            let statistics = summary(&[0.1, impossible, 0.2, -0.1], None);
            assert_eq!(statistics, Statistics { n: 4, ..Statistics::default() });
        }
    }
}
