//! Target weights: one scheme a file. Formulas with worked examples: `docs/methods/weightings.md`.
//!
//! Every scheme answers one weight for each candidate, in their order, each at least 0 and together 1 within 1e-12.

mod capped;
mod cholesky;
mod covariance;
mod equal_risk;
mod inner_product;
mod inverse_volatility;
mod minimum_variance;
mod sector_equal;

pub use capped::capped;
pub use covariance::Covariance;
pub use equal_risk::equal_risk;
pub use inverse_volatility::inverse_volatility;
pub use minimum_variance::minimum_variance;
pub use sector_equal::sector_equal;

use inner_product::inner_product;

use crate::index::Weighting;
use crate::research::count;

/// How many daily returns a weighting by risk looks back on.
pub const WINDOW_RETURNS: usize = 252;

/// Sessions before a close that must be read for a whole window to be known at it, also of a member that did not trade on some.
pub const WINDOW_SESSIONS: u32 = 283;

/// The most pairs of members, over all rebalances, whose covariance one request estimates: some ten seconds of computing.
pub const MOST_PAIRS: u64 = 120_000_000;

/// The fewest returns from which risk is estimated: half a window.
pub const LEAST_RETURNS: usize = 126;

/// The largest weight of a member of a capped index, unless another is asked for.
pub const DEFAULT_CAP_LIMIT: f64 = 0.05;

/// A member to be weighted, with what is known of it at the close.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// Market cap at the close, above 0.
    pub cap: f64,
    /// The sector, where known.
    pub sector: Option<&'a str>,
    /// Its latest daily returns, the last one that of the close; fewer where its history is shorter. Not read by schemes
    /// without risk.
    pub returns: &'a [f64],
}

/// Target weights of the candidates.
///
/// *Inputs*: the scheme; the candidates; the largest weight, which only `capped` reads. *Returns*: a weight each, in their
/// order; nothing for nobody.
///
/// *Method*: `docs/methods/weightings.md`. Where a scheme needs risk, a candidate with fewer than [`LEAST_RETURNS`] returns is
/// held at 1/n, and the scheme shares out the rest among the others over the longest window that they all have.
///
/// ```
/// use domain::index::Weighting;
/// use domain::research::{Candidate, weights};
/// let of = |cap| Candidate { cap, sector: None, returns: &[] };
/// assert_eq!(weights(Weighting::Cap, &[of(3.0), of(1.0)], 1.0), [0.75, 0.25]);
/// ```
#[must_use]
pub fn weights(scheme: Weighting, candidates: &[Candidate<'_>], cap_limit: f64) -> Vec<f64> {
    let caps = || candidates.iter().map(|candidate| candidate.cap).collect::<Vec<_>>();
    match scheme {
        Weighting::Equal => vec![1.0 / count(candidates.len().max(1)); candidates.len()],
        Weighting::Cap => normalised(caps()),
        Weighting::Capped => capped(&caps(), cap_limit),
        Weighting::SectorEqual => sector_equal(candidates.iter().map(|candidate| candidate.sector)),
        Weighting::InverseVolatility => by_risk(candidates, inverse_volatility),
        Weighting::EqualRisk => {
            by_risk(candidates, |returns| Covariance::shrunk(returns).map(|risk| equal_risk(&risk)))
        }
        Weighting::MinimumVariance => {
            by_risk(candidates, |returns| Covariance::shrunk(returns).map(|risk| minimum_variance(&risk)))
        }
    }
}

/// Weighs the candidates whose risk is known by `scheme`, and holds the others at 1/n. Where `scheme` has no answer, because
/// nothing moved, everybody is held at 1/n.
fn by_risk(candidates: &[Candidate<'_>], scheme: impl Fn(&[&[f64]]) -> Option<Vec<f64>>) -> Vec<f64> {
    let even = 1.0 / count(candidates.len().max(1));
    let known: Vec<&[f64]> =
        candidates.iter().map(|candidate| candidate.returns).filter(|returns| returns.len() >= LEAST_RETURNS).collect();
    let window = known.iter().map(|returns| returns.len()).min().unwrap_or(0).min(WINDOW_RETURNS);
    let known: Vec<&[f64]> = known.into_iter().map(|returns| &returns[returns.len() - window..]).collect();
    let part = even * count(known.len());
    let Some(found) = (known.len() > 1).then(|| scheme(&known)).flatten() else { return vec![even; candidates.len()] };
    let mut found = found.into_iter();
    let weigh = |candidate: &Candidate<'_>| {
        let is_known = candidate.returns.len() >= LEAST_RETURNS;
        if is_known { found.next().unwrap_or(0.0) * part } else { even }
    };
    normalised(candidates.iter().map(weigh).collect())
}

/// The same proportions, summing to 1.
fn normalised(mut parts: Vec<f64>) -> Vec<f64> {
    let sum: f64 = parts.iter().sum();
    if sum > 0.0 {
        parts.iter_mut().for_each(|part| *part /= sum);
    }
    parts
}

/// Returns that look random and are the same on every machine.
#[cfg(test)]
mod example {
    /// `n` series of `length` returns, each of its own volatility, which a common factor moves together.
    pub(super) fn returns(n: usize, length: usize) -> Vec<Vec<f64>> {
        let wave = |t: usize, k: f64| (k * super::count(t) * super::count(t) + 0.7 * k).sin();
        (0..n)
            .map(|i| {
                let own = 0.004 + 0.001 * super::count(i % 7);
                (0..length).map(|t| 0.008 * wave(t, 0.013) + own * wave(t, 0.37 + 0.11 * super::count(i))).collect()
            })
            .collect()
    }

    /// The same as slices.
    pub(super) fn slices(series: &[Vec<f64>]) -> Vec<&[f64]> {
        series.iter().map(Vec::as_slice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_sums_to_one_whoever_is_weighed() {
        let series = example::returns(23, 260);
        for n in [1, 2, 5, 23] {
            let candidates: Vec<Candidate<'_>> = (0..n)
                .map(|i| Candidate {
                    cap: 1.0 + count(i * i),
                    sector: (i % 4 > 0).then_some(["a", "b", "c"][i % 3]),
                    // The sixth was listed lately.
                    returns: if i == 5 { &series[i][250..] } else { &series[i] },
                })
                .collect();
            for name in Weighting::NAMES {
                let found = weights(Weighting::from_name(name).unwrap(), &candidates, 0.05);
                let sum: f64 = found.iter().sum();
                assert!(found.len() == n && (sum - 1.0).abs() <= 1e-12, "{name} of {n}: {sum}");
                assert!(found.iter().all(|weight| *weight >= 0.0), "{name} of {n}: {found:?}");
            }
        }
        assert!(weights(Weighting::EqualRisk, &[], 1.0).is_empty());
    }

    #[test]
    fn a_newcomer_is_held_at_its_even_share() {
        let series = example::returns(4, 200);
        let of = |i: usize| Candidate {
            cap: 1.0,
            sector: None,
            returns: if i == 2 { &series[2][150..] } else { &series[i] },
        };
        let candidates: Vec<Candidate<'_>> = (0..4).map(of).collect();
        for scheme in [Weighting::InverseVolatility, Weighting::EqualRisk, Weighting::MinimumVariance] {
            let found = weights(scheme, &candidates, 1.0);
            assert!((found[2] - 0.25).abs() < 1e-15, "{found:?}");
        }
    }

    #[test]
    fn without_a_history_or_a_move_everybody_weighs_the_same() {
        let still = vec![0.0; 200];
        for returns in [&still[..], &[]] {
            let candidates = vec![Candidate { cap: 1.0, sector: None, returns }; 4];
            assert_eq!(weights(Weighting::MinimumVariance, &candidates, 1.0), [0.25; 4]);
            assert_eq!(weights(Weighting::InverseVolatility, &candidates, 1.0), [0.25; 4]);
        }
    }
}
