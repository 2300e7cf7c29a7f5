//! Total return: what one unit invested at the start gained by the end.

use super::{Definition, Unit, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "total_return",
    title: "Total return",
    formula: "Π(1 + r) − 1",
    unit: Unit::Fraction,
    note: "Daily returns compounded, never summed. Undefined without returns.",
    value: |statistics| statistics.total_return,
};

/// Computes the compounded return of a series.
///
/// *Inputs*: returns as fractions, each ≥ −1. *Returns*: a fraction ≥ −1; `None` without returns, and where the
/// product overflows.
///
/// *Method*: `docs/methods/statistics.md`; Π(1 + r) − 1.
///
/// ```
/// use domain::stats::total_return;
/// assert_eq!(total_return(&[1.0, -0.75]), Some(-0.5)); // 2 · 0.25 − 1
/// ```
#[must_use]
pub fn total_return(returns: &[f64]) -> Option<f64> {
    if returns.is_empty() {
        return None;
    }
    finite(returns.iter().map(|value| 1.0 + value).product::<f64>() - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn returns_of_the_example_compound() {
        // 1.10 · 0.95 = 1.045; · 1.02 = 1.0659; · 0.97 = 1.033923.
        assert_close(total_return(&RETURNS), 0.033_923);
    }

    #[test]
    fn a_total_loss_is_final() {
        assert_eq!(total_return(&[0.5, -1.0, 9.0]), Some(-1.0));
    }

    #[test]
    fn nothing_has_no_return_and_an_overflow_none_either() {
        assert_eq!(total_return(&[]), None);
        assert_eq!(total_return(&[1e200, 1e200]), None);
    }
}
