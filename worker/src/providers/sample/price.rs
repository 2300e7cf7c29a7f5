//! What moves prices: the market, the sector, the company itself and its quarterly results, each a walk of its own.
//!
//! Everything here is a logarithm of the price on the share basis of 2000-01-03; splits are applied by the caller.

use super::company::Company;
use super::names::SECTOR_COUNT;
use super::random::Series;
use super::walk::{POINTS, Walk};
use super::weekday;

const MARKET: u32 = 2;
const SECTOR: u32 = 3;

/// Deviations of a weekday's log return, and of a quarter's for results.
const MARKET_DEVIATION: f64 = 0.0085;
const SECTOR_DEVIATION: f64 = 0.005;
const EARNINGS_DEVIATION: f64 = 0.04;

/// Log drift of the whole market a year.
const MARKET_DRIFT: f64 = 0.065;

/// Steps of a day's course.
const STEPS: f64 = 8.0;

/// What the whole market and each sector have gained by the close of a weekday.
#[derive(Clone, Copy, Debug)]
pub(super) struct FactorClose {
    market: f64,
    sectors: [f64; SECTOR_COUNT],
}

/// The course of the market and each sector within a weekday.
#[derive(Clone, Debug)]
pub(super) struct FactorDay {
    market: [f64; POINTS],
    sectors: [[f64; POINTS]; SECTOR_COUNT],
}

impl FactorClose {
    /// The factors at the close of weekday `k`.
    pub(super) fn at(k: u32) -> Self {
        Self { market: market_walk().close(k), sectors: sector_walks().map(|walk| walk.close(k)) }
    }
}

impl FactorDay {
    /// The factors within weekday `k`.
    pub(super) fn at(k: u32) -> Self {
        Self { market: market_walk().day(k), sectors: sector_walks().map(|walk| walk.day(k)) }
    }
}

fn market_walk() -> Walk {
    Walk::new(Series::new(MARKET, 0))
}

fn sector_walks() -> [Walk; SECTOR_COUNT] {
    let mut sector = 0;
    [(); SECTOR_COUNT].map(|()| {
        sector += 1;
        Walk::new(Series::new(SECTOR, sector))
    })
}

/// The log price at the close of weekday `k`. `origin` is [`origin`] of the company.
pub(super) fn log_close(company: &Company, origin: f64, factors: &FactorClose, k: u32) -> f64 {
    let earnings = company.earnings.close(company.quarter(k));
    let moves =
        Moves { market: factors.market, sector: factors.sectors[company.sector], own: company.own.close(k), earnings };
    origin + moves.log_price(company, f64::from(k)) + company.life.decline(k)
}

/// The log price at the close before weekday `k` and at the eight points of the day, the last of which is the close.
pub(super) fn log_course(company: &Company, origin: f64, factors: &FactorDay, k: u32) -> [f64; POINTS] {
    let own = company.own.day(k);
    let sector = &factors.sectors[company.sector];
    let results = company.earnings.close(company.quarter(k));
    let results_before = company.earnings.close(company.quarter(k.saturating_sub(1)));
    let (decline, decline_before) = (company.life.decline(k), company.life.decline(k.saturating_sub(1)));
    let mut course = [0.0; POINTS];
    let mut elapsed = 0.0;
    for (point, value) in course.iter_mut().enumerate() {
        // Results come out before the open, so the first step carries them.
        let earnings = if point == 0 { results_before } else { results };
        let moves = Moves { market: factors.market[point], sector: sector[point], own: own[point], earnings };
        let slide = if point == POINTS - 1 { decline } else { decline_before + (decline - decline_before) * elapsed };
        *value = origin + moves.log_price(company, f64::from(k) - 1.0 + elapsed) + slide;
        elapsed += 1.0 / STEPS;
    }
    course
}

/// What the logarithm of a company's price starts from, so that it closes at its first price on weekday 0.
pub(super) fn origin(company: &Company, first: &FactorClose) -> f64 {
    company.first_log_price - log_close(company, 0.0, first, 0)
}

/// The four walks at one moment.
struct Moves {
    market: f64,
    sector: f64,
    own: f64,
    earnings: f64,
}

impl Moves {
    fn log_price(&self, company: &Company, weekdays: f64) -> f64 {
        (MARKET_DRIFT / f64::from(weekday::A_YEAR) + company.drift) * weekdays
            + company.beta * MARKET_DEVIATION * self.market
            + SECTOR_DEVIATION * self.sector
            + company.own_deviation * self.own
            + EARNINGS_DEVIATION * self.earnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_course_of_a_day_begins_and_ends_at_its_closes() {
        let first = FactorClose::at(0);
        for index in [0, 8, 23, 145] {
            let company = Company::new(index);
            let origin = origin(&company, &first);
            assert!((log_close(&company, origin, &first, 0) - company.first_log_price).abs() < 1e-12);
            for k in (1..9_000).step_by(37) {
                let course = log_course(&company, origin, &FactorDay::at(k), k);
                let before = log_close(&company, origin, &FactorClose::at(k - 1), k - 1);
                let close = log_close(&company, origin, &FactorClose::at(k), k);
                assert!((course[0] - before).abs() < 1e-9 && (course[8] - close).abs() < 1e-9, "{index} {k}");
            }
        }
    }
}
