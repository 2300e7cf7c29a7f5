//! The user's own files: CSV, gzip or not, and Parquet, read in pieces and checked row by row.
//!
//! Nothing here does I/O: bytes are pushed in, typed pieces come out. `columns` names what each kind of file holds, `csv`
//! and `parquet` turn bytes into rows of cells, `rows` checks a row and makes it a record of the domain, the same way for
//! both formats. The file's format is `docs/imports.md`.

mod cell;
mod columns;
#[cfg(test)]
mod contract;
mod csv;
mod error;
#[cfg(test)]
mod foreign_bytes;
mod gzip;
mod intake;
mod keys;
mod parquet;
mod parquet_column;
#[cfg(test)]
mod parquet_files;
mod parquet_headers;
mod parquet_pages;
mod parquet_runs;
mod pieces;
mod reader;
#[cfg(test)]
mod real_files;
mod rows;
mod sessions;
mod workbook;
mod workbook_xml;

pub(crate) use error::FileError;
pub(crate) use gzip::{GzipDecoder, LONGEST_FILE};
pub(crate) use intake::{Declared, Intake, Received};
pub(crate) use parquet::{ByteRange, PARQUET_MAGIC, ParquetReader, Window, footer_range, metadata_range};
pub(crate) use parquet_pages::{Pages, Value};
pub(crate) use pieces::Piece;
pub(crate) use reader::FileSummary;
pub(crate) use rows::{FileRules, SHOWN_REJECTIONS};
pub(crate) use workbook::{Cell, read_first_sheet};

use domain::ports::Capabilities;

use super::About;

/// What `GET /providers` says of the user's own files. They are imported, never asked for.
pub(crate) const ABOUT: About = About {
    name: "files",
    aliases: &[],
    summary: "Your own CSV and Parquet files through POST /imports",
    capabilities: Capabilities {
        securities: true,
        daily_market: true,
        ticker_bars: true,
        intraday: &domain::units::BarInterval::ALL,
        reported_caps: true,
        shares: true,
        splits: true,
        dividends: true,
        chains: true,
        synthetic: false,
    },
    limits: "2 GB a file, unpacked; bodies above 90 MB are sent in parts",
    settings: &[],
};

#[cfg(test)]
pub(crate) use parquet_files::sample as sample_parquet;
