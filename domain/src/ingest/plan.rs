//! Which sessions to ask for: the calendar's against those that are held.

use std::collections::BTreeSet;

use crate::calendar;
use crate::units::{Day, DayRange, UnixMillis};

/// How long after its close a session counts as complete: sources publish its bars within the hour.
pub const COMPLETE_AFTER_MS: i64 = 3_600_000;

/// How long after its close a session that no source has delivered counts as late.
pub const LATE_AFTER_MS: i64 = 6 * 3_600_000;

/// What a run is asked to fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every session of a range.
    Range(DayRange),
    /// So many sessions up to the last complete one.
    LastSessions(usize),
}

/// Says which days a run can fill at present.
///
/// *Inputs*: what was asked for, and the present instant. *Returns*: the range up to the last complete session at most, or
/// `None` when it holds nothing that could be delivered yet.
///
/// *Method*: a session is complete [`COMPLETE_AFTER_MS`] after its close.
///
/// ```
/// use domain::ingest::{Scope, range_to_fill};
/// use domain::units::UnixMillis;
/// // 2024-12-26 22:00 UTC, an hour after the close of a Thursday; the 25th was a holiday.
/// let range = range_to_fill(Scope::LastSessions(3), UnixMillis(1_735_250_400_000)).unwrap();
/// assert_eq!((range.first().to_string(), range.last().to_string()), ("2024-12-23".into(), "2024-12-26".into()));
/// ```
#[must_use]
pub fn range_to_fill(scope: Scope, now: UnixMillis) -> Option<DayRange> {
    let newest = calendar::last_completed_session(now, COMPLETE_AFTER_MS)?;
    match scope {
        Scope::Range(range) => DayRange::new(range.first(), range.last().min(newest)),
        Scope::LastSessions(count) => {
            let sessions = calendar::last_sessions(newest, count);
            DayRange::new(*sessions.first()?, newest)
        }
    }
}

/// Lists the sessions of a range for which nothing is held.
///
/// *Inputs*: a range, and the held sessions in any order. *Returns*: the sessions of the calendar in the range that are not
/// held, ascending.
///
/// ```
/// use domain::{ingest::missing_sessions, units::{Day, DayRange}};
/// let day = |text: &str| text.parse::<Day>().unwrap();
/// let week = DayRange::new(day("2024-12-23"), day("2024-12-27")).unwrap();
/// assert_eq!(missing_sessions(week, &[day("2024-12-24"), day("2024-12-26")]), [day("2024-12-23"), day("2024-12-27")]);
/// ```
#[must_use]
pub fn missing_sessions(range: DayRange, held: &[Day]) -> Vec<Day> {
    let held: BTreeSet<Day> = held.iter().copied().collect();
    calendar::sessions(range).into_iter().filter(|session| !held.contains(session)).collect()
}

/// Finds the first session of a range for which nothing is held, without listing the others.
///
/// *Inputs*: a range, and the held sessions in any order. *Returns*: the first of [`missing_sessions`].
#[must_use]
pub fn next_missing(range: DayRange, held: &[Day]) -> Option<Day> {
    let held: BTreeSet<Day> = held.iter().copied().collect();
    let days = (range.first().number()..=range.last().number()).map(Day::from_number);
    days.into_iter().find(|day| !held.contains(day) && calendar::is_session(*day))
}

/// Spreads days over a range, so that what changes slowly is asked for now and then.
///
/// *Inputs*: a range, and the days between two of them, at least 1. *Returns*: the first day, then every `step_days`, and the
/// last day; ascending, without repetition.
///
/// ```
/// use domain::{ingest::spaced_days, units::{Day, DayRange}};
/// let range = DayRange::new(Day::from_number(0), Day::from_number(200)).unwrap();
/// assert_eq!(spaced_days(range, 91).iter().map(|day| day.number()).collect::<Vec<_>>(), [0, 91, 182, 200]);
/// ```
#[must_use]
pub fn spaced_days(range: DayRange, step_days: u16) -> Vec<Day> {
    let (first, last) = (range.first().number(), range.last().number());
    let mut days: Vec<Day> = (first..last).step_by(usize::from(step_days.max(1))).map(Day::from_number).collect();
    days.push(range.last());
    days
}

/// Says whether a session that is not held should have come by now.
///
/// *Inputs*: a day and the present instant. *Returns*: true [`LATE_AFTER_MS`] after the close of a session; false for a day
/// that is no session.
#[must_use]
pub fn is_late(session: Day, now: UnixMillis) -> bool {
    calendar::session_hours(session).is_some_and(|hours| now.ms_since(hours.close) >= LATE_AFTER_MS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn close_of(session: Day) -> UnixMillis {
        calendar::session_hours(session).unwrap().close
    }

    #[test]
    fn a_range_ends_at_the_last_complete_session() {
        let friday = day("2024-06-07");
        let asked = Scope::Range(DayRange::new(day("2024-06-01"), day("2024-12-31")).unwrap());
        let at = |ms| range_to_fill(asked, close_of(friday).plus_ms(ms)).map(DayRange::last);
        assert_eq!(at(COMPLETE_AFTER_MS - 1), Some(day("2024-06-06")));
        assert_eq!(at(COMPLETE_AFTER_MS), Some(friday));
        // On Saturday and Sunday nothing new is expected.
        assert_eq!(at(COMPLETE_AFTER_MS + 2 * 86_400_000), Some(friday));
    }

    #[test]
    fn a_range_of_the_future_holds_nothing_yet() {
        let future = DayRange::new(day("2024-06-10"), day("2024-06-14")).unwrap();
        assert_eq!(range_to_fill(Scope::Range(future), close_of(day("2024-06-07")).plus_ms(COMPLETE_AFTER_MS)), None);
    }

    #[test]
    fn a_session_is_late_six_hours_after_its_close() {
        let session = day("2024-06-07");
        assert!(!is_late(session, close_of(session).plus_ms(LATE_AFTER_MS - 1)));
        assert!(is_late(session, close_of(session).plus_ms(LATE_AFTER_MS)));
        assert!(!is_late(day("2024-06-08"), close_of(session).plus_ms(10 * LATE_AFTER_MS)));
    }

    proptest! {
        #[test]
        fn held_and_missing_sessions_make_up_the_calendar(first in 11_000_i32..20_000, length in 0_i32..400, mask in any::<u64>()) {
            let range = DayRange::new(Day::from_number(first), Day::from_number(first + length)).unwrap();
            let sessions = calendar::sessions(range);
            let (held, kept_out): (Vec<_>, Vec<_>) =
                sessions.iter().copied().enumerate().partition(|(at, _)| mask >> (at % 64) & 1 == 1);
            let days = |part: Vec<(usize, Day)>| part.into_iter().map(|(_, day)| day).collect::<Vec<_>>();
            let (mut held, kept_out) = (days(held), days(kept_out));
            held.reverse();
            prop_assert_eq!(next_missing(range, &held), kept_out.first().copied());
            prop_assert_eq!(missing_sessions(range, &held), kept_out);
        }

        #[test]
        fn the_last_sessions_are_as_many_as_asked(ms in 946_684_800_000_i64..2_000_000_000_000, count in 1_usize..60) {
            let range = range_to_fill(Scope::LastSessions(count), UnixMillis(ms)).unwrap();
            prop_assert_eq!(calendar::sessions(range).len(), count);
            prop_assert!(close_of(range.last()).plus_ms(COMPLETE_AFTER_MS) <= UnixMillis(ms));
        }

        #[test]
        fn spaced_days_are_never_further_apart_than_asked(first in 0_i32..30_000, length in 0_i32..3_000, step in 1_u16..400) {
            let range = DayRange::new(Day::from_number(first), Day::from_number(first + length)).unwrap();
            let days = spaced_days(range, step);
            prop_assert_eq!((days.first(), days.last()), (Some(&range.first()), Some(&range.last())));
            for pair in days.windows(2) {
                let apart = pair[1].number() - pair[0].number();
                prop_assert!(0 < apart && apart <= i32::from(step));
            }
        }
    }
}
