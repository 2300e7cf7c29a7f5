//! What a company does to its shares: splits, counts as published, dividends.

use domain::market::{Dividend, SharesCount, Split};
use domain::units::DayRange;

use super::company::{A_QUARTER, Company};
use super::price::{FactorClose, log_close};
use super::weekday;

/// Weekdays between two decisions about a split: two years.
const REVIEW: u32 = 2 * weekday::A_YEAR;

/// Weekdays between two companies' decisions, so that they spread over the two years.
const REVIEW_STEP: u32 = 8;

/// Decisions until 2060.
const REVIEWS: u32 = 30;

/// A price below this is brought up by a reverse split.
const REVERSE_BELOW: f64 = 4.0;

/// New shares per old share that a company chooses from, and the price it would like at most.
const RATIOS: [f64; 6] = [2.0, 3.0, 4.0, 5.0, 10.0, 20.0];
const WANTED_PRICE: f64 = 120.0;

/// Weekdays from a quarter's results to the ex-date of its dividend.
const TO_EX_DATE: u32 = 20;

/// The market and the sectors on every day on which some company decides about a split.
pub(super) struct ReviewDays(Vec<FactorClose>);

impl ReviewDays {
    /// All of them: thirty decisions by sixty-five phases.
    pub(super) fn new() -> Self {
        let days = (0..REVIEWS).flat_map(|nth| (0..A_QUARTER).map(move |phase| review_day(nth, phase)));
        Self(days.map(FactorClose::at).collect())
    }

    fn at(&self, nth: u32, phase: u32) -> &FactorClose {
        &self.0[(nth * A_QUARTER + phase) as usize]
    }
}

const fn review_day(nth: u32, phase: u32) -> u32 {
    nth * REVIEW + phase * REVIEW_STEP
}

/// A company's splits: (first weekday on the new basis, new shares per old share), ascending.
#[derive(Clone, Debug, Default)]
pub(super) struct Splits(Vec<(u32, f64)>);

impl Splits {
    /// Decides them all, from the price at each review on the basis that the decisions before have left.
    pub(super) fn decide(company: &Company, origin: f64, days: &ReviewDays) -> Self {
        let mut splits = Self::default();
        let mut factor = 1.0;
        for nth in 0..REVIEWS {
            let k = review_day(nth, company.phase);
            if !company.life.is_listed(k) {
                continue;
            }
            let price = libm::exp(log_close(company, origin, days.at(nth, company.phase), k)) / factor;
            if let Some(ratio) = decision(price, company.split_above)
                && let Some(ex) = weekday::number_of(weekday::session_from(k + 1))
            {
                factor *= ratio;
                splits.0.push((ex, ratio));
            }
        }
        splits
    }

    /// Shares at the close of weekday `k` per share of the beginning.
    pub(super) fn factor(&self, k: u32) -> f64 {
        self.0.iter().take_while(|(ex, _)| *ex <= k).map(|(_, ratio)| ratio).product()
    }

    /// The splits with an ex-date in the range.
    pub(super) fn within(&self, company: &Company, range: DayRange) -> impl Iterator<Item = Split> {
        self.0
            .iter()
            .map(|(ex, ratio)| Split { ticker: company.ticker.clone(), ex_day: weekday::day_of(*ex), ratio: *ratio })
            .filter(move |split| range.contains(split.ex_day))
    }
}

fn decision(price: f64, split_above: Option<f64>) -> Option<f64> {
    if price < REVERSE_BELOW {
        return Some(0.1);
    }
    split_above
        .is_some_and(|above| price > above)
        .then(|| RATIOS.into_iter().find(|ratio| price / ratio <= WANTED_PRICE).unwrap_or(20.0))
}

/// The count that is known at weekday `k`: from which weekday on, and how many on the share basis of that weekday.
pub(super) fn known_shares(company: &Company, splits: &Splits, k: u32) -> (u32, f64) {
    let quarter = company.quarter(k);
    let published = company.quarter_start(quarter).max(company.life.from);
    let growth = libm::exp(company.issuance * f64::from(quarter));
    (published, (company.first_shares * splits.factor(published) * growth).round().max(1.0))
}

/// The count that is known at weekday `k`, restated for the splits since it was published.
pub(super) fn shares_in_force(company: &Company, splits: &Splits, k: u32) -> f64 {
    let (published, shares) = known_shares(company, splits, k);
    shares * (splits.factor(k) / splits.factor(published))
}

/// The count that is known at weekday `k`, as a source publishes it.
pub(super) fn shares_count(company: &Company, splits: &Splits, k: u32) -> SharesCount {
    let (published, shares) = known_shares(company, splits, k);
    SharesCount { ticker: company.ticker.clone(), as_of: weekday::day_of(published), shares }
}

/// The dividends with an ex-date in the range. A payment is a quarter of the yield on the price at the year's first
/// results, so it stays the same for four quarters but for splits.
pub(super) fn dividends(company: &Company, origin: f64, splits: &Splits, range: DayRange) -> Vec<Dividend> {
    let Some((first, last)) = weekday::span_of(range) else { return Vec::new() };
    if company.dividend_yield <= 0.0 {
        return Vec::new();
    }
    // An ex-date may roll over a closure, so the quarter before the first is looked at too.
    (company.quarter(first.saturating_sub(A_QUARTER))..=company.quarter(last))
        .filter_map(|quarter| {
            let ex_day = weekday::session_from(company.quarter_start(quarter) + TO_EX_DATE);
            let ex = weekday::number_of(ex_day)?;
            if !range.contains(ex_day) || !company.life.is_listed(ex) || ex == company.life.from {
                return None;
            }
            let fixed = company.quarter_start(quarter - quarter % 4);
            let price = libm::exp(log_close(company, origin, &FactorClose::at(fixed), fixed)) / splits.factor(ex);
            let amount = (price * company.dividend_yield / 4.0 * 10_000.0).round() / 10_000.0;
            (amount > 0.0).then(|| Dividend { ticker: company.ticker.clone(), ex_day, amount })
        })
        .collect()
}
