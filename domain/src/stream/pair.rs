//! A number as the unevaluated sum of two doubles: about 32 decimal digits.
//!
//! The mean of prices near 10^9 with a spread of 1 needs more digits than one double has: the squared distance between the
//! means of two blocks is part of the variance, and a mean that is off by 10^-7 would show in it.

/// `high + low`, with `low` at most half a unit in the last place of `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) high: f64,
    pub(super) low: f64,
}

/// Splits a double into two halves of 26 bits; their products are exact.
const SPLITTER: f64 = 134_217_729.0;

/// The rounded sum and what rounding took away: `a + b` exactly.
#[inline]
pub(super) fn two_sum(a: f64, b: f64) -> Pair {
    let high = a + b;
    let b_part = high - a;
    Pair { high, low: (a - (high - b_part)) + (b - b_part) }
}

fn halves(a: f64) -> (f64, f64) {
    let shifted = SPLITTER * a;
    let high = shifted - (shifted - a);
    (high, a - high)
}

/// The rounded product and what rounding took away: `a · b` exactly, where neither overflows.
fn two_product(a: f64, b: f64) -> Pair {
    let high = a * b;
    let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
    let low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
    Pair { high, low }
}

impl Pair {
    /// A double as it is.
    pub(super) const fn exact(high: f64) -> Self {
        Self { high, low: 0.0 }
    }

    /// The sum with a double.
    #[inline]
    pub(super) fn plus(self, other: f64) -> Self {
        let sum = two_sum(self.high, other);
        two_sum(sum.high, sum.low + self.low)
    }

    /// The sum with another pair.
    pub(super) fn plus_pair(self, other: Self) -> Self {
        let sum = two_sum(self.high, other.high);
        two_sum(sum.high, sum.low + (self.low + other.low))
    }

    /// The quotient by a whole number.
    pub(super) fn divided_by(self, divisor: f64) -> Self {
        let quotient = self.high / divisor;
        let product = two_product(quotient, divisor);
        let rest = ((self.high - product.high) - product.low) + self.low;
        two_sum(quotient, rest / divisor)
    }

    /// `self − other`, rounded once.
    pub(super) fn distance_from(self, other: Self) -> f64 {
        let difference = two_sum(self.high, -other.high);
        difference.high + (difference.low + (self.low - other.low))
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are promised to the bit")]
mod tests {
    use super::*;

    #[test]
    fn a_sum_keeps_what_rounding_takes() {
        // 1e16 + 1 is no double; the pair holds both.
        assert_eq!(two_sum(1e16, 1.0), Pair { high: 1e16, low: 1.0 });
        let sum = Pair::exact(1e16).plus(1.0).plus(-1e16);
        assert_eq!(sum, Pair { high: 1.0, low: 0.0 });
    }

    #[test]
    fn a_product_and_a_quotient_are_exact_to_the_pair() {
        // (2^27 + 1)^2 = 2^54 + 2^28 + 1, whose last bit does not fit a double.
        let product = two_product(134_217_729.0, 134_217_729.0);
        assert_eq!(product.high + product.low, product.high);
        assert_eq!(product.low.abs(), 1.0);
        // A third of 1, three times, is 1 up to 2^-106.
        let third = Pair::exact(1.0).divided_by(3.0);
        let back = third.plus_pair(third).plus_pair(third);
        assert!(back.distance_from(Pair::exact(1.0)).abs() < 1e-31);
    }
}
