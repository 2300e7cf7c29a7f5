//! Whether the underlying does what a rule waits for.

use crate::options::strategy::{Signal, SignalBy};

const SESSIONS_PER_YEAR: f64 = 252.0;

/// Prices that a signal needs, today's included.
pub(super) fn prices_needed(signal: &Signal) -> usize {
    let n = usize::try_from(signal.n).unwrap_or(usize::MAX);
    if signal.by == SignalBy::Sma { n } else { n.saturating_add(1) }
}

/// Whether a condition holds, by the underlying's prices up to today's; `None` while they are too few.
pub(super) fn holds(signal: &Signal, spots: &[f64]) -> Option<bool> {
    let number = number_of(signal, spots)?;
    let above = signal.above.is_none_or(|bound| number > bound);
    Some(above && signal.below.is_none_or(|bound| number < bound))
}

fn number_of(signal: &Signal, spots: &[f64]) -> Option<f64> {
    let needed = prices_needed(signal);
    let last = spots.get(spots.len().checked_sub(needed)?..)?;
    let (first, today) = (*last.first()?, *last.last()?);
    let n = f64::from(signal.n);
    match signal.by {
        SignalBy::Sma => Some(today / (last.iter().sum::<f64>() / n) - 1.0),
        SignalBy::Change => Some(today / first - 1.0),
        SignalBy::Volatility => {
            let returns: Vec<f64> = last.windows(2).map(|pair| libm::log(pair[1] / pair[0])).collect();
            crate::stats::Moments::of(&returns).deviation().map(|deviation| deviation * libm::sqrt(SESSIONS_PER_YEAR))
        }
        SignalBy::Rsi => {
            let moves = || last.windows(2).map(|pair| pair[1] - pair[0]);
            let rises: f64 = moves().filter(|change| *change > 0.0).sum();
            let falls: f64 = moves().filter(|change| *change < 0.0).map(f64::abs).sum();
            let all = rises + falls;
            Some(if all > 0.0 { 100.0 * rises / all } else { 50.0 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(by: SignalBy, n: u32, spots: &[f64]) -> Option<f64> {
        number_of(&Signal { by, n, above: None, below: None }, spots)
    }

    #[test]
    fn the_numbers_are_those_of_their_definitions() {
        let spots = [90.0, 100.0, 110.0, 99.0];
        let near = |found: Option<f64>, expected: f64| assert!((found.unwrap() - expected).abs() <= 1e-12, "{found:?}");
        // 99 against (100 + 110 + 99) / 3 = 103.
        near(number(SignalBy::Sma, 3, &spots), 99.0 / 103.0 - 1.0);
        near(number(SignalBy::Change, 2, &spots), 99.0 / 100.0 - 1.0);
        // Rises 10 and 10, a fall of 11.
        near(number(SignalBy::Rsi, 3, &spots), 100.0 * 20.0 / 31.0);
        near(number(SignalBy::Rsi, 2, &[5.0, 5.0, 5.0]), 50.0);
        // ln 1.1 = 0.0953… and ln 0.9 = −0.1053…: their deviation with n − 1 is their distance over √2.
        let distance = (1.1_f64).ln() - (0.9_f64).ln();
        near(number(SignalBy::Volatility, 2, &spots), distance / 2.0_f64.sqrt() * 252.0_f64.sqrt());
    }

    #[test]
    fn too_few_sessions_say_nothing_and_bounds_are_open() {
        assert_eq!(number(SignalBy::Sma, 5, &[1.0; 4]), None);
        assert_eq!(number(SignalBy::Change, 4, &[1.0; 4]), None);
        let at = |above, below| holds(&Signal { by: SignalBy::Change, n: 1, above, below }, &[100.0, 110.0]);
        assert_eq!(
            (at(Some(0.05), None), at(None, Some(0.05)), at(Some(0.05), Some(0.2))),
            (Some(true), Some(false), Some(true))
        );
        let flat = Signal { by: SignalBy::Change, n: 1, above: Some(0.0), below: None };
        assert_eq!(holds(&flat, &[100.0, 100.0]), Some(false));
    }
}
