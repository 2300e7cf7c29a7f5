//! Quotes on their way in: kept in memory while few, beyond that set aside as objects of fixed-length records, each sorted by
//! underlying and day, so that a session is one range of bytes of each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use bytes::{Buf, BufMut, Bytes};
use domain::options::{OptionQuote, Right};
use domain::ports::{Month, ObjectStore, QuoteRow, QuoteRows, StoreError};
use domain::units::{Day, Ticker};

/// Quotes in memory before they are set aside: about 8 MB.
const MOST_OPEN: usize = 40_000;
/// Bytes of a record.
const RECORD: usize = 8 + 4 + 4 + 1 + 8 + 11 * 8;
/// A month of at most so many bytes over all pieces is read at once, a larger one day by day.
const READ_AT_ONCE: u64 = 12 << 20;

/// What has been staged so far.
#[derive(Default)]
pub(super) struct Staging {
    underlyings: Vec<Ticker>,
    numbers: HashMap<Ticker, u32>,
    /// Each underlying as its number in `underlyings`.
    open: Vec<QuoteRow>,
    pieces: Vec<Piece>,
}

/// By underlying, then day: the bytes of a session.
type Sessions = BTreeMap<(u32, Day), Range<u64>>;

/// Sorted records, in an object or in memory.
struct Piece {
    place: Place,
    sessions: Sessions,
}

enum Place {
    Object(String),
    Memory(Bytes),
}

impl Staging {
    /// Takes quotes; `true`: enough are open to be set aside.
    pub(super) fn add(&mut self, QuoteRows { underlyings, rows }: QuoteRows) -> bool {
        let numbers: Vec<u32> = underlyings.into_iter().map(|ticker| self.number(ticker)).collect();
        let known = |row: &QuoteRow| numbers.get(usize::try_from(row.underlying).ok()?).copied();
        let rows = rows.into_iter().filter_map(|row| Some(QuoteRow { underlying: known(&row)?, ..row }));
        self.open.extend(rows);
        self.open.len() >= MOST_OPEN
    }

    fn number(&mut self, ticker: Ticker) -> u32 {
        if let Some(number) = self.numbers.get(&ticker) {
            return *number;
        }
        let number = u32::try_from(self.underlyings.len()).unwrap_or(u32::MAX);
        self.underlyings.push(ticker.clone());
        self.numbers.insert(ticker, number);
        number
    }

    /// Takes the open quotes away as an object to be put under `folder`, and remembers it.
    pub(super) fn set_aside(&mut self, folder: &str) -> (String, Vec<u8>) {
        let (bytes, sessions) = self.close_open();
        let key = format!("{folder}{}.quotes", self.pieces.len());
        self.pieces.push(Piece { place: Place::Object(key.clone()), sessions });
        (key, bytes)
    }

    /// Closes the last quotes in memory.
    pub(super) fn close(&mut self) {
        if !self.open.is_empty() {
            let (bytes, sessions) = self.close_open();
            self.pieces.push(Piece { place: Place::Memory(bytes.into()), sessions });
        }
    }

    fn close_open(&mut self) -> (Vec<u8>, Sessions) {
        let mut rows = std::mem::take(&mut self.open);
        rows.sort_unstable_by(|a, b| {
            a.underlying.cmp(&b.underlying).then_with(|| a.quote.order(&b.quote)).then_with(|| a.line.cmp(&b.line))
        });
        let mut bytes = Vec::with_capacity(rows.len() * RECORD);
        let mut sessions = Sessions::new();
        for row in &rows {
            let start = bytes.len() as u64;
            write_record(row, &mut bytes);
            let end = bytes.len() as u64;
            sessions.entry((row.underlying, row.quote.day)).or_insert(start..end).end = end;
        }
        (bytes, sessions)
    }

    /// Every month that something was staged for.
    pub(super) fn months(&self) -> Vec<(u32, Month)> {
        let keys = self.pieces.iter().flat_map(|piece| piece.sessions.keys());
        let months: BTreeSet<_> = keys.map(|(underlying, day)| (*underlying, Month::of(*day))).collect();
        months.into_iter().collect()
    }

    /// The underlying with this number.
    pub(super) fn underlying(&self, number: u32) -> Option<&Ticker> {
        self.underlyings.get(usize::try_from(number).ok()?)
    }

    /// What was staged for a month.
    pub(super) fn month(&self, underlying: u32, month: Month) -> StagedMonth {
        let of_month = |piece: &Piece| {
            let sessions = piece.sessions.range((underlying, Day::from_number(i32::MIN))..=(underlying, LAST_DAY));
            let sessions = sessions.filter(|((_, day), _)| Month::of(*day) == month);
            let sessions: BTreeMap<Day, Range<u64>> = sessions.map(|((_, day), range)| (*day, range.clone())).collect();
            let held = match &piece.place {
                Place::Memory(bytes) => Some((0, bytes.clone())),
                Place::Object(_) => None,
            };
            let key = if let Place::Object(key) = &piece.place { key.clone() } else { String::new() };
            StagedPiece { key, sessions, held }
        };
        let pieces = self.pieces.iter().map(of_month).filter(|piece| !piece.sessions.is_empty());
        StagedMonth { pieces: pieces.collect() }
    }
}

const LAST_DAY: Day = Day::from_number(i32::MAX);

/// What was staged for one month of one underlying.
pub(super) struct StagedMonth {
    pieces: Vec<StagedPiece>,
}

struct StagedPiece {
    key: String,
    sessions: BTreeMap<Day, Range<u64>>,
    /// Bytes in memory, and the place in the object at which they begin.
    held: Option<(u64, Bytes)>,
}

impl StagedMonth {
    /// The days of the quotes, ascending.
    pub(super) fn days(&self) -> BTreeSet<Day> {
        self.pieces.iter().flat_map(|piece| piece.sessions.keys().copied()).collect()
    }

    /// Brings the whole month into memory where it is small.
    pub(super) async fn load(&mut self, objects: &impl ObjectStore) -> Result<(), StoreError> {
        let bytes = |piece: &StagedPiece| piece.sessions.values().map(|range| range.end - range.start).sum::<u64>();
        if self.pieces.iter().map(bytes).sum::<u64>() > READ_AT_ONCE {
            return Ok(());
        }
        for piece in self.pieces.iter_mut().filter(|piece| piece.held.is_none()) {
            // Sorted by underlying and day, so what is asked for is one range.
            let start = piece.sessions.values().map(|range| range.start).min().unwrap_or_default();
            let end = piece.sessions.values().map(|range| range.end).max().unwrap_or_default();
            piece.held = Some((start, objects.read(&piece.key, start..end).await?.into()));
        }
        Ok(())
    }

    /// The quotes of a session with their lines, by contract and line.
    pub(super) async fn session(
        &self,
        day: Day,
        objects: &impl ObjectStore,
    ) -> Result<Vec<(u64, OptionQuote)>, StoreError> {
        let mut quotes = Vec::new();
        for piece in &self.pieces {
            let Some(range) = piece.sessions.get(&day) else { continue };
            let mut bytes = match &piece.held {
                Some((start, held)) => {
                    let at = |offset: u64| usize::try_from(offset - start).unwrap_or(usize::MAX).min(held.len());
                    held.slice(at(range.start)..at(range.end))
                }
                None => objects.read(&piece.key, range.clone()).await?.into(),
            };
            while bytes.len() >= RECORD {
                quotes.push(read_record(&mut bytes));
            }
        }
        // Each piece is sorted; a file in the order of its days fills one or two pieces a day.
        quotes.sort_by(|(a_line, a), (b_line, b)| a.order(b).then_with(|| a_line.cmp(b_line)));
        Ok(quotes)
    }
}

fn write_record(row: &QuoteRow, bytes: &mut Vec<u8>) {
    let quote = &row.quote;
    bytes.put_u64_le(row.line);
    bytes.put_i32_le(quote.day.number());
    bytes.put_i32_le(quote.expiration.number());
    bytes.put_u8(u8::from(quote.right == Right::Call));
    let mut root = [0; 8];
    if let Some(known) = &quote.root {
        let text = known.as_str().as_bytes();
        root[..text.len()].copy_from_slice(text);
    }
    bytes.put_slice(&root);
    for number in [quote.strike, quote.underlying_price, quote.bid, quote.ask] {
        bytes.put_f64_le(number);
    }
    let optional = [quote.iv, quote.delta, quote.gamma, quote.theta, quote.vega, quote.volume, quote.open_interest];
    for number in optional {
        bytes.put_f64_le(number.unwrap_or(f64::NAN));
    }
}

/// Reads what [`write_record`] wrote; there are at least [`RECORD`] bytes.
fn read_record(bytes: &mut Bytes) -> (u64, OptionQuote) {
    let line = bytes.get_u64_le();
    let (day, expiration) = (Day::from_number(bytes.get_i32_le()), Day::from_number(bytes.get_i32_le()));
    let right = if bytes.get_u8() == 1 { Right::Call } else { Right::Put };
    let root = bytes.split_to(8);
    let text = root.split(|byte| *byte == 0).next().unwrap_or_default();
    let root = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    let [strike, underlying_price, bid, ask] = std::array::from_fn(|_| bytes.get_f64_le());
    let [iv, delta, gamma, theta, vega, volume, open_interest] =
        std::array::from_fn(|_| Some(bytes.get_f64_le()).filter(|number| !number.is_nan()));
    let quote = OptionQuote {
        day,
        expiration,
        right,
        strike,
        root,
        underlying_price,
        bid,
        ask,
        iv,
        delta,
        gamma,
        theta,
        vega,
        volume,
        open_interest,
    };
    (line, quote)
}
