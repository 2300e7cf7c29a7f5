//! Option chains of a few companies: Black–Scholes prices under a smile, with a spread that widens away from the money.

use std::cmp::Ordering;

use domain::calendar::{is_session, previous_session};
use domain::options::pricing::{Terms, black_scholes, greeks};
use domain::options::{OptionQuote, Right};
use domain::ports::{QuoteRow, QuoteRows};
use domain::units::Day;

use super::{SampleMarket, in_cents};
use crate::providers::sample::price::FactorClose;
use crate::providers::sample::weekday;

/// Underlyings with options: the first companies by number that are listed.
const UNDERLYINGS: usize = 3;
/// Expirations: Fridays this many weeks ahead.
const WEEKS: [i32; 8] = [1, 2, 3, 4, 6, 8, 12, 16];
/// Strikes on each side of the money.
const STRIKES: i32 = 14;
const RATE: f64 = 0.03;
const FRIDAY: i32 = 4;

impl SampleMarket {
    /// The chains of one session; empty where the day is none.
    pub(super) fn chains_on(&self, day: Day) -> QuoteRows {
        let mut rows = QuoteRows::default();
        let Some(k) = weekday::number_of(day).filter(|_| is_session(day)) else { return rows };
        let factors = FactorClose::at(k);
        for listing in self.listings.iter().filter(|listing| listing.trades(day, k)).take(UNDERLYINGS) {
            let underlying = u32::try_from(rows.underlyings.len()).unwrap_or(u32::MAX);
            rows.underlyings.push(listing.company.ticker.clone());
            let spot = listing.close_with(&factors, k);
            let level = 0.18 + 0.05 * f64::from(listing.company.index % 5);
            for expiration in expirations(day) {
                for step in -STRIKES..=STRIKES {
                    let gap = strike_gap(spot);
                    let strike = ((spot / gap).round() + f64::from(step)) * gap;
                    if strike <= 0.0 {
                        continue;
                    }
                    for right in [Right::Call, Right::Put] {
                        let quote = quote(day, expiration, right, spot, strike, level);
                        let line = rows.rows.len() as u64 + 1;
                        rows.rows.push(QuoteRow { line, underlying, quote });
                    }
                }
            }
        }
        rows
    }
}

/// The last sessions of some of the coming weeks, each once.
fn expirations(day: Day) -> Vec<Day> {
    // Day 0 was a Thursday.
    let monday = day.number() - (day.number() + 3).rem_euclid(7);
    let friday = |weeks: &i32| Day::from_number(monday + FRIDAY + 7 * (weeks - 1));
    let session = |friday: Day| if is_session(friday) { Some(friday) } else { previous_session(friday) };
    let mut days: Vec<Day> = WEEKS.iter().map(friday).filter_map(session).filter(|end| *end > day).collect();
    days.dedup();
    days
}

/// About a fortieth of the price, as exchanges space strikes.
fn strike_gap(spot: f64) -> f64 {
    const GAPS: [f64; 7] = [0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0];
    let wanted = spot / 40.0;
    let nearer = |a: &&f64, b: &&f64| (*a - wanted).abs().partial_cmp(&(*b - wanted).abs()).unwrap_or(Ordering::Equal);
    GAPS.iter().min_by(nearer).copied().unwrap_or(1.0)
}

fn quote(day: Day, expiration: Day, right: Right, spot: f64, strike: f64, level: f64) -> OptionQuote {
    let years = f64::from(expiration.number() - day.number()) / 365.0;
    let terms = Terms { right, spot, strike, years, rate: RATE, dividend_yield: 0.0 };
    // A smile that leans towards puts, flatter for longer times.
    let moneyness = libm::log(strike / spot) / libm::sqrt(years.max(1.0 / 52.0));
    let iv = (level - 0.08 * moneyness + 0.12 * moneyness * moneyness).clamp(0.05, 1.5);
    let price = black_scholes(&terms, iv);
    let half_spread = 0.01 + 0.015 * price + 0.02 * moneyness.abs();
    let sensitivities = greeks(&terms, iv);
    let cents = |price: f64| (price * 100.0).round() / 100.0;
    let ask = in_cents(price + half_spread);
    let rounded = |number: f64, digits: f64| Some((number * digits).round() / digits);
    let interest = (2_000.0 * libm::exp(-6.0 * moneyness * moneyness) / (1.0 + 4.0 * years)).round();
    OptionQuote {
        day,
        expiration,
        right,
        strike,
        root: None,
        underlying_price: spot,
        bid: cents((price - half_spread).max(0.0)).min(ask),
        ask,
        iv: rounded(iv, 1e4),
        delta: rounded(sensitivities.delta, 1e4),
        gamma: rounded(sensitivities.gamma, 1e6),
        theta: rounded(sensitivities.theta, 1e4),
        vega: rounded(sensitivities.vega, 1e4),
        volume: Some((interest / 4.0).round()),
        open_interest: Some(interest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_the_same_again_never_crossed_and_holds_parity() {
        let market = SampleMarket::shared(150);
        let day: Day = "2026-11-20".parse().unwrap();
        let chain = market.chains_on(day);
        assert_eq!(chain, market.chains_on(day));
        assert_eq!(chain.underlyings.len(), UNDERLYINGS);
        assert!(chain.rows.len() > 1_000, "{}", chain.rows.len());
        for row in &chain.rows {
            let quote = row.quote;
            assert!(!quote.is_crossed() && quote.ask > 0.0 && quote.expiration > day, "{quote:?}");
            let call = quote.delta.unwrap() >= 0.0;
            assert_eq!(call, quote.right == Right::Call || quote.delta == Some(-0.0), "{quote:?}");
        }
        // C − P = S − K·e^(−rT), up to both half spreads and cents.
        for pair in chain.rows.chunks(2) {
            let (call, put) = (pair[0].quote, pair[1].quote);
            let years = f64::from(call.expiration.number() - day.number()) / 365.0;
            let mid = |quote: OptionQuote| f64::midpoint(quote.bid, quote.ask);
            let parity = call.underlying_price - call.strike * libm::exp(-RATE * years);
            let spread = (call.ask - call.bid + put.ask - put.bid) / 2.0 + 0.02;
            assert!((mid(call) - mid(put) - parity).abs() <= spread, "{call:?} {put:?}");
        }
        assert!(market.chains_on("2026-11-21".parse().unwrap()).rows.is_empty(), "a Saturday");
    }
}
