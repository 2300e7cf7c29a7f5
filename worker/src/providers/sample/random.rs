//! Numbers that look random and are a pure function of where they are asked for: same place, same number, on every platform.
//!
//! Only integer arithmetic and the correctly rounded operations of IEEE 754 are used, so a native build and WebAssembly
//! agree to the last bit. Not for secrets.

use domain::stats::{GOLDEN, scrambled};

/// A stream of numbers: one per purpose and company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Series(u64);

/// Standard deviation of the sum of four uniform 16-bit numbers: 65 536 · √(4 / 12).
const SUM_DEVIATION: f64 = 37_837.227_241_264_86;

impl Series {
    /// The stream of this purpose for this owner.
    pub(super) const fn new(purpose: u32, owner: u32) -> Self {
        Self(scrambled(((purpose as u64) << 32 | owner as u64).wrapping_add(GOLDEN)))
    }

    /// 64 bits at this position (SplitMix64 at an arbitrary place).
    pub(super) const fn bits(self, position: u32) -> u64 {
        scrambled(self.0.wrapping_add(GOLDEN.wrapping_mul(position as u64 + 1)))
    }

    /// A number in 0 ≤ x < 1 at this position, a multiple of 2⁻³².
    pub(super) fn uniform(self, position: u32) -> f64 {
        let [.., a, b, c, d] = self.bits(position).to_le_bytes();
        f64::from(u32::from_le_bytes([a, b, c, d])) / 4_294_967_296.0
    }

    /// A number with mean 0 and variance 1 at this position, bell-shaped and within ±3.47: the sum of four uniform ones.
    pub(super) fn bell(self, position: u32) -> f64 {
        let [a, b, c, d, e, f, g, h] = self.bits(position).to_le_bytes();
        let sum: i32 = [[a, b], [c, d], [e, f], [g, h]].map(|pair| i32::from(u16::from_le_bytes(pair))).iter().sum();
        f64::from(sum - 131_070) / SUM_DEVIATION
    }

    /// One of `n` choices at this position; `n` is at least 1.
    pub(super) fn choice(self, position: u32, n: u32) -> u32 {
        let high = self.bits(position) >> 32;
        // The product of two 32-bit numbers shifted right by 32 is below n.
        u32::try_from((high * u64::from(n)) >> 32).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bell_has_mean_0_and_variance_1() {
        let series = Series::new(1, 2);
        let values: Vec<f64> = (0..100_000).map(|at| series.bell(at)).collect();
        let mean = values.iter().sum::<f64>() / 100_000.0;
        let variance = values.iter().map(|x| x * x).sum::<f64>() / 100_000.0 - mean * mean;
        // Standard errors of 100 000 draws: 0.0032 for the mean, about 0.004 for the variance; four of each.
        assert!(mean.abs() < 0.013, "{mean}");
        assert!((variance - 1.0).abs() < 0.016, "{variance}");
    }

    #[test]
    fn a_choice_takes_every_value_and_no_other() {
        let series = Series::new(3, 4);
        let mut seen = [0_u32; 7];
        for at in 0..7_000 {
            seen[series.choice(at, 7) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (850..1_150).contains(count)), "{seen:?}");
    }
}
