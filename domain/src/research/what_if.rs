//! Who would be in an index if some were pinned, excluded, or there were more or fewer places.

/// What is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change<K> {
    /// Members whatever their rank, as long as they trade.
    pub pinned: Vec<K>,
    /// Never members.
    pub excluded: Vec<K>,
    /// Places.
    pub top_n: usize,
}

/// Chooses the members of a changed index at one close.
///
/// *Inputs*: the members of the index as it is, by rank; everybody who can be chosen, by rank, the members and the pinned who trade
/// among them; the change. *Returns*: the pinned, then the members that may stay, then the best of the others, up to the number of
/// places, in order of rank.
///
/// ```
/// use domain::research::{Change, choose};
/// let change = Change { pinned: vec!["Z"], excluded: vec!["A"], top_n: 3 };
/// // Z takes a place, A gives one up: B, C and Z.
/// assert_eq!(choose(&["A", "B", "C"], &["A", "B", "C", "D", "Z"], &change), ["B", "C", "Z"]);
/// ```
#[must_use]
pub fn choose<K: Copy + Eq>(members: &[K], ranked: &[K], change: &Change<K>) -> Vec<K> {
    let pinned = change.pinned.iter().filter(|pin| ranked.contains(pin));
    let wishes = pinned.chain(members).chain(ranked).filter(|wish| !change.excluded.contains(wish));
    let mut taken: Vec<K> = Vec::with_capacity(change.top_n);
    for wish in wishes {
        if taken.len() == change.top_n {
            break;
        }
        if !taken.contains(wish) {
            taken.push(*wish);
        }
    }
    let mut ordered: Vec<K> = ranked.iter().copied().filter(|line| taken.contains(line)).collect();
    // A member that is not ranked, because it did not trade at a close between two rebalances, stays behind the others.
    let behind: Vec<K> = taken.into_iter().filter(|line| !ordered.contains(line)).collect();
    ordered.extend(behind);
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_change_nothing_changes() {
        let change = Change { top_n: 2, ..Change::default() };
        // A buffer keeps B although C ranks before it.
        assert_eq!(choose(&["A", "B"], &["A", "C", "B", "D"], &change), ["A", "B"]);
    }

    #[test]
    fn more_places_go_to_the_best_of_the_others_and_fewer_to_the_first_members() {
        let with = |top_n| choose(&[1, 2], &[1, 2, 3, 4], &Change { top_n, ..Change::default() });
        assert_eq!((with(3), with(1), with(9)), (vec![1, 2, 3], vec![1], vec![1, 2, 3, 4]));
    }

    #[test]
    fn one_that_does_not_trade_cannot_be_pinned_and_exclusion_goes_before_a_pin() {
        let change = Change { pinned: vec![9, 2], excluded: vec![2], top_n: 2 };
        assert_eq!(choose(&[1, 2], &[1, 2, 3], &change), [1, 3]);
    }
}
