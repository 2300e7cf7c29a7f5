//! The standard normal distribution.

use std::f64::consts::PI;

/// Φ⁻¹(0.05), the 5th percentile of the standard normal distribution.
pub(super) const PERCENTILE_5: f64 = -1.644_853_626_951_472_7;

/// Beyond this the series would need many terms and lose the tail's digits; the continued fraction needs few.
const TAIL: f64 = 3.0;

/// Φ(x), the probability that a standard normal variable is below x, to about 1e-15.
///
/// In the middle Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …), whose terms have one sign (Marsaglia 2004); in the tails
/// Φ(−x) = φ(x)/(x + 1/(x + 2/(x + 3/(x + …)))) (Laplace), which keeps the relative accuracy of small probabilities.
pub(super) fn cumulative(x: f64) -> f64 {
    let density = libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt();
    if x.abs() <= TAIL {
        0.5 + density * odd_series(x)
    } else if x < 0.0 {
        density / continued_fraction(-x)
    } else {
        1.0 - density / continued_fraction(x)
    }
}

/// Computes Φ⁻¹(p): the value below which a standard normal variable lies with a probability.
///
/// *Inputs*: a probability. *Returns*: the quantile, to about 1e-14 relative to its density; `None` outside of (0, 1).
///
/// *Method*: the rational start of Abramowitz and Stegun 26.2.23 (error below 4.5e-4), then Newton's steps on Φ with Halley's
/// correction, which triple the digits each.
#[must_use]
pub fn normal_quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let tail = p.min(1.0 - p);
    let t = libm::sqrt(-2.0 * libm::log(tail));
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut x = above / below - t;
    for _ in 0..3 {
        let density = libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt();
        let step = (cumulative(x) - tail) / density;
        x -= step / (1.0 + 0.5 * x * step);
    }
    // The median is exactly 0 from either side.
    Some(if p < 0.5 { x } else { 0.0 - x })
}

fn odd_series(x: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > f64::EPSILON * sum.abs() * 0.125 {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    sum
}

/// 120 levels are exact to the last digit for x ≥ 3; larger x need fewer.
fn continued_fraction(x: f64) -> f64 {
    (1..=120).rev().fold(x, |below, level| x + f64::from(level) / below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_equal_the_published_tables() {
        // Values of Wolfram and of Abramowitz and Stegun, table 26.1, to all the digits of a double.
        for (x, probability) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_542_9),
            (-1.0, 0.158_655_253_931_457_05),
            (2.0, 0.977_249_868_051_820_8),
            (3.0, 0.998_650_101_968_369_9),
            (-4.0, 3.167_124_183_311_992e-5),
            (-5.0, 2.866_515_718_791_939_4e-7),
            (-10.0, 7.619_853_024_160_527e-24),
        ] {
            let relative = (cumulative(x) - probability).abs() / probability;
            assert!(relative <= 1e-14, "Φ({x}) = {} is off by {relative:e}", cumulative(x));
        }
    }

    #[test]
    fn quantiles_equal_the_published_tables_and_turn_the_probability_back() {
        for (p, quantile) in [(0.05, PERCENTILE_5), (0.975, 1.959_963_984_540_054), (0.999, 3.090_232_306_167_813_6)] {
            assert!((normal_quantile(p).unwrap() - quantile).abs() <= 1e-13, "{p}: {:?}", normal_quantile(p));
        }
        for x in [-9.0, -5.0, -1.3, -0.01, 0.0, 0.4] {
            assert!((normal_quantile(cumulative(x)).unwrap() - x).abs() <= 1e-12 * f64::abs(x).max(1.0), "{x}");
        }
        assert!([0.0, 1.0, -0.1, f64::NAN].iter().all(|p| normal_quantile(*p).is_none()));
    }

    #[test]
    fn both_formulas_agree_where_they_meet() {
        let (inside, outside) = (cumulative(-TAIL), cumulative(-TAIL - 1e-12));
        // The density there is 0.00443, so 1e-12 further changes the probability by 4.43e-15 at most.
        assert!((inside - outside).abs() <= 5e-15, "{inside} and {outside}");
    }

    #[test]
    fn the_fifth_percentile_has_probability_one_twentieth() {
        assert!((cumulative(PERCENTILE_5) - 0.05).abs() <= 1e-15);
    }

    #[test]
    fn the_far_ends_are_finite() {
        assert_eq!((cumulative(-1e200), cumulative(1e200)), (0.0, 1.0));
    }
}
