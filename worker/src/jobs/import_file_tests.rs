//! The import job over stores in memory, with every call broken once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;

use domain::ports::QuoteRows;
use domain::testing::{Faults, ManualClock, MemoryMarketStore, Moment, Severity};
use domain::units::UnixMillis;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

#[derive(Default)]
struct MemoryParts {
    kept: RefCell<BTreeMap<(i64, u32), Vec<u8>>>,
    faults: Faults,
}

impl PartStore for MemoryParts {
    async fn put_part(&self, import: i64, number: u32, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.faults.around(|| {
            self.kept.borrow_mut().insert((import, number), bytes);
            Ok(())
        })
    }

    async fn parts(&self, import: i64) -> Result<Vec<Part>, StoreError> {
        let of = |((id, number), bytes): (&(i64, u32), &Vec<u8>)| {
            (*id == import).then_some(Part { number: *number, bytes: bytes.len() as u64 })
        };
        self.faults.around(|| Ok(self.kept.borrow().iter().filter_map(of).collect()))
    }

    async fn read_part(&self, import: i64, number: u32, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let bounds = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        self.faults.around(|| Ok(self.kept.borrow()[&(import, number)][bounds].to_vec()))
    }

    async fn drop_parts(&self, import: i64) -> Result<(), StoreError> {
        self.faults.around(|| {
            self.kept.borrow_mut().retain(|(id, _), _| *id != import);
            Ok(())
        })
    }
}

/// Chunks of a body; the connection breaks after them unless it is whole.
struct Body<'a> {
    chunks: Vec<&'a [u8]>,
    whole: bool,
}

impl Chunks for Body<'_> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, ImportError> {
        match (self.chunks.is_empty(), self.whole) {
            (false, _) => Ok(Some(self.chunks.remove(0).to_vec())),
            (true, true) => Ok(None),
            (true, false) => Err(ImportError::Broken),
        }
    }
}

fn whole(bytes: &[u8]) -> Body<'_> {
    Body { chunks: bytes.chunks(7).collect(), whole: true }
}

fn file(kind: RowKind) -> FileToImport {
    let rules = FileRules { kind, today: "2026-11-20".parse().unwrap(), interval: None };
    FileToImport { id: 5, rules, declared: Declared::default() }
}

/// Takes no quote: those of chains are tested with their warehouse.
struct NoQuotes;

impl QuoteSink for NoQuotes {
    async fn stage_quotes(&self, rows: QuoteRows) -> Result<(), StoreError> {
        panic!("no quote was expected, came {rows:?}")
    }

    async fn publish_quotes(
        &self,
        origin: Origin,
        id: i64,
        _source: &str,
        _now: UnixMillis,
    ) -> Result<PublishedQuotes, StoreError> {
        panic!("no quotes were expected to be published by {origin:?} {id}")
    }
}

struct World {
    market: MemoryMarketStore,
    parts: MemoryParts,
    clock: ManualClock,
}

impl World {
    fn new(faults: &Faults) -> Self {
        let parts = MemoryParts { kept: RefCell::default(), faults: faults.clone() };
        Self { market: MemoryMarketStore::new(faults.clone()), parts, clock: ManualClock::at(UnixMillis(0)) }
    }

    fn stores(&self) -> Stores<'_, MemoryMarketStore, MemoryParts, NoQuotes> {
        Stores { market: &self.market, parts: &self.parts, quotes: &NoQuotes }
    }

    fn import(&self, kind: RowKind, mut body: Body<'_>) -> Result<Imported, ImportError> {
        pollster::block_on(import_body(file(kind), &mut body, self.stores(), &self.clock))
    }

    fn commit(&self, kind: RowKind) -> Result<Imported, ImportError> {
        pollster::block_on(import_parts(file(kind), self.stores(), &self.clock))
    }

    fn upload(&self, number: u32, bytes: &[u8]) {
        pollster::block_on(self.parts.put_part(5, number, bytes.to_vec())).unwrap();
    }

    fn bars(&self) -> usize {
        self.market.kept().bars.len()
    }
}

fn calm() -> World {
    World::new(&Faults::default())
}

const BARS: &[u8] =
    b"date,ticker,close,market_cap,note\r\n2018-01-02,A,1.5,100,x\r\n2018-01-03,A,1.6,,\r\n2018-01-06,A,1,1,\r\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn good_rows_are_stored_and_bad_ones_told() {
    let world = calm();
    let first = world.import(RowKind::DailyBars, whole(BARS)).unwrap();
    assert_eq!((first.summary.accepted, first.summary.rejected, first.written()), (2, 1, 2));
    assert_eq!(first.summary.rejections[0].line, 4);
    assert!(first.summary.rejections[0].reason.contains("session"), "{:?}", first.summary.rejections);
    assert_eq!(first.summary.unknown_columns, ["note"]);
    assert_eq!((world.bars(), world.market.kept().caps.len()), (2, 1));
    let again = world.import(RowKind::DailyBars, whole(&gzip(BARS))).unwrap();
    assert_eq!((again.written(), again.published.data_version), (0, first.published.data_version));
}

#[test]
fn a_file_that_fails_anywhere_leaves_nothing() {
    let packed = gzip(BARS);
    let cases: [(&str, Body<'_>); 5] = [
        ("a broken connection", Body { chunks: vec![BARS], whole: false }),
        ("a cut gzip stream", whole(&packed[..packed.len() - 1])),
        ("a quote that is never closed", whole(b"date,ticker,close\n2018-01-02,A,1\n\"2018-01-03,A,1\n")),
        ("a workbook", whole(b"PK\x03\x04........")),
        ("nothing", whole(b"\n")),
    ];
    for (name, body) in cases {
        let world = calm();
        assert!(world.import(RowKind::DailyBars, body).is_err(), "{name}");
        assert_eq!((world.bars(), world.market.data_version()), (0, 0), "{name}");
    }
}

#[test]
fn parts_may_be_cut_anywhere() {
    let packed = gzip(BARS);
    for bytes in [BARS, &packed[..]] {
        for cut in 1..bytes.len() {
            let world = calm();
            world.upload(1, &bytes[..cut]);
            world.upload(2, &bytes[cut..]);
            let done = world.commit(RowKind::DailyBars).unwrap();
            assert_eq!((done.written(), world.bars()), (2, 2), "cut at {cut}");
            assert!(world.parts.kept.borrow().is_empty());
        }
    }
}

#[test]
fn a_missing_part_is_named_and_the_others_are_kept() {
    let world = calm();
    assert_eq!(world.commit(RowKind::DailyBars), Err(ImportError::MissingPart(1)));
    world.upload(1, BARS);
    world.upload(3, BARS);
    assert_eq!(world.commit(RowKind::DailyBars), Err(ImportError::MissingPart(2)));
    assert_eq!(world.parts.kept.borrow().len(), 2);
}

#[test]
fn a_parquet_file_is_read_from_memory_and_across_parts() {
    let bytes = crate::providers::files::sample_parquet();
    let world = calm();
    assert_eq!(world.import(RowKind::DailyBars, whole(&bytes)).unwrap().summary.accepted, 3);
    for cut in (1..bytes.len()).step_by(13) {
        let world = calm();
        world.upload(1, &bytes[..cut]);
        world.upload(2, &bytes[cut..]);
        assert_eq!(world.commit(RowKind::DailyBars).unwrap().summary.accepted, 3, "cut at {cut}");
        assert_eq!(world.bars(), 3);
    }
}

#[test]
fn whichever_call_breaks_the_next_attempt_ends_the_same() {
    let expected = {
        let world = calm();
        world.import(RowKind::DailyBars, whole(BARS)).unwrap();
        world.market.kept()
    };
    for moment in [Moment::Before, Moment::After] {
        let mut call = 0;
        loop {
            let faults = Faults::at(call, moment, Severity::Passing);
            let world = World::new(&faults);
            let first = world.import(RowKind::DailyBars, whole(BARS));
            if !faults.struck() {
                assert!(call > 3, "the job makes more than {call} calls");
                break;
            }
            let seen = world.market.kept();
            assert!(seen == expected || seen.bars.is_empty(), "call {call}: half a file is visible");
            assert!(first.is_err() || seen == expected, "call {call}: it said yes and did not");
            world.import(RowKind::DailyBars, whole(BARS)).unwrap();
            assert_eq!(world.market.kept(), expected, "call {call}");
            call += 1;
        }
    }
}
