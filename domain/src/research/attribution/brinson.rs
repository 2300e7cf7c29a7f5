//! Brinson–Fachler: a return beside its benchmark's, taken apart by sector.

use std::collections::BTreeMap;

/// A sector on one session, in the portfolio and in the benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct SectorSlice {
    /// The sector; `None` for members without one.
    pub sector: Option<String>,
    /// Its weight in the portfolio.
    pub weight: f64,
    /// What it added to the portfolio's return: Σ w·r over its members there.
    pub added: f64,
    /// Its weight in the benchmark.
    pub benchmark_weight: f64,
    /// What it added to the benchmark's return.
    pub benchmark_added: f64,
}

/// What a sector explains of the difference to the benchmark over the period.
#[derive(Clone, Debug, PartialEq)]
pub struct BrinsonEffect {
    /// The sector.
    pub sector: Option<String>,
    /// Its mean weight in the portfolio.
    pub mean_weight: f64,
    /// Its mean weight in the benchmark.
    pub mean_benchmark_weight: f64,
    /// By weighing the sector differently.
    pub allocation: f64,
    /// By other members or weights inside the sector.
    pub selection: f64,
    /// By both at once.
    pub interaction: f64,
}

impl BrinsonEffect {
    /// All three together.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.allocation + self.selection + self.interaction
    }
}

/// Explains the difference of two returns by sector.
///
/// *Inputs*: the sectors of each session, in order of time. *Returns*: the effects by sector name, which sum to
/// Π(1 + r) − Π(1 + b), and that difference.
///
/// *Method*: `docs/methods/attribution.md`. On a session, with weights w and v and returns r and b of the sector and B of the
/// benchmark: allocation (w − v)·(b − B), selection v·(r − b), interaction (w − v)·(r − b). A sector that one side does not hold
/// has the other side's return there. Sessions are linked as by the GRAP (1997): an effect of session t counts
/// Π over s < t of (1 + r(s)) · Π over s > t of (1 + b(s)) times, by which the sum telescopes without a residual.
///
/// ```
/// use domain::research::{SectorSlice, brinson_fachler};
/// let slice = |weight, added, benchmark_weight, benchmark_added| SectorSlice {
///     sector: None, weight, added, benchmark_weight, benchmark_added,
/// };
/// // r = 0.5·0.5 + 0.5·0 = 0.25 against B = 0.25·0.25 + 0.75·0 = 0.0625 in two sectors (here of one name).
/// let (effects, difference) = brinson_fachler(&[vec![slice(0.5, 0.25, 0.25, 0.0625), slice(0.5, 0.0, 0.75, 0.0)]]);
/// assert_eq!(difference, 0.1875);
/// // Allocation 0.25·(0.25 − 0.0625) − 0.25·(0 − 0.0625); selection 0.25·0.25; interaction 0.25·0.25.
/// assert_eq!((effects[0].allocation, effects[0].selection, effects[0].interaction), (0.0625, 0.0625, 0.0625));
/// ```
#[must_use]
pub fn brinson_fachler(sessions: &[Vec<SectorSlice>]) -> (Vec<BrinsonEffect>, f64) {
    let totals: Vec<(f64, f64)> = sessions
        .iter()
        .map(|slices| slices.iter().fold((0.0, 0.0), |(r, b), of| (r + of.added, b + of.benchmark_added)))
        .collect();
    // after[t] = Π over s > t of (1 + b(s)).
    let mut after = vec![1.0; totals.len()];
    for at in (1..totals.len()).rev() {
        after[at - 1] = after[at] * (1.0 + totals[at].1);
    }
    let n = crate::research::count(sessions.len());
    let mut effects: BTreeMap<Option<String>, BrinsonEffect> = BTreeMap::new();
    let mut before = 1.0;
    for ((slices, (value, benchmark)), after) in sessions.iter().zip(&totals).zip(&after) {
        let link = before * after;
        for of in slices {
            let effect = effects.entry(of.sector.clone()).or_insert_with(|| BrinsonEffect {
                sector: of.sector.clone(),
                mean_weight: 0.0,
                mean_benchmark_weight: 0.0,
                allocation: 0.0,
                selection: 0.0,
                interaction: 0.0,
            });
            let (own, theirs) = sector_returns(of);
            let over = of.weight - of.benchmark_weight;
            effect.mean_weight += of.weight / n;
            effect.mean_benchmark_weight += of.benchmark_weight / n;
            effect.allocation += link * over * (theirs - benchmark);
            effect.selection += link * of.benchmark_weight * (own - theirs);
            effect.interaction += link * over * (own - theirs);
        }
        before *= 1.0 + value;
    }
    let benchmark = totals.first().map_or(1.0, |(_, first)| after[0] * (1.0 + first));
    (effects.into_values().collect(), before - benchmark)
}

/// The sector's return in the portfolio and in the benchmark; who does not hold it has the other's.
fn sector_returns(of: &SectorSlice) -> (f64, f64) {
    let own = (of.weight > 0.0).then(|| of.added / of.weight);
    let theirs = (of.benchmark_weight > 0.0).then(|| of.benchmark_added / of.benchmark_weight);
    let either = own.or(theirs).unwrap_or(0.0);
    (own.unwrap_or(either), theirs.unwrap_or(either))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_of_many_sessions_sum_to_the_difference() {
        let wave = |t: u32, k: f64| 0.02 * (f64::from(t) * k + k).sin();
        let slice = |name: &str, weight: f64, value: f64, other: f64, theirs: f64| SectorSlice {
            sector: Some(name.to_owned()),
            weight,
            added: weight * value,
            benchmark_weight: other,
            benchmark_added: other * theirs,
        };
        let sessions: Vec<Vec<SectorSlice>> = (0..1000)
            .map(|t| {
                let mut slices = vec![
                    slice("a", 0.5, wave(t, 0.7) + 0.001, 0.3, wave(t, 0.9)),
                    slice("b", 0.5, wave(t, 1.1), 0.7 - f64::from(t % 2) * 0.2, wave(t, 1.3)),
                ];
                if t % 2 == 1 {
                    slices.push(slice("c", 0.0, 0.0, 0.2, wave(t, 0.3)));
                }
                slices
            })
            .collect();
        let (effects, difference) = brinson_fachler(&sessions);
        let growth = |added: fn(&SectorSlice) -> f64| -> f64 {
            sessions.iter().map(|slices| 1.0 + slices.iter().map(added).sum::<f64>()).product()
        };
        let expected = growth(|of| of.added) - growth(|of| of.benchmark_added);
        assert!((difference - expected).abs() < 1e-12 && difference.abs() > 0.05, "{difference}");
        assert!((effects.iter().map(BrinsonEffect::total).sum::<f64>() - difference).abs() < 1e-12);
        assert_eq!(effects.len(), 3);
    }

    #[test]
    fn a_sector_only_one_side_holds_is_a_matter_of_allocation() {
        let only = |weight: f64, added: f64, other: f64, theirs: f64| SectorSlice {
            sector: None,
            weight,
            added,
            benchmark_weight: other,
            benchmark_added: theirs,
        };
        // r = 0.1, b = 0.05: (1 − 0)·(0.1 − 0.05) and (0 − 1)·(0.05 − 0.05).
        let (effects, difference) = brinson_fachler(&[vec![only(1.0, 0.1, 0.0, 0.0), only(0.0, 0.0, 1.0, 0.05)]]);
        assert!((effects[0].allocation - 0.05).abs() < 1e-15 && (difference - 0.05).abs() < 1e-15);
        assert_eq!((effects[0].selection, effects[0].interaction), (0.0, 0.0));
        assert_eq!(brinson_fachler(&[]), (Vec::new(), 0.0));
    }
}
