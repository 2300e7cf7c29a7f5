//! What a package is worth at prices of the underlying, today and at its first expiration, by the domain's own prices.

use domain::options::Right;
use domain::options::pricing::{Terms, black_scholes, greeks};
use domain::options::strategy::{DteWindow, Leg, LegType, Select, SelectBy, Strategy};

/// What is supposed of the market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Market {
    /// The underlying's price, above 0.
    pub spot: f64,
    /// One volatility for every strike, a yearly fraction, above 0.
    pub volatility: f64,
    /// The risk-free rate, a yearly fraction.
    pub rate: f64,
    /// The dividend yield, a yearly fraction.
    pub dividend_yield: f64,
}

/// A leg as it would be opened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Held {
    /// Contracts for each unit of the package, below 0 for sold ones.
    pub count: f64,
    /// A call or a put; none is the underlying itself.
    pub right: Option<Right>,
    /// The strike; the spot for the underlying.
    pub strike: f64,
    /// Calendar days to expiration; 0 for the underlying.
    pub days: f64,
}

/// Days of the year that volatility and rate are of.
const YEAR_DAYS: f64 = 365.0;
/// Halvings in the search of a strike: more than a double can tell apart.
const HALVINGS: u32 = 200;
/// Places at which a curve is drawn, besides the strikes.
const PLACES: u32 = 160;

fn terms(market: Market, right: Right, strike: f64, days: f64) -> Terms {
    let Market { spot, rate, dividend_yield, .. } = market;
    Terms { right, spot, strike, years: days.max(0.0) / YEAR_DAYS, rate, dividend_yield }
}

/// The strike at which a measure that only rises or only falls with it has a value; `None` where no strike has it.
fn solve(market: Market, days: f64, wanted: f64, measure: impl Fn(f64) -> f64) -> Option<f64> {
    let reach = (10.0 * market.volatility * (days.max(1.0) / YEAR_DAYS).sqrt()).clamp(0.5, 30.0).exp();
    let (mut low, mut high) = (market.spot / reach, market.spot * reach);
    let rises = measure(high) > measure(low);
    let above = |strike: f64| (measure(strike) > wanted) == rises;
    if above(low) || !above(high) {
        return None;
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if above(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(f64::midpoint(low, high))
}

fn strike_of(select: &Select, right: Right, days: f64, market: Market, held: &[Held]) -> Option<f64> {
    let target = select.target.unwrap_or(0.0);
    let away = match right {
        Right::Call => 1.0,
        Right::Put => -1.0,
    };
    let other = || held.get(usize::try_from(select.ref_leg?).ok()?).map(|held| held.strike);
    let offset = select.offset.unwrap_or(0.0);
    let delta = |strike: f64| greeks(&terms(market, right, strike, days), market.volatility).delta.abs();
    let price = |strike: f64| black_scholes(&terms(market, right, strike, days), market.volatility);
    match select.by {
        SelectBy::Delta => solve(market, days, target, delta),
        SelectBy::Premium => solve(market, days, target, price),
        SelectBy::OtmPct => Some(market.spot * (1.0 + away * target)),
        SelectBy::Atm => Some(market.spot),
        SelectBy::Strike => Some(target),
        SelectBy::StrikeOffset => Some(other()? + offset),
        SelectBy::Width => Some(other()? + away * offset),
        SelectBy::SameStrike => other(),
    }
    .filter(|strike| *strike > 0.0 && strike.is_finite())
}

fn days_of(leg: &Leg, common: Option<DteWindow>) -> Option<f64> {
    let window = leg.dte.or(common)?;
    Some(f64::from(window.target.clamp(window.min, window.max.max(window.min))))
}

/// The legs of a strategy in a market; the number of the leg, from 0, for which there is no strike.
pub(super) fn open(strategy: &Strategy, market: Market) -> Result<Vec<Held>, usize> {
    let mut held = Vec::new();
    for (index, leg) in strategy.legs.iter().enumerate() {
        let count = f64::from(leg.side.sign()) * f64::from(leg.ratio);
        let right = match leg.kind {
            LegType::Call => Some(Right::Call),
            LegType::Put => Some(Right::Put),
            LegType::Stock => None,
        };
        held.push(match right {
            None => Held { count, right, strike: market.spot, days: 0.0 },
            Some(right) => {
                let days = days_of(leg, strategy.dte).ok_or(index)?;
                let select = leg.select.as_ref().ok_or(index)?;
                let strike = strike_of(select, right, days, market, &held).ok_or(index)?;
                Held { count, right: Some(right), strike, days }
            }
        });
    }
    Ok(held)
}

/// What the legs are worth per share of one unit, so many days from now at a price of the underlying.
pub(super) fn value(held: &[Held], market: Market, passed_days: f64) -> f64 {
    let of = |leg: &Held| match leg.right {
        None => leg.count * market.spot,
        Some(right) => {
            let terms = terms(market, right, leg.strike, leg.days - passed_days);
            leg.count * black_scholes(&terms, market.volatility)
        }
    };
    held.iter().map(of).sum()
}

/// The calendar days to the first expiration; `None` without an option.
pub(super) fn first_expiration(held: &[Held]) -> Option<f64> {
    held.iter().filter(|leg| leg.right.is_some()).map(|leg| leg.days).reduce(f64::min)
}

/// What a package makes, per share of one unit, against what it costs today.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Payoff {
    /// Prices of the underlying, ascending; every strike in between is one of them.
    pub prices: Vec<f64>,
    /// The profit at each were it reached today.
    pub today: Vec<f64>,
    /// The profit at each at the first expiration.
    pub expiry: Vec<f64>,
    /// What the package costs; below 0 it brings a premium in.
    pub cost: f64,
    /// The highest profit at the first expiration; `None` where it has no end.
    pub most: Option<f64>,
    /// The lowest; `None` where the loss has no end.
    pub least: Option<f64>,
    /// Prices at which the first expiration brings neither.
    pub breakevens: Vec<f64>,
}

/// The profit at each price so many days from now, against what the package costs today.
pub(super) fn later(held: &[Held], market: Market, payoff: &Payoff, passed_days: f64) -> Vec<f64> {
    let profit = |spot: &f64| value(held, Market { spot: *spot, ..market }, passed_days) - payoff.cost;
    payoff.prices.iter().map(profit).collect()
}

/// Draws up what a package makes.
pub(super) fn payoff(held: &[Held], market: Market) -> Option<Payoff> {
    let days = first_expiration(held)?;
    let cost = value(held, market, 0.0);
    let longest = held.iter().map(|leg| leg.days).fold(0.0, f64::max);
    let spread = (3.0 * market.volatility * (longest / YEAR_DAYS).sqrt()).clamp(0.05, 3.0);
    let strikes = || held.iter().filter(|leg| leg.right.is_some()).map(|leg| leg.strike);
    let low = strikes().fold(market.spot * (-spread).exp(), |low, strike| low.min(strike * 0.97));
    let high = strikes().fold(market.spot * spread.exp(), |high, strike| high.max(strike * 1.03));
    let even = (0..=PLACES).map(|at| low + (high - low) * f64::from(at) / f64::from(PLACES));
    let mut prices: Vec<f64> = even.chain(strikes()).chain([market.spot]).collect();
    prices.sort_by(f64::total_cmp);
    prices.dedup();
    let profit = |spot: f64, passed: f64| value(held, Market { spot, ..market }, passed) - cost;
    let curve = |passed: f64| prices.iter().map(|spot| profit(*spot, passed)).collect::<Vec<f64>>();
    let (today, expiry) = (curve(0.0), curve(days));
    // Beyond every strike a share of the underlying is gained for each call and share held; down to 0 everything ends.
    let slope: f64 = held.iter().filter(|leg| leg.right != Some(Right::Put)).map(|leg| leg.count).sum();
    let at_nothing = profit(market.spot * 1e-9, days);
    let ends = || expiry.iter().copied().chain([at_nothing]);
    Some(Payoff {
        most: (slope <= 0.0).then(|| ends().fold(f64::NEG_INFINITY, f64::max)),
        least: (slope >= 0.0).then(|| ends().fold(f64::INFINITY, f64::min)),
        breakevens: crossings(&prices, &expiry),
        prices,
        today,
        expiry,
        cost,
    })
}

/// Where a curve of straight pieces crosses 0.
fn crossings(places: &[f64], values: &[f64]) -> Vec<f64> {
    let pairs = places.windows(2).zip(values.windows(2));
    let crossing = |(place, value): (&[f64], &[f64])| match (place, value) {
        ([a, b], [low, high]) if (*low < 0.0) != (*high < 0.0) => Some(a + (b - a) * low / (low - high)),
        _ => None,
    };
    pairs.filter_map(crossing).collect()
}

#[cfg(test)]
mod tests {
    use domain::options::presets;
    use serde_json::json;

    use super::*;

    const MARKET: Market = Market { spot: 100.0, volatility: 0.2, rate: 0.0, dividend_yield: 0.0 };

    fn strategy(legs: &serde_json::Value) -> Strategy {
        let body = json!({
            "underlying": "SPX", "dte": {"target": 73, "min": 60, "max": 90}, "legs": legs, "entry": {"when": "daily"},
        });
        Strategy::from_value(&body).unwrap()
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn each_criterion_finds_its_strike() {
        let legs = json!([
            {"side": "buy", "type": "c", "select": {"by": "otm_pct", "target": 0.05}},
            {"side": "sell", "type": "p", "select": {"by": "otm_pct", "target": 0.05}},
            {"side": "buy", "type": "c", "select": {"by": "atm"}},
            {"side": "sell", "type": "c", "select": {"by": "width", "ref_leg": 0, "offset": 5}},
            {"side": "buy", "type": "p", "select": {"by": "width", "ref_leg": 1, "offset": 5}},
            {"side": "buy", "type": "p", "select": {"by": "strike_offset", "ref_leg": 1, "offset": 2}},
            {"side": "buy", "type": "p", "select": {"by": "same_strike", "ref_leg": 2}},
            {"side": "buy", "type": "c", "select": {"by": "strike", "target": 110}},
        ]);
        let held = open(&strategy(&legs), MARKET).unwrap();
        for (leg, strike) in held.iter().zip([105.0, 95.0, 100.0, 110.0, 90.0, 97.0, 100.0, 110.0]) {
            close(leg.strike, strike);
        }
    }

    #[test]
    fn delta_and_premium_lead_back_to_themselves() {
        for (kind, right) in [("c", Right::Call), ("p", Right::Put)] {
            for target in [0.05, 0.3, 0.5, 0.8] {
                let legs = json!([{"side": "buy", "type": kind, "select": {"by": "delta", "target": target}}]);
                let strike = open(&strategy(&legs), MARKET).unwrap()[0].strike;
                close(greeks(&terms(MARKET, right, strike, 73.0), 0.2).delta.abs(), target);
            }
            let legs = json!([{"side": "buy", "type": kind, "select": {"by": "premium", "target": 1.25}}]);
            let strike = open(&strategy(&legs), MARKET).unwrap()[0].strike;
            close(black_scholes(&terms(MARKET, right, strike, 73.0), 0.2), 1.25);
        }
        // No call costs more than the underlying.
        let legs = json!([{"side": "buy", "type": "c", "select": {"by": "premium", "target": 101}}]);
        assert_eq!(open(&strategy(&legs), MARKET), Err(0));
    }

    #[test]
    fn a_spread_makes_its_premium_and_loses_the_rest_of_its_width() {
        let legs = json!([
            {"side": "sell", "type": "p", "select": {"by": "strike", "target": 95}},
            {"side": "buy", "type": "p", "select": {"by": "strike", "target": 90}},
        ]);
        let held = open(&strategy(&legs), MARKET).unwrap();
        let payoff = payoff(&held, MARKET).unwrap();
        let credit = -payoff.cost;
        assert!(credit > 0.0 && credit < 5.0);
        close(payoff.most.unwrap(), credit);
        close(payoff.least.unwrap(), credit - 5.0);
        assert_eq!(payoff.breakevens.len(), 1);
        close(payoff.breakevens[0], 95.0 - credit);
        // Today and at the spot nothing has happened yet.
        let here = payoff.prices.iter().position(|price| price.to_bits() == 100.0_f64.to_bits()).unwrap();
        close(payoff.today[here], 0.0);
    }

    #[test]
    fn what_has_no_end_says_so() {
        let of = |legs: serde_json::Value| payoff(&open(&strategy(&legs), MARKET).unwrap(), MARKET).unwrap();
        let call = of(json!([{"side": "buy", "type": "c", "select": {"by": "atm"}}]));
        assert_eq!(call.most, None);
        close(call.least.unwrap(), -call.cost);
        let naked = of(json!([{"side": "sell", "type": "c", "select": {"by": "atm"}}]));
        assert_eq!(naked.least, None);
        // A put bought can bring at most its strike.
        let put = of(json!([{"side": "buy", "type": "p", "select": {"by": "atm"}}]));
        assert!((put.most.unwrap() - (100.0 - put.cost)).abs() < 1e-6);
        // A covered call: the shares are gained up to the strike, and lost down to nothing.
        let covered = of(json!([
            {"side": "buy", "type": "s"}, {"side": "sell", "type": "c", "select": {"by": "strike", "target": 105}},
        ]));
        close(covered.most.unwrap(), 105.0 - covered.cost);
        assert!((covered.least.unwrap() + covered.cost).abs() < 1e-6);
    }

    #[test]
    fn every_preset_can_be_drawn() {
        let market = Market { spot: 4_000.0, ..MARKET };
        for preset in presets() {
            let strategy = preset.strategy("SPX").unwrap();
            let held = open(&strategy, market).unwrap_or_else(|leg| panic!("{}: leg {leg}", preset.id));
            let drawn = payoff(&held, market).unwrap();
            let all = drawn.today.iter().chain(&drawn.expiry);
            assert!(all.into_iter().all(|value| value.is_finite()), "{}", preset.id);
        }
    }
}
