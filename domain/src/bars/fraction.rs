//! A ratio as two numbers of shares.

/// The largest number of shares that a fraction is looked for with.
const MOST_SHARES: f64 = 100_000.0;

/// Finds new and old shares of a split from its ratio.
///
/// *Inputs*: new shares per old share, above 0. *Returns*: the smallest whole numbers whose quotient it is to 1e-9 relative, or
/// the ratio and 1 where there are none up to 100 000.
///
/// ```
/// use domain::bars::as_fraction;
/// assert_eq!(as_fraction(10.0), (10.0, 1.0));
/// assert_eq!(as_fraction(1.0 / 3.0), (1.0, 3.0));
/// assert_eq!(as_fraction(1.5), (3.0, 2.0));
/// ```
#[must_use]
pub fn as_fraction(ratio: f64) -> (f64, f64) {
    // The convergents of its continued fraction are its best approximations.
    let (mut to, mut to_before) = (1.0_f64, 0.0_f64);
    let (mut from, mut from_before) = (0.0_f64, 1.0_f64);
    let mut rest = ratio;
    while rest.is_finite() {
        let whole = rest.floor();
        (to, to_before) = (whole * to + to_before, to);
        (from, from_before) = (whole * from + from_before, from);
        if to > MOST_SHARES || from > MOST_SHARES {
            break;
        }
        if (to / from / ratio - 1.0).abs() < 1e-9 {
            return (to, from);
        }
        rest = 1.0 / (rest - whole);
    }
    (ratio, 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_quotient_is_found_again(to in 1_u32..2_000, from in 1_u32..2_000) {
            let (found_to, found_from) = as_fraction(f64::from(to) / f64::from(from));
            prop_assert!((found_to * f64::from(from) - found_from * f64::from(to)).abs() < 1e-6);
            prop_assert!(found_to <= f64::from(to) && found_from <= f64::from(from));
        }
    }

    #[test]
    fn what_is_no_fraction_stays_as_it_is() {
        for ratio in [std::f64::consts::PI * 1e-7, 1e9, 0.123_456_789_01] {
            let (to, from) = as_fraction(ratio);
            assert!((to / from / ratio - 1.0).abs() < 1e-9, "{ratio}");
        }
    }
}
