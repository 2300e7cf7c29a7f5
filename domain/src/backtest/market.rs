//! One session's chain as the open legs ask for it.

use crate::options::pricing::{
    Greeks, Terms, american_greeks, american_implied_volatility, greeks, implied_volatility,
};
use crate::options::strategy::{ExerciseStyle, LegType};
use crate::options::{ChainDay, ChainSeries, Quote, Right};
use crate::units::Day;

use super::plan::Plan;

/// A chain with its series found, and the run's roots translated into the chain's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Market<'a> {
    pub(super) chain: &'a ChainDay<'a>,
    pub(super) series: &'a [ChainSeries],
    /// For each root that the run knows its place in this chain.
    pub(super) roots: &'a [Option<u16>],
}

/// What identifies a contract within a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Contract {
    pub(super) right: Right,
    pub(super) strike: f64,
    /// Days since 1970-01-01.
    pub(super) expiration: i32,
    /// Place among the run's roots.
    pub(super) root: u16,
}

/// Strikes this near are the same: a strike after a split is rounded to cents.
const SAME_STRIKE: f64 = 0.005_000_1;

pub(super) const fn right_of(kind: LegType) -> Option<Right> {
    match kind {
        LegType::Call => Some(Right::Call),
        LegType::Put => Some(Right::Put),
        LegType::Stock => None,
    }
}

impl Market<'_> {
    /// The rows of one expiration, chain root and right.
    pub(super) fn find_series(&self, expiration: i32, root: u16, right: Right) -> Option<&ChainSeries> {
        let key = (expiration, root, right as u8);
        self.series.binary_search_by_key(&key, ChainSeries::key).ok().map(|place| &self.series[place])
    }

    /// The row of a contract.
    pub(super) fn find_row(&self, contract: &Contract) -> Option<usize> {
        let root = self.roots.get(usize::from(contract.root)).copied().flatten()?;
        let series = self.find_series(contract.expiration, root, contract.right)?;
        let strikes = &self.chain.strikes[series.rows()];
        let place = strikes.partition_point(|strike| *strike < contract.strike - SAME_STRIKE);
        let nearest = (place..strikes.len().min(place + 2)).min_by(|a, b| {
            let distance = |place: &usize| libm::fabs(strikes[*place] - contract.strike);
            distance(a).total_cmp(&distance(b))
        })?;
        let near = libm::fabs(strikes[nearest] - contract.strike) <= SAME_STRIKE;
        near.then_some(series.rows().start + nearest)
    }
}

/// What an option's price depends on at a session: time in calendar days, a quarter of a day at the expiration itself, and
/// the underlying without the dividends that come before it.
pub(super) fn terms(plan: &Plan, contract: &Contract, day: Day, spot: f64) -> Terms {
    let strategy = plan.strategy();
    let days = f64::from(contract.expiration - day.number()).max(0.25);
    let until = Day::from_number(contract.expiration);
    let paid: f64 = plan
        .events()
        .dividends_in(day, until)
        .map(|dividend| {
            let years = f64::from(dividend.ex_date.number() - day.number()) / 365.0;
            dividend.amount * libm::exp(-strategy.risk_free_rate * years)
        })
        .sum();
    Terms {
        right: contract.right,
        spot: if paid < spot { spot - paid } else { spot },
        strike: contract.strike,
        years: days / 365.0,
        rate: strategy.risk_free_rate,
        dividend_yield: strategy.dividend_yield,
    }
}

/// The volatility of a quote: the data's own, else what its mid implies.
pub(super) fn volatility(terms: &Terms, quote: &Quote, style: ExerciseStyle) -> Option<f64> {
    if quote.iv > 0.0 {
        return Some(quote.iv);
    }
    match style {
        ExerciseStyle::European => implied_volatility(terms, quote.mid()),
        ExerciseStyle::American => american_implied_volatility(terms, quote.mid()),
    }
}

/// The Greeks at a volatility.
pub(super) fn model_greeks(terms: &Terms, volatility: f64, style: ExerciseStyle) -> Greeks {
    match style {
        ExerciseStyle::European => greeks(terms, volatility),
        ExerciseStyle::American => american_greeks(terms, volatility),
    }
}

/// The Greeks of a quote: the data's own where it has them, else those of the volatility; where no volatility gives the
/// price, those of the intrinsic value.
pub(super) fn greeks_of(
    terms: &Terms,
    market: &Market<'_>,
    row: usize,
    volatility: Option<f64>,
    style: ExerciseStyle,
) -> Greeks {
    let chain = market.chain;
    let given = |column: &[f64]| column.get(row).copied().filter(|number| number.is_finite());
    let [delta, gamma, theta, vega] = [chain.deltas, chain.gammas, chain.thetas, chain.vegas].map(given);
    if let (Some(delta), Some(gamma), Some(theta), Some(vega)) = (delta, gamma, theta, vega) {
        return Greeks { delta, gamma, theta, vega, rho: 0.0 };
    }
    let computed = model_greeks(terms, volatility.unwrap_or(0.0), style);
    Greeks {
        delta: delta.unwrap_or(computed.delta),
        gamma: gamma.unwrap_or(computed.gamma),
        theta: theta.unwrap_or(computed.theta),
        vega: vega.unwrap_or(computed.vega),
        rho: computed.rho,
    }
}
