//! The values of a column chunk, decoded page by page.
//!
//! The crate finds, unpacks and describes the pages. Their values are decoded here: of all encodings that the crate knows,
//! files are read in two (plain and dictionary), and its decoders of the others would be a tenth of the whole module. Every
//! length is checked, so a damaged page is an error and never a panic.

use bytes::{Buf, Bytes};
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, SerializedPageReader};
use parquet::schema::types::ColumnDescriptor;

use super::parquet_runs::Runs;

/// The day number of 1970-01-01 in the twelve-byte time stamps of older writers.
const JULIAN_EPOCH: i64 = 2_440_588;
const DAY_MS: i64 = 86_400_000;

/// One value that is not null.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A whole number, or the milliseconds of a twelve-byte time stamp.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
    /// Bytes of text or of a decimal number.
    Bytes(Bytes),
}

/// How the plain encoding writes one value of a column.
#[derive(Clone, Copy)]
struct Layout {
    physical: Type,
    /// Whether 32 bits are a number without a sign.
    is_unsigned: bool,
    /// Bytes of a value of fixed length.
    length: usize,
}

/// The column chunk that pages are read from.
pub(crate) struct Pages<R: ChunkReader> {
    inner: SerializedPageReader<R>,
    layout: Layout,
    /// The definition level of a value that is not null; 0 where none can be null.
    deepest: u32,
    dictionary: Option<Vec<Value>>,
    page: DataPage,
    /// Levels, then places in the dictionary, of the rows that are read at once.
    numbers: Vec<u32>,
}

/// What is left of a data page.
#[derive(Default)]
struct DataPage {
    left: u32,
    levels: Option<Runs>,
    values: Values,
}

enum Values {
    Plain(Bytes),
    Places(Runs),
}

impl Default for Values {
    fn default() -> Self {
        Self::Plain(Bytes::new())
    }
}

fn broken<T>(detail: &str) -> Result<T> {
    Err(ParquetError::General(detail.to_owned()))
}

impl<R: ChunkReader> Pages<R> {
    /// The values of a column without nesting.
    pub(crate) fn new(inner: SerializedPageReader<R>, column: &ColumnDescriptor, is_unsigned: bool) -> Result<Self> {
        let physical = column.physical_type();
        let length = usize::try_from(column.type_length()).unwrap_or(0);
        if physical == Type::FIXED_LEN_BYTE_ARRAY && length == 0 {
            return broken("the values of a column of fixed length have none");
        }
        let deepest = u32::try_from(column.max_def_level()).unwrap_or(0);
        let layout = Layout { physical, is_unsigned, length };
        Ok(Self { inner, layout, deepest, dictionary: None, page: DataPage::default(), numbers: Vec::new() })
    }

    /// Decodes up to `count` more rows into `rows`, a null as `None`; fewer only at the end of the chunk.
    pub(super) fn read(&mut self, count: usize, rows: &mut Vec<Option<Value>>) -> Result<()> {
        while rows.len() < count {
            if self.page.left == 0 {
                if !self.next_page()? {
                    break;
                }
                continue;
            }
            self.page.left -= 1;
            rows.push(self.row()?);
        }
        Ok(())
    }

    /// Decodes the next `count` rows as numbers, a null as NaN, which the caller must not let out.
    pub(crate) fn read_numbers(&mut self, count: usize, rows: &mut Vec<f64>) -> Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "prices, days and counts are far below 2^53")]
        let number = |value: &Value| match value {
            Value::Integer(whole) => Some(*whole as f64),
            Value::Float(number) => Some(*number),
            Value::Bytes(_) => None,
        };
        let is_double = self.layout.physical == Type::DOUBLE;
        let plain = |bytes: &Bytes, rows: &mut Vec<f64>| {
            let eight = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().unwrap_or_default());
            rows.extend(bytes.chunks_exact(8).map(eight));
        };
        self.read_column(count, f64::NAN, number, is_double.then_some(&plain), rows)
    }

    /// Decodes the next `count` rows, each as what `of` makes of its value, or as `null`.
    pub(crate) fn read_as<T: Copy>(
        &mut self,
        count: usize,
        null: T,
        of: impl Fn(&Value) -> Option<T>,
        rows: &mut Vec<T>,
    ) -> Result<()> {
        self.read_column(count, null, of, None::<&fn(&Bytes, &mut Vec<T>)>, rows)
    }

    /// `plain` decodes values of eight bytes side by side, where the type has such.
    fn read_column<T: Copy>(
        &mut self,
        count: usize,
        null: T,
        of: impl Fn(&Value) -> Option<T>,
        plain: Option<&impl Fn(&Bytes, &mut Vec<T>)>,
        rows: &mut Vec<T>,
    ) -> Result<()> {
        let unreadable = || ParquetError::General("a value reaches beyond its page or its dictionary".to_owned());
        let end = rows.len() + count;
        let mut dictionary: Option<Vec<T>> = None;
        while rows.len() < end {
            if self.page.left == 0 {
                if !self.next_page()? {
                    return broken("a column holds fewer rows than its row group");
                }
                continue;
            }
            let taken = usize::try_from(self.page.left).unwrap_or(usize::MAX).min(end - rows.len());
            self.page.left -= u32::try_from(taken).unwrap_or(0);
            // 1. Which rows have a value?
            let levels = self.take_levels(taken)?;
            let defined = levels.as_ref().map_or(taken, |levels| levels.iter().filter(|there| **there).count());
            // 2. Their values.
            let first = rows.len();
            match &mut self.page.values {
                Values::Plain(bytes) => {
                    if let Some(plain) = plain {
                        plain(&take(bytes, defined as u64 * 8).ok_or_else(unreadable)?, rows);
                    } else {
                        for _ in 0..defined {
                            let value = self.layout.take(bytes).ok_or_else(unreadable)?;
                            rows.push(of(&value).ok_or_else(unreadable)?);
                        }
                    }
                }
                Values::Places(places) => {
                    if dictionary.is_none() {
                        let values = self.dictionary.as_deref().unwrap_or_default();
                        dictionary = Some(values.iter().map(&of).collect::<Option<_>>().ok_or_else(unreadable)?);
                    }
                    let known = dictionary.as_deref().unwrap_or_default();
                    self.numbers.clear();
                    places.take_into(defined, &mut self.numbers).ok_or_else(unreadable)?;
                    for place in &self.numbers {
                        let value = usize::try_from(*place).ok().and_then(|place| known.get(place));
                        rows.push(*value.ok_or_else(unreadable)?);
                    }
                }
            }
            // 3. Each to its row.
            if let Some(levels) = levels.filter(|_| defined < taken) {
                spread(&levels, null, rows, first);
            }
        }
        Ok(())
    }

    /// Which of the next rows have a value; `None` where all must have one.
    fn take_levels(&mut self, count: usize) -> Result<Option<Vec<bool>>> {
        let Some(levels) = &mut self.page.levels else { return Ok(None) };
        self.numbers.clear();
        if levels.take_into(count, &mut self.numbers).is_none() {
            return broken("a page ends in its levels");
        }
        Ok(Some(self.numbers.iter().map(|level| *level == self.deepest).collect()))
    }

    fn row(&mut self) -> Result<Option<Value>> {
        if let Some(levels) = &mut self.page.levels {
            let Some(level) = levels.next() else { return broken("a page ends in its levels") };
            if level != self.deepest {
                return Ok(None);
            }
        }
        let value = match &mut self.page.values {
            Values::Plain(bytes) => self.layout.take(bytes),
            Values::Places(places) => {
                let place = places.next().and_then(|place| usize::try_from(place).ok());
                place.and_then(|place| self.dictionary.as_ref()?.get(place).cloned())
            }
        };
        if value.is_none() {
            return broken("a value reaches beyond its page or its dictionary");
        }
        Ok(value)
    }

    /// Goes to the next page; says whether there is one.
    fn next_page(&mut self) -> Result<bool> {
        let Some(page) = self.inner.get_next_page()? else { return Ok(false) };
        match page {
            Page::DictionaryPage { buf, num_values, encoding, .. } => {
                self.open_dictionary(buf, num_values, encoding)?;
            }
            Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                let mut rest = buf;
                let mut levels = None;
                if self.deepest > 0 {
                    if def_level_encoding != Encoding::RLE {
                        return broken("the definition levels of a page are not in the RLE encoding");
                    }
                    levels = take_text(&mut rest);
                    if levels.is_none() {
                        return broken("a page ends in its levels");
                    }
                }
                self.open_page(num_values, levels, rest, encoding)?;
            }
            Page::DataPageV2 { buf, num_values, encoding, def_levels_byte_len, rep_levels_byte_len, .. } => {
                let mut rest = buf;
                let skipped = take(&mut rest, u64::from(rep_levels_byte_len));
                let levels = skipped.and_then(|_| take(&mut rest, u64::from(def_levels_byte_len)));
                if levels.is_none() {
                    return broken("a page ends in its levels");
                }
                self.open_page(num_values, levels.filter(|_| self.deepest > 0), rest, encoding)?;
            }
        }
        Ok(true)
    }

    fn open_dictionary(&mut self, mut bytes: Bytes, count: u32, encoding: Encoding) -> Result<()> {
        if self.dictionary.is_some() {
            return broken("a column chunk has two dictionaries");
        }
        if !matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
            return broken("the encoding of a dictionary is not the one that its column chunk names");
        }
        let mut values = Vec::new();
        for _ in 0..count {
            match self.layout.take(&mut bytes) {
                Some(value) => values.push(value),
                None => return broken("a value reaches beyond its dictionary"),
            }
        }
        self.dictionary = Some(values);
        Ok(())
    }

    fn open_page(&mut self, count: u32, levels: Option<Bytes>, mut rest: Bytes, encoding: Encoding) -> Result<()> {
        let values = match encoding {
            Encoding::PLAIN => Values::Plain(rest),
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY if self.dictionary.is_some() => {
                // A page of nulls alone may end before the width.
                let width = if rest.is_empty() { 0 } else { usize::from(rest.get_u8()) };
                let Some(places) = Runs::new(rest, width) else { return broken("places in a dictionary are too wide") };
                Values::Places(places)
            }
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                return broken("a page needs a dictionary that is not there");
            }
            _ => return broken("the encoding of a page is not the one that its column chunk names"),
        };
        let bits = u32::BITS - self.deepest.leading_zeros();
        let levels = levels.and_then(|bytes| Runs::new(bytes, usize::try_from(bits).ok()?));
        self.page = DataPage { left: count, levels, values };
        Ok(())
    }
}

/// Moves the values from `first` on to the rows that have one, from the last to the first.
fn spread<T: Copy>(levels: &[bool], null: T, rows: &mut Vec<T>, first: usize) {
    let mut from = rows.len();
    rows.resize(first + levels.len(), null);
    for (row, there) in levels.iter().enumerate().rev() {
        if *there {
            from -= 1;
            rows[first + row] = rows[from];
        } else {
            rows[first + row] = null;
        }
    }
}

impl Layout {
    /// Takes one value in the plain encoding from the front.
    fn take(self, bytes: &mut Bytes) -> Option<Value> {
        let signed = |value: i32| if self.is_unsigned { i64::from(value.cast_unsigned()) } else { i64::from(value) };
        Some(match self.physical {
            Type::INT32 => Value::Integer(signed(bytes.try_get_i32_le().ok()?)),
            Type::INT64 => Value::Integer(bytes.try_get_i64_le().ok()?),
            Type::INT96 => {
                let nanos = bytes.try_get_i64_le().ok()?;
                let day = i64::from(bytes.try_get_i32_le().ok()?) - JULIAN_EPOCH;
                Value::Integer(day * DAY_MS + nanos / 1_000_000)
            }
            Type::FLOAT => Value::Float(f64::from(bytes.try_get_f32_le().ok()?)),
            Type::DOUBLE => Value::Float(bytes.try_get_f64_le().ok()?),
            Type::BYTE_ARRAY => Value::Bytes(take_text(bytes)?),
            Type::FIXED_LEN_BYTE_ARRAY => Value::Bytes(take(bytes, self.length as u64)?),
            Type::BOOLEAN => return None,
        })
    }
}

/// Takes bytes that come after their length in four bytes.
fn take_text(bytes: &mut Bytes) -> Option<Bytes> {
    let length = bytes.try_get_u32_le().ok()?;
    take(bytes, u64::from(length))
}

fn take(bytes: &mut Bytes, length: u64) -> Option<Bytes> {
    let length = usize::try_from(length).ok().filter(|length| *length <= bytes.len())?;
    Some(bytes.split_to(length))
}
