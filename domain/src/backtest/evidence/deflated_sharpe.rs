//! What the best Sharpe ratio of many is worth, and how long a record must be to show one.

use super::{best, count, ratio};
use crate::stats::{Moments, excess_kurtosis, normal_quantile, probabilistic_sharpe, skew};

/// Euler's and Mascheroni's constant.
const GAMMA: f64 = 0.577_215_664_901_532_9;

/// The best of several trials and what it would be worth without skill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deflated {
    /// The place of the best trial.
    pub best: usize,
    /// Its Sharpe ratio, per session.
    pub ratio: f64,
    /// The Sharpe ratio, per session, that the best of as many trials without any skill is expected to have.
    pub expected: f64,
    /// The probability that the true ratio of the best is above that; `None` where it cannot be said.
    pub probability: Option<f64>,
}

/// Computes the deflated Sharpe ratio of the best trial.
///
/// *Inputs*: the daily returns of each trial. *Returns*: the best one's; `None` where fewer than two trials have a Sharpe ratio.
///
/// *Method*: SR₀ = √V · ((1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e))), V being the sample variance of the trials' ratios; then the
/// probabilistic Sharpe ratio against SR₀ (Bailey and López de Prado 2014). Trials count as independent; those that are much alike
/// make SR₀ too large, and so the probability too small.
#[must_use]
pub fn deflated_sharpe(trials: &[Vec<f64>]) -> Option<Deflated> {
    let ratios: Vec<Option<f64>> = trials.iter().map(|returns| ratio(returns)).collect();
    let (at, most) = best(ratios.iter().copied())?;
    let defined: Vec<f64> = ratios.into_iter().flatten().collect();
    let spread = Moments::of(&defined).deviation()?;
    let n = count(defined.len());
    let quantile = |tail: f64| normal_quantile(1.0 - tail).unwrap_or(0.0);
    let expected = spread * ((1.0 - GAMMA) * quantile(1.0 / n) + GAMMA * quantile(1.0 / (n * std::f64::consts::E)));
    let probability = probabilistic_sharpe(&Moments::of(&trials[at]), 0.0, expected);
    Some(Deflated { best: at, ratio: most, expected, probability })
}

/// Computes how many sessions a record must have for its Sharpe ratio to be above zero with a probability of 95 %.
///
/// *Inputs*: daily returns. *Returns*: a number of sessions; `None` where the mean is not above zero or there are too few returns.
///
/// *Method*: 1 + (1 − γ₃·SR + (γ₄ + 2)/4·SR²)·(Φ⁻¹(0.95)/SR)² (Bailey and López de Prado 2012), symbols as in the probabilistic
/// Sharpe ratio.
#[must_use]
pub fn minimum_sessions(returns: &[f64]) -> Option<f64> {
    let moments = Moments::of(returns);
    let ratio = ratio(returns).filter(|ratio| *ratio > 0.0)?;
    let shape = 1.0 - skew(&moments)? * ratio + (excess_kurtosis(&moments)? + 2.0) / 4.0 * ratio * ratio;
    let quantile = normal_quantile(0.95)? / ratio;
    Some(1.0 + shape * quantile * quantile).filter(|sessions| sessions.is_finite() && *sessions > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(mean: f64, phase: f64) -> Vec<f64> {
        (0..500).map(|i| mean + 0.01 * libm::sin(f64::from(i) * 1.7 + phase)).collect()
    }

    #[test]
    fn of_two_trials_it_is_what_the_formula_gives_by_hand() {
        let trials = [wave(0.0002, 0.0), wave(0.001, 1.0)];
        let deflated = deflated_sharpe(&trials).unwrap();
        let ratios = [ratio(&trials[0]).unwrap(), ratio(&trials[1]).unwrap()];
        assert_eq!((deflated.best, deflated.ratio), (1, ratios[1]));
        // Φ⁻¹(1/2) = 0 and Φ⁻¹(1 − 1/(2e)) = 0.900 452 6…; the deviation of two is their distance over √2.
        let expected = (ratios[1] - ratios[0]) / 2.0_f64.sqrt() * GAMMA * 0.900_452_596_637_790_3;
        assert!((deflated.expected / expected - 1.0).abs() < 1e-8, "{} {expected}", deflated.expected);
        let psr = probabilistic_sharpe(&Moments::of(&trials[1]), 0.0, 0.0);
        assert!(deflated.probability < psr, "choosing must cost something");
    }

    #[test]
    fn one_trial_and_constants_have_none() {
        assert_eq!(deflated_sharpe(&[wave(0.001, 0.0)]), None);
        assert_eq!(deflated_sharpe(&[vec![0.0; 50], vec![0.0; 50]]), None);
    }

    #[test]
    fn a_record_of_the_minimum_length_has_a_probability_of_95_percent() {
        let returns = wave(0.0008, 0.3);
        let sessions = minimum_sessions(&returns).unwrap();
        let moments = Moments::of(&returns);
        // The probabilistic ratio grows with √(n − 1).
        let z = normal_quantile(probabilistic_sharpe(&moments, 0.0, 0.0).unwrap()).unwrap();
        let scaled = z * ((sessions - 1.0) / 499.0).sqrt();
        assert!((scaled - normal_quantile(0.95).unwrap()).abs() < 1e-6, "{scaled}");
        assert_eq!(minimum_sessions(&wave(-0.001, 0.0)), None);
    }
}
