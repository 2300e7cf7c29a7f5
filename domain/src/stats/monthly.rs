//! Returns per calendar month.

use super::{DatedReturn, finite};

/// The compounded return of the sessions of one month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthlyReturn {
    /// The calendar year.
    pub year: i32,
    /// The month, 1..=12.
    pub month: u32,
    /// Π(1 + r) − 1 over the month's sessions in the series, a fraction; `None` where the product overflows.
    pub value: Option<f64>,
}

/// Compounds daily returns month by month.
///
/// *Inputs*: returns ascending by day. *Returns*: one entry per month that has a return, ascending; a month the series
/// covers in part has the return of that part.
///
/// *Method*: `docs/methods/statistics.md`; Π(1 + r) − 1.
///
/// ```
/// use domain::stats::{DatedReturn, monthly_returns};
/// let on = |day: &str, value| DatedReturn { day: day.parse().unwrap(), value };
/// let months = monthly_returns(&[on("2024-01-30", 1.0), on("2024-01-31", 0.5), on("2024-02-01", -0.25)]);
/// assert_eq!(months[0].value, Some(2.0)); // 2 · 1.5 − 1
/// assert_eq!((months[1].year, months[1].month, months[1].value), (2024, 2, Some(-0.25)));
/// ```
#[must_use]
pub fn monthly_returns(returns: &[DatedReturn]) -> Vec<MonthlyReturn> {
    let month_of = |dated: &DatedReturn| (dated.day.year(), dated.day.month());
    returns
        .chunk_by(|a, b| month_of(a) == month_of(b))
        .filter_map(|days| {
            let (year, month) = month_of(days.first()?);
            let growth: f64 = days.iter().map(|dated| 1.0 + dated.value).product();
            Some(MonthlyReturn { year, month, value: finite(growth - 1.0) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Day;

    #[test]
    fn the_same_month_of_two_years_stays_apart() {
        let on = |text: &str| DatedReturn { day: text.parse::<Day>().unwrap(), value: 0.5 };
        let months = monthly_returns(&[on("2023-12-29"), on("2024-12-02")]);
        assert_eq!(months.iter().map(|month| (month.year, month.month)).collect::<Vec<_>>(), [(2023, 12), (2024, 12)]);
    }

    #[test]
    fn nothing_has_no_months_and_an_overflow_no_value() {
        assert!(monthly_returns(&[]).is_empty());
        let huge = DatedReturn { day: Day::from_number(0), value: 1e200 };
        assert_eq!(monthly_returns(&[huge, huge])[0].value, None);
    }
}
