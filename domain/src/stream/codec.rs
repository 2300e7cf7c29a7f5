//! The stored forms: little-endian doubles of raw points, and the nine numbers of a summary.

use super::pair::Pair;
use super::summary::Summary;

impl Summary {
    /// Bytes of the stored form.
    pub const BYTES: usize = 64;

    /// The stored form: count, mean (two doubles), M2, min, max, first, last, each eight bytes little-endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let doubles =
            [self.mean.high, self.mean.low, self.m2, self.min, self.max, self.first, self.last].map(f64::to_le_bytes);
        let mut bytes = [0; Self::BYTES];
        let (count, rest) = bytes.split_at_mut(8);
        count.copy_from_slice(&self.count.to_le_bytes());
        rest.copy_from_slice(doubles.as_flattened());
        bytes
    }

    /// Reads the stored form back; `None` for bytes that are none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (eights, []) = bytes.as_chunks::<8>() else { return None };
        let &[count, high, low, m2, min, max, first, last] = eights else { return None };
        let count = u64::from_le_bytes(count);
        let [high, low, m2, min, max, first, last] = [high, low, m2, min, max, first, last].map(f64::from_le_bytes);
        let possible = count > 0 && min <= max && high.is_finite() && first.is_finite() && last.is_finite();
        possible.then_some(Self { count, mean: Pair { high, low }, m2, min, max, first, last })
    }
}

/// Points as they are stored: eight bytes each, little-endian.
#[must_use]
pub fn values_to_bytes(values: &[f64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() * 8);
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// Reads stored points back; `None` where a part of one is missing.
#[must_use]
pub fn values_from_bytes(bytes: &[u8]) -> Option<Vec<f64>> {
    let (eights, []) = bytes.as_chunks::<8>() else { return None };
    Some(eights.iter().map(|eight| f64::from_le_bytes(*eight)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back() {
        let values = [1e9 + 0.1, -0.0, 5e-324, f64::MAX];
        assert_eq!(values_from_bytes(&values_to_bytes(&values)).unwrap(), values);
        let summary = Summary::of(&values[..3]).unwrap();
        assert_eq!(Summary::from_bytes(&summary.to_bytes()), Some(summary));
    }

    #[test]
    fn bytes_that_are_no_summary_or_points_are_refused() {
        let bytes = Summary::of(&[1.0, 2.0]).unwrap().to_bytes();
        for wrong in [&bytes[..56], &bytes[..63], &[0; 64], &[255; 64], &[]] {
            assert_eq!(Summary::from_bytes(wrong), None, "{wrong:?}");
        }
        assert_eq!(values_from_bytes(&bytes[..9]), None);
    }
}
