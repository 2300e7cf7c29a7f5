//! Columns of a row group of a Parquet file, one after the other in the order of the schema.

use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedRowGroupWriter;

/// A row group of a file in memory.
pub(crate) type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

/// Writes the next column, which has a value in every row.
pub(crate) fn required<T: DataType>(
    group: &mut Group<'_>,
    values: impl Iterator<Item = T::T>,
) -> Result<(), ParquetError> {
    write::<T>(group, &values.collect::<Vec<_>>(), None)
}

/// Writes the next column, which has a value in some rows.
pub(crate) fn optional<T: DataType>(
    group: &mut Group<'_>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let mut levels = Vec::new();
    let there = |value: Option<T::T>| {
        levels.push(i16::from(value.is_some()));
        value
    };
    let values: Vec<T::T> = values.filter_map(there).collect();
    write::<T>(group, &values, Some(&levels))
}

fn write<T: DataType>(group: &mut Group<'_>, values: &[T::T], levels: Option<&[i16]>) -> Result<(), ParquetError> {
    let missing = || ParquetError::General("the schema has fewer columns".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}
