//! An index walked again with something changed, from the members and rankings that are stored.

use std::collections::BTreeMap;

use super::weighting::{Candidate, WINDOW_RETURNS, weights};
use super::{Change, Held, Member, Panel, Replay, Study, choose, replay};
use crate::calendar::Period;
use crate::index::Weighting;
use crate::units::Day;

/// Who can be chosen at a close.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// Its place in the panel.
    pub line: usize,
    /// Its market cap.
    pub cap: f64,
    /// Its raw close.
    pub close: f64,
}

/// What is changed of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Who is in.
    pub change: Change<usize>,
    /// How they are weighted.
    pub weighting: Weighting,
    /// The largest weight, which only the capped weighting reads.
    pub cap_limit: f64,
    /// When they are chosen.
    pub period: Period,
}

/// Walks a changed index.
///
/// *Inputs*: the index as it is; for each of its sessions who can be chosen, by rank, or nothing where the choice is not changed; the
/// scenario. *Returns*: the walk, from the first session on.
///
/// *Method*: `docs/methods/what-if.md`. Members are chosen at the first session and at each end of the scenario's period, from the
/// index's own members of that close and the ranking; weights come from that close and earlier ones alone.
#[must_use]
pub fn run(study: &Study, rankings: &BTreeMap<Day, Vec<Ranked>>, scenario: &Scenario) -> Replay {
    let sessions: Vec<Day> = study.sessions.iter().map(|session| session.day).collect();
    let days = study.panel.days();
    let weigher = Weigher::new(&study.panel, &days, scenario.weighting, scenario.cap_limit);
    let paced = Study { period: scenario.period, panel: Panel::default(), sessions: study.sessions.clone(), ..*study };
    replay(&study.panel, &sessions, study.dividend_share, |day, _| {
        let at = sessions.binary_search(&day).ok()?;
        if !paced.is_rebalance(at) {
            return None;
        }
        let members = &study.sessions[at].members;
        let chosen = match rankings.get(&day) {
            None => members.clone(),
            Some(ranked) => changed(members, ranked, &scenario.change),
        };
        Some(weigher.weigh(day, &chosen))
    })
}

/// The members of a changed index with price and cap.
fn changed(members: &[Member], ranked: &[Ranked], change: &Change<usize>) -> Vec<Member> {
    let own: Vec<usize> = members.iter().map(|member| member.line).collect();
    let order: Vec<usize> = ranked.iter().map(|one| one.line).collect();
    let known = |line: usize| {
        let ranked = ranked.iter().find(|one| one.line == line);
        let fresh = ranked.map(|one| Member { line, weight: 0.0, price: one.close, cap: one.cap });
        fresh.or_else(|| members.iter().find(|member| member.line == line).copied())
    };
    choose(&own, &order, change).into_iter().filter_map(known).collect()
}

/// Sets target weights at closes.
#[derive(Debug)]
pub struct Weigher<'a> {
    panel: &'a Panel,
    days: &'a [Day],
    histories: Vec<Vec<f64>>,
    weighting: Weighting,
    cap_limit: f64,
}

impl<'a> Weigher<'a> {
    /// For these securities, whose history begins early enough for the first close to be weighed at; `days` are those on which
    /// any of them traded.
    #[must_use]
    pub fn new(panel: &'a Panel, days: &'a [Day], weighting: Weighting, cap_limit: f64) -> Self {
        let needs_risk = weighting.needs_risk();
        let history = |line: &super::Line| {
            let last = days.last().filter(|_| needs_risk);
            last.map_or_else(Vec::new, |last| line.trailing_returns(days, *last, days.len()))
        };
        Self { panel, days, histories: panel.lines.iter().map(history).collect(), weighting, cap_limit }
    }

    /// The target weights of members at a close, from what is known at it.
    #[must_use]
    pub fn weigh(&self, day: Day, members: &[Member]) -> Vec<Held> {
        let later = self.days.len() - self.days.partition_point(|other| *other <= day);
        let candidate = |member: &Member| {
            let history = &self.histories[member.line];
            let known = &history[..history.len().saturating_sub(later)];
            Candidate {
                cap: member.cap,
                sector: self.panel.lines[member.line].sector.as_deref(),
                returns: &known[known.len().saturating_sub(WINDOW_RETURNS)..],
            }
        };
        let candidates: Vec<Candidate<'_>> = members.iter().map(candidate).collect();
        let found = weights(self.weighting, &candidates, self.cap_limit);
        let held = |(member, weight): (&Member, f64)| Held { line: member.line, weight, price: member.price };
        members.iter().zip(found).map(held).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::sessions;
    use crate::research::{Bar, Line, StudiedSession};
    use crate::units::DayRange;

    /// Five companies over two months, the three largest held in equal parts.
    fn market() -> (Study, BTreeMap<Day, Vec<Ranked>>) {
        let range = DayRange::new("2024-01-02".parse().unwrap(), "2024-02-29".parse().unwrap()).unwrap();
        let days = sessions(range);
        let close = |at: usize, line: usize| {
            let wave = (super::super::count(at * 3 + line * 7) * 0.31).sin();
            20.0 + super::super::count(line) + 4.0 * wave
        };
        let bar = |(at, day): (usize, &Day), line| Bar { day: *day, close: close(at, line), volume: None };
        let line =
            |line: usize| Line { bars: days.iter().enumerate().map(|of| bar(of, line)).collect(), ..Line::default() };
        let panel = Panel { lines: (0..5).map(line).collect() };
        let ranking = |at: usize| {
            let mut ranked: Vec<Ranked> =
                (0..5).map(|line| Ranked { line, cap: 1e6 * close(at, line), close: close(at, line) }).collect();
            ranked.sort_by(|a, b| b.cap.total_cmp(&a.cap));
            ranked
        };
        let rankings = days.iter().enumerate().map(|(at, day)| (*day, ranking(at))).collect();
        let session = |(at, day): (usize, &Day)| {
            let member = |one: &Ranked| Member { line: one.line, weight: 1.0 / 3.0, price: one.close, cap: one.cap };
            StudiedSession { day: *day, members: ranking(at)[..3].iter().map(member).collect() }
        };
        let sessions = days.iter().enumerate().map(session).collect();
        (Study { panel, sessions, dividend_share: 0.0, period: Period::Daily }, rankings)
    }

    fn scenario(top_n: usize) -> Scenario {
        Scenario {
            change: Change { top_n, ..Change::default() },
            weighting: Weighting::Equal,
            cap_limit: 1.0,
            period: Period::Daily,
        }
    }

    #[test]
    fn without_a_change_it_is_the_index() {
        let (study, rankings) = market();
        let found = run(&study, &rankings, &scenario(3));
        for (step, (day, parts)) in found.steps[1..].iter().zip(study.contributions()) {
            let stored: f64 = parts.iter().map(|part| part.weight * part.value).sum();
            assert!(step.day == day && (step.value.unwrap() - stored).abs() < 1e-14);
        }
        assert_eq!(run(&study, &BTreeMap::new(), &scenario(3)), found);
    }

    #[test]
    fn the_excluded_is_never_in_and_the_pinned_always() {
        let (study, rankings) = market();
        let mut with = scenario(2);
        with.change.excluded = vec![4];
        with.change.pinned = vec![0];
        with.period = Period::Monthly;
        let found = run(&study, &rankings, &with);
        let last: Vec<usize> = found.last.iter().map(|held| held.line).collect();
        assert!(last.len() == 2 && last.contains(&0) && !last.contains(&4), "{last:?}");
        assert_eq!(found.steps.iter().filter(|step| step.turnover > 0.0).count(), 2);
    }

    #[test]
    fn what_comes_later_moves_no_weight() {
        let (mut study, rankings) = market();
        let mut with = scenario(3);
        with.weighting = Weighting::Cap;
        let before = run(&study, &rankings, &with);
        let cut = study.sessions[20].day;
        for line in &mut study.panel.lines {
            line.bars.iter_mut().filter(|bar| bar.day >= cut).for_each(|bar| bar.close *= 1.7);
        }
        let after = run(&study, &rankings, &with);
        assert_eq!(before.steps[..20], after.steps[..20]);
        assert_ne!(before.steps[20], after.steps[20]);
    }
}
