//! Option chains over HTTP: files in, what is held, one session out, undone; and the warehouse as other tools see it.

use serde_json::{Value, json};
use system_tests::{Options, Reply, Server, shared_data};

const CHAIN: &str = "quote_date,underlying,underlying_price,expiration,strike,type,bid,ask,iv,delta,root,note\n\
    2019-04-25,SPX,2919.04,2019-05-24,2700,p,10.5,10.9,0.16,-0.12,SPXW,x\n\
    2019-04-25,SPX,2919.04,2019-05-24,2900,C,60.1,60.9,,,SPXW,\n\
    2019-04-26,SPX,2939.88,2019-05-24,2700,put,11,10,0.15,-0.11,SPXW,\n\
    2019-04-27,SPX,2939.88,2019-05-24,2700,p,1,2,,,,\n\
    2019-04-26,SPX,2939.88,2019-04-25,2700,p,1,2,,,,\n\
    2019-04-26,SPX,2939.88,2019-05-24,0,p,1,2,,,,\n\
    2019-04-26,SPX,2939.88,2019-05-24,2750,x,1,2,,,,\n\
    2019-04-26,SPX,2939.88,2019-05-24,2750,p,-1,2,,,,\n\
    2019-04-26,SPX,,2019-05-24,2750,p,1,2,,,,\n\
    2019-04-26,SPX,2939.88,2019-05-24,2750,p,0,2,0.2,nan,,\n\
    2019-05-01,SPX,2923.73,2019-05-24,2700,p,0,0.05,,,SPXW,\n\
    2019-05-01,SPX,2923.73,2019-05-24,2700,p,7,8,,,SPXW,\n\
    2019-05-01,SPX,2923.73,2019-05-24,2700,p,7,8,,,SPX,\n";

pub(crate) fn import(server: &Server, body: impl Into<Vec<u8>>) -> Reply {
    server.request("POST", "/imports?kind=chains").header("content-type", "text/csv").body(body).send()
}

/// Brings in one of the recorded files, or says that it is not there.
pub(crate) fn import_shared(server: &Server, name: &str) -> Option<Value> {
    let path = shared_data(&format!("data/options/{name}"))?;
    Some(import(server, std::fs::read(path).unwrap()).expect(201).json())
}

#[test]
fn a_chain_is_stored_told_read_and_undone() {
    let server = Server::start(Options::default());
    let first = import(&server, CHAIN).expect(201).json();
    assert_eq!(first["rows"], json!({"accepted": 5, "unchanged": 0, "rejected": 8}), "{first}");
    assert_eq!(first["unknown_columns"], json!(["note"]));
    let lines: Vec<u64> =
        first["rejected"].as_array().unwrap().iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [5, 6, 7, 8, 9, 10, 11, 13]);
    let reason = |place: usize| first["rejected"][place]["reason"].as_str().unwrap().to_owned();
    assert!(reason(0).contains("quote_date: expected a session"), "{first}");
    assert!(reason(4).starts_with("bid: expected a number of at least 0"), "{first}");
    assert!(reason(7).contains("earlier line"), "{first}");
    let held = server.get("/chains").expect(200).json();
    assert_eq!(
        held["data"],
        json!([{"underlying": "SPX", "first_date": "2019-04-25", "last_date": "2019-05-01", "sessions": 3, "months": 2,
            "rows": 5, "bytes": held["data"][0]["bytes"], "sources": ["files"], "synthetic": false, "crossed": 1,
            "locked": 0, "without_bid": 1, "data_version": 1}])
    );
    let day = server.get("/chains/SPX?date=2019-05-01").expect(200).json();
    assert_eq!(day["quotes"].as_array().unwrap().len(), 2);
    assert_eq!((day["quotes"][0]["root"].as_str(), day["quotes"][1]["bid"].as_f64()), (Some("SPX"), Some(0.0)));
    assert_eq!(server.get("/chains/SPX").expect(200).json()["date"], "2019-05-01");
    let missing = server.get("/chains/SPX?date=2019-04-29").problem(404, "no_data");
    assert_eq!(missing["nearest_sessions"], json!(["2019-04-26", "2019-05-01"]));
    let _ = server.get("/chains/QQQ").problem(404, "not_found");
    let csv = server.get("/chains/SPX?date=2019-04-25&format=csv").expect(200).text();
    let again = import(&server, csv).expect(201).json();
    assert_eq!(again["rows"], json!({"accepted": 0, "unchanged": 2, "rejected": 0}));
    let changed = import(&server, CHAIN.replace("10.5,10.9", "10.4,10.9")).expect(201).json();
    assert_eq!((&changed["rows"]["accepted"], &changed["data_version"]), (&json!(1), &json!(2)));
    let undone = server.request("DELETE", &format!("/imports/{}", changed["id"])).send().expect(200).json();
    assert_eq!((&undone["status"], &undone["data_version"]), (&json!("undone"), &json!(3)));
    let put = |server: &Server| server.get("/chains/SPX?date=2019-04-25").expect(200).json()["quotes"].clone();
    assert!(put(&server).as_array().unwrap().iter().any(|quote| quote["bid"] == 10.5), "{}", put(&server));
    let _ = server.request("DELETE", "/imports/1").send().expect(200);
    assert_eq!(server.get("/chains").expect(200).json()["data"], json!([]));
    let _ = import(&server, "quote_date,underlying\n").problem(422, "missing_column");
}

#[test]
fn recorded_chains_go_in_and_come_out_the_same() {
    let server = Server::start(Options::default());
    for (name, rows, underlying, crossed) in [
        ("spxw_2019_core.csv.gz", 342_948, "SPX", None),
        ("spxw_optopsy_2018.csv.gz", 14_438, "SPX", None),
        ("spy_2021_sparse.csv.gz", 5_040, "SPY", Some(17)),
    ] {
        let Some(done) = import_shared(&server, name) else { return };
        assert_eq!(done["rows"], json!({"accepted": rows, "unchanged": 0, "rejected": 0}), "{done}");
        let again = import_shared(&server, name).unwrap();
        assert_eq!(again["rows"], json!({"accepted": 0, "unchanged": rows, "rejected": 0}));
        assert_eq!(again["data_version"], done["data_version"]);
        let held = server.get("/chains").expect(200).json();
        let held =
            held["data"].as_array().unwrap().iter().find(|held| held["underlying"] == underlying).unwrap().clone();
        if let Some(crossed) = crossed {
            assert_eq!((&held["crossed"], &held["rows"]), (&json!(crossed), &json!(rows)));
        }
    }
    let table = system_tests::Table::read(&shared_data("data/options/spy_2021_sparse.csv.gz").unwrap());
    let day = server.get("/chains/SPY?date=2021-01-04").expect(200).json();
    let quotes = day["quotes"].as_array().unwrap();
    let rows: Vec<_> = table.rows().filter(|row| row.text("quote_date") == "2021-01-04").collect();
    assert_eq!(quotes.len(), rows.len());
    for row in rows {
        let same = |quote: &&Value| {
            quote["expiration"] == row.text("expiration")
                && quote["strike"].as_f64() == row.number("strike")
                && quote["type"] == row.text("type")
        };
        let quote = quotes.iter().find(same).unwrap();
        for column in ["bid", "ask", "iv", "delta", "volume", "open_interest", "underlying_price"] {
            assert_eq!(quote[column].as_f64(), row.number(column), "{column} of {quote}");
        }
    }
    others_read_the_same(&server);
    let metrics = server.get("/metrics").expect(200).text();
    let memory = metrics.lines().find_map(|line| line.strip_prefix("wasm_memory_bytes ")).unwrap();
    println!("{memory} bytes of memory after 362 426 rows, twice");
    assert!(memory.parse::<f64>().unwrap() <= f64::from(64 << 20), "{memory} bytes");
}

/// The objects as they lie on the disk of the local server, read by pyarrow, pandas and DuckDB.
fn others_read_the_same(server: &Server) {
    let home = std::env::var("HOME").unwrap_or_default();
    let tools = std::env::var("EQUIPOISE_TOOLS").unwrap_or_else(|_| format!("{home}/.cache/equipoise"));
    let python = std::path::Path::new(&tools).join("python/bin/python3");
    if !python.exists() {
        eprintln!("skipped: {} is not there (scripts/setup.sh python)", python.display());
        return;
    }
    let held = server.sql(
        "select object_key, row_count, crossed_sum from (select object_key, row_count, \
        (select sum(value ->> 2) from json_each(sessions)) as crossed_sum from chains) order by object_key",
    );
    let expected: u64 = held.iter().map(|row| row["row_count"].as_u64().unwrap()).sum();
    let crossed: u64 = held.iter().map(|row| row["crossed_sum"].as_u64().unwrap()).sum();
    let output = std::process::Command::new(python)
        .args(["-c", READ_OBJECTS])
        .arg(server.state())
        .args(held.iter().map(|row| row["row_count"].to_string()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let numbers: Vec<u64> = said.split_whitespace().take(4).map(|word| word.parse().unwrap()).collect();
    assert_eq!(numbers, [expected, expected, crossed, 0], "{said}");
    eprintln!("read by {}", said.split_whitespace().skip(4).collect::<Vec<_>>().join(" "));
}

/// Prints rows by pyarrow, rows by pandas, crossed quotes, rows out of order, and who read.
const READ_OBJECTS: &str = r#"
import pathlib, sys
import duckdb, pandas, pyarrow.parquet
wanted = [int(text) for text in sys.argv[2:]]
files = [path for path in pathlib.Path(sys.argv[1]).rglob("*") if path.is_file() and path.open("rb").read(4) == b"PAR1"]
tables = {path: pyarrow.parquet.read_table(path) for path in files}
# The bucket holds what was replaced as well: the objects that count are those of these lengths.
chosen = []
for rows in wanted:
    path = next(path for path, table in tables.items() if table.num_rows == rows and path not in chosen)
    chosen.append(path)
columns = ["quote_date", "underlying", "underlying_price", "expiration", "strike", "type", "bid", "ask", "iv", "delta",
    "gamma", "theta", "vega", "volume", "open_interest", "root"]
arrow, frames = 0, []
for path in chosen:
    assert tables[path].column_names == columns, tables[path].column_names
    arrow += tables[path].num_rows
    frames.append(pandas.read_parquet(path))
frame = pandas.concat(frames)
crossed = int((frame["bid"] > frame["ask"]).sum())
order = ["quote_date", "expiration", "root", "type", "strike"]
wrong = sum(0 if one[order].apply(tuple, axis=1).is_monotonic_increasing else 1 for one in frames)
by = "pyarrow pandas"
names = ", ".join(f"'{path}'" for path in chosen)
rows, found = duckdb.sql(f"select count(*), count(*) filter (bid > ask) from read_parquet([{names}])").fetchone()
assert (rows, found) == (arrow, crossed), (rows, found)
# Every number as pandas has it, to the last bit; a day and an expiration are dates there as well.
sums = "sum(bid), sum(ask), sum(strike), count(iv), count(delta), sum(volume), min(quote_date), max(expiration)"
found = duckdb.sql(f"select {sums} from (select * from read_parquet([{names}]) order by bid, ask, strike)").fetchone()
assert found[3:6] == (frame["iv"].count(), frame["delta"].count(), frame["volume"].sum()), found
assert [str(found[6]), str(found[7])] == [str(frame["quote_date"].min()), str(frame["expiration"].max())], found
for column, total in zip(["bid", "ask", "strike"], found):
    assert abs(total - frame[column].sum()) <= 1e-9 * abs(total), (column, total)
by += " duckdb"
print(arrow, len(frame), crossed, wrong, by)
"#;
