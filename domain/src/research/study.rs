//! An index over a range in memory, and what is asked of it.

use std::collections::BTreeMap;

use super::attribution::{Contribution, SectorSlice};
use super::trading::{
    Capacity, Costs, CostsOfOrder, Ledger, Rebalance, Sizing, Target, TradingError, average_value_traded, capacity,
};
use super::{Panel, count};
use crate::calendar::{Period, is_period_end, last_period_end, previous_session};
use crate::stats::Moments;
use crate::units::Day;

/// Returns from which the volatility that impact needs is taken: a quarter of a year.
const VOLATILITY_RETURNS: usize = 63;

/// Fewer returns say nothing about volatility.
const LEAST_VOLATILITY_RETURNS: usize = 10;

/// A member at a close, as stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// Its place in the panel.
    pub line: usize,
    /// Its weight after the close.
    pub weight: f64,
    /// The price it is valued at.
    pub price: f64,
    /// Its market cap.
    pub cap: f64,
}

/// A session with the members after its close, by rank.
#[derive(Clone, Debug, PartialEq)]
pub struct StudiedSession {
    /// The session.
    pub day: Day,
    /// The members.
    pub members: Vec<Member>,
}

/// An index over a range: its members at each close, and the prices of everybody who ever was one.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Prices and corporate actions; also some sessions before the range, for volumes and volatilities.
    pub panel: Panel,
    /// The built sessions of the range, ascending.
    pub sessions: Vec<StudiedSession>,
    /// The share of a dividend that counts.
    pub dividend_share: f64,
    /// When members are chosen.
    pub period: Period,
}

/// How a portfolio follows the index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// What it starts with, quote currency.
    pub capital: f64,
    /// How shares are sized.
    pub sizing: Sizing,
    /// What trading costs.
    pub costs: Costs,
    /// The part of a day's volume that an order may be.
    pub participation: f64,
}

/// A rebalance in short.
#[derive(Clone, Debug, PartialEq)]
pub struct TradedSession {
    /// The session at whose close it trades.
    pub day: Day,
    /// Members bought or sold.
    pub orders: usize,
    /// The value of all orders.
    pub traded: f64,
    /// Half of it per value before: one-way turnover.
    pub turnover: f64,
    /// Costs.
    pub costs: CostsOfOrder,
    /// The portfolio's value after.
    pub value: f64,
    /// Cash after.
    pub cash: f64,
    /// The largest order against its volume, where known.
    pub participation: Option<f64>,
    /// The capital at which that would reach the limit, where known.
    pub capacity: Option<Capacity>,
}

/// A portfolio that followed the index.
#[derive(Clone, Debug, PartialEq)]
pub struct Traded {
    /// Its value at each session, after trading.
    pub values: Vec<(Day, f64)>,
    /// The rebalances, ascending.
    pub rebalances: Vec<TradedSession>,
    /// All orders of the rebalance asked for.
    pub detail: Option<(Day, Rebalance)>,
    /// Every holding after that rebalance, as place in the panel and shares.
    pub holdings: Vec<(usize, f64)>,
}

impl Traded {
    /// All costs of the range, the first purchase included.
    #[must_use]
    pub fn total_costs(&self) -> CostsOfOrder {
        self.rebalances.iter().fold(CostsOfOrder::default(), |sum, one| CostsOfOrder {
            commission: sum.commission + one.costs.commission,
            spread: sum.spread + one.costs.spread,
            impact: sum.impact + one.costs.impact,
        })
    }

    /// The capital that every rebalance after the first can move; with one rebalance, that one. `None` where no volume is known.
    #[must_use]
    pub fn capacity(&self) -> Option<f64> {
        let later = self.rebalances.get(1..).filter(|later| !later.is_empty()).unwrap_or(&self.rebalances);
        later.iter().filter_map(|one| one.capacity).map(|capacity| capacity.capital).reduce(f64::min)
    }
}

impl Study {
    /// What each member added on each session after the first.
    #[must_use]
    pub fn contributions(&self) -> Vec<(Day, Vec<Contribution>)> {
        self.sessions.windows(2).map(|pair| (pair[1].day, self.added(&pair[0], pair[1].day))).collect()
    }

    fn added(&self, before: &StudiedSession, day: Day) -> Vec<Contribution> {
        let earned = |member: &Member| {
            let line = &self.panel.lines[member.line];
            let growth = line.growth(before.day, member.price, day, self.dividend_share);
            Contribution { line: member.line, weight: member.weight, value: growth.factor - 1.0 }
        };
        before.members.iter().map(earned).collect()
    }

    /// Each session after the first by sector, beside the same members weighted by market cap.
    #[must_use]
    pub fn sectors_against_caps(&self) -> Vec<Vec<SectorSlice>> {
        let of_session = |pair: &[StudiedSession]| {
            let total: f64 = pair[0].members.iter().map(|member| member.cap).sum();
            let mut slices: BTreeMap<Option<&str>, SectorSlice> = BTreeMap::new();
            for (part, member) in self.added(&pair[0], pair[1].day).iter().zip(&pair[0].members) {
                let sector = self.panel.lines[part.line].sector.as_deref();
                let slice = slices.entry(sector).or_insert_with(|| SectorSlice {
                    sector: sector.map(str::to_owned),
                    weight: 0.0,
                    added: 0.0,
                    benchmark_weight: 0.0,
                    benchmark_added: 0.0,
                });
                let benchmark = member.cap / total;
                slice.weight += part.weight;
                slice.added += part.weight * part.value;
                slice.benchmark_weight += benchmark;
                slice.benchmark_added += benchmark * part.value;
            }
            slices.into_values().collect()
        };
        self.sessions.windows(2).map(of_session).collect()
    }

    /// Whether members are chosen at the close of a session: at the end of a period, or at the last session held before one that
    /// is not.
    #[must_use]
    pub fn is_rebalance(&self, at: usize) -> bool {
        let day = self.sessions[at].day;
        if at == 0 || is_period_end(day, self.period) {
            return true;
        }
        let next = self.sessions.get(at + 1).map(|next| next.day);
        let passed_over = next.and_then(previous_session).and_then(|before| last_period_end(before, self.period));
        passed_over.is_some_and(|end| end > day)
    }

    /// Follows the index with money.
    ///
    /// *Inputs*: how; the rebalance whose orders are wanted, else the last one. *Returns*: values, rebalances and those orders.
    ///
    /// # Errors
    /// [`TradingError`] where trading costs more than there is.
    ///
    /// *Method*: `docs/methods/trading.md`. At each rebalance the portfolio trades at the close to the members' weights, from the first
    /// session on; between, dividends that count come in as cash.
    pub fn trade(&self, plan: &Plan, wanted: Option<Day>) -> Result<Traded, TradingError> {
        let days = self.panel.days();
        let histories: Vec<Vec<f64>> = self
            .panel
            .lines
            .iter()
            .map(|line| days.last().map_or_else(Vec::new, |last| line.trailing_returns(&days, *last, days.len())))
            .collect();
        let volatility = |line: usize, day: Day| {
            let later = days.len() - days.partition_point(|other| *other <= day);
            let history = &histories[line];
            let known = &history[..history.len().saturating_sub(later)];
            let window = &known[known.len().saturating_sub(VOLATILITY_RETURNS)..];
            if window.len() < LEAST_VOLATILITY_RETURNS { None } else { Moments::of(window).deviation() }
        };
        let mut ledger = Ledger::new(plan.capital, plan.sizing, plan.costs);
        let mut traded = Traded { values: Vec::new(), rebalances: Vec::new(), detail: None, holdings: Vec::new() };
        for (at, session) in self.sessions.iter().enumerate() {
            if let Some(before) = at.checked_sub(1).map(|before| self.sessions[before].day) {
                let growth = |line: usize, price: f64| self.panel.lines[line].growth(before, price, session.day, 0.0);
                ledger.carry(growth, self.dividend_share);
            }
            if self.is_rebalance(at) {
                let target = |line: usize, weight: f64, price: f64| Target {
                    line,
                    weight,
                    price,
                    value_traded: average_value_traded(&self.panel.lines[line], session.day),
                    volatility: volatility(line, session.day),
                };
                let mut targets: Vec<Target> =
                    session.members.iter().map(|member| target(member.line, member.weight, member.price)).collect();
                let leaves = |line: &usize| !session.members.iter().any(|member| member.line == *line);
                let left = ledger.positions().filter(|(line, ..)| leaves(line));
                let left: Vec<Target> = left.map(|(line, _, price)| target(line, 0.0, price)).collect();
                targets.extend(left);
                let volumes: BTreeMap<usize, Option<f64>> =
                    targets.iter().map(|target| (target.line, target.value_traded)).collect();
                let done = ledger.rebalance(&targets)?;
                traded.rebalances.push(in_short(session.day, &done, &volumes, plan.participation));
                if wanted.is_none_or(|wanted| wanted == session.day) {
                    traded.holdings = ledger.positions().map(|(line, shares, _)| (line, shares)).collect();
                    traded.detail = Some((session.day, done));
                }
            }
            traded.values.push((session.day, ledger.value()));
        }
        Ok(traded)
    }
}

fn in_short(day: Day, done: &Rebalance, volumes: &BTreeMap<usize, Option<f64>>, limit: f64) -> TradedSession {
    let traded: f64 = done.orders.iter().map(|order| order.shares.abs() * order.price).sum();
    let parts = done.orders.iter().map(|order| {
        let part = order.shares.abs() * order.price / done.value_before;
        (order.line, part, volumes.get(&order.line).copied().flatten())
    });
    TradedSession {
        day,
        orders: done.orders.len(),
        traded,
        turnover: traded / 2.0 / done.value_before,
        costs: done.costs,
        value: done.value_after,
        cash: done.cash.1,
        participation: done.orders.iter().filter_map(|order| order.participation).reduce(f64::max),
        capacity: capacity(parts, limit),
    }
}

/// The mean of what the rebalances after the first cost, per value: the first one buys everything.
#[must_use]
pub fn mean_cost(rebalances: &[TradedSession]) -> Option<f64> {
    let later = rebalances.get(1..).filter(|later| !later.is_empty())?;
    Some(later.iter().map(|one| one.costs.total() / one.value).sum::<f64>() / count(later.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::sessions;
    use crate::research::{Bar, BrinsonEffect, Line, brinson_fachler, contributions};
    use crate::units::DayRange;

    /// Six companies over a quarter, the four largest held.
    fn study(period: Period) -> Study {
        let range = DayRange::new("2024-01-02".parse().unwrap(), "2024-03-28".parse().unwrap()).unwrap();
        let days = sessions(range);
        let close = |at: usize, line: usize| 20.0 + 5.0 * count(line) + 4.0 * (count(at * 3 + line * 7) * 0.31).sin();
        let line = |line: usize| Line {
            ticker: format!("C{line}"),
            sector: Some(if line < 3 { "low" } else { "high" }.to_owned()),
            bars: days
                .iter()
                .enumerate()
                .map(|(at, day)| Bar { day: *day, close: close(at, line), volume: Some(1e5) })
                .collect(),
            ..Line::default()
        };
        let panel = Panel { lines: (0..6).map(line).collect() };
        let chosen = |at: usize| {
            let mut order: Vec<usize> = (0..6).collect();
            order.sort_by(|a, b| close(at, *b).total_cmp(&close(at, *a)));
            order.truncate(4);
            let price = |line: usize| close(at, line);
            order
                .into_iter()
                .map(|line| Member { line, weight: 0.25, price: price(line), cap: 1e6 * price(line) })
                .collect()
        };
        let mut sessions: Vec<StudiedSession> = Vec::new();
        for (at, day) in days.iter().enumerate() {
            let members = match sessions.last() {
                Some(before) if !is_period_end(*day, period) => {
                    let mut members: Vec<Member> = before.members.clone();
                    for member in &mut members {
                        member.weight *= close(at, member.line) / member.price;
                        member.price = close(at, member.line);
                    }
                    let sum: f64 = members.iter().map(|member| member.weight).sum();
                    members.iter_mut().for_each(|member| member.weight /= sum);
                    members
                }
                _ => chosen(at),
            };
            sessions.push(StudiedSession { day: *day, members });
        }
        Study { panel, sessions, dividend_share: 0.0, period }
    }

    #[test]
    fn a_free_fractional_portfolio_is_the_index() {
        for period in [Period::Daily, Period::Weekly, Period::Monthly] {
            let study = study(period);
            let (members, _, total) = contributions(&study.panel, &study.contributions());
            assert!((members.iter().map(|one| one.contribution).sum::<f64>() - total).abs() < 1e-12);
            let plan = Plan { capital: 1e6, sizing: Sizing::Fractional, costs: Costs::NONE, participation: 0.1 };
            let traded = study.trade(&plan, None).unwrap();
            let last = traded.values.last().unwrap().1;
            assert!((last / 1e6 - 1.0 - total).abs() < 1e-12, "{period:?}: {last} and {total}");
            assert_eq!(traded.values.len(), study.sessions.len());
        }
    }

    #[test]
    fn costs_and_whole_shares_cost() {
        let study = study(Period::Weekly);
        let with = |sizing, costs| {
            let plan = Plan { capital: 1e5, sizing, costs, participation: 0.1 };
            study.trade(&plan, Some(study.sessions[8].day)).unwrap()
        };
        let free = with(Sizing::Fractional, Costs::NONE);
        let paid = with(Sizing::Fractional, Costs::default());
        let difference = free.values.last().unwrap().1 - paid.values.last().unwrap().1;
        let costs: f64 = paid.rebalances.iter().map(|one| one.costs.total()).sum();
        assert!(difference > 0.5 * costs && difference < 2.0 * costs && costs > 0.0, "{difference} of {costs}");
        // Twelve Fridays or Thursdays before a holiday, and the first session.
        assert_eq!(free.rebalances.len(), 14);
        assert!(mean_cost(&paid.rebalances).unwrap() > 0.0 && free.rebalances[3].capacity.is_some());
        let whole = with(Sizing::Whole { lot: 1 }, Costs::default());
        assert!(whole.rebalances.iter().all(|one| one.cash >= 0.0 && one.cash < 200.0));
        assert!(whole.holdings.iter().all(|(_, shares)| shares.fract() == 0.0));
    }

    #[test]
    fn sectors_explain_the_difference_to_the_cap_weight() {
        let study = study(Period::Daily);
        let slices = study.sectors_against_caps();
        let (effects, difference) = brinson_fachler(&slices);
        assert!((effects.iter().map(BrinsonEffect::total).sum::<f64>() - difference).abs() < 1e-14);
        for of_session in &slices {
            assert!((of_session.iter().map(|slice| slice.weight).sum::<f64>() - 1.0).abs() < 1e-12);
            assert!((of_session.iter().map(|slice| slice.benchmark_weight).sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }
}
