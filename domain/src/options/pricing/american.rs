//! American prices by the approximation of Barone-Adesi and Whaley (1987), and the volatility that one implies.

use super::black::{Terms, black_scholes, d1_d2};
use super::greeks::{Greeks, greeks};
use super::implied::implied_volatility;
use super::normal::cumulative;
use crate::options::Right;

/// Newton's steps to the critical price double the digits each; more than these were never needed over the tests' grid.
const MOST_STEPS: u32 = 60;

/// Whether exercising early can pay: for a put when money earns interest, for a call when the underlying pays a yield.
fn may_exercise_early(terms: &Terms) -> bool {
    let gain = match terms.right {
        Right::Call => terms.dividend_yield,
        Right::Put => terms.rate,
    };
    gain > 0.0 && terms.years > 0.0
}

/// Computes an American option's price.
///
/// *Inputs*: the terms; the volatility, a yearly fraction. *Returns*: the price per share, never below the intrinsic value;
/// the European price where exercising early cannot pay.
///
/// *Method*: `docs/methods/options.md`; the European price plus a premium A·(S/S*)^q up to the critical price S*, beyond which
/// the intrinsic value. It errs by up to about 1 % for long terms; [`binomial`](super::binomial) errs less and takes longer.
#[must_use]
pub fn barone_adesi_whaley(terms: &Terms, volatility: f64) -> f64 {
    let european = black_scholes(terms, volatility);
    let s = volatility * libm::sqrt(terms.years);
    if !may_exercise_early(terms) {
        return european;
    }
    let intrinsic = terms.right.intrinsic(terms.spot, terms.strike);
    if s <= 0.0 {
        return european.max(intrinsic);
    }
    let sign = match terms.right {
        Right::Call => 1.0,
        Right::Put => -1.0,
    };
    let variance = volatility * volatility;
    let n = 2.0 * (terms.rate - terms.dividend_yield) / variance;
    let m_over_k = if libm::fabs(terms.rate * terms.years) < 1e-12 {
        2.0 / (variance * terms.years)
    } else {
        2.0 * terms.rate / (variance * -libm::expm1(-terms.rate * terms.years))
    };
    let q = 0.5 * (1.0 - n + sign * libm::sqrt((n - 1.0) * (n - 1.0) + 4.0 * m_over_k));
    let Some(critical) = critical_price(terms, volatility, sign, q) else { return european.max(intrinsic) };
    if sign * (terms.spot - critical) >= 0.0 {
        return intrinsic;
    }
    let premium = sign * critical / q * slope_missing(terms, critical, s, sign);
    (european + premium * libm::pow(terms.spot / critical, q)).max(intrinsic)
}

/// 1 − e^(−qT)·Φ(±d₁), at another price of the underlying.
fn slope_missing(terms: &Terms, spot: f64, s: f64, sign: f64) -> f64 {
    let at = Terms { spot, ..*terms };
    let (d1, _) = d1_d2(at.forward(), at.strike, s);
    1.0 - libm::exp(-terms.dividend_yield * terms.years) * cumulative(sign * d1)
}

/// The price of the underlying from which the option is exercised: ±(S* − K) = price(S*) ± (1 − e^(−qT)·Φ(±d₁))·S*/q, by
/// Newton's steps within a bracket.
fn critical_price(terms: &Terms, volatility: f64, sign: f64, q: f64) -> Option<f64> {
    let s = volatility * libm::sqrt(terms.years);
    // Positive where exercising pays more than holding.
    let excess = |spot: f64| {
        let held = black_scholes(&Terms { spot, ..*terms }, volatility);
        sign * (spot - terms.strike) - held - sign * slope_missing(terms, spot, s, sign) * spot / q
    };
    let (mut holding, mut exercising) = (terms.strike, terms.strike);
    for _ in 0..MOST_STEPS {
        exercising *= if sign > 0.0 { 1.5 } else { 1.0 / 1.5 };
        if excess(exercising) > 0.0 {
            break;
        }
        holding = exercising;
    }
    if excess(exercising) <= 0.0 {
        return None;
    }
    let mut spot = 0.5 * (holding + exercising);
    for _ in 0..MOST_STEPS {
        let here = excess(spot);
        let bound = if here > 0.0 { &mut exercising } else { &mut holding };
        *bound = spot;
        let width = 1e-6 * spot;
        let slope = (excess(spot + width) - excess(spot - width)) / (2.0 * width);
        let newton = spot - here / slope;
        let (low, high) = (holding.min(exercising), holding.max(exercising));
        let next = if low < newton && newton < high { newton } else { 0.5 * (low + high) };
        if libm::fabs(next - spot) <= 1e-13 * spot {
            return Some(next);
        }
        spot = next;
    }
    Some(spot)
}

/// Computes the volatility at which the American price is the given one.
///
/// *Inputs*: the terms; the price per share. *Returns*: a yearly fraction between 0.0001 and 20; `None` where no volatility
/// gives the price.
///
/// *Method*: the European one where exercising early cannot pay, else by bisection and secants (Illinois).
#[must_use]
pub fn american_implied_volatility(terms: &Terms, price: f64) -> Option<f64> {
    if !may_exercise_early(terms) {
        return implied_volatility(terms, price);
    }
    let intrinsic = terms.right.intrinsic(terms.spot, terms.strike);
    if !price.is_finite() || price <= intrinsic {
        return None;
    }
    let off = |volatility: f64| barone_adesi_whaley(terms, volatility) - price;
    let (mut low, mut high) = (1e-4, 20.0);
    let (mut below, mut above) = (off(low), off(high));
    if !(below <= 0.0 && above >= 0.0) {
        return None;
    }
    for _ in 0..200 {
        let secant = (low * above - high * below) / (above - below);
        let middle = if secant > low && secant < high { secant } else { 0.5 * (low + high) };
        let here = off(middle);
        if libm::fabs(here) <= 1e-14 * price || high - low <= 1e-14 * high {
            return Some(middle);
        }
        if here < 0.0 {
            (low, below) = (middle, here);
            above *= 0.5;
        } else {
            (high, above) = (middle, here);
            below *= 0.5;
        }
    }
    Some(0.5 * (low + high))
}

/// Computes the sensitivities of an American option by differences of its price; the European ones where exercising early
/// cannot pay.
#[must_use]
pub fn american_greeks(terms: &Terms, volatility: f64) -> Greeks {
    if !may_exercise_early(terms) || volatility <= 0.0 {
        return greeks(terms, volatility);
    }
    let h = 1e-3 * terms.spot;
    let at = |spot: f64| barone_adesi_whaley(&Terms { spot, ..*terms }, volatility);
    let (up, here, down) = (at(terms.spot + h), at(terms.spot), at(terms.spot - h));
    let day = (1.0 / 365.0_f64).min(0.5 * terms.years);
    let later = barone_adesi_whaley(&Terms { years: terms.years - day, ..*terms }, volatility);
    let v = (1e-3_f64).min(0.5 * volatility);
    let of_volatility = |volatility: f64| barone_adesi_whaley(terms, volatility);
    let of_rate = |rate: f64| barone_adesi_whaley(&Terms { rate, ..*terms }, volatility);
    Greeks {
        delta: (up - down) / (2.0 * h),
        gamma: (up - 2.0 * here + down) / (h * h),
        theta: (later - here) / (day * 365.0),
        vega: (of_volatility(volatility + v) - of_volatility(volatility - v)) / (2.0 * v) / 100.0,
        rho: (of_rate(terms.rate + 1e-4) - of_rate(terms.rate - 1e-4)) / 2e-4 / 100.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(right: Right, spot: f64) -> Terms {
        Terms { right, spot, strike: 100.0, years: 0.25, rate: 0.08, dividend_yield: 0.12 }
    }

    #[test]
    fn prices_equal_the_table_of_the_paper() {
        // Barone-Adesi and Whaley (1987), table I: r = 0.08, b = −0.04, σ = 0.20, T = 0.25, X = 100; to its two decimals.
        for (spot, call, put) in
            [(80.0, 0.03, 20.42), (90.0, 0.59, 11.25), (100.0, 3.52, 4.40), (110.0, 10.31, 1.12), (120.0, 20.00, 0.18)]
        {
            let of = |right| barone_adesi_whaley(&terms(right, spot), 0.2);
            assert!((of(Right::Call) - call).abs() <= 0.011, "call at {spot}: {}", of(Right::Call));
            assert!((of(Right::Put) - put).abs() <= 0.011, "put at {spot}: {}", of(Right::Put));
        }
    }

    #[test]
    fn an_american_option_is_worth_no_less_than_a_european_one_or_exercising() {
        for right in [Right::Call, Right::Put] {
            for spot in [50.0, 80.0, 99.0, 100.0, 101.0, 130.0, 200.0] {
                for volatility in [0.05, 0.2, 0.8] {
                    let terms = terms(right, spot);
                    let price = barone_adesi_whaley(&terms, volatility);
                    assert!(price >= right.intrinsic(spot, 100.0));
                    assert!(price >= black_scholes(&terms, volatility) - 1e-9, "{terms:?} {volatility}");
                }
            }
        }
    }

    #[test]
    fn a_call_without_a_yield_is_not_exercised_early() {
        let terms = Terms { dividend_yield: 0.0, ..terms(Right::Call, 105.0) };
        assert_eq!(barone_adesi_whaley(&terms, 0.3).to_bits(), black_scholes(&terms, 0.3).to_bits());
        assert_eq!(american_greeks(&terms, 0.3), greeks(&terms, 0.3));
    }

    #[test]
    fn the_price_leads_back_to_its_volatility() {
        for (right, spot) in [(Right::Call, 95.0), (Right::Put, 95.0), (Right::Put, 120.0)] {
            let terms = terms(right, spot);
            let found = american_implied_volatility(&terms, barone_adesi_whaley(&terms, 0.35)).unwrap();
            assert!((found - 0.35).abs() <= 1e-9, "{found}");
        }
        assert_eq!(american_implied_volatility(&terms(Right::Put, 80.0), 20.0), None);
        assert_eq!(american_implied_volatility(&terms(Right::Put, 80.0), 1e6), None);
    }
}
