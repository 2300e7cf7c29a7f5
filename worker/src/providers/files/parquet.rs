//! Reads a Parquet file by row group: says which bytes it needs next, takes them, and gives typed pieces.
//!
//! It fetches nothing itself, so the same code reads a small body in memory and a large object in storage by ranges.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, FooterTail, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length, SerializedPageReader};

use super::cell::Cell;
use super::columns::{ColumnMap, MOST_COLUMNS};
use super::error::FileError;
use super::gzip::{LARGEST_RATIO, LONGEST_FILE};
use super::parquet_column::{Meaning, OpenColumn};
use super::parquet_headers::largest_page;
use super::parquet_pages::Pages;
use super::pieces::Piece;
use super::reader::{FileSummary, summary};
use super::rows::{FileRules, RowCheck};

/// What a Parquet file begins and ends with.
pub(crate) const PARQUET_MAGIC: &[u8] = b"PAR1";
/// Bytes at the end of a file that say how long its metadata is.
const FOOTER: u64 = 8;
/// Longest metadata that is read.
const LONGEST_METADATA: u64 = 8 << 20;
/// Most bytes of one row group in the columns needed: they are in memory together.
const LARGEST_ROW_GROUP: u64 = 32 << 20;
/// Most bytes that one page of each column needed unpacks to: those are in memory together.
const LARGEST_PAGES: u64 = 48 << 20;
/// Rows decoded at a time.
const BATCH_ROWS: usize = 4096;

/// How values may be laid out; the last two are for levels. Writers choose others only when told to.
#[expect(deprecated, reason = "older writers name it for levels that a column does not have")]
const READ_ENCODINGS: [Encoding; 5] =
    [Encoding::PLAIN, Encoding::RLE_DICTIONARY, Encoding::PLAIN_DICTIONARY, Encoding::RLE, Encoding::BIT_PACKED];

/// Bytes of the file, from and to.
pub(crate) type ByteRange = Range<u64>;

/// A Parquet file whose metadata is known.
pub(crate) struct ParquetReader {
    metadata: ParquetMetaData,
    map: ColumnMap,
    meanings: Vec<Option<Meaning>>,
    file_length: u64,
    check: RowCheck,
    /// Rows read so far; the number of the first row is 1.
    rows: u64,
}

/// One row group being decoded.
pub(crate) struct RowGroup {
    columns: Vec<Option<OpenColumn>>,
    left: u64,
}

pub(super) fn damaged(error: &ParquetError) -> FileError {
    FileError::DamagedParquet(error.to_string())
}

fn broken(detail: &str) -> FileError {
    FileError::DamagedParquet(detail.to_owned())
}

/// Where the last bytes of the file are, which [`metadata_range`] takes.
///
/// # Errors
/// A file too short to be Parquet.
pub(crate) fn footer_range(file_length: u64) -> Result<ByteRange, FileError> {
    let least = FOOTER + PARQUET_MAGIC.len() as u64;
    if file_length < least {
        return Err(broken("it is shorter than any Parquet file"));
    }
    Ok(file_length - FOOTER..file_length)
}

/// Where the metadata is, which [`ParquetReader::open`] takes.
///
/// # Errors
/// A footer that is none, an encrypted file, or metadata longer than is read.
pub(crate) fn metadata_range(file_length: u64, footer: &[u8]) -> Result<ByteRange, FileError> {
    let tail = FooterTail::try_from(footer).map_err(|error| damaged(&error))?;
    if tail.is_encrypted_footer() {
        return Err(broken("it is encrypted"));
    }
    let length = tail.metadata_length() as u64;
    let end = file_length - FOOTER;
    let start = end.checked_sub(length).ok_or_else(|| broken("its metadata does not fit into it"))?;
    if length > LONGEST_METADATA {
        return Err(FileError::TooLarge { limit: LONGEST_METADATA, unit: "bytes of Parquet metadata" });
    }
    Ok(start..end)
}

impl ParquetReader {
    /// Reads the metadata and finds the columns.
    ///
    /// # Errors
    /// Damaged metadata, a missing column, a type or codec that is not read, or more rows than the bounds allow.
    pub(crate) fn open(rules: FileRules, file_length: u64, metadata: &[u8]) -> Result<Self, FileError> {
        let metadata = ParquetMetaDataReader::decode_metadata(metadata).map_err(|error| damaged(&error))?;
        let schema = metadata.file_metadata().schema_descr();
        let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
        let header: Vec<&str> = names.iter().map(String::as_str).collect();
        let map = ColumnMap::find(rules.kind, &header)?;
        let meaning = |place: &Option<usize>| place.map(|at| Meaning::of(&schema.column(at))).transpose();
        let meanings = map.places.iter().map(meaning).collect::<Result<_, _>>()?;
        let file = Self { map, meanings, file_length, check: RowCheck::new(rules), rows: 0, metadata };
        file.check_bounds()?;
        Ok(file)
    }

    fn check_bounds(&self) -> Result<(), FileError> {
        let negative = || broken("a count in its metadata is negative");
        let mut rows = 0_u64;
        for group in self.metadata.row_groups() {
            rows = rows.saturating_add(u64::try_from(group.num_rows()).map_err(|_| negative())?);
        }
        // A row takes at least a byte of each needed column, whatever it was packed to.
        let least = rows.saturating_mul(self.needed().count() as u64);
        if least > LONGEST_FILE {
            return Err(FileError::TooLarge { limit: LONGEST_FILE, unit: "bytes" });
        }
        if rows > 100_000 && least > self.file_length.saturating_mul(LARGEST_RATIO) {
            return Err(FileError::SuspiciousCompression { limit: LARGEST_RATIO });
        }
        Ok(())
    }

    fn needed(&self) -> impl Iterator<Item = usize> {
        self.map.places.iter().flatten().copied()
    }

    /// How many row groups the file has.
    pub(crate) fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// Which bytes of the file [`Self::group`] needs, one range per column.
    ///
    /// # Errors
    /// Offsets outside the file, a codec that is not read, or a row group above the limit.
    pub(crate) fn ranges(&self, group: usize) -> Result<Vec<ByteRange>, FileError> {
        let columns = self.metadata.row_group(group).columns();
        let range = |at: usize| self.chunk_range(columns.get(at).ok_or_else(|| broken("a column chunk is missing"))?);
        let ranges = self.needed().map(range).collect::<Result<Vec<_>, _>>()?;
        let bytes = ranges.iter().fold(0_u64, |sum, range| sum.saturating_add(range.end - range.start));
        if bytes > LARGEST_ROW_GROUP {
            return Err(FileError::ParquetRowGroup { bytes, limit: LARGEST_ROW_GROUP });
        }
        Ok(ranges)
    }

    fn chunk_range(&self, chunk: &ColumnChunkMetaData) -> Result<ByteRange, FileError> {
        let column = || chunk.column_path().string();
        let (packed, unpacked) = (chunk.compressed_size(), chunk.uncompressed_size());
        match chunk.compression() {
            Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) => {}
            other => {
                let name = other.to_string();
                let codec = name.split('(').next().unwrap_or_default().to_ascii_lowercase();
                return Err(FileError::ParquetCodec { column: column(), codec });
            }
        }
        if let Some(other) = chunk.encodings().find(|encoding| !READ_ENCODINGS.contains(encoding)) {
            return Err(FileError::ParquetEncoding { column: column(), encoding: other.to_string() });
        }
        let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
        let (Ok(start), Ok(length), Ok(unpacked)) =
            (u64::try_from(start), u64::try_from(packed), u64::try_from(unpacked))
        else {
            return Err(broken("a column chunk lies outside it"));
        };
        if unpacked > (1 << 20) && unpacked > length.saturating_mul(LARGEST_RATIO) {
            return Err(FileError::SuspiciousCompression { limit: LARGEST_RATIO });
        }
        let end = start.checked_add(length).filter(|end| *end <= self.file_length);
        end.map(|end| start..end).ok_or_else(|| broken("a column chunk lies outside it"))
    }

    /// Opens a row group over the bytes that [`Self::ranges`] asked for, in that order.
    ///
    /// # Errors
    /// Column chunks that cannot be read, or pages that unpack to more than the limit, whatever the metadata says of them.
    pub(crate) fn group(&self, group: usize, parts: Vec<Bytes>) -> Result<RowGroup, FileError> {
        let mut unpacked = 0_u64;
        for part in &parts {
            let largest = largest_page(part).ok_or_else(|| broken("the header of a page is damaged"))?;
            unpacked = unpacked.saturating_add(largest);
        }
        if unpacked > LARGEST_PAGES {
            return Err(FileError::TooLarge { limit: LARGEST_PAGES, unit: "bytes in the pages of a row group" });
        }
        let starts = self.ranges(group)?.into_iter().map(|range| range.start);
        let window = Arc::new(Window { length: self.file_length, parts: starts.zip(parts).collect() });
        let metadata = self.metadata.row_group(group);
        let rows = u64::try_from(metadata.num_rows()).map_err(|_| broken("a count in its metadata is negative"))?;
        let total = usize::try_from(rows).map_err(|_| broken("a row group has too many rows"))?;
        let open = |(place, meaning): (&Option<usize>, &Option<Meaning>)| -> Result<Option<OpenColumn>, FileError> {
            let (Some(at), Some(meaning)) = (place, meaning) else { return Ok(None) };
            let chunk = metadata.column(*at);
            let pages = SerializedPageReader::new(Arc::clone(&window), chunk, total, None).map_err(|e| damaged(&e))?;
            let is_unsigned = *meaning == Meaning::Unsigned;
            let values = Pages::new(pages, chunk.column_descr(), is_unsigned).map_err(|error| damaged(&error))?;
            Ok(Some(OpenColumn::new(values, *meaning)))
        };
        let columns = self.map.places.iter().zip(&self.meanings).map(open).collect::<Result<_, _>>()?;
        Ok(RowGroup { columns, left: rows })
    }

    /// Reads the next rows of a group and gives the pieces that they fill; `None` at the group's end.
    ///
    /// # Errors
    /// Damaged pages, or a fault of the file as a whole.
    pub(crate) fn next_rows(&mut self, group: &mut RowGroup) -> Result<Option<Vec<Piece>>, FileError> {
        if group.left == 0 {
            return Ok(None);
        }
        let count = usize::try_from(group.left).unwrap_or(usize::MAX).min(BATCH_ROWS);
        for column in group.columns.iter_mut().flatten() {
            if column.read(count)? != count {
                return Err(broken("a column holds fewer rows than its row group"));
            }
        }
        for row in 0..count {
            let mut cells = [Cell::Blank; MOST_COLUMNS];
            for (cell, column) in cells.iter_mut().zip(&group.columns) {
                *cell = column.as_ref().map_or(Cell::Blank, |column| column.cell(row));
            }
            self.rows += 1;
            self.check.row(self.rows, &cells)?;
        }
        group.left -= count as u64;
        Ok(Some(self.check.take_full()))
    }

    /// The last pieces, after the last row group.
    pub(crate) fn finish(mut self) -> (Vec<Piece>, FileSummary) {
        let pieces = self.check.take_all();
        (pieces, summary(self.check, self.map))
    }
}

/// The parts of a file that are in memory.
#[derive(Debug)]
pub(crate) struct Window {
    length: u64,
    parts: Vec<(u64, Bytes)>,
}

impl Window {
    /// A part of a file of this length.
    pub(crate) fn of(length: u64, start: u64, bytes: Bytes) -> Self {
        Self { length, parts: vec![(start, bytes)] }
    }

    /// What is in memory from `start` on.
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let held = self.parts.iter().find_map(|(first, bytes)| {
            let skip = usize::try_from(start.checked_sub(*first)?).ok()?;
            (skip < bytes.len()).then(|| bytes.slice(skip..))
        });
        held.ok_or_else(|| ParquetError::EOF(format!("byte {start} belongs to no column chunk")))
    }
}

impl Length for Window {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Window {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let held = self.from(start)?;
        if length > held.len() {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} reach beyond their column chunk")));
        }
        Ok(held.slice(..length))
    }
}
