//! Whether the best of many did better than chance, given that it was chosen.

use super::draws::Draws;
use super::{count, p_value};

/// Computes White's reality check: the chance that the best of trials without any profit to be had looks at least as good.
///
/// *Inputs*: the daily returns of each trial, all of the same sessions; how many samples; the mean length of a block; a seed.
/// *Returns*: a one-sided p-value in (0, 1]; `None` without trials, without sessions, or of different lengths.
///
/// *Method*: White 2000: max over trials of √n·mean against max of √n·(mean* − mean) in samples of the stationary bootstrap, the
/// same sessions drawn for every trial, so that what they have in common is kept. One trial gives the test of its mean alone.
#[must_use]
pub fn reality_check(trials: &[Vec<f64>], samples: usize, block: usize, seed: u64) -> Option<f64> {
    let n = trials.first()?.len();
    if n == 0 || trials.iter().any(|trial| trial.len() != n) {
        return None;
    }
    let mean = |trial: &[f64]| trial.iter().sum::<f64>() / count(n);
    let means: Vec<f64> = trials.iter().map(|trial| mean(trial)).collect();
    let found = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut draws = Draws::new(seed);
    let mut places = Vec::new();
    let mut as_good = 0;
    for _ in 0..samples {
        draws.resample(n, block, &mut places);
        let differences = trials.iter().zip(&means).map(|(trial, mean)| {
            let sum: f64 = places.iter().map(|place| trial[*place]).sum();
            sum / count(n) - mean
        });
        as_good += usize::from(differences.fold(f64::NEG_INFINITY, f64::max) >= found);
    }
    Some(p_value(as_good, samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, mean: f64) -> Vec<f64> {
        let mut draws = Draws::new(seed);
        // A sum of twelve dice is nearly normal.
        let one = |draws: &mut Draws| (0..12).map(|_| count(draws.below(1000)) / 1000.0).sum::<f64>() - 6.0;
        (0..250).map(|_| mean + 0.01 * one(&mut draws)).collect()
    }

    #[test]
    fn the_best_of_many_without_skill_is_not_believed_where_alone_it_would_be() {
        let trials: Vec<Vec<f64>> = (0..60).map(|seed| noise(seed, 0.0)).collect();
        let mean = |trial: &Vec<f64>| trial.iter().sum::<f64>();
        let best = trials.iter().max_by(|a, b| mean(a).total_cmp(&mean(b))).unwrap();
        let alone = reality_check(std::slice::from_ref(best), 2_000, 1, 9).unwrap();
        let chosen = reality_check(&trials, 2_000, 1, 9).unwrap();
        assert!(alone < 0.05 && chosen > 0.2, "{alone} {chosen}");
        let real = reality_check(&[noise(100, 0.004), noise(101, 0.0)], 2_000, 1, 9).unwrap();
        assert!(real < 0.01, "{real}");
    }

    #[test]
    fn under_no_skill_the_p_value_of_one_trial_is_even() {
        let below = (0..400).filter(|seed| reality_check(&[noise(*seed, 0.0)], 200, 1, 1).unwrap() < 0.1).count();
        // 40 expected of 400, its deviation is 6.
        assert!((20..62).contains(&below), "{below}");
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert_eq!(reality_check(&[], 10, 1, 1), None);
        assert_eq!(reality_check(&[vec![]], 10, 1, 1), None);
        assert_eq!(reality_check(&[vec![0.1], vec![]], 10, 1, 1), None);
    }
}
