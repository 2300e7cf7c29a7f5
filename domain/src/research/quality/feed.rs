//! Checks of whole sessions.

use super::{Check, Defect, Limits};
use crate::research::{Line, count};
use crate::units::Day;

/// The fewest securities of which a whole session is judged.
const LEAST_LINES: usize = 20;

/// A move smaller than this tells nothing about which session it is of.
const TELLING_MOVE: f64 = 1e-3;

/// How far two moves may lie apart to be the same.
const SAME_MOVE: f64 = 1e-4;

/// Checks whether sessions are there and on time.
///
/// *Inputs*: securities with their market caps; the sessions that hold data, ascending; those of the calendar between the first and
/// the last of them; the limits. *Returns*: sessions never delivered, and sessions whose closes or market caps are those of the
/// session before.
///
/// *Method*: `docs/methods/quality.md`. A session is late when at least half of the securities, and at least 20, repeat their
/// close, or when market caps moved as the closes of the session before did and not as those of the session.
#[must_use]
pub fn check_feed(lines: &[(&Line, &[(Day, f64)])], held: &[Day], calendar: &[Day], limits: &Limits) -> Vec<Defect> {
    let whole = |check, day, found| Defect { check, day, last_day: day, line: None, found, repair: None };
    let missing = calendar.iter().filter(|day| held.binary_search(day).is_err());
    let mut found: Vec<Defect> = missing.map(|day| whole(Check::MissingSession, *day, 1.0)).collect();
    for (at, &day) in held.iter().enumerate().skip(1) {
        let part = repeated_part(lines, held[at - 1], day).or_else(|| {
            let before = held.get(at.checked_sub(2)?)?;
            late_caps_part(lines, *before, held[at - 1], day)
        });
        if let Some(part) = part.filter(|part| *part >= limits.late_part) {
            found.push(whole(Check::LateFeed, day, part));
        }
    }
    found
}

/// The part of the securities whose close is the one before; `None` where too few traded on both sessions, or under half repeat.
fn repeated_part(lines: &[(&Line, &[(Day, f64)])], before: Day, day: Day) -> Option<f64> {
    let both = lines.iter().filter_map(|(line, _)| Some((line.bar(before)?.close, line.bar(day)?.close)));
    let (n, same) = both.fold((0, 0), |(n, same), (a, b)| (n + 1, same + usize::from(a.to_bits() == b.to_bits())));
    (n >= LEAST_LINES && same * 2 >= n).then(|| count(same) / count(n))
}

/// The part of the securities whose market cap moved as the close of the session before did; `None` where too few moves tell.
fn late_caps_part(lines: &[(&Line, &[(Day, f64)])], earlier: Day, before: Day, day: Day) -> Option<f64> {
    let (mut telling, mut late) = (0, 0);
    for (line, caps) in lines {
        let cap = |day: Day| caps.binary_search_by_key(&day, |(day, _)| *day).ok().map(|at| caps[at].1);
        let close = |day: Day| line.bar(day).map(|bar| bar.close);
        let moves = || {
            let own = close(day)? / close(before)?;
            let previous = close(before)? / close(earlier)?;
            Some((cap(day)? / cap(before)?, own, previous))
        };
        if let Some((cap, own, previous)) = moves()
            && (own - previous).abs() > TELLING_MOVE
        {
            telling += 1;
            late += usize::from((cap - previous).abs() < SAME_MOVE && (cap - own).abs() > SAME_MOVE);
        }
    }
    (telling >= LEAST_LINES).then(|| count(late) / count(telling))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::Bar;

    fn day(at: usize) -> Day {
        Day::from_number(19_723 + i32::try_from(at).unwrap())
    }

    fn close(at: usize, line: usize) -> f64 {
        50.0 + 5.0 * (count(at * 5 + line * 3) * 0.7).sin()
    }

    fn market(price: impl Fn(usize, usize) -> f64, shift: usize) -> Vec<(Line, Vec<(Day, f64)>)> {
        (0..30)
            .map(|line| {
                let bar = |at| Bar { day: day(at), close: price(at, line), volume: None };
                let caps = (0..8).map(|at: usize| (day(at), 100.0 * price(at.saturating_sub(shift), line))).collect();
                (Line { bars: (0..8).map(bar).collect(), ..Line::default() }, caps)
            })
            .collect()
    }

    fn late(market: &[(Line, Vec<(Day, f64)>)]) -> Vec<Day> {
        let lines: Vec<(&Line, &[(Day, f64)])> = market.iter().map(|(line, caps)| (line, caps.as_slice())).collect();
        let held: Vec<Day> = (0..8).map(day).collect();
        let found = check_feed(&lines, &held, &held, &Limits::default());
        found.into_iter().filter(|defect| defect.check == Check::LateFeed).map(|defect| defect.day).collect()
    }

    #[test]
    fn a_session_that_repeats_the_one_before_is_late() {
        assert!(late(&market(close, 0)).is_empty());
        let repeated = market(|at, line| close(if at == 4 { 3 } else { at }, line), 0);
        assert_eq!(late(&repeated), [day(4)]);
    }

    #[test]
    fn market_caps_that_follow_a_session_behind_are_late() {
        assert_eq!(late(&market(close, 1)), (2..8).map(day).collect::<Vec<_>>());
    }

    #[test]
    fn a_session_of_the_calendar_without_data_is_named() {
        let (held, calendar) = ([day(0), day(2)], [day(0), day(1), day(2)]);
        let found = check_feed(&[], &held, &calendar, &Limits::default());
        assert_eq!((found.len(), found[0].check, found[0].day), (1, Check::MissingSession, day(1)));
    }
}
