//! Weights by market cap, none above a limit.

use super::normalised;
use crate::research::count;

/// Weights by market cap with a largest weight.
///
/// *Inputs*: caps above 0; the limit, a fraction. *Returns*: weights. A limit below 1/n cannot be kept by n members: then 1/n
/// is the limit and all weigh the same.
///
/// *Method*: whoever is above the limit is set to it, and what that frees goes to the others by their caps; again, until nobody
/// is above. Each round fixes at least one, so there are at most n.
///
/// ```
/// use domain::research::capped;
/// // 60 % is cut to 40 %; the other 40 % grow by 60/40: 30, 15 and 15 %.
/// let weights = capped(&[60.0, 20.0, 10.0, 10.0], 0.4);
/// assert!(weights.iter().zip([0.4, 0.3, 0.15, 0.15]).all(|(was, expected)| (was - expected).abs() < 1e-15));
/// ```
#[must_use]
pub fn capped(caps: &[f64], limit: f64) -> Vec<f64> {
    let limit = limit.max(1.0 / count(caps.len().max(1)));
    let mut fixed = vec![false; caps.len()];
    loop {
        let n_fixed = fixed.iter().filter(|fixed| **fixed).count();
        let rest = 1.0 - limit * count(n_fixed);
        let free: f64 = caps.iter().zip(&fixed).filter(|(_, fixed)| !**fixed).map(|(cap, _)| cap).sum();
        let scale = if free > 0.0 { rest / free } else { 0.0 };
        let over: Vec<usize> = (0..caps.len()).filter(|at| !fixed[*at] && caps[*at] * scale > limit).collect();
        if over.is_empty() {
            let weigh = |(cap, fixed): (&f64, &bool)| if *fixed { limit } else { (cap * scale).max(0.0) };
            return normalised(caps.iter().zip(&fixed).map(weigh).collect());
        }
        over.into_iter().for_each(|at| fixed[at] = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_freed_may_push_another_over_the_limit() {
        // 0.5, 0.3, 0.1, 0.1 at most 0.35: 0.5 → 0.35; 0.3·0.65/0.5 = 0.39 → 0.35; the last two share 0.3.
        let found = capped(&[50.0, 30.0, 10.0, 10.0], 0.35);
        for (was, expected) in found.iter().zip([0.35, 0.35, 0.15, 0.15]) {
            assert!((was - expected).abs() < 1e-15, "{found:?}");
        }
    }

    #[test]
    fn a_limit_that_cannot_be_kept_makes_all_equal() {
        let found = capped(&[5.0, 3.0, 2.0], 0.2);
        assert!(found.iter().all(|weight| (weight - 1.0 / 3.0).abs() < 1e-15), "{found:?}");
        assert!(capped(&[], 0.2).is_empty());
    }

    #[test]
    fn a_limit_nobody_reaches_changes_nothing() {
        assert_eq!(capped(&[1.0, 1.0, 2.0], 0.6), [0.25, 0.25, 0.5]);
    }
}
