//! A civil day, exchange-local, as stored and compared everywhere.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, Weekday};

/// A civil day of the exchange's calendar, as the number of days since 1970-01-01.
///
/// It is not an instant: it has no time zone and no clock. Range 1900-01-01 ..= 2199-12-31.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// Why a text is not a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// The text does not have the form `YYYY-MM-DD`.
    #[error("expected a date as YYYY-MM-DD, was \"{0}\"")]
    Malformed(String),
    /// The text has the form of a date, but no calendar has that day (2021-02-30) or it is outside 1900..2199.
    #[error("\"{0}\" is not a day of the calendar between 1900 and 2199")]
    Impossible(String),
}

const EPOCH_FROM_CE: i32 = 719_163;

impl Day {
    /// The day with this number of days since 1970-01-01. Numbers outside the supported range are clamped to it.
    #[must_use]
    pub const fn from_number(number: i32) -> Self {
        // 1900-01-01 and 2199-12-31.
        const FIRST: i32 = -25_567;
        const LAST: i32 = 84_005;
        if number < FIRST {
            Self(FIRST)
        } else if number > LAST {
            Self(LAST)
        } else {
            Self(number)
        }
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The day of this year, month and day of month, or `None` where the calendar has none.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1900..=2199).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from_date)
    }

    fn from_date(date: NaiveDate) -> Self {
        Self(date.num_days_from_ce() - EPOCH_FROM_CE)
    }

    /// The same day as chrono's date.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + EPOCH_FROM_CE)
            .expect("a Day is within 1900..2199, which chrono can represent")
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.date().year()
    }

    /// The month, 1..=12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.date().month()
    }

    /// The day of the month, 1..=31.
    #[must_use]
    pub fn day_of_month(self) -> u32 {
        self.date().day()
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        self.date().weekday()
    }

    /// The day this many days later (earlier when negative), clamped to the supported range.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self::from_number(self.0.saturating_add(days))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let malformed = || DayError::Malformed(text.chars().take(40).collect());
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(malformed());
        }
        let number = |range: std::ops::Range<usize>| -> Option<u32> {
            let mut value = 0;
            for byte in &bytes[range] {
                value = value * 10 + u32::from(byte.checked_sub(b'0').filter(|digit| *digit < 10)?);
            }
            Some(value)
        };
        let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
            return Err(malformed());
        };
        i32::try_from(year)
            .ok()
            .and_then(|year| Self::from_ymd(year, month, day))
            .ok_or_else(|| DayError::Impossible(text.to_owned()))
    }
}

/// A range of days, both ends included; `first <= last` always holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRange {
    first: Day,
    last: Day,
}

impl DayRange {
    /// Every day that there is.
    pub const ALL: Self = Self { first: Day::from_number(i32::MIN), last: Day::from_number(i32::MAX) };

    /// The range from `first` to `last`, both included, or `None` when `last` is before `first`.
    #[must_use]
    pub fn new(first: Day, last: Day) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The first day.
    #[must_use]
    pub const fn first(self) -> Day {
        self.first
    }

    /// The last day.
    #[must_use]
    pub const fn last(self) -> Day {
        self.last
    }

    /// Whether the day lies in the range.
    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }

    /// Its parts of so many days each, in order; the last one has what is left. No part is shorter than a day.
    pub fn parts(self, days: i32) -> impl Iterator<Item = Self> {
        let days = days.max(1);
        let next = move |first: &Day| Some(first.plus(days)).filter(|next| next > first && *next <= self.last);
        let firsts = std::iter::successors(Some(self.first), next);
        firsts.map(move |first| Self { first, last: first.plus(days - 1).min(self.last) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_number_since_1970() {
        assert_eq!("1970-01-01".parse::<Day>().map(Day::number), Ok(0));
        assert_eq!("1969-12-31".parse::<Day>().map(Day::number), Ok(-1));
        // 2000-03-01 is 30 years of 365 days, 7 leap days before 2000, and 31 + 29 days of 2000: 10 950 + 7 + 60.
        assert_eq!("2000-03-01".parse::<Day>().map(Day::number), Ok(11_017));
        assert_eq!(Day::from_number(11_017).to_string(), "2000-03-01");
        assert_eq!(Day::from_number(i32::MAX).to_string(), "2199-12-31");
        assert_eq!(Day::from_number(i32::MIN).to_string(), "1900-01-01");
    }

    #[test]
    fn a_malformed_text_and_an_impossible_day_are_told_apart() {
        for text in ["", "2021-2-3", "20210203", "2021-02-0x", "2021-02-03T", "２０２１-02"] {
            assert!(matches!(text.parse::<Day>(), Err(DayError::Malformed(_))), "{text}");
        }
        for text in ["2021-02-30", "2021-13-01", "2021-00-10", "1899-12-31", "2200-01-01"] {
            assert!(matches!(text.parse::<Day>(), Err(DayError::Impossible(_))), "{text}");
        }
    }

    #[test]
    fn a_reversed_range_is_none() {
        let (a, b) = (Day::from_number(1), Day::from_number(2));
        assert!(DayRange::new(b, a).is_none());
        assert!(DayRange::new(a, b).is_some_and(|range| range.contains(b) && !range.contains(b.plus(1))));
    }

    #[test]
    fn the_parts_of_a_range_are_the_range() {
        let day = Day::from_number;
        let parts = |last: i32, days: i32| {
            let parts = DayRange::new(day(0), day(last)).unwrap().parts(days);
            parts.map(|part| (part.first().number(), part.last().number())).collect::<Vec<_>>()
        };
        assert_eq!(parts(9, 4), [(0, 3), (4, 7), (8, 9)]);
        assert_eq!(parts(7, 4), [(0, 3), (4, 7)]);
        assert_eq!(parts(0, 4), [(0, 0)]);
        assert_eq!(parts(2, 0), [(0, 0), (1, 1), (2, 2)]);
        let end = DayRange::new(DayRange::ALL.last(), DayRange::ALL.last()).unwrap();
        assert_eq!(end.parts(5).collect::<Vec<_>>(), [end], "the last day that there is has none after it");
    }
}
