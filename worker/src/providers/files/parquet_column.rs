//! One column of a Parquet row group: what its type means for a cell, and its values a few thousand rows at a time.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::schema::types::ColumnDescriptor;

use super::cell::Cell;
use super::error::FileError;
use super::parquet::{Window, damaged};
use super::parquet_pages::{Pages, Value};

/// What a column's values mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    /// Bytes of text.
    Text,
    /// A number.
    Number,
    /// A whole number that never was negative.
    Unsigned,
    /// A whole number to be divided by this power of ten.
    Decimal {
        /// 10 to the column's scale.
        divisor: f64,
    },
    /// Days since 1970-01-01.
    Day,
    /// Time since 1970-01-01.
    Timestamp {
        /// Units of it in a day.
        per_day: i64,
    },
}

const DAY_MS: i64 = 86_400_000;

impl Meaning {
    /// What the values of a column mean.
    pub(super) fn of(column: &ColumnDescriptor) -> Result<Self, FileError> {
        let physical = column.physical_type();
        let refused = |found: String| {
            let expected = "a date, timestamp, number or string column without nesting";
            FileError::ParquetType { column: column.name().to_owned(), found, expected }
        };
        if column.max_rep_level() > 0 {
            return Err(refused("list".to_owned()));
        }
        if physical == Type::BOOLEAN {
            return Err(refused("boolean".to_owned()));
        }
        if let Some(logical) = column.logical_type_ref() {
            return Self::of_logical(logical, physical).ok_or_else(|| refused(format!("{logical:?}")));
        }
        Ok(match (column.converted_type(), physical) {
            (ConvertedType::DATE, _) => Self::Day,
            (ConvertedType::TIMESTAMP_MILLIS, _) => Self::Timestamp { per_day: DAY_MS },
            (ConvertedType::TIMESTAMP_MICROS, _) => Self::Timestamp { per_day: DAY_MS * 1_000 },
            (ConvertedType::DECIMAL, _) => Self::Decimal { divisor: 10_f64.powi(column.type_scale()) },
            (ConvertedType::UINT_32 | ConvertedType::UINT_64, _) => Self::Unsigned,
            (ConvertedType::INTERVAL | ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS, _) => {
                return Err(refused(format!("{:?}", column.converted_type())));
            }
            (_, Type::INT96) => Self::Timestamp { per_day: DAY_MS },
            (_, Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY) => Self::Text,
            _ => Self::Number,
        })
    }

    fn of_logical(logical: &LogicalType, physical: Type) -> Option<Self> {
        let bytes = matches!(physical, Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY);
        Some(match logical {
            LogicalType::Date => Self::Day,
            LogicalType::Timestamp(time) => Self::Timestamp {
                per_day: match time.unit {
                    TimeUnit::MILLIS => DAY_MS,
                    TimeUnit::MICROS => DAY_MS * 1_000,
                    TimeUnit::NANOS => DAY_MS * 1_000_000,
                },
            },
            LogicalType::Decimal(decimal) => Self::Decimal { divisor: 10_f64.powi(decimal.scale) },
            LogicalType::Integer(int) if !int.is_signed => Self::Unsigned,
            LogicalType::Integer(_) => Self::Number,
            LogicalType::String | LogicalType::Enum | LogicalType::Json if bytes => Self::Text,
            // pandas writes a column without any value so.
            LogicalType::Unknown if bytes => Self::Text,
            LogicalType::Unknown => Self::Number,
            _ => return None,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "prices and volumes are far below 2^53")]
    fn of_integer(self, value: i64) -> Cell<'static> {
        match self {
            Self::Day => Cell::Day(value),
            Self::Timestamp { per_day } if value % per_day == 0 => Cell::Day(value / per_day),
            Self::Timestamp { per_day } => Cell::Moment(value / (per_day / DAY_MS)),
            Self::Decimal { divisor } => Cell::Number(value as f64 / divisor),
            Self::Unsigned => Cell::Number(value.cast_unsigned() as f64),
            Self::Number | Self::Text => Cell::Number(value as f64),
        }
    }

    fn of_bytes(self, bytes: &[u8]) -> Cell<'_> {
        let Self::Decimal { divisor } = self else { return Cell::of_text(bytes) };
        // Two's complement, the highest byte first.
        let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        let start = if negative { -1.0 } else { 0.0 };
        let value = bytes.iter().fold(start, |value, byte| value * 256.0 + f64::from(*byte));
        Cell::Number(value / divisor)
    }
}

/// A column of a row group being decoded.
pub(super) struct OpenColumn {
    pages: Pages<Window>,
    meaning: Meaning,
    /// The rows read last, a null as `None`.
    rows: Vec<Option<Value>>,
}

impl OpenColumn {
    pub(super) fn new(pages: Pages<Window>, meaning: Meaning) -> Self {
        Self { pages, meaning, rows: Vec::new() }
    }

    /// Decodes the next rows; says how many there were.
    pub(super) fn read(&mut self, count: usize) -> Result<usize, FileError> {
        self.rows.clear();
        self.pages.read(count, &mut self.rows).map_err(|error| damaged(&error))?;
        Ok(self.rows.len())
    }

    /// The cell of a row among those read last.
    pub(super) fn cell(&self, row: usize) -> Cell<'_> {
        match self.rows.get(row) {
            Some(Some(Value::Integer(value))) => self.meaning.of_integer(*value),
            // A missing number of a float column is written as NaN by pandas; a null and a NaN mean the same there.
            Some(Some(Value::Float(value))) if !value.is_nan() => Cell::Number(*value),
            Some(Some(Value::Bytes(bytes))) => self.meaning.of_bytes(bytes),
            Some(Some(Value::Float(_)) | None) | None => Cell::Blank,
        }
    }
}
