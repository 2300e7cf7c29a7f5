//! Compound annual growth rate: the constant yearly return that gives the total return.

use super::{Definition, Unit, count, finite};
use crate::units::Day;

/// The mean length of a year of the Julian calendar, as ffn and most data vendors use it.
const DAYS_PER_YEAR: f64 = 365.25;

pub(super) const DEFINITION: Definition = Definition {
    name: "cagr",
    title: "CAGR",
    formula: "(1 + R)^(P/n) − 1",
    unit: Unit::Fraction,
    note: "Yearly growth, a year being P = 252 returns. R is the total return. Says little below a year of data. Undefined without returns.",
    value: |statistics| statistics.cagr,
};

pub(super) const CALENDAR_DEFINITION: Definition = Definition {
    name: "cagr_calendar",
    title: "CAGR (calendar)",
    formula: "(1 + R)^(365.25/days) − 1",
    unit: Unit::Fraction,
    note: "Yearly growth by calendar days from the start value's date to the last. Undefined when no day passes.",
    value: |statistics| statistics.cagr_calendar,
};

/// Computes the yearly growth, counting time in returns.
///
/// *Inputs*: total return as a fraction ≥ −1; the number of returns; returns per year. *Returns*: a fraction ≥ −1;
/// `None` without returns, and where the power overflows.
///
/// *Method*: `docs/methods/statistics.md`; (1 + R)^(P/n) − 1.
///
/// ```
/// use domain::stats::cagr;
/// assert_eq!(cagr(0.21, 504, 252.0).map(|rate| (rate * 1e12).round() / 1e12), Some(0.1)); // two years, √1.21
/// ```
#[must_use]
pub fn cagr(total_return: f64, n: usize, periods_per_year: f64) -> Option<f64> {
    if n == 0 { None } else { grow(total_return, periods_per_year / count(n)) }
}

/// Computes the yearly growth, counting time in calendar days.
///
/// *Inputs*: total return as a fraction ≥ −1; the day of the start value, which is the one before the first return;
/// the day of the last return. *Returns*: a fraction ≥ −1; `None` unless `last` is after `start`, and where the power
/// overflows.
///
/// *Method*: `docs/methods/statistics.md`; (1 + R)^(365.25/days) − 1.
///
/// ```
/// use domain::stats::cagr_calendar;
/// let (start, last) = ("2020-12-31".parse().unwrap(), "2024-12-31".parse().unwrap()); // 1461 days, four years
/// assert_eq!(cagr_calendar(15.0, start, last), Some(1.0)); // 16^(1/4) − 1
/// ```
#[must_use]
pub fn cagr_calendar(total_return: f64, start: Day, last: Day) -> Option<f64> {
    let days = last.number() - start.number();
    if days <= 0 { None } else { grow(total_return, DAYS_PER_YEAR / f64::from(days)) }
}

fn grow(total_return: f64, exponent: f64) -> Option<f64> {
    finite(libm::pow(1.0 + total_return, exponent) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::assert_close;

    #[test]
    fn a_year_of_the_example_grows_by_its_total_return() {
        // Four returns with four to the year: the exponent is 1.
        assert_close(cagr(0.033_923, 4, 4.0), 0.033_923);
        // Two of four: squared, 1.1² − 1.
        assert_close(cagr(0.1, 2, 4.0), 0.21);
    }

    #[test]
    fn a_year_by_the_calendar_has_365_and_a_quarter_days() {
        let (start, last) = ("2020-12-31".parse().unwrap(), "2022-12-31".parse().unwrap());
        // 730 days: the exponent is 365.25/730.
        assert_close(cagr_calendar(0.21, start, last), 1.21_f64.powf(365.25 / 730.0) - 1.0);
        assert_eq!(cagr_calendar(0.21, last, start), None);
        assert_eq!(cagr_calendar(0.21, start, start), None);
    }

    #[test]
    fn a_total_loss_stays_one_and_an_overflow_is_undefined() {
        assert_eq!(cagr(-1.0, 10, 252.0), Some(-1.0));
        assert_eq!(cagr(1e300, 1, 252.0), None);
        assert_eq!(cagr(0.1, 0, 252.0), None);
    }
}
