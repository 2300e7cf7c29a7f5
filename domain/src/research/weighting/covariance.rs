//! The covariance of returns, shrunk so that it can be inverted.

use super::inner_product;
use crate::research::count;
use crate::stats::{Moments, ROUNDING};

/// A covariance matrix of daily returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariance {
    n: usize,
    values: Vec<f64>,
    shrinkage: f64,
}

impl Covariance {
    /// The covariance of some series, shrunk towards equal variances without covariance.
    ///
    /// *Inputs*: returns of the same sessions in the same order, a slice each. *Returns*: the matrix; `None` where the series
    /// are fewer than two long, of different lengths, or nothing varies.
    ///
    /// *Method*: Ledoit and Wolf (2004): Σ = (1 − δ)·S + δ·μ·I with S the sample covariance (divisor T), μ its mean variance, and
    /// δ = min(b, d)/d, where d = ‖S − μI‖²/n is how far S is from its target and b = (Σ over t of (Σ over i of x²)²/T − ‖S‖²)/(n·T)
    /// how much of that is sampling error.
    ///
    /// ```
    /// use domain::research::Covariance;
    /// // Variances 1 and 4, covariance 2: S − 2.5·I has squares 2.25 + 2.25 + 4 + 4 = 12.5, over n = 2: d = 6.25.
    /// // b = (2·(1 + 4)²/2 − (1 + 16 + 4 + 4))/(2·2) = 0: nothing is shrunk.
    /// let covariance = Covariance::shrunk(&[&[1.0, -1.0], &[2.0, -2.0]]).unwrap();
    /// assert_eq!((covariance.at(0, 1), covariance.shrinkage()), (2.0, 0.0));
    /// ```
    #[must_use]
    pub fn shrunk(series: &[&[f64]]) -> Option<Self> {
        let (n, length) = (series.len(), series.first()?.len());
        if length < 2 || series.iter().any(|one| one.len() != length) {
            return None;
        }
        let centred: Vec<Vec<f64>> = series
            .iter()
            .map(|one| {
                let mean = Moments::of(one).mean;
                one.iter().map(|value| value - mean).collect()
            })
            .collect();
        let (t, members) = (count(length), count(n));
        let mut values = vec![0.0; n * n];
        for row in 0..n {
            for column in 0..=row {
                let sum = inner_product(&centred[row], &centred[column]);
                values[row * n + column] = sum / t;
                values[column * n + row] = sum / t;
            }
        }
        let mean_variance = (0..n).map(|at| values[at * n + at]).sum::<f64>() / members;
        if mean_variance.sqrt() <= ROUNDING || !mean_variance.is_finite() {
            return None;
        }
        let squares = inner_product(&values, &values);
        let mut of_sessions = vec![0.0; length];
        for one in &centred {
            of_sessions.iter_mut().zip(one).for_each(|(sum, value)| *sum += value * value);
        }
        let fourths = inner_product(&of_sessions, &of_sessions);
        let error = (fourths / t - squares) / (members * t);
        let distance = (squares - members * mean_variance * mean_variance) / members;
        let shrinkage = if distance > 0.0 { (error.min(distance) / distance).clamp(0.0, 1.0) } else { 1.0 };
        values.iter_mut().for_each(|value| *value *= 1.0 - shrinkage);
        (0..n).for_each(|at| values[at * n + at] += shrinkage * mean_variance);
        Some(Self { n, values, shrinkage })
    }

    /// How many members it has.
    #[must_use]
    pub const fn n(&self) -> usize {
        self.n
    }

    /// The covariance of two members; of one with itself, its variance.
    #[must_use]
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.n + column]
    }

    /// How far it was shrunk, from 0 (the sample covariance) to 1.
    #[must_use]
    pub const fn shrinkage(&self) -> f64 {
        self.shrinkage
    }

    /// The covariance of one member with a portfolio.
    #[must_use]
    pub fn with_portfolio(&self, member: usize, weights: &[f64]) -> f64 {
        inner_product(&self.values[member * self.n..(member + 1) * self.n], weights)
    }

    /// The variance of a portfolio.
    #[must_use]
    pub fn of_portfolio(&self, weights: &[f64]) -> f64 {
        weights.iter().enumerate().map(|(at, weight)| weight * self.with_portfolio(at, weights)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sampling_error_shrinks() {
        // x = (1, −1, 0, 0), y = (0, 0, 2, −2): variances 0.5 and 2, no covariance; μ = 1.25.
        // ‖S‖² = 4.25; d = (4.25 − 2·1.5625)/2 = 0.5625. Sessions (x² + y²)²: 1, 1, 16, 16, mean 8.5;
        // b = (8.5 − 4.25)/(2·4) = 0.53125; δ = 0.53125/0.5625 = 17/18.
        let covariance = Covariance::shrunk(&[&[1.0, -1.0, 0.0, 0.0], &[0.0, 0.0, 2.0, -2.0]]).unwrap();
        assert!((covariance.shrinkage() - 17.0 / 18.0).abs() < 1e-15);
        assert!((covariance.at(0, 0) - (0.5 / 18.0 + 17.0 / 18.0 * 1.25)).abs() < 1e-15);
        assert_eq!(covariance.at(0, 1).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn what_does_not_move_or_match_has_no_covariance() {
        assert_eq!(Covariance::shrunk(&[&[0.1, 0.1, 0.1]]), None);
        assert_eq!(Covariance::shrunk(&[&[0.1], &[0.2]]), None);
        assert_eq!(Covariance::shrunk(&[&[0.1, 0.2], &[0.2]]), None);
        assert_eq!(Covariance::shrunk(&[]), None);
    }
}
