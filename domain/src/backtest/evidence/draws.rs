//! Numbers drawn from a seed, and sessions drawn in blocks.

use crate::stats::{GOLDEN, scrambled};

/// SplitMix64: the same seed gives the same numbers everywhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws(u64);

impl Draws {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        scrambled(self.0)
    }

    /// A whole number below `n`, which is at least 1. The high half of a product: the bias is below n/2^64.
    pub(super) fn below(&mut self, n: usize) -> usize {
        let n = u128::try_from(n).unwrap_or(1);
        usize::try_from((u128::from(self.next()) * n) >> 64).unwrap_or(0)
    }

    /// Heads or tails.
    pub(super) const fn is_heads(&mut self) -> bool {
        self.next() >> 63 == 1
    }

    /// Draws `n` places out of `n` in blocks whose length is `block` on average, the end joined to the beginning (the stationary
    /// bootstrap of Politis and Romano 1994): what follows what is kept within a block.
    pub(super) fn resample(&mut self, n: usize, block: usize, places: &mut Vec<usize>) {
        places.clear();
        let mut at = 0;
        for drawn in 0..n {
            at = if drawn == 0 || self.below(block.max(1)) == 0 { self.below(n) } else { (at + 1) % n };
            places.push(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_as_long_as_asked_on_average() {
        let mut draws = Draws::new(7);
        let mut places = Vec::new();
        draws.resample(100_000, 10, &mut places);
        let breaks = places.windows(2).filter(|pair| pair[1] != (pair[0] + 1) % 100_000).count();
        // 10 000 expected; the deviation of a binomial count is 95.
        assert!((9_600..10_400).contains(&breaks), "{breaks}");
        assert!(places.iter().all(|place| *place < 100_000));
        draws.resample(5, 1, &mut places);
        assert_eq!(places.len(), 5);
    }

    #[test]
    fn numbers_are_spread_evenly_and_are_the_same_for_a_seed() {
        let mut counts = [0_u32; 7];
        let mut draws = Draws::new(1);
        (0..70_000).for_each(|_| counts[draws.below(7)] += 1);
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
        assert_eq!(Draws::new(3).next(), Draws::new(3).next());
    }
}
