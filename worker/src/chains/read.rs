//! Reads what `write` has written: the metadata once, then one session after another.

use std::sync::Arc;

use bytes::Bytes;
use domain::options::{OptionQuote, OptionRoot, Right};
use domain::ports::StoreError;
use domain::units::Day;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::SerializedPageReader;

use super::write::COLUMNS;
use crate::providers::files::{Pages, Value, Window};

/// A file whose metadata is known.
pub(crate) struct ChainReader {
    metadata: ParquetMetaData,
    length: u64,
}

/// The quotes of one session, by column; a missing number is NaN, which only this room sees.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChainColumns {
    pub(crate) underlying_price: Vec<f64>,
    /// Days since 1970-01-01.
    pub(crate) expiration: Vec<i32>,
    pub(crate) strike: Vec<f64>,
    pub(crate) right: Vec<Right>,
    pub(crate) bid: Vec<f64>,
    pub(crate) ask: Vec<f64>,
    pub(crate) iv: Vec<f64>,
    pub(crate) delta: Vec<f64>,
    pub(crate) gamma: Vec<f64>,
    pub(crate) theta: Vec<f64>,
    pub(crate) vega: Vec<f64>,
    pub(crate) volume: Vec<f64>,
    pub(crate) open_interest: Vec<f64>,
    pub(crate) root: Vec<Option<OptionRoot>>,
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn damaged(error: ParquetError) -> StoreError {
    StoreError::Refused(format!("a chain's file is damaged: {error}"))
}

impl ChainReader {
    /// A file of this length with this metadata.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it is none of the warehouse's files.
    pub(crate) fn open(length: u64, metadata: &[u8]) -> Result<Self, StoreError> {
        let metadata = ParquetMetaDataReader::decode_metadata(metadata).map_err(damaged)?;
        let columns = metadata.file_metadata().schema_descr().columns();
        if !columns.iter().map(|column| column.name()).eq(COLUMNS) {
            return Err(damaged(ParquetError::General("its columns are others".to_owned())));
        }
        Ok(Self { metadata, length })
    }

    /// The session whose row group has this number and lies in `bytes`, which begin at `start` of the file.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the bytes are not those that were written.
    pub(crate) fn columns(&self, group: usize, start: u64, bytes: &Bytes) -> Result<ChainColumns, StoreError> {
        let group = self.metadata.row_groups().get(group);
        let group = group.ok_or_else(|| damaged(ParquetError::General("a row group is missing".to_owned())))?;
        let rows = usize::try_from(group.num_rows()).unwrap_or_default();
        let window = Arc::new(Window::of(self.length, start, bytes.clone()));
        let pages = |column: usize| {
            let chunk = group.column(column);
            let pages = SerializedPageReader::new(Arc::clone(&window), chunk, rows, None)?;
            Pages::new(pages, chunk.column_descr(), false)
        };
        let numbers = |column: usize| {
            let mut numbers = Vec::with_capacity(rows);
            pages(column)?.read_numbers(rows, &mut numbers)?;
            Ok::<_, ParquetError>(numbers)
        };
        let read = || -> Result<ChainColumns, ParquetError> {
            let mut columns = ChainColumns {
                underlying_price: numbers(2)?,
                strike: numbers(4)?,
                bid: numbers(6)?,
                ask: numbers(7)?,
                iv: numbers(8)?,
                delta: numbers(9)?,
                gamma: numbers(10)?,
                theta: numbers(11)?,
                vega: numbers(12)?,
                volume: numbers(13)?,
                open_interest: numbers(14)?,
                ..ChainColumns::default()
            };
            pages(3)?.read_as(rows, 0, day_number, &mut columns.expiration)?;
            pages(5)?.read_as(rows, Right::Call, right, &mut columns.right)?;
            pages(15)?.read_as(rows, None, |value| root(value).map(Some), &mut columns.root)?;
            Ok(columns)
        };
        read().map_err(damaged)
    }

    /// The same as quotes.
    ///
    /// # Errors
    /// As [`Self::columns`].
    pub(crate) fn quotes(
        &self,
        group: usize,
        day: Day,
        start: u64,
        bytes: &Bytes,
    ) -> Result<Vec<OptionQuote>, StoreError> {
        let columns = self.columns(group, start, bytes)?;
        Ok((0..columns.strike.len()).map(|row| columns.quote(day, row)).collect())
    }
}

impl ChainColumns {
    /// One row as a quote of this session.
    pub(crate) fn quote(&self, day: Day, row: usize) -> OptionQuote {
        let known = |number: f64| (!number.is_nan()).then_some(number);
        OptionQuote {
            day,
            expiration: Day::from_number(self.expiration[row]),
            right: self.right[row],
            strike: self.strike[row],
            root: self.root[row],
            underlying_price: self.underlying_price[row],
            bid: self.bid[row],
            ask: self.ask[row],
            iv: known(self.iv[row]),
            delta: known(self.delta[row]),
            gamma: known(self.gamma[row]),
            theta: known(self.theta[row]),
            vega: known(self.vega[row]),
            volume: known(self.volume[row]),
            open_interest: known(self.open_interest[row]),
        }
    }
}

fn day_number(value: &Value) -> Option<i32> {
    let Value::Integer(number) = value else { return None };
    i32::try_from(*number).ok()
}

fn right(value: &Value) -> Option<Right> {
    let Value::Bytes(letter) = value else { return None };
    Right::from_name(std::str::from_utf8(letter).ok()?)
}

fn root(value: &Value) -> Option<OptionRoot> {
    let Value::Bytes(text) = value else { return None };
    std::str::from_utf8(text).ok()?.parse().ok()
}
