//! One field of a row before it is checked, whichever format it came from.

use std::fmt;

use domain::calendar::WallTime;
use domain::export::unmarked;
use domain::options::{OptionRoot, Right};
use domain::units::{Day, DayError, Ticker};

/// What a file holds at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    /// Nothing: no such column, an empty field or a null.
    Blank,
    /// Text, trimmed, not yet known to be UTF-8 where it comes from Parquet.
    Text(&'a [u8]),
    /// A number of a typed column.
    Number(f64),
    /// Days since 1970-01-01 of a typed column.
    Day(i64),
    /// Milliseconds since 1970-01-01 of a typed column, not at midnight.
    Moment(i64),
}

/// The rule that a value breaks. It is formatted only when the rejection is among those that are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Refused<'a> {
    /// The column's name.
    pub(super) column: &'static str,
    /// The rule, as "expected …" or "is …".
    pub(super) rule: &'static str,
    /// The value that broke it.
    pub(super) value: Cell<'a>,
}

const LONGEST_TEXT: usize = 500;

impl<'a> Cell<'a> {
    /// The cell of a text field: spaces around it do not count, and an empty one is blank.
    pub(super) fn of_text(text: &'a [u8]) -> Self {
        let text = text.trim_ascii();
        if text.is_empty() { Self::Blank } else { Self::Text(text) }
    }

    const fn refused(self, column: &'static str, rule: &'static str) -> Refused<'a> {
        Refused { column, rule, value: self }
    }

    /// A finite number, or `None` when blank.
    pub(super) fn number(self, column: &'static str) -> Result<Option<f64>, Refused<'a>> {
        let value = match self {
            Self::Blank => return Ok(None),
            Self::Number(value) => value,
            Self::Text(text) => parse_number(text).unwrap_or(f64::NAN),
            Self::Day(_) | Self::Moment(_) => f64::NAN,
        };
        if value.is_finite() { Ok(Some(value)) } else { Err(self.refused(column, "expected a finite number")) }
    }

    /// A number above 0, or `None` when blank.
    pub(super) fn positive(self, column: &'static str) -> Result<Option<f64>, Refused<'a>> {
        match self.number(column) {
            Ok(Some(value)) if value <= 0.0 => Err(self.refused(column, "expected a number above 0")),
            Err(refused) => Err(Refused { rule: "expected a number above 0", ..refused }),
            passed => passed,
        }
    }

    /// A number of at least 0, or `None` when blank.
    pub(super) fn non_negative(self, column: &'static str) -> Result<Option<f64>, Refused<'a>> {
        match self.number(column) {
            Ok(Some(value)) if value < 0.0 => Err(self.refused(column, "expected a number of at least 0")),
            Err(refused) => Err(Refused { rule: "expected a number of at least 0", ..refused }),
            passed => passed,
        }
    }

    /// A whole number of at least 0, or `None` when blank.
    pub(super) fn count(self, column: &'static str) -> Result<Option<f64>, Refused<'a>> {
        // Beyond 2^53 a double does not tell two whole numbers apart.
        const MOST: f64 = 9_007_199_254_740_992.0;
        match self.non_negative(column)? {
            Some(value) if value.fract() > 0.0 || value > MOST => {
                Err(self.refused(column, "expected a whole number of at least 0"))
            }
            value => Ok(value),
        }
    }

    /// Call or put.
    pub(super) fn option_right(self, column: &'static str) -> Result<Right, Refused<'a>> {
        let Self::Text(bytes) = self else { return Err(self.refused(column, "expected c or p")) };
        let right = std::str::from_utf8(bytes).ok().and_then(Right::from_name);
        right.ok_or_else(|| self.refused(column, "expected c or p"))
    }

    /// The symbol of a series of contracts, or `None` when blank.
    pub(super) fn option_root(self, column: &'static str) -> Result<Option<OptionRoot>, Refused<'a>> {
        const RULE: &str = "expected 1 to 8 letters, digits or ./-_^+=";
        let bytes = match self {
            Self::Blank => return Ok(None),
            Self::Text(bytes) => bytes,
            Self::Number(_) | Self::Day(_) | Self::Moment(_) => return Err(self.refused(column, RULE)),
        };
        let root = std::str::from_utf8(bytes).ok().and_then(|text| unmarked(text).parse().ok());
        root.map(Some).ok_or_else(|| self.refused(column, RULE))
    }

    /// A day of the calendar, or `None` when blank.
    pub(super) fn day(self, column: &'static str) -> Result<Option<Day>, Refused<'a>> {
        match self {
            Self::Blank => Ok(None),
            Self::Day(number) => {
                let day = i32::try_from(number).map(Day::from_number).ok();
                match day.filter(|day| i64::from(day.number()) == number) {
                    Some(day) => Ok(Some(day)),
                    None => Err(self.refused(column, "expected a day between 1900 and 2199")),
                }
            }
            Self::Text(text) => match std::str::from_utf8(text).unwrap_or_default().parse::<Day>() {
                Ok(day) => Ok(Some(day)),
                Err(DayError::Malformed(_)) => Err(self.refused(column, "expected a date as YYYY-MM-DD")),
                Err(DayError::Impossible(_)) => {
                    Err(self.refused(column, "is not a day of the calendar between 1900 and 2199"))
                }
            },
            Self::Moment(_) => Err(self.refused(column, "expected a date, or a timestamp at midnight")),
            Self::Number(_) => Err(self.refused(column, "expected a date as YYYY-MM-DD")),
        }
    }

    /// An instant in whole minutes as Unix milliseconds, or `None` when blank.
    pub(super) fn instant(self, column: &'static str) -> Result<Option<i64>, Refused<'a>> {
        const RULE: &str = "expected a whole minute as Unix milliseconds";
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        let ms = match self {
            Self::Blank => return Ok(None),
            Self::Moment(ms) => ms,
            Self::Day(days) => days.saturating_mul(86_400_000),
            Self::Number(_) | Self::Text(_) => match self.number(column) {
                Ok(Some(number)) if number.fract() == 0.0 && number.abs() < 9.0e15 => number as i64,
                _ => return Err(self.refused(column, RULE)),
            },
        };
        if ms.rem_euclid(60_000) == 0 { Ok(Some(ms)) } else { Err(self.refused(column, RULE)) }
    }

    /// A wall time such as `2021-12-01T09:30:00`, or `None` when blank. A typed timestamp counts as one.
    pub(super) fn wall_time(self, column: &'static str) -> Result<Option<WallTime>, Refused<'a>> {
        const RULE: &str = "expected a whole minute in New York as YYYY-MM-DDTHH:MM:SS";
        let refused = || self.refused(column, RULE);
        match self {
            Self::Blank => Ok(None),
            Self::Text(text) => {
                let text = std::str::from_utf8(text).map_err(|_| refused())?;
                let (day, time) = text.split_once(['T', ' ']).ok_or_else(refused)?;
                let day: Day = day.parse().map_err(|_| refused())?;
                let (clock, seconds) = time.split_at_checked(5).ok_or_else(refused)?;
                if !seconds.trim_start_matches([':', '.']).bytes().all(|byte| matches!(byte, b'0' | b':' | b'.')) {
                    return Err(refused());
                }
                let (hour, minute) = clock.split_once(':').ok_or_else(refused)?;
                let part = |text: &str, below: u32| {
                    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
                    text.parse::<u32>().ok().filter(|number| digits && *number < below)
                };
                let minute = part(hour, 24).zip(part(minute, 60)).map(|(hour, minute)| hour * 60 + minute);
                Ok(Some(WallTime { day, minute: minute.ok_or_else(refused)? }))
            }
            Self::Moment(ms) if ms.rem_euclid(60_000) == 0 => {
                let day = i32::try_from(ms.div_euclid(86_400_000)).map_err(|_| refused())?;
                let minute = u32::try_from(ms.rem_euclid(86_400_000) / 60_000).map_err(|_| refused())?;
                Ok(Some(WallTime { day: Day::from_number(day), minute }))
            }
            Self::Moment(_) | Self::Day(_) | Self::Number(_) => Err(refused()),
        }
    }

    /// The bytes of a ticker, which is ASCII.
    pub(super) fn ticker(self, column: &'static str) -> Result<&'a str, Refused<'a>> {
        const RULE: &str = "expected a ticker of 1 to 24 letters, digits or ./-_^+=";
        let Self::Text(bytes) = self else { return Err(self.refused(column, RULE)) };
        match std::str::from_utf8(bytes) {
            Ok(text) if Ticker::is_valid(unmarked(text)) => Ok(unmarked(text)),
            _ => Err(self.refused(column, RULE)),
        }
    }

    /// A text without control characters, or `None` when blank.
    pub(super) fn text(self, column: &'static str) -> Result<Option<String>, Refused<'a>> {
        let bytes = match self {
            Self::Blank => return Ok(None),
            Self::Text(bytes) => bytes,
            Self::Number(_) | Self::Day(_) | Self::Moment(_) => return Err(self.refused(column, "expected text")),
        };
        let text = std::str::from_utf8(bytes).map_err(|_| self.refused(column, "expected UTF-8 text"))?;
        if text.chars().count() > LONGEST_TEXT {
            return Err(self.refused(column, "expected at most 500 characters"));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
            return Err(self.refused(column, "expected text without control characters"));
        }
        Ok(Some(unmarked(text).to_owned()))
    }
}

/// The number that a decimal text means. Words such as `inf` and `nan` are no numbers.
fn parse_number(text: &[u8]) -> Option<f64> {
    let plain = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E');
    if !text.iter().all(plain) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => f.write_str("blank"),
            Self::Text(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                let shown: String = text.chars().take(40).collect();
                write!(f, "{shown:?}")
            }
            Self::Number(number) => write!(f, "{number}"),
            Self::Day(number) => write!(f, "day {number} since 1970-01-01"),
            Self::Moment(ms) => write!(f, "{ms} ms since 1970-01-01"),
        }
    }
}

impl fmt::Display for Refused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, was {}", self.column, self.rule, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell<'_> {
        Cell::of_text(text.as_bytes())
    }

    #[test]
    fn a_blank_is_no_value_and_no_fault() {
        assert_eq!(text("  ").number("volume"), Ok(None));
        assert_eq!(text("").text("name"), Ok(None));
        assert_eq!(Cell::Blank.day("list_date"), Ok(None));
    }

    #[test]
    fn only_finite_decimal_numbers_are_numbers() {
        for (given, expected) in [("67.43", 67.43), ("1e3", 1000.0), ("-0.5", -0.5), (".5", 0.5), ("+2", 2.0)] {
            assert_eq!(text(given).number("x"), Ok(Some(expected)), "{given}");
        }
        for given in ["nan", "NaN", "inf", "-infinity", "1,000", "$5", "1e999", "0x10", "1.2.3", "-", "e5", "１"] {
            assert!(text(given).number("x").is_err(), "{given}");
        }
        assert!(Cell::Number(f64::NAN).number("x").is_err());
    }

    #[test]
    fn a_refusal_names_column_rule_and_value() {
        let refused = text("-5").positive("close").unwrap_err().to_string();
        assert_eq!(refused, "close: expected a number above 0, was \"-5\"");
        let refused = text("2021-02-30").day("date").unwrap_err().to_string();
        assert_eq!(refused, "date: is not a day of the calendar between 1900 and 2199, was \"2021-02-30\"");
        let refused = Cell::Blank.ticker("ticker").unwrap_err().to_string();
        assert_eq!(refused, "ticker: expected a ticker of 1 to 24 letters, digits or ./-_^+=, was blank");
    }

    #[test]
    fn a_wall_time_is_a_whole_minute() {
        fn minutes(given: &str) -> Result<Option<u32>, Refused<'_>> {
            Ok(text(given).wall_time("timestamp_et")?.map(|time| time.minute))
        }
        for (given, expected) in
            [("2021-12-01T09:30:00", 570), ("2021-12-01 00:00", 0), ("2021-12-01T23:59:00.000", 1439)]
        {
            assert_eq!(minutes(given), Ok(Some(expected)), "{given}");
        }
        assert_eq!(minutes(""), Ok(None));
        for given in
            ["2021-12-01", "2021-12-01T9:30", "2021-12-01T24:00:00", "2021-12-01T09:30:01", "2021-02-30T09:30:00"]
        {
            assert!(minutes(given).is_err(), "{given}");
        }
        for (given, good) in [("1638367200000", true), ("1638367200001", false), ("1638367200000.5", false)] {
            assert_eq!(text(given).instant("t").is_ok(), good, "{given}");
        }
    }

    #[test]
    fn a_typed_day_outside_the_calendar_is_refused_and_not_clamped() {
        assert_eq!(Cell::Day(17_511).day("date").unwrap().unwrap().to_string(), "2017-12-11");
        assert!(Cell::Day(i64::MAX).day("date").is_err());
        assert!(Cell::Day(-25_568).day("date").is_err());
    }
}
