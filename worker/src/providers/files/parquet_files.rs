//! The Parquet reader over files that the tests write themselves.

use std::sync::Arc;

use bytes::Bytes;
use domain::market::DailyBar;
use domain::ports::RowKind;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::parquet::{footer_range, metadata_range};
use super::{FileError, FileRules, FileSummary, ParquetReader, Piece};

/// The values of one column; `None` is a null.
enum Column<'a> {
    I32(&'a [Option<i32>]),
    I64(&'a [Option<i64>]),
    F64(&'a [Option<f64>]),
    Text(&'a [Option<&'a str>]),
}

fn levels<T: Clone>(values: &[Option<T>]) -> (Vec<T>, Vec<i16>) {
    (values.iter().flatten().cloned().collect(), values.iter().map(|value| i16::from(value.is_some())).collect())
}

fn write_column(group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, column: &Column<'_>) {
    let mut writer = group.next_column().unwrap().unwrap();
    match column {
        Column::I32(values) => {
            let (values, levels) = levels(values);
            writer.typed::<Int32Type>().write_batch(&values, Some(&levels), None).unwrap();
        }
        Column::I64(values) => {
            let (values, levels) = levels(values);
            writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None).unwrap();
        }
        Column::F64(values) => {
            let (values, levels) = levels(values);
            writer.typed::<DoubleType>().write_batch(&values, Some(&levels), None).unwrap();
        }
        Column::Text(values) => {
            let (values, levels) = levels(values);
            let values: Vec<ByteArray> = values.into_iter().map(ByteArray::from).collect();
            writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).unwrap();
        }
    }
    writer.close().unwrap();
}

fn write(schema: &str, codec: Compression, groups: &[&[Column<'_>]]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(codec).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    for columns in groups {
        let mut group = writer.next_row_group().unwrap();
        for column in *columns {
            write_column(&mut group, column);
        }
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

pub(super) fn read(kind: RowKind, file: &[u8]) -> Result<(Vec<Piece>, FileSummary), FileError> {
    let file = Bytes::copy_from_slice(file);
    let slice = |range: std::ops::Range<u64>| {
        file.slice(usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap())
    };
    let length = file.len() as u64;
    let metadata = metadata_range(length, &slice(footer_range(length)?))?;
    let rules = FileRules { kind, today: "2026-11-20".parse().unwrap(), interval: None };
    let mut reader = ParquetReader::open(rules, length, &slice(metadata))?;
    let mut pieces = Vec::new();
    for index in 0..reader.groups() {
        let parts = reader.ranges(index)?.into_iter().map(slice).collect();
        let mut group = reader.group(index, parts)?;
        while let Some(more) = reader.next_rows(&mut group)? {
            pieces.extend(more);
        }
    }
    let (last, summary) = reader.finish();
    pieces.extend(last);
    Ok((pieces, summary))
}

fn bars(pieces: &[Piece]) -> Vec<DailyBar> {
    let rows = |piece: &Piece| match piece {
        Piece::Bars(rows) => rows.to_bars(),
        _ => Vec::new(),
    };
    pieces.iter().flat_map(rows).collect()
}

const BARS: &str = "message bars {
    optional int32 date (DATE); optional binary ticker (UTF8); optional double close; optional int64 volume;
    optional binary note (UTF8); }";

// 17 511 days after 1970-01-01 is Monday 2017-12-11.
const MONDAY: i32 = 17_511;

fn two_groups(codec: Compression) -> Vec<u8> {
    let first = [
        Column::I32(&[Some(MONDAY), Some(MONDAY), Some(MONDAY - 1)]),
        Column::Text(&[Some("A"), Some("NA"), Some("A")]),
        Column::F64(&[Some(67.0), Some(51.3), Some(1.0)]),
        Column::I64(&[Some(2_438_556), None, None]),
        Column::Text(&[None, Some("x"), None]),
    ];
    let second = [
        Column::I32(&[Some(MONDAY + 1), Some(MONDAY), None]),
        Column::Text(&[Some("A"), Some("A"), Some("A")]),
        Column::F64(&[Some(66.0), Some(1.0), Some(f64::NAN)]),
        Column::I64(&[None, None, None]),
        Column::Text(&[None, None, None]),
    ];
    write(BARS, codec, &[&first, &second])
}

#[test]
fn row_groups_are_read_and_checked_like_csv() {
    for codec in [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(Default::default())] {
        let (pieces, summary) = read(RowKind::DailyBars, &two_groups(codec)).unwrap();
        let seen: Vec<_> = bars(&pieces)
            .iter()
            .map(|bar| (bar.ticker.to_string(), bar.day.to_string(), bar.close, bar.volume))
            .collect();
        let row = |ticker: &str, day: &str, close, volume| (ticker.to_owned(), day.to_owned(), close, volume);
        let expected = [
            row("A", "2017-12-11", 67.0, Some(2_438_556.0)),
            row("NA", "2017-12-11", 51.3, None),
            row("A", "2017-12-12", 66.0, None),
        ];
        assert_eq!(seen, expected, "{codec}");
        let reasons: Vec<_> = summary.rejections.iter().map(|r| (r.line, r.reason.as_str())).collect();
        let expected = [
            (3, "date: expected a session of the exchange, was day 17510 since 1970-01-01"),
            (5, "date: came in an earlier line of the file for the same ticker, was day 17511 since 1970-01-01"),
            (6, "date: expected a date as YYYY-MM-DD, was blank"),
        ];
        assert_eq!(reasons, expected);
        assert_eq!((summary.accepted, summary.unknown_columns), (3, vec!["note".to_owned()]));
    }
}

#[test]
fn dates_may_be_texts_or_timestamps_and_numbers_decimals_or_texts() {
    let read_one = |schema: &str, date: Column<'_>, close: Column<'_>| {
        let file = write(schema, Compression::SNAPPY, &[&[date, Column::Text(&[Some("BRK/B")]), close]]);
        let (pieces, summary) = read(RowKind::DailyBars, &file).unwrap();
        let bar = bars(&pieces).pop();
        bar.map(|bar| (bar.day.to_string(), bar.close)).ok_or(summary.rejections)
    };
    let monday = Ok(("2017-12-11".to_owned(), 67.25));
    let ms = i64::from(MONDAY) * 86_400_000;
    let stamp = |unit: &str, value: i64| {
        let date = format!("optional int64 date ({unit})");
        let schema = format!("message m {{ {date}; required binary ticker (STRING); optional double close; }}");
        let schema = schema.replace("required", "optional");
        read_one(&schema, Column::I64(&[Some(value)]), Column::F64(&[Some(67.25)]))
    };
    assert_eq!(stamp("TIMESTAMP(MILLIS,true)", ms), monday);
    assert_eq!(stamp("TIMESTAMP(MICROS,false)", ms * 1_000), monday);
    assert_eq!(stamp("TIMESTAMP(NANOS,false)", ms * 1_000_000), monday);
    assert_eq!(stamp("TIMESTAMP_MILLIS", ms), monday);
    let noon = stamp("TIMESTAMP(MICROS,false)", ms * 1_000 + 43_200_000_000).unwrap_err();
    assert!(noon[0].reason.contains("at midnight"), "{noon:?}");
    let texts =
        "message m { optional binary date (UTF8); optional binary ticker (UTF8); optional binary close (UTF8); }";
    assert_eq!(read_one(texts, Column::Text(&[Some("2017-12-11")]), Column::Text(&[Some("67.25")])), monday);
    let decimal =
        "message m { optional int32 date (DATE); optional binary ticker; optional int64 close (DECIMAL(18,2)); }";
    assert_eq!(read_one(decimal, Column::I32(&[Some(MONDAY)]), Column::I64(&[Some(6_725)])), monday);
}

#[test]
fn many_rows_come_in_pieces() {
    let schema = "message m { optional int32 date (DATE); optional binary ticker (UTF8); optional double close; }";
    let sessions = domain::calendar::sessions(
        domain::units::DayRange::new("1990-01-02".parse().unwrap(), "2025-12-31".parse().unwrap()).unwrap(),
    );
    let days: Vec<Option<i32>> = [&sessions[..], &sessions[..]].concat().iter().map(|d| Some(d.number())).collect();
    let tickers: Vec<Option<&str>> =
        (0..days.len()).map(|row| Some(if row < sessions.len() { "A" } else { "B" })).collect();
    let closes = vec![Some(1.5); days.len()];
    let file = write(
        schema,
        Compression::UNCOMPRESSED,
        &[&[Column::I32(&days), Column::Text(&tickers), Column::F64(&closes)]],
    );
    let (pieces, summary) = read(RowKind::DailyBars, &file).unwrap();
    assert_eq!((summary.accepted, summary.rejected), (days.len() as u64, 0));
    assert!(days.len() > 10_000 && pieces.len() == 2, "{} rows in {} pieces", days.len(), pieces.len());
    let read: Vec<Option<i32>> = bars(&pieces).iter().map(|bar| Some(bar.day.number())).collect();
    assert_eq!(read, days);
}

#[test]
fn a_damaged_file_a_wrong_type_and_a_missing_column_are_named() {
    let whole = two_groups(Compression::SNAPPY);
    assert!(matches!(read(RowKind::Shares, &whole), Err(FileError::MissingColumn { .. })));
    for length in [0, 4, 11, 12, whole.len() / 2, whole.len() - 1] {
        assert!(matches!(read(RowKind::DailyBars, &whole[..length]), Err(FileError::DamagedParquet(_))), "{length}");
    }
    let flag = "message m { optional boolean date; optional binary ticker (UTF8); optional double close; }";
    let file = write(flag, Compression::UNCOMPRESSED, &[]);
    let error = read(RowKind::DailyBars, &file).unwrap_err();
    assert!(matches!(&error, FileError::ParquetType { column, .. } if column == "date"), "{error}");
}

#[test]
fn no_damaged_byte_panics() {
    for codec in [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(Default::default())] {
        let whole = two_groups(codec);
        for at in 0..whole.len() {
            for flip in [0x01, 0x02, 0x08, 0x10, 0x55, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] ^= flip;
                let outcome = std::panic::catch_unwind(|| read(RowKind::DailyBars, &damaged).is_ok());
                assert!(outcome.is_ok(), "byte {at} of {codec} xor {flip}");
            }
        }
    }
}

/// A file of three good bars and three bad ones, for the tests of the job.
pub(crate) fn sample() -> Vec<u8> {
    two_groups(Compression::SNAPPY)
}

#[test]
fn pages_that_unpack_to_more_than_fits_are_refused_before_they_do() {
    let long = "A".repeat(50 << 20);
    let columns = [
        Column::I32(&[Some(MONDAY)]),
        Column::Text(&[Some(&long)]),
        Column::F64(&[Some(1.0)]),
        Column::I64(&[None]),
        Column::Text(&[None]),
    ];
    let file = write(BARS, Compression::SNAPPY, &[&columns]);
    assert!(file.len() < 5 << 20, "{} bytes are sent", file.len());
    let refused = FileError::TooLarge { limit: 48 << 20, unit: "bytes in the pages of a row group" };
    assert_eq!(read(RowKind::DailyBars, &file).map(|_| ()), Err(refused));
}
