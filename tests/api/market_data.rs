//! Bars and reference data over the paths that a Massive (formerly Polygon.io) client knows, and where they come from.

use std::path::PathBuf;
use std::process::Command;

use domain::calendar::{new_york_instant, wall_time};
use domain::units::Day;
use serde_json::{Value, json};
use system_tests::{Options, Reply, Server, Table, repository, sessions_between, shared_data};

const JUNE: &str = "2026-06-01/2026-06-30";

fn aggs(server: &Server, ticker: &str, rest: &str) -> Reply {
    server.get(&format!("/v2/aggs/ticker/{ticker}/range/{rest}"))
}

fn results(answer: &Value) -> Vec<Value> {
    answer["results"].as_array().cloned().unwrap_or_default()
}

fn closes(answer: &Value) -> Vec<f64> {
    results(answer).iter().map(|bar| bar["c"].as_f64().unwrap()).collect()
}

/// A refusal in the vendor's shape.
fn refused(reply: Reply, status: u16, word: &str) -> String {
    let reply = reply.expect(status);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let body = reply.json();
    assert_eq!(body["status"], word, "{body}");
    assert_eq!(body["request_id"].as_str(), reply.header("x-request-id"));
    body["error"].as_str().or(body["message"].as_str()).unwrap().to_owned()
}

/// Hourly bars of one session as a file; `closes` from 09:00 on.
fn hours(day: &str, ticker: &str, closes: &[f64]) -> String {
    let lines = (9..).zip(closes).map(|(hour, close)| {
        format!("{ticker},{day}T{hour:02}:00:00,{close},{close},{close},{close},{}\n", 100 + hour)
    });
    format!("ticker,timestamp_et,open,high,low,close,volume\n{}", lines.collect::<String>())
}

fn import_hours(server: &Server, body: String) -> Value {
    let path = "/imports?kind=intraday_bars&interval=1hour";
    server.request("POST", path).header("content-type", "text/csv").body(body).send().expect(201).json()
}

/// Adds an ingestion of bars, as `make ingest INTERVAL=` does.
fn add_bar_ingestion(server: &Server, key: &str, spec: &Value) {
    server.sql(&format!(
        "insert into jobs (kind, key, spec, created_at, updated_at)
         values ('ingest_bars', '{key}', '{spec}', unixepoch() * 1000, unixepoch() * 1000)"
    ));
}

/// A server with a session of the sample market, and the symbols of its largest companies.
fn with_sample(options: Options) -> (Server, Vec<String>) {
    let server = Server::start(options.var("SAMPLE_COMPANIES", 150));
    server.add_ingestion("sample", "2026-06-08", "2026-06-12");
    server.finish_jobs();
    let rows = server
        .sql("select ticker from market_caps where day = (select max(day) from sessions) order by cap desc limit 20");
    let tickers = rows.iter().map(|row| row["ticker"].as_str().unwrap().to_owned()).collect();
    (server, tickers)
}

fn metric(server: &Server, name: &str) -> f64 {
    let text = server.get("/metrics").text();
    let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn the_real_hours_of_a_month_come_back_as_they_were_recorded() {
    let Some(file) = shared_data("data/hourly/AAPL_hourly_2021-12-01_2021-12-30.csv") else { return };
    let server = Server::start(Options::default());
    let text = std::fs::read_to_string(&file).unwrap();
    let imported = import_hours(&server, text.clone());
    assert_eq!(imported["rows"], json!({"accepted": 152, "unchanged": 0, "rejected": 0}), "{imported}");
    let answer = aggs(&server, "AAPL", "1/hour/2021-12-01/2021-12-30?adjusted=false&sort=asc").expect(200).json();
    let bars = results(&answer);
    assert_eq!((bars.len(), &answer["resultsCount"], &answer["queryCount"]), (152, &json!(152), &json!(152)));
    assert_eq!((&bars[0]["t"], bars[0]["v"].as_f64()), (&json!(1_638_367_200_000_i64), Some(216_736.0)));
    let table = Table::parse(&text);
    let mut extended = 0;
    for (bar, row) in bars.iter().zip(table.rows()) {
        let (day, time) = row.text("timestamp_et").split_once('T').unwrap();
        let hour: u32 = time[..2].parse().unwrap();
        assert_eq!(bar["t"].as_i64().unwrap(), new_york_instant(day.parse().unwrap(), hour * 60).0);
        for (name, column) in [("o", "open"), ("h", "high"), ("l", "low"), ("c", "close"), ("v", "volume")] {
            assert_eq!(
                bar[name].as_f64().unwrap().to_bits(),
                row.number(column).unwrap().to_bits(),
                "{day} {hour} {name}"
            );
        }
        // The file calls its bars from 16:00 on regular; the calendar knows better.
        assert_eq!(bar["extended"] == true, hour >= 16);
        extended += u32::from(hour >= 16);
    }
    assert_eq!(extended, 5);
    let regular = aggs(&server, "AAPL", "1/hour/2021-12-01/2021-12-30?extended=false").json();
    assert_eq!(regular["resultsCount"], 147);

    // As a table it is the file that came in, with the clock of the exchange.
    let path = "/v2/aggs/ticker/AAPL/range/1/hour/2021-12-01/2021-12-30?adjusted=false";
    let csv = server.get(&format!("{path}&format=csv")).expect(200);
    assert!(csv.header("content-disposition").unwrap().contains("bars-AAPL.csv"));
    let csv = Table::parse(&csv.text());
    for (line, row) in csv.rows().zip(table.rows()) {
        let start = format!("{}T{}:00", line.text("date"), line.text("time_et"));
        assert_eq!((start.as_str(), line.number("close")), (row.text("timestamp_et"), row.number("close")));
    }
    let workbook = server
        .request("GET", path)
        .header("accept", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .send();
    assert_eq!(&workbook.expect(200).body[..2], b"PK");

    // The same again writes nothing.
    let stored = server.stored();
    assert_eq!(import_hours(&server, text)["rows"]["unchanged"], 152);
    assert_eq!(server.stored(), stored);

    // A day of hours against the exchange's own: the volume is one venue's, the prices are near.
    let days = aggs(&server, "AAPL", "1/day/2021-12-01/2021-12-30?adjusted=false").json();
    assert_eq!((&days["resultsCount"], &days["stored_as"]), (&json!(21), &json!("1hour")));
    let daily = Table::read(&shared_data("data/hourly/AAPL_daily_yahoo_2021-12.csv").unwrap());
    for (bar, row) in results(&days).iter().zip(daily.rows()) {
        let close = row.number("Close").unwrap();
        assert!((bar["c"].as_f64().unwrap() / close - 1.0).abs() < 0.01, "{bar} {close}");
    }
}

#[test]
fn a_change_of_the_clocks_and_a_half_day_move_no_bar() {
    let server = Server::start(Options::default());
    let week = ["2021-11-05", "2021-11-08", "2021-11-24", "2021-11-26"];
    for day in week {
        import_hours(&server, hours(day, "AAA", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]));
    }
    let answer = aggs(&server, "AAA", "4/hour/2021-11-05/2021-11-26?adjusted=false").expect(200).json();
    let starts: Vec<(Day, u32)> = results(&answer)
        .iter()
        .map(|bar| {
            wall_time(domain::units::UnixMillis(bar["t"].as_i64().unwrap()))
                .map(|wall| (wall.day, wall.minute))
                .unwrap()
        })
        .collect();
    let expected: Vec<(Day, u32)> =
        week.iter().flat_map(|day| [480, 720].map(|minute| (day.parse().unwrap(), minute))).collect();
    assert_eq!(starts, expected);
    // 08:00 holds three hours (1 to 3), 12:00 four (4 to 7).
    assert_eq!(closes(&answer)[..2], [3.0, 7.0]);
    // The half day closes at 13:00, so the hours from then on are extended.
    let regular = aggs(&server, "AAA", "1/hour/2021-11-26/2021-11-26?extended=false").json();
    assert_eq!(closes(&regular), [1.0, 2.0, 3.0, 4.0]);
    let day = aggs(&server, "AAA", "1/day/2021-11-26/2021-11-26").json();
    assert_eq!(closes(&day), [4.0]);
}

#[test]
fn pages_and_caches_are_those_of_a_good_api() {
    let server = Server::start(Options::default());
    for day in sessions_between("2026-06-01", "2026-06-30") {
        import_hours(&server, hours(&day.to_string(), "AAA", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]));
    }
    let whole = aggs(&server, "AAA", &format!("1/hour/{JUNE}")).expect(200).json();
    assert_eq!(whole["resultsCount"], 21 * 7);
    assert!(whole.get("next_url").is_none());
    for sort in ["asc", "desc"] {
        let mut seen = Vec::new();
        let mut next =
            Some(server.url(&format!("/v2/aggs/ticker/AAA/range/1/hour/{JUNE}?limit=40&sort={sort}&apiKey=secret")));
        let mut pages = 0;
        while let Some(url) = next {
            let page = system_tests::Request::new("GET", url).send().expect(200).json();
            seen.extend(results(&page));
            next = page["next_url"].as_str().map(str::to_owned);
            assert!(next.as_ref().is_none_or(|url| !url.contains("secret") && url.starts_with(&server.url(""))));
            pages += 1;
        }
        if sort == "desc" {
            seen.reverse();
        }
        assert_eq!((pages, &seen), (4, &results(&whole)), "{sort}");
    }
    let path = format!("1/hour/{JUNE}?sort=asc");
    let first = aggs(&server, "AAA", &path).expect(200);
    let second = aggs(&server, "AAA", &path).expect(200);
    assert_eq!((second.header("x-cache"), &second.body), (Some("hit"), &first.body));
    let etag = first.header("etag").unwrap().to_owned();
    let url = format!("/v2/aggs/ticker/AAA/range/{path}");
    let unchanged = server.request("GET", &url).header("if-none-match", &etag).send();
    assert_eq!(unchanged.status, 304);
    // Bars of another security leave these bytes as they are, though they are read anew.
    import_hours(&server, hours("2026-06-01", "BBB", &[9.0]));
    let again = server.request("GET", &url).header("if-none-match", &etag).send();
    assert_eq!((again.status, again.header("x-cache")), (304, Some("miss")));
    assert!(!server.log().contains("secret"));
}

#[test]
fn a_stored_bar_costs_one_row_read_and_a_query_a_constant() {
    // An isolate looks at the versions once in VERSION_TTL_MS; that is not the query's.
    let server = Server::start(Options::default().var("VERSION_TTL_MS", 60_000));
    for day in sessions_between("2026-03-02", "2026-06-30") {
        import_hours(&server, hours(&day.to_string(), "AAA", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]));
    }
    // Asking for the metric reads rows too, always the same number.
    let _ = aggs(&server, "AAA", "1/hour/2026-03-02/2026-03-06").expect(200);
    let rows_read = || metric(&server, "equipoise_d1_rows_read_total");
    let (first, second) = (rows_read(), rows_read());
    let of_metric = second - first;
    let cost = |path: &str| {
        let before = rows_read();
        let answer = aggs(&server, "AAA", path).expect(200);
        assert_eq!(answer.header("x-cache"), Some("miss"));
        let bars = answer.json()["resultsCount"].as_f64().unwrap();
        (bars, rows_read() - before - of_metric - bars)
    };
    // Two are versions, two say which series, one is the bar after the last, which tells of the next page. The first query of a
    // ticker after a publication that is to be restated also looks up by which splits: up to three rows, and one for each split.
    for (adjusted, most) in [("false", 5.0), ("true", 8.0)] {
        let (_, more) = cost(&format!("1/hour/2026-03-02/2026-06-30?limit=499&adjusted={adjusted}"));
        assert!(more <= most, "adjusted={adjusted}, first: {more} rows");
    }
    for (adjusted, most) in [("false", 5.0), ("true", 5.0)] {
        let (bars, more) = cost(&format!("1/hour/2026-03-02/2026-06-30?limit=500&adjusted={adjusted}"));
        assert_eq!(bars.to_bits(), 500.0_f64.to_bits());
        assert!(more <= most, "adjusted={adjusted}: {more} rows beside {bars} bars");
    }
}

#[test]
fn every_digit_of_a_stored_price_is_answered_by_the_platforms_own_database() {
    let server = Server::start(Options::default());
    let mut number = 7_u64;
    let prices: Vec<f64> = (0..600)
        .map(|_| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            #[expect(clippy::cast_precision_loss, reason = "any double between 1 and 1 000")]
            let price = 1.0 + (number >> 11) as f64 / (1_u64 << 53) as f64 * 999.0;
            price
        })
        .collect();
    let days = sessions_between("2026-01-02", "2026-06-30");
    for (day, closes) in days.iter().zip(prices.chunks(7)) {
        import_hours(&server, hours(&day.to_string(), "AAA", closes));
    }
    let asked =
        |size: &str| aggs(&server, "AAA", &format!("{size}/2026-01-02/2026-06-30?limit=5000")).expect(200).json();
    // Hours are a text made in SQL; the same made of pairs of them crosses row by row.
    let bits = |closes: Vec<f64>| closes.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(closes(&asked("1/hour"))), bits(prices.clone()));
    assert_eq!(bits(closes(&asked("1/hour"))), bits(prices.clone()), "of a ticker that is known");
    let lasts: Vec<f64> = prices.chunks(7).map(|day| day[day.len() - 1]).collect();
    assert_eq!(bits(closes(&asked("1/day"))), bits(lasts));
}

#[test]
fn a_revision_is_stored_and_the_older_value_stays_visible() {
    let server = Server::start(Options::default());
    import_hours(&server, hours("2026-06-01", "AAA", &[10.0, 11.0]));
    // What was published then is moved into the past: the first import to 2026-06-10, the second to the 20th.
    server.sql("update publications set at = 1781100000000");
    import_hours(&server, hours("2026-06-01", "AAA", &[10.0, 11.5]));
    server.sql("update publications set at = 1781960000000 where version = (select max(version) from publications)");
    let at = |as_of: &str| closes(&aggs(&server, "AAA", &format!("1/hour/{JUNE}?as_of={as_of}")).expect(200).json());
    assert_eq!(at("2026-06-09"), [] as [f64; 0]);
    assert_eq!((at("2026-06-15"), at("2026-06-25")), (vec![10.0, 11.0], vec![10.0, 11.5]));
    assert_eq!(closes(&aggs(&server, "AAA", &format!("1/hour/{JUNE}")).json()), [10.0, 11.5]);
}

#[test]
fn adjustment_is_made_when_read_and_only_from_what_is_in_force() {
    let server = Server::start(Options::default());
    let bars = "date,ticker,open,close,volume\n2026-06-08,AAA,400,400,100\n2026-06-09,AAA,400,404,100\n\
                2026-06-10,AAA,101,102,400\n2026-06-11,AAA,102,100,400\n";
    server.import("daily_bars", bars);
    server.import("splits", "ticker,date,ratio\nAAA,2026-06-10,4\nAAA,2027-01-04,2\n");
    server.import("dividends", "ticker,ex_date,amount\nAAA,2026-06-11,5.1\n");
    let read = |more: &str| closes(&aggs(&server, "AAA", &format!("1/day/{JUNE}?{more}")).expect(200).json());
    assert_eq!(read(""), [100.0, 101.0, 102.0, 100.0]);
    assert_eq!(read("adjusted=false"), [400.0, 404.0, 102.0, 100.0]);
    // 5.1 of 102 was paid out: 95 % of what came before is left.
    let adjusted = read("adjustment=splits_and_dividends");
    for (was, expected) in adjusted.iter().zip([95.0, 95.95, 96.9, 100.0]) {
        assert!((was - expected).abs() < 1e-9, "{adjusted:?}");
    }
    assert_eq!(read("adjustment=raw"), read("adjusted=false"));
    let month = aggs(&server, "AAA", "1/month/2026-06-15/2026-06-15").json();
    let bar = &results(&month)[0];
    assert_eq!(["o", "c", "v"].map(|name| bar[name].as_f64()), [100.0, 100.0, 1_600.0].map(Some));
    assert_eq!(month["source"], "files");
    let grouped = server.get("/v2/aggs/grouped/locale/us/market/stocks/2026-06-09").expect(200).json();
    assert_eq!(grouped["results"][0]["c"], 101.0);
    assert!(
        refused(aggs(&server, "AAA", &format!("1/day/{JUNE}?adjusted=true&adjustment=raw")), 400, "ERROR")
            .contains("adjusted")
    );
}

#[test]
fn a_passthrough_writes_nothing_and_a_refresh_stores_what_it_answers() {
    let (server, tickers) = with_sample(Options::default());
    let path = format!("1/hour/{JUNE}");
    let before = server.stored();
    let passed = aggs(&server, &tickers[0], &format!("{path}?mode=passthrough&adjusted=false")).expect(200);
    assert_eq!(passed.header("cache-control"), Some("no-store"));
    let passed = passed.json();
    assert_eq!((passed["source"].as_str(), passed["resultsCount"].as_u64()), (Some("sample"), Some(21 * 7)));
    assert_eq!(server.stored(), before);
    assert_eq!(aggs(&server, &tickers[0], &format!("{path}?adjusted=false")).json()["resultsCount"], 0);
    let refreshed = aggs(&server, &tickers[0], &format!("{path}?mode=refresh&adjusted=false")).expect(200).json();
    assert_eq!(results(&refreshed), results(&passed));
    assert_eq!(server.sql("select count(*) as n from intraday_bars")[0]["n"], 21 * 7);
    let stored = aggs(&server, &tickers[0], &format!("{path}?adjusted=false")).expect(200).json();
    assert_eq!((results(&stored), &stored["source"]), (results(&passed), &json!("sample")));
    // Again: everything is there, so nothing is written.
    let before = server.stored();
    let _ = aggs(&server, &tickers[0], &format!("{path}?mode=refresh")).expect(200);
    assert_eq!(server.stored(), before);
    // Longer bars are the same from the source and from the database.
    let days = |mode: &str| {
        results(&aggs(&server, &tickers[0], &format!("2/hour/{JUNE}?mode={mode}&limit=7")).expect(200).json())
    };
    for (passed, stored) in days("passthrough").iter().zip(days("stored")) {
        for name in ["t", "o", "h", "l", "c", "v", "n", "vw"] {
            let (passed, stored) = (passed[name].as_f64().unwrap(), stored[name].as_f64().unwrap());
            assert!((passed / stored - 1.0).abs() < 1e-12, "{name}: {passed} {stored}");
        }
    }
    assert_eq!(days("passthrough").len(), 7);
}

#[test]
fn reference_data_comes_from_a_provider_too_and_is_written_only_where_asked() {
    let (server, tickers) = with_sample(Options::default());
    let first = &tickers[0];
    let day = "2026-06-11";
    let paths = [
        format!("/v2/aggs/grouped/locale/us/market/stocks/{day}?adjusted=false"),
        format!("/v3/reference/tickers?limit=1000&date={day}"),
        format!("/v3/reference/tickers/{first}?date={day}"),
        "/v3/reference/splits?execution_date.gte=2026-01-01&execution_date.lte=2026-06-30&limit=1000".to_owned(),
        "/v3/reference/dividends?ex_dividend_date.gte=2026-06-01&ex_dividend_date.lte=2026-06-30&limit=1000".to_owned(),
    ];
    let before = server.stored();
    for path in &paths {
        let stored = server.get(path).expect(200).json();
        let passed = server.get(&format!("{path}&mode=passthrough")).expect(200);
        assert_eq!((passed.header("cache-control"), passed.header("x-cache")), (Some("no-store"), None));
        let passed = passed.json();
        assert_eq!(passed["source"], "sample", "{path}");
        if path.contains("grouped") {
            assert_eq!((results(&passed), &stored["source"]), (results(&stored), &json!("sample")));
        }
        if path.contains("/tickers?") {
            let symbols = |answer: &Value| results(answer).iter().map(|one| one["ticker"].clone()).collect::<Vec<_>>();
            assert_eq!(symbols(&passed), symbols(&stored));
        }
    }
    assert_eq!(server.stored(), before, "passing through writes nothing");
    let count = |table: &str| server.sql(&format!("select count(*) as n from {table}"))[0]["n"].as_i64().unwrap();
    let dividends = count("dividends");
    let refreshed = server.get(&format!("{}&mode=refresh", paths[4])).expect(200);
    let passed = server.get(&format!("{}&mode=passthrough", paths[4])).expect(200).json();
    assert_eq!(results(&refreshed.json()), results(&passed));
    assert!(count("dividends") > dividends && refreshed.header("x-data-version").is_some());
    // A page of them goes on where it ended.
    let page = format!("{}&mode=passthrough&order=asc", paths[4].replace("limit=1000", "limit=2"));
    let mut next = Some(server.url(&page));
    let mut seen = Vec::new();
    while let Some(url) = next.filter(|_| seen.len() < 6) {
        let found = system_tests::Request::new("GET", url).send().expect(200).json();
        seen.extend(results(&found));
        next = found["next_url"].as_str().map(str::to_owned);
    }
    let mut all = results(&passed);
    all.reverse();
    assert_eq!(seen[..], all[..seen.len()]);
    let again = server.stored();
    let _ = server.get(&format!("{}&mode=refresh", paths[4])).expect(200);
    assert_eq!(server.stored(), again, "the same again is written once");
    for (path, says) in [
        ("/v3/reference/splits?mode=passthrough", "execution_date.gte"),
        ("/v3/reference/splits?mode=passthrough&execution_date.gte=2020-01-01", "366 days"),
        ("/v3/reference/tickers?provider=sample", "mode"),
        ("/v2/aggs/grouped/locale/us/market/stocks/2026-06-11?mode=passthrough&provider=tiingo", "TIINGO_API_KEY"),
    ] {
        assert!(refused(server.get(path), 400, "ERROR").contains(says), "{path}");
    }
}

#[test]
fn graphql_passes_through_and_stores_as_the_routes_do() {
    let (server, tickers) = with_sample(Options::default());
    let ask = |mode: &str| {
        let query =
            "query($t: String!, $m: Mode!) { bars(ticker: $t, from: \"2026-06-01\", to: \"2026-06-30\", mode: $m,
            adjustment: raw) { source synthetic edges { node { t open high low close volume vwap trades } } } }";
        let body = json!({"query": query, "variables": {"t": tickers[0], "m": mode}});
        let answer = server.post("/graphql", &body).expect(200).json();
        assert_eq!(answer["errors"], Value::Null, "{answer}");
        answer["data"]["bars"].clone()
    };
    let before = server.stored();
    let passed = ask("passthrough");
    assert_eq!((&passed["source"], passed["edges"].as_array().unwrap().len()), (&json!("sample"), 21 * 7));
    assert_eq!((server.stored(), ask("stored")["edges"].as_array().unwrap().len()), (before, 0));
    assert_eq!(ask("refresh"), passed);
    assert_eq!(ask("stored"), passed);
    let rest = aggs(&server, &tickers[0], "1/hour/2026-06-01/2026-06-30?adjusted=false").json();
    for (edge, bar) in passed["edges"].as_array().unwrap().iter().zip(results(&rest)) {
        for (name, short) in
            [("t", "t"), ("open", "o"), ("high", "h"), ("low", "l"), ("close", "c"), ("volume", "v"), ("vwap", "vw")]
        {
            assert_eq!(edge["node"][name], bar[short], "{name}");
        }
    }
    let closed = Server::start(Options::default().var("AUTH_MODE", "required").var("SAMPLE_COMPANIES", 150));
    let query = "{ bars(ticker: \"AAA\", from: \"2026-06-01\", to: \"2026-06-02\", mode: refresh) { source } }";
    let answer = closed.post("/graphql", &json!({ "query": query })).expect(200).json();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[test]
fn a_bad_day_never_enters_an_index_silently() {
    let server = Server::start(Options::default());
    let days = sessions_between("2026-08-03", "2026-08-07");
    server.import("shares", system_tests::small_shares(20));
    server.import("daily_bars", system_tests::small_bars(&days, 20));
    let build = || server.build(&json!({"start_date": "2026-08-03", "end_date": "2026-08-07", "top_n": 10}));
    let warnings = |answer: &Value| answer["warnings"].to_string();
    assert!(!warnings(&build()).contains("more than half"));
    // A price ten times too high for one day, and a split that explains one.
    let close = server.sql("select b.close from daily_bars b join securities x on x.id = b.security_id where x.ticker = 'C19' order by b.day limit 1");
    let close = close[0]["close"].as_f64().unwrap();
    server.import("daily_bars", format!("date,ticker,close\n2026-08-05,C19,{}\n", close * 10.0));
    let built = build();
    assert!(warnings(&built).contains("2026-08-05, 2026-08-06"), "{built}");
    let report = server.performance("index=top10-equal-daily-price-line");
    assert!(warnings(&report).contains("more than half"), "{report}");
    server.import("splits", "ticker,date,ratio\nC19,2026-08-05,0.1\nC19,2026-08-06,10\n");
    assert!(!warnings(&build()).contains("more than half"));
}

#[test]
fn a_source_that_fails_is_named_and_what_stands_in_for_it_too() {
    // Nothing listens there.
    let down = Options::default()
        .var("PROVIDER", "fmp")
        .var("FMP_API_KEY", "hush")
        .var("FMP_BASE_URL", "http://127.0.0.1:9")
        .var("FMP_REQUESTS_PER_MINUTE", 0);
    let (server, tickers) = with_sample(down.clone().var("PROVIDER_FALLBACKS", "tiingo sample"));
    let path = format!("/v2/aggs/ticker/{}/range/1/hour/2026-06-08/2026-06-09?mode=passthrough", tickers[0]);
    let answer = server.get(&path).expect(200).json();
    let failed: Vec<_> = answer["failed_providers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["provider"].as_str().unwrap(), one["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(
        (answer["source"].as_str(), failed),
        (Some("sample"), vec![("fmp", "provider_unavailable"), ("tiingo", "provider_not_configured")])
    );
    // A source that is asked for by name is not replaced.
    let _ = refused(server.get(&format!("{path}&provider=fmp")), 503, "ERROR");
    assert!(!server.log().contains("hush"));

    // Nobody delivers: a refresh answers what is stored and says that it is stale.
    let server = Server::start(down);
    import_hours(&server, hours("2026-06-08", "AAA", &[1.0]));
    let stale = aggs(&server, "AAA", "1/hour/2026-06-08/2026-06-09?mode=refresh").expect(200).json();
    assert_eq!(
        (&stale["stale"], &stale["status"], &stale["source"]),
        (&json!(true), &json!("DELAYED"), &json!("files"))
    );
    assert_eq!(stale["failed_providers"][0]["reason"], "provider_unavailable");
    let _ = refused(aggs(&server, "BBB", "1/hour/2026-06-08/2026-06-09?mode=refresh"), 503, "ERROR");
}

#[test]
fn who_may_ask_a_source_is_checked() {
    let server = Server::start(Options::default().var("AUTH_MODE", "required"));
    let path = |mode: &str| format!("/v2/aggs/ticker/AAA/range/1/hour/{JUNE}?mode={mode}");
    assert_eq!(server.get(&path("stored")).status, 200);
    let _ = refused(server.get(&path("passthrough")), 401, "ERROR");
    let _ = refused(server.get(&format!("{}&apiKey=eqp_wrong", path("stored"))), 401, "ERROR");
    let key = |scopes: &str| {
        let output = Command::new(repository().join("scripts/with-tools"))
            .args(["node", "scripts/key.mjs"])
            .current_dir(repository())
            .envs([("STATE", server.state().to_str().unwrap()), ("SCOPES", scopes)])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let (read, ingest) = (key("read"), key("ingest"));
    assert_eq!(server.get(&format!("{}&apiKey={read}", path("passthrough"))).status, 200);
    let _ = refused(server.get(&format!("{}&apiKey={read}", path("refresh"))), 403, "NOT_AUTHORIZED");
    assert_eq!(server.get(&format!("{}&apiKey={ingest}", path("refresh"))).status, 200);
    assert!(!server.log().contains(&read) && !server.log().contains(&ingest));
}

#[test]
fn bad_input_is_told_in_the_vendors_words() {
    let server = Server::start(Options::default().var("SAMPLE_COMPANIES", 150));
    let good = "AAPL/range/1/hour/2021-12-01/2021-12-30";
    assert_eq!(server.get(&format!("/v2/aggs/ticker/{good}")).expect(200).json()["resultsCount"], 0);
    for (path, says) in [
        ("AAPL/range/1/hour/2021-12-30/2021-12-01", "not before from"),
        ("AAPL/range/1/hour/2021-02-30/2021-12-01", "calendar"),
        ("AAPL/range/1/hour/tomorrow/2021-12-01", "YYYY-MM-DD"),
        ("AAPL/range/1/hour/2021-12-01/99999999999999", "2200"),
        ("AAPL/range/0/hour/2021-12-01/2021-12-30", "above 0"),
        ("AAPL/range/-1/hour/2021-12-01/2021-12-30", "above 0"),
        ("AAPL/range/1.5/hour/2021-12-01/2021-12-30", "above 0"),
        ("AAPL/range/25/hour/2021-12-01/2021-12-30", "one day"),
        ("AAPL/range/1/fortnight/2021-12-01/2021-12-30", "one of minute"),
        ("A%27%3B--/range/1/hour/2021-12-01/2021-12-30", "ticker"),
        ("%C3%84/range/1/hour/2021-12-01/2021-12-30", "ticker"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?limit=50001", "50000"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?limit=0", "from 1"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?limit=ten", "whole number"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?sort=up", "asc, desc"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?adjusted=yes", "true, false"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?adjustment=all", "splits_and_dividends"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?mode=live", "passthrough"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?provider=bloomberg", "massive"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?as_of=2021-13-01", "calendar"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?as_of=2021-12-31&mode=refresh", "stored"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?limit=1&limit=2", "more than once"),
        ("AAPL/range/1/hour/2021-12-01/2021-12-30?limits=1", "unknown parameter"),
        ("AAPL/range/1/hour/2011-12-01/2021-12-30?mode=passthrough", "366 days"),
        ("AAPL/range/1/minute/2021-12-01/2021-12-02?mode=passthrough", "does not serve"),
    ] {
        let said = refused(server.get(&format!("/v2/aggs/ticker/{path}")), 400, "ERROR");
        assert!(said.contains(says), "{path}: {said}");
    }
    // A lower-case symbol is another symbol, which nobody has.
    assert_eq!(server.get("/v2/aggs/ticker/aapl/range/1/day/2021-12-01/2021-12-30").json()["resultsCount"], 0);
    for path in ["/v2/nothing", "/v2/aggs/ticker/A/range/1/day/2021-12-01", "/v3/reference/tickers/NOPE"] {
        let _ = refused(server.get(path), 404, "NOT_FOUND");
    }
    let method = server.request("POST", "/v3/reference/splits").send().expect(405);
    assert_eq!((method.header("allow"), &method.json()["status"]), (Some("GET, HEAD, OPTIONS"), &json!("ERROR")));
    for path in [
        "/v3/reference/tickers?cusip=1",
        "/v3/reference/splits?cursor=x",
        "/v3/reference/dividends?limit=1001",
        "/v2/aggs/grouped/locale/us/market/stocks/2099-01-01",
        "/v3/reference/tickers?sort=name",
    ] {
        let _ = refused(server.get(path), 400, "ERROR");
    }
    for (body, code) in [
        ("ticker,open,high,low,close,volume\n", "missing_column"),
        ("ticker,t,open,high,low,close\n", "missing_column"),
    ] {
        let reply = server
            .request("POST", "/imports?kind=intraday_bars&interval=1hour")
            .header("content-type", "text/csv")
            .body(body)
            .send();
        let _ = reply.problem(422, code);
    }
    let rows = "ticker,t,open,high,low,close,volume\nA,1638367200000,1,1,1,1,5\nA,1638367200000,1,1,1,1,5\n\
                A,1638367200001,1,1,1,1,5\nA,1638370800000,1,1,2,1,5\nA,1638374400000,1,1,1,0,5\nA,1638378000000,1,1,1,1,-5\n\
                A,1638586800000,1,1,1,1,5\nA,9999999999000,1,1,1,1,5\nA,1638345600000,1,1,1,1,5\n";
    let import = import_hours(&server, rows.to_owned());
    assert_eq!(import["rows"], json!({"accepted": 1, "unchanged": 0, "rejected": 8}), "{import}");
    let without =
        server.request("POST", "/imports?kind=intraday_bars").header("content-type", "text/csv").body(rows).send();
    assert_eq!(without.expect(201).json()["rows"]["rejected"], 9);
    let _ = server
        .request("POST", "/imports?kind=intraday_bars&interval=2hour")
        .header("content-type", "text/csv")
        .body(rows)
        .send()
        .problem(422, "invalid_value");
}

#[test]
fn two_ingestions_of_one_range_at_once_store_it_once() {
    let (server, tickers) = with_sample(Options::default());
    let spec = |from: &str| json!({"provider": "sample", "interval": "1hour", "from": from, "to": "2026-06-30", "tickers": tickers});
    add_bar_ingestion(&server, "one", &spec("2026-05-15"));
    add_bar_ingestion(&server, "other", &spec("2026-05-15"));
    server.finish_jobs();
    let sessions = i64::try_from(sessions_between("2026-05-15", "2026-06-30").len()).unwrap();
    let held = server.sql("select count(*) as n from intraday_bars")[0]["n"].as_i64().unwrap();
    assert!(held > (sessions - 1) * 7 * 19 && held <= sessions * 7 * 20, "{held}");
    let past = server.sql("select count(*) as n from intraday_bars_past")[0]["n"].as_i64().unwrap();
    let runs = server.get("/ingestions?limit=2").expect(200).json();
    let inserted: i64 =
        runs["data"].as_array().unwrap().iter().map(|run| run["rows"]["inserted"].as_i64().unwrap()).sum();
    assert_eq!((past, inserted), (0, held));
    assert!(runs["data"].as_array().unwrap().iter().all(|run| run["status"] == "succeeded"), "{runs}");
    // What was ingested is what the source says.
    let path = format!("/v2/aggs/ticker/{}/range/1/hour/2026-05-15/2026-06-30?adjusted=false", tickers[3]);
    let (stored, passed) = (server.get(&path).json(), server.get(&format!("{path}&mode=passthrough")).json());
    assert_eq!(results(&stored), results(&passed));
}

fn python() -> PathBuf {
    let cache = || std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map_or_else(PathBuf::new, PathBuf::from).join(".cache");
    let tools = std::env::var_os("EQUIPOISE_TOOLS").map(PathBuf::from);
    tools.unwrap_or_else(|| cache().unwrap_or_else(home).join("equipoise")).join("python/bin/python")
}

/// massive-com/client-python, as published, with nothing but our address.
#[test]
fn the_vendors_own_client_reads_everything_unchanged() {
    let (server, tickers) = with_sample(Options::default());
    let ticker = &tickers[0];
    let day = "2026-06-11";
    add_bar_ingestion(
        &server,
        "k",
        &json!({"provider": "sample", "interval": "1hour", "from": "2026-06-01", "to": "2026-08-31", "tickers": [ticker]}),
    );
    server.finish_jobs();
    server.import("splits", format!("ticker,date,ratio\n{ticker},2026-07-06,4\n{},2026-07-07,0.1\n", tickers[1]));
    server.import(
        "dividends",
        format!("ticker,ex_date,amount\n{ticker},2026-07-08,0.25\n{ticker},2026-07-09,0.5\n{ticker},2026-07-10,0.75\n"),
    );
    let output = Command::new(python())
        .arg(repository().join("tests/api/vendor_client.py"))
        .args([&server.url(""), ticker])
        .output()
        .expect("scripts/setup.sh python installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let whole = aggs(&server, ticker, "1/hour/2026-06-01/2026-08-31?adjusted=false").json();
    let expected: Vec<Value> = results(&whole)
        .iter()
        .map(|bar| json!([bar["t"], bar["o"], bar["h"], bar["l"], bar["c"], bar["v"], bar["vw"], bar["n"]]))
        .collect();
    assert!(expected.len() > 400);
    assert_eq!((read["hours"].as_array().unwrap(), &read["one_page"]), (&expected, &json!(50)));
    // Weeks are made of sessions, of which one week is held.
    assert_eq!(read["weeks"].as_array().unwrap().len(), 1);
    let grouped = read["grouped"].as_array().unwrap();
    let held = server
        .sql(&format!("select count(*) as n from daily_bars where day = {}", day.parse::<Day>().unwrap().number()));
    assert_eq!(grouped.len() as u64, held[0]["n"].as_u64().unwrap());
    assert_eq!(read["closed"], json!([]));
    assert!(read["tickers"].as_array().unwrap().len() > 100);
    assert!(read["details"][0].is_string() && read["details"][1].as_f64().unwrap() > 0.0);
    let splits = read["splits"].as_array().unwrap();
    let split = |symbol: &str, date: &str, from: f64, to: f64| json!([symbol, date, from, to]);
    assert!(splits.contains(&split(ticker, "2026-07-06", 1.0, 4.0)), "{splits:?}");
    assert!(splits.contains(&split(&tickers[1], "2026-07-07", 10.0, 1.0)), "{splits:?}");
    let dividends = read["dividends"].as_array().unwrap();
    assert_eq!(
        dividends[..3],
        [("2026-07-10", 0.75), ("2026-07-09", 0.5), ("2026-07-08", 0.25)]
            .map(|(date, cash)| json!([ticker, date, cash]))
    );
    assert_eq!((&read["unknown"]["status"], &read["too_many"]["status"]), (&json!("NOT_FOUND"), &json!("ERROR")));
}
