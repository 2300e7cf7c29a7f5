//! Bits that look random and are a pure function of a number: the same on every platform. Not for secrets.

/// The fractional part of the golden ratio in 64 bits, the increment of SplitMix64.
pub const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the result depends on every bit of the number.
#[must_use]
pub const fn scrambled(number: u64) -> u64 {
    let z = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The number that SplitMix64 draws first from a seed.
#[must_use]
pub const fn mixed(seed: u64) -> u64 {
    scrambled(seed.wrapping_add(GOLDEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_reference_implementation() {
        // The first three of Vigna's splitmix64.c for the seed 1234567.
        let seed = 1_234_567_u64;
        let drawn = [0, 1, 2].map(|before| mixed(seed.wrapping_add(GOLDEN.wrapping_mul(before))));
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }
}
