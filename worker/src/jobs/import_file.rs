//! Imports one file: bytes from a body or from kept parts → pieces of rows → staged → published at once, or not at all.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use domain::ports::{
    Clock, MarketStore, Origin, Part, PartStore, Published, PublishedQuotes, QuoteSink, RowKind, StoreError,
};

use crate::providers::files::{
    self, ByteRange, Declared, FileError, FileRules, FileSummary, Intake, LONGEST_FILE, PARQUET_MAGIC, ParquetReader,
    Piece, Received, SHOWN_REJECTIONS,
};

/// Bytes read from a kept part at a time.
const READ_BYTES: u64 = 1 << 20;
/// Bytes given to the reader at a time, so that what a gzip stream unpacks to stays small.
const FEED_BYTES: usize = 32 * 1024;
/// A Parquet file up to this size is read in memory; a larger one is first set aside in parts of this size.
const IN_MEMORY_BYTES: usize = 4 << 20;
/// Numbers of uploaded parts are at most this; parts that the job itself sets aside come after.
pub(crate) const MOST_PARTS: u32 = 10_000;

/// Which file it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileToImport {
    /// Its number.
    pub(crate) id: i64,
    /// What its rows must obey.
    pub(crate) rules: FileRules,
    /// What the sender says of it.
    pub(crate) declared: Declared,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Imported {
    /// What the reader found.
    pub(crate) summary: FileSummary,
    /// What the store did.
    pub(crate) published: Published,
}

impl Imported {
    /// Rows of the file that were new or replaced another value. One row may write two tables, so it counts at most once.
    pub(crate) fn written(&self) -> u64 {
        self.summary.accepted.min(self.published.inserted + self.published.changed)
    }
}

/// Why nothing of it was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ImportError {
    /// The file is at fault.
    #[error(transparent)]
    File(#[from] FileError),
    /// The stores are.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sender stopped before the end.
    #[error("the upload ended before the file did")]
    Broken,
    /// More bytes came than are taken in one body.
    #[error("the body is larger than {0} bytes")]
    BodyTooLarge(u64),
    /// A part between the first and the last was never sent.
    #[error("part {0} is missing")]
    MissingPart(u32),
}

/// The bytes of a file, in order.
pub(crate) trait Chunks {
    /// The next bytes, or `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, ImportError>;
}

/// Where an import reads and writes.
#[derive(Debug)]
pub(crate) struct Stores<'a, M, P, Q> {
    /// Takes the rows.
    pub(crate) market: &'a M,
    /// Keeps what cannot be read as it comes.
    pub(crate) parts: &'a P,
    /// Takes the quotes of option chains; it may keep them among the parts until they are published.
    pub(crate) quotes: &'a Q,
}

/// Where the rows of a file go.
#[derive(Clone, Copy, Debug)]
enum Target {
    /// A batch of the market store.
    Batch(i64),
    /// The warehouse of chains.
    Quotes,
}

// Derived, these would ask the stores themselves to be copied.
impl<M, P, Q> Clone for Stores<'_, M, P, Q> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, P, Q> Copy for Stores<'_, M, P, Q> {}

/// Imports a file from its bytes. On any failure nothing of it is stored and no part of it is kept.
pub(crate) async fn import_body<M: MarketStore, P: PartStore, Q: QuoteSink>(
    file: FileToImport,
    body: &mut impl Chunks,
    stores: Stores<'_, M, P, Q>,
    clock: &impl Clock,
) -> Result<Imported, ImportError> {
    let target = open(file, stores, clock).await?;
    let read = read_body(file, target, body, stores).await;
    settle(file.id, target, read, stores, clock).await
}

/// Imports a file from its uploaded parts, likewise.
pub(crate) async fn import_parts<M: MarketStore, P: PartStore, Q: QuoteSink>(
    file: FileToImport,
    stores: Stores<'_, M, P, Q>,
    clock: &impl Clock,
) -> Result<Imported, ImportError> {
    let parts = uploaded_parts(file.id, stores.parts).await?;
    let mut chunks = PartChunks { import: file.id, parts: &parts, store: stores.parts, at: 0, offset: 0 };
    if !starts_as_parquet(file.id, &parts, stores.parts).await? {
        return import_body(file, &mut chunks, stores, clock).await;
    }
    let target = open(file, stores, clock).await?;
    let source = Source::Parts { import: file.id, parts };
    let read = read_parquet(file, target, &source, stores).await;
    settle(file.id, target, read, stores, clock).await
}

async fn open<M: MarketStore, P: PartStore, Q: QuoteSink>(
    file: FileToImport,
    stores: Stores<'_, M, P, Q>,
    clock: &impl Clock,
) -> Result<Target, StoreError> {
    if file.rules.kind == RowKind::Chains {
        return Ok(Target::Quotes);
    }
    let batch = stores.market.open_batch(Origin::Import, file.id, files::ABOUT.name, clock.now()).await?;
    Ok(Target::Batch(batch))
}

async fn publish<M: MarketStore, P: PartStore, Q: QuoteSink>(
    import: i64,
    target: Target,
    mut summary: FileSummary,
    stores: Stores<'_, M, P, Q>,
    clock: &impl Clock,
) -> Result<Imported, StoreError> {
    if let Target::Batch(batch) = target {
        let published = stores.market.publish(batch, clock.now()).await?;
        return Ok(Imported { summary, published });
    }
    let quotes = stores.quotes.publish_quotes(Origin::Import, import, files::ABOUT.name, clock.now()).await?;
    let PublishedQuotes { published, repeated, rejections } = quotes;
    summary.accepted = summary.accepted.saturating_sub(repeated);
    summary.rejected += repeated;
    summary.rejections.extend(rejections);
    summary.rejections.sort_by_key(|rejection| rejection.line);
    summary.rejections.truncate(SHOWN_REJECTIONS);
    Ok(Imported { summary, published })
}

async fn settle<M: MarketStore, P: PartStore, Q: QuoteSink>(
    import: i64,
    target: Target,
    read: Result<FileSummary, ImportError>,
    stores: Stores<'_, M, P, Q>,
    clock: &impl Clock,
) -> Result<Imported, ImportError> {
    let done = match read {
        Ok(summary) => publish(import, target, summary, stores, clock).await,
        Err(error) => {
            // What cannot be forgotten here is swept later; the file's own fault is what the sender must hear.
            if let Target::Batch(batch) = target {
                let _swept_later = stores.market.discard(batch).await;
            }
            let _swept_later = stores.parts.drop_parts(import).await;
            return Err(error);
        }
    };
    let _swept_later = stores.parts.drop_parts(import).await;
    Ok(done?)
}

async fn read_body<M: MarketStore, P: PartStore, Q: QuoteSink>(
    file: FileToImport,
    target: Target,
    body: &mut impl Chunks,
    stores: Stores<'_, M, P, Q>,
) -> Result<FileSummary, ImportError> {
    let mut intake = Intake::new(file.rules, file.declared);
    let mut set_aside = Vec::new();
    while let Some(chunk) = body.next().await? {
        for bytes in chunk.chunks(FEED_BYTES) {
            for piece in intake.push(bytes)? {
                stage(stores, target, piece).await?;
            }
            if let Some(bytes) = intake.take_set_aside(IN_MEMORY_BYTES) {
                set_aside.push(put_next(file.id, set_aside.len(), bytes, stores.parts).await?);
            }
        }
    }
    let rest = match intake.finish()? {
        Received::Csv(last, summary) => {
            for piece in last {
                stage(stores, target, piece).await?;
            }
            return Ok(summary);
        }
        Received::Parquet(rest) => rest,
    };
    let source = if set_aside.is_empty() {
        Source::Memory(rest.into())
    } else {
        set_aside.push(put_next(file.id, set_aside.len(), rest, stores.parts).await?);
        Source::Parts { import: file.id, parts: set_aside }
    };
    read_parquet(file, target, &source, stores).await
}

async fn put_next(import: i64, before: usize, bytes: Vec<u8>, parts: &impl PartStore) -> Result<Part, ImportError> {
    let number = u32::try_from(before).map_or(u32::MAX, |before| MOST_PARTS + 1 + before);
    let part = Part { number, bytes: bytes.len() as u64 };
    parts.put_part(import, number, bytes).await?;
    Ok(part)
}

async fn stage<M: MarketStore, P: PartStore, Q: QuoteSink>(
    stores: Stores<'_, M, P, Q>,
    target: Target,
    piece: Piece,
) -> Result<(), StoreError> {
    let Target::Batch(batch) = target else {
        let Piece::Quotes(rows) = piece else {
            return Err(StoreError::Refused("a file of chains holds other rows".to_owned()));
        };
        return stores.quotes.stage_quotes(rows).await;
    };
    match &piece {
        Piece::Securities(rows) => stores.market.stage_securities(batch, rows).await,
        Piece::Bars(rows) => stores.market.stage_bar_rows(batch, rows).await,
        Piece::Intraday(rows) => stores.market.stage_intraday(batch, rows).await,
        Piece::Caps(rows) => stores.market.stage_caps(batch, rows).await,
        Piece::Shares(rows) => stores.market.stage_shares(batch, rows).await,
        Piece::Splits(rows) => stores.market.stage_splits(batch, rows).await,
        Piece::Dividends(rows) => stores.market.stage_dividends(batch, rows).await,
        Piece::TickerChanges(rows) => stores.market.stage_ticker_changes(batch, rows).await,
        Piece::Quotes(_) => Err(StoreError::Refused("a market file holds quotes of options".to_owned())),
    }
}

/// Reads a Parquet file one row group at a time.
async fn read_parquet<M: MarketStore, P: PartStore, Q: QuoteSink>(
    file: FileToImport,
    target: Target,
    source: &Source,
    stores: Stores<'_, M, P, Q>,
) -> Result<FileSummary, ImportError> {
    let length = source.length();
    let footer = source.read(files::footer_range(length)?, stores.parts).await?;
    let metadata = source.read(files::metadata_range(length, &footer)?, stores.parts).await?;
    let mut reader = ParquetReader::open(file.rules, length, &metadata)?;
    for index in 0..reader.groups() {
        let mut chunks = Vec::new();
        for range in reader.ranges(index)? {
            chunks.push(source.read(range, stores.parts).await?);
        }
        let mut group = reader.group(index, chunks)?;
        while let Some(pieces) = reader.next_rows(&mut group)? {
            for piece in pieces {
                stage(stores, target, piece).await?;
            }
        }
    }
    let (last, summary) = reader.finish();
    for piece in last {
        stage(stores, target, piece).await?;
    }
    Ok(summary)
}

/// A whole file that can be read anywhere.
enum Source {
    Memory(Bytes),
    Parts { import: i64, parts: Vec<Part> },
}

impl Source {
    fn length(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Parts { parts, .. } => parts.iter().map(|part| part.bytes).sum(),
        }
    }

    async fn read(&self, range: ByteRange, store: &impl PartStore) -> Result<Bytes, ImportError> {
        match self {
            Self::Memory(bytes) => {
                let at = |offset| usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                Ok(bytes.slice(at(range.start)..at(range.end)))
            }
            Self::Parts { import, parts } => {
                let overlaps = overlaps(parts, &range);
                if let [(number, within)] = &overlaps[..] {
                    return Ok(store.read_part(*import, *number, within.clone()).await?.into());
                }
                let mut held = BytesMut::with_capacity(usize::try_from(range.end - range.start).unwrap_or(0));
                for (number, within) in overlaps {
                    held.extend_from_slice(&store.read_part(*import, number, within).await?);
                }
                Ok(held.freeze())
            }
        }
    }
}

/// Which bytes of which parts make up a range of the whole.
fn overlaps(parts: &[Part], range: &ByteRange) -> Vec<(u32, Range<u64>)> {
    let mut start = 0;
    let mut found = Vec::new();
    for part in parts {
        let end = start + part.bytes;
        let within = range.start.max(start)..range.end.min(end);
        if within.start < within.end {
            found.push((part.number, within.start - start..within.end - start));
        }
        start = end;
    }
    found
}

async fn uploaded_parts(import: i64, store: &impl PartStore) -> Result<Vec<Part>, ImportError> {
    let mut parts = store.parts(import).await?;
    parts.retain(|part| part.number <= MOST_PARTS);
    for (expected, part) in (1..).zip(&parts) {
        if part.number != expected {
            return Err(ImportError::MissingPart(expected));
        }
    }
    let bytes: u64 = parts.iter().map(|part| part.bytes).sum();
    match parts.len() {
        0 => Err(ImportError::MissingPart(1)),
        _ if bytes > LONGEST_FILE => Err(FileError::TooLarge { limit: LONGEST_FILE, unit: "bytes" }.into()),
        _ => Ok(parts),
    }
}

async fn starts_as_parquet(import: i64, parts: &[Part], store: &impl PartStore) -> Result<bool, ImportError> {
    let source = Source::Parts { import, parts: parts.to_vec() };
    let head = source.read(0..PARQUET_MAGIC.len() as u64, store).await?;
    Ok(&head[..] == PARQUET_MAGIC)
}

/// The bytes of kept parts, in order.
struct PartChunks<'a, P> {
    import: i64,
    parts: &'a [Part],
    store: &'a P,
    at: usize,
    offset: u64,
}

impl<P: PartStore> Chunks for PartChunks<'_, P> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, ImportError> {
        while let Some(part) = self.parts.get(self.at) {
            if self.offset < part.bytes {
                let range = self.offset..part.bytes.min(self.offset + READ_BYTES);
                self.offset = range.end;
                return Ok(Some(self.store.read_part(self.import, part.number, range).await?));
            }
            (self.at, self.offset) = (self.at + 1, 0);
        }
        Ok(None)
    }
}

#[cfg(test)]
#[path = "import_file_tests.rs"]
mod tests;
