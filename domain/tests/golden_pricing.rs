//! Prices, Greeks and implied volatilities against QuantLib 1.44; `golden/pricing.py` made `golden/pricing.csv`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use domain::options::Right;
use domain::options::pricing::{
    CashDividend, Terms, barone_adesi_whaley, binomial, black_76, black_scholes, greeks, implied_volatility,
};

struct Case<'a> {
    kind: &'a str,
    terms: Terms,
    volatility: f64,
    dividend: Option<CashDividend>,
    /// Price, delta, gamma, theta, vega, rho, implied volatility; absent where not given.
    numbers: Vec<Option<f64>>,
}

fn cases() -> Vec<Case<'static>> {
    let text = include_str!("golden/pricing.csv");
    let read = |line: &'static str| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok());
        let years = |place: usize| number(place).map(|days| days / 365.0);
        let right = if fields[1] == "c" { Right::Call } else { Right::Put };
        Case {
            kind: fields[0],
            terms: Terms {
                right,
                spot: number(2).unwrap(),
                strike: number(3).unwrap(),
                years: years(4).unwrap(),
                rate: number(5).unwrap(),
                dividend_yield: number(6).unwrap(),
            },
            volatility: number(7).unwrap(),
            dividend: years(8).zip(number(9)).map(|(years, amount)| CashDividend { years, amount }),
            numbers: (10..17).map(number).collect(),
        }
    };
    text.lines().skip(1).map(read).collect()
}

/// Each kind's cases; none would mean that the file is not what it was.
fn of(kind: &str) -> Vec<Case<'static>> {
    let found: Vec<_> = cases().into_iter().filter(|case| case.kind == kind).collect();
    assert!(found.len() >= 6, "{kind}: {} cases", found.len());
    found
}

/// Equal relative to the number, or to `floor` where that is larger.
#[track_caller]
fn assert_close(case: &Case<'_>, what: &str, is: f64, should: f64, tolerance: f64, floor: f64) {
    let allowed = tolerance * should.abs().max(floor);
    assert!((is - should).abs() <= allowed, "{what} of {:?} at {}: {is} is not {should}", case.terms, case.volatility);
}

#[test]
fn european_prices_and_greeks_equal_quantlib() {
    for case in of("european") {
        let price = black_scholes(&case.terms, case.volatility);
        // A price is a difference of terms of the size of the spot, 100, so its own digits end at 1e-14 of that.
        assert_close(&case, "price", price, case.numbers[0].unwrap(), 1e-9, 1e-4);
        let forward = case.terms.forward();
        let Terms { right, strike, years, rate, .. } = case.terms;
        assert_close(&case, "Black", black_76(right, forward, strike, years, rate, case.volatility), price, 1e-9, 1e-4);
        let of = greeks(&case.terms, case.volatility);
        for (what, is, should) in [
            ("delta", of.delta, case.numbers[1]),
            ("gamma", of.gamma, case.numbers[2]),
            ("theta", of.theta, case.numbers[3]),
            ("vega", of.vega, case.numbers[4]),
            ("rho", of.rho, case.numbers[5]),
        ] {
            assert_close(&case, what, is, should.unwrap(), 1e-9, 1e-5);
        }
    }
}

#[test]
fn the_volatility_that_quantlib_s_price_implies_is_the_one_that_went_in() {
    let mut solved = 0;
    for case in of("european") {
        let vega = case.numbers[4].unwrap();
        // Where a hundredth of volatility moves the price by less than a hundred-thousandth, the price does not say it.
        if vega < 1e-5 {
            continue;
        }
        let price = case.numbers[0].unwrap();
        let found = implied_volatility(&case.terms, price).unwrap();
        // The price carries 1e-14 of 100 and a unit of volatility is worth 100 vega.
        let allowed = (1e-9 * case.volatility).max(1e-12 / (100.0 * vega) * 4.0);
        assert!((found - case.volatility).abs() <= allowed, "{:?}: {found} is not {}", case.terms, case.volatility);
        solved += 1;
    }
    assert!(solved > 100, "{solved}");
}

#[test]
fn american_trees_equal_quantlib_s() {
    for case in of("tree") {
        let price = binomial(&case.terms, case.volatility, true, 801, &[]);
        assert_close(&case, "tree", price, case.numbers[0].unwrap(), 1e-9, 1e-3);
    }
}

#[test]
fn the_approximation_equals_quantlib_s() {
    for case in of("baw") {
        let price = barone_adesi_whaley(&case.terms, case.volatility);
        // QuantLib ends its search for the critical price at an error of 1e-6 of the strike, here 1e-4; what is left of it
        // in the price is a fraction.
        assert_close(&case, "approximation", price, case.numbers[0].unwrap(), 1e-5, 1.0);
    }
}

#[test]
fn trees_with_a_cash_dividend_equal_quantlib_s_differences() {
    for (kind, early) in [("cash_early", true), ("cash_late", false)] {
        for case in of(kind) {
            let price = binomial(&case.terms, case.volatility, early, 2_001, case.dividend.as_slice());
            // Two methods of finite steps, each good to about 1e-4 here.
            assert_close(&case, kind, price, case.numbers[0].unwrap(), 5e-4, 1.0);
        }
    }
}
