//! How long a stored bar is.

use std::fmt;
use std::str::FromStr;

/// The length of a stored intraday bar: one of 1, 5, 15, 30 and 60 minutes. Any longer bar is made of these when it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BarInterval(u16);

/// A text that names no interval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of 1min, 5min, 15min, 30min, 1hour, was \"{0}\"")]
pub struct IntervalError(String);

impl BarInterval {
    /// One minute.
    pub const MINUTE: Self = Self(1);
    /// Five minutes.
    pub const FIVE_MINUTES: Self = Self(5);
    /// A quarter of an hour.
    pub const QUARTER_HOUR: Self = Self(15);
    /// Half an hour.
    pub const HALF_HOUR: Self = Self(30);
    /// One hour.
    pub const HOUR: Self = Self(60);
    /// Every interval, ascending.
    pub const ALL: [Self; 5] = [Self::MINUTE, Self::FIVE_MINUTES, Self::QUARTER_HOUR, Self::HALF_HOUR, Self::HOUR];

    /// The interval of this many minutes.
    #[must_use]
    pub fn from_minutes(minutes: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|interval| interval.minutes() == minutes)
    }

    /// Its length in minutes.
    #[must_use]
    pub const fn minutes(self) -> u32 {
        self.0 as u32
    }

    /// Its length in milliseconds.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0 as i64 * 60_000
    }

    /// The name in the API and in job specifications.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "1min",
            5 => "5min",
            15 => "15min",
            30 => "30min",
            _ => "1hour",
        }
    }
}

impl fmt::Display for BarInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for BarInterval {
    type Err = IntervalError;

    fn from_str(text: &str) -> Result<Self, IntervalError> {
        let found = Self::ALL.into_iter().find(|interval| interval.name() == text);
        found.ok_or_else(|| IntervalError(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_its_name_and_its_minutes() {
        for interval in BarInterval::ALL {
            assert_eq!(interval.name().parse(), Ok(interval));
            assert_eq!(BarInterval::from_minutes(interval.minutes()), Some(interval));
        }
        assert!("2min".parse::<BarInterval>().is_err() && BarInterval::from_minutes(0).is_none());
        assert_eq!(BarInterval::HOUR.ms(), 3_600_000);
    }
}
