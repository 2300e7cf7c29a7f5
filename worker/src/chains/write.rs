//! A month of an underlying as a Parquet file: one row group a session, rows in [`OptionQuote::order`].
//!
//! The bytes depend on the quotes alone, so the same month is the same object. Prices and days go through a dictionary where
//! that is smaller; volatilities and Greeks, which hardly repeat, are written plain.

use std::ops::Range;
use std::sync::Arc;

use domain::options::{OptionQuote, Right};
use domain::ports::{ChainSession, StoreError};
use domain::units::Ticker;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use crate::parquet_columns::{Group, optional, required};

/// The columns in their order, as imports name them.
pub(crate) const COLUMNS: [&str; 16] = [
    "quote_date",
    "underlying",
    "underlying_price",
    "expiration",
    "strike",
    "type",
    "bid",
    "ask",
    "iv",
    "delta",
    "gamma",
    "theta",
    "vega",
    "volume",
    "open_interest",
    "root",
];

const SCHEMA: &str = "message chains {
    required int32 quote_date (DATE);
    required binary underlying (UTF8);
    required double underlying_price;
    required int32 expiration (DATE);
    required double strike;
    required binary type (UTF8);
    required double bid;
    required double ask;
    optional double iv;
    optional double delta;
    optional double gamma;
    optional double theta;
    optional double vega;
    optional int64 volume;
    optional int64 open_interest;
    optional binary root (UTF8);
}";

/// Bytes after the metadata: its length and the mark of the format.
const FOOTER: u64 = 8;

/// A file that is whole.
pub(super) struct ChainFile {
    pub(super) bytes: Vec<u8>,
    pub(super) metadata: Range<u64>,
    pub(super) sessions: Vec<ChainSession>,
}

/// A file being written.
pub(super) struct ChainWriter {
    file: SerializedFileWriter<Vec<u8>>,
    underlying: ByteArray,
    sessions: Vec<ChainSession>,
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn refused(error: ParquetError) -> StoreError {
    StoreError::Refused(format!("a chain's file cannot be written: {error}"))
}

impl ChainWriter {
    /// An empty file.
    pub(super) fn new(underlying: &Ticker) -> Result<Self, StoreError> {
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(refused)?);
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("equipoise".to_owned())
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true);
        for plain in ["iv", "delta", "gamma", "theta", "vega"] {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(plain), false);
        }
        let file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).map_err(refused)?;
        Ok(Self { file, underlying: ByteArray::from(underlying.as_str()), sessions: Vec::new() })
    }

    /// Adds a later session: its quotes, at least one, in their order.
    pub(super) fn add_session(&mut self, quotes: &[OptionQuote]) -> Result<(), StoreError> {
        let Some(first) = quotes.first() else { return Ok(()) };
        let mut group = self.file.next_row_group().map_err(refused)?;
        write_group(&mut group, &self.underlying, quotes).map_err(refused)?;
        let written = group.close().map_err(refused)?;
        let ranges = || written.columns().iter().map(parquet::file::metadata::ColumnChunkMetaData::byte_range);
        let count = |which: fn(&OptionQuote) -> bool| quotes.iter().filter(|quote| which(quote)).count() as u64;
        self.sessions.push(ChainSession {
            day: first.day,
            rows: quotes.len() as u64,
            crossed: count(OptionQuote::is_crossed),
            locked: count(OptionQuote::is_locked),
            unbid: count(|quote| quote.bid <= 0.0),
            start: ranges().map(|(start, _)| start).min().unwrap_or_default(),
            end: ranges().map(|(start, length)| start + length).max().unwrap_or_default(),
        });
        Ok(())
    }

    /// The whole file.
    pub(super) fn finish(self) -> Result<ChainFile, StoreError> {
        let bytes = self.file.into_inner().map_err(refused)?;
        let end = bytes.len() as u64 - FOOTER;
        let length = bytes[bytes.len() - 8..].first_chunk().map_or(0, |length| u32::from_le_bytes(*length));
        Ok(ChainFile { bytes, metadata: end - u64::from(length)..end, sessions: self.sessions })
    }
}

fn write_group(group: &mut Group<'_>, underlying: &ByteArray, quotes: &[OptionQuote]) -> Result<(), ParquetError> {
    #[expect(clippy::cast_possible_truncation, reason = "checked when it came in: whole and at most 2^53")]
    let whole = |count: Option<f64>| count.map(|count| count as i64);
    let letter = |right| if right == Right::Call { "c" } else { "p" };
    let root = |quote: &OptionQuote| quote.root.map(|root| ByteArray::from(root.as_str()));
    required::<Int32Type>(group, quotes.iter().map(|quote| quote.day.number()))?;
    required::<ByteArrayType>(group, quotes.iter().map(|_| underlying.clone()))?;
    required::<DoubleType>(group, quotes.iter().map(|quote| quote.underlying_price))?;
    required::<Int32Type>(group, quotes.iter().map(|quote| quote.expiration.number()))?;
    required::<DoubleType>(group, quotes.iter().map(|quote| quote.strike))?;
    required::<ByteArrayType>(group, quotes.iter().map(|quote| ByteArray::from(letter(quote.right))))?;
    required::<DoubleType>(group, quotes.iter().map(|quote| quote.bid))?;
    required::<DoubleType>(group, quotes.iter().map(|quote| quote.ask))?;
    optional::<DoubleType>(group, quotes.iter().map(|quote| quote.iv))?;
    optional::<DoubleType>(group, quotes.iter().map(|quote| quote.delta))?;
    optional::<DoubleType>(group, quotes.iter().map(|quote| quote.gamma))?;
    optional::<DoubleType>(group, quotes.iter().map(|quote| quote.theta))?;
    optional::<DoubleType>(group, quotes.iter().map(|quote| quote.vega))?;
    optional::<Int64Type>(group, quotes.iter().map(|quote| whole(quote.volume)))?;
    optional::<Int64Type>(group, quotes.iter().map(|quote| whole(quote.open_interest)))?;
    optional::<ByteArrayType>(group, quotes.iter().map(root))
}
