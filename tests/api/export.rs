//! Workbooks as other programs read them.

use std::io::Cursor;
use std::process::Command;

use calamine::{Data, DataType, Range, Reader, Xlsx};
use domain::units::Day;
use serde_json::{Value, json};
use system_tests::{Options, Server, assert_close, sessions_between, small_bars, small_shares};

use crate::index_reference::forty_sessions;

fn workbook(server: &Server, request: &Value) -> Vec<u8> {
    let reply = server.post("/export-data", request).expect(200);
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    assert_eq!(reply.header("content-type"), Some(kind));
    let disposition = reply.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=") && disposition.contains(".xlsx"), "{disposition}");
    reply.body
}

pub(crate) fn open(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

/// A sheet, and where its header is.
pub(crate) fn sheet(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str, first_column: &str) -> (Range<Data>, usize) {
    let range = book.worksheet_range(name).unwrap();
    let header = range.rows().position(|row| row[0].get_string() == Some(first_column)).unwrap();
    (range, header)
}

pub(crate) fn column(range: &Range<Data>, header: usize, name: &str) -> Vec<Data> {
    let at = range.rows().nth(header).unwrap().iter().position(|cell| cell.get_string() == Some(name)).unwrap();
    range.rows().skip(header + 1).map(|row| row[at].clone()).collect()
}

pub(crate) fn day_of(cell: &Data) -> String {
    let Data::DateTime(date) = cell else { panic!("expected a real date, was {cell:?}") };
    // Day 25 569 of the format is 1970-01-01.
    let day = (0..60_000).find(|day| (f64::from(*day) - date.as_f64()).abs() < 1e-9).unwrap();
    Day::from_number(day - 25_569).to_string()
}

#[test]
fn the_workbook_holds_the_numbers_of_the_api() {
    let Some((server, _)) = forty_sessions() else { return };
    server.build(&json!({"start_date": "2017-12-11", "end_date": "2018-02-07"}));
    let range = json!({"start_date": "2017-12-11", "end_date": "2018-02-07"});
    let bytes = workbook(&server, &range);
    assert_eq!(workbook(&server, &range), bytes, "the same data gave other bytes");
    let mut book = open(bytes);
    assert_eq!(book.sheet_names(), ["Summary", "Performance", "Compositions", "Changes", "Statistics", "Method"]);

    let performance = server.performance("");
    let points = performance["data"].as_array().unwrap();
    let (rows, header) = sheet(&mut book, "Performance", "Date");
    let dates = column(&rows, header, "Date");
    assert_eq!(dates.len(), points.len());
    for (name, title) in [
        ("level", "Level"),
        ("daily_return", "Daily return"),
        ("cumulative_return", "Cumulative return"),
        ("turnover", "Turnover"),
        ("constituents", "Constituents"),
    ] {
        for ((cell, date), point) in column(&rows, header, title).iter().zip(&dates).zip(points) {
            assert_eq!(point["date"], day_of(date));
            assert_close(&format!("{title} of {}", point["date"]), &point[name], cell.as_f64());
        }
    }

    let (rows, header) = sheet(&mut book, "Compositions", "Date");
    let (dates, tickers) = (column(&rows, header, "Date"), column(&rows, header, "Ticker"));
    let (ranks, caps) = (column(&rows, header, "Rank"), column(&rows, header, "Market cap"));
    assert_eq!(dates.len(), 40 * 100);
    for date in ["2017-12-11", "2018-01-10", "2018-02-07"] {
        let composition = server.get(&format!("/index-composition?date={date}")).expect(200).json();
        let at = dates.iter().position(|cell| day_of(cell) == date).unwrap();
        for (place, member) in composition["constituents"].as_array().unwrap().iter().enumerate() {
            assert_eq!(tickers[at + place].get_string(), member["ticker"].as_str(), "{date}");
            assert_eq!(ranks[at + place].as_f64(), member["rank"].as_f64(), "{date}");
            assert_close("market cap", &member["market_cap"], caps[at + place].as_f64());
        }
    }

    let changes = server.get("/composition-changes").expect(200).json();
    let listed: usize = changes["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| day["entered"].as_array().unwrap().len() + day["exited"].as_array().unwrap().len())
        .sum();
    let (rows, header) = sheet(&mut book, "Changes", "Date");
    assert_eq!(column(&rows, header, "Ticker").len(), listed);

    let only = json!({"start_date": "2017-12-11", "end_date": "2018-02-07", "sheets": ["changes"]});
    assert!(!open(workbook(&server, &only)).sheet_names().contains(&"Compositions".to_owned()));
}

/// A server whose securities have names that a spreadsheet would run.
fn with_formulas() -> Server {
    let server = Server::start(Options::default());
    server.import("shares", small_shares(6));
    server.import("daily_bars", small_bars(&sessions_between("2026-08-03", "2026-08-14"), 6));
    let names = "ticker,name,sector\n\
        C00,=1+1,+A1\n\
        C01,\"=HYPERLINK(\"\"http://x.example\"\",\"\"y\"\")\",-2\n\
        C02,@SUM(A1:A9),\"=cmd|' /C calc'!A0\"\n\
        C03,<b>&amp;\"\"</b>,☃ Ünïcode\n";
    server.import("securities", names);
    server.build(&json!({"start_date": "2026-08-03", "end_date": "2026-08-14", "top_n": 4}));
    server
}

const RANGE: [(&str, &str); 2] = [("start_date", "2026-08-03"), ("end_date", "2026-08-14")];

fn request() -> Value {
    let mut request = json!({"index": "top4-equal-daily-price-line"});
    for (name, value) in RANGE {
        request[name] = json!(value);
    }
    request
}

#[test]
fn text_from_data_never_becomes_a_formula() {
    let server = with_formulas();
    let bytes = workbook(&server, &request());
    let mut book = open(bytes.clone());
    let (rows, header) = sheet(&mut book, "Compositions", "Date");
    let names = column(&rows, header, "Name");
    for text in ["=1+1", "=HYPERLINK(\"http://x.example\",\"y\")", "@SUM(A1:A9)"] {
        assert!(names.contains(&Data::String(text.to_owned())), "{text} is not a plain text: {names:?}");
    }
    // Formulas are found in the performance and the summary, and nowhere that data writes.
    for name in ["Compositions", "Changes", "Statistics", "Method"] {
        let formulas = book.worksheet_formula(name).unwrap();
        assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "{name}");
    }
    let composition = "/index-composition?date=2026-08-14&index=top4-equal-daily-price-line&format=";
    let text = server.get(&format!("{composition}csv")).expect(200).text();
    assert!(text.contains("'=1+1") && !text.contains(",=1+1"), "{text}");
    let file = server.get(&format!("{composition}xlsx")).expect(200).body;
    assert!(!open(file).sheet_names().is_empty());
}

#[test]
fn libreoffice_opens_it_and_reads_the_same_numbers() {
    let Some(office) =
        ["/usr/bin/soffice", "/usr/bin/libreoffice"].into_iter().find(|path| std::path::Path::new(path).exists())
    else {
        eprintln!("skipped: LibreOffice is not installed (scripts/setup.sh office)");
        return;
    };
    let server = with_formulas();
    let folder = server.state().join("office");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("index.xlsx");
    std::fs::write(&file, workbook(&server, &request())).unwrap();
    for target in ["pdf", "xlsx"] {
        let output = Command::new(office)
            .args(["--headless", "--norestore", "--convert-to", target, "--outdir"])
            .arg(folder.join("out"))
            .arg(&file)
            .env("HOME", &folder)
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && !said.to_lowercase().contains("error"), "{target}: {said}");
    }
    assert!(std::fs::read(folder.join("out/index.pdf")).unwrap().starts_with(b"%PDF"));
    let mut book = open(std::fs::read(folder.join("out/index.xlsx")).unwrap());
    let performance = server.performance("index=top4-equal-daily-price-line");
    let points = performance["data"].as_array().unwrap();
    let (rows, header) = sheet(&mut book, "Performance", "Date");
    let dates = column(&rows, header, "Date");
    assert_eq!(dates.len(), points.len());
    for (title, name) in
        [("Level", "level"), ("Cumulative return", "cumulative_return"), ("Daily return", "daily_return")]
    {
        for ((cell, date), point) in column(&rows, header, title).iter().zip(&dates).zip(points) {
            assert_eq!(point["date"], day_of(date));
            assert_close(&format!("{title} of {}", point["date"]), &point[name], cell.as_f64());
        }
    }
}

#[test]
fn compositions_of_more_than_three_hundred_sessions_are_left_to_the_app() {
    let server = Server::start(Options::default());
    let days = sessions_between("2025-01-02", "2026-06-30");
    server.import("shares", small_shares(4));
    server.import("daily_bars", small_bars(&days, 4));
    server.build(&json!({"start_date": "2025-01-02", "end_date": "2026-06-30", "top_n": 2}));
    let mut request = json!({"index": "top2-equal-daily-price-line", "start_date": days[0].to_string()});
    request["end_date"] = json!(days[300].to_string());
    let problem = server.post("/export-data", &request).problem(422, "export_too_large");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("300") && detail.contains("app"), "{detail}");
    request["end_date"] = json!(days[299].to_string());
    assert!(workbook(&server, &request).starts_with(b"PK"));
    request["end_date"] = json!(days.last().unwrap().to_string());
    request["sheets"] = json!(["performance", "changes", "statistics", "method"]);
    assert!(workbook(&server, &request).starts_with(b"PK"));
}
