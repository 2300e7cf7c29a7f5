//! Tail ratio: the size of the best days compared with the worst.

use super::{Definition, Sorted, Unit, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "tail_ratio",
    title: "Tail ratio",
    formula: "|95th percentile|/|5th percentile|",
    unit: Unit::Ratio,
    note: "Above 1 when the best days are larger than the worst. Undefined when the 5th percentile is zero.",
    value: |statistics| statistics.tail_ratio,
};

/// Computes the ratio of the 95th to the 5th percentile, both as sizes.
///
/// *Inputs*: the sorted returns. *Returns*: a ratio ≥ 0; `None` without returns and when the 5th percentile is zero.
///
/// *Method*: `docs/methods/statistics.md`; |p95|/|p5|, percentiles interpolated linearly.
///
/// ```
/// use domain::stats::{Sorted, tail_ratio};
/// let returns: Vec<f64> = (-10..=30).step_by(2).map(f64::from).collect(); // positions 1 and 19 of 0..=20
/// assert_eq!(tail_ratio(&Sorted::of(&returns)), Some(3.5)); // 28/8
/// ```
#[must_use]
pub fn tail_ratio(returns: &Sorted) -> Option<f64> {
    let (best, worst) = (returns.twentieths(19)?, returns.twentieths(1)?);
    if worst == 0.0 { None } else { finite(best.abs() / worst.abs()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn tail_ratio_of_the_example() {
        // Position 3 · 0.95 = 2.85: 0.02 + 0.85 · 0.08 = 0.088; the 5th percentile is −0.047.
        assert_close(tail_ratio(&Sorted::of(&RETURNS)), 0.088 / 0.047);
    }

    #[test]
    fn a_fifth_percentile_of_zero_is_no_divisor() {
        assert_eq!(tail_ratio(&Sorted::of(&[0.0; 30])), None);
        assert_eq!(tail_ratio(&Sorted::of(&[])), None);
    }
}
