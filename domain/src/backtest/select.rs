//! Which contracts a package consists of at a session: one expiration a window, then a strike a leg.

use super::market::{Contract, Market, model_greeks, right_of, terms, volatility};
use super::plan::{OptionLeg, Plan, PlanLeg};
use super::records::Rejection;
use crate::options::strategy::{DteWindow, Select, SelectBy};
use crate::options::{ChainSeries, Quote, Right};

/// Distances this near are a tie.
const TIE: f64 = 1e-9;

/// A contract that was chosen for a leg.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    pub(super) right: Right,
    pub(super) strike: f64,
    pub(super) expiration: i32,
    /// Place in the chain's root names.
    pub(super) root: u16,
    pub(super) row: usize,
}

/// An expiration of one root.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Expiry {
    expiration: i32,
    root: u16,
}

/// Chooses the contracts of every leg; stock has none.
///
/// # Errors
/// The first [`Rejection`] that keeps the package from being opened.
pub(super) fn choose(plan: &Plan, market: &Market<'_>) -> Result<Vec<Option<Chosen>>, Rejection> {
    let mut expiries: Vec<Option<Option<Expiry>>> = vec![None; plan.windows.len()];
    let mut chosen: Vec<Option<Chosen>> = Vec::with_capacity(plan.legs.len());
    for PlanLeg { kind, option, .. } in &plan.legs {
        let (Some(right), Some(option)) = (right_of(*kind), option) else {
            chosen.push(None);
            continue;
        };
        let expiry =
            *expiries[option.window].get_or_insert_with(|| nearest_expiry(plan, market, &plan.windows[option.window]));
        let expiry = expiry.ok_or(Rejection::NoExpiration)?;
        let series = market.find_series(expiry.expiration, expiry.root, right).ok_or(Rejection::NoContract)?;
        chosen.push(Some(nearest_strike(plan, market, series, option, &chosen)?));
    }
    refuse_degenerate(plan, &chosen)?;
    Ok(chosen)
}

/// Chooses one contract by itself.
///
/// # Errors
/// Why there is none.
pub(super) fn choose_leg(
    plan: &Plan,
    market: &Market<'_>,
    right: Right,
    option: &OptionLeg,
) -> Result<Chosen, Rejection> {
    let expiry = nearest_expiry(plan, market, &plan.windows[option.window]).ok_or(Rejection::NoExpiration)?;
    let series = market.find_series(expiry.expiration, expiry.root, right).ok_or(Rejection::NoContract)?;
    nearest_strike(plan, market, series, option, &[])
}

fn refuse_degenerate(plan: &Plan, chosen: &[Option<Chosen>]) -> Result<(), Rejection> {
    let options: Vec<&Chosen> = chosen.iter().flatten().collect();
    let same = |a: &Chosen, b: &Chosen| a.row == b.row;
    let twice = options.iter().enumerate().any(|(place, a)| options[..place].iter().any(|b| same(a, b)));
    let unordered = options.windows(2).any(|pair| pair[0].strike >= pair[1].strike);
    if twice || (plan.strategy().ascending_strikes && unordered) { Err(Rejection::Degenerate) } else { Ok(()) }
}

/// The expiry in the window nearest to its target with at least one eligible row; of two as near the earlier, of two roots
/// the first by name.
fn nearest_expiry(plan: &Plan, market: &Market<'_>, window: &DteWindow) -> Option<Expiry> {
    let chain = market.chain;
    let wanted = plan.strategy().root.as_deref();
    let mut best: Option<(u32, Expiry)> = None;
    let mut place = 0;
    while let Some(series) = market.series.get(place) {
        let expiry = Expiry { expiration: series.expiration, root: series.root };
        let end = place
            + market.series[place..]
                .iter()
                .take_while(|next| (next.expiration, next.root) == (series.expiration, series.root))
                .count();
        let days = u32::try_from(series.expiration - chain.day.number()).ok();
        let days = days.filter(|days| (window.min..=window.max).contains(days));
        let rooted = wanted.is_none_or(|root| chain.root_name(series.root) == root);
        if let Some(days) = days.filter(|_| rooted) {
            let distance = days.abs_diff(window.target);
            let nearer = best.is_none_or(|(before, _)| distance < before);
            if nearer && market.series[place..end].iter().any(|series| has_eligible(market, series)) {
                best = Some((distance, expiry));
            }
        }
        place = end;
    }
    best.map(|(_, expiry)| expiry)
}

fn has_eligible(market: &Market<'_>, series: &ChainSeries) -> bool {
    series.rows().any(|row| crate::options::is_eligible(market.chain.bids[row], market.chain.asks[row]))
}

/// The eligible row nearest to what the leg asks for. Ties go to the higher open interest, then to the lower strike; in the
/// reference profile to the lower strike at once.
fn nearest_strike(
    plan: &Plan,
    market: &Market<'_>,
    series: &ChainSeries,
    leg: &OptionLeg,
    chosen: &[Option<Chosen>],
) -> Result<Chosen, Rejection> {
    let chain = market.chain;
    let select = &leg.select;
    let goal = Goal::of(select, series.right, chain.spot, chosen);
    let mut best: Option<(f64, f64, usize)> = None;
    for row in series.rows() {
        let (bid, ask) = (chain.bids[row], chain.asks[row]);
        if !crate::options::is_eligible(bid, ask) {
            continue;
        }
        let distance = match goal {
            Goal::Strike(strike) => libm::fabs(chain.strikes[row] - strike),
            Goal::Premium(premium) => libm::fabs((bid + ask) / 2.0 - premium),
            Goal::Delta(target) => match delta(plan, market, series, row) {
                Some(delta) => libm::fabs(libm::fabs(delta) - target),
                None => continue,
            },
        };
        let open_interest = if plan.rules.reference { 0.0 } else { chain.quote(row).open_interest.max(0.0) };
        let better = best.is_none_or(|(before, open_before, _)| {
            distance < before - TIE || (distance <= before + TIE && open_interest > open_before)
        });
        if better {
            best = Some((distance, open_interest, row));
        }
    }
    let (distance, _, row) = best.ok_or(Rejection::NoContract)?;
    let exact = select.by == SelectBy::SameStrike;
    let most = if exact { TIE } else { limit(select, chain.spot) };
    if distance > most {
        return Err(if exact { Rejection::NoContract } else { Rejection::TooFar });
    }
    Ok(Chosen {
        right: series.right,
        strike: chain.strikes[row],
        expiration: series.expiration,
        root: series.root,
        row,
    })
}

/// The furthest that the nearest may be, in the unit in which distances are measured.
fn limit(select: &Select, spot: f64) -> f64 {
    let limit = select.max_distance.unwrap_or(f64::INFINITY);
    let slack = limit + TIE;
    if matches!(select.by, SelectBy::OtmPct | SelectBy::Atm) { slack * spot } else { slack }
}

/// What a leg asks for, with everything it refers to resolved.
#[derive(Clone, Copy, Debug)]
enum Goal {
    Strike(f64),
    Premium(f64),
    Delta(f64),
}

impl Goal {
    fn of(select: &Select, right: Right, spot: f64, chosen: &[Option<Chosen>]) -> Self {
        let target = select.target.unwrap_or(0.0);
        let outwards = match right {
            Right::Call => 1.0,
            Right::Put => -1.0,
        };
        let reference = select.ref_leg.and_then(|leg| usize::try_from(leg).ok()).and_then(|leg| chosen.get(leg));
        let other = reference.copied().flatten().map_or(0.0, |leg| leg.strike);
        let offset = select.offset.unwrap_or(0.0);
        match select.by {
            SelectBy::Delta => Self::Delta(target),
            SelectBy::Premium => Self::Premium(target),
            SelectBy::Strike => Self::Strike(target),
            SelectBy::Atm => Self::Strike(spot),
            SelectBy::OtmPct => Self::Strike(spot * (1.0 + outwards * target)),
            SelectBy::StrikeOffset => Self::Strike(other + offset),
            SelectBy::Width => Self::Strike(other + outwards * offset),
            SelectBy::SameStrike => Self::Strike(other),
        }
    }
}

/// The delta of a row: the data's own, else that of the volatility which the data or the mid gives. The reference profile
/// passes rows without a delta over.
fn delta(plan: &Plan, market: &Market<'_>, series: &ChainSeries, row: usize) -> Option<f64> {
    let quote: Quote = market.chain.quote(row);
    if quote.delta.is_finite() {
        return Some(quote.delta);
    }
    if plan.rules.reference {
        return None;
    }
    let contract =
        Contract { right: series.right, strike: market.chain.strikes[row], expiration: series.expiration, root: 0 };
    let terms = terms(plan, &contract, market.chain.day, market.chain.spot);
    let style = plan.kind(market.chain.root_name(series.root)).style;
    volatility(&terms, &quote, style).map(|volatility| model_greeks(&terms, volatility, style).delta)
}
