//! New York's wall clock, on which trading hours and bar boundaries are defined.

use super::hours::{is_daylight_saving, session_hours};
use crate::units::{BarInterval, Day, UnixMillis};

/// A civil day in New York and the minute of that day, 0 ..= 1439.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime {
    /// The day.
    pub day: Day,
    /// Minutes after midnight.
    pub minute: u32,
}

/// When trading before the open begins, 04:00, in minutes after midnight.
pub const EXTENDED_OPEN_MINUTE: u32 = 4 * 60;
/// When trading after the close ends, 20:00.
pub const EXTENDED_CLOSE_MINUTE: u32 = 20 * 60;

const MS_PER_MINUTE: i64 = 60_000;
const MINUTES_PER_DAY: i64 = 1_440;
const CLOCKS_CHANGE_MINUTE: u32 = 120;

/// Computes the instant of a wall time in New York.
///
/// *Inputs*: a civil day and minutes after its midnight. *Returns*: the instant; of an hour that comes twice when the clocks
/// go back, the first.
///
/// ```
/// use domain::calendar::new_york_instant;
/// // 09:00 in winter is 14:00 UTC.
/// assert_eq!(new_york_instant("2021-12-01".parse().unwrap(), 9 * 60).0, 1_638_367_200_000);
/// ```
#[must_use]
pub fn new_york_instant(day: Day, minute: u32) -> UnixMillis {
    // The clocks change at 02:00: until then the rule of the day before holds.
    let summer = is_daylight_saving(if minute < CLOCKS_CHANGE_MINUTE { day.plus(-1) } else { day });
    let utc_minute = i64::from(day.number()) * MINUTES_PER_DAY + i64::from(minute) + if summer { 240 } else { 300 };
    UnixMillis(utc_minute * MS_PER_MINUTE)
}

/// Computes the wall time of an instant in New York; seconds are cut off.
///
/// *Inputs*: an instant. *Returns*: its civil day and minute there, `None` outside 1900 ..= 2199.
///
/// ```
/// use domain::{calendar::wall_time, units::UnixMillis};
/// let at = wall_time(UnixMillis(1_638_367_200_000)).unwrap();
/// assert_eq!((at.day.to_string(), at.minute), ("2021-12-01".into(), 540));
/// ```
#[must_use]
pub fn wall_time(instant: UnixMillis) -> Option<WallTime> {
    let utc_minute = instant.0.div_euclid(MS_PER_MINUTE);
    let behind = |minutes: i64| {
        let local = utc_minute.checked_sub(minutes)?;
        let number = i32::try_from(local.div_euclid(MINUTES_PER_DAY)).ok()?;
        let day = Day::from_number(number);
        let minute = u32::try_from(local.rem_euclid(MINUTES_PER_DAY)).ok()?;
        (day.number() == number).then_some(WallTime { day, minute })
    };
    // Five hours behind UTC, in summer four: whichever leads back. In the hour that comes twice neither does the second time.
    let summer = behind(240)?;
    let is_summer = new_york_instant(summer.day, summer.minute).0.div_euclid(MS_PER_MINUTE) == utc_minute;
    if is_summer { Some(summer) } else { behind(300) }
}

/// Says whether a bar lies wholly outside the regular session.
///
/// *Inputs*: the bar's wall time and length. *Returns*: false for a bar of which any part lies between open and close, such
/// as the hour from 09:00 on; true for one before or after, and on a day without a session.
#[must_use]
pub fn is_extended(start: WallTime, interval: BarInterval) -> bool {
    let Some(hours) = session_hours(start.day) else { return true };
    let begins = new_york_instant(start.day, start.minute);
    begins >= hours.close || begins.plus_ms(interval.ms()) <= hours.open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str, minute: u32) -> WallTime {
        WallTime { day: day.parse().unwrap(), minute }
    }

    #[test]
    fn every_minute_of_trading_comes_back_on_both_sides_of_a_change_of_the_clocks() {
        for day in ["2021-11-05", "2021-11-08", "2022-03-11", "2022-03-14", "2006-10-30", "1990-01-02"] {
            for minute in 0..1_440 {
                let wall = at(day, minute);
                assert_eq!(wall_time(new_york_instant(wall.day, minute)), Some(wall), "{day} {minute}");
            }
        }
        // 09:30 is 13:30 UTC in summer and 14:30 UTC in winter.
        let utc_minute = |day: &str| new_york_instant(day.parse().unwrap(), 570).0.rem_euclid(86_400_000) / 60_000;
        assert_eq!([utc_minute("2021-11-05"), utc_minute("2021-11-08")], [13 * 60 + 30, 14 * 60 + 30]);
        assert_eq!(wall_time(UnixMillis(i64::MAX)), None);
        // The Sunday on which the clocks go back begins in summer and ends in winter: it has 25 hours.
        let (sunday, monday) = ("2021-11-07".parse().unwrap(), "2021-11-08".parse().unwrap());
        assert_eq!(new_york_instant(monday, 0).ms_since(new_york_instant(sunday, 0)), 25 * 3_600_000);
        assert_eq!(wall_time(new_york_instant(sunday, 0)), Some(at("2021-11-07", 0)));
        assert_eq!(wall_time(new_york_instant(monday, 0).plus_ms(-1)), Some(at("2021-11-07", 1_439)));
        // Midnight belongs to the day that begins.
        assert_eq!(wall_time(new_york_instant("2021-07-01".parse().unwrap(), 0)), Some(at("2021-07-01", 0)));
    }

    #[test]
    fn a_bar_that_touches_the_session_is_regular() {
        let extended = |day, minute, interval| is_extended(at(day, minute), interval);
        assert!(extended("2021-12-01", 8 * 60, BarInterval::HOUR));
        assert!(!extended("2021-12-01", 9 * 60, BarInterval::HOUR));
        assert!(extended("2021-12-01", 9 * 60, BarInterval::HALF_HOUR));
        assert!(!extended("2021-12-01", 15 * 60, BarInterval::HOUR));
        assert!(extended("2021-12-01", 16 * 60, BarInterval::HOUR));
        // A half day closes at 13:00.
        assert!(!extended("2021-11-26", 12 * 60 + 59, BarInterval::MINUTE));
        assert!(extended("2021-11-26", 13 * 60, BarInterval::MINUTE));
        assert!(extended("2021-12-04", 12 * 60, BarInterval::HOUR));
    }
}
