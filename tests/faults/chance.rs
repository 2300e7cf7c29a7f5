//! Random delays that can be repeated.

use std::time::Duration;

/// A stream of random numbers (xorshift); its seed is printed.
pub(crate) struct Chance(u64);

impl Chance {
    /// A stream for one kind of work, from `FAULTS_SEED` or the time.
    pub(crate) fn new(kind: &str) -> Self {
        let given = std::env::var("FAULTS_SEED").ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| std::time::UNIX_EPOCH.elapsed().unwrap().as_secs());
        println!("{kind}: FAULTS_SEED={seed}");
        Self(kind.bytes().fold(seed | 1, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))) | 1)
    }

    /// An instant within what the work usually takes, and a little after it.
    pub(crate) fn within(&mut self, usual: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let thousandths = u32::try_from(self.0 % 1_100).unwrap_or_default();
        usual * thousandths / 1_000
    }
}
