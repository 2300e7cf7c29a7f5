//! The pages of a column chunk, checked for what the decoder takes for granted: a damaged page is an error, never a panic.

use bytes::{Bytes, BytesMut};
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, SerializedPageReader};
use parquet::schema::types::ColumnDescriptor;

/// A length that no text can have: whoever reads beyond the last text of a page meets it and stops with an error.
const NO_LENGTH: [u8; 4] = 0x7fff_ffff_u32.to_le_bytes();

/// A page reader that hands on only pages that can be decoded.
pub(super) struct CheckedPages<R: ChunkReader> {
    inner: SerializedPageReader<R>,
    is_text: bool,
    has_levels: bool,
    has_dictionary: bool,
}

fn broken<T>(detail: &str) -> Result<T> {
    Err(ParquetError::General(detail.to_owned()))
}

impl<R: ChunkReader> CheckedPages<R> {
    pub(super) fn new(inner: SerializedPageReader<R>, column: &ColumnDescriptor) -> Self {
        let is_text = column.physical_type() == Type::BYTE_ARRAY;
        Self { inner, is_text, has_levels: column.max_def_level() > 0, has_dictionary: false }
    }

    fn check(&mut self, mut page: Page) -> Result<Page> {
        let is_dictionary = page.is_dictionary_page();
        if is_dictionary && std::mem::replace(&mut self.has_dictionary, true) {
            return broken("a column chunk has two dictionaries");
        }
        match page.encoding() {
            Encoding::PLAIN => {}
            Encoding::PLAIN_DICTIONARY if is_dictionary => {}
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY if self.has_dictionary && !is_dictionary => {
                return Ok(page);
            }
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                return broken("a page needs a dictionary that is not there");
            }
            _ => return broken("the encoding of a page is not the one that its column chunk names"),
        }
        if self.is_text {
            self.close_texts(&mut page)?;
        }
        Ok(page)
    }

    /// Checks that a page of texts, each after its length, holds whole ones only, and marks its end.
    fn close_texts(&self, page: &mut Page) -> Result<()> {
        let (buf, start) = match page {
            Page::DictionaryPage { buf, .. } => (buf, 0),
            Page::DataPage { buf, def_level_encoding, .. } if self.has_levels => {
                if *def_level_encoding != Encoding::RLE {
                    return broken("the definition levels of a page are not in the RLE encoding");
                }
                let Some(length) = length_at(buf, 0) else { return broken("a page ends in its levels") };
                (buf, length.saturating_add(4))
            }
            Page::DataPage { buf, .. } => (buf, 0),
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
                let levels = u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                (buf, usize::try_from(levels).unwrap_or(usize::MAX))
            }
        };
        let mut at = start;
        while at < buf.len() {
            match length_at(buf, at) {
                Some(length) if length <= buf.len() - at - 4 => at += 4 + length,
                _ => return broken("a text reaches beyond its page"),
            }
        }
        if at != buf.len() {
            return broken("the levels of a page reach beyond it");
        }
        let mut closed = BytesMut::with_capacity(buf.len() + NO_LENGTH.len());
        closed.extend_from_slice(buf);
        closed.extend_from_slice(&NO_LENGTH);
        *buf = closed.freeze();
        Ok(())
    }
}

fn length_at(buf: &Bytes, at: usize) -> Option<usize> {
    let bytes = buf.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

impl<R: ChunkReader> Iterator for CheckedPages<R> {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl<R: ChunkReader> PageReader for CheckedPages<R> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.inner.get_next_page()?;
        page.map(|page| self.check(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.inner.skip_next_page()
    }
}
