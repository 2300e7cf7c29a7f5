//! Minimum variance without short positions.

use super::cholesky::solve;
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
    let mut x = vec![0.0; n];
    let mut joined: Vec<usize> = Vec::new();
    // Each joining lowers the variance, so the same set never comes twice; the bound only ends a walk that rounding drives.
    for _ in 0..10 * n {
        let best = (0..n)
            .filter(|at| !joined.contains(at))
            .map(|at| (at, 1.0 - risk.with_portfolio(at, &x)))
            .filter(|(_, gain)| *gain > IMPROVES)
            .max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((newcomer, _)) = best else { break };
        joined.push(newcomer);
        if !settle(risk, &mut x, &mut joined) {
            break;
        }
    }
    if joined.is_empty() {
        return vec![1.0 / count(n.max(1)); n];
    }
    normalised(x)
}

/// Moves x to the best point of the joined members; whoever reaches 0 on the way leaves. False where the system has no answer.
fn settle(risk: &Covariance, x: &mut [f64], joined: &mut Vec<usize>) -> bool {
    while !joined.is_empty() {
        let rows = joined.iter().flat_map(|row| joined.iter().map(|column| risk.at(*row, *column))).collect();
        let Some(target) = solve(rows, vec![1.0; joined.len()]) else { return false };
        if target.iter().all(|value| *value > 0.0) {
            joined.iter().zip(&target).for_each(|(at, value)| x[*at] = *value);
            return true;
        }
        let steps = joined.iter().zip(&target).filter(|(_, value)| **value <= 0.0);
        let step = steps.map(|(at, value)| x[*at] / (x[*at] - value)).fold(1.0, f64::min);
        let mut left = Vec::new();
        for (at, value) in joined.iter().zip(&target) {
            let moved = x[*at] + step * (value - x[*at]);
            // The one that sets the step arrives at 0 but for rounding.
            let stays = moved > 1e-14 * (value.abs() + x[*at].abs());
            x[*at] = if stays { moved } else { 0.0 };
            if !stays {
                left.push(*at);
            }
        }
        if left.is_empty() {
            return false;
        }
        joined.retain(|at| !left.contains(at));
    }
    true
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
