//! Omega ratio at zero: all gains per unit of all losses.

use super::{Definition, Unit, finite};

pub(super) const DEFINITION: Definition = Definition {
    name: "omega",
    title: "Omega ratio",
    formula: "Σmax(r, 0)/Σmax(−r, 0)",
    unit: Unit::Ratio,
    note: "Sum of gains per unit of losses, at a threshold of zero; also called profit factor. Undefined without losses.",
    value: |statistics| statistics.omega,
};

/// Computes the Omega ratio at a threshold of zero.
///
/// *Inputs*: returns as fractions. *Returns*: a ratio ≥ 0; `None` without losses.
///
/// *Method*: `docs/methods/statistics.md`; Σmax(r, 0)/Σmax(−r, 0).
///
/// ```
/// use domain::stats::omega;
/// assert_eq!(omega(&[0.5, 0.25, -0.25]), Some(3.0));
/// ```
#[must_use]
pub fn omega(returns: &[f64]) -> Option<f64> {
    let gains: f64 = returns.iter().map(|value| value.max(0.0)).sum();
    let losses: f64 = returns.iter().map(|value| (-value).max(0.0)).sum();
    if losses > 0.0 { finite(gains / losses) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::example::{RETURNS, assert_close};

    #[test]
    fn omega_of_the_example() {
        // Gains 0.10 + 0.02, losses 0.05 + 0.03: 0.12/0.08.
        assert_close(omega(&RETURNS), 1.5);
    }

    #[test]
    fn losses_alone_are_zero_and_gains_alone_undefined() {
        assert_eq!(omega(&[-0.1]), Some(0.0));
        assert_eq!(omega(&[0.1, 0.0]), None);
        assert_eq!(omega(&[]), None);
    }
}
