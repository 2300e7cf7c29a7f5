//! The readers over real market data, where the folder of shared data is present, and how fast they are.

use std::path::PathBuf;
use std::time::Instant;

use domain::ports::RowKind;
use domain::units::Day;

use super::gzip::GzipDecoder;
use super::reader::CsvReader;
use super::{FileRules, FileSummary, Piece};

/// A file of the shared data, or `None` with a message where it is absent.
fn shared(name: &str) -> Option<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared").to_owned();
    let path = PathBuf::from(std::env::var("EQUIPOISE_SHARED").unwrap_or(beside)).join("data").join(name);
    let read = std::fs::read(&path);
    if let Err(error) = &read {
        println!("skipped: {} is not here ({error})", path.display());
    }
    read.ok()
}

fn rules(kind: RowKind) -> FileRules {
    FileRules { kind, today: "2026-11-20".parse().unwrap(), interval: None }
}

fn read(kind: RowKind, file: &[u8]) -> (Vec<Piece>, FileSummary) {
    let mut reader = CsvReader::new(rules(kind));
    let mut pieces = Vec::new();
    for chunk in file.chunks(64 * 1024) {
        pieces.extend(reader.push(chunk).unwrap());
    }
    let (last, summary) = reader.finish().unwrap();
    pieces.extend(last);
    (pieces, summary)
}

fn bars(pieces: Vec<Piece>) -> Vec<domain::market::DailyBar> {
    let of_piece = |piece: Piece| match piece {
        Piece::Bars(rows) => rows.to_bars(),
        other => panic!("expected bars, found {other:?}"),
    };
    pieces.into_iter().flat_map(of_piece).collect()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn forty_sessions_of_prices_are_read_whole() {
    let Some(file) = shared("us_2017_12_2018_02/daily_prices.csv") else { return };
    let (pieces, summary) = read(RowKind::DailyBars, &file);
    assert_eq!((summary.accepted, summary.rejected), (20_200, 0), "{:?}", summary.rejections);
    let bars = bars(pieces);
    let first = &bars[0];
    assert_eq!((first.ticker.as_str(), first.day, first.close), ("A", day("2017-12-11"), 67.0));
    assert_eq!((first.open, first.high, first.low), (Some(67.43), Some(67.75), Some(66.48)));
    assert_eq!((first.volume, first.adj_close), (Some(2_438_556.0), None));
}

#[test]
fn five_years_of_prices_are_read_from_gzip_with_blanks_as_nulls() {
    let Some(file) = shared("us_2013_2018/daily_prices.csv.gz") else { return };
    let mut csv = Vec::new();
    let mut decoder = GzipDecoder::new();
    let start = Instant::now();
    let mut each = |part: &[u8]| {
        csv.extend_from_slice(part);
        Ok::<(), super::FileError>(())
    };
    decoder.push(&file, &mut each).and_then(|()| decoder.finish(&mut each)).unwrap();
    let unpacked = start.elapsed();
    let start = Instant::now();
    let (pieces, summary) = read(RowKind::DailyBars, &csv);
    let parsed = start.elapsed();
    println!(
        "unpacked {} bytes in {:.3} s; read {} rows in {:.3} s: {:.0} rows/s",
        csv.len(),
        unpacked.as_secs_f64(),
        summary.accepted,
        parsed.as_secs_f64(),
        619_040.0 / parsed.as_secs_f64()
    );
    assert_eq!((summary.accepted, summary.rejected), (619_040, 0), "{:?}", summary.rejections);
    let bars = bars(pieces);
    assert_eq!(bars.len(), 619_040);
    let blank = bars.iter().flat_map(|bar| [bar.open, bar.high, bar.low]).filter(Option::is_none).count();
    assert_eq!(blank, 27);
}

#[test]
fn prices_of_2026_keep_their_adjusted_close_and_slashes() {
    let Some(file) = shared("us_2026_06_08/daily_prices.csv") else { return };
    let lines = file.iter().filter(|byte| **byte == b'\n').count() as u64;
    let (pieces, summary) = read(RowKind::DailyBars, &file);
    assert_eq!((summary.accepted, summary.rejected), (lines - 1, 0), "{:?}", summary.rejections);
    assert_eq!(summary.unknown_columns, ["close_source"]);
    let bars = bars(pieces);
    assert!(bars.iter().any(|bar| bar.ticker.as_str() == "BRK/B"));
    assert!(bars.iter().all(|bar| bar.adj_close.is_some()));
}

#[test]
fn caps_shares_splits_and_companies_are_read() {
    let Some(caps) = shared("us_2026_06_08/market_caps.csv") else { return };
    let rows = |kind, file: &[u8]| {
        let (pieces, summary) = read(kind, file);
        assert_eq!(summary.rejected, 0, "{:?}", summary.rejections);
        (pieces, summary.accepted)
    };
    let lines = caps.iter().filter(|byte| **byte == b'\n').count() as u64;
    assert_eq!(rows(RowKind::MarketCaps, &caps).1, lines - 1);
    let (splits, _) = rows(RowKind::Splits, &shared("us_2026_06_08/splits.csv").unwrap());
    let Some(Piece::Splits(splits)) = splits.first() else { panic!("expected splits, found {splits:?}") };
    let ratio_of = |ticker| splits.iter().find(|split| split.ticker.as_str() == ticker).map(|split| split.ratio);
    assert!(ratio_of("KLAC") == Some(10.0));
    assert!(ratio_of("DD") == Some(1.0 / 3.0));
    let (shares, accepted) = rows(RowKind::Shares, &shared("us_2013_2018/shares.csv").unwrap());
    assert_eq!(accepted, 505);
    let kinds: Vec<&str> = shares
        .iter()
        .map(|piece| match piece {
            Piece::Securities(rows) if rows.len() == 505 => "names",
            Piece::Shares(rows) if rows.len() == 505 => "shares",
            other => panic!("expected 505 rows, found {other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["names", "shares"]);
    assert!(rows(RowKind::Securities, &shared("us_2026_06_08/companies.csv").unwrap()).1 > 400);
}
