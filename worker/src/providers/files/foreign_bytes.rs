//! Whatever a file holds, each of its rows is good or turned away, or the file is refused. `make fuzz` tries a million of each.

use std::io::Write;

use domain::ports::RowKind;
use domain::testing::{Edit, edited};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::parquet_files::{read, sample};
use super::workbook::tests::written;
use super::*;

/// A good file of each kind.
const FILES: [(RowKind, &str); 9] = [
    (
        RowKind::Securities,
        "ticker,name,sector,type,list_date,delist_date,delisting_price\nBRK/B,\"Berkshire, B\",Tech,CS,2001-01-02,2020-01-02,0\nNA,,,,,,\n",
    ),
    (
        RowKind::DailyBars,
        "date,ticker,close,open,high,low,volume,adj_close,market_cap\n2017-12-11,A,67,66,68,65,2438556,66.5,1e9\n2017-12-12,A,67.5,,,,,,\n",
    ),
    (
        RowKind::IntradayBars,
        "ticker,t,open,high,low,close,volume,interval\nA,1638369000000,1,2,1,2,5,1hour\nA,1638372600000,2,2,2,2,5,1hour\n",
    ),
    (RowKind::MarketCaps, "date,ticker,market_cap\n2017-12-11,A,1000000\n2017-12-12,A,-1\n"),
    (RowKind::Shares, "ticker,shares_outstanding,as_of,name,sector\nA,1000000,2017-12-10,Agilent,Tools\n"),
    (RowKind::Splits, "ticker,date,split_to,split_from\nA,2017-12-11,4,1\nB,2017-12-11,1,10\n"),
    (RowKind::Dividends, "ticker,ex_date,amount\nA,2017-12-11,0.25\n"),
    (RowKind::TickerChanges, "date,ticker,new_ticker\n2017-12-11,FB,META\n2017-12-12,A.B,C\n"),
    (
        RowKind::Chains,
        "quote_date,underlying,underlying_price,expiration,strike,type,bid,ask,iv,delta,root\n\
         2019-04-25,SPX,2926.17,2019-05-17,2900,p,12.1,12.5,0.11,-0.34,SPXW\n2019-04-25,SPX,2926.17,2019-05-17,2950,c,9,8,,,\n",
    ),
];

/// The texts of a workbook of holdings, and its sheet.
const TEXTS: &[u8] =
    b"<sst><si><t>date</t></si><si><t>ticker</t></si><si><r><t>A</t></r><r><t xml:space=\"preserve\">&amp;B</t></r></si></sst>";
const SHEET: &[u8] = b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>\
    <row r=\"2\"><c r=\"A2\"><v>45292</v></c><c r=\"B2\" t=\"inlineStr\"><is><t>C&#66;</t></is></c><c r=\"C2\"><f>1/2</f><v>0.5</v></c></row>\
    <row><c t=\"b\"><v>1</v></c><c/><c t=\"s\"><v>2</v></c></row></sheetData></worksheet>";

fn is_value(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// Whether every row of a piece can be stored.
fn can_be(piece: &Piece) -> bool {
    match piece {
        Piece::Securities(rows) => {
            rows.iter().all(|row| row.delisting_price.is_none_or(|price| price.is_finite() && price >= 0.0))
        }
        Piece::Bars(rows) => rows.to_bars().iter().all(|bar| is_value(bar.close)),
        Piece::Intraday(rows) => rows.iter().all(|bar| is_value(bar.close) && bar.high >= bar.low),
        Piece::Caps(rows) => rows.iter().all(|cap| cap.cap.is_finite() && cap.cap >= 0.0),
        Piece::Shares(rows) => rows.iter().all(|count| is_value(count.shares)),
        Piece::Splits(rows) => rows.iter().all(|split| is_value(split.ratio)),
        Piece::TickerChanges(rows) => rows.iter().all(|change| change.ticker != change.new_ticker),
        Piece::Dividends(rows) => rows.iter().all(|dividend| is_value(dividend.amount)),
        Piece::Quotes(quotes) => quotes.rows.iter().all(|row| {
            let quote = &row.quote;
            is_value(quote.strike) && is_value(quote.underlying_price) && quote.bid >= 0.0 && quote.ask >= 0.0
        }),
    }
}

/// Reads a file as it is sent, in chunks of a length; every good row is one that can be.
fn receive(kind: RowKind, sent: &[u8], chunk: usize) {
    let rules = FileRules { kind, today: "2026-11-20".parse().unwrap(), interval: None };
    let mut intake = Intake::new(rules, Declared { gzip: false, parquet: false });
    for part in sent.chunks(chunk) {
        match intake.push(part) {
            Ok(pieces) => assert!(pieces.iter().all(can_be), "{pieces:?}"),
            Err(error) => return assert!(error.to_string().len() < 1_000, "{error}"),
        }
    }
    match intake.finish() {
        Ok(Received::Csv(pieces, summary)) => {
            assert!(pieces.iter().all(can_be), "{pieces:?}");
            let lines = sent.len() as u64 + 1;
            assert!(summary.accepted + summary.rejected <= lines.max(100_000), "{summary:?}");
        }
        Ok(Received::Parquet(_)) => {}
        Err(error) => assert!(error.to_string().len() < 1_000, "{error}"),
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    proptest::collection::vec(any::<Edit>(), 1..6)
}

#[test]
fn the_files_that_are_damaged_here_are_good() {
    for (kind, text) in FILES {
        let rules = FileRules { kind, today: "2026-11-20".parse().unwrap(), interval: None };
        let mut intake = Intake::new(rules, Declared { gzip: false, parquet: false });
        let _ = intake.push(text.as_bytes()).unwrap();
        let Ok(Received::Csv(_, summary)) = intake.finish() else { panic!("{kind:?} is no CSV") };
        assert!(summary.accepted > 0 && summary.rejected == 0, "{kind:?} {summary:?}");
    }
}

proptest! {
    #[test]
    fn a_damaged_csv_file_is_rows_or_words(which in 0..FILES.len(), edits in edits(), chunk in 1_usize..200) {
        let (kind, text) = FILES[which];
        receive(kind, &edited(text.as_bytes(), &edits), chunk);
    }

    #[test]
    fn a_damaged_packed_file_is_rows_or_words(which in 0..FILES.len(), edits in edits(), chunk in 1_usize..200) {
        let (kind, text) = FILES[which];
        receive(kind, &edited(&packed(text.as_bytes()), &edits), chunk);
    }

    #[test]
    fn a_damaged_parquet_file_is_rows_or_words(edits in edits()) {
        if let Ok((pieces, _)) = read(RowKind::DailyBars, &edited(&sample(), &edits)) {
            prop_assert!(pieces.iter().all(can_be), "{:?}", pieces);
        }
    }

    #[test]
    fn a_damaged_workbook_is_rows_or_words(
        sheet in prop::collection::vec(any::<Edit>(), 0..6),
        texts in prop::collection::vec(any::<Edit>(), 0..3),
        archive in prop::collection::vec(any::<Edit>(), 0..3),
    ) {
        let parts: [(&str, &[u8]); 2] =
            [("xl/sharedStrings.xml", &edited(TEXTS, &texts)), ("xl/sheet.xml", &edited(SHEET, &sheet))];
        match read_first_sheet(&edited(&written(&parts), &archive), 20) {
            Ok(sheet) => {
                prop_assert!(sheet.rows.len() <= 20);
                for cell in sheet.rows.iter().flat_map(|(_, cells)| cells) {
                    prop_assert!(!matches!(cell, Cell::Number(number) if !number.is_finite()), "{:?}", cell);
                }
            }
            Err(error) => prop_assert!(error.to_string().len() < 1_000, "{}", error),
        }
    }

    #[test]
    fn noise_is_refused(which in 0..FILES.len(), bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        receive(FILES[which].0, &bytes, 7);
    }
}
