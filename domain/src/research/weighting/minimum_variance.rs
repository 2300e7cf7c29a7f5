//! Minimum variance without short positions.

use super::cholesky::Cholesky;
use super::{Covariance, normalised};
use crate::research::count;

/// A member whose covariance with the portfolio is below the portfolio's own variance by more than this part of it would lower
/// the variance.
const IMPROVES: f64 = 1e-11;

/// The weights of least variance, none below 0.
///
/// *Inputs*: a positive definite covariance. *Returns*: weights; most are usually 0.
///
/// *Method*: the x ≥ 0 that minimises ½·xᵀΣx − Σxᵢ has the same proportions, because there (Σx)ᵢ = 1 where xᵢ > 0 and ≥ 1 where
/// xᵢ = 0, which are the conditions of the least variance. It is found exactly, by an active set (Lawson and Hanson 1974): the member
/// that improves most joins, the system of the joined is solved, and whoever would go below 0 leaves at the point where it does.
///
/// ```
/// use domain::research::{Covariance, minimum_variance};
/// // Variances 0.5 and 2 without covariance, shrunk by 17/18 to 1.20833… and 1.29166…: weights inverse to the variances.
/// let risk = Covariance::shrunk(&[&[1.0, -1.0, 0.0, 0.0], &[0.0, 0.0, 2.0, -2.0]]).unwrap();
/// let expected = (1.0 / risk.at(0, 0)) / (1.0 / risk.at(0, 0) + 1.0 / risk.at(1, 1));
/// assert!((minimum_variance(&risk)[0] - expected).abs() < 1e-15);
/// ```
#[must_use]
pub fn minimum_variance(risk: &Covariance) -> Vec<f64> {
    let n = risk.n();
    let mut held = ActiveSet { risk, members: Vec::new(), factor: Cholesky::default(), x: vec![0.0; n] };
    let mut is_in = vec![false; n];
    // Each joining lowers the variance, so the same set never comes twice; the bound only ends a walk that rounding drives.
    for _ in 0..10 * n {
        is_in.fill(false);
        held.members.iter().for_each(|at| is_in[*at] = true);
        let best = (0..n)
            .filter(|at| !is_in[*at])
            .map(|at| (at, 1.0 - risk.with_portfolio(at, &held.x)))
            .filter(|(_, gain)| *gain > IMPROVES)
            .max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((newcomer, _)) = best else { break };
        if !held.join(newcomer) || !held.settle() {
            break;
        }
    }
    if held.members.is_empty() {
        return vec![1.0 / count(n.max(1)); n];
    }
    normalised(held.x)
}

/// Who may weigh something, in the order in which they joined, with their part of the covariance factored.
struct ActiveSet<'a> {
    risk: &'a Covariance,
    members: Vec<usize>,
    factor: Cholesky,
    x: Vec<f64>,
}

impl ActiveSet<'_> {
    /// False where the system with the newcomer has no answer; then it stays out.
    fn join(&mut self, newcomer: usize) -> bool {
        self.members.push(newcomer);
        let row: Vec<f64> = self.members.iter().map(|at| self.risk.at(newcomer, *at)).collect();
        let joined = self.factor.push(&row);
        if !joined {
            self.members.pop();
        }
        joined
    }

    /// Moves x to the best point of the members; whoever reaches 0 on the way leaves. False where nothing moves any more.
    fn settle(&mut self) -> bool {
        while !self.members.is_empty() {
            let target = self.factor.solve(vec![1.0; self.members.len()]);
            if target.iter().all(|value| *value > 0.0) {
                self.members.iter().zip(&target).for_each(|(at, value)| self.x[*at] = *value);
                return true;
            }
            let steps = self.members.iter().zip(&target).filter(|(_, value)| **value <= 0.0);
            let step = steps.map(|(at, value)| self.x[*at] / (self.x[*at] - value)).fold(1.0, f64::min);
            let mut left = Vec::new();
            for (at, value) in self.members.iter().zip(&target) {
                let moved = self.x[*at] + step * (value - self.x[*at]);
                // The one that sets the step arrives at 0 but for rounding.
                let stays = moved > 1e-14 * (value.abs() + self.x[*at].abs());
                self.x[*at] = if stays { moved } else { 0.0 };
                if !stays {
                    left.push(*at);
                }
            }
            if left.is_empty() || !self.leave(&left) {
                return false;
            }
        }
        true
    }

    /// Takes some out. The factor is made anew from the rest, which happens at few of the steps.
    fn leave(&mut self, left: &[usize]) -> bool {
        let stay: Vec<usize> = self.members.drain(..).filter(|at| !left.contains(at)).collect();
        self.factor = Cholesky::default();
        stay.into_iter().all(|at| self.join(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::weighting::example::{returns, slices};

    #[test]
    fn nobody_held_could_give_way_and_nobody_left_out_would_help() {
        for n in [3, 17, 60] {
            let series = returns(n, 252);
            let risk = Covariance::shrunk(&slices(&series)).unwrap();
            let weights = minimum_variance(&risk);
            let least = risk.of_portfolio(&weights);
            for (at, weight) in weights.iter().enumerate() {
                let with = risk.with_portfolio(at, &weights) / least;
                if *weight > 0.0 {
                    assert!((with - 1.0).abs() < 1e-10, "{at} of {n}: {with}");
                } else {
                    assert!(with > 1.0 - 1e-10, "{at} of {n}: {with}");
                }
            }
        }
    }

    #[test]
    fn a_member_that_moves_with_a_calmer_one_and_more_than_it_is_left_out() {
        let calm: Vec<f64> = (0..200).map(|t| 0.01 * (f64::from(t) * 1.7).sin()).collect();
        let wild: Vec<f64> = calm.iter().map(|value| 3.0 * value).collect();
        let risk = Covariance::shrunk(&[&calm, &wild]).unwrap();
        assert_eq!(minimum_variance(&risk), [1.0, 0.0]);
    }
}
