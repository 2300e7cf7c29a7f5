//! The sessions themselves: is a day one, which is next, which lie in a range.

use super::closures::closure;
use crate::units::{Day, DayRange};

/// The first day the calendar covers, 1990-01-01; no session lies before it.
pub const FIRST_DAY: Day = Day::from_number(7_305);

/// The last day the calendar covers, 2199-12-31, which is also the last day a [`Day`] can name.
pub const LAST_DAY: Day = Day::from_number(84_005);

/// The sessions on both sides of a day, the day itself excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearestSessions {
    /// The latest session strictly before the day; `None` at the calendar's beginning.
    pub before: Option<Day>,
    /// The earliest session strictly after the day; `None` at the calendar's end.
    pub after: Option<Day>,
}

/// Says whether the exchange trades on a day.
///
/// *Inputs*: any day. *Returns*: true for a session, also for one that closes early.
///
/// *Method*: `docs/methods/calendar.md`; a session is a day without a [`closure`].
///
/// ```
/// use domain::calendar::is_session;
/// assert!(is_session("2024-03-28".parse().unwrap()));
/// assert!(!is_session("2024-03-29".parse().unwrap())); // Good Friday
/// ```
#[must_use]
pub fn is_session(day: Day) -> bool {
    closure(day).is_none()
}

/// Lists the sessions of a range.
///
/// *Inputs*: a range of days, both ends included. *Returns*: its sessions, ascending; empty where it has none.
///
/// ```
/// use domain::{calendar::sessions, units::DayRange};
/// let christmas_week = DayRange::new("2024-12-23".parse().unwrap(), "2024-12-29".parse().unwrap()).unwrap();
/// assert_eq!(sessions(christmas_week).len(), 4); // 23, 24, 26 and 27 December
/// ```
#[must_use]
pub fn sessions(range: DayRange) -> Vec<Day> {
    let first = range.first().max(FIRST_DAY).number();
    (first..=range.last().number()).map(Day::from_number).filter(|day| is_session(*day)).collect()
}

/// Finds the earliest session strictly after a day.
///
/// *Inputs*: any day. *Returns*: the session, or `None` after the calendar's last one.
///
/// ```
/// use domain::calendar::next_session;
/// assert_eq!(next_session("2024-03-28".parse().unwrap()), "2024-04-01".parse().ok());
/// ```
#[must_use]
pub fn next_session(day: Day) -> Option<Day> {
    let from = day.plus(1).max(FIRST_DAY).number();
    // At the calendar's end `plus` stays where it is, and that day is not after itself.
    (from..=LAST_DAY.number()).map(Day::from_number).find(|next| *next > day && is_session(*next))
}

/// Finds the latest session strictly before a day.
///
/// *Inputs*: any day. *Returns*: the session, or `None` before the calendar's first one.
///
/// ```
/// use domain::calendar::previous_session;
/// assert_eq!(previous_session("2024-04-01".parse().unwrap()), "2024-03-28".parse().ok());
/// ```
#[must_use]
pub fn previous_session(day: Day) -> Option<Day> {
    (FIRST_DAY.number()..day.number()).rev().map(Day::from_number).find(|previous| is_session(*previous))
}

/// Finds the sessions on both sides of a day, for the answer to a request about a day that is none.
///
/// *Inputs*: any day, session or not. *Returns*: its strict neighbours.
///
/// ```
/// use domain::calendar::nearest_sessions;
/// let around = nearest_sessions("2024-03-30".parse().unwrap());
/// assert_eq!((around.before, around.after), ("2024-03-28".parse().ok(), "2024-04-01".parse().ok()));
/// ```
#[must_use]
pub fn nearest_sessions(day: Day) -> NearestSessions {
    NearestSessions { before: previous_session(day), after: next_session(day) }
}

/// Lists the last so many sessions up to a day.
///
/// *Inputs*: the day they end with (included when it is a session) and how many. *Returns*: the sessions, ascending;
/// fewer than asked for only at the calendar's beginning.
///
/// ```
/// use domain::calendar::last_sessions;
/// let days = last_sessions("2024-03-31".parse().unwrap(), 2);
/// assert_eq!(days.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2024-03-27", "2024-03-28"]);
/// ```
#[must_use]
pub fn last_sessions(up_to: Day, count: usize) -> Vec<Day> {
    let newest_first = (FIRST_DAY.number()..=up_to.number()).rev().map(Day::from_number);
    let mut days: Vec<Day> = newest_first.filter(|day| is_session(*day)).take(count).collect();
    days.reverse();
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_calendars_ends_have_no_neighbour_beyond() {
        assert_eq!(FIRST_DAY, day("1990-01-01"));
        assert_eq!(LAST_DAY, day("2199-12-31"));
        assert_eq!(next_session(day("1900-01-01")), Some(day("1990-01-02")));
        assert_eq!(previous_session(day("1990-01-02")), None);
        assert_eq!(next_session(LAST_DAY), None);
        assert!(last_sessions(day("1990-01-03"), 5).len() == 2 && last_sessions(day("1980-01-03"), 5).is_empty());
    }

    #[test]
    fn four_days_without_trading_follow_the_attacks_of_2001() {
        let around = nearest_sessions(day("2001-09-12"));
        assert_eq!(around, NearestSessions { before: Some(day("2001-09-10")), after: Some(day("2001-09-17")) });
    }
}
