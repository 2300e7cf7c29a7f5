//! Why a whole file is turned away. Nothing of such a file is stored; a bad row alone never does this.

use domain::ports::RowKind;

/// Why a whole file is turned away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FileError {
    /// 422: there is no header.
    #[error("the file is empty: expected a header line that names the columns")]
    Empty,
    /// 422: a column without which no row means anything.
    #[error("the column \"{column}\" is missing; a file of {} needs {needs}", kind.name())]
    MissingColumn {
        /// The kind that was asked for.
        kind: RowKind,
        /// The name that is missing.
        column: &'static str,
        /// All the kind's required names.
        needs: &'static str,
    },
    /// 422: two columns of one name, so neither can be trusted.
    #[error("the column \"{0}\" comes twice in the header")]
    DuplicateColumn(&'static str),
    /// 422: the header is not text.
    #[error("the header is not UTF-8 text")]
    NotText,
    /// 422: an archive or an Excel workbook.
    #[error("the file is a ZIP archive or an Excel workbook; send CSV, gzipped CSV or Parquet")]
    Archive,
    /// 422: a line above the limit, usually a file without line ends or a quote that is never closed.
    #[error("line {line} is longer than {limit} bytes")]
    LineTooLong {
        /// Where it begins.
        line: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// 422: the file ends inside a quoted field, so it was cut off.
    #[error("the file ends inside the quoted field that begins at line {0}")]
    UnclosedQuote(u64),
    /// 422: the gzip stream is cut off or damaged.
    #[error("the gzip data is damaged or incomplete")]
    DamagedGzip,
    /// 422: what unpacks to many times its size is an attack or a mistake.
    #[error("the data unpacks to more than {limit} times its size")]
    SuspiciousCompression {
        /// The largest ratio that is read.
        limit: u64,
    },
    /// 413: more than is read from one file.
    #[error("the file holds more than {limit} {unit}")]
    TooLarge {
        /// The limit.
        limit: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// 422: the file is not whole or not Parquet.
    #[error("the Parquet file is damaged or incomplete: {0}")]
    DamagedParquet(String),
    /// 422: a codec that this service does not carry.
    #[error("the Parquet column \"{column}\" is compressed with {codec}; write it with snappy, gzip or none")]
    ParquetCodec {
        /// The column.
        column: String,
        /// The codec's name.
        codec: String,
    },
    /// 422: a layout of values that this service does not read.
    #[error("the Parquet column \"{column}\" is encoded as {encoding}; write it plain or with a dictionary")]
    ParquetEncoding {
        /// The column.
        column: String,
        /// The encoding's name.
        encoding: String,
    },
    /// 422: a column whose type cannot hold what its name says.
    #[error("the Parquet column \"{column}\" is of type {found}, which is not read; write {expected}")]
    ParquetType {
        /// The column.
        column: String,
        /// What it is.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// 422: a row group that does not fit into memory.
    #[error(
        "a row group holds {bytes} bytes in the columns needed, above {limit}; write row groups of at most 100000 rows"
    )]
    ParquetRowGroup {
        /// What it holds, compressed.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
}

impl FileError {
    /// The stable code of the problem answer.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::MissingColumn { .. } => "missing_column",
            Self::DuplicateColumn(_) => "duplicate_column",
            Self::NotText => "not_text",
            Self::Archive => "not_a_table",
            Self::LineTooLong { .. } => "line_too_long",
            Self::UnclosedQuote(_) => "unclosed_quote",
            Self::DamagedGzip => "damaged_gzip",
            Self::SuspiciousCompression { .. } => "suspicious_compression",
            Self::TooLarge { .. } => "file_too_large",
            Self::DamagedParquet(_) => "damaged_parquet",
            Self::ParquetCodec { .. } => "parquet_codec",
            Self::ParquetEncoding { .. } => "parquet_encoding",
            Self::ParquetType { .. } => "parquet_type",
            Self::ParquetRowGroup { .. } => "parquet_row_group",
        }
    }
}
