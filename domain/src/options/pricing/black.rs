//! European prices.

use super::normal::cumulative;
use crate::options::Right;

/// What a price depends on besides the volatility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Call or put.
    pub right: Right,
    /// The underlying's price, above 0.
    pub spot: f64,
    /// The strike, above 0.
    pub strike: f64,
    /// Years to expiration, at least 0.
    pub years: f64,
    /// Risk-free rate, a yearly fraction, continuously compounded.
    pub rate: f64,
    /// Dividend yield, a yearly fraction, continuously compounded.
    pub dividend_yield: f64,
}

impl Terms {
    /// The forward price of the underlying.
    #[must_use]
    pub fn forward(&self) -> f64 {
        self.spot * libm::exp((self.rate - self.dividend_yield) * self.years)
    }

    /// What a unit paid at expiration is worth today.
    #[must_use]
    pub fn discount(&self) -> f64 {
        libm::exp(-self.rate * self.years)
    }
}

/// The arguments of Φ, for a deviation of the logarithm s = σ·√T above 0.
pub(super) fn d1_d2(forward: f64, strike: f64, s: f64) -> (f64, f64) {
    let d1 = libm::log(forward / strike) / s + 0.5 * s;
    (d1, d1 - s)
}

/// The price before discounting, by forward, strike and s = σ·√T; the intrinsic value where s is 0.
pub(super) fn undiscounted(right: Right, forward: f64, strike: f64, s: f64) -> f64 {
    if s <= 0.0 {
        return right.intrinsic(forward, strike);
    }
    let (d1, d2) = d1_d2(forward, strike, s);
    let price = match right {
        Right::Call => forward * cumulative(d1) - strike * cumulative(d2),
        Right::Put => strike * cumulative(-d2) - forward * cumulative(-d1),
    };
    price.max(0.0)
}

/// Computes a European option's price after Black and Scholes, with a dividend yield after Merton.
///
/// *Inputs*: the terms; the volatility, a yearly fraction, at least 0. *Returns*: the price per share.
///
/// *Method*: `docs/methods/options.md`; S·e^(−qT)·Φ(d₁) − K·e^(−rT)·Φ(d₂) for a call.
///
/// ```
/// use domain::options::{Right, pricing::{Terms, black_scholes}};
/// let terms = Terms { right: Right::Call, spot: 100.0, strike: 100.0, years: 1.0, rate: 0.05, dividend_yield: 0.0 };
/// // d₁ = 0.35, d₂ = 0.15: 100·0.6368307 − 95.1229425·0.5596177
/// assert!((black_scholes(&terms, 0.2) - 10.450_583_572).abs() < 1e-9);
/// ```
#[must_use]
pub fn black_scholes(terms: &Terms, volatility: f64) -> f64 {
    let s = volatility * libm::sqrt(terms.years);
    terms.discount() * undiscounted(terms.right, terms.forward(), terms.strike, s)
}

/// Computes the price of a European option on a future after Black.
///
/// *Inputs*: call or put; the future's price and the strike, above 0; years to expiration; the risk-free rate; the
/// volatility, a yearly fraction. *Returns*: the price per unit.
///
/// *Method*: `docs/methods/options.md`; e^(−rT)·(F·Φ(d₁) − K·Φ(d₂)) for a call.
#[must_use]
pub fn black_76(right: Right, future: f64, strike: f64, years: f64, rate: f64, volatility: f64) -> f64 {
    let s = volatility * libm::sqrt(years);
    libm::exp(-rate * years) * undiscounted(right, future, strike, s)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(right: Right, strike: f64, years: f64) -> Terms {
        Terms { right, spot: 100.0, strike, years, rate: 0.03, dividend_yield: 0.01 }
    }

    #[test]
    fn a_call_less_a_put_is_the_discounted_forward_less_the_strike() {
        for strike in [50.0, 95.0, 100.0, 140.0] {
            let of = |right| black_scholes(&terms(right, strike, 0.75), 0.3);
            let call = terms(Right::Call, strike, 0.75);
            let parity = call.discount() * (call.forward() - strike);
            assert!((of(Right::Call) - of(Right::Put) - parity).abs() <= 1e-12 * 100.0, "{strike}");
        }
    }

    #[test]
    fn without_time_or_volatility_only_the_intrinsic_value_is_left() {
        assert_eq!(black_scholes(&terms(Right::Call, 90.0, 0.0), 0.3).to_bits(), 10.0_f64.to_bits());
        assert_eq!(black_scholes(&terms(Right::Put, 90.0, 0.0), 0.3).to_bits(), 0.0_f64.to_bits());
        let call = terms(Right::Call, 90.0, 0.5);
        let certain = call.discount() * (call.forward() - 90.0);
        assert!((black_scholes(&call, 0.0) - certain).abs() <= 1e-12);
    }

    #[test]
    fn black_and_scholes_is_black_on_the_forward() {
        let put = terms(Right::Put, 105.0, 0.5);
        let black = black_76(Right::Put, put.forward(), 105.0, 0.5, 0.03, 0.25);
        assert!((black - black_scholes(&put, 0.25)).abs() <= 1e-12);
    }
}
