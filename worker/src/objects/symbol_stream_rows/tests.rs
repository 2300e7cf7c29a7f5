//! The same statements on a native SQLite: whatever batches come, the points are there once and the stream is restored.

use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::{Value as Stored, ValueRef};

use super::*;

struct Native(Connection);

fn text(error: impl std::fmt::Display) -> worker::Error {
    worker::Error::from(error.to_string())
}

impl Database for Native {
    type Batch = Vec<u8>;

    fn rows(&self, statement: &str, values: &[i64]) -> worker::Result<Vec<Vec<Field>>> {
        let mut statement = self.0.prepare(statement).map_err(text)?;
        let columns = statement.column_count();
        // As the platform binds numbers.
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let values = values.iter().map(|value| *value as f64);
        let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(text)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(text)? {
            let field = |column| match row.get_ref(column).map_err(text)? {
                ValueRef::Integer(number) => Ok(Field::Number(number)),
                #[expect(clippy::cast_possible_truncation, reason = "whole")]
                ValueRef::Real(number) => Ok(Field::Number(number as i64)),
                ValueRef::Blob(bytes) => Ok(Field::Bytes(bytes.to_vec())),
                other => Err(text(format!("{other:?}"))),
            };
            all.push((0..columns).map(field).collect::<worker::Result<_>>()?);
        }
        Ok(all)
    }

    fn apply(&self, changes: &[Change<'_>], batch: &Vec<u8>) -> worker::Result<()> {
        for change in changes {
            let values = change.values.iter().map(|value| match value {
                #[expect(clippy::cast_precision_loss, reason = "small")]
                Value::Number(number) => Stored::Real(*number as f64),
                Value::Bytes(bytes) => Stored::Blob(bytes.to_vec()),
                Value::Points(points) => Stored::Blob(domain::stream::values_to_bytes(points)),
                Value::Batch(from) => Stored::Blob(batch[*from..].to_vec()),
            });
            self.0.execute(change.statement, rusqlite::params_from_iter(values)).map_err(text)?;
        }
        Ok(())
    }
}

struct Stream {
    rows: Rows<Native>,
    series: Series,
    sent: Vec<f64>,
}

impl Stream {
    fn retaining(points: u64) -> Self {
        let rows = Rows::of(Native(Connection::open_in_memory().unwrap()));
        Self { rows, series: Series::retaining(points), sent: Vec::new() }
    }

    #[expect(clippy::cast_precision_loss, reason = "small")]
    fn add(&mut self, count: usize) {
        let batch: Vec<f64> = (0..count).map(|offset| (self.sent.len() + offset) as f64).collect();
        let appended = self.series.append(&batch).unwrap();
        let bytes = domain::stream::values_to_bytes(&batch);
        self.rows.store(&appended, self.series.total(), count as u64, &bytes).unwrap();
        self.sent.extend(batch);
    }

    /// Every point that is held, read block by block, and the stream as another object would restore it.
    fn check(&self) {
        assert_eq!(self.rows.total().unwrap(), self.sent.len() as u64);
        let first = usize::try_from(self.series.first_point()).unwrap();
        let read = |block, skip| self.rows.points(block, skip);
        let held = self.series.points(first as u64, self.sent.len() as u64, read).unwrap();
        assert_eq!(held, self.sent[first..]);
        if self.series.total() >= BLOCK_POINTS {
            let block = self.series.total() / BLOCK_POINTS - 1;
            let start = usize::try_from(block * BLOCK_POINTS).unwrap();
            for skip in [1, 4_000, 8_191] {
                assert_eq!(self.rows.points(block, skip).unwrap(), self.sent[start + skip..start + BLOCK_VALUES]);
            }
        }
        let begun = self.rows.begun.get();
        let restored = self.rows.restore().unwrap();
        assert_eq!(restored.total(), self.series.total());
        // A block that is no longer needed goes when the next one is whole.
        let late = self.series.first_point() - restored.first_point();
        assert!(late <= BLOCK_POINTS, "{late}");
        assert_eq!((restored.tail(), self.rows.begun.get()), (self.series.tail(), begun));
    }

    fn count(&self, statement: &str) -> u64 {
        self.rows.scalar(statement).unwrap()
    }
}

#[test]
fn large_batches_are_written_once_and_small_ones_are_put_together() {
    let mut stream = Stream::retaining(domain::stream::RETAINED_POINTS);
    for _ in 0..9 {
        stream.add(10_000);
    }
    stream.check();
    // 90 000 = 10 · 8 192 + 8 080, none of the blocks with points of its own.
    assert_eq!(stream.count("select count(*) from tail"), 9);
    assert_eq!(stream.count("select count(*) from blocks where length(points) = 0"), 10);
    // The block that ends at 90 112 is put together from a piece of the ninth batch and 112 values one by one.
    for _ in 0..112 {
        stream.add(1);
    }
    stream.check();
    assert_eq!(stream.count("select count(*) from blocks where length(points) > 0"), 1);
    assert_eq!(stream.count("select count(*) from tail"), 9);
    assert_eq!(stream.count("select sum(length(points)) / 8 from tail"), 10 * 8_192);
}

#[test]
fn rows_that_another_release_wrote_are_read() {
    let mut stream = Stream::retaining(domain::stream::RETAINED_POINTS);
    // It put every block together, and kept nothing but the tail beside them.
    for count in [8_000, 192, 10, 20] {
        stream.add(count);
    }
    assert_eq!(stream.count("select count(*) from blocks where length(points) > 0"), 1);
    assert_eq!(stream.count("select min(first_point) from tail"), 8_192);
    stream.check();
}

#[test]
fn missing_points_are_noticed() {
    let mut stream = Stream::retaining(domain::stream::RETAINED_POINTS);
    for _ in 0..3 {
        stream.add(10_000);
    }
    stream.rows.database.0.execute("delete from tail where first_point = 10000", []).unwrap();
    assert!(stream.rows.points(1, 0).is_err());
    stream.rows.database.0.execute("delete from blocks where number = 1", []).unwrap();
    assert!(stream.rows.points(1, 0).is_err());
    assert!(stream.rows.restore().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn whatever_batches_come_the_points_are_there(
        counts in prop::collection::vec(prop_oneof![1_usize..40, 1_usize..10_001, Just(10_000), Just(8_192), Just(1)], 1..60),
        retained in prop_oneof![Just(domain::stream::RETAINED_POINTS), Just(20_000_u64)],
        to_edge in any::<bool>(),
    ) {
        let mut stream = Stream::retaining(retained);
        for count in counts {
            stream.add(count);
            if to_edge {
                // Exactly to the end of the block, or one short of it.
                let left = BLOCK_VALUES - stream.sent.len() % BLOCK_VALUES;
                stream.add(left - usize::from(left > 1 && count % 2 == 0));
            }
            if count % 3 == 0 {
                stream.check();
            }
        }
        stream.check();
        let kept = stream.count("select coalesce(sum(length(points)), 0) / 8 from tail") + stream.count("select coalesce(sum(length(points)), 0) / 8 from blocks");
        let held = stream.series.total() - stream.series.first_point();
        prop_assert!(kept >= held && kept <= held + BLOCK_POINTS + 10_000, "{kept} for {held}");
    }
}
