//! Whether anything of the future has reached the past: which sessions to try, and what has moved.

use crate::stats::{ROUNDING, mixed};
use crate::units::Day;

/// How far a number may lie from itself computed again; sums over members may be taken in another order.
const TOLERANCE: f64 = 1e-12;

/// What an engine says of a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// The return earned at the session; `None` where there is none.
    pub value: Option<f64>,
    /// The members in place before it, with their weights.
    pub members: Vec<(String, f64)>,
}

/// Something that should have stayed where it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// `return`, `weight` or `member`.
    pub what: &'static str,
    /// The member; `None` for the return.
    pub ticker: Option<String>,
    /// What it was; `None` for a member that was not there.
    pub before: Option<f64>,
    /// What it is with another future; `None` for a member that is not there any more.
    pub after: Option<f64>,
}

/// Which parts of an evaluation the future must not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Members, weights and the return: of a session before the future.
    Everything,
    /// Members and weights: of the first session of the future, which were set at the close before.
    Members,
}

/// Compares what an engine says of a session with what it says when later data is another.
///
/// *Inputs*: both evaluations; which part of them must stay. *Returns*: what moved by more than 1e-12; nothing for an engine that
/// does not look ahead.
///
/// ```
/// use domain::research::{Evaluation, Part, moved};
/// let with = |value, weight| Evaluation { value: Some(value), members: vec![("A".to_owned(), weight)] };
/// assert!(moved(&with(0.01, 1.0), &with(0.02, 1.0), Part::Members).is_empty());
/// assert_eq!(moved(&with(0.01, 1.0), &with(0.02, 1.0), Part::Everything)[0].what, "return");
/// ```
#[must_use]
pub fn moved(before: &Evaluation, after: &Evaluation, part: Part) -> Vec<Moved> {
    let mut found = Vec::new();
    if part == Part::Everything && !is_same(before.value, after.value) {
        found.push(Moved { what: "return", ticker: None, before: before.value, after: after.value });
    }
    let weight = |of: &Evaluation, ticker: &str| of.members.iter().find(|(name, _)| name == ticker).map(|(_, w)| *w);
    for (ticker, own) in &before.members {
        let now = weight(after, ticker);
        if !is_same(Some(*own), now) {
            let what = if now.is_none() { "member" } else { "weight" };
            found.push(Moved { what, ticker: Some(ticker.clone()), before: Some(*own), after: now });
        }
    }
    for (ticker, now) in after.members.iter().filter(|(ticker, _)| weight(before, ticker).is_none()) {
        found.push(Moved { what: "member", ticker: Some(ticker.clone()), before: None, after: Some(*now) });
    }
    found
}

fn is_same(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE.max(ROUNDING),
        (None, None) => true,
        _ => false,
    }
}

/// Sessions to try, spread at random and the same for the same seed.
///
/// *Inputs*: sessions, ascending; how many; any number. *Returns*: at most that many different ones, ascending.
///
/// *Method*: one session out of each of as many equal parts of the list, chosen by a hash of the seed and the part.
#[must_use]
pub fn sampled_sessions(sessions: &[Day], most: usize, seed: u64) -> Vec<Day> {
    let parts = most.min(sessions.len());
    (0..parts)
        .filter_map(|part| {
            let (from, to) = (part * sessions.len() / parts, (part + 1) * sessions.len() / parts);
            let width = u64::try_from(to - from).unwrap_or(1).max(1);
            let step = usize::try_from(mixed(seed ^ mixed(u64::try_from(part).unwrap_or(0))) % width).unwrap_or(0);
            sessions.get(from + step).copied()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluation(value: f64, members: &[(&str, f64)]) -> Evaluation {
        let members = members.iter().map(|(ticker, weight)| ((*ticker).to_owned(), *weight)).collect();
        Evaluation { value: Some(value), members }
    }

    #[test]
    fn whoever_came_went_or_weighs_otherwise_is_named() {
        let before = evaluation(0.01, &[("A", 0.5), ("B", 0.5)]);
        let after = evaluation(0.01, &[("A", 0.6), ("C", 0.4)]);
        let found = moved(&before, &after, Part::Members);
        let named: Vec<_> = found.iter().map(|one| (one.what, one.ticker.as_deref().unwrap())).collect();
        assert_eq!(named, [("weight", "A"), ("member", "B"), ("member", "C")]);
        assert!(moved(&before, &before, Part::Everything).is_empty());
        // A sum in another order is the same number.
        assert!(moved(&before, &evaluation(0.01 + 1e-16, &[("A", 0.5), ("B", 0.5)]), Part::Everything).is_empty());
    }

    /// The index of docs/methods/index.md in one line, and the same one looking a session ahead.
    fn engine(caps: &[[f64; 3]], at: usize, looks_ahead: bool) -> Evaluation {
        let choose = |caps: &[f64; 3]| {
            let mut order: Vec<usize> = (0..3).collect();
            order.sort_by(|a, b| caps[*b].total_cmp(&caps[*a]));
            order.truncate(2);
            order
        };
        let chosen = choose(&caps[if looks_ahead { at } else { at - 1 }]);
        let value = chosen.iter().map(|line| caps[at][*line] / caps[at - 1][*line] - 1.0).sum::<f64>() / 2.0;
        let members = chosen.iter().map(|line| (["A", "B", "C"][*line].to_owned(), 0.5)).collect();
        Evaluation { value: Some(value), members }
    }

    #[test]
    fn an_engine_that_looks_ahead_is_caught_and_one_that_does_not_is_not() {
        let caps = [[100.0, 80.0, 60.0], [110.0, 76.0, 60.0], [55.0, 83.6, 66.0], [55.0, 83.6, 66.0]];
        let mut other = caps;
        // From session 2 on, another future.
        other[2..].iter_mut().for_each(|caps| *caps = [50.0, 40.0, 300.0]);
        for looks_ahead in [false, true] {
            let at = |caps, session| engine(caps, session, looks_ahead);
            let earlier = moved(&at(&caps, 1), &at(&other, 1), Part::Everything);
            let members = moved(&at(&caps, 2), &at(&other, 2), Part::Members);
            assert!(earlier.is_empty());
            assert_eq!(members.is_empty(), !looks_ahead, "{members:?}");
        }
    }

    #[test]
    fn sessions_are_drawn_once_each_from_all_over_the_range() {
        let sessions: Vec<Day> = (0..100).map(Day::from_number).collect();
        let drawn = sampled_sessions(&sessions, 10, 7);
        assert!(drawn.len() == 10 && drawn.windows(2).all(|pair| pair[0] < pair[1]), "{drawn:?}");
        assert_eq!(drawn, sampled_sessions(&sessions, 10, 7));
        assert_ne!(drawn, sampled_sessions(&sessions, 10, 8));
        assert_eq!(sampled_sessions(&sessions[..3], 10, 7).len(), 3);
        assert!(sampled_sessions(&[], 10, 7).is_empty());
    }
}
