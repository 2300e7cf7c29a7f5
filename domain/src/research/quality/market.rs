//! Checks of everybody together, and what they say of each session.

use std::collections::BTreeMap;

use super::{Check, Defect, Limits, check_feed, check_line};
use crate::calendar;
use crate::research::Line;
use crate::units::{Day, DayRange};

/// Checks some securities and the sessions as wholes.
///
/// *Inputs*: securities, and the market caps of each, ascending by day; the sessions that hold data, ascending; the limits. *Returns*:
/// what is suspicious, by day, check and security.
///
/// *Method*: `docs/methods/quality.md`.
#[must_use]
pub fn check_market(lines: &[Line], caps: &[Vec<(Day, f64)>], held: &[Day], limits: &Limits) -> Vec<Defect> {
    let mut defects = Vec::new();
    for (at, (line, caps)) in lines.iter().zip(caps).enumerate() {
        defects.extend(check_line(line, at, caps, held, limits));
    }
    let market: Vec<(&Line, &[(Day, f64)])> =
        lines.iter().zip(caps).map(|(line, caps)| (line, caps.as_slice())).collect();
    let ends = held.first().copied().zip(held.last().copied());
    let days = ends.and_then(|(first, last)| DayRange::new(first, last)).map(calendar::sessions).unwrap_or_default();
    defects.extend(check_feed(&market, held, &days, limits));
    defects.sort_by_key(|defect| (defect.day, defect.check, defect.line));
    defects
}

/// What is suspicious about each session, as it could be said at its close.
///
/// *Inputs*: what was found; the sessions that hold data, ascending; the limits it was found by. *Returns*: places in `defects` by
/// session. A standstill counts from the session on which it is one, and a session never delivered at the next one held.
#[must_use]
pub fn findings_of_sessions(defects: &[Defect], held: &[Day], limits: &Limits) -> BTreeMap<Day, Vec<usize>> {
    let mut found: BTreeMap<Day, Vec<usize>> = BTreeMap::new();
    for (at, defect) in defects.iter().enumerate() {
        let from = held.partition_point(|day| *day < defect.day);
        let to = held.partition_point(|day| *day <= defect.last_day);
        let range = match defect.check {
            Check::MissingSession => from..(from + 1).min(held.len()),
            Check::StalePrice => (from + limits.stale_sessions.max(2) - 1).min(to)..to,
            _ => from..to,
        };
        for day in &held[range] {
            found.entry(*day).or_default().push(at);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::Bar;

    #[test]
    fn each_session_is_told_what_concerns_it() {
        let range = DayRange::new("2024-01-02".parse().unwrap(), "2024-01-12".parse().unwrap()).unwrap();
        // Nine sessions; the third was never delivered.
        let days: Vec<Day> = calendar::sessions(range);
        let held: Vec<Day> = days.iter().copied().filter(|day| *day != days[2]).collect();
        let closes = [10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 4.0, 4.1];
        let bars = held.iter().zip(closes).map(|(day, close)| Bar { day: *day, close, volume: None }).collect();
        let line = Line { bars, ..Line::default() };
        let defects = check_market(&[line], &[Vec::new()], &held, &Limits::default());
        let found: Vec<(Day, Vec<Check>)> = findings_of_sessions(&defects, &held, &Limits::default())
            .into_iter()
            .map(|(day, places)| (day, places.into_iter().map(|at| defects[at].check).collect()))
            .collect();
        let expected = [
            (days[3], vec![Check::MissingSession]),
            // The fifth and the sixth equal close.
            (days[5], vec![Check::StalePrice]),
            (days[6], vec![Check::StalePrice]),
            (days[7], vec![Check::PriceJump]),
        ];
        assert_eq!(found, expected);
    }
}
