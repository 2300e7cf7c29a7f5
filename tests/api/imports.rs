//! Files over HTTP: what is stored, what is told, and that a failed or interrupted file leaves nothing.
#![expect(clippy::unwrap_used, reason = "a test ends where its tools fail")]

use std::io::Write;
use std::sync::Arc;

use domain::calendar::sessions;
use domain::units::{Day, DayRange};
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};
use system_tests::{Options, Reply, Server, shared_data};

const BARS: &str = "date,ticker,close,open,note\n\
    2018-01-02,BRK/B,198.02,,x\n\
    2018-01-03,BRK/B,199.5,198.1,\n\
    2018-01-06,BRK/B,200,,\n\
    2018-01-02,NA,-5,,\n\
    2018-01-02,NA,1.25,1.5,\n";

fn import(server: &Server, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
    server.request("POST", &format!("/imports?kind={kind}")).header("content-type", "text/csv").body(body).send()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn stored(server: &Server, table: &str) -> Value {
    server.sql(&format!("select count(*) as n from {table}"))[0]["n"].clone()
}

fn export(server: &Server, query: &str) -> String {
    server.get(&format!("/exports?{query}")).expect(200).text()
}

#[test]
fn a_file_is_stored_told_listed_and_undone() {
    let server = Server::start(Options::default());
    let reply = import(&server, "daily_bars", BARS).expect(201);
    assert_eq!(reply.header("location"), Some("/imports/1"));
    let first = reply.json();
    assert_eq!(first["rows"], json!({"accepted": 3, "unchanged": 0, "rejected": 2}));
    assert_eq!(first["rejected"][0]["line"], 4);
    assert_eq!(first["rejected"][1], json!({"line": 5, "reason": "close: expected a number above 0, was \"-5\""}));
    assert_eq!((&first["unknown_columns"], &first["data_version"]), (&json!(["note"]), &json!(1)));
    let again = import(&server, "daily_bars", packed(BARS.as_bytes())).expect(201).json();
    assert_eq!(again["rows"], json!({"accepted": 0, "unchanged": 3, "rejected": 2}));
    assert_eq!(again["data_version"], 1);
    let changed = import(&server, "daily_bars", "date,ticker,close\n2018-01-02,NA,1.75\n").expect(201).json();
    assert_eq!(changed["data_version"], 2);
    assert!(export(&server, "kind=daily_bars&last_day=2018-01-02").contains("2018-01-02,NA,,,,1.75,,"));
    let undone = server.request("DELETE", "/imports/3").send().expect(200).json();
    assert_eq!((&undone["status"], &undone["data_version"]), (&json!("undone"), &json!(3)));
    let file = "date,ticker,open,high,low,close,volume,adj_close\n\
        2018-01-02,BRK/B,,,,198.02,,\n2018-01-03,BRK/B,198.1,,,199.5,,\n2018-01-02,NA,1.5,,,1.25,,\n";
    assert_eq!(export(&server, "kind=daily_bars"), file);
    assert_eq!(import(&server, "daily_bars", file).expect(201).json()["rows"]["unchanged"], 3);
    assert_eq!(server.request("DELETE", "/imports/3").send().expect(200).json()["status"], "undone");
    let _ = server.request("DELETE", "/imports/2").send().expect(200);
    let _ = server.request("DELETE", "/imports/1").send().expect(200);
    assert_eq!(stored(&server, "daily_bars"), 0);
    let page = server.get("/imports?limit=2").expect(200).json();
    assert_eq!((&page["data"][0]["id"], page["data"].as_array().unwrap().len()), (&json!(4), 2));
    let next = server.get(&format!("/imports?cursor={}", page["next_cursor"].as_str().unwrap())).expect(200).json();
    assert_eq!((&next["data"][1]["id"], &next["data"][1]["status"]), (&json!(1), &json!("undone")));
    assert_eq!(server.get("/imports/1").expect(200).json()["rejected"][0]["line"], 4);
    let _ = server.get("/imports/99").problem(404, "not_found");
}

#[test]
fn what_cannot_be_read_is_refused_by_name_and_stores_nothing() {
    let server = Server::start(Options::default());
    let cut = packed(BARS.as_bytes());
    let bomb = packed(&vec![b'\n'; 20_000_000]);
    let long = [b"date,ticker,close\n".to_vec(), vec![b'x'; 70_000]].concat();
    let cases: [(&str, Vec<u8>); 8] = [
        ("damaged_gzip", cut[..cut.len() - 3].to_vec()),
        ("suspicious_compression", bomb),
        ("missing_column", b"date,ticker\n2018-01-02,A\n".to_vec()),
        ("duplicate_column", b"date,ticker,close,close\n".to_vec()),
        ("line_too_long", long),
        ("unclosed_quote", b"date,ticker,close\n2018-01-02,A,1\n\"2018-01-03,A,1\n".to_vec()),
        ("not_a_table", b"PK\x03\x04workbook".to_vec()),
        ("damaged_parquet", b"PAR1 but not more than that PAR1".to_vec()),
    ];
    for (code, body) in cases {
        let _ = import(&server, "daily_bars", body).problem(422, code);
    }
    let _ = import(&server, "trades", BARS).problem(422, "invalid_value");
    let _ = import(&server, "chains", BARS).problem(422, "missing_column");
    let _ = server.request("POST", "/imports").body(BARS).send().problem(400, "missing_parameter");
    let json = server.post("/imports?kind=daily_bars", &json!({}));
    let _ = json.problem(415, "unsupported_content_type");
    let packing = server.request("POST", "/imports?kind=daily_bars").header("content-type", "text/csv");
    let _ = packing.header("content-encoding", "br").body(BARS).send().problem(415, "unsupported_content_type");
    // A client that sends first and reads then must hear the answer, however early the file was refused.
    let _ = import(&server, "daily_bars", vec![b'\n'; 100_000_000]).problem(413, "body_too_large");
    let _ = import(&server, "daily_bars", b"date,ticker\n".repeat(3_000_000)).problem(422, "missing_column");
    for table in ["daily_bars", "securities", "staging", "batches", "publications"] {
        let visible = if table == "securities" { "securities where version is not null" } else { table };
        assert_eq!(stored(&server, visible), 0, "{table}");
    }
    assert_eq!(server.get("/imports/1").expect(200).json()["status"], "failed");
}

#[test]
fn a_file_may_come_in_parts_cut_anywhere() {
    let server = Server::start(Options::default());
    let file = packed(BARS.as_bytes());
    let opened = server.request("POST", "/imports?kind=daily_bars").send().expect(201).json();
    assert_eq!((&opened["id"], &opened["status"]), (&json!(1), &json!("receiving")));
    let put = |part: u32, bytes: &[u8]| server.request("PUT", &format!("/imports/1/parts/{part}")).body(bytes).send();
    assert_eq!(put(2, &file[20..]).expect(200).json(), json!({"id": 1, "part": 2, "bytes": file.len() - 20}));
    let commit = || server.request("POST", "/imports/1/commit").send();
    let _ = commit().problem(409, "missing_part");
    let _ = put(1, b"something else").expect(200);
    let _ = put(1, &file[..20]).expect(200);
    let _ = put(0, b"x").problem(422, "invalid_value");
    let done = commit().expect(201).json();
    assert_eq!((&done["rows"]["accepted"], &done["status"]), (&json!(3), &json!("committed")));
    assert_eq!(done["bytes"], file.len());
    let _ = put(3, b"x").problem(409, "import_not_open");
    let _ = commit().problem(409, "import_not_open");
    let second = server.request("POST", "/imports?kind=splits").send().expect(201).json()["id"].clone();
    let given_up = server.request("DELETE", &format!("/imports/{second}")).send().expect(200).json();
    assert_eq!(given_up["status"], "failed");
}

/// Bars of `tickers` securities over all sessions of five years, with closes that a dictionary does not shrink.
fn parquet_of(tickers: usize) -> (Vec<u8>, usize) {
    let schema = "message bars { required int32 date (DATE); required binary ticker (UTF8); required double close; \
                  required double open; required double high; required double low; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::default())).unwrap();
    let day = |text: &str| text.parse::<Day>().unwrap();
    let days: Vec<i32> =
        sessions(DayRange::new(day("2013-01-02"), day("2017-12-29")).unwrap()).iter().map(|day| day.number()).collect();
    let mut state = 1_u32;
    let mut price = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        1.0 + f64::from(state) / 65_536.0
    };
    let names: Vec<ByteArray> = (0..tickers).map(|n| ByteArray::from(format!("T{n}").as_str())).collect();
    for group in names.chunks(80) {
        let mut open = writer.next_row_group().unwrap();
        let rows = group.len() * days.len();
        let mut column = open.next_column().unwrap().unwrap();
        column.typed::<Int32Type>().write_batch(&days.repeat(group.len()), None, None).unwrap();
        column.close().unwrap();
        let repeated: Vec<ByteArray> =
            group.iter().flat_map(|name| std::iter::repeat_n(name.clone(), days.len())).collect();
        let mut column = open.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&repeated, None, None).unwrap();
        column.close().unwrap();
        for _ in 0..4 {
            let prices: Vec<f64> = (0..rows).map(|_| price()).collect();
            let mut column = open.next_column().unwrap().unwrap();
            column.typed::<DoubleType>().write_batch(&prices, None, None).unwrap();
            column.close().unwrap();
        }
        open.close().unwrap();
    }
    (writer.into_inner().unwrap(), tickers * days.len())
}

#[test]
fn a_parquet_file_too_large_for_memory_is_set_aside_and_read_by_row_group() {
    let server = Server::start(Options::default());
    let (file, rows) = parquet_of(480);
    assert!(file.len() > 17 << 20, "{} bytes", file.len());
    let send = |body: &[u8]| {
        let request = server.request("POST", "/imports?kind=daily_bars");
        request.header("content-type", "application/vnd.apache.parquet").body(body).send()
    };
    let done = send(&file).expect(201).json();
    assert_eq!(done["rows"], json!({"accepted": rows, "unchanged": 0, "rejected": 0}));
    let metrics = server.get("/metrics").expect(200).text();
    let memory = metrics.lines().find_map(|line| line.strip_prefix("wasm_memory_bytes ")).unwrap();
    assert!(memory.parse::<f64>().unwrap() <= f64::from(64 << 20), "{memory} bytes");
    let _ = send(&file[..file.len() - 9]).problem(422, "damaged_parquet");
    assert_eq!(stored(&server, "daily_bars"), rows);
}

#[test]
fn a_server_killed_in_the_middle_of_an_import_has_stored_nothing_of_it() {
    let mut server = Server::start(Options::default());
    let (file, rows) = parquet_of(400);
    let url = server.url("/imports?kind=daily_bars");
    let body = file.clone();
    let sender = std::thread::spawn(move || {
        let request = system_tests::Request::new("POST", url).header("content-type", "application/vnd.apache.parquet");
        request.body(body).try_send().map(|reply| reply.text())
    });
    while stored(&server, "batches") == 0 && !sender.is_finished() {}
    server.kill();
    let answer = sender.join().unwrap();
    assert!(answer.is_err(), "the import ended before it could be interrupted: {answer:?}");
    server.restart();
    assert_eq!(stored(&server, "daily_bars"), 0);
    assert_eq!(server.get("/imports/1").expect(200).json()["status"], "receiving");
    let request = server.request("POST", "/imports?kind=daily_bars");
    let done = request.header("content-type", "application/vnd.apache.parquet").body(file).send().expect(201).json();
    assert_eq!(done["rows"]["accepted"], rows);
    // Twenty-one minutes later, as far as the database can tell.
    let _ = server.sql("update imports set touched_at = touched_at - 1260000 where status = 'receiving'");
    let _ = server.sql("update batches set touched_at = touched_at - 1260000");
    server.tick();
    assert_eq!(server.get("/imports/1").expect(200).json()["status"], "failed");
    assert_eq!((stored(&server, "staging"), stored(&server, "daily_bars")), (json!(0), json!(rows)));
}

#[test]
fn five_years_of_real_prices_go_in_and_come_out_the_same() {
    let Some(path) = shared_data("data/us_2013_2018/daily_prices.csv.gz") else { return };
    let server = Server::start(Options::default());
    let file = std::fs::read(path).unwrap();
    let done = import(&server, "daily_bars", file).expect(201).json();
    assert_eq!(done["rows"], json!({"accepted": 619_040, "unchanged": 0, "rejected": 0}));
    let seconds = (done["finished_at"].as_f64().unwrap() - done["created_at"].as_f64().unwrap()) / 1000.0;
    println!("619040 rows in {seconds} s: {} rows/s", 619_040.0 / seconds);
    let exported = export(&server, "kind=daily_bars");
    assert_eq!(exported.lines().count(), 619_041);
    let back = import(&server, "daily_bars", exported).expect(201).json();
    assert_eq!(back["rows"], json!({"accepted": 0, "unchanged": 619_040, "rejected": 0}));
    assert_eq!(back["data_version"], done["data_version"]);
}
