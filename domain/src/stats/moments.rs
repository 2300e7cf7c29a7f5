//! Mean and central moments, computed once and shared by the statistics that need them.

use super::{ROUNDING, count, finite};

/// The number of observations, their mean and the sums of powers of their deviations from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// How many observations.
    pub n: usize,
    /// The arithmetic mean, in the observations' unit; 0 when there are none.
    pub mean: f64,
    /// Σ(x − mean)², in the observations' unit squared.
    pub sum_of_squares: f64,
    /// Σ(x − mean)³.
    pub sum_of_cubes: f64,
    /// Σ(x − mean)⁴.
    pub sum_of_fourths: f64,
}

impl Moments {
    /// Computes the moments of a series.
    ///
    /// *Inputs*: finite observations in any order. *Returns*: their moments; all zero for none.
    ///
    /// *Method*: two passes, relative to the first observation, so that constants deviate by exactly zero.
    ///
    /// ```
    /// use domain::stats::Moments;
    /// let moments = Moments::of(&[1.0, 2.0, 6.0]);
    /// assert_eq!((moments.mean, moments.sum_of_squares), (3.0, 4.0 + 1.0 + 9.0));
    /// ```
    #[must_use]
    pub fn of(observations: &[f64]) -> Self {
        let n = observations.len();
        let Some(first) = observations.first() else {
            return Self { n, mean: 0.0, sum_of_squares: 0.0, sum_of_cubes: 0.0, sum_of_fourths: 0.0 };
        };
        let offset = observations.iter().map(|value| value - first).sum::<f64>() / count(n);
        let mut moments = Self { n, mean: first + offset, sum_of_squares: 0.0, sum_of_cubes: 0.0, sum_of_fourths: 0.0 };
        for value in observations {
            let deviation = (value - first) - offset;
            let square = deviation * deviation;
            moments.sum_of_squares += square;
            moments.sum_of_cubes += square * deviation;
            moments.sum_of_fourths += square * square;
        }
        moments
    }

    /// The sample standard deviation √(Σ(x − mean)²/(n − 1)); `None` below two observations.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        if self.n < 2 { None } else { finite((self.sum_of_squares / count(self.n - 1)).sqrt()) }
    }

    /// The sample standard deviation where it can be divided by: `None` also when it is nothing but rounding.
    pub(super) fn divisor(&self) -> Option<f64> {
        self.deviation().filter(|deviation| *deviation > ROUNDING)
    }

    /// The population moment Σ(x − mean)^k/n of a sum of powers; only asked for when there are observations.
    pub(super) fn population(&self, sum_of_powers: f64) -> f64 {
        sum_of_powers / count(self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn moments_of_the_example() {
        let moments = Moments::of(&RETURNS);
        assert_close(Some(moments.mean), 0.01);
        // 0.0081 + 0.0036 + 0.0001 + 0.0016; 0.000729 − 0.000216 + 0.000001 − 0.000064; the fourth powers likewise.
        assert_close(Some(moments.sum_of_squares), 0.013_4);
        assert_close(Some(moments.sum_of_cubes), 0.000_45);
        assert_close(Some(moments.sum_of_fourths), 0.000_081_14);
        assert_close(moments.deviation(), (0.013_4_f64 / 3.0).sqrt());
    }

    #[test]
    fn constants_deviate_by_exactly_zero() {
        // The naive mean of three times 0.1 is 0.10000000000000002.
        assert_eq!(Moments::of(&[0.1; 3]).sum_of_squares.to_bits(), 0.0_f64.to_bits());
        assert_eq!(Moments::of(&[0.1; 3]).divisor(), None);
        // A price that grows by 10 % a session has constant returns up to rounding.
        let prices = [1.0, 1.1, 1.21, 1.331, 1.464_1];
        let returns: Vec<f64> = prices.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
        assert_eq!(Moments::of(&returns).divisor(), None);
    }

    #[test]
    fn one_observation_has_no_deviation() {
        assert_eq!(Moments::of(&[0.1]).deviation(), None);
        assert_eq!(Moments::of(&[]).deviation(), None);
    }
}
