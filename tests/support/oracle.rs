//! The index computed a second time: plainly, from the files, sharing nothing with the product but its calendar.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::calendar::next_session;
use domain::units::Day;

use crate::table::Table;

/// Prices and market caps by day and ticker.
#[derive(Clone, Debug, Default)]
pub struct Market {
    days: BTreeMap<Day, HashMap<String, Quote>>,
}

/// One security on one day.
#[derive(Clone, Copy, Debug)]
struct Quote {
    /// What returns are made of: restated for splits.
    price: f64,
    /// Absent: it cannot be chosen.
    cap: Option<f64>,
}

/// How often members are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At every close.
    Daily,
    /// At the last close of the ISO week.
    Weekly,
    /// At the last close of the month.
    Monthly,
    /// At the last close of the quarter.
    Quarterly,
}

/// Which index.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Members.
    pub top_n: usize,
    /// By market cap instead of equally.
    pub cap_weighted: bool,
    /// When members are chosen.
    pub pace: Pace,
    /// How far below the last place a member may fall and stay.
    pub buffer: usize,
    /// Only these; `None` = everything.
    pub universe: Option<BTreeSet<String>>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { top_n: 100, cap_weighted: false, pace: Pace::Daily, buffer: 0, universe: None }
    }
}

/// One member at a close.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The ticker.
    pub ticker: String,
    /// The weight after the close; the weights sum to 1.
    pub weight: f64,
}

/// One session of the index.
#[derive(Clone, Debug)]
pub struct Session {
    /// The session.
    pub day: Day,
    /// `None` at the first.
    pub daily_return: Option<f64>,
    /// 1000 at the first.
    pub level: f64,
    /// One-way.
    pub turnover: f64,
    /// By rank.
    pub members: Vec<Member>,
}

impl Market {
    /// Reads prices (`price` names the column) and either share counts or market caps.
    #[must_use]
    pub fn read(prices: &Table, price: &str, shares: Option<&Table>, caps: Option<&Table>) -> Self {
        let shares: HashMap<&str, f64> = shares
            .into_iter()
            .flat_map(Table::rows)
            .map(|row| (row.text("ticker"), row.number("shares_outstanding").unwrap()))
            .collect();
        let caps: HashMap<(&str, &str), f64> = caps
            .into_iter()
            .flat_map(Table::rows)
            .filter_map(|row| Some(((row.text("date"), row.text("ticker")), row.number("market_cap")?)))
            .collect();
        let mut market = Self::default();
        for row in prices.rows() {
            let (date, ticker) = (row.text("date"), row.text("ticker"));
            let by_shares = shares.get(ticker).map(|shares| shares * row.number("close").unwrap());
            let cap = caps.get(&(date, ticker)).copied().or(by_shares).filter(|cap| *cap > 0.0);
            let quote = Quote { price: row.number(price).unwrap(), cap };
            market.days.entry(date.parse().unwrap()).or_default().insert(ticker.to_owned(), quote);
        }
        market
    }

    /// Its sessions, ascending.
    #[must_use]
    pub fn days(&self) -> Vec<Day> {
        self.days.keys().copied().collect()
    }

    /// Computes an index over all its sessions, from the first one at which members are chosen.
    #[must_use]
    pub fn index(&self, rules: &Rules) -> Vec<Session> {
        let mut sessions: Vec<Session> = Vec::new();
        let mut previous_day = None;
        for (&day, quotes) in &self.days {
            let chosen = is_chosen(day, rules.pace);
            let Some(before) = sessions.last() else {
                if chosen {
                    let members = self.choose(day, rules, &BTreeSet::new());
                    sessions.push(Session { day, daily_return: None, level: 1000.0, turnover: 0.0, members });
                    previous_day = Some(day);
                }
                continue;
            };
            let old = &self.days[&previous_day.unwrap()];
            let value = |member: &Member| {
                let price = quotes.get(&member.ticker).map_or(0.0, |quote| quote.price);
                let base = self.last_price(&member.ticker, previous_day.unwrap(), old);
                member.weight * if price > 0.0 { price / base } else { 1.0 }
            };
            let grown: Vec<Member> = before
                .members
                .iter()
                .map(|member| Member { ticker: member.ticker.clone(), weight: value(member) })
                .collect();
            let growth: f64 = grown.iter().map(|member| member.weight).sum();
            let drifted: Vec<Member> =
                grown.into_iter().map(|member| Member { weight: member.weight / growth, ..member }).collect();
            let level = before.level * growth;
            let (members, turnover) = if chosen {
                let held = before.members.iter().map(|member| member.ticker.clone()).collect();
                let members = self.choose(day, rules, &held);
                let turnover = half_distance(&drifted, &members);
                (members, turnover)
            } else {
                (drifted, 0.0)
            };
            sessions.push(Session { day, daily_return: Some(growth - 1.0), level, turnover, members });
            previous_day = Some(day);
        }
        sessions
    }

    /// The price a member was last valued at: that of the session before, or of the last one on which it traded.
    fn last_price(&self, ticker: &str, before: Day, old: &HashMap<String, Quote>) -> f64 {
        let at = old
            .get(ticker)
            .copied()
            .or_else(|| self.days.range(..=before).rev().find_map(|(_, quotes)| quotes.get(ticker).copied()));
        at.unwrap().price
    }

    fn choose(&self, day: Day, rules: &Rules, held: &BTreeSet<String>) -> Vec<Member> {
        let in_universe = |ticker: &str| rules.universe.as_ref().is_none_or(|all| all.contains(ticker));
        let mut ranked: Vec<(&str, f64)> = self.days[&day]
            .iter()
            .filter_map(|(ticker, quote)| Some((ticker.as_str(), quote.cap?)))
            .filter(|(ticker, _)| in_universe(ticker))
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let staying = |place: usize, ticker: &str| place < rules.top_n + rules.buffer && held.contains(ticker);
        let mut taken: BTreeSet<&str> =
            ranked.iter().enumerate().filter(|(place, one)| staying(*place, one.0)).map(|(_, one)| one.0).collect();
        for (ticker, _) in &ranked {
            if taken.len() >= rules.top_n {
                break;
            }
            taken.insert(ticker);
        }
        let members: Vec<(&str, f64)> = ranked.into_iter().filter(|(ticker, _)| taken.contains(ticker)).collect();
        let total: f64 = members.iter().map(|(_, cap)| cap).sum();
        let count = f64::from(u32::try_from(members.len()).unwrap());
        let weight = |cap: f64| if rules.cap_weighted { cap / total } else { 1.0 / count };
        members.into_iter().map(|(ticker, cap)| Member { ticker: ticker.to_owned(), weight: weight(cap) }).collect()
    }
}

fn half_distance(old: &[Member], new: &[Member]) -> f64 {
    let mut distance: BTreeMap<&str, f64> = new.iter().map(|member| (member.ticker.as_str(), member.weight)).collect();
    for member in old {
        *distance.entry(member.ticker.as_str()).or_default() -= member.weight;
    }
    distance.values().map(|weight| weight.abs()).sum::<f64>() / 2.0
}

fn is_chosen(day: Day, pace: Pace) -> bool {
    let next = next_session(day).unwrap();
    match pace {
        Pace::Daily => true,
        // Day 0 was a Thursday, so three days earlier a week began.
        Pace::Weekly => (day.number() + 3).div_euclid(7) != (next.number() + 3).div_euclid(7),
        Pace::Monthly => day.to_string()[..7] != next.to_string()[..7],
        Pace::Quarterly => (day.year(), (day.month() - 1) / 3) != (next.year(), (next.month() - 1) / 3),
    }
}
