//! Sector-neutral equal weight: sectors weigh the same, and so do the members of each.

use std::collections::BTreeMap;

use super::normalised;
use crate::research::count;

/// Weights 1/(sectors · members of the sector).
///
/// *Inputs*: the sector of each member; those without one make a sector of their own. *Returns*: weights.
///
/// ```
/// use domain::research::sector_equal;
/// // Two sectors, one of two members and one of one: ¼, ¼, ½.
/// assert_eq!(sector_equal([Some("Energy"), Some("Energy"), None].into_iter()), [0.25, 0.25, 0.5]);
/// ```
#[must_use]
pub fn sector_equal<'a>(sectors: impl Iterator<Item = Option<&'a str>> + Clone) -> Vec<f64> {
    let mut members: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for sector in sectors.clone() {
        *members.entry(sector).or_default() += 1;
    }
    let n = count(members.len());
    normalised(sectors.map(|sector| 1.0 / (n * count(members[&sector]))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_sectors_it_is_the_equal_weight() {
        assert_eq!(sector_equal([None; 4].into_iter()), [0.25; 4]);
        assert!(sector_equal([].into_iter()).is_empty());
    }
}
