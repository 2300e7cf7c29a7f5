//! An axis of days: which ones it names, and how finely.

use domain::units::Day;

/// How much of a day its name on the axis says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grain {
    /// A year.
    Year,
    /// A month; the first of a year says the year instead.
    Month,
    /// A day.
    Day,
}

/// Days to name between two days, at most `count`: firsts of years, quarters or months, or every so many days.
pub(crate) fn day_ticks(first: Day, last: Day, count: usize) -> (Vec<Day>, Grain) {
    let count = count.max(1);
    for months in [1, 2, 3, 6] {
        let ticks = month_firsts(first, last, months);
        if ticks.len() <= count && ticks.len() > 1 {
            return (ticks, Grain::Month);
        }
    }
    if month_firsts(first, last, 12).len() > 1 {
        for years in [1, 2, 5, 10, 20, 50] {
            let all = month_firsts(first, last, 12);
            let ticks: Vec<Day> = all.into_iter().filter(|day| day.year() % years == 0).collect();
            if ticks.len() <= count {
                return (ticks, Grain::Year);
            }
        }
    }
    let span = last.number() - first.number();
    let wanted = i32::try_from(count).unwrap_or(i32::MAX);
    let step = [1, 2, 7, 14, 28].into_iter().find(|step| span / step < wanted).unwrap_or(56);
    let ticks = (0..=span / step).map(|n| first.plus(n * step)).collect();
    (ticks, Grain::Day)
}

/// The firsts of every `step`th month (1, 2, 3, 6 or 12, counted from January) between two days.
fn month_firsts(first: Day, last: Day, step: u32) -> Vec<Day> {
    let mut firsts = Vec::new();
    let (mut year, mut month) = (first.year(), (first.month() - 1) / step * step + 1);
    while let Some(day) = Day::from_ymd(year, month, 1) {
        if day > last {
            break;
        }
        if day >= first {
            firsts.push(day);
        }
        month += step;
        if month > 12 {
            (year, month) = (year + 1, 1);
        }
    }
    firsts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(first: &str, last: &str, count: usize) -> (Vec<String>, Grain) {
        let (days, grain) = day_ticks(first.parse().unwrap(), last.parse().unwrap(), count);
        (days.iter().map(ToString::to_string).collect(), grain)
    }

    #[test]
    fn a_few_years_are_named_by_year() {
        let (days, grain) = ticks("2013-02-08", "2018-02-07", 6);
        assert_eq!(days, ["2014-01-01", "2015-01-01", "2016-01-01", "2017-01-01", "2018-01-01"]);
        assert_eq!(grain, Grain::Year);
    }

    #[test]
    fn half_a_year_is_named_by_month_and_a_week_by_day() {
        assert_eq!(ticks("2024-01-15", "2024-04-20", 6).0, ["2024-02-01", "2024-03-01", "2024-04-01"]);
        assert_eq!(ticks("2024-01-15", "2025-01-20", 5).0, ["2024-04-01", "2024-07-01", "2024-10-01", "2025-01-01"]);
        let (days, grain) = ticks("2024-01-15", "2024-01-19", 6);
        assert_eq!((days.len(), grain), (5, Grain::Day));
    }

    #[test]
    fn there_are_never_many_more_than_wanted() {
        for (last, count) in
            [("1990-01-02", 3), ("1990-03-15", 4), ("1991-06-01", 5), ("2024-12-31", 7), ("2199-01-01", 4)]
        {
            let days = ticks("1990-01-02", last, count).0;
            assert!(!days.is_empty() && days.len() <= count + 1, "{last}: {days:?}");
        }
    }
}
