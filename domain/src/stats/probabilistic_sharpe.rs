//! Probabilistic Sharpe ratio: how sure one can be that the true Sharpe ratio is above a benchmark.

use super::{Definition, Moments, Unit, count, excess_kurtosis, finite, normal, skew};

pub(super) const DEFINITION: Definition = Definition {
    name: "probabilistic_sharpe",
    title: "Probabilistic Sharpe",
    formula: "Φ(SR·√(n − 1)/√(1 − γ₃·SR + (γ₄ + 2)/4·SR²))",
    unit: Unit::Fraction,
    note: "Probability that the true Sharpe ratio is above zero; SR per period, γ₃ skewness, γ₄ excess kurtosis (Bailey and López de Prado). Undefined below four returns and for constant ones.",
    value: |statistics| statistics.probabilistic_sharpe,
};

/// Computes the probability that the true Sharpe ratio exceeds a threshold.
///
/// *Inputs*: the moments of the returns; the risk-free return per period; the threshold SR*, a Sharpe ratio **per
/// period** (not annualised). *Returns*: a probability in [0, 1]; `None` below four returns, when they do not vary, and
/// when the estimated variance of the ratio is not positive.
///
/// *Method*: `docs/methods/statistics.md`; Φ((SR − SR*)·√(n − 1)/√(1 − γ₃·SR + (γ₄ + 2)/4·SR²)) with SR per period,
/// γ₃ = [`skew`] and γ₄ = [`excess_kurtosis`] (Bailey and López de Prado 2012; their raw kurtosis is γ₄ + 3).
///
/// ```
/// use domain::stats::{Moments, probabilistic_sharpe};
/// // A mean of zero is as likely above as below.
/// assert_eq!(probabilistic_sharpe(&Moments::of(&[1.0, -1.0, 1.0, -1.0]), 0.0, 0.0), Some(0.5));
/// ```
#[must_use]
pub fn probabilistic_sharpe(returns: &Moments, risk_free: f64, threshold: f64) -> Option<f64> {
    let ratio = (returns.mean - risk_free) / returns.divisor()?;
    let (skew, kurtosis) = (skew(returns)?, excess_kurtosis(returns)?);
    let variance = 1.0 - skew * ratio + (kurtosis + 2.0) / 4.0 * ratio * ratio;
    if variance <= 0.0 {
        return None;
    }
    finite(normal::cumulative((ratio - threshold) * count(returns.n - 1).sqrt() / variance.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn probabilistic_sharpe_of_the_example() {
        // SR = 0.01/√(0.0134/3) = 0.1496264, γ₃ = 1.0049…, γ₄ = 0.0564…:
        // 0.1496264 · √3/√(1 − 0.15037 + 0.01151) = 0.27927; Φ(0.27927) = 0.60998.
        let ratio = 0.01 / (0.013_4_f64 / 3.0).sqrt();
        let skew = 3.0_f64.sqrt() * 0.000_112_5 / 0.003_35_f64.powf(1.5);
        let kurtosis = 1.5 * (5.0 * (0.000_020_285 / 0.000_011_222_5 - 3.0) + 6.0);
        let x = ratio * 3.0_f64.sqrt() / (1.0 - skew * ratio + (kurtosis + 2.0) / 4.0 * ratio * ratio).sqrt();
        let probability = probabilistic_sharpe(&Moments::of(&RETURNS), 0.0, 0.0);
        assert_close(probability, normal::cumulative(x));
        assert!((probability.unwrap() - 0.609_98).abs() <= 5e-6);
    }

    #[test]
    fn its_own_ratio_as_threshold_is_a_coin_toss() {
        let moments = Moments::of(&RETURNS);
        assert_close(probabilistic_sharpe(&moments, 0.0, 0.01 / (0.013_4_f64 / 3.0).sqrt()), 0.5);
    }

    #[test]
    fn three_returns_and_constants_are_undefined() {
        assert_eq!(probabilistic_sharpe(&Moments::of(&[0.1, 0.2, 0.3]), 0.0, 0.0), None);
        assert_eq!(probabilistic_sharpe(&Moments::of(&[0.1; 9]), 0.0, 0.0), None);
    }
}
