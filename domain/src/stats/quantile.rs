//! Percentiles of a series, by linear interpolation between the order statistics.

use super::count;

/// A series in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub struct Sorted(Vec<f64>);

impl Sorted {
    /// Sorts finite observations.
    #[must_use]
    pub fn of(observations: &[f64]) -> Self {
        let mut values = observations.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        Self(values)
    }

    /// The observations, ascending.
    pub(super) fn values(&self) -> &[f64] {
        &self.0
    }

    /// The value below which so many twentieths of the series lie: 1 is the 5th percentile, 19 the 95th.
    ///
    /// Position h = (n − 1)·twentieths/20 counted from 0, interpolated linearly between its two neighbours (numpy's
    /// default, Hyndman and Fan's type 7). Twentieths rather than a float keep h exact. `None` of nothing.
    pub(super) fn twentieths(&self, twentieths: usize) -> Option<f64> {
        let position = self.0.len().checked_sub(1)? * twentieths;
        let (below, part) = (position / 20, count(position % 20) / 20.0);
        let low = *self.0.get(below)?;
        let high = self.0.get(below + 1).copied().unwrap_or(low);
        Some(low + part * (high - low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::assert_close;

    #[test]
    fn a_percentile_lies_between_its_neighbours() {
        let sorted = Sorted::of(&[4.0, 1.0, 3.0, 2.0]);
        // h = 3·0.05 = 0.15 → 1.15; h = 3·0.95 = 2.85 → 3.85; h = 3·0.5 = 1.5 → 2.5.
        assert_close(sorted.twentieths(1), 1.15);
        assert_close(sorted.twentieths(19), 3.85);
        assert_close(sorted.twentieths(10), 2.5);
    }

    #[test]
    fn the_ends_are_the_extremes_and_nothing_has_no_percentile() {
        assert_eq!(Sorted::of(&[2.0, 1.0]).twentieths(20), Some(2.0));
        assert_eq!(Sorted::of(&[2.0]).twentieths(1), Some(2.0));
        assert_eq!(Sorted::of(&[]).twentieths(1), None);
    }
}
