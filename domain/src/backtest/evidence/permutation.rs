//! Whether the trades made more than their signs alone would have.

use super::draws::Draws;
use super::p_value;

/// Computes the chance of a total profit at least as large, had each trade been as likely to lose what it made.
///
/// *Inputs*: the profits of the trades; how many samples; a seed. *Returns*: a one-sided p-value in (0, 1]; `None` of no trade.
///
/// *Method*: signs drawn at random (Fisher's sign permutation), (1 + those at least as good)/(1 + samples).
#[must_use]
pub fn sign_permutation(profits: &[f64], samples: usize, seed: u64) -> Option<f64> {
    if profits.is_empty() {
        return None;
    }
    let total: f64 = profits.iter().sum();
    let mut draws = Draws::new(seed);
    let as_good = (0..samples).filter(|_| {
        let sum: f64 = profits.iter().map(|profit| if draws.is_heads() { *profit } else { -profit }).sum();
        sum >= total
    });
    Some(p_value(as_good.count(), samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_winners_in_a_row_are_one_in_256() {
        let p = sign_permutation(&[1.0; 8], 100_000, 3).unwrap();
        // 1/256 = 0.0039; its deviation at so many samples is 0.0002.
        assert!((0.0033..0.0046).contains(&p), "{p}");
    }

    #[test]
    fn as_many_losers_as_winners_prove_nothing() {
        let p = sign_permutation(&[1.0, -1.0, 1.0, -1.0], 10_000, 3).unwrap();
        assert!(p > 0.6, "{p}");
        assert_eq!(sign_permutation(&[], 10, 1), None);
    }
}
