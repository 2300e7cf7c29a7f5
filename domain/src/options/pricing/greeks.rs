//! How a European price changes with what it depends on.

use super::black::{Terms, d1_d2};
use super::normal::{cumulative, density};
use crate::options::Right;

/// Sensitivities of a price per share.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Greeks {
    /// For a rise of the underlying by 1.
    pub delta: f64,
    /// Change of `delta` for a rise of the underlying by 1.
    pub gamma: f64,
    /// For a calendar day that passes.
    pub theta: f64,
    /// For a rise of the volatility by 0.01.
    pub vega: f64,
    /// For a rise of the rate by 0.01.
    pub rho: f64,
}

/// Calendar days of a year, by which theta is divided.
const DAYS_PER_YEAR: f64 = 365.0;

/// Computes the sensitivities of a European option after Black and Scholes.
///
/// *Inputs*: the terms; the volatility, a yearly fraction. *Returns*: the Greeks; without time or volatility those of the
/// intrinsic value: a delta of 0 or ±1 and nothing else.
///
/// *Method*: `docs/methods/options.md`; Δ = e^(−qT)·Φ(d₁) for a call.
#[must_use]
pub fn greeks(terms: &Terms, volatility: f64) -> Greeks {
    let root = libm::sqrt(terms.years);
    let s = volatility * root;
    let sign = match terms.right {
        Right::Call => 1.0,
        Right::Put => -1.0,
    };
    let kept = libm::exp(-terms.dividend_yield * terms.years);
    if s <= 0.0 {
        let in_the_money = sign * (terms.forward() - terms.strike) > 0.0;
        return Greeks { delta: if in_the_money { sign * kept } else { 0.0 }, ..Greeks::default() };
    }
    let discount = terms.discount();
    let (d1, d2) = d1_d2(terms.forward(), terms.strike, s);
    let (n1, n2) = (cumulative(sign * d1), cumulative(sign * d2));
    let density = kept * density(d1);
    let decay = -terms.spot * density * volatility / (2.0 * root);
    let carry = terms.dividend_yield * terms.spot * kept * n1 - terms.rate * terms.strike * discount * n2;
    Greeks {
        delta: sign * kept * n1,
        gamma: density / (terms.spot * s),
        theta: (decay + sign * carry) / DAYS_PER_YEAR,
        vega: terms.spot * density * root / 100.0,
        rho: sign * terms.strike * terms.years * discount * n2 / 100.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::pricing::black_scholes;

    #[test]
    fn the_greeks_are_the_price_s_differences() {
        for right in [Right::Call, Right::Put] {
            for strike in [80.0, 100.0, 125.0] {
                let terms = Terms { right, spot: 100.0, strike, years: 0.4, rate: 0.03, dividend_yield: 0.012 };
                let of = greeks(&terms, 0.25);
                let at = |spot: f64| black_scholes(&Terms { spot, ..terms }, 0.25);
                // Central differences err by h²·f‴/6, below 1e-6 of what they measure here.
                let close =
                    |is: f64, should: f64| assert!((is - should).abs() <= 1e-6 * (1.0 + should.abs()), "{is} {should}");
                close(of.delta, (at(100.01) - at(99.99)) / 0.02);
                close(of.gamma, (at(100.05) - 2.0 * at(100.0) + at(99.95)) / 0.002_5);
                close(of.vega, (black_scholes(&terms, 0.2501) - black_scholes(&terms, 0.2499)) / 0.02);
                let later = |days: f64| black_scholes(&Terms { years: 0.4 - days / 365.0, ..terms }, 0.25);
                close(of.theta, (later(0.01) - later(-0.01)) / 0.02);
                let dearer = |rate: f64| black_scholes(&Terms { rate, ..terms }, 0.25);
                close(of.rho, (dearer(0.0301) - dearer(0.0299)) / 0.02);
            }
        }
    }

    #[test]
    fn an_expired_option_moves_with_the_underlying_or_not_at_all() {
        let terms = Terms { right: Right::Put, spot: 90.0, strike: 100.0, years: 0.0, rate: 0.0, dividend_yield: 0.0 };
        assert_eq!(greeks(&terms, 0.2), Greeks { delta: -1.0, ..Greeks::default() });
        assert_eq!(greeks(&Terms { spot: 110.0, ..terms }, 0.2), Greeks::default());
    }
}
