//! Drawdowns: how far the value lies below its running peak, and the table of the deepest ones.

use super::ROUNDING;
use crate::units::Day;

/// A return with the day that earned it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatedReturn {
    /// The session at whose close the return was earned.
    pub day: Day,
    /// The return since the session before, as a fraction: 0.01 is 1 %.
    pub value: f64,
}

/// One fall below a peak, until the value reached the peak again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawdown {
    /// The last day at the peak; the start value's day when the value never rose above it.
    pub peak: Day,
    /// The first day of the lowest value.
    pub trough: Day,
    /// The first day at or above the peak again; `None` while the value is still below it.
    pub recovery: Option<Day>,
    /// Value at the trough / value at the peak − 1, a fraction in [−1, 0).
    pub depth: f64,
}

/// The drawdown after each return: V / running maximum of V including the start value − 1, in [−1, 0].
///
/// It follows the ratio V/maximum instead of V, so that no product of returns can overflow.
pub(super) fn path(returns: impl Iterator<Item = f64>) -> impl Iterator<Item = f64> {
    returns.scan(1.0_f64, |of_peak, value| {
        *of_peak = (*of_peak * (1.0 + value)).min(1.0);
        Some(*of_peak - 1.0)
    })
}

/// Lists the deepest drawdowns of a series.
///
/// *Inputs*: the day of the start value; the returns since, ascending by day, each ≥ −1; how many to list.
/// *Returns*: at most `count` drawdowns, deepest first, the earlier first among equals; none when the value never fell.
///
/// *Method*: `docs/methods/statistics.md`. A value within rounding of the peak has reached it.
///
/// ```
/// use domain::stats::{DatedReturn, deepest_drawdowns};
/// let day = |text: &str| text.parse::<domain::units::Day>().unwrap();
/// let returns = [
///     DatedReturn { day: day("2024-01-03"), value: -0.5 },
///     DatedReturn { day: day("2024-01-04"), value: 1.0 },
/// ];
/// let [fall] = deepest_drawdowns(day("2024-01-02"), &returns, 5)[..] else { panic!() };
/// assert_eq!((fall.peak, fall.trough, fall.recovery), (day("2024-01-02"), day("2024-01-03"), Some(day("2024-01-04"))));
/// assert_eq!(fall.depth, -0.5);
/// ```
#[must_use]
pub fn deepest_drawdowns(start: Day, returns: &[DatedReturn], count: usize) -> Vec<Drawdown> {
    let mut drawdowns = episodes(start, returns);
    // The sort is stable, so equal depths stay in the order of their days.
    drawdowns.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    drawdowns.truncate(count);
    drawdowns
}

fn episodes(start: Day, returns: &[DatedReturn]) -> Vec<Drawdown> {
    let mut finished = Vec::new();
    let mut open: Option<Drawdown> = None;
    let mut peak = start;
    for (depth, day) in path(returns.iter().map(|dated| dated.value)).zip(returns.iter().map(|dated| dated.day)) {
        if depth >= -ROUNDING {
            finished.extend(open.take().map(|fall| Drawdown { recovery: Some(day), ..fall }));
            peak = day;
        } else {
            let fall = open.get_or_insert(Drawdown { peak, trough: day, recovery: None, depth });
            if depth < fall.depth {
                (fall.trough, fall.depth) = (day, depth);
            }
        }
    }
    finished.extend(open);
    finished
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dated(values: &[f64]) -> Vec<DatedReturn> {
        (1..).zip(values).map(|(number, value)| DatedReturn { day: Day::from_number(number), value: *value }).collect()
    }

    fn days(fall: &Drawdown) -> (i32, i32, Option<i32>) {
        (fall.peak.number(), fall.trough.number(), fall.recovery.map(Day::number))
    }

    #[test]
    fn drawdowns_are_listed_by_depth_and_the_last_may_be_open() {
        // V: 1, 1.1 (day 1), 0.88 (2), 0.968 (3), 1.21 (4), 1.089 (5), 0.5445 (6), 0.5445 (7).
        let returns = dated(&[0.1, -0.2, 0.1, 0.25, -0.1, -0.5, 0.0]);
        let found = deepest_drawdowns(Day::from_number(0), &returns, 5);
        assert_eq!(found.iter().map(days).collect::<Vec<_>>(), [(4, 6, None), (1, 2, Some(4))]);
        // 0.5445/1.21 − 1 = −0.55 and 0.88/1.1 − 1 = −0.2.
        assert!((found[0].depth + 0.55).abs() <= 1e-12 && (found[1].depth + 0.2).abs() <= 1e-12);
        assert_eq!(deepest_drawdowns(Day::from_number(0), &returns, 1).len(), 1);
    }

    #[test]
    fn the_start_value_is_the_first_peak() {
        let found = deepest_drawdowns(Day::from_number(0), &dated(&[-0.1, -0.1]), 5);
        assert_eq!(found.iter().map(days).collect::<Vec<_>>(), [(0, 2, None)]);
    }

    #[test]
    fn a_peak_reached_again_up_to_rounding_ends_the_drawdown() {
        // A price goes from 100 to 97 and back to 100; in doubles the two returns compound to 1 − 1.1e-16.
        let returns = dated(&[97.0 / 100.0 - 1.0, 100.0 / 97.0 - 1.0, -0.01]);
        let found = deepest_drawdowns(Day::from_number(0), &returns, 5);
        assert_eq!(found.iter().map(days).collect::<Vec<_>>(), [(0, 1, Some(2)), (2, 3, None)]);
    }

    #[test]
    fn a_total_loss_never_recovers_and_gains_alone_have_no_drawdown() {
        let found = deepest_drawdowns(Day::from_number(0), &dated(&[-1.0, 5.0]), 5);
        assert_eq!(found.iter().map(days).collect::<Vec<_>>(), [(0, 1, None)]);
        assert!(deepest_drawdowns(Day::from_number(0), &dated(&[0.1, 0.0]), 5).is_empty());
        assert!(deepest_drawdowns(Day::from_number(0), &[], 5).is_empty());
    }
}
