//! The index computed a second time: plainly, session by session from the records themselves, as docs/methods/index.md says.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::calendar::{Period, next_session};
use domain::index::{IndexDefinition, ShareClasses, Weighting};
use domain::units::Day;

use super::Market;

/// A member after a close.
#[derive(Clone, Debug)]
pub(super) struct PlainMember {
    pub(super) ticker: String,
    pub(super) rank: usize,
    pub(super) weight: f64,
    pub(super) price: f64,
}

/// Who came or went: action, ticker, rank now, rank on the session before.
pub(super) type PlainMove = (&'static str, String, Option<usize>, Option<usize>);

/// One session of the index.
#[derive(Clone, Debug)]
pub(super) struct PlainSession {
    pub(super) day: Day,
    /// `None` at the first.
    pub(super) value: Option<f64>,
    pub(super) turnover: f64,
    pub(super) stale: usize,
    pub(super) members: Vec<PlainMember>,
    pub(super) moves: Vec<PlainMove>,
}

/// A line in the ranking of a session.
#[derive(Clone, Debug)]
struct Ranked {
    ticker: String,
    cap: f64,
    close: f64,
}

/// The records by what they are asked for.
pub(super) struct Plain<'m> {
    market: &'m Market,
    closes: BTreeMap<Day, HashMap<&'m str, (f64, f64)>>,
    caps: HashMap<(Day, &'m str), f64>,
}

impl<'m> Plain<'m> {
    pub(super) fn of(market: &'m Market) -> Self {
        let mut closes: BTreeMap<Day, HashMap<&str, (f64, f64)>> = BTreeMap::new();
        for bar in &market.bars {
            let traded = bar.close * bar.volume.unwrap_or(0.0);
            closes.entry(bar.day).or_default().insert(bar.ticker.as_str(), (bar.close, traded));
        }
        let caps = market.caps.iter().map(|cap| ((cap.day, cap.ticker.as_str()), cap.cap)).collect();
        Self { market, closes, caps }
    }

    /// Whether members are chosen at a session: the last of its period, or the last held of a period whose end is missing.
    fn is_chosen(&self, day: Day, period: Period) -> bool {
        let differ = |a: Day, b: Day| match period {
            Period::Daily => a != b,
            // Day 0 was a Thursday, so three days earlier a week began.
            Period::Weekly => (a.number() + 3).div_euclid(7) != (b.number() + 3).div_euclid(7),
            Period::Monthly => a.to_string()[..7] != b.to_string()[..7],
            Period::Quarterly => (a.year(), (a.month() - 1) / 3) != (b.year(), (b.month() - 1) / 3),
        };
        let held = self.closes.range(day.plus(1)..).next().map(|(next, _)| *next);
        differ(day, next_session(day).unwrap()) || held.is_some_and(|next| differ(day, next))
    }

    fn issuer(&self, ticker: &str) -> Option<&str> {
        self.market.securities.iter().find(|one| one.ticker.as_str() == ticker)?.issuer.as_deref()
    }

    fn ranking(&self, day: Day, definition: &IndexDefinition) -> Vec<Ranked> {
        let allowed =
            |ticker: &str| definition.universe.as_ref().is_none_or(|all| all.iter().any(|one| one.as_str() == ticker));
        let mut lines: Vec<(Ranked, f64)> = Vec::new();
        for (ticker, (close, traded)) in &self.closes[&day] {
            let Some(cap) = self.caps.get(&(day, *ticker)).filter(|cap| **cap > 0.0 && allowed(ticker)) else {
                continue;
            };
            lines.push((Ranked { ticker: (*ticker).to_owned(), cap: *cap, close: *close }, *traded));
        }
        let mut ranking: Vec<Ranked> = if definition.share_classes == ShareClasses::Company {
            let mut companies: BTreeMap<String, Vec<(Ranked, f64)>> = BTreeMap::new();
            for line in lines {
                let name = self.issuer(&line.0.ticker).map_or_else(|| format!("={}", line.0.ticker), str::to_owned);
                companies.entry(name).or_default().push(line);
            }
            companies.into_values().map(merge).collect()
        } else {
            lines.into_iter().map(|(line, _)| line).collect()
        };
        ranking.sort_by(|a, b| b.cap.total_cmp(&a.cap).then_with(|| a.ticker.cmp(&b.ticker)));
        ranking
    }

    /// Where a line stands, or would, if it has a cap that day.
    fn place(&self, ticker: &str, day: Day, definition: &IndexDefinition) -> Option<usize> {
        let ranking = self.ranking(day, definition);
        let own = ranking.iter().find(|line| line.ticker == ticker).map(|line| line.cap);
        let cap = own.or_else(|| {
            let traded = self.closes[&day].contains_key(ticker);
            self.caps.get(&(day, ticker)).copied().filter(|_| traded)
        })?;
        let before =
            |line: &&Ranked| line.cap > cap || (line.cap.total_cmp(&cap).is_eq() && line.ticker.as_str() < ticker);
        Some(1 + ranking.iter().filter(before).count())
    }

    fn choose(&self, day: Day, definition: &IndexDefinition, held: &BTreeSet<String>) -> Vec<PlainMember> {
        let ranking = self.ranking(day, definition);
        let (top_n, reach) = (definition.top_n as usize, (definition.top_n + definition.buffer) as usize);
        let mut taken: BTreeSet<&str> = ranking
            .iter()
            .take(reach)
            .map(|line| line.ticker.as_str())
            .filter(|one| held.contains(*one))
            .take(top_n)
            .collect();
        for line in &ranking {
            if taken.len() < top_n {
                taken.insert(&line.ticker);
            }
        }
        let chosen: Vec<&Ranked> = ranking.iter().filter(|line| taken.contains(line.ticker.as_str())).collect();
        let total: f64 = chosen.iter().map(|line| line.cap).sum();
        let count = f64::from(u32::try_from(chosen.len()).unwrap());
        let weight = |cap: f64| if definition.weighting == Weighting::Cap { cap / total } else { 1.0 / count };
        let member = |(at, line): (usize, &&Ranked)| PlainMember {
            ticker: line.ticker.clone(),
            rank: at + 1,
            weight: weight(line.cap),
            price: line.close,
        };
        chosen.iter().enumerate().map(member).collect()
    }

    /// What a unit of a member becomes from one session to the next, its price after it, and whether that is an old one.
    fn grow(&self, member: &PlainMember, from: Day, to: Day, dividend_share: f64) -> (f64, f64, bool) {
        let ticker = member.ticker.as_str();
        let within = |day: Day| day > from && day <= to;
        let splits = self.market.splits.iter().filter(|one| one.ticker.as_str() == ticker && within(one.ex_day));
        let ratio: f64 = splits.map(|split| split.ratio).product();
        let close = self.closes[&to].get(ticker).map(|(close, _)| *close);
        let delisting = self.market.securities.iter().find_map(|one| {
            let left = one.ticker.as_str() == ticker && one.delist_day.is_some_and(within);
            if left { one.delisting_price } else { None }
        });
        let paid = self.market.dividends.iter().filter(|one| one.ticker.as_str() == ticker && within(one.ex_day));
        let base = close.unwrap_or(member.price);
        let dividends: f64 = paid.map(|one| 1.0 + dividend_share * one.amount / base).product();
        match close.or(delisting) {
            Some(worth) => (worth * ratio / member.price * dividends, worth, close.is_none()),
            None => (dividends, member.price / ratio, true),
        }
    }

    /// The whole index, from the first session at which members are chosen.
    pub(super) fn index(&self, definition: &IndexDefinition) -> Vec<PlainSession> {
        let period = definition.rebalance.period();
        let share = definition.return_type.dividend_share();
        let mut sessions: Vec<PlainSession> = Vec::new();
        let mut in_force = BTreeSet::new();
        for &day in self.closes.keys() {
            let chosen = self.is_chosen(day, period);
            let targets = if chosen { self.choose(day, definition, &in_force) } else { Vec::new() };
            if chosen {
                in_force = targets.iter().map(|member| member.ticker.clone()).collect();
            }
            let Some(before) = sessions.last() else {
                if chosen {
                    let first =
                        PlainSession { day, value: None, turnover: 0.0, stale: 0, members: targets, moves: Vec::new() };
                    sessions.push(first);
                }
                continue;
            };
            let grown: Vec<_> = before.members.iter().map(|one| self.grow(one, before.day, day, share)).collect();
            let whole: f64 = before.members.iter().zip(&grown).map(|(one, (growth, ..))| one.weight * growth).sum();
            let drifted: Vec<PlainMember> = before
                .members
                .iter()
                .zip(&grown)
                .map(|(one, (growth, price, _))| PlainMember {
                    weight: one.weight * growth / whole,
                    price: *price,
                    ..one.clone()
                })
                // Nothing is left of a share that its holders lost.
                .filter(|member| member.price > 0.0)
                .collect();
            let stale = grown.iter().filter(|(_, _, old)| *old).count();
            let (turnover, moves) = if chosen {
                (half_distance(&drifted, &targets), self.moves(definition, before, day, &targets))
            } else {
                (0.0, Vec::new())
            };
            let members = if chosen { targets } else { drifted };
            sessions.push(PlainSession { day, value: Some(whole - 1.0), turnover, stale, members, moves });
        }
        sessions
    }

    fn moves(
        &self,
        definition: &IndexDefinition,
        before: &PlainSession,
        day: Day,
        targets: &[PlainMember],
    ) -> Vec<PlainMove> {
        let is_in = |list: &[PlainMember], ticker: &str| list.iter().any(|member| member.ticker == ticker);
        let came = targets.iter().filter(|one| !is_in(&before.members, &one.ticker)).map(|one| {
            ("entered", one.ticker.clone(), Some(one.rank), self.place(&one.ticker, before.day, definition))
        });
        let went = before
            .members
            .iter()
            .filter(|one| !is_in(targets, &one.ticker))
            .map(|one| ("exited", one.ticker.clone(), self.place(&one.ticker, day, definition), Some(one.rank)));
        came.chain(went).collect()
    }
}

/// One company of several lines: their caps summed, unless each line reports the whole.
fn merge(mut lines: Vec<(Ranked, f64)>) -> Ranked {
    let agree = |values: Vec<f64>| {
        let most = values.iter().copied().fold(f64::MIN, f64::max);
        most < 1.01 * values.iter().copied().fold(f64::MAX, f64::min)
    };
    let caps: Vec<f64> = lines.iter().map(|(line, _)| line.cap).collect();
    let whole = agree(caps.clone()) || agree(lines.iter().map(|(line, _)| line.cap / line.close).collect());
    let cap = if whole { caps.iter().copied().fold(f64::MIN, f64::max) } else { caps.iter().sum() };
    lines.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.ticker.cmp(&b.0.ticker)));
    Ranked { cap, ..lines.swap_remove(0).0 }
}

fn half_distance(old: &[PlainMember], new: &[PlainMember]) -> f64 {
    let mut distance: BTreeMap<&str, f64> = new.iter().map(|member| (member.ticker.as_str(), member.weight)).collect();
    for member in old {
        *distance.entry(member.ticker.as_str()).or_default() -= member.weight;
    }
    distance.values().map(|weight| weight.abs()).sum::<f64>() / 2.0
}
