//! A month as weeks of a calendar.

use domain::units::Day;

/// The days of a month in weeks from Monday, with `None` beside its ends.
pub(super) fn weeks(year: i32, month: u32) -> Vec<[Option<Day>; 7]> {
    let Some(first) = Day::from_ymd(year, month, 1) else { return Vec::new() };
    let offset = i32::try_from(first.weekday().num_days_from_monday()).unwrap_or(0);
    let mut weeks = Vec::new();
    let mut monday = first.plus(-offset);
    while monday < first || (monday.month() == month && monday.year() == year) {
        let day = |weekday: i32| {
            let day = monday.plus(weekday);
            (day.month() == month && day.year() == year).then_some(day)
        };
        weeks.push([0, 1, 2, 3, 4, 5, 6].map(day));
        monday = monday.plus(7);
    }
    weeks
}

/// The first of the month `by` months away.
pub(super) fn first_of_month(day: Day, by: i32) -> Day {
    let months = day.year() * 12 + i32::try_from(day.month()).unwrap_or(1) - 1 + by;
    let month = u32::try_from(months.rem_euclid(12)).unwrap_or(0) + 1;
    Day::from_ymd(months.div_euclid(12), month, 1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_on_its_weekday_and_has_all_its_days() {
        // December 2024 began on a Sunday and has 31 days: 1 + 4 · 7 + 2.
        let december = weeks(2024, 12);
        assert_eq!(december.len(), 6);
        assert_eq!(december[0].iter().flatten().count(), 1);
        assert_eq!(december[5].iter().flatten().count(), 2);
        assert_eq!(december[0][6], Day::from_ymd(2024, 12, 1));
        // February 2021 began on a Monday and has four whole weeks.
        assert_eq!(weeks(2021, 2).len(), 4);
    }

    #[test]
    fn months_pass_the_turn_of_the_year() {
        let day = Day::from_ymd(2024, 12, 24).unwrap();
        assert_eq!(first_of_month(day, 1).to_string(), "2025-01-01");
        assert_eq!(first_of_month(day, -12).to_string(), "2023-12-01");
        assert_eq!(first_of_month(day, 0).to_string(), "2024-12-01");
    }
}
