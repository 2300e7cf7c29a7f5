//! Equal risk contribution: every member adds the same to the variance.

use super::{Covariance, normalised};
use crate::research::count;

/// Rounds after which the walk ends; a few dozen are usual.
const MOST_ROUNDS: usize = 10_000;

/// A round that moves no weight by more than this part of itself is the last one.
const STEADY: f64 = 1e-14;

/// Weights by which every member contributes the same to the portfolio's variance.
///
/// *Inputs*: a positive definite covariance. *Returns*: weights above 0.
///
/// *Method*: the weights are those of the x > 0 that minimises ½·xᵀΣx − (1/n)·Σ ln xᵢ (Spinu 2013), since there
/// xᵢ·(Σx)ᵢ = 1/n for all. It is found one coordinate at a time (Griveau-Billion, Richard and Roncalli 2013): with
/// c = Σ over j ≠ i of σᵢⱼxⱼ, xᵢ = (−c + √(c² + 4σᵢᵢ/n))/(2σᵢᵢ), until nothing moves.
///
/// ```
/// use domain::research::{Covariance, equal_risk};
/// // Two members: weights are inverse to their volatilities, 1 and 2, whatever their correlation.
/// let risk = Covariance::shrunk(&[&[1.0, -1.0], &[2.0, -2.0]]).unwrap();
/// let weights = equal_risk(&risk);
/// assert!((weights[0] - 2.0 / 3.0).abs() < 1e-13);
/// ```
#[must_use]
pub fn equal_risk(risk: &Covariance) -> Vec<f64> {
    let n = risk.n();
    let budget = 1.0 / count(n.max(1));
    let mut x: Vec<f64> = (0..n).map(|at| (budget / risk.at(at, at)).sqrt()).collect();
    for _ in 0..MOST_ROUNDS {
        let mut moved = 0.0_f64;
        for at in 0..n {
            let variance = risk.at(at, at);
            let others = risk.with_portfolio(at, &x) - variance * x[at];
            let root = (others * others + 4.0 * variance * budget).sqrt();
            // The two forms of the root are the same number; each loses digits where the other does not.
            let next = if others > 0.0 { 2.0 * budget / (others + root) } else { (root - others) / (2.0 * variance) };
            moved = moved.max((next / x[at] - 1.0).abs());
            x[at] = next;
        }
        if moved <= STEADY {
            break;
        }
    }
    normalised(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::weighting::example::{returns, slices};

    #[test]
    fn every_member_contributes_the_same() {
        let series = returns(40, 252);
        let risk = Covariance::shrunk(&slices(&series)).unwrap();
        let weights = equal_risk(&risk);
        let total = risk.of_portfolio(&weights);
        for (at, weight) in weights.iter().enumerate() {
            let part = weight * risk.with_portfolio(at, &weights) / total;
            assert!((part - 1.0 / 40.0).abs() < 1e-12, "{at}: {part}");
        }
    }
}
