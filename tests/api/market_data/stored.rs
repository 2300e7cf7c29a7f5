//! Bars out of the database: of any length, adjusted when read, as they were known, for a fixed number of rows.

use domain::calendar::{new_york_instant, wall_time};
use domain::units::Day;
use serde_json::json;
use system_tests::{Options, Server, Table, sessions_between, shared_data};

use super::{JUNE, aggs, closes, hours, import_hours, metric, refused, results};

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
