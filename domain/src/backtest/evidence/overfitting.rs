//! How likely the best of one half of the sessions is below the middle in the other half.

use super::{best, count};

/// What splitting the sessions in all ways showed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overfitting {
    /// The share of the splits in which the best of one half was in the lower half of the other.
    pub probability: f64,
    /// How many splits there were.
    pub splits: usize,
    /// The share of the splits in which the chosen one's Sharpe ratio in the other half was not above zero.
    pub loss_probability: f64,
}

/// Of one trial in one block of sessions: n, Σ(r − c) and Σ(r − c)², c being the trial's mean over all sessions.
type Sums = (f64, f64, f64);

/// Computes the probability of backtest overfitting by combinatorially symmetric cross-validation.
///
/// *Inputs*: the daily returns of each trial, all of the same sessions; an even number of blocks from 2 to 16. *Returns*: what came
/// of it; `None` of fewer than two trials, of different lengths, or of fewer than two sessions a block.
///
/// *Method*: Bailey, Borwein, López de Prado and Zhu 2017: the sessions in equal blocks, every half of them as sample, the other as
/// test; the trial with the best Sharpe ratio of the sample is ranked in the test. A trial without a ratio ranks last.
#[must_use]
pub fn overfitting(trials: &[Vec<f64>], blocks: usize) -> Option<Overfitting> {
    let n = trials.first()?.len();
    let is_even = blocks.is_multiple_of(2) && (2..=16).contains(&blocks);
    if trials.len() < 2 || trials.iter().any(|trial| trial.len() != n) || !is_even || n < 2 * blocks {
        return None;
    }
    let sums: Vec<(f64, Vec<Sums>)> = trials.iter().map(|trial| sums_of(trial, blocks)).collect();
    let (mut splits, mut below, mut losses) = (0, 0, 0);
    for halves in 0_u32..1 << blocks {
        if halves.count_ones() as usize * 2 != blocks {
            continue;
        }
        let ratios = |half: u32| sums.iter().map(move |(mean, sums)| ratio_of(*mean, sums, half));
        let Some((chosen, _)) = best(ratios(halves)) else { continue };
        let test: Vec<Option<f64>> = ratios(!halves).collect();
        let rank = test.iter().filter(|other| test[chosen] > **other).count() + 1;
        splits += 1;
        // The relative rank against a half, in whole numbers: rank/(N + 1) ≤ 1/2.
        below += usize::from(2 * rank <= trials.len() + 1);
        losses += usize::from(test[chosen].is_none_or(|ratio| ratio <= 0.0));
    }
    if splits == 0 {
        return None;
    }
    let share = |of: usize| count(of) / count(splits);
    Some(Overfitting { probability: share(below), splits, loss_probability: share(losses) })
}

fn sums_of(trial: &[f64], blocks: usize) -> (f64, Vec<Sums>) {
    let n = trial.len();
    let mean = trial.iter().sum::<f64>() / count(n);
    let block = |at: usize| {
        let returns = &trial[at * n / blocks..(at + 1) * n / blocks];
        returns.iter().fold((0.0, 0.0, 0.0), |(n, sum, squares), value| {
            let deviation = value - mean;
            (n + 1.0, sum + deviation, squares + deviation * deviation)
        })
    };
    (mean, (0..blocks).map(block).collect())
}

/// Mean over deviation in the blocks whose bits are set.
fn ratio_of(mean: f64, sums: &[Sums], half: u32) -> Option<f64> {
    let chosen = sums.iter().enumerate().filter(|(at, _)| half >> at & 1 == 1);
    let (n, sum, squares) = chosen.fold((0.0, 0.0, 0.0), |all, (_, one)| (all.0 + one.0, all.1 + one.1, all.2 + one.2));
    let variance = (squares - sum * sum / n) / (n - 1.0);
    let deviation = libm::sqrt(variance.max(0.0));
    (deviation > crate::stats::ROUNDING).then(|| (mean + sum / n) / deviation)
}

#[cfg(test)]
mod tests {
    use super::super::draws::Draws;
    use super::*;

    fn noise(seed: u64, mean: f64) -> Vec<f64> {
        let mut draws = Draws::new(seed);
        (0..240).map(|_| mean + 0.02 * (count(draws.below(1000)) / 1000.0 - 0.4995)).collect()
    }

    #[test]
    fn a_trial_that_is_better_throughout_is_not_overfitted() {
        let mut trials: Vec<Vec<f64>> = (0..9).map(|seed| noise(seed, 0.0)).collect();
        trials.push(noise(9, 0.01));
        let found = overfitting(&trials, 10).unwrap();
        assert_eq!((found.probability, found.splits, found.loss_probability), (0.0, 252, 0.0));
    }

    #[test]
    fn the_best_of_what_is_nothing_but_noise_is_below_the_middle_half_of_the_time() {
        let share: f64 = (0..20)
            .map(|market| {
                let trials: Vec<Vec<f64>> = (0..20).map(|trial| noise(market * 100 + trial, 0.0)).collect();
                overfitting(&trials, 8).unwrap().probability
            })
            .sum();
        assert!((0.35..0.75).contains(&(share / 20.0)), "{}", share / 20.0);
    }

    #[test]
    fn sums_of_blocks_give_the_ratio_of_their_sessions() {
        let trial = noise(4, 0.001);
        let (mean, sums) = sums_of(&trial, 4);
        let sessions: Vec<f64> = trial[..60].iter().chain(&trial[180..]).copied().collect();
        let expected = super::super::ratio(&sessions).unwrap();
        assert!((ratio_of(mean, &sums, 0b1001).unwrap() / expected - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_split_has_none() {
        let trials = [noise(1, 0.0), noise(2, 0.0)];
        assert!(
            overfitting(&trials[..1], 4).is_none()
                && overfitting(&trials, 5).is_none()
                && overfitting(&trials, 18).is_none()
        );
        assert_eq!(overfitting(&[vec![0.0; 20], vec![0.0; 20]], 4), None);
    }
}
