//! Statistics of a series of returns: one file per statistic, and one function that computes them all.
//!
//! Undefined is `None`, never NaN or infinity; each definition says when. Deviations at or below [`ROUNDING`] count as
//! zero, so a constant series has no Sharpe ratio instead of an astronomical one. Formulas with a worked example:
//! `docs/methods/statistics.md`. Not here: the statistics of a stream of values.

mod definition;
mod drawdown;
mod histogram;
mod mixing;
mod moments;
mod monthly;
mod normal;
mod quantile;
mod rolling;
mod yearly;

// The statistics, in the order in which they are shown.
mod total_return;

mod cagr;

mod volatility;

mod sharpe;

mod sortino;

mod max_drawdown;

mod calmar;

mod omega;

mod value_at_risk;

mod conditional_value_at_risk;

mod ulcer_index;

mod skew;

mod kurtosis;

mod win_rate;

mod payoff;

mod kelly;

mod probabilistic_sharpe;

mod tail_ratio;

mod beta;

mod alpha;

mod capture;

mod information_ratio;

mod summary;

pub use alpha::alpha;
pub use beta::beta;
pub use cagr::{cagr, cagr_calendar};
pub use calmar::calmar;
pub use capture::{down_capture, up_capture};
pub use conditional_value_at_risk::conditional_value_at_risk_95;
pub use definition::{Definition, Unit, definitions};
pub use drawdown::{DatedReturn, Drawdown, deepest_drawdowns};
pub use histogram::{Bin, histogram};
pub use information_ratio::information_ratio;
pub use kelly::kelly;
pub use kurtosis::excess_kurtosis;
pub use max_drawdown::max_drawdown;
pub use mixing::{GOLDEN, mixed, scrambled};
pub use moments::Moments;
pub use monthly::{MonthlyReturn, monthly_returns};
pub use normal::normal_quantile;
pub use omega::omega;
pub use payoff::payoff;
pub use probabilistic_sharpe::probabilistic_sharpe;
pub use quantile::Sorted;
pub use rolling::{RollingPoint, rolling};
pub use sharpe::sharpe;
pub use skew::skew;
pub use sortino::sortino;
pub use summary::{PERIODS_PER_YEAR, Series, Statistics, statistics};
pub use tail_ratio::tail_ratio;
pub use total_return::total_return;
pub use ulcer_index::ulcer_index;
pub use value_at_risk::{normal_value_at_risk_95, value_at_risk_95};
pub use volatility::volatility;
pub use win_rate::win_rate;
pub use yearly::{YearlyReturn, yearly_returns};

/// A deviation at or below this is nothing but rounding and counts as zero.
///
/// A return is a ratio of prices minus 1, so it carries an absolute error of about one unit in the last place of 1
/// (2.2e-16), whatever its size; sixteen of them leave room for the sums.
pub const ROUNDING: f64 = 16.0 * f64::EPSILON;

/// The number, unless an overflow made it infinite or a limit undefined.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

/// A number of observations as a float, exact below 2^32.
fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The arithmetic mean, or `None` of nothing.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (n, sum) = values.fold((0, 0.0), |(n, sum), value| (n + 1, sum + value));
    if n == 0 { None } else { finite(sum / count(n)) }
}

/// The worked example of the method page, and the comparison its tests use.
#[cfg(test)]
mod example {
    /// Four returns whose mean is 0.01 and whose deviations from it are 0.09, −0.06, 0.01 and −0.04.
    pub(super) const RETURNS: [f64; 4] = [0.10, -0.05, 0.02, -0.03];
    /// Benchmark returns whose mean is 0.005 and whose deviations from it are 0.05, −0.03, 0.02 and −0.04.
    pub(super) const BENCHMARK: [f64; 4] = [0.055, -0.025, 0.025, -0.035];
    /// The four returns are read as one year of quarters, so that annualising stays checkable by hand.
    pub(super) const PERIODS_PER_YEAR: f64 = 4.0;

    /// Equal to 1e-12, relative to the expected number or to 1 where that is smaller.
    ///
    /// The inputs are decimal fractions, which doubles hold to 1e-16; the sums of four amplify that less than a
    /// thousandfold.
    #[track_caller]
    pub(super) fn assert_close(actual: Option<f64>, expected: f64) {
        let actual = actual.expect("the statistic is defined");
        assert!((actual - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{actual} is not {expected}");
    }
}
