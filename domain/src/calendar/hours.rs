//! When a session opens and closes, as instants in UTC.

use chrono::Weekday;

use super::closures::is_thanksgiving;
use super::sessions::{is_session, previous_session};
use crate::units::{Day, UnixMillis};

/// The planned trading hours of one session. Open is 09:30 and close 16:00 in New York unless the session is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionHours {
    /// The opening auction's instant, 09:30 New York time.
    pub open: UnixMillis,
    /// The closing auction's instant: 16:00 New York time; 13:00 (14:00 before 1993) when `early_close`.
    pub close: UnixMillis,
    /// Whether the session is planned to close before 16:00.
    pub early_close: bool,
}

const MS_PER_MINUTE: i64 = 60_000;
const MS_PER_DAY: i64 = 86_400_000;
/// Minutes after midnight, New York time.
pub const OPEN_MINUTE: u32 = 9 * 60 + 30;
const REGULAR_CLOSE_MINUTE: i64 = 16 * 60;
const EARLY_CLOSE_MINUTE: i64 = 13 * 60;
const EARLY_CLOSE_MINUTE_BEFORE_1993: i64 = 14 * 60;

/// Early closes at 13:00 that no rule gives: the Fridays after Christmas 1997 and 2003, and the eve of 2000.
const SPECIAL_EARLY_CLOSES: [(i32, u32, u32); 3] = [(1997, 12, 26), (1999, 12, 31), (2003, 12, 26)];

/// Computes when a session opens and closes.
///
/// *Inputs*: any day. *Returns*: the planned hours in UTC, or `None` when the day is not a session.
///
/// *Method*: `docs/methods/calendar.md`; New York is UTC−5, in daylight saving time UTC−4.
///
/// ```
/// use domain::calendar::session_hours;
/// let hours = session_hours("2024-12-24".parse().unwrap()).unwrap();
/// assert!(hours.early_close);
/// assert_eq!(hours.close.0, 1_735_063_200_000); // 13:00 in New York, 18:00 UTC
/// ```
#[must_use]
pub fn session_hours(day: Day) -> Option<SessionHours> {
    if !is_session(day) {
        return None;
    }
    let early = early_close_minute(day);
    Some(SessionHours {
        open: new_york(day, i64::from(OPEN_MINUTE)),
        close: new_york(day, early.unwrap_or(REGULAR_CLOSE_MINUTE)),
        early_close: early.is_some(),
    })
}

/// Finds the latest session whose close lies at least a margin in the past.
///
/// *Inputs*: the present instant, and how long after its close a session counts as complete, in milliseconds (vendors
/// publish the day's bars some time after the close). *Returns*: the session, or `None` before the calendar's first.
///
/// ```
/// use domain::{calendar::last_completed_session, units::UnixMillis};
/// let close_of_2024_12_24 = 1_735_063_200_000;
/// let hour = 3_600_000;
/// let at = |ms| last_completed_session(UnixMillis(ms), hour).unwrap().to_string();
/// assert_eq!(at(close_of_2024_12_24 + hour - 1), "2024-12-23");
/// assert_eq!(at(close_of_2024_12_24 + hour), "2024-12-24");
/// ```
#[must_use]
pub fn last_completed_session(now: UnixMillis, margin_ms: i64) -> Option<Day> {
    let complete_before = now.plus_ms(margin_ms.saturating_neg());
    // New York's sessions begin and end on the UTC day of the same date, so no later day can have closed.
    let number = complete_before.0.div_euclid(MS_PER_DAY);
    let today = Day::from_number(i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX }));
    match session_hours(today) {
        Some(hours) if hours.close <= complete_before => Some(today),
        _ => previous_session(today),
    }
}

fn new_york(day: Day, minute_of_day: i64) -> UnixMillis {
    let utc_minus_local_minutes = if is_daylight_saving(day) { 4 * 60 } else { 5 * 60 };
    UnixMillis(i64::from(day.number()) * MS_PER_DAY + (minute_of_day + utc_minus_local_minutes) * MS_PER_MINUTE)
}

/// Whether New York keeps daylight saving time during the trading hours of a day.
///
/// Since 2007 from the second Sunday of March to the first of November (Energy Policy Act of 2005); from 1987 to 2006
/// from the first Sunday of April to the last of October. The clocks change in the night before those Sundays' trading
/// hours, and no session is a Sunday.
pub(super) fn is_daylight_saving(day: Day) -> bool {
    let (month, of_month) = (day.month(), day.day_of_month());
    // The day of month of the latest Sunday on or before the day; below 1 when the month has had none yet.
    let last_sunday = i64::from(of_month) - i64::from(day.weekday().num_days_from_sunday());
    if day.year() >= 2007 {
        match month {
            4..=10 => true,
            3 => last_sunday >= 8,
            11 => last_sunday < 1,
            _ => false,
        }
    } else {
        match month {
            5..=9 => true,
            4 => last_sunday >= 1,
            10 => last_sunday < 31 - 6,
            _ => false,
        }
    }
}

/// The minute of the day at which a short session closes; `None` for a full one. Only asked about sessions.
fn early_close_minute(day: Day) -> Option<i64> {
    let (year, month, of_month, weekday) = (day.year(), day.month(), day.day_of_month(), day.weekday());
    let is_short = match (month, of_month) {
        (7, 3) => is_short_before_independence_day(year, weekday),
        // When the holiday was a Thursday the Friday after it was short, until 2013 moved that to the Wednesday before.
        (7, 5) => (1995..=2012).contains(&year) && weekday == Weekday::Fri,
        (11, _) => year >= 1992 && is_day_after_thanksgiving(of_month, weekday),
        // A Christmas eve on a Friday is the observed holiday, hence no session and not asked about.
        (12, 24) => true,
        _ => SPECIAL_EARLY_CLOSES.contains(&(year, month, of_month)),
    };
    let minute = if year < 1993 { EARLY_CLOSE_MINUTE_BEFORE_1993 } else { EARLY_CLOSE_MINUTE };
    is_short.then_some(minute)
}

fn is_short_before_independence_day(year: i32, weekday: Weekday) -> bool {
    match weekday {
        Weekday::Mon | Weekday::Tue | Weekday::Thu => year >= 1995,
        Weekday::Wed => year >= 2013,
        _ => false,
    }
}

fn is_day_after_thanksgiving(of_month: u32, weekday: Weekday) -> bool {
    // The Friday after the fourth Thursday is the fourth Friday, or the fifth when the month begins with a Friday.
    weekday == Weekday::Fri && of_month > 1 && is_thanksgiving(of_month - 1, Weekday::Thu)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn close_utc(text: &str) -> (i64, bool) {
        let hours = session_hours(day(text)).unwrap();
        (hours.close.0.rem_euclid(MS_PER_DAY) / MS_PER_MINUTE, hours.early_close)
    }

    #[test]
    fn daylight_saving_follows_the_law_of_its_year() {
        // 16:00 is 21:00 UTC (1260 minutes) in winter and 20:00 UTC (1200) in summer.
        for (text, minute) in [
            ("2006-03-31", 1_260),
            ("2006-04-03", 1_200),
            ("2006-10-27", 1_200),
            ("2006-10-30", 1_260),
            ("2007-03-09", 1_260),
            ("2007-03-12", 1_200),
            ("2007-11-02", 1_200),
            ("2007-11-05", 1_260),
        ] {
            assert_eq!(close_utc(text), (minute, false), "{text}");
        }
    }

    #[test]
    fn short_sessions_close_at_one_and_before_1993_at_two() {
        // 14:00 and 13:00 winter time are 19:00 (1140) and 18:00 (1080) UTC; 13:00 summer time is 17:00 (1020).
        assert_eq!(close_utc("1992-12-24"), (1_140, true));
        assert_eq!(close_utc("1994-11-25"), (1_080, true));
        assert_eq!(close_utc("1999-12-31"), (1_080, true));
        assert_eq!(close_utc("2002-07-05"), (1_020, true));
        // A Wednesday 3 July was a full session until 2013.
        assert_eq!(close_utc("2002-07-03"), (1_200, false));
        assert_eq!(close_utc("2013-07-03"), (1_020, true));
    }

    #[test]
    fn an_instant_far_from_the_calendar_has_an_answer() {
        assert_eq!(last_completed_session(UnixMillis(0), 0), None);
        assert_eq!(last_completed_session(UnixMillis(i64::MIN), i64::MAX), None);
        assert_eq!(last_completed_session(UnixMillis(i64::MAX), 0), Some(day("2199-12-31")));
    }

    #[test]
    fn a_session_is_complete_only_the_margin_after_its_close() {
        // 2024-07-05T20:00Z is the close of a Friday; with two days of margin it completes on Sunday.
        let close = session_hours(day("2024-07-05")).unwrap().close;
        let margin = 2 * MS_PER_DAY;
        assert_eq!(last_completed_session(close.plus_ms(margin - 1), margin), Some(day("2024-07-03")));
        assert_eq!(last_completed_session(close.plus_ms(margin), margin), Some(day("2024-07-05")));
    }
}
