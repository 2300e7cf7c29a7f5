//! One column of a Parquet row group: what its type means for a cell, and its values a few thousand rows at a time.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::schema::types::ColumnDescriptor;

use super::cell::Cell;
use super::error::FileError;
use super::parquet::damaged;

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

enum Values {
    I32(Vec<i32>),
    I64(Vec<i64>),
    I96(Vec<Int96>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

/// A column of a row group being decoded.
pub(super) struct OpenColumn {
    reader: ColumnReader,
    meaning: Meaning,
    /// The definition level of a value that is not null; 0 where none can be null.
    deepest: i16,
    levels: Vec<i16>,
    values: Values,
    /// For each row, the place of its value, or `None` for a null.
    places: Vec<Option<usize>>,
}

impl OpenColumn {
    pub(super) fn new(reader: ColumnReader, meaning: Meaning, deepest: i16) -> Self {
        let values = match &reader {
            ColumnReader::Int32ColumnReader(_) | ColumnReader::BoolColumnReader(_) => Values::I32(Vec::new()),
            ColumnReader::Int64ColumnReader(_) => Values::I64(Vec::new()),
            ColumnReader::Int96ColumnReader(_) => Values::I96(Vec::new()),
            ColumnReader::FloatColumnReader(_) => Values::F32(Vec::new()),
            ColumnReader::DoubleColumnReader(_) => Values::F64(Vec::new()),
            ColumnReader::ByteArrayColumnReader(_) => Values::Bytes(Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(_) => Values::Fixed(Vec::new()),
        };
        Self { reader, meaning, deepest, levels: Vec::new(), values, places: Vec::new() }
    }

    /// Decodes the next rows; says how many there were.
    pub(super) fn read(&mut self, count: usize) -> Result<usize, FileError> {
        self.levels.clear();
        let levels = Some(&mut self.levels);
        macro_rules! read {
            ($reader:expr, $values:expr) => {{
                $values.clear();
                $reader.read_records(count, levels, None, $values)
            }};
        }
        let read = match (&mut self.reader, &mut self.values) {
            (ColumnReader::Int32ColumnReader(reader), Values::I32(values)) => read!(reader, values),
            (ColumnReader::Int64ColumnReader(reader), Values::I64(values)) => read!(reader, values),
            (ColumnReader::Int96ColumnReader(reader), Values::I96(values)) => read!(reader, values),
            (ColumnReader::FloatColumnReader(reader), Values::F32(values)) => read!(reader, values),
            (ColumnReader::DoubleColumnReader(reader), Values::F64(values)) => read!(reader, values),
            (ColumnReader::ByteArrayColumnReader(reader), Values::Bytes(values)) => read!(reader, values),
            (ColumnReader::FixedLenByteArrayColumnReader(reader), Values::Fixed(values)) => read!(reader, values),
            _ => Ok((0, 0, 0)),
        };
        let (rows, ..) = read.map_err(|error| damaged(&error))?;
        self.place(rows);
        Ok(rows)
    }

    fn place(&mut self, rows: usize) {
        self.places.clear();
        let mut next = 0;
        let deepest = self.deepest;
        let levels = &self.levels;
        self.places.extend((0..rows).map(|row| {
            let held = deepest == 0 || levels.get(row) == Some(&deepest);
            next += usize::from(held);
            held.then(|| next - 1)
        }));
    }

    /// The cell of a row among those read last.
    pub(super) fn cell(&self, row: usize) -> Cell<'_> {
        self.places.get(row).copied().flatten().and_then(|at| self.value(at)).unwrap_or(Cell::Blank)
    }

    fn value(&self, at: usize) -> Option<Cell<'_>> {
        let meaning = self.meaning;
        Some(match &self.values {
            Values::I32(values) if meaning == Meaning::Unsigned => {
                Cell::Number(f64::from(values.get(at)?.cast_unsigned()))
            }
            Values::I32(values) => meaning.of_integer(i64::from(*values.get(at)?)),
            Values::I64(values) => meaning.of_integer(*values.get(at)?),
            Values::I96(values) => meaning.of_integer(values.get(at)?.to_millis()),
            // A missing number of a float column is written as NaN by pandas; a null and a NaN mean the same there.
            Values::F32(values) => number_or_blank(f64::from(*values.get(at)?)),
            Values::F64(values) => number_or_blank(*values.get(at)?),
            Values::Bytes(values) => meaning.of_bytes(values.get(at)?.data()),
            Values::Fixed(values) => meaning.of_bytes(values.get(at)?.data()),
        })
    }
}

fn number_or_blank(value: f64) -> Cell<'static> {
    if value.is_nan() { Cell::Blank } else { Cell::Number(value) }
}
