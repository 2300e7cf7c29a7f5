//! Merged summaries of runs of 1, 2, 4, … blocks, so that any suffix of the blocks is a few merges.

use std::collections::VecDeque;

use super::summary::Summary;

/// Perfect binary trees over numbered blocks. Level l holds the summary of every run of 2^l blocks that begins at a multiple
/// of 2^l and has not lost a block.
#[derive(Clone, Debug, Default)]
pub struct Forest {
    levels: Vec<Level>,
    /// The oldest block that is held.
    first: u64,
    /// The number of the next block.
    next: u64,
}

/// Neighbouring nodes of one level.
#[derive(Clone, Debug, Default)]
struct Level {
    /// The number of the front node.
    front: u64,
    nodes: VecDeque<Summary>,
}

impl Level {
    fn node(&self, number: u64) -> Option<&Summary> {
        let index = usize::try_from(number.checked_sub(self.front)?).ok()?;
        self.nodes.get(index)
    }

    fn push(&mut self, number: u64, node: Summary) {
        if self.nodes.is_empty() {
            self.front = number;
        }
        self.nodes.push_back(node);
    }
}

impl Forest {
    /// No blocks yet, and the first one will have this number.
    #[must_use]
    pub fn starting_at(first: u64) -> Self {
        Self { levels: Vec::new(), first, next: first }
    }

    /// The oldest block that is held; as [`Forest::next`] where none is.
    #[must_use]
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// The number of the next block.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Adds the next block: one merge on average, O(log n) at most.
    pub fn push(&mut self, block: Summary) {
        let (mut number, mut node) = (self.next, block);
        self.next += 1;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Level::default());
            }
            let here = &mut self.levels[level];
            here.push(number, node);
            // A right child completes its parent, unless its left sibling is gone.
            let Some(sibling) = (number % 2 == 1).then(|| here.node(number - 1)).flatten() else { return };
            node = sibling.followed_by(&node);
            number /= 2;
        }
    }

    /// Forgets the blocks before `first`, and every run that holds one of them.
    pub fn drop_before(&mut self, first: u64) {
        self.first = first.clamp(self.first, self.next);
        for (level, here) in self.levels.iter_mut().enumerate() {
            while !here.nodes.is_empty() && here.front << level < self.first {
                here.nodes.pop_front();
                here.front += 1;
            }
        }
    }

    /// The summary of block `from` and all later ones in at most 2·log₂ n merges; `None` where there is none.
    ///
    /// *Inputs*: `from` must not be before [`Forest::first`].
    #[must_use]
    pub fn suffix(&self, from: u64) -> Option<Summary> {
        let mut at = from;
        let mut merged: Option<Summary> = None;
        while at < self.next {
            let aligned = if at == 0 { u64::BITS } else { at.trailing_zeros() };
            let level = aligned.min((self.next - at).ilog2());
            let node = self.levels.get(level as usize)?.node(at >> level)?;
            merged = Some(merged.map_or(*node, |older| older.followed_by(node)));
            at += 1 << level;
        }
        merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(number: u64) -> Summary {
        #[expect(clippy::cast_precision_loss, reason = "small")]
        Summary::of(&[number as f64]).unwrap()
    }

    #[test]
    fn every_suffix_is_the_merge_of_its_blocks_also_after_dropping() {
        for start in [0, 5, 8] {
            let mut forest = Forest::starting_at(start);
            for number in start..start + 200 {
                forest.push(block(number));
                forest.drop_before((number + 1).saturating_sub(37));
                for from in forest.first()..=number {
                    let suffix = forest.suffix(from).unwrap();
                    assert_eq!(suffix.count(), number + 1 - from);
                    assert_eq!((suffix.first(), suffix.last()), (block(from).first(), block(number).last()));
                    let mean = block(from).first().midpoint(block(number).first());
                    assert!((suffix.mean() - mean).abs() <= 1e-12 * mean.abs());
                }
            }
            assert_eq!(forest.suffix(forest.next()), None);
            let held: usize = forest.levels.iter().map(|level| level.nodes.len()).sum();
            assert!(held < 2 * 37, "{held} nodes for 37 blocks");
        }
    }
}
