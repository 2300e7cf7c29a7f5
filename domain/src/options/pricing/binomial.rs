//! American and European prices by the tree of Leisen and Reimer (1996), with dividends paid in cash.

use super::black::Terms;

/// A cash dividend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CashDividend {
    /// Years from today to the ex-date.
    pub years: f64,
    /// Quote currency per share.
    pub amount: f64,
}

/// Computes an option's price by a tree whose nodes lie around the strike.
///
/// *Inputs*: the terms; the volatility, a yearly fraction above 0; whether it may be exercised early; the tree's steps, made
/// odd, 3 to 5 001; the cash dividends until expiration. *Returns*: the price per share; without time or volatility the
/// intrinsic value.
///
/// *Method*: `docs/methods/options.md`; the tree is of the underlying without what its dividends are worth today (escrowed),
/// and exercising at a node gives that price and the dividends still to come. It errs by about 1/steps² for European and
/// 1/steps for American options.
#[must_use]
pub fn binomial(terms: &Terms, volatility: f64, early: bool, steps: u32, dividends: &[CashDividend]) -> f64 {
    let steps = steps.clamp(3, 5_001) | 1;
    let n = f64::from(steps);
    let s = volatility * libm::sqrt(terms.years);
    let due = |from: f64| -> f64 {
        let ahead = dividends.iter().filter(|dividend| from < dividend.years && dividend.years <= terms.years);
        ahead.map(|dividend| dividend.amount * libm::exp(-terms.rate * (dividend.years - from))).sum()
    };
    let spot = terms.spot - due(0.0);
    if s <= 0.0 || spot <= 0.0 {
        return terms.right.intrinsic(terms.spot, terms.strike);
    }
    let step_years = terms.years / n;
    let drift = terms.rate - terms.dividend_yield;
    let d2 = (libm::log(spot / terms.strike) + (drift - 0.5 * volatility * volatility) * terms.years) / s;
    let (up_chance, shifted) = (peizer_pratt(d2, n), peizer_pratt(d2 + s, n));
    let growth = libm::exp(drift * step_years);
    let up = growth * shifted / up_chance;
    let down = (growth - up_chance * up) / (1.0 - up_chance);
    let discount = libm::exp(-terms.rate * step_years);
    let places = || (0..=steps).map(f64::from);
    let node = |step: f64, ups: f64| spot * libm::pow(up, ups) * libm::pow(down, step - ups);
    let mut values: Vec<f64> = places().map(|ups| terms.right.intrinsic(node(n, ups), terms.strike)).collect();
    for step in (0..steps).rev() {
        let step = f64::from(step);
        let escrowed = due(step * step_years);
        let mut price = node(step, 0.0);
        let ratio = up / down;
        for place in 0..values.len() - 1 {
            let held = discount * (up_chance * values[place + 1] + (1.0 - up_chance) * values[place]);
            let exercised = if early { terms.right.intrinsic(price + escrowed, terms.strike) } else { 0.0 };
            values[place] = held.max(exercised);
            price *= ratio;
        }
        values.pop();
    }
    values[0]
}

/// The chance that a binomial variable of n steps lies where a normal one lies with Φ(z), after Peizer and Pratt, method 2.
fn peizer_pratt(z: f64, n: f64) -> f64 {
    let of_n = z / (n + 1.0 / 3.0 + 0.1 / (n + 1.0));
    let half = 0.5 * libm::sqrt(-libm::expm1(-of_n * of_n * (n + 1.0 / 6.0)));
    0.5 + if z > 0.0 { half } else { -half }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Right;
    use crate::options::pricing::black_scholes;

    fn terms(right: Right) -> Terms {
        Terms { right, spot: 100.0, strike: 105.0, years: 0.75, rate: 0.05, dividend_yield: 0.01 }
    }

    #[test]
    fn a_european_tree_nears_the_formula_by_the_square_of_its_steps() {
        for right in [Right::Call, Right::Put] {
            let formula = black_scholes(&terms(right), 0.3);
            let error = |steps| (binomial(&terms(right), 0.3, false, steps, &[]) - formula).abs();
            assert!(error(101) <= 1e-3 && error(1_001) <= 1e-5, "{} {}", error(101), error(1_001));
        }
    }

    #[test]
    fn an_american_put_is_worth_more_and_a_call_without_payments_is_not() {
        let put = terms(Right::Put);
        assert!(binomial(&put, 0.3, true, 201, &[]) > binomial(&put, 0.3, false, 201, &[]) + 0.01);
        let call = Terms { dividend_yield: 0.0, ..terms(Right::Call) };
        let (early, late) = (binomial(&call, 0.3, true, 201, &[]), binomial(&call, 0.3, false, 201, &[]));
        assert!((early - late).abs() <= 1e-12);
    }

    #[test]
    fn a_large_dividend_makes_a_deep_call_worth_exercising_before_it() {
        let call = Terms { spot: 130.0, strike: 100.0, dividend_yield: 0.0, ..terms(Right::Call) };
        let dividend = [CashDividend { years: 0.5, amount: 10.0 }];
        let (early, late) = (binomial(&call, 0.2, true, 501, &dividend), binomial(&call, 0.2, false, 501, &dividend));
        assert!(early > late + 1.0, "{early} {late}");
        // The European one is the formula on the price without the dividend's worth today.
        let without = Terms { spot: 130.0 - 10.0 * (-0.05_f64 * 0.5).exp(), ..call };
        assert!((late - black_scholes(&without, 0.2)).abs() <= 1e-4);
    }
}
