//! Intervals of the statistics of a run, from samples of its own sessions.

use super::draws::Draws;
use crate::stats::{Series, Statistics, statistics};
use crate::units::Day;

/// Between which values a statistic lies in 95 of 100 samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The statistic's name, as in [`crate::stats::definitions`].
    pub statistic: &'static str,
    /// Its value in what happened.
    pub value: f64,
    /// The 2.5th percentile of the samples.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

type Part = fn(&Statistics) -> Option<f64>;

const PARTS: [(&str, Part); 7] = [
    ("total_return", |s| s.total_return),
    ("cagr", |s| s.cagr),
    ("volatility", |s| s.volatility),
    ("sharpe", |s| s.sharpe),
    ("sortino", |s| s.sortino),
    ("max_drawdown", |s| s.max_drawdown),
    ("calmar", |s| s.calmar),
];

/// Computes 95 % percentile intervals by the stationary bootstrap.
///
/// *Inputs*: daily returns in order of time, each finite and ≥ −1; how many samples; the mean length of a block in sessions, so that
/// what follows what is kept; a seed. *Returns*: one interval for each statistic that is defined in what happened and in at least
/// nine of ten samples; none of fewer than two returns.
///
/// *Method*: `docs/methods/evidence.md`; Politis and Romano 1994, percentiles of Hyndman and Fan's type 7.
#[must_use]
pub fn intervals(returns: &[f64], samples: usize, block: usize, seed: u64) -> Vec<Interval> {
    if returns.len() < 2 {
        return Vec::new();
    }
    let of = |returns: &[f64]| statistics(&Series::daily(returns, Day::from_number(0), Day::from_number(1)));
    let found = of(returns);
    let mut draws = Draws::new(seed);
    let mut drawn: [Vec<f64>; PARTS.len()] = Default::default();
    let (mut places, mut sample) = (Vec::new(), Vec::new());
    for _ in 0..samples {
        draws.resample(returns.len(), block, &mut places);
        sample.clear();
        sample.extend(places.iter().map(|place| returns[*place]));
        let statistics = of(&sample);
        for ((_, part), values) in PARTS.iter().zip(&mut drawn) {
            values.extend(part(&statistics));
        }
    }
    let interval = |((statistic, part), mut values): (&(&'static str, Part), Vec<f64>)| {
        let value = part(&found)?;
        if values.is_empty() || values.len() * 10 < samples * 9 {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        Some(Interval { statistic, value, low: fortieths(&values, 1), high: fortieths(&values, 39) })
    };
    PARTS.iter().zip(drawn).filter_map(interval).collect()
}

/// The value below which so many fortieths of ascending values lie, interpolated.
fn fortieths(values: &[f64], fortieths: usize) -> f64 {
    let position = (values.len() - 1) * fortieths;
    let (below, part) = (position / 40, super::count(position % 40) / 40.0);
    let low = values[below];
    low + part * (values.get(below + 1).copied().unwrap_or(low) - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_has_the_width_that_theory_gives_it() {
        // 400 independent returns of deviation 0.01: the yearly Sharpe ratio has a standard error of about √(252/400) = 0.794.
        let returns: Vec<f64> = (0..400).map(|i| 0.01 * libm::sin(f64::from(i * i) * 0.7) * 1.414).collect();
        let found = intervals(&returns, 2_000, 1, 5);
        let sharpe = found.iter().find(|interval| interval.statistic == "sharpe").unwrap();
        let width = sharpe.high - sharpe.low;
        assert!((2.8..3.45).contains(&width), "2 · 1.96 · 0.794 = 3.11, was {width}");
        assert!(sharpe.low < sharpe.value && sharpe.value < sharpe.high);
        assert_eq!(intervals(&returns, 50, 5, 1), intervals(&returns, 50, 5, 1));
    }

    #[test]
    fn what_is_undefined_has_no_interval() {
        assert!(intervals(&[0.01], 100, 5, 1).is_empty());
        let flat = intervals(&[0.0; 30], 100, 5, 1);
        assert!(flat.iter().all(|interval| interval.statistic != "sharpe"));
        let total = flat.iter().find(|interval| interval.statistic == "total_return").unwrap();
        assert_eq!((total.low, total.high), (0.0, 0.0));
    }

    #[test]
    fn percentiles_lie_between_their_neighbours() {
        let values: Vec<f64> = (0..=40).map(f64::from).collect();
        assert_eq!((fortieths(&values, 1), fortieths(&values, 39)), (1.0, 39.0));
        assert_eq!(fortieths(&[0.0, 1.0], 10).to_bits(), 0.25_f64.to_bits());
    }
}
