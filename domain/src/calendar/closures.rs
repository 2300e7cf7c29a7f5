//! Why the exchange does not trade on a day: weekend, holiday, or a closure of its own kind.

use std::fmt;

use chrono::Weekday;

use super::{FIRST_DAY, LAST_DAY};
use crate::units::Day;

/// Why a day is not a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closure {
    /// The day lies outside the years the calendar covers.
    OutsideCalendar,
    /// Saturday or Sunday.
    Weekend,
    /// A holiday of the exchange's rules, or the weekday on which it is observed.
    Holiday(&'static str),
    /// A closure that follows no rule: mourning, storm, attack.
    Special(&'static str),
}

impl fmt::Display for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutsideCalendar => "outside the calendar (1990 to 2199)",
            Self::Weekend => "a weekend",
            Self::Holiday(name) | Self::Special(name) => name,
        })
    }
}

/// Full closures since 1990 that no rule gives: (year, month, day of month, reason).
const SPECIAL: [(i32, u32, u32, &str); 11] = [
    (1994, 4, 27, "day of mourning for Richard Nixon"),
    (2001, 9, 11, "attacks of 11 September 2001"),
    (2001, 9, 12, "attacks of 11 September 2001"),
    (2001, 9, 13, "attacks of 11 September 2001"),
    (2001, 9, 14, "attacks of 11 September 2001"),
    (2004, 6, 11, "day of mourning for Ronald Reagan"),
    (2007, 1, 2, "day of mourning for Gerald Ford"),
    (2012, 10, 29, "Hurricane Sandy"),
    (2012, 10, 30, "Hurricane Sandy"),
    (2018, 12, 5, "day of mourning for George H. W. Bush"),
    (2025, 1, 9, "day of mourning for Jimmy Carter"),
];

/// Says why the exchange is closed on a day.
///
/// *Inputs*: any day. *Returns*: the reason, or `None` when the day is a session.
///
/// *Method*: `docs/methods/calendar.md`.
///
/// ```
/// use domain::calendar::{Closure, closure};
/// let good_friday = "2024-03-29".parse().unwrap();
/// assert_eq!(closure(good_friday), Some(Closure::Holiday("Good Friday")));
/// ```
#[must_use]
pub fn closure(day: Day) -> Option<Closure> {
    if !(FIRST_DAY..=LAST_DAY).contains(&day) {
        return Some(Closure::OutsideCalendar);
    }
    if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        return Some(Closure::Weekend);
    }
    holiday(day).map(Closure::Holiday).or_else(|| special(day).map(Closure::Special))
}

fn special(day: Day) -> Option<&'static str> {
    let date = (day.year(), day.month(), day.day_of_month());
    SPECIAL
        .iter()
        .find(|(year, month, of_month, _)| (*year, *month, *of_month) == date)
        .map(|(_, _, _, reason)| *reason)
}

/// The holiday of the exchange's rules that keeps this weekday closed.
fn holiday(day: Day) -> Option<&'static str> {
    let (year, month, of_month, weekday) = (day.year(), day.month(), day.day_of_month(), day.weekday());
    match month {
        1 if is_new_year(of_month, weekday) => Some("New Year's Day"),
        1 if year >= 1998 && is_nth(3, Weekday::Mon, of_month, weekday) => Some("Martin Luther King Jr. Day"),
        2 if is_nth(3, Weekday::Mon, of_month, weekday) => Some("Presidents' Day"),
        3 | 4 if weekday == Weekday::Fri && day.plus(2) == easter_sunday(year) => Some("Good Friday"),
        5 if weekday == Weekday::Mon && of_month > 31 - 7 => Some("Memorial Day"),
        6 if year >= 2022 && is_observed(19, of_month, weekday) => Some("Juneteenth"),
        7 if is_observed(4, of_month, weekday) => Some("Independence Day"),
        9 if is_nth(1, Weekday::Mon, of_month, weekday) => Some("Labor Day"),
        11 if is_thanksgiving(of_month, weekday) => Some("Thanksgiving Day"),
        12 if is_observed(25, of_month, weekday) => Some("Christmas Day"),
        _ => None,
    }
}

/// New Year on a Sunday is observed on Monday; on a Saturday it is not observed, because the Friday before ends the
/// accounting year (NYSE rule 7.2).
fn is_new_year(of_month: u32, weekday: Weekday) -> bool {
    of_month == 1 || (of_month == 2 && weekday == Weekday::Mon)
}

/// Whether a weekday is the one that observes a holiday of a fixed date: the date itself, the Friday before a
/// Saturday, or the Monday after a Sunday.
fn is_observed(holiday: u32, of_month: u32, weekday: Weekday) -> bool {
    of_month == holiday
        || (of_month + 1 == holiday && weekday == Weekday::Fri)
        || (of_month == holiday + 1 && weekday == Weekday::Mon)
}

/// Whether the day is the n-th of its weekday in its month, and that weekday is the one wanted.
fn is_nth(n: u32, wanted: Weekday, of_month: u32, weekday: Weekday) -> bool {
    weekday == wanted && (of_month - 1) / 7 + 1 == n
}

/// The fourth Thursday of November.
pub(super) fn is_thanksgiving(of_month: u32, weekday: Weekday) -> bool {
    is_nth(4, Weekday::Thu, of_month, weekday)
}

/// Easter Sunday of the Gregorian calendar by the anonymous computus (Nature, 1876; Meeus, *Astronomical Algorithms*,
/// chapter 8). The letters are those of the source, so that the two can be compared line by line.
fn easter_sunday(year: i32) -> Day {
    let a = year % 19;
    let (b, c) = (year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    // Days after 22 March: Easter falls on 22 March ..= 25 April.
    let after_22_march = h + l - 7 * m;
    Day::from_ymd(year, 3, 22).map_or(LAST_DAY, |day| day.plus(after_22_march))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn easter_falls_where_almanacs_say() {
        // The earliest and latest dates of our centuries, and the worked example of the method page.
        for text in ["1990-04-15", "2000-04-23", "2008-03-23", "2024-03-31", "2038-04-25", "2100-03-28", "2160-03-23"] {
            assert_eq!(easter_sunday(day(text).year()), day(text));
        }
    }

    #[test]
    fn a_holiday_on_a_weekend_is_observed_beside_it_except_new_year_on_a_saturday() {
        // 2021-12-25 and 2022-01-01 are Saturdays: Christmas closes the Friday before, New Year closes nothing.
        assert_eq!(closure(day("2021-12-24")), Some(Closure::Holiday("Christmas Day")));
        assert_eq!(closure(day("2021-12-31")), None);
        assert_eq!(closure(day("2022-01-03")), None);
        // 2023-01-01 is a Sunday.
        assert_eq!(closure(day("2023-01-02")), Some(Closure::Holiday("New Year's Day")));
        // 2020-07-04 is a Saturday, 2021-07-04 a Sunday.
        assert_eq!(closure(day("2020-07-03")), Some(Closure::Holiday("Independence Day")));
        assert_eq!(closure(day("2021-07-05")), Some(Closure::Holiday("Independence Day")));
    }

    #[test]
    fn a_holiday_closes_only_from_the_year_it_was_introduced() {
        assert_eq!(closure(day("1997-01-20")), None);
        assert_eq!(closure(day("1998-01-19")), Some(Closure::Holiday("Martin Luther King Jr. Day")));
        assert_eq!(closure(day("2020-06-19")), None);
        assert_eq!(closure(day("2021-06-18")), None);
        assert_eq!(closure(day("2022-06-20")), Some(Closure::Holiday("Juneteenth")));
    }

    #[test]
    fn special_closures_and_the_calendars_ends_are_named() {
        assert_eq!(closure(day("2025-01-09")).unwrap().to_string(), "day of mourning for Jimmy Carter");
        assert_eq!(closure(day("1989-12-29")), Some(Closure::OutsideCalendar));
        assert_eq!(closure(day("2024-06-15")), Some(Closure::Weekend));
    }
}
