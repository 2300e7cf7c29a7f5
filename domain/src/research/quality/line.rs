//! Checks of one security.

use std::collections::VecDeque;

use super::{Check, Defect, LOOK_BACK_DAYS, Limits, Repair};
use crate::research::{Line, count};
use crate::units::Day;

/// Share counts that say what is usual: two weeks of sessions.
const KNOWN_COUNTS: usize = 10;

/// Checks one security's closes and market caps.
///
/// *Inputs*: the security and its place in the panel; its market caps, ascending by day; the sessions that hold data, ascending; the
/// limits. *Returns*: what is suspicious, by check and day.
///
/// *Method*: `docs/methods/quality.md`. What is said of a session rests on that session and earlier ones alone.
#[must_use]
pub fn check_line(line: &Line, at: usize, caps: &[(Day, f64)], sessions: &[Day], limits: &Limits) -> Vec<Defect> {
    let mut defects = missing_prices(line, at, sessions);
    defects.extend(stale_prices(line, at, limits));
    defects.extend(price_jumps(line, at, limits));
    defects.extend(cap_jumps(line, at, caps, limits));
    defects
}

fn run(check: Check, at: usize, day: Day, last_day: Day, found: f64) -> Defect {
    Defect { check, day, last_day, line: Some(at), found, repair: None }
}

fn missing_prices(line: &Line, at: usize, sessions: &[Day]) -> Vec<Defect> {
    let mut found = Vec::new();
    for pair in line.bars.windows(2) {
        let from = sessions.partition_point(|day| *day <= pair[0].day);
        let to = sessions.partition_point(|day| *day < pair[1].day);
        if let Some(gap) = sessions.get(from..to).filter(|gap| !gap.is_empty()) {
            found.push(run(Check::MissingPrice, at, gap[0], gap[gap.len() - 1], count(gap.len())));
        }
    }
    found
}

fn stale_prices(line: &Line, at: usize, limits: &Limits) -> Vec<Defect> {
    let runs = line.bars.chunk_by(|a, b| a.close.to_bits() == b.close.to_bits());
    runs.filter(|run| run.len() >= limits.stale_sessions.max(2))
        .map(|same| run(Check::StalePrice, at, same[0].day, same[same.len() - 1].day, count(same.len())))
        .collect()
}

fn price_jumps(line: &Line, at: usize, limits: &Limits) -> Vec<Defect> {
    let mut found = Vec::new();
    for pair in line.bars.windows(2) {
        let moved = pair[1].close * line.split_ratio(pair[0].day, pair[1].day) / pair[0].close - 1.0;
        if moved.abs() > limits.price_move {
            found.push(run(Check::PriceJump, at, pair[1].day, pair[1].day, moved));
        }
    }
    found
}

/// The implied share count, cap/close, against the usual one of the days before. Nothing further back than
/// [`LOOK_BACK_DAYS`] is read, so that a session is judged the same wherever the history that is handed over begins.
fn cap_jumps(line: &Line, at: usize, caps: &[(Day, f64)], limits: &Limits) -> Vec<Defect> {
    let mut found = Vec::new();
    // The counts of the days before, on the share basis of the latest.
    let mut known: VecDeque<(Day, f64)> = VecDeque::new();
    let mut before: Option<Day> = None;
    let mut split: Option<(Day, usize)> = None;
    for bar in &line.bars {
        let since = bar.day.plus(-LOOK_BACK_DAYS / 2);
        let previous = before.replace(bar.day).filter(|from| *from >= since);
        split = split.map(|(day, sessions)| (day, sessions + 1)).filter(|(day, _)| *day >= since);
        if let Some(from) = previous {
            let ratio = line.split_ratio(from, bar.day);
            known.iter_mut().for_each(|(_, shares)| *shares *= ratio);
            if line.splits.iter().any(|(day, _)| *day > from && *day <= bar.day) {
                split = Some((bar.day, 0));
            }
        }
        while known.len() >= KNOWN_COUNTS || known.front().is_some_and(|(day, _)| *day < since) {
            known.pop_front();
        }
        let implied = caps.binary_search_by_key(&bar.day, |(day, _)| *day).ok().map(|at| caps[at].1 / bar.close);
        if let Some((from, shares)) = last_good(&known, limits) {
            let repair = Repair { cap: shares * bar.close, shares, shares_from: from, price: bar.close };
            let is_near = split.is_some_and(|(_, sessions)| sessions <= limits.split_sessions);
            let limit = if is_near { limits.cap_move_near_split } else { limits.cap_move };
            let defect = match implied.map(|implied| implied / shares) {
                None => Some((Check::MissingCap, 0.0)),
                Some(ratio) if within(ratio, limit) => None,
                Some(ratio) => Some((if is_near { Check::CapNearSplit } else { Check::CapJump }, ratio)),
            };
            found.extend(
                defect.map(|(check, ratio)| Defect { repair: Some(repair), ..run(check, at, bar.day, bar.day, ratio) }),
            );
        }
        known.extend(implied.map(|implied| (bar.day, implied)));
    }
    found
}

/// The last count that is as most are: near the median, which a few wrong ones do not move and many that stay do.
fn last_good(known: &VecDeque<(Day, f64)>, limits: &Limits) -> Option<(Day, f64)> {
    let mut sorted: Vec<f64> = known.iter().map(|(_, shares)| *shares).collect();
    sorted.sort_by(f64::total_cmp);
    let usual = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
    known.iter().rev().find(|(_, shares)| within(shares / usual, limits.cap_move)).copied()
}

/// Whether a ratio is within a fraction of 1, up or down alike.
fn within(ratio: f64, limit: f64) -> bool {
    ratio <= 1.0 + limit && ratio >= 1.0 / (1.0 + limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::Bar;

    fn day(at: usize) -> Day {
        Day::from_number(19_723 + i32::try_from(at).unwrap())
    }

    fn line(closes: &[Option<f64>]) -> (Line, Vec<Day>) {
        let bar = |(at, close): (usize, &Option<f64>)| Some(Bar { day: day(at), close: (*close)?, volume: None });
        let bars = closes.iter().enumerate().filter_map(bar).collect();
        (Line { bars, ..Line::default() }, (0..closes.len()).map(day).collect())
    }

    fn checked(line: &Line, caps: &[f64], sessions: &[Day]) -> Vec<(Check, Day, f64)> {
        let caps: Vec<(Day, f64)> = caps.iter().enumerate().map(|(at, cap)| (day(at), *cap)).collect();
        let found = check_line(line, 0, &caps, sessions, &Limits::default());
        found.iter().map(|defect| (defect.check, defect.day, defect.found)).collect()
    }

    #[test]
    fn holes_standstills_and_jumps_are_found() {
        let closes = [10.0, 11.0, 0.0, 0.0, 11.5, 11.5, 11.5, 11.5, 11.5, 18.0, 8.0].map(|c| (c > 0.0).then_some(c));
        let (line, sessions) = line(&closes);
        let found = checked(&line, &[], &sessions);
        assert_eq!(
            found,
            [
                (Check::MissingPrice, day(2), 2.0),
                (Check::StalePrice, day(4), 5.0),
                (Check::PriceJump, day(9), 18.0 / 11.5 - 1.0),
                (Check::PriceJump, day(10), 8.0 / 18.0 - 1.0),
            ]
        );
    }

    #[test]
    fn a_split_explains_a_price_that_halves() {
        let (mut line, sessions) = line(&[10.0, 10.0, 5.0, 5.0].map(Some));
        line.splits = vec![(day(2), 2.0)];
        assert!(checked(&line, &[1000.0, 1000.0, 1000.0, 1000.0], &sessions).is_empty());
        // The source still multiplied by the old count on the day.
        let found = checked(&line, &[1000.0, 1000.0, 500.0, 1000.0], &sessions);
        assert_eq!(found, [(Check::CapNearSplit, day(2), 0.5)]);
    }

    #[test]
    fn a_cap_that_is_off_for_a_day_is_repaired_from_the_last_good_count() {
        let (line, sessions) = line(&[10.0, 11.0, 12.0].map(Some));
        let caps = [(day(0), 1000.0), (day(1), 288.0 * 1100.0), (day(2), 1200.0)];
        let found = check_line(&line, 7, &caps, &sessions, &Limits::default());
        let repair = Repair { cap: 1100.0, shares: 100.0, shares_from: day(0), price: 11.0 };
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].check, found[0].line, found[0].repair), (Check::CapJump, Some(7), Some(repair)));
    }

    #[test]
    fn a_count_that_stays_on_its_new_level_becomes_the_good_one() {
        let closes = [10.0, 10.5, 10.0, 10.5, 10.0, 10.5, 10.0, 10.5, 10.0];
        let (line, sessions) = line(&closes.map(Some));
        let caps: Vec<f64> =
            closes.iter().enumerate().map(|(at, close)| close * if at < 2 { 100.0 } else { 150.0 }).collect();
        let found = checked(&line, &caps, &sessions);
        // Of 2, 3, 4 and 5 counts before, those of 100 are at least half until the fourth session on the new level.
        assert_eq!(found, [2, 3, 4].map(|at| (Check::CapJump, day(at), 1.5)));
    }

    #[test]
    fn a_close_without_a_cap_is_told_once_there_was_one() {
        let (line, sessions) = line(&[10.0, 11.0].map(Some));
        let found = check_line(&line, 0, &[(day(0), 1000.0)], &sessions, &Limits::default());
        assert_eq!((found[0].check, found[0].repair.unwrap().cap), (Check::MissingCap, 1100.0));
        assert!(check_line(&line, 0, &[], &sessions, &Limits::default()).is_empty());
    }
}
