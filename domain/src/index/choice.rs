//! Who is chosen from a ranking.

/// Chooses members from a ranking, with those in place before.
///
/// *Inputs*: the members in place; the ranking, best first, as far down as a member may fall and stay; how many places there are.
/// *Returns*: the places in the ranking of those chosen, ascending. One in place stays wherever it stands in the ranking; free places
/// go to the best of the others.
///
/// *Method*: `docs/methods/index.md`, "Choosing".
///
/// ```
/// use domain::index::choose;
/// // Two places and a buffer of one: B fell to the third place and stays, C does not come in for it.
/// assert_eq!(choose(&["A", "B"], &["A", "C", "B"], 2), [0, 2]);
/// // It fell further, out of what is read of the ranking.
/// assert_eq!(choose(&["A", "B"], &["A", "C", "D"], 2), [0, 1]);
/// ```
#[must_use]
pub fn choose<T: PartialEq>(members: &[T], ranking: &[T], places: usize) -> Vec<usize> {
    let (stay, fresh): (Vec<usize>, Vec<usize>) = (0..ranking.len()).partition(|at| members.contains(&ranking[*at]));
    let mut chosen: Vec<usize> = stay.into_iter().chain(fresh).take(places).collect();
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_in_place_leaves_the_best_and_few_are_all() {
        assert_eq!(choose(&[], &[7, 8, 9], 2), [0, 1]);
        assert_eq!(choose(&[9, 8], &[7, 8, 9], 2), [1, 2]);
        assert_eq!(choose(&[9], &[7], 2), [0]);
        assert_eq!(choose::<i64>(&[], &[], 2), Vec::<usize>::new());
    }
}
