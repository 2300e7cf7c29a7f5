//! The sessions that end a week, a month or a quarter: where slower indices rebalance.

use chrono::Datelike;

use super::sessions::{is_session, previous_session};
use crate::units::Day;

/// How long a rebalancing period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// One session.
    Daily,
    /// One ISO week, Monday to Sunday.
    Weekly,
    /// One calendar month.
    Monthly,
    /// One calendar quarter, beginning in January, April, July or October.
    Quarterly,
}

impl Period {
    /// The last day, session or not, of the period that contains the day.
    fn last_day(self, day: Day) -> Day {
        match self {
            Self::Daily => day,
            Self::Weekly => day.plus(6 - i32::from(days_since_monday(day))),
            Self::Monthly => last_day_of_month(day.year(), day.month()),
            Self::Quarterly => last_day_of_month(day.year(), day.month().div_ceil(3) * 3),
        }
    }

    /// The first day, session or not, of the period that contains the day.
    fn first_day(self, day: Day) -> Day {
        match self {
            Self::Daily => day,
            Self::Weekly => day.plus(-i32::from(days_since_monday(day))),
            Self::Monthly => first_day_of_month(day.year(), day.month()),
            Self::Quarterly => first_day_of_month(day.year(), (day.month() - 1) / 3 * 3 + 1),
        }
    }
}

/// Finds the session that ends the period containing a day.
///
/// *Inputs*: any day, session or not; the period's length. *Returns*: the last session of the day's ISO week, month or
/// quarter (it may lie before the day: a Sunday's is the Friday before), or `None` when that period has no session
/// (`Daily` on a day that is none; outside the calendar).
///
/// ```
/// use domain::calendar::{Period, period_end};
/// // 31 March 2024 is Easter Sunday and the 29th is Good Friday, so the quarter ends with Thursday the 28th.
/// assert_eq!(period_end("2024-02-10".parse().unwrap(), Period::Quarterly), "2024-03-28".parse().ok());
/// ```
#[must_use]
pub fn period_end(day: Day, period: Period) -> Option<Day> {
    let last = period.last_day(day);
    let session = if is_session(last) { Some(last) } else { previous_session(last) };
    session.filter(|session| *session >= period.first_day(day))
}

/// Says whether a day is the last session of its period.
///
/// *Inputs*: any day; the period's length. *Returns*: true for the last session of the ISO week, month or quarter;
/// with `Daily` for every session; false for a day that is none.
///
/// ```
/// use domain::calendar::{Period, is_period_end};
/// assert!(is_period_end("2024-03-28".parse().unwrap(), Period::Weekly)); // Good Friday follows
/// assert!(!is_period_end("2024-03-29".parse().unwrap(), Period::Weekly));
/// ```
#[must_use]
pub fn is_period_end(day: Day, period: Period) -> bool {
    is_session(day) && period_end(day, period) == Some(day)
}

/// Finds the latest session on or before a day that ends a period: the rebalance a build from that day starts at.
///
/// *Inputs*: any day; the period's length. *Returns*: the session, or `None` before the calendar's first period end.
///
/// ```
/// use domain::calendar::{Period, last_period_end};
/// let monthly = |day: &str| last_period_end(day.parse().unwrap(), Period::Monthly);
/// assert_eq!(monthly("2024-03-27"), "2024-02-29".parse().ok());
/// assert_eq!(monthly("2024-03-28"), "2024-03-28".parse().ok());
/// ```
#[must_use]
pub fn last_period_end(day: Day, period: Period) -> Option<Day> {
    match period_end(day, period) {
        Some(end) if end <= day => Some(end),
        // This period ends later, so the latest end is the last session before the period begins.
        _ => previous_session(period.first_day(day)),
    }
}

fn days_since_monday(day: Day) -> u8 {
    u8::try_from(day.weekday().num_days_from_monday()).expect("a week has seven days")
}

fn first_day_of_month(year: i32, month: u32) -> Day {
    Day::from_ymd(year, month, 1).expect("every month of a Day's year begins within the supported range")
}

fn last_day_of_month(year: i32, month: u32) -> Day {
    let first = first_day_of_month(year, month);
    first.plus(i32::from(first.date().num_days_in_month()) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn an_iso_week_may_span_two_years() {
        // Monday 2024-12-30 to Sunday 2025-01-05 is one week; its last session is Friday 2025-01-03.
        assert_eq!(period_end(day("2024-12-30"), Period::Weekly), Some(day("2025-01-03")));
        assert!(!is_period_end(day("2024-12-31"), Period::Weekly));
        assert!(is_period_end(day("2024-12-31"), Period::Quarterly));
    }

    #[test]
    fn a_week_shortened_by_a_closure_ends_early() {
        // Trading stopped on Tuesday 2001-09-11, so Monday was the week's only session.
        assert!(is_period_end(day("2001-09-10"), Period::Weekly));
        assert_eq!(last_period_end(day("2001-09-16"), Period::Weekly), Some(day("2001-09-10")));
    }

    #[test]
    fn a_month_that_ends_on_a_weekend_ends_with_the_friday_before() {
        // 2024-06-30 is a Sunday.
        assert!(is_period_end(day("2024-06-28"), Period::Monthly));
        assert_eq!(last_period_end(day("2024-06-30"), Period::Quarterly), Some(day("2024-06-28")));
        assert_eq!(last_period_end(day("2024-06-27"), Period::Quarterly), Some(day("2024-03-28")));
    }

    #[test]
    fn daily_periods_are_the_sessions() {
        assert!(is_period_end(day("2024-07-03"), Period::Daily));
        assert!(!is_period_end(day("2024-07-04"), Period::Daily));
        assert_eq!(last_period_end(day("2024-07-04"), Period::Daily), Some(day("2024-07-03")));
    }

    #[test]
    fn the_calendars_ends_are_no_period_of_their_own() {
        assert_eq!(period_end(day("1980-05-05"), Period::Monthly), None);
        assert_eq!(last_period_end(day("1990-01-10"), Period::Monthly), None);
        assert!(is_period_end(day("2199-12-31"), Period::Quarterly));
    }
}
