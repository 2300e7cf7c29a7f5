//! A part of an index's sessions, with its levels set anew.

use domain::api::PerformancePoint;
use domain::index::BASE_VALUE;
use domain::stats::{self, DatedReturn, Drawdown, MonthlyReturn, Series, Statistics};
use domain::units::Day;

/// The buttons: their names in the address and for the eye.
pub(super) const RANGES: &[(&str, &str)] =
    &[("1m", "1M"), ("3m", "3M"), ("6m", "6M"), ("ytd", "YTD"), ("1y", "1Y"), ("5y", "5Y"), ("max", "Max")];

fn months_before(day: Day, months: i32) -> Day {
    let total = day.year() * 12 + i32::try_from(day.month()).unwrap_or(1) - 1 - months;
    let (year, month) = (total.div_euclid(12), u32::try_from(total.rem_euclid(12)).unwrap_or(0) + 1);
    // The 31st of a shorter month is its last day.
    (0..4).find_map(|back| Day::from_ymd(year, month, day.day_of_month() - back)).unwrap_or(day)
}

/// The last day before which a named range begins: its base is the last session up to it.
fn base_day(range: &str, last: Day) -> Option<Day> {
    Some(match range {
        "1m" => months_before(last, 1),
        "3m" => months_before(last, 3),
        "6m" => months_before(last, 6),
        "1y" => months_before(last, 12),
        "5y" => months_before(last, 60),
        "ytd" => Day::from_ymd(last.year(), 1, 1)?.plus(-1),
        _ => return None,
    })
}

/// Some successive sessions; the first one is the base of everything.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Window {
    pub days: Vec<Day>,
    /// One for each day; the first at the base value.
    pub levels: Vec<f64>,
    /// One for each day but the first.
    pub returns: Vec<f64>,
    /// One for each day.
    pub turnover: Vec<f64>,
}

impl Window {
    /// The sessions of a named range, or of free ends, or all.
    pub(super) fn of(points: &[PerformancePoint], range: Option<&str>, from: Option<Day>, to: Option<Day>) -> Self {
        let last = points.last().map(|point| point.date);
        let base = range.and_then(|range| base_day(range, last?));
        let start = match (base, from) {
            (Some(base), _) => points.partition_point(|point| point.date <= base).saturating_sub(1),
            (None, Some(from)) => points.partition_point(|point| point.date < from),
            (None, None) => 0,
        };
        let end =
            to.filter(|_| base.is_none()).map_or(points.len(), |to| points.partition_point(|point| point.date <= to));
        Self::of_points(points.get(start..end).unwrap_or_default())
    }

    fn of_points(points: &[PerformancePoint]) -> Self {
        let base = points.first().map_or(1.0, |point| point.level);
        Self {
            days: points.iter().map(|point| point.date).collect(),
            levels: points.iter().map(|point| point.level / base * BASE_VALUE).collect(),
            returns: points
                .windows(2)
                .map(|pair| pair[1].daily_return.unwrap_or(pair[1].level / pair[0].level - 1.0))
                .collect(),
            turnover: points.iter().map(|point| point.turnover).collect(),
        }
    }

    /// Another series over the same sessions, at this one's level where it begins; `None` where it has none of them.
    pub(super) fn beside(&self, points: &[PerformancePoint]) -> Option<Self> {
        let (first, last) = self.ends()?;
        let mut other = Self::of(points, None, Some(first), Some(last));
        let begin = *other.days.first()?;
        let at = self.days.partition_point(|day| *day < begin).min(self.days.len() - 1);
        let factor = self.levels[at] / BASE_VALUE;
        other.levels.iter_mut().for_each(|level| *level *= factor);
        Some(other)
    }

    /// First and last session.
    pub(super) fn ends(&self) -> Option<(Day, Day)> {
        Some((*self.days.first()?, *self.days.last()?))
    }

    /// Compounded since the base, a fraction at each day.
    pub(super) fn cumulative(&self) -> Vec<f64> {
        self.levels.iter().map(|level| level / BASE_VALUE - 1.0).collect()
    }

    /// How far each level lies below the highest before it, a fraction in [−1, 0].
    pub(super) fn drawdowns(&self) -> Vec<f64> {
        let mut peak = f64::NEG_INFINITY;
        let below = |level: &f64| {
            peak = peak.max(*level);
            level / peak - 1.0
        };
        self.levels.iter().map(below).collect()
    }

    /// Every statistic; those against a benchmark where it has the same sessions.
    pub(super) fn statistics(&self, benchmark: Option<&Self>) -> Statistics {
        let Some((start, last)) = self.ends() else { return Statistics::default() };
        let series = Series::daily(&self.returns, start, last);
        match benchmark.filter(|benchmark| benchmark.days == self.days) {
            Some(benchmark) => stats::statistics(&series.against(&benchmark.returns)),
            None => stats::statistics(&series),
        }
    }

    fn dated(&self) -> Vec<DatedReturn> {
        let days = self.days.iter().skip(1);
        days.zip(&self.returns).map(|(day, value)| DatedReturn { day: *day, value: *value }).collect()
    }

    /// The return of each month.
    pub(super) fn months(&self) -> Vec<MonthlyReturn> {
        stats::monthly_returns(&self.dated())
    }

    /// The deepest falls.
    pub(super) fn deepest(&self, count: usize) -> Vec<Drawdown> {
        self.days.first().map_or_else(Vec::new, |start| stats::deepest_drawdowns(*start, &self.dated(), count))
    }

    /// The return over the whole window; `None` where it has no session after its base.
    pub(super) fn total(&self) -> Option<f64> {
        if self.returns.is_empty() { None } else { self.levels.last().map(|level| level / BASE_VALUE - 1.0) }
    }

    /// The mean one-way turnover of a session after the base.
    pub(super) fn mean_turnover(&self) -> Option<f64> {
        let after = self.turnover.get(1..).filter(|after| !after.is_empty())?;
        #[expect(clippy::cast_precision_loss, reason = "a number of sessions")]
        Some(after.iter().sum::<f64>() / after.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(of: &[(&str, f64)]) -> Vec<PerformancePoint> {
        let mut before = None;
        let point = |(day, level): &(&str, f64)| {
            let daily_return = before.map(|before| level / before - 1.0);
            before = Some(*level);
            PerformancePoint {
                date: day.parse().unwrap(),
                level: *level,
                daily_return,
                cumulative_return: level / 1000.0 - 1.0,
                turnover: 0.01,
                constituents: 100,
                stale_prices: 0,
                outdated: false,
                findings: None,
            }
        };
        of.iter().map(point).collect()
    }

    fn close(a: &[f64], b: &[f64]) {
        assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} is not {b}");
        }
    }

    #[test]
    fn a_named_range_starts_from_the_last_session_before_it() {
        let all =
            points(&[("2023-12-29", 1000.0), ("2024-01-02", 1100.0), ("2024-02-01", 990.0), ("2024-03-01", 1210.0)]);
        let days = |range| Window::of(&all, Some(range), None, None).days.len();
        // From 2024-02-01 on; from the last session of 2023 on; all, since a year goes back beyond the first.
        assert_eq!((days("1m"), days("ytd"), days("1y"), days("max")), (2, 4, 4, 4));
        let year = Window::of(&all, Some("ytd"), None, None);
        close(&year.levels, &[1000.0, 1100.0, 990.0, 1210.0]);
        close(&[year.total().unwrap()], &[0.21]);
    }

    #[test]
    fn free_ends_set_the_level_anew() {
        let all =
            points(&[("2024-01-02", 1000.0), ("2024-01-03", 1100.0), ("2024-01-04", 990.0), ("2024-01-05", 1210.0)]);
        let window = Window::of(&all, None, "2024-01-03".parse().ok(), "2024-01-04".parse().ok());
        close(&window.levels, &[1000.0, 900.0]);
        close(&window.returns, &[-0.1]);
        close(&window.drawdowns(), &[0.0, -0.1]);
        close(&window.cumulative(), &[0.0, -0.1]);
        assert_eq!(window.mean_turnover(), Some(0.01));
    }

    #[test]
    fn one_session_and_none_have_no_return() {
        let all = points(&[("2024-01-02", 1000.0)]);
        assert_eq!(Window::of(&all, None, None, None).total(), None);
        let nothing = Window::of(&all, None, "2025-01-01".parse().ok(), None);
        assert_eq!((nothing.ends(), nothing.total(), nothing.mean_turnover()), (None, None, None));
        assert!(nothing.deepest(5).is_empty() && nothing.months().is_empty());
    }

    #[test]
    fn the_last_of_a_month_goes_back_to_the_last_of_a_shorter_one() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(months_before(day("2024-03-31"), 1), day("2024-02-29"));
        assert_eq!(months_before(day("2024-05-31"), 3), day("2024-02-29"));
        assert_eq!(months_before(day("2024-01-15"), 12), day("2023-01-15"));
    }

    #[test]
    fn a_series_that_begins_later_begins_at_the_level_of_the_first() {
        let of = |points: &[(&str, f64)]| self::points(points);
        let window =
            Window::of(&of(&[("2024-01-02", 50.0), ("2024-01-03", 60.0), ("2024-01-04", 55.0)]), None, None, None);
        let other = window.beside(&of(&[("2024-01-03", 10.0), ("2024-01-04", 11.0), ("2024-01-05", 12.0)])).unwrap();
        // 60 / 50 · 1000 where it begins, and 10 % more a session later; what lies behind the window is left out.
        close(&other.levels, &[1200.0, 1320.0]);
        assert_eq!(window.beside(&of(&[("2025-01-02", 1.0)])), None);
    }

    #[test]
    fn a_benchmark_counts_only_for_the_same_sessions() {
        let of = |levels: [f64; 4]| {
            Window::of_points(&points(&[
                ("2024-01-02", levels[0]),
                ("2024-01-03", levels[1]),
                ("2024-01-04", levels[2]),
                ("2024-01-05", levels[3]),
            ]))
        };
        let (a, b) = (of([1000.0, 1100.0, 990.0, 1210.0]), of([1000.0, 1050.0, 1000.0, 1100.0]));
        assert!(a.statistics(Some(&b)).beta.is_some());
        let shorter = Window { days: b.days[1..].to_vec(), ..b };
        assert_eq!(a.statistics(Some(&shorter)).beta, None);
    }
}
