//! What choosing anew, again and again from what was known, would have made.

use super::{best, ratio};

/// One stretch of sessions and who was chosen for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fold {
    /// The first session of the stretch; all before it are those that were chosen from.
    pub from: usize,
    /// The session after its last.
    pub to: usize,
    /// The place of the trial chosen.
    pub chosen: usize,
    /// Its Sharpe ratio before the stretch, per session.
    pub before: f64,
    /// Its Sharpe ratio in the stretch, per session; `None` where nothing varies.
    pub after: Option<f64>,
}

/// Walks forward: the sessions are cut into `folds` + 1 equal parts, and for each part but the first the trial with the best Sharpe
/// ratio over all parts before it is taken.
///
/// *Inputs*: the daily returns of each trial, all of the same sessions; the number of stretches. *Returns*: the stretches and the
/// returns over all of them in order; `None` of no trial, of different lengths, of fewer than two sessions a part, or where no trial
/// varies in the first part.
///
/// *Method*: anchored walk-forward (Pardo 1992). The trials are not run again: what a trial holds when it is taken over counts from
/// there on at its daily marks.
#[must_use]
pub fn walk_forward(trials: &[Vec<f64>], folds: usize) -> Option<(Vec<Fold>, Vec<f64>)> {
    let n = trials.first()?.len();
    let parts = folds + 1;
    if folds == 0 || trials.iter().any(|trial| trial.len() != n) || n < 2 * parts {
        return None;
    }
    let (mut walked, mut returns) = (Vec::with_capacity(folds), Vec::with_capacity(n));
    for part in 1..parts {
        let (from, to) = (part * n / parts, (part + 1) * n / parts);
        let (chosen, before) = best(trials.iter().map(|trial| ratio(&trial[..from])))?;
        let after = &trials[chosen][from..to];
        walked.push(Fold { from, to, chosen, before, after: ratio(after) });
        returns.extend_from_slice(after);
    }
    Some((walked, returns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stretch_is_given_to_whoever_was_best_before_it() {
        let alternating = |mean: [f64; 3]| -> Vec<f64> {
            (0..12).map(|i| mean[i / 4] + if i % 2 == 0 { 0.01 } else { -0.01 }).collect()
        };
        // The second is best at first, the first over two parts.
        let trials = [alternating([0.001, 0.020, 0.0]), alternating([0.002, -0.030, 0.005])];
        let (folds, returns) = walk_forward(&trials, 2).unwrap();
        assert_eq!(
            folds.iter().map(|fold| (fold.from, fold.to, fold.chosen)).collect::<Vec<_>>(),
            [(4, 8, 1), (8, 12, 0)]
        );
        assert_eq!(returns, [&trials[1][4..8], &trials[0][8..12]].concat());
        assert_eq!(Some(folds[1].before), ratio(&trials[0][..8]));
    }

    #[test]
    fn the_future_of_a_stretch_does_not_choose_for_it() {
        let mut trials =
            vec![vec![0.01, -0.005, 0.01, -0.005, 0.02, 0.01], vec![0.005, -0.005, 0.01, -0.005, 0.02, 0.01]];
        let before = walk_forward(&trials, 1).unwrap().0[0].chosen;
        trials[1][4] = 9.0;
        assert_eq!(walk_forward(&trials, 1).unwrap().0[0].chosen, before);
    }

    #[test]
    fn too_little_has_no_walk() {
        assert!(walk_forward(&[], 2).is_none() && walk_forward(&[vec![0.1; 5]], 2).is_none());
        assert!(walk_forward(&[vec![0.0; 30]], 2).is_none() && walk_forward(&[vec![0.1; 30]], 0).is_none());
    }
}
