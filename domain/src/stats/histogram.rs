//! How returns are distributed.

use super::{Moments, count};

/// Returns between two edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// The lower edge, which belongs to the bin.
    pub from: f64,
    /// The upper edge, which belongs to the next one; the last bin's belongs to it.
    pub to: f64,
    /// Returns in it.
    pub count: usize,
    /// Returns that a normal distribution of the same mean and deviation would have in it; 0 where nothing deviates.
    pub normal: f64,
}

/// Counts observations in bins of the same width from the smallest to the largest.
///
/// *Inputs*: finite observations; how many bins. *Returns*: the bins, ascending; one where all observations are the same, none of
/// nothing.
///
/// ```
/// use domain::stats::histogram;
/// let bins = histogram(&[0.0, 1.0, 2.0, 4.0], 2);
/// assert_eq!(bins.iter().map(|bin| (bin.from, bin.to, bin.count)).collect::<Vec<_>>(), [(0.0, 2.0, 2), (2.0, 4.0, 2)]);
/// ```
#[must_use]
pub fn histogram(observations: &[f64], bins: usize) -> Vec<Bin> {
    let Some(low) = observations.iter().copied().reduce(f64::min) else { return Vec::new() };
    let high = observations.iter().copied().fold(low, f64::max);
    if high <= low || bins < 2 {
        let n = observations.len();
        return vec![Bin { from: low, to: high, count: n, normal: if high > low { count(n) } else { 0.0 } }];
    }
    let width = (high - low) / count(bins);
    let edge = |at: usize| if at == bins { high } else { low + width * count(at) };
    let moments = Moments::of(observations);
    let below =
        |x: f64| moments.divisor().map_or(0.0, |deviation| super::normal::cumulative((x - moments.mean) / deviation));
    let mut counts = vec![0; bins];
    for value in observations {
        // The edges decide, so that a value on one is counted where it belongs whatever the division rounds to.
        let at = (0..bins).rev().find(|at| *value >= edge(*at)).unwrap_or(0);
        counts[at] += 1;
    }
    let bin = |(at, n): (usize, usize)| {
        let (from, to) = (edge(at), edge(at + 1));
        Bin { from, to, count: n, normal: (below(to) - below(from)) * count(observations.len()) }
    };
    counts.into_iter().enumerate().map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_observation_is_in_one_bin() {
        let observations: Vec<f64> = (0..500).map(|at| (f64::from(at) * 1.3).sin() * 0.02).collect();
        let bins = histogram(&observations, 30);
        assert_eq!((bins.len(), bins.iter().map(|bin| bin.count).sum::<usize>()), (30, 500));
        assert!(bins.windows(2).all(|pair| pair[0].to.to_bits() == pair[1].from.to_bits()));
        for bin in &bins[..29] {
            let inside = observations.iter().filter(|value| **value >= bin.from && **value < bin.to).count();
            assert_eq!(bin.count, inside);
        }
    }

    #[test]
    fn constants_have_one_bin_and_nothing_has_none() {
        assert_eq!(histogram(&[0.1; 3], 10), [Bin { from: 0.1, to: 0.1, count: 3, normal: 0.0 }]);
        assert!(histogram(&[], 10).is_empty());
    }
}
