//! Tables as CSV files and as sheets.

use serde_json::json;

use super::{SLUG, assert_same, build, market, number};

#[test]
fn the_workbook_has_the_sheets_of_research_that_are_named() {
    use calamine::Reader;
    let server = market();
    build(&server, json!({"top_n": 20}));
    let slug = "top20-equal-daily-price-line";
    let body = json!({"index": slug, "sheets": ["performance", "contributions", "rebalances", "quality"]});
    let file = server.post("/export-data", &body).expect(200).body;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(file)).unwrap();
    assert_eq!(book.sheet_names(), ["Summary", "Performance", "Contributions", "Rebalances", "Data quality"]);
    let table = book.worksheet_range("Contributions").unwrap();
    let total: f64 = table.rows().skip(1).map(|row| calamine::DataType::as_f64(&row[6]).unwrap()).sum();
    let found = server.get(&format!("/index-attribution?{SLUG}")).expect(200).json();
    assert_same(total, number(&found, "period_return"), 1e-12);
    let rebalances = book.worksheet_range("Rebalances").unwrap();
    let sessions = server.performance(SLUG)["data"].as_array().unwrap().len();
    assert_eq!(rebalances.rows().len(), sessions + 1);
    let plain = server.post("/export-data", &json!({"index": slug})).expect(200).body;
    let book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(plain)).unwrap();
    assert!(!book.sheet_names().contains(&"Contributions".to_owned()));
    let _ = server.post("/export-data", &json!({"index": slug, "sheets": ["trades"]})).problem(422, "invalid_value");
}

#[test]
fn tables_come_as_csv_and_as_workbooks() {
    use calamine::Reader;
    let server = market();
    build(&server, json!({"top_n": 20}));
    for path in ["/index-statistics", "/index-attribution", "/index-trades", "/index-quality", "/index-compare"] {
        let query =
            if path == "/index-compare" { format!("{path}?{SLUG}&benchmark=C03") } else { format!("{path}?{SLUG}") };
        let csv = server.get(&format!("{query}&format=csv")).expect(200).text();
        let reply = server.get(&format!("{query}&format=xlsx")).expect(200);
        assert!(reply.header("content-disposition").unwrap().contains(".xlsx"), "{path}");
        let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(reply.body)).unwrap();
        let name = book.sheet_names()[0].clone();
        let sheet = book.worksheet_range(&name).unwrap();
        assert_eq!(sheet.rows().len(), csv.lines().count(), "{path}");
        let accepted = server.request("GET", &query).header("accept", "text/csv").send().expect(200).text();
        assert_eq!(accepted, csv, "{path}");
    }
}
