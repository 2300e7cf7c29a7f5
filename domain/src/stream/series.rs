//! One stream: append, drop what is too old, answer windows.

use super::forest::Forest;
use super::summary::Summary;
use super::window::{Length, Window};
use super::{BLOCK_VALUES, RETAINED_POINTS};

const BLOCK_POINTS: u64 = BLOCK_VALUES as u64;

/// What is in memory of a stream: summaries of its whole blocks, and the points after the last whole block.
#[derive(Clone, Debug)]
pub struct Series {
    blocks: Forest,
    /// The newest points, fewer than a block, oldest first.
    tail: Vec<f64>,
    /// Points that must stay readable.
    retained: u64,
}

/// A value that is not a finite number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected finite numbers, value {index} is none")]
pub struct NotFinite {
    /// Its position in the batch, from 0.
    pub index: usize,
}

/// A block that has become whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its number in the stream, from 0.
    pub number: u64,
    /// What stays in memory of it.
    pub summary: Summary,
    /// Its [`BLOCK_VALUES`] points, oldest first.
    pub values: Vec<f64>,
}

/// What storage has to do after points were appended, all of it or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Appended {
    /// Blocks that became whole: they hold all points of the tail as it was.
    pub blocks: Vec<Block>,
    /// How many points of the batch, counted from its end, are in the tail.
    pub left_in_tail: usize,
    /// Blocks before this one are no longer needed.
    pub first_block: u64,
}

/// Stored points that are not what the stream remembers of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("block {block} is damaged")]
pub struct Damaged {
    /// Its number.
    pub block: u64,
}

/// Why a window cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError<E> {
    /// The storage failed.
    #[error("the block cannot be read: {0}")]
    Read(E),
    /// The storage answered with other points.
    #[error(transparent)]
    Damaged(#[from] Damaged),
}

impl Default for Series {
    fn default() -> Self {
        Self::retaining(RETAINED_POINTS)
    }
}

impl Series {
    /// A stream without points that keeps at least the newest `points` readable.
    #[must_use]
    pub fn retaining(points: u64) -> Self {
        Self { blocks: Forest::default(), tail: Vec::with_capacity(BLOCK_VALUES), retained: points }
    }

    /// A stream as it was stored.
    ///
    /// *Inputs*: the number of the oldest block, the summaries of it and all later ones, and the points after them.
    ///
    /// # Errors
    /// [`Damaged`] where a summary is not that of a whole block, or the tail is as long as one.
    pub fn restored(
        first_block: u64,
        blocks: impl IntoIterator<Item = Summary>,
        tail: &[f64],
    ) -> Result<Self, Damaged> {
        let mut forest = Forest::starting_at(first_block);
        for summary in blocks {
            if summary.count() != BLOCK_POINTS {
                return Err(Damaged { block: forest.next() });
            }
            forest.push(summary);
        }
        if tail.len() >= BLOCK_VALUES {
            return Err(Damaged { block: forest.next() });
        }
        let mut series = Self { blocks: forest, ..Self::default() };
        series.tail.extend_from_slice(tail);
        Ok(series)
    }

    /// Points that the stream has ever had.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.blocks.next() * BLOCK_POINTS + self.tail.len() as u64
    }

    /// The oldest point that can still be read, counted from 0 at the stream's beginning.
    #[must_use]
    pub const fn first_point(&self) -> u64 {
        self.blocks.first() * BLOCK_POINTS
    }

    /// The newest points, those after the last whole block, oldest first.
    #[must_use]
    pub fn tail(&self) -> &[f64] {
        &self.tail
    }

    /// Appends a batch, oldest first.
    ///
    /// *Returns* what storage has to do.
    ///
    /// # Errors
    /// [`NotFinite`] naming the first such value; then nothing is appended.
    ///
    /// ```
    /// use domain::stream::{Exponent, Series};
    /// let mut series = Series::default();
    /// series.append(&[1.0, 2.0, 3.0, 6.0]).unwrap();
    /// let k = Exponent::new(1).unwrap();
    /// let window = series.window(k, |_, _| Err("nothing is stored yet")).unwrap().unwrap();
    /// assert_eq!((window.total, window.summary.mean(), window.is_complete()), (4, 3.0, false));
    /// ```
    pub fn append(&mut self, values: &[f64]) -> Result<Appended, NotFinite> {
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Err(NotFinite { index });
        }
        let mut blocks = Vec::new();
        let mut rest = values;
        while self.tail.len() + rest.len() >= BLOCK_VALUES {
            let (head, later) = rest.split_at(BLOCK_VALUES - self.tail.len());
            self.tail.extend_from_slice(head);
            rest = later;
            let values = std::mem::replace(&mut self.tail, Vec::with_capacity(BLOCK_VALUES));
            let number = self.blocks.next();
            if let Some(summary) = Summary::of(&values) {
                self.blocks.push(summary);
                blocks.push(Block { number, summary, values });
            }
        }
        self.tail.extend_from_slice(rest);
        // A block goes once all of its points are older than the newest `retained` ones.
        self.blocks.drop_before(self.total().saturating_sub(self.retained) / BLOCK_POINTS);
        Ok(Appended { blocks, left_in_tail: rest.len(), first_block: self.blocks.first() })
    }

    /// The statistics of the last min(length, total) points; `None` for a stream without points.
    ///
    /// *Inputs*: `read(block, skip)` returns the points of a stored block from position `skip` on. It is called at most once.
    ///
    /// # Errors
    /// [`WindowError`] where the block in which the window begins cannot be read.
    pub fn window<E>(
        &self,
        length: impl Into<Length>,
        read: impl FnOnce(u64, usize) -> Result<Vec<f64>, E>,
    ) -> Result<Option<Window>, WindowError<E>> {
        let (length, total) = (length.into(), self.total());
        let start = total - total.min(length.points());
        let summary = self.summary_from(start, read)?;
        Ok(summary.map(|summary| Window { length, total, summary }))
    }

    /// The points from position `start` on, counted from 0 at the stream's beginning: `count` of them, or all there are.
    ///
    /// *Inputs*: `start` must not be before [`Series::first_point`]; `read` as for [`Series::window`], called once a block.
    ///
    /// # Errors
    /// [`WindowError`] where a block cannot be read.
    pub fn points<E>(
        &self,
        start: u64,
        count: u64,
        mut read: impl FnMut(u64, usize) -> Result<Vec<f64>, E>,
    ) -> Result<Vec<f64>, WindowError<E>> {
        let end = start.saturating_add(count).min(self.total());
        let mut points = Vec::new();
        let mut at = start;
        while at < end {
            let (block, skip) = (at / BLOCK_POINTS, position(at));
            let stored = if block == self.blocks.next() {
                self.tail[skip..].to_vec()
            } else {
                read(block, skip).map_err(WindowError::Read)?
            };
            let wanted = usize::try_from(end - at).unwrap_or(usize::MAX).min(stored.len());
            if wanted == 0 {
                return Err(Damaged { block }.into());
            }
            points.extend_from_slice(&stored[..wanted]);
            at += wanted as u64;
        }
        Ok(points)
    }

    fn summary_from<E>(
        &self,
        start: u64,
        read: impl FnOnce(u64, usize) -> Result<Vec<f64>, E>,
    ) -> Result<Option<Summary>, WindowError<E>> {
        let (block, skip) = (start / BLOCK_POINTS, position(start));
        if block == self.blocks.next() {
            return Ok(Summary::of(&self.tail[skip..]));
        }
        let edge = if skip == 0 { None } else { Some(edge(block, skip, read)?) };
        let whole = self.blocks.suffix(if skip == 0 { block } else { block + 1 });
        let parts = [edge, whole, Summary::of(&self.tail)];
        Ok(parts.into_iter().flatten().reduce(|older, newer| older.followed_by(&newer)))
    }
}

/// The summary of the points of a stored block from position `skip` on.
fn edge<E>(
    block: u64,
    skip: usize,
    read: impl FnOnce(u64, usize) -> Result<Vec<f64>, E>,
) -> Result<Summary, WindowError<E>> {
    let values = read(block, skip).map_err(WindowError::Read)?;
    let whole = values.len() + skip == BLOCK_VALUES;
    Ok(Summary::of(&values).filter(|_| whole).ok_or(Damaged { block })?)
}

/// The position of a point in its block.
const fn position(point: u64) -> usize {
    (point % BLOCK_POINTS) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Exponent;

    fn k(k: u8) -> Exponent {
        Exponent::new(k).unwrap()
    }

    #[test]
    fn a_batch_with_one_bad_value_is_refused_whole() {
        let mut series = Series::default();
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(series.append(&[1.0, 2.0, bad, f64::NAN]), Err(NotFinite { index: 2 }));
        }
        assert_eq!(series.total(), 0);
        assert_eq!(series.window(k(1), |_, _| Err(())), Ok(None));
    }

    #[test]
    fn a_batch_may_close_two_blocks() {
        let mut series = Series::default();
        assert_eq!(series.append(&[1.0; 8_000]).unwrap().blocks.len(), 0);
        let appended = series.append(&[2.0; 10_000]).unwrap();
        let numbers: Vec<u64> = appended.blocks.iter().map(|block| block.number).collect();
        // 18 000 = 2 · 8 192 + 1 616.
        assert_eq!((numbers, appended.left_in_tail, series.tail().len()), (vec![0, 1], 1_616, 1_616));
        assert_eq!(appended.blocks[0].values.iter().filter(|value| **value > 1.5).count(), 192);
    }

    #[test]
    fn storage_that_answers_something_else_is_not_believed() {
        let mut series = Series::default();
        series.append(&[1.0; 9_000]).unwrap();
        assert_eq!(series.window(k(3), |_, _| Err("lost")), Err(WindowError::Read("lost")));
        let damaged = Err(WindowError::Damaged(Damaged { block: 0 }));
        assert_eq!(series.window::<()>(k(3), |_, _| Ok(vec![1.0; 10])), damaged);
        let whole = Summary::of(&[1.0; BLOCK_VALUES]).unwrap();
        assert!(Series::restored(0, [whole], &[1.0; BLOCK_VALUES - 1]).is_ok());
        assert!(Series::restored(0, [whole], &[1.0; BLOCK_VALUES]).is_err());
        assert!(Series::restored(0, [whole, Summary::of(&[1.0]).unwrap()], &[]).is_err());
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
    fn points_are_read_across_blocks_and_windows_have_any_length() {
        let all: Vec<f64> = (0..20_000).map(|index| f64::from(index % 977)).collect();
        let mut series = Series::default();
        let blocks: Vec<Block> = all.chunks(7_000).flat_map(|batch| series.append(batch).unwrap().blocks).collect();
        let read =
            |block: u64, skip: usize| Ok::<_, ()>(blocks[usize::try_from(block).unwrap()].values[skip..].to_vec());
        for (start, count) in [(0, 1), (8_190, 5), (1, 19_999), (16_384, 10), (19_999, 5), (20_000, 3), (5, 0)] {
            let end = (start + count).min(20_000);
            let right = &all[usize::try_from(start).unwrap()..usize::try_from(end.max(start)).unwrap()];
            assert_eq!(series.points(start, count, read).unwrap(), right, "{start} {count}");
        }
        for points in [1, 2, 250, 8_192, 12_345, 20_000, 30_000] {
            let window = series.window(Length::new(points).unwrap(), read).unwrap().unwrap();
            let held = &all[20_000 - usize::try_from(points.min(20_000)).unwrap()..];
            assert_eq!(window.summary.count(), held.len() as u64);
            assert!((window.summary.mean() - held.iter().sum::<f64>() / held.len() as f64).abs() < 1e-9);
            assert_eq!((window.summary.first(), window.is_complete()), (held[0], points <= 20_000));
        }
        assert_eq!(series.points(0, 10, |_, _| Ok::<_, ()>(Vec::new())), Err(Damaged { block: 0 }.into()));
    }
}
