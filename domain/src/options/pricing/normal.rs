//! The standard normal distribution, of `libm`'s functions.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Φ(x), with the relative accuracy of `erfc` in both tails.
pub(super) fn cumulative(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// φ(x), the density.
pub(super) fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / libm::sqrt(2.0 * PI)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_equal_the_published_tables() {
        for (x, probability) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_542_9),
            (-4.0, 3.167_124_183_311_992e-5),
            (-10.0, 7.619_853_024_160_527e-24),
        ] {
            assert!((cumulative(x) - probability).abs() <= 1e-14 * probability, "{x}");
        }
        assert!((density(0.0) - 0.398_942_280_401_432_7).abs() <= 1e-15);
    }
}
