//! One made-up company: who it is and how its price behaves. A pure function of its number.

use domain::market::Security;
use domain::units::Ticker;

use super::life::{Ending, Life};
use super::random::Series;
use super::walk::Walk;
use super::{names, weekday};

/// What a series of numbers is for. Purposes 1 to 9 belong to the market as a whole and to names.
const TRAITS: u32 = 10;
const OWN_PRICE: u32 = 11;
const EARNINGS: u32 = 12;
const LINE: u32 = 13;

/// Company 8 is a second share class of company 7.
const SECOND_CLASS: u32 = 8;
const FIRST_CLASS: u32 = 7;

/// Companies that pay their bills with new shares: the price falls year after year, and reverse splits follow.
const DILUTING: std::ops::Range<u32> = 140..150;

/// Weekdays a quarter.
pub(super) const A_QUARTER: u32 = 65;

/// What does not change over a company's life.
#[derive(Clone, Debug)]
pub(super) struct Company {
    /// Its number, the largest first at the beginning.
    pub(super) index: u32,
    /// The symbol.
    pub(super) ticker: Ticker,
    /// The sector's number.
    pub(super) sector: usize,
    /// When it is listed.
    pub(super) life: Life,
    /// The company whose course its price follows: itself, but for a second share class.
    pub(super) leader: u32,
    /// Sensitivity to the market and the sector.
    pub(super) beta: f64,
    /// Deviation of its own daily log return.
    pub(super) own_deviation: f64,
    /// Log drift of the price a weekday, above that of the market.
    pub(super) drift: f64,
    /// Log growth of the share count a quarter.
    pub(super) issuance: f64,
    /// Logarithm of the price at the beginning, quote currency per share on the share basis of that day.
    pub(super) first_log_price: f64,
    /// Shares outstanding at the beginning.
    pub(super) first_shares: f64,
    /// Which day of a cycle its splits are decided on, its results and counts are published and its dividends go ex.
    pub(super) phase: u32,
    /// A price above this is split; absent for one that never splits.
    pub(super) split_above: Option<f64>,
    /// Dividends a year as a fraction of the price; 0 for one that pays none.
    pub(super) dividend_yield: f64,
    /// Its own walk and that of its results.
    pub(super) own: Walk,
    pub(super) earnings: Walk,
    /// Small differences between two lines of one company.
    line: Series,
}

impl Company {
    /// Company number `index`.
    pub(super) fn new(index: u32) -> Self {
        let leader = if index == SECOND_CLASS { FIRST_CLASS } else { index };
        let traits = Series::new(TRAITS, leader);
        let diluting = DILUTING.contains(&leader);
        let life = Life::of(index);
        let cap = first_cap(index);
        // Between 15 and 120 at first; one that dilutes begins between 4 and 40, so that not all reverse at once.
        let u = traits.uniform(0);
        let first_log_price = if diluting { 1.39 + 2.3 * u } else { 2.71 + 2.08 * u };
        Self {
            index,
            ticker: ticker(index, leader),
            sector: names::sector_of(leader),
            life,
            leader,
            beta: 0.5 + traits.uniform(1),
            // Smaller companies move more.
            own_deviation: 0.007 + 0.006 * traits.uniform(2) + 0.006 * f64::from(leader.min(3_000)) / 3_000.0,
            drift: if diluting { -0.37 } else { 0.0 } / f64::from(weekday::A_YEAR),
            issuance: if diluting { 0.08 } else { 0.008 * traits.uniform(3) - 0.006 },
            first_log_price,
            first_shares: (cap / libm::exp(first_log_price)).round(),
            phase: traits.choice(4, A_QUARTER),
            split_above: (traits.choice(5, 20) > 0).then(|| 150.0 + 350.0 * traits.uniform(6)),
            dividend_yield: if diluting || traits.choice(7, 100) >= 55 {
                0.0
            } else {
                0.01 + 0.025 * traits.uniform(8)
            },
            own: Walk::new(Series::new(OWN_PRICE, leader)),
            earnings: Walk::new(Series::new(EARNINGS, leader)),
            line: Series::new(LINE, index),
        }
    }

    /// How far the line trades from its company's course at weekday `k`, as a logarithm.
    pub(super) fn line_spread(&self, k: u32) -> f64 {
        if self.index == self.leader { 0.0 } else { -0.04 + 0.002 * self.line.bell(k) }
    }

    /// The quarter of weekday `k`, counted from the beginning: results and share counts come out on its first day.
    pub(super) const fn quarter(&self, k: u32) -> u32 {
        (k + self.phase) / A_QUARTER
    }

    /// The first weekday of a quarter.
    pub(super) const fn quarter_start(&self, quarter: u32) -> u32 {
        (quarter * A_QUARTER).saturating_sub(self.phase)
    }

    /// Who it is, with `delisting_price` for one whose listing ends in an acquisition.
    pub(super) fn security(&self, acquired_at: Option<f64>) -> Security {
        let symbol = names::symbol(self.leader);
        let has_classes = self.leader == FIRST_CLASS;
        let in_new_york = Series::new(TRAITS, self.leader).choice(9, 100) < 55;
        Security {
            ticker: self.ticker.clone(),
            name: Some(names::company_name(self.leader, &symbol, self.sector)),
            sector: Some(names::sector_name(self.sector).to_owned()),
            exchange: Some(if in_new_york { "XNYS" } else { "XNAS" }.to_owned()),
            kind: Some("CS".to_owned()),
            issuer: Some(format!("sample:{symbol}")),
            share_class: has_classes.then(|| if self.index == self.leader { "A" } else { "B" }.to_owned()),
            list_day: (self.life.from > 0).then(|| weekday::day_of(self.life.from)),
            delist_day: self.life.until.map(|(k, _)| weekday::day_of(k)),
            delisting_price: self.life.until.and_then(|(_, ending)| match ending {
                Ending::Acquired => acquired_at,
                Ending::Failed => Some(0.0),
            }),
        }
    }
}

fn ticker(index: u32, leader: u32) -> Ticker {
    let symbol = names::symbol(leader);
    let text = match index {
        FIRST_CLASS => format!("{symbol}.A"),
        SECOND_CLASS => format!("{symbol}.B"),
        _ => symbol,
    };
    text.parse().expect("six letters, a dot and a letter are a ticker")
}

/// Market cap at the beginning, quote currency: 0.5 trillion for the largest, falling by rank as the US market's does
/// (a parabola in the logarithm of the rank).
fn first_cap(index: u32) -> f64 {
    // A company that comes later comes large, in the place of one that has gone or will go.
    let rank = if (50..80).contains(&index) { (index - 50) * 2 } else { index };
    let log_rank = libm::log(1.0 + f64::from(rank));
    5.0e11 * libm::exp(-0.5 * log_rank - 0.06 * log_rank * log_rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lines_of_one_issuer_share_all_but_the_class() {
        let (a, b) = (Company::new(7).security(None), Company::new(8).security(None));
        assert_eq!((a.issuer, a.name, a.sector), (b.issuer, b.name, b.sector));
        assert_eq!((a.share_class.as_deref(), b.share_class.as_deref()), (Some("A"), Some("B")));
        assert_ne!(a.ticker, b.ticker);
    }

    #[test]
    fn caps_fall_from_half_a_trillion_by_rank() {
        assert!((first_cap(0) - 5.0e11).abs() < 1.0);
        // ln 100 = 4.60517: 0.5 · 4.60517 + 0.06 · 21.2076 = 3.57504; 5e11 · e^-3.57504 = 1.4006e10.
        assert!((first_cap(99) / 1.4006e10 - 1.0).abs() < 1e-3);
        assert!(first_cap(7_999) > 1.0e7);
    }
}
