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

fn workbook(body: Vec<u8>) -> calamine::Xlsx<std::io::Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(std::io::Cursor::new(body)).unwrap()
}

/// The numbers of a column of a sheet, below its header.
fn column(book: &mut calamine::Xlsx<std::io::Cursor<Vec<u8>>>, sheet: &str, title: &str) -> Vec<f64> {
    use calamine::{DataType, Reader};
    let range = book.worksheet_range(sheet).unwrap_or_else(|error| panic!("{sheet}: {error}"));
    let mut rows = range.rows();
    let header = rows.next().unwrap();
    let at =
        header.iter().position(|cell| cell.as_string().as_deref() == Some(title)).unwrap_or_else(|| panic!("{title}"));
    rows.map(|row| row[at].as_f64().unwrap()).collect()
}

#[test]
fn what_stands_beside_an_index_is_in_its_workbook_too() {
    use calamine::Reader;
    let server = market();
    let slug = build(&server, json!({"top_n": 20}));
    let wide = build(&server, json!({"top_n": 30}));
    let question = json!({"weighting": "cap", "exclude": ["C39"]});
    let body = json!({
        "index": slug, "start_date": "2026-07-20", "sheets": ["comparison", "what_if", "membership"], "against": wide,
        "what_if": question,
    });
    let mut book = workbook(server.post("/export-data", &body).expect(200).body);
    let names = [
        "Summary",
        "Chart data",
        "Comparison",
        "Comparison figures",
        "What if",
        "What-if figures",
        "What-if members",
        "Membership",
    ];
    assert_eq!(book.sheet_names(), names);
    let query = format!("index={slug}&start_date=2026-07-20");
    let compared = server.get(&format!("/index-compare?{query}&against={wide}")).expect(200).json();
    let mut asked = question;
    asked["index"] = json!(slug);
    asked["start_date"] = json!("2026-07-20");
    let changed = server.post("/what-if", &asked).expect(200).json();
    let known = server.get(&format!("/index-membership?index={slug}&date=2026-09-30")).expect(200).json();
    for (sheet, title, list, name) in [
        ("Comparison", "Level", &compared["data"], "level"),
        ("Comparison", "Against", &compared["data"], "against"),
        ("What if", "As it is", &changed["data"], "base"),
        ("What if", "Changed", &changed["data"], "variant"),
        ("What-if members", "Weight", &changed["members"], "weight"),
        ("What-if members", "As it is", &changed["members"], "base_weight"),
        ("Membership", "Market cap", &known["members"], "market_cap"),
        ("Membership", "Weight", &known["members"], "weight"),
    ] {
        let expected: Vec<f64> = list.as_array().unwrap().iter().map(|one| number(one, name)).collect();
        assert!(!expected.is_empty(), "{sheet} {title}");
        assert_eq!(column(&mut book, sheet, title), expected, "{sheet} {title}");
    }
    let figures = book.worksheet_range("What-if figures").unwrap();
    let figure = |title: &str| {
        let row = figures.rows().find(|row| row[0] == title).unwrap_or_else(|| panic!("{title}"));
        calamine::DataType::as_f64(&row[2]).unwrap()
    };
    assert_same(figure("Tracking error"), number(&changed, "tracking_error"), 0.0);
    assert_same(figure("Volatility"), number(&changed["variant"]["statistics"], "volatility"), 0.0);
    // With a ticker; and what nobody shows, or what is missing, is refused.
    let with_ticker = json!({"index": slug, "sheets": ["comparison"], "benchmark": "C03"});
    let mut book = workbook(server.post("/export-data", &with_ticker).expect(200).body);
    let compared = server.get(&format!("/index-compare?{SLUG}&benchmark=C03")).expect(200).json();
    let expected: Vec<f64> = compared["data"].as_array().unwrap().iter().map(|one| number(one, "against")).collect();
    assert_eq!(column(&mut book, "Comparison", "Against"), expected);
    for (body, status, code) in [
        (json!({"sheets": ["comparison"]}), 400, "missing_parameter"),
        (json!({"sheets": ["comparison"], "benchmark": "C03", "against": wide}), 422, "invalid_value"),
        (json!({"sheets": ["what_if"]}), 400, "missing_parameter"),
        (json!({"sheets": ["what_if"], "what_if": {}}), 422, "invalid_value"),
        (json!({"sheets": ["what_if"], "what_if": {"top_n": 5, "index": slug}}), 422, "invalid_value"),
        (json!({"sheets": ["membership"], "known_on": "2199-01-01"}), 422, "invalid_value"),
        (json!({"against": wide}), 422, "invalid_value"),
        (json!({"sheets": ["quality"], "known_on": "2026-08-03"}), 422, "invalid_value"),
    ] {
        let mut body = body;
        body["index"] = json!(slug);
        let _ = server.post("/export-data", &body).problem(status, code);
    }
}

#[test]
fn answers_to_questions_come_as_csv_and_as_workbooks() {
    use calamine::Reader;
    let server = market();
    let slug = build(&server, json!({"top_n": 20}));
    let question = json!({"index": slug, "top_n": 10});
    let _ = server.request("PUT", "/definitions/ten").json(&question).send().expect(200);
    let ask = |form: &str| server.post(&format!("/what-if?format={form}"), &question).expect(200);
    let compare =
        |form: &str| server.get(&format!("/definitions/ten/compare?against={slug}&format={form}")).expect(200);
    let shares = |form: &str| server.get(&format!("/shares?ticker=C03&format={form}")).expect(200);
    let forms = ["json", "csv", "xlsx"];
    for (name, [answer, csv, reply], sheets) in
        [("-what-if", forms.map(ask), 3), ("-compared", forms.map(compare), 3), ("-shares", forms.map(shares), 1)]
    {
        let (answer, csv) = (answer.json(), csv.text());
        assert!(reply.header("content-disposition").unwrap().contains(&format!("{name}.xlsx")), "{name}");
        let mut book = workbook(reply.body);
        assert_eq!(book.sheet_names().len(), sheets, "{name}: {:?}", book.sheet_names());
        let table = book.worksheet_range(&book.sheet_names()[0].clone()).unwrap();
        let rows = answer["data"].as_array().unwrap().len();
        assert_eq!((table.rows().len(), csv.lines().count()), (rows + 1, rows + 1), "{name}");
    }
    let accepted = server.request("POST", "/what-if").json(&question).header("accept", "text/csv").send().expect(200);
    assert_eq!(accepted.text(), ask("csv").text());
    let _ = server.post("/what-if?format=pdf", &question).problem(422, "invalid_value");
    let _ = server.post("/what-if?start_date=2026-08-03", &question).problem(400, "unknown_parameter");
}

#[test]
fn whatever_an_answer_shows_is_on_a_sheet_of_its_workbook() {
    use calamine::Reader;
    let server = market();
    build(&server, json!({"top_n": 20}));
    let get = |query: &str| server.get(query).expect(200);
    let query = format!("/index-statistics?{SLUG}&windows=10,21&benchmark=C03");
    let (answer, mut book) = (get(&query).json(), workbook(get(&format!("{query}&format=xlsx")).body));
    let names = ["Statistics", "Rolling", "Drawdowns", "Monthly returns", "Yearly returns", "Distribution"];
    assert_eq!(book.sheet_names(), names);
    let of = |list: &serde_json::Value, name: &str| -> Vec<f64> {
        list.as_array().unwrap().iter().map(|one| number(one, name)).collect()
    };
    let windows: Vec<f64> =
        answer["rolling"].as_array().unwrap().iter().flat_map(|window| of(&window["data"], "return")).collect();
    assert_eq!(column(&mut book, "Rolling", "Return"), windows);
    assert_eq!(column(&mut book, "Drawdowns", "Depth"), of(&answer["drawdowns"], "depth"));
    assert_eq!(column(&mut book, "Monthly returns", "Return"), of(&answer["monthly"], "return"));
    assert_eq!(column(&mut book, "Yearly returns", "Return"), of(&answer["yearly"], "return"));
    assert_eq!(column(&mut book, "Distribution", "Normal"), of(&answer["distribution"], "normal"));
    let query = format!("/index-attribution?{SLUG}");
    let (answer, mut book) = (get(&query).json(), workbook(get(&format!("{query}&format=xlsx")).body));
    assert_same(column(&mut book, "Sectors", "Contribution").iter().sum(), number(&answer, "period_return"), 1e-12);
    let effects: f64 = column(&mut book, "Against the cap weight", "Total").iter().sum();
    assert_same(effects, number(&answer["against_cap_weight"], "difference"), 1e-12);
    let query = format!("/index-trades?{SLUG}");
    let (answer, mut book) = (get(&query).json(), workbook(get(&format!("{query}&format=xlsx")).body));
    assert_eq!(column(&mut book, "Rebalances", "Value"), of(&answer["rebalances"], "value"));
    assert_eq!(column(&mut book, "Levels", "Net level"), of(&answer["data"], "net_level"));
}
