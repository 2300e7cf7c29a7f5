//! Weights inverse to volatility.

use super::normalised;
use crate::stats::{Moments, ROUNDING};

/// Weights inverse to the members' volatilities, wᵢ = (1/σᵢ)/Σ(1/σⱼ).
///
/// *Inputs*: returns, a slice each. *Returns*: weights; `None` where nobody moved. A member that did not move takes the smallest
/// volatility of those that did, instead of everything.
///
/// ```
/// use domain::research::inverse_volatility;
/// // Volatilities 1 : 3, so weights 3 : 1.
/// let weights = inverse_volatility(&[&[0.01, -0.01], &[0.03, -0.03]]).unwrap();
/// assert!((weights[0] - 0.75).abs() < 1e-15);
/// ```
#[must_use]
pub fn inverse_volatility(series: &[&[f64]]) -> Option<Vec<f64>> {
    let volatility = |returns: &&[f64]| Moments::of(returns).deviation().filter(|deviation| *deviation > ROUNDING);
    let volatilities: Vec<Option<f64>> = series.iter().map(volatility).collect();
    let least = volatilities.iter().flatten().copied().reduce(f64::min)?;
    Some(normalised(volatilities.into_iter().map(|of| 1.0 / of.unwrap_or(least)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_stood_still_does_not_take_everything() {
        let found = inverse_volatility(&[&[0.01, -0.01], &[0.0, 0.0], &[0.02, -0.02]]).unwrap();
        // 1 : 1 : ½, so 0.4, 0.4, 0.2.
        assert!((found[1] - 0.4).abs() < 1e-15 && (found[2] - 0.2).abs() < 1e-15, "{found:?}");
        assert_eq!(inverse_volatility(&[&[0.0, 0.0]]), None);
        assert_eq!(inverse_volatility(&[]), None);
    }
}
