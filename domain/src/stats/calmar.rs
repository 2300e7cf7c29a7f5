//! Calmar ratio: yearly growth per unit of the deepest drawdown.

use super::{Definition, Unit, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "calmar",
    title: "Calmar ratio",
    formula: "CAGR/|maximum drawdown|",
    unit: Unit::Ratio,
    note: "Yearly growth (by periods) per unit of the deepest drawdown. Undefined when the value never fell.",
    value: |statistics| statistics.calmar,
};

/// Computes the Calmar ratio.
///
/// *Inputs*: the yearly growth and the maximum drawdown, both fractions. *Returns*: a ratio; `None` for a drawdown of
/// zero.
///
/// *Method*: `docs/methods/statistics.md`; CAGR/|maximum drawdown|.
///
/// ```
/// use domain::stats::calmar;
/// assert_eq!(calmar(0.25, -0.5), Some(0.5));
/// ```
#[must_use]
pub fn calmar(cagr: f64, max_drawdown: f64) -> Option<f64> {
    if max_drawdown == 0.0 { None } else { finite(cagr / max_drawdown.abs()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::assert_close;

    #[test]
    fn calmar_of_the_example() {
        // 0.033923/0.06007 = 0.5647244….
        assert_close(calmar(0.033_923, -0.060_07), 0.033_923 / 0.060_07);
    }

    #[test]
    fn a_value_that_never_fell_has_no_calmar_ratio() {
        assert_eq!(calmar(0.1, 0.0), None);
    }
}
