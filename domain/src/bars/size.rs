//! How long an answered bar is, and where bars of that length begin.
//!
//! Bars begin on New York's wall clock, so a change of the clocks moves none of them, and no bar of minutes or hours spans
//! two days. Minutes and hours count from midnight or from the session's open, days from 1970-01-01, weeks from a Sunday, months
//! from January.

use crate::calendar::{OPEN_MINUTE, WallTime, new_york_instant, wall_time};
use crate::units::{Day, UnixMillis};

/// The unit in which a length is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timespan {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A civil day.
    Day,
    /// A week, from Sunday on.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

impl Timespan {
    /// Every unit, with its name in the API.
    pub const ALL: [(&'static str, Self); 7] = [
        ("minute", Self::Minute),
        ("hour", Self::Hour),
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
    ];
}

/// The units that lengths are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Minutes of one day.
    Minutes,
    /// Civil days.
    Days,
    /// Weeks from Sunday on.
    Weeks,
    /// Calendar months.
    Months,
}

/// From where minutes and hours are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Midnight in New York: hours begin on the hour.
    Clock,
    /// The open of the regular session, 09:30 in New York: its first hour ends at 10:30.
    Session,
}

impl Align {
    /// What users choose from, by name.
    pub const ALL: [(&'static str, Self); 2] = [("clock", Self::Clock), ("session", Self::Session)];
}

/// The length of an answered bar, and where such bars begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarSize {
    count: u32,
    unit: Unit,
    /// By how many minutes bars begin before a multiple of `count` minutes from midnight, below `count`.
    shift: u32,
}

/// A range of instants, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first instant.
    pub from: UnixMillis,
    /// The last one.
    pub to: UnixMillis,
}

const MINUTES_PER_DAY: u32 = 1_440;
/// 1970-01-01 was a Thursday: four days after a Sunday.
const DAYS_SINCE_SUNDAY: i32 = 4;

impl BarSize {
    /// The size of `multiplier` times `timespan`, or `None` where it is 0, longer than a day of minutes, or beyond ten years.
    #[must_use]
    pub fn new(multiplier: u32, timespan: Timespan) -> Option<Self> {
        let (unit, each, most) = match timespan {
            Timespan::Minute => (Unit::Minutes, 1, MINUTES_PER_DAY),
            Timespan::Hour => (Unit::Minutes, 60, MINUTES_PER_DAY),
            Timespan::Day => (Unit::Days, 1, 3_660),
            Timespan::Week => (Unit::Weeks, 1, 520),
            Timespan::Month => (Unit::Months, 1, 120),
            Timespan::Quarter => (Unit::Months, 3, 120),
            Timespan::Year => (Unit::Months, 12, 120),
        };
        let count = multiplier.checked_mul(each).filter(|count| (1..=most).contains(count))?;
        Some(Self { count, unit, shift: 0 })
    }

    /// The same size counted from elsewhere; days and longer begin at midnight whatever is asked.
    #[must_use]
    pub const fn aligned(self, align: Align) -> Self {
        let shift = match (align, self.unit) {
            (Align::Session, Unit::Minutes) => (self.count - OPEN_MINUTE % self.count) % self.count,
            _ => 0,
        };
        Self { shift, ..self }
    }

    /// How many of [`BarSize::unit`] it lasts.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.count
    }

    /// What it is counted in.
    #[must_use]
    pub const fn unit(self) -> Unit {
        self.unit
    }

    /// Its length in minutes, where it is shorter than a day's bar.
    #[must_use]
    pub fn minutes(self) -> Option<u32> {
        (self.unit == Unit::Minutes).then_some(self.count)
    }

    /// Finds where the bar that holds a wall time begins.
    #[must_use]
    pub fn start(self, at: WallTime) -> WallTime {
        let midnight = |day| WallTime { day, minute: 0 };
        let step = i32::try_from(self.count).unwrap_or(i32::MAX);
        let floor = |number: i32, step: i32| number.div_euclid(step) * step;
        match self.unit {
            Unit::Minutes => {
                let number = (at.minute + self.shift) / self.count;
                // The first bar of a day begins with the day.
                WallTime { day: at.day, minute: (number * self.count).saturating_sub(self.shift) }
            }
            Unit::Days => midnight(Day::from_number(floor(at.day.number(), step))),
            Unit::Weeks => {
                let weeks = floor((at.day.number() + DAYS_SINCE_SUNDAY).div_euclid(7), step);
                midnight(Day::from_number(weeks * 7 - DAYS_SINCE_SUNDAY))
            }
            Unit::Months => midnight(month_start(floor(month_number(at.day), step))),
        }
    }

    /// The length of the stored bars that are these bars as they are; `None` where they have to be put together.
    #[must_use]
    pub fn stored_minutes(self) -> Option<u32> {
        self.minutes().filter(|_| self.shift == 0)
    }

    /// What the length in minutes of a bar must divide, so that bars of this size can be made of it; `None` for days and longer.
    #[must_use]
    pub fn parts_minutes(self) -> Option<u32> {
        self.minutes().map(|minutes| common_divisor(minutes, self.shift))
    }

    /// By how many minutes bars begin before a multiple of their length from midnight.
    #[must_use]
    pub const fn shift(self) -> u32 {
        self.shift
    }

    /// Finds the last instant of the bar that begins at a wall time which [`BarSize::start`] gave.
    fn end(self, start: WallTime) -> UnixMillis {
        let step = i32::try_from(self.count).unwrap_or(i32::MAX);
        let next_minute = ((start.minute + self.shift) / self.count + 1) * self.count - self.shift;
        let next = match self.unit {
            // The last bar of a day ends with the day.
            Unit::Minutes if next_minute < MINUTES_PER_DAY => new_york_instant(start.day, next_minute),
            Unit::Minutes => new_york_instant(start.day.plus(1), 0),
            Unit::Days => new_york_instant(start.day.plus(step), 0),
            Unit::Weeks => new_york_instant(start.day.plus(step.saturating_mul(7)), 0),
            Unit::Months => new_york_instant(month_start(month_number(start.day) + step), 0),
        };
        next.plus_ms(-1)
    }

    /// Widens a range to whole bars: none is answered in part.
    #[must_use]
    pub fn stretch(self, span: Span) -> Span {
        let start = |instant| wall_time(instant).map(|wall| self.start(wall));
        Span {
            from: start(span.from).map_or(span.from, |wall| new_york_instant(wall.day, wall.minute)),
            to: start(span.to).map_or(span.to, |wall| self.end(wall)),
        }
    }
}

/// Months since January of year 0.
fn common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { common_divisor(other, one % other) }
}

fn month_number(day: Day) -> i32 {
    day.year() * 12 + i32::try_from(day.month()).unwrap_or(1) - 1
}

fn month_start(number: i32) -> Day {
    let month = u32::try_from(number.rem_euclid(12)).unwrap_or(0) + 1;
    // Beyond the calendar the nearest day stands for it.
    Day::from_ymd(number.div_euclid(12), month, 1).unwrap_or(Day::from_number(if number < 2_000 * 12 {
        i32::MIN
    } else {
        i32::MAX
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(multiplier: u32, timespan: Timespan, day: &str, minute: u32) -> (String, u32) {
        let size = BarSize::new(multiplier, timespan).unwrap();
        let start = size.start(WallTime { day: day.parse().unwrap(), minute });
        (start.day.to_string(), start.minute)
    }

    #[test]
    fn bars_begin_on_the_wall_clock() {
        assert_eq!(start(1, Timespan::Hour, "2021-12-01", 599), ("2021-12-01".into(), 540));
        assert_eq!(start(4, Timespan::Hour, "2021-12-01", 599), ("2021-12-01".into(), 480));
        assert_eq!(start(1, Timespan::Day, "2021-12-01", 599), ("2021-12-01".into(), 0));
        // 2021-12-01 was a Wednesday; its Sunday was the 28th of November.
        assert_eq!(start(1, Timespan::Week, "2021-12-01", 0), ("2021-11-28".into(), 0));
        assert_eq!(start(1, Timespan::Week, "2021-11-28", 0), ("2021-11-28".into(), 0));
        assert_eq!(start(1, Timespan::Month, "2021-12-31", 0), ("2021-12-01".into(), 0));
        assert_eq!(start(1, Timespan::Quarter, "2021-12-31", 0), ("2021-10-01".into(), 0));
        assert_eq!(start(3, Timespan::Month, "2021-12-31", 0), ("2021-10-01".into(), 0));
        assert_eq!(start(1, Timespan::Year, "2021-12-31", 0), ("2021-01-01".into(), 0));
    }

    #[test]
    fn bars_of_the_session_begin_at_its_open() {
        let day = "2021-12-01".parse().unwrap();
        let size = |minutes| BarSize::new(minutes, Timespan::Minute).unwrap().aligned(Align::Session);
        let start = |minutes, minute| size(minutes).start(WallTime { day, minute }).minute;
        // Hours begin at 08:30, 09:30, 10:30; four hours at 01:30, 05:30, 09:30, 13:30.
        assert_eq!([510, 569, 570, 629, 630].map(|minute| start(60, minute)), [510, 510, 570, 570, 630]);
        assert_eq!([0, 89, 90, 569, 570, 809, 810].map(|minute| start(240, minute)), [0, 0, 90, 330, 570, 570, 810]);
        let span = |minutes, minute| {
            let at = new_york_instant(day, minute);
            let Span { from, to } = size(minutes).stretch(Span { from: at, to: at });
            (from, to.plus_ms(1))
        };
        assert_eq!(span(240, 60), (new_york_instant(day, 0), new_york_instant(day, 90)));
        assert_eq!(span(240, 571), (new_york_instant(day, 570), new_york_instant(day, 810)));
        assert_eq!(span(240, 1_439), (new_york_instant(day, 1_290), new_york_instant(day.plus(1), 0)));
        // Half hours and their parts begin at the open anyway; hours are made of those.
        for (minutes, parts, stored) in
            [(5, 5, Some(5)), (30, 30, Some(30)), (60, 30, None), (240, 30, None), (45, 15, None)]
        {
            assert_eq!(
                (size(minutes).parts_minutes(), size(minutes).stored_minutes()),
                (Some(parts), stored),
                "{minutes}"
            );
        }
        let day_bar = BarSize::new(1, Timespan::Day).unwrap();
        assert_eq!(day_bar.aligned(Align::Session), day_bar);
    }

    #[test]
    fn a_range_is_widened_to_whole_bars() {
        let hour = BarSize::new(1, Timespan::Hour).unwrap();
        let at = |day: &str, minute| new_york_instant(day.parse().unwrap(), minute);
        let span = hour.stretch(Span { from: at("2021-12-01", 570), to: at("2021-12-01", 600) });
        assert_eq!(span, Span { from: at("2021-12-01", 540), to: at("2021-12-01", 660).plus_ms(-1) });
        let week = BarSize::new(1, Timespan::Week).unwrap();
        // The week in which the clocks go back is an hour longer.
        let span = week.stretch(Span { from: at("2021-11-10", 0), to: at("2021-11-10", 0) });
        assert_eq!(span, Span { from: at("2021-11-07", 0), to: at("2021-11-14", 0).plus_ms(-1) });
        assert_eq!(span.to.ms_since(span.from), 7 * 86_400_000 - 1 + 3_600_000);
    }

    #[test]
    fn a_size_is_at_least_one_and_bounded() {
        for (multiplier, timespan) in [(0, Timespan::Day), (25, Timespan::Hour), (u32::MAX, Timespan::Year)] {
            assert_eq!(BarSize::new(multiplier, timespan), None);
        }
        assert_eq!(BarSize::new(90, Timespan::Minute).unwrap().minutes(), Some(90));
    }
}
