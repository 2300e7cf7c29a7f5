//! How far the result of a backtest can be believed: what chance alone could have made of it, and what choosing the best of many
//! does to it. Deterministic: whatever is drawn is drawn from a seed. Rules: `docs/methods/evidence.md`.

mod bootstrap;
mod deflated_sharpe;
mod draws;
mod overfitting;
mod permutation;
mod portfolio;
mod reality_check;
mod walk_forward;

pub use bootstrap::{Interval, intervals};
pub use deflated_sharpe::{Deflated, deflated_sharpe, minimum_sessions};
pub use overfitting::{Overfitting, overfitting};
pub use permutation::sign_permutation;
pub use portfolio::{Account, PortfolioDay, portfolio};
pub use reality_check::reality_check;
pub use walk_forward::{Fold, walk_forward};

use crate::stats::Moments;

/// Mean over deviation, per session; `None` where nothing varies.
fn ratio(returns: &[f64]) -> Option<f64> {
    let moments = Moments::of(returns);
    let deviation = moments.deviation().filter(|deviation| *deviation > crate::stats::ROUNDING)?;
    Some(moments.mean / deviation)
}

/// A number of things as a float, exact below 2^32.
fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The place of the largest; the first of several, `None` where none is defined.
fn best(values: impl Iterator<Item = Option<f64>>) -> Option<(usize, f64)> {
    let defined = values.enumerate().filter_map(|(at, value)| Some((at, value?)));
    defined.fold(None, |best, (at, value)| match best {
        Some((_, most)) if most >= value => best,
        _ => Some((at, value)),
    })
}

/// The chance of something at least as good, of `samples` tries of which `as_good` were; never 0, because what happened is one.
fn p_value(as_good: usize, samples: usize) -> f64 {
    count(as_good + 1) / count(samples + 1)
}
