//! Time as the sample market counts it: weekdays from 2000-01-03 on.
//!
//! Holidays are counted too: the walk goes on over a holiday and the next session opens where it has come to. So a
//! closure that is added to the calendar moves no other day's price.

use domain::calendar;
use domain::units::{Day, DayRange};

/// The first day of the sample market, a Monday and a session.
const FIRST: i32 = 10_959;

/// Weekdays a year, 365.25 · 5 / 7 rounded.
pub(super) const A_YEAR: u32 = 261;

/// The number of a weekday since 2000-01-03; `None` for a weekend and for a day before.
pub(super) fn number_of(day: Day) -> Option<u32> {
    let since = u32::try_from(day.number() - FIRST).ok()?;
    let (week, of_week) = (since / 7, since % 7);
    (of_week < 5).then_some(week * 5 + of_week)
}

/// The day with this number.
pub(super) fn day_of(k: u32) -> Day {
    // A u32 divided by 5 and multiplied by 7 may not fit; days are clamped to 2199 anyway.
    Day::from_number(i32::try_from(u64::from(k / 5) * 7 + u64::from(k % 5)).map_or(i32::MAX, |days| days + FIRST))
}

/// The weekdays of a range as (first, last); `None` where the sample market has none.
pub(super) fn span_of(range: DayRange) -> Option<(u32, u32)> {
    let first = range.first().max(day_of(0));
    let first = (0..3).find_map(|later| number_of(first.plus(later)))?;
    let last = (0..3).find_map(|earlier| number_of(range.last().plus(-earlier)))?;
    (first <= last).then_some((first, last))
}

/// The first session that is this weekday or later.
pub(super) fn session_from(k: u32) -> Day {
    let day = day_of(k);
    if calendar::is_session(day) { day } else { calendar::next_session(day).unwrap_or(day) }
}

/// The first weekday that is this day of the year or later.
pub(super) fn from_date(year: u32, month: u32, day_of_month: u32) -> Option<u32> {
    let day = Day::from_ymd(i32::try_from(year).ok()?, month, day_of_month)?;
    (0..3).find_map(|later| number_of(day.plus(later)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_are_counted_from_the_first_monday_of_2000() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(number_of(day("2000-01-03")), Some(0));
        assert_eq!(number_of(day("2000-01-07")), Some(4));
        assert_eq!(number_of(day("2000-01-08")), None);
        assert_eq!(number_of(day("2000-01-10")), Some(5));
        assert_eq!(number_of(day("1999-12-31")), None);
        for k in 0..30_000 {
            assert_eq!(number_of(day_of(k)), Some(k));
        }
    }

    #[test]
    fn a_holiday_rolls_to_the_next_session() {
        // Christmas 2024 was a Wednesday.
        let christmas = number_of("2024-12-25".parse().unwrap()).unwrap();
        assert_eq!(session_from(christmas).to_string(), "2024-12-26");
        assert_eq!(from_date(2024, 3, 16).map(day_of).unwrap().to_string(), "2024-03-18");
    }
}
