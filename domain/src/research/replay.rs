//! An index walked session by session in memory: what its members earned, how their weights drifted.

use crate::research::Panel;
use crate::units::Day;

/// A member at a close.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Its place in the panel.
    pub line: usize,
    /// Its weight after the close.
    pub weight: f64,
    /// The price it is valued at: the close, or the last one before it.
    pub price: f64,
}

/// One session of a replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The session.
    pub day: Day,
    /// The return, a fraction; `None` at the first session.
    pub value: Option<f64>,
    /// The level, 1 at the first session.
    pub level: f64,
    /// One-way turnover at the close.
    pub turnover: f64,
    /// Members after the close.
    pub members: usize,
    /// Members before the session that did not trade at it.
    pub stale: usize,
}

/// A walk over some sessions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    /// The sessions, ascending.
    pub steps: Vec<Step>,
    /// The members after the last close.
    pub last: Vec<Held>,
}

impl Replay {
    /// The same walk seen from a day on: its first session from there stands at 1.
    ///
    /// ```
    /// use domain::research::{Replay, Step};
    /// let day = |number| domain::units::Day::from_number(number);
    /// let step = |number, level| Step { day: day(number), value: Some(0.5), level, turnover: 0.0, members: 1, stale: 0 };
    /// let walk = Replay { steps: vec![step(1, 1.0), step(2, 1.5), step(3, 2.25)], last: Vec::new() };
    /// let since = walk.since(day(2));
    /// let seen: Vec<_> = since.steps.iter().map(|step| (step.level, step.value)).collect();
    /// assert_eq!(seen, [(1.0, None), (1.5, Some(0.5))]);
    /// ```
    #[must_use]
    pub fn since(mut self, start: Day) -> Self {
        self.steps.retain(|step| step.day >= start);
        let base = self.steps.first().map_or(1.0, |step| step.level);
        for (at, step) in self.steps.iter_mut().enumerate() {
            step.level /= base;
            step.value = step.value.filter(|_| at > 0);
        }
        self
    }
}

/// Walks an index through the sessions.
///
/// *Inputs*: prices; the sessions, ascending; the share of a dividend that counts; `targets`, which says for a session which
/// members are set at its close, or `None` where those in place stay and drift. It sees the members in place with their drifted
/// weights. *Returns*: a step per session from the first with members on.
///
/// *Method*: `docs/methods/index.md`: r = Σ w·(growth − 1); between rebalances w′ = w·growth/(1 + r); turnover is half the
/// distance from the drifted to the target weights.
pub fn replay(
    panel: &Panel,
    sessions: &[Day],
    dividend_share: f64,
    mut targets: impl FnMut(Day, &[Held]) -> Option<Vec<Held>>,
) -> Replay {
    let mut held: Vec<Held> = Vec::new();
    let mut steps: Vec<Step> = Vec::with_capacity(sessions.len());
    let mut before: Option<Day> = None;
    for &day in sessions {
        let Some(from) = before else {
            if let Some(first) = targets(day, &held).filter(|first| !first.is_empty()) {
                held = first;
                before = Some(day);
                steps.push(Step { day, value: None, level: 1.0, turnover: 0.0, members: held.len(), stale: 0 });
            }
            continue;
        };
        let (mut value, mut stale) = (0.0, 0);
        for member in &mut held {
            let growth = panel.lines[member.line].growth(from, member.price, day, dividend_share);
            value += member.weight * (growth.factor - 1.0);
            stale += usize::from(growth.is_stale);
            member.weight *= growth.factor;
            member.price = growth.price;
        }
        held.iter_mut().for_each(|member| member.weight /= 1.0 + value);
        let mut turnover = 0.0;
        if let Some(next) = targets(day, &held) {
            turnover = half_distance(&held, &next);
            held = next;
        } else {
            // A worthless delisted share is nothing to hold.
            held.retain(|member| member.price > 0.0);
        }
        let level = steps.last().map_or(1.0, |step| step.level) * (1.0 + value);
        steps.push(Step { day, value: Some(value), level, turnover, members: held.len(), stale });
        before = Some(day);
    }
    Replay { steps, last: held }
}

/// Half the sum of the differences of weight over both sets of members.
fn half_distance(old: &[Held], new: &[Held]) -> f64 {
    let mut old: Vec<(usize, f64)> = old.iter().map(|member| (member.line, member.weight)).collect();
    old.sort_unstable_by_key(|(line, _)| *line);
    let mut seen = vec![false; old.len()];
    let mut distance = 0.0;
    for member in new {
        let at = old.binary_search_by_key(&member.line, |(line, _)| *line);
        distance += at.map_or(member.weight, |at| {
            seen[at] = true;
            (member.weight - old[at].1).abs()
        });
    }
    let left = old.iter().zip(&seen).filter(|(_, seen)| !**seen).map(|((_, weight), _)| weight);
    0.5 * (distance + left.sum::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::{Bar, Line};

    /// The market of docs/methods/index.md.
    #[test]
    fn the_market_to_check_by_hand() {
        let days: Vec<Day> =
            ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"].iter().map(|text| text.parse().unwrap()).collect();
        let closes = [[10.0, 11.0, 5.5, 5.5], [20.0, 19.0, 20.9, 20.9], [30.0, 30.0, 33.0, 33.0]];
        let line = |closes: &[f64; 4]| Line {
            bars: days.iter().zip(closes).map(|(day, close)| Bar { day: *day, close: *close, volume: None }).collect(),
            ..Line::default()
        };
        let panel = Panel { lines: closes.iter().map(line).collect() };
        let chosen = |day: Day, _: &[Held]| {
            let at = days.iter().position(|other| *other == day).unwrap();
            let members = if at < 2 { [0, 1] } else { [1, 2] };
            Some(members.map(|line| Held { line, weight: 0.5, price: closes[line][at] }).to_vec())
        };
        let found = replay(&panel, &days, 0.0, chosen);
        let rounded: Vec<(f64, f64)> = found.steps.iter().map(|step| (step.level * 1000.0, step.turnover)).collect();
        for ((level, turnover), (expected_level, expected_turnover)) in
            rounded.iter().zip([(1000.0, 0.0), (1025.0, 0.036_585_365_853_658_5), (820.0, 0.5), (820.0, 0.0)])
        {
            assert!(
                (level - expected_level).abs() < 1e-9 && (turnover - expected_turnover).abs() < 1e-12,
                "{rounded:?}"
            );
        }
    }

    #[test]
    fn weights_drift_where_nothing_is_set() {
        let days: Vec<Day> = (0..2).map(|n| Day::from_number(19_723 + n)).collect();
        let line = |close| Line { bars: vec![Bar { day: days[1], close, volume: None }], ..Line::default() };
        let panel = Panel { lines: vec![line(15.0), line(10.0)] };
        let chosen = |day: Day, _: &[Held]| {
            (day == days[0]).then(|| (0..2).map(|line| Held { line, weight: 0.5, price: 10.0 }).collect())
        };
        let found = replay(&panel, &days, 0.0, chosen);
        // +50 % and 0: the return is 25 %, the weights 0.75/1.25 and 0.5/1.25.
        assert_eq!(found.steps[1].value, Some(0.25));
        assert!((found.last[0].weight - 0.6).abs() < 1e-15 && (found.last[1].weight - 0.4).abs() < 1e-15);
    }
}
