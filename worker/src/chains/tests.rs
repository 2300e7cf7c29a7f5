//! The warehouse over objects in memory and the real SQL.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use domain::api::ImportedRows;
use domain::options::{OptionQuote, Right};
use domain::ports::{
    ChainCatalogue, ChainMonth, Month, ObjectStore, Origin, QuoteRow, QuoteRows, QuoteSink, RowKind, StoreError,
};
use domain::units::{Day, DayRange, Ticker, UnixMillis};
use pollster::block_on;
use proptest::prelude::*;

use super::merge::{merge_session, undo_session};
use super::warehouse::OpenObject;
use super::*;
use crate::stores::d1::D1;
use crate::stores::d1::chains::D1Chains;
use crate::stores::d1::imports::{D1Imports, Outcome};

#[derive(Default)]
struct MemoryObjects(RefCell<BTreeMap<String, Vec<u8>>>);

impl ObjectStore for MemoryObjects {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.0.borrow_mut().insert(key.to_owned(), bytes);
        Ok(())
    }

    async fn read(&self, key: &str, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let objects = self.0.borrow();
        let gone = || StoreError::Conflict(format!("{key} is gone"));
        let bounds = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        objects.get(key).and_then(|object| object.get(bounds)).map(<[u8]>::to_vec).ok_or_else(gone)
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.borrow().get(key).cloned())
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.0.borrow_mut().retain(|key, _| !keys.contains(key));
        Ok(())
    }
}

const FIRST: i32 = 17_928; // 2019-02-01

fn quote(day: i32, expires_in: i32, strike: f64, root: Option<&str>) -> OptionQuote {
    OptionQuote {
        day: Day::from_number(FIRST + day),
        expiration: Day::from_number(FIRST + day + expires_in),
        right: Right::Put,
        strike,
        root: root.map(|root| root.parse().unwrap()),
        underlying_price: 2700.5,
        bid: 1.0,
        ask: 1.1,
        iv: Some(0.2),
        delta: None,
        gamma: None,
        theta: None,
        vega: None,
        volume: Some(5.0),
        open_interest: None,
    }
}

fn rows(quotes: &[OptionQuote]) -> QuoteRows {
    let row = |(place, quote): (usize, &OptionQuote)| QuoteRow { line: place as u64 + 2, underlying: 0, quote: *quote };
    QuoteRows { underlyings: vec!["SPX".parse().unwrap()], rows: quotes.iter().enumerate().map(row).collect() }
}

struct World {
    objects: MemoryObjects,
    db: D1,
    imports: RefCell<i64>,
}

impl World {
    fn new() -> Self {
        Self { objects: MemoryObjects::default(), db: D1::in_memory(), imports: RefCell::new(0) }
    }

    /// Brings pieces in as one import; answers its number and what it did.
    fn import(&self, pieces: &[&[OptionQuote]]) -> (i64, domain::ports::PublishedQuotes) {
        let id = {
            let mut imports = self.imports.borrow_mut();
            *imports += 1;
            *imports
        };
        let imports = D1Imports(&self.db);
        assert_eq!(block_on(imports.add(RowKind::Chains, "me", UnixMillis(0))), Ok(id));
        let catalogue = D1Chains(&self.db);
        let warehouse = ChainWarehouse::new(&self.objects, &catalogue, format!("imports/{id}/quotes/"));
        for piece in pieces {
            block_on(warehouse.stage_quotes(rows(piece))).unwrap();
        }
        let done = block_on(warehouse.publish_quotes(Origin::Import, id, "files", UnixMillis(9))).unwrap();
        let rows = ImportedRows::default();
        let outcome = Outcome { bytes: 1, rows, rejections: &[], unknown_columns: &[] };
        block_on(imports.commit(id, outcome, UnixMillis(9))).unwrap();
        (id, done)
    }

    fn undo(&self, import: i64, version: i64) -> u64 {
        let catalogue = D1Chains(&self.db);
        let warehouse = ChainWarehouse::new(&self.objects, &catalogue, String::new());
        block_on(warehouse.undo(import, version, UnixMillis(10))).unwrap().changed
    }

    fn months(&self) -> Vec<ChainMonth> {
        let all = DayRange::new(Day::from_number(i32::MIN), Day::from_number(i32::MAX)).unwrap();
        block_on(D1Chains(&self.db).months(&"SPX".parse().unwrap(), all)).unwrap()
    }

    fn quotes(&self) -> Vec<OptionQuote> {
        let mut quotes = Vec::new();
        for month in self.months() {
            let open = block_on(OpenObject::of(&self.objects, Some(&month.object))).unwrap();
            for session in &month.object.sessions {
                quotes.extend(block_on(open.quotes(&self.objects, session.day)).unwrap());
            }
        }
        quotes
    }
}

fn sorted(mut quotes: Vec<OptionQuote>) -> Vec<OptionQuote> {
    quotes.sort_by(OptionQuote::order);
    quotes
}

#[test]
fn what_was_brought_in_is_read_back_in_order_and_by_month() {
    let world = World::new();
    let full = OptionQuote {
        right: Right::Call,
        bid: 0.0,
        ask: 0.05,
        delta: Some(-0.25),
        gamma: Some(1e-3),
        theta: Some(-0.5),
        vega: Some(2.5),
        open_interest: Some(9e9),
        ..quote(0, 20, 2705.0, Some("SPXW"))
    };
    let crossed = OptionQuote { bid: 2.0, ask: 1.0, iv: None, volume: None, ..quote(40, 3, 2700.0, None) };
    let quotes = [crossed, quote(1, 3, 2710.0, Some("SPX")), full, quote(0, 20, 2700.0, Some("SPXW"))];
    let (_, done) = world.import(&[&quotes[..1], &quotes[1..]]);
    assert_eq!((done.published.inserted, done.published.changed, done.repeated), (4, 0, 0));
    assert_eq!(world.quotes(), sorted(quotes.to_vec()));
    let months = world.months();
    assert_eq!(months.iter().map(|month| month.month.to_string()).collect::<Vec<_>>(), ["2019-02", "2019-03"]);
    let session = months[1].object.sessions[0];
    assert_eq!((session.rows, session.crossed, session.locked, session.unbid), (1, 1, 0, 0));
    assert_eq!((months[0].object.sessions.len(), months[0].object.sessions[0].unbid), (2, 1));
    assert!(months[0].object.key.starts_with("chains/SPX/2019-02/"), "{}", months[0].object.key);
}

#[test]
fn the_same_again_changes_nothing_and_a_change_replaces() {
    let world = World::new();
    let quotes = [quote(0, 20, 2700.0, None), quote(0, 20, 2710.0, None), quote(1, 19, 2700.0, None)];
    let (_, first) = world.import(&[&quotes]);
    let before = world.months();
    let (_, again) = world.import(&[&quotes[1..]]);
    assert_eq!((again.published.unchanged, again.published.inserted), (2, 0));
    assert_eq!((world.months(), again.published.data_version), (before.clone(), first.published.data_version));
    let changed = OptionQuote { bid: 0.9, ..quotes[1] };
    let (_, done) = world.import(&[&[changed, quote(2, 18, 2700.0, None)]]);
    assert_eq!((done.published.changed, done.published.inserted), (1, 1));
    assert_eq!(world.quotes(), [quotes[0], changed, quotes[2], quote(2, 18, 2700.0, None)]);
    let objects = world.objects.0.borrow();
    assert!(objects.contains_key(&before[0].object.key), "what was replaced can still be read");
}

#[test]
fn a_contract_that_comes_twice_counts_once_and_is_told() {
    let world = World::new();
    let again = OptionQuote { bid: 0.5, ..quote(0, 20, 2700.0, None) };
    let (_, done) = world.import(&[&[quote(0, 20, 2700.0, None), quote(0, 20, 2710.0, None), again]]);
    assert_eq!((done.repeated, done.rejections[0].line, done.published.inserted), (1, 4, 2));
    assert_eq!(world.quotes()[0].bid.to_bits(), 1.0_f64.to_bits(), "the first line counts");
    // The same contract under another root is another contract.
    let (_, other) = world.import(&[&[quote(0, 20, 2700.0, Some("SPXW"))]]);
    assert_eq!(other.published.inserted, 1);
}

#[test]
fn an_undone_import_leaves_what_later_ones_wrote() {
    let world = World::new();
    let (first, _) = (quote(0, 20, 2700.0, None), ());
    world.import(&[&[first]]);
    let original = world.quotes();
    let changed = OptionQuote { bid: 0.5, ..first };
    let added = quote(0, 20, 2710.0, None);
    let (import, done) = world.import(&[&[changed, added, quote(40, 1, 2700.0, None)]]);
    let later = OptionQuote { ask: 9.0, ..added };
    world.import(&[&[later]]);
    assert_eq!(world.undo(import, done.published.data_version), 2);
    assert_eq!(world.quotes(), [first, later]);
    assert_eq!(block_on(D1Imports(&world.db).get(import)).unwrap().unwrap().status, "undone");
    assert_eq!(world.months().len(), 1, "a month without quotes is not held");
    let _ = original;
}

#[test]
fn a_change_worked_out_from_an_older_month_is_refused() {
    let world = World::new();
    world.import(&[&[quote(0, 20, 2700.0, None)]]);
    let month = world.months().remove(0);
    let change = domain::ports::ChainChange {
        underlying: month.underlying.clone(),
        month: month.month,
        expected: 0,
        object: Some(month.object.clone()),
    };
    let catalogue = D1Chains(&world.db);
    let refused = block_on(catalogue.publish(Origin::Import, 7, "files", &[change], UnixMillis(1)));
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    assert_eq!(world.months(), [month]);
}

#[test]
fn many_quotes_are_set_aside_and_come_out_the_same() {
    let world = World::new();
    // In the order of the strikes, so that every piece holds every day.
    let quotes: Vec<OptionQuote> = (0..3_000)
        .flat_map(|strike| (0..30).map(move |day| quote(day, 20, 1000.0 + f64::from(strike), Some("SPXW"))))
        .collect();
    let pieces: Vec<&[OptionQuote]> = quotes.chunks(10_000).collect();
    let (_, done) = world.import(&pieces);
    assert_eq!(done.published.inserted, 90_000);
    assert!(world.objects.0.borrow().keys().any(|key| key.starts_with("imports/1/quotes/")));
    assert_eq!(world.quotes(), sorted(quotes));
    let other = World::new();
    other.import(&[&world.quotes()]);
    let hashes = |world: &World| world.months().into_iter().map(|month| month.object.hash).collect::<Vec<_>>();
    assert_eq!(hashes(&world), hashes(&other), "the same quotes are the same object, however they came");
}

#[test]
fn every_name_makes_one_folder_of_its_own() {
    let folder = |name: &str| warehouse::folder_of(&name.parse::<Ticker>().unwrap());
    assert_eq!(folder("BRK/B"), "chains/BRK%2FB/");
    assert_eq!(
        (folder("BRK.B"), folder("."), folder("..")),
        ("chains/BRK.B/".into(), "chains/%2E/".into(), "chains/%2E%2E/".into())
    );
    assert_eq!(Month::of("2019-12-31".parse().unwrap()).to_string(), "2019-12");
}

fn some_session() -> impl Strategy<Value = Vec<OptionQuote>> {
    proptest::collection::btree_map(0_u8..6, 1_u8..4, 0..5).prop_map(|quotes| {
        let one = |(strike, bid)| OptionQuote { bid: f64::from(bid), ..quote(0, 9, 100.0 + f64::from(strike), None) };
        quotes.into_iter().map(one).collect()
    })
}

proptest! {
    #[test]
    fn undoing_at_once_brings_back_what_was(before in some_session(), incoming in some_session()) {
        let lines: Vec<_> = incoming.iter().map(|quote| (1, *quote)).collect();
        let merged = merge_session(&before, &lines);
        prop_assert_eq!(merged.inserted + merged.changed + merged.unchanged, incoming.len() as u64);
        for quote in &incoming {
            prop_assert!(merged.quotes.contains(quote));
        }
        let (undone, changed) = undo_session(&before, &merged.quotes, &merged.quotes);
        prop_assert_eq!(undone, before);
        prop_assert_eq!(changed, merged.inserted + merged.changed);
    }

    #[test]
    fn undoing_later_touches_nothing_that_came_since(
        before in some_session(),
        incoming in some_session(),
        later in some_session(),
    ) {
        let lines = |quotes: &[OptionQuote]| quotes.iter().map(|quote| (1, *quote)).collect::<Vec<_>>();
        let after = merge_session(&before, &lines(&incoming)).quotes;
        let current = merge_session(&after, &lines(&later)).quotes;
        let (undone, _) = undo_session(&before, &after, &current);
        let changed_since = |quote: &&OptionQuote| !after.contains(quote);
        for quote in current.iter().filter(changed_since) {
            prop_assert!(undone.contains(quote));
        }
        for quote in &undone {
            prop_assert!(before.contains(quote) || !after.contains(quote));
        }
    }
}
