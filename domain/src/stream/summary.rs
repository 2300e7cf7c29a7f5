//! What is remembered of a run of points: enough to merge it with its neighbours without an error worth naming.

use super::pair::{Pair, two_sum};

/// Independent chains of the summations, so that one does not wait for the other.
const LANES: usize = 4;

/// Values beyond this are summed scaled down, since the sum of a block could overflow. 2^990.
const LARGE: f64 = 1.046_418_388_780_463_6e298;
/// 2^-30, and back.
const SCALE_DOWN: f64 = 9.313_225_746_154_785e-10;
const SCALE_UP: f64 = 1_073_741_824.0;

/// Count, mean, sum of squared distances from the mean (M2), extremes and ends of a run of points in arrival order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Points, at least 1.
    pub(super) count: u64,
    /// Their mean, to twice the digits of a double.
    pub(super) mean: Pair,
    /// Σ(x − mean)²; infinite or not a number where that is beyond the doubles.
    pub(super) m2: f64,
    /// Smallest.
    pub(super) min: f64,
    /// Largest.
    pub(super) max: f64,
    /// Oldest.
    pub(super) first: f64,
    /// Newest.
    pub(super) last: f64,
}

impl Summary {
    /// Summarises finite values, oldest first, in two passes: mean, then squared distances from it.
    ///
    /// *Returns* `None` without values.
    ///
    /// *Method* [streams](../../../docs/methods/streams.md): M2 = Σ(x − x̄)².
    ///
    /// ```
    /// let summary = domain::stream::Summary::of(&[1.0, 2.0, 3.0, 6.0]).unwrap();
    /// assert_eq!(summary.mean(), 3.0);
    /// assert_eq!(summary.population_variance(), Some(3.5)); // (4 + 1 + 0 + 9) / 4
    /// ```
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let (&first, &last) = (values.first()?, values.last()?);
        let (min, max) = extremes(values);
        let count = values.len() as u64;
        // All the same: the mean is that value and nothing is far from it, without any rounding.
        #[expect(clippy::float_cmp, reason = "constants are exactly equal")]
        if min == max {
            return Some(Self { count, mean: Pair::exact(last), m2: 0.0, min, max, first, last });
        }
        let mean = mean_of(values, max.abs().max(min.abs()));
        Some(Self { count, mean, m2: squared_distances(values, mean), min, max, first, last })
    }

    /// The summary of these points followed by those of `later`, by the formulas of Chan and Pébay.
    ///
    /// *Method* [streams](../../../docs/methods/streams.md): M2 = M2ₐ + M2ᵦ + δ²·nₐnᵦ/n, δ = x̄ᵦ − x̄ₐ.
    ///
    /// ```
    /// use domain::stream::Summary;
    /// let (a, b) = (Summary::of(&[1.0, 2.0]).unwrap(), Summary::of(&[3.0, 6.0]).unwrap());
    /// assert_eq!(a.followed_by(&b), Summary::of(&[1.0, 2.0, 3.0, 6.0]).unwrap());
    /// ```
    #[must_use]
    pub fn followed_by(&self, later: &Self) -> Self {
        let (before, after) = (as_double(self.count), as_double(later.count));
        let both = before + after;
        let distance = later.mean.distance_from(self.mean);
        let (mean, m2) = if distance.is_finite() {
            let weight = before * (after / both);
            let m2 = self.m2 + later.m2 + (distance * weight) * distance;
            (self.mean.plus(distance * (after / both)), m2)
        } else {
            // Means at both ends of the doubles: their distance is none, but the mean between them is.
            let mean = self.mean.high * (before / both) + later.mean.high * (after / both);
            (Pair::exact(mean), f64::INFINITY)
        };
        Self {
            count: self.count + later.count,
            mean,
            m2,
            min: if later.min < self.min { later.min } else { self.min },
            max: if later.max > self.max { later.max } else { self.max },
            first: self.first,
            last: later.last,
        }
    }

    /// How many points.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The mean, which is always between the smallest and the largest point.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean.high.clamp(self.min, self.max)
    }

    /// Σ(x − x̄)²/n; `None` where the squares are beyond the largest double (distances from about 10^154 on).
    #[must_use]
    pub fn population_variance(&self) -> Option<f64> {
        Some(self.m2 / as_double(self.count)).filter(|variance| variance.is_finite())
    }

    /// Σ(x − x̄)²/(n − 1), as of a sample; `None` for one point, and as [`Summary::population_variance`].
    #[must_use]
    pub fn sample_variance(&self) -> Option<f64> {
        let others = self.count.checked_sub(1).filter(|others| *others > 0)?;
        Some(self.m2 / as_double(others)).filter(|variance| variance.is_finite())
    }

    /// Σx, from a mean of twice a double's digits; `None` where it is beyond the largest double.
    ///
    /// ```
    /// let summary = domain::stream::Summary::of(&[0.1, 0.2, 0.3]).unwrap();
    /// assert!((summary.sum().unwrap() - 0.6).abs() < 1e-15);
    /// ```
    #[must_use]
    pub fn sum(&self) -> Option<f64> {
        let count = as_double(self.count);
        Some(self.mean.high * count + self.mean.low * count).filter(|sum| sum.is_finite())
    }

    /// The smallest point.
    #[must_use]
    pub const fn min(&self) -> f64 {
        self.min
    }

    /// The largest point.
    #[must_use]
    pub const fn max(&self) -> f64 {
        self.max
    }

    /// The oldest point.
    #[must_use]
    pub const fn first(&self) -> f64 {
        self.first
    }

    /// The newest point.
    #[must_use]
    pub const fn last(&self) -> f64 {
        self.last
    }
}

#[expect(clippy::cast_precision_loss, reason = "a stream has fewer than 2^53 points")]
const fn as_double(count: u64) -> f64 {
    count as f64
}

fn extremes(values: &[f64]) -> (f64, f64) {
    let (mut min, mut max) = ([values[0]; LANES], [values[0]; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            min[lane] = if chunk[lane] < min[lane] { chunk[lane] } else { min[lane] };
            max[lane] = if chunk[lane] > max[lane] { chunk[lane] } else { max[lane] };
        }
    }
    let smallest = min.iter().chain(rest).fold(values[0], |least, &value| if value < least { value } else { least });
    let largest = max.iter().chain(rest).fold(values[0], |most, &value| if value > most { value } else { most });
    (smallest, largest)
}

fn mean_of(values: &[f64], largest: f64) -> Pair {
    let count = as_double(values.len() as u64);
    if largest < LARGE {
        return sum_of(values, |value| value).divided_by(count);
    }
    let mean = sum_of(values, |value| value * SCALE_DOWN).divided_by(count);
    Pair { high: mean.high * SCALE_UP, low: mean.low * SCALE_UP }
}

/// A sum that keeps what rounding takes away of each addition.
#[inline]
fn sum_of(values: &[f64], scaled: impl Fn(f64) -> f64) -> Pair {
    let (mut sums, mut lost) = ([0.0; LANES], [0.0; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let sum = two_sum(sums[lane], scaled(chunk[lane]));
            sums[lane] = sum.high;
            lost[lane] += sum.low;
        }
    }
    let lanes = sums.into_iter().zip(lost).map(|(high, low)| two_sum(high, low));
    let whole = lanes.fold(Pair::exact(0.0), Pair::plus_pair);
    rest.iter().fold(whole, |sum, &value| sum.plus(scaled(value)))
}

fn squared_distances(values: &[f64], mean: Pair) -> f64 {
    let square = |value: f64| {
        let distance = (value - mean.high) - mean.low;
        distance * distance
    };
    let mut sums = [0.0; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            sums[lane] += square(chunk[lane]);
        }
    }
    sums.into_iter().sum::<f64>() + rest.iter().map(|&value| square(value)).sum::<f64>()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are promised to the bit")]
mod tests {
    use super::*;

    #[test]
    fn constants_have_no_variance_however_they_are_cut() {
        let constant = [0.1; 1_001];
        let merged = Summary::of(&constant[..333]).unwrap().followed_by(&Summary::of(&constant[333..]).unwrap());
        assert_eq!(merged, Summary::of(&constant).unwrap());
        assert_eq!((merged.mean(), merged.population_variance()), (0.1, Some(0.0)));
    }

    #[test]
    fn a_large_offset_changes_no_digit_of_the_variance() {
        // 10^15, +1, +2, +3: mean offset 1.5, (2.25 + 0.25 + 0.25 + 2.25) / 4 = 1.25.
        let values = [1e15, 1e15 + 1.0, 1e15 + 2.0, 1e15 + 3.0];
        assert_eq!(Summary::of(&values).unwrap().population_variance(), Some(1.25));
        let merged = Summary::of(&values[..1]).unwrap().followed_by(&Summary::of(&values[1..]).unwrap());
        assert_eq!(merged.population_variance(), Some(1.25));
    }

    #[test]
    fn the_largest_doubles_have_a_mean_but_no_variance() {
        for values in [[f64::MAX, f64::MAX / 2.0], [f64::MAX, -f64::MAX]] {
            let (a, b) = (Summary::of(&values[..1]).unwrap(), Summary::of(&values[1..]).unwrap());
            for summary in [Summary::of(&values).unwrap(), a.followed_by(&b)] {
                assert_eq!(summary.mean(), values[0] / 2.0 + values[1] / 2.0);
                assert_eq!(summary.population_variance(), None);
                assert_eq!((summary.first(), summary.last()), (values[0], values[1]));
            }
        }
    }

    #[test]
    fn nothing_has_no_summary() {
        assert_eq!(Summary::of(&[]), None);
    }
}
