//! Returns per calendar year.

use super::{DatedReturn, finite};

/// The compounded return of the sessions of one year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YearlyReturn {
    /// The calendar year.
    pub year: i32,
    /// Π(1 + r) − 1 over the year's sessions in the series, a fraction; `None` where the product overflows.
    pub value: Option<f64>,
    /// How many returns that are.
    pub sessions: usize,
}

/// Compounds daily returns year by year.
///
/// *Inputs*: returns ascending by day. *Returns*: one entry per year that has a return, ascending; a year the series covers in part
/// has the return of that part.
///
/// ```
/// use domain::stats::{DatedReturn, yearly_returns};
/// let on = |day: &str, value| DatedReturn { day: day.parse().unwrap(), value };
/// let years = yearly_returns(&[on("2023-12-28", 1.0), on("2023-12-29", 0.5), on("2024-01-02", -0.25)]);
/// assert_eq!((years[0].year, years[0].value, years[0].sessions), (2023, Some(2.0), 2));
/// assert_eq!((years[1].year, years[1].value), (2024, Some(-0.25)));
/// ```
#[must_use]
pub fn yearly_returns(returns: &[DatedReturn]) -> Vec<YearlyReturn> {
    returns
        .chunk_by(|a, b| a.day.year() == b.day.year())
        .filter_map(|days| {
            let growth: f64 = days.iter().map(|dated| 1.0 + dated.value).product();
            Some(YearlyReturn { year: days.first()?.day.year(), value: finite(growth - 1.0), sessions: days.len() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::monthly_returns;
    use crate::units::Day;

    #[test]
    fn months_compound_to_their_year() {
        let returns: Vec<DatedReturn> = (0..700)
            .map(|at| DatedReturn { day: Day::from_number(19_000 + at), value: 0.01 * f64::from(at % 7 - 3) })
            .collect();
        let months = monthly_returns(&returns);
        for year in yearly_returns(&returns) {
            let own = months.iter().filter(|month| month.year == year.year);
            let growth: f64 = own.map(|month| 1.0 + month.value.unwrap()).product();
            assert!((growth - 1.0 - year.value.unwrap()).abs() < 1e-12);
        }
        assert!(yearly_returns(&[]).is_empty());
    }
}
