//! The volatility that a European price implies.

use std::f64::consts::PI;

use super::black::{Terms, d1_d2, undiscounted};
use super::normal::density;
use crate::options::Right;

/// More than any step sequence needed over a grid of moneyness and price; beyond, the bracket is as narrow as doubles allow.
const MOST_STEPS: u32 = 100;

/// Computes the volatility at which the price after Black and Scholes is the given one.
///
/// *Inputs*: the terms; the price per share. *Returns*: a yearly fraction; `None` where no volatility gives the price: below
/// the discounted intrinsic value of the forward, at or above the underlying (call) or the discounted strike (put), or
/// without time.
///
/// *Method*: the price is carried over to the option out of the money, where no digits are lost to the intrinsic value;
/// Newton's steps on its logarithm within a bracket that each step narrows, from the point of inflection.
///
/// ```
/// use domain::options::{Right, pricing::{Terms, black_scholes, implied_volatility}};
/// let terms = Terms { right: Right::Put, spot: 100.0, strike: 80.0, years: 0.25, rate: 0.02, dividend_yield: 0.0 };
/// let volatility = implied_volatility(&terms, black_scholes(&terms, 0.35)).unwrap();
/// assert!((volatility - 0.35).abs() < 1e-12);
/// ```
#[must_use]
pub fn implied_volatility(terms: &Terms, price: f64) -> Option<f64> {
    let (forward, strike) = (terms.forward(), terms.strike);
    let possible = terms.years > 0.0 && price.is_finite() && price > 0.0 && forward > 0.0 && strike > 0.0;
    if !possible {
        return None;
    }
    let outside = if forward <= strike { Right::Call } else { Right::Put };
    let undiscounted_price = price / terms.discount();
    let time_value = if terms.right == outside {
        undiscounted_price
    } else {
        undiscounted_price - terms.right.intrinsic(forward, strike)
    };
    // Less than this of an in-the-money price is the rounding of its subtraction.
    let rounding = if terms.right == outside { 0.0 } else { 8.0 * f64::EPSILON * undiscounted_price };
    let most = forward.min(strike);
    if !(time_value > rounding && time_value < most) {
        return None;
    }
    let s = solve(outside, forward, strike, time_value)?;
    let volatility = s / libm::sqrt(terms.years);
    volatility.is_finite().then_some(volatility)
}

/// The s = σ·√T at which the option out of the money has this value before discounting.
fn solve(right: Right, forward: f64, strike: f64, value: f64) -> Option<f64> {
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let middle = libm::sqrt(forward * strike);
    let inflection = libm::sqrt(2.0 * libm::fabs(libm::log(forward / strike)));
    let mut s = inflection.max(libm::sqrt(2.0 * PI) * value / middle);
    for _ in 0..MOST_STEPS {
        let at = undiscounted(right, forward, strike, s);
        let bound = if at > value { &mut high } else { &mut low };
        *bound = s;
        let slope = forward * density(d1_d2(forward, strike, s).0);
        // Below the point of inflection the logarithm is the straighter curve, above it the price itself.
        let step = if value < undiscounted(right, forward, strike, inflection) {
            libm::log(value / at) * at / slope
        } else {
            (value - at) / slope
        };
        let newton = s + step;
        let next = if step.is_finite() && newton > low && newton < high {
            newton
        } else if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * s
        };
        if libm::fabs(next - s) <= 4.0 * f64::EPSILON * s {
            return Some(next);
        }
        s = next;
    }
    Some(s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::pricing::black_scholes;

    #[test]
    fn the_price_leads_back_to_its_volatility_over_a_grid() {
        for right in [Right::Call, Right::Put] {
            for strike in [40.0, 70.0, 90.0, 100.0, 101.0, 130.0, 250.0] {
                for years in [1.0 / 365.0, 0.1, 1.0, 5.0] {
                    for volatility in [0.03, 0.1, 0.25, 0.8, 2.5] {
                        let terms = Terms { right, spot: 100.0, strike, years, rate: 0.02, dividend_yield: 0.01 };
                        let price = black_scholes(&terms, volatility);
                        let out = undiscounted(
                            if terms.forward() <= strike { Right::Call } else { Right::Put },
                            terms.forward(),
                            strike,
                            volatility * years.sqrt(),
                        );
                        // A time value below 1e-6 of the price has too few digits left to lead anywhere.
                        if out < 1e-6 * price.max(1e-4) {
                            continue;
                        }
                        let found = implied_volatility(&terms, price).unwrap();
                        let error = (found - volatility).abs() / volatility;
                        assert!(error <= 1e-7, "{terms:?} {volatility} gave {found}, off by {error:e}");
                    }
                }
            }
        }
    }

    #[test]
    fn prices_that_no_volatility_gives_have_none() {
        let terms = Terms { right: Right::Call, spot: 100.0, strike: 90.0, years: 0.5, rate: 0.0, dividend_yield: 0.0 };
        for price in [0.0, -1.0, 9.99, 10.0, 100.0, 101.0, f64::NAN, f64::INFINITY] {
            assert_eq!(implied_volatility(&terms, price), None, "{price}");
        }
        assert_eq!(implied_volatility(&Terms { years: 0.0, ..terms }, 12.0), None);
        assert!(implied_volatility(&terms, 10.000_001).is_some());
        assert!(implied_volatility(&terms, 99.999).is_some());
    }

    #[test]
    fn a_price_next_to_nothing_still_has_a_volatility() {
        let terms = Terms { right: Right::Put, spot: 100.0, strike: 20.0, years: 0.1, rate: 0.0, dividend_yield: 0.0 };
        let volatility = implied_volatility(&terms, 1e-12).unwrap();
        assert!((black_scholes(&terms, volatility) / 1e-12 - 1.0).abs() <= 1e-9);
    }
}
