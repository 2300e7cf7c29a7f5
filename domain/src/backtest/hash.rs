//! Hashes of what went in and what came out.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::options::ChainDay;

/// A running digest of the chains that a run has seen: fast rather than safe against forgery. It tells data that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DataDigest([u64; 4]);

impl Default for DataDigest {
    fn default() -> Self {
        // The fractional digits of π.
        Self([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89])
    }
}

/// An odd number without pattern: the golden ratio's digits.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

const fn mix(state: u64, word: u64) -> u64 {
    let mixed = (state ^ word).wrapping_mul(FACTOR);
    mixed ^ (mixed >> 29)
}

impl DataDigest {
    /// Takes in a session's chain: every number that a run can look at.
    pub(super) fn add(&mut self, chain: &ChainDay<'_>) {
        self.word(u64::from(chain.day.number().cast_unsigned()));
        self.word(chain.spot.to_bits());
        self.word(chain.open.map_or(0, f64::to_bits));
        for name in chain.root_names {
            name.bytes().for_each(|byte| self.word(u64::from(byte)));
            self.word(u64::MAX);
        }
        self.column(chain.expirations.len(), |row| u64::from(chain.expirations[row].cast_unsigned()));
        self.column(chain.rights.len(), |row| chain.rights[row] as u64);
        self.column(chain.roots.len(), |row| u64::from(chain.roots[row]));
        let numbers = [chain.strikes, chain.bids, chain.asks, chain.ivs, chain.deltas];
        let more = [chain.gammas, chain.thetas, chain.vegas, chain.volumes, chain.open_interests];
        for column in numbers.into_iter().chain(more) {
            // All absent numbers are the same one, whatever bits a source gave them.
            self.column(column.len(), |row| if column[row].is_nan() { 1 } else { column[row].to_bits() });
        }
    }

    fn word(&mut self, word: u64) {
        self.0[0] = mix(self.0[0], word);
    }

    /// Four lanes side by side, so that no word waits for the one before it.
    fn column(&mut self, rows: usize, word: impl Fn(usize) -> u64) {
        let [mut a, mut b, mut c, mut d] = self.0;
        let whole = rows - rows % 4;
        let mut row = 0;
        while row < whole {
            a = mix(a, word(row));
            b = mix(b, word(row + 1));
            c = mix(c, word(row + 2));
            d = mix(d, word(row + 3));
            row += 4;
        }
        (row..rows).for_each(|row| a = mix(a, word(row)));
        self.0 = [mix(a, u64::try_from(rows).unwrap_or(u64::MAX)), b, c, d];
    }

    /// The digest as 32 hexadecimal digits.
    pub(super) fn text(self) -> String {
        let [a, b, c, d] = self.0;
        format!("{:016x}{:016x}", mix(a, c), mix(b, d))
    }
}

/// SHA-256 of what came before and of these bytes.
pub(super) fn chained(before: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(before).chain_update(bytes).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Right;
    use crate::units::Day;

    fn digest(bids: &[f64], deltas: &[f64]) -> String {
        let (expirations, rights) = ([30; 5], [Right::Put; 5]);
        let (strikes, asks) = ([1.0, 2.0, 3.0, 4.0, 5.0], [9.0; 5]);
        let chain = ChainDay::new(Day::from_number(1), 100.0, &expirations, &rights, &strikes, bids, &asks);
        let mut digest = DataDigest::default();
        digest.add(&ChainDay { deltas, ..chain });
        digest.text()
    }

    #[test]
    fn any_change_of_a_number_or_its_place_changes_the_digest() {
        let bids = [1.0, 1.5, 2.0, 2.5, 3.0];
        let before = digest(&bids, &[]);
        assert_eq!(before, digest(&bids, &[]));
        for place in 0..5 {
            let mut changed = bids;
            changed[place] += 1e-12;
            assert_ne!(before, digest(&changed, &[]));
        }
        let mut swapped = bids;
        swapped.swap(0, 4);
        assert_ne!(before, digest(&swapped, &[]));
        assert_ne!(before, digest(&bids, &[0.5; 5]));
    }
}
