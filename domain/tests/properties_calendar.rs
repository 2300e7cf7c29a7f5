//! What holds for every day of the calendar.

use domain::calendar::{
    Period, is_period_end, is_session, last_completed_session, last_period_end, last_sessions, next_session,
    period_end, previous_session, session_hours, sessions,
};
use domain::units::{Day, DayRange, UnixMillis};
use proptest::prelude::*;

const MS_PER_DAY: i64 = 86_400_000;

/// Days from 1990-05-02 to 2197-05-18, so that every day has sessions, months and quarters on both sides.
fn days() -> impl Strategy<Value = Day> {
    (7_426..83_048_i32).prop_map(Day::from_number)
}

fn periods() -> impl Strategy<Value = Period> {
    prop::sample::select(vec![Period::Daily, Period::Weekly, Period::Monthly, Period::Quarterly])
}

proptest! {
    #[test]
    fn next_and_previous_are_inverse_on_sessions(day in days()) {
        let next = next_session(day).unwrap();
        prop_assert!(next > day && is_session(next));
        let back = previous_session(next).unwrap();
        prop_assert_eq!(back, if is_session(day) { day } else { previous_session(day).unwrap() });
    }

    #[test]
    fn sessions_are_ascending_and_without_a_hole(first in days(), length in 0..800_i32) {
        let range = DayRange::new(first, first.plus(length)).unwrap();
        let listed = sessions(range);
        prop_assert!(listed.windows(2).all(|pair| next_session(pair[0]) == Some(pair[1])));
        let before_and_after = |day: Day| (previous_session(day), next_session(day));
        match (listed.first(), listed.last()) {
            (Some(earliest), Some(latest)) => {
                prop_assert!(range.contains(*earliest) && range.contains(*latest));
                prop_assert!(before_and_after(*earliest).0.unwrap() < range.first());
                prop_assert!(before_and_after(*latest).1.unwrap() > range.last());
            }
            _ => prop_assert!(next_session(range.first().plus(-1)).unwrap() > range.last()),
        }
        prop_assert_eq!(last_sessions(range.last(), listed.len()), listed);
    }

    #[test]
    fn no_closure_lasts_longer_than_six_days(day in days()) {
        // The longest is 2001-09-11 ..= 2001-09-16; by rule none is longer than four days.
        let gap = next_session(day).unwrap().number() - previous_session(next_session(day).unwrap()).unwrap().number();
        prop_assert!(gap <= if day.year() == 2001 { 7 } else { 5 }, "{}", day);
    }

    #[test]
    fn a_session_opens_and_closes_on_its_own_utc_day(day in days()) {
        if let Some(hours) = session_hours(day) {
            let minutes = hours.close.ms_since(hours.open) / 60_000;
            prop_assert_eq!(hours.early_close, minutes != 390);
            prop_assert!([210, 270, 390].contains(&minutes));
            prop_assert_eq!(hours.open.0.div_euclid(MS_PER_DAY), i64::from(day.number()));
            prop_assert_eq!(hours.close.0.div_euclid(MS_PER_DAY), i64::from(day.number()));
        }
    }

    #[test]
    fn the_last_completed_session_is_over_and_the_next_is_not(
        day in days(), ms in 0..MS_PER_DAY, margin_ms in 0..3 * MS_PER_DAY,
    ) {
        let now = UnixMillis(i64::from(day.number()) * MS_PER_DAY + ms);
        let completed = last_completed_session(now, margin_ms).unwrap();
        prop_assert!(session_hours(completed).unwrap().close.plus_ms(margin_ms) <= now);
        let pending = next_session(completed).unwrap();
        prop_assert!(session_hours(pending).unwrap().close.plus_ms(margin_ms) > now);
    }

    #[test]
    fn a_period_has_one_end_and_the_last_end_is_the_latest(day in days(), period in periods()) {
        let last = last_period_end(day, period).unwrap();
        prop_assert!(last <= day && is_period_end(last, period));
        let since = DayRange::new(last.plus(1), day);
        prop_assert!(since.is_none_or(|range| sessions(range).iter().all(|day| !is_period_end(*day, period))));
        if let Some(end) = period_end(day, period) {
            prop_assert!(is_period_end(end, period));
            prop_assert_eq!(period_end(end, period), Some(end));
        }
    }
}
