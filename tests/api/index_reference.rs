//! Real market data in, the reference's numbers out; and other parameters against a second computation.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use system_tests::{Market, Options, Pace, Rules, Server, Session, Table, assert_close, shared_data};

fn file(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap()
}

/// A server that holds the last forty sessions before 2018-02-08, and their folder.
pub(crate) fn forty_sessions() -> Option<(Server, PathBuf)> {
    let folder = shared_data("data/us_2017_12_2018_02")?;
    let server = Server::start(Options::default());
    server.import("daily_bars", file(&folder, "daily_prices.csv"));
    server.import("shares", file(&folder, "shares.csv"));
    Some((server, folder))
}

/// Compares everything that the golden files of a folder say with what the API does.
fn assert_is_the_reference(server: &Server, folder: &Path) {
    let performance = server.performance("");
    let points = performance["data"].as_array().unwrap();
    let golden = Table::read(&folder.join("golden_performance.csv"));
    assert_eq!(points.len(), golden.rows().len());
    for (at, (point, row)) in points.iter().zip(golden.rows()).enumerate() {
        let date = row.text("date");
        assert_eq!(point["date"], date);
        let daily_return = if at == 0 { None } else { row.number("daily_return") };
        assert_close(&format!("daily_return of {date}"), &point["daily_return"], daily_return);
        for (name, column) in [
            ("level", "level"),
            ("cumulative_return", "cumulative_return"),
            ("turnover", "turnover_drift"),
            ("constituents", "n_constituents"),
            ("stale_prices", "n_stale_prices"),
        ] {
            assert_close(&format!("{name} of {date}"), &point[name], row.number(column));
        }
    }
    assert_changes(server, &Table::read(&folder.join("golden_changes.csv")));
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if let Some(date) = name.strip_prefix("golden_composition_") {
            assert_composition(server, date, &Table::read(&path));
        }
    }
}

fn assert_changes(server: &Server, golden: &Table) {
    let mut expected = BTreeMap::new();
    for row in golden.rows() {
        let value = (row.number("rank_previous_day"), row.number("rank_today"), row.number("market_cap_today"));
        expected.insert((row.text("date"), row.text("action"), row.text("ticker")), value);
    }
    let changes = server.get("/composition-changes").expect(200).json();
    let mut found = 0;
    for day in changes["changes"].as_array().unwrap() {
        for action in ["entered", "exited"] {
            for member in day[action].as_array().unwrap() {
                let key = (day["date"].as_str().unwrap(), action, member["ticker"].as_str().unwrap());
                let (before, rank, cap) = expected.get(&key).unwrap_or_else(|| panic!("unexpected {key:?}"));
                assert_close(&format!("previous rank of {key:?}"), &member["previous_rank"], *before);
                assert_close(&format!("rank of {key:?}"), &member["rank"], *rank);
                assert_close(&format!("market cap of {key:?}"), &member["market_cap"], *cap);
                found += 1;
            }
        }
    }
    assert_eq!(found, expected.len());
}

fn assert_composition(server: &Server, date: &str, golden: &Table) {
    let composition = server.get(&format!("/index-composition?date={date}")).expect(200).json();
    let members = composition["constituents"].as_array().unwrap();
    assert_eq!((members.len(), &composition["count"]), (golden.rows().len(), &json!(golden.rows().len())));
    for (member, row) in members.iter().zip(golden.rows()) {
        let ticker = row.text("ticker");
        assert_eq!((&member["ticker"], member["rank"].as_f64()), (&json!(ticker), row.number("rank")), "{date}");
        assert_close(&format!("market cap of {ticker} on {date}"), &member["market_cap"], row.number("market_cap"));
        assert_close(&format!("price of {ticker} on {date}"), &member["price"], row.number("close"));
        assert_close(&format!("weight of {ticker} on {date}"), &member["weight"], row.number("weight"));
        let shares = member["notional"].as_f64().unwrap() / member["price"].as_f64().unwrap();
        assert_close(&format!("shares of {ticker} on {date}"), &member["shares"], Some(shares));
    }
}

/// Compares a built range with the second computation of the same index, re-based at its first session.
pub(crate) fn assert_is_the_oracle(server: &Server, query: &str, sessions: &[Session]) {
    let performance = server.performance(query);
    let points = performance["data"].as_array().unwrap();
    assert_eq!(points.len(), sessions.len(), "{query}");
    let base = sessions[0].level;
    for (point, session) in points.iter().zip(sessions) {
        let what = |name: &str| format!("{name} of {} in {query}", session.day);
        assert_eq!(point["date"], session.day.to_string());
        assert_close(&what("daily_return"), &point["daily_return"], session.daily_return);
        assert_close(&what("level"), &point["level"], Some(1000.0 * session.level / base));
        assert_close(&what("cumulative_return"), &point["cumulative_return"], Some(session.level / base - 1.0));
        assert_close(&what("turnover"), &point["turnover"], Some(session.turnover));
        assert_eq!(point["constituents"], session.members.len(), "{}", what("constituents"));
    }
}

fn assert_members(server: &Server, index: &str, session: &Session) {
    let composition = server.get(&format!("/index-composition?date={}&index={index}", session.day)).expect(200).json();
    let members = composition["constituents"].as_array().unwrap();
    let what = format!("{index} on {}", session.day);
    let tickers: Vec<&str> = members.iter().map(|member| member["ticker"].as_str().unwrap()).collect();
    let expected: Vec<&str> = session.members.iter().map(|member| member.ticker.as_str()).collect();
    assert_eq!(tickers, expected, "{what}");
    for (place, (member, expected)) in members.iter().zip(&session.members).enumerate() {
        assert_eq!(member["rank"], place + 1, "{what}");
        assert_close(&format!("weight of {} in {what}", expected.ticker), &member["weight"], Some(expected.weight));
    }
}

#[test]
fn forty_real_sessions_equal_the_reference() {
    let Some((server, folder)) = forty_sessions() else { return };
    let built = server.build(&json!({"start_date": "2017-12-11", "end_date": "2018-02-07"}));
    assert_eq!((&built["sessions"], &built["missing_sessions"]), (&json!(40), &json!([])));
    // The counts are of the day after the last session, so all of them are assumed, and that is told.
    assert!(built["warnings"][0].as_str().unwrap().contains("assumed"), "{built}");
    let written = built["cost"]["rows_written"].as_u64().unwrap();
    assert!(written <= 40 * 110 + 40, "{written} rows written for 40 sessions");
    assert_is_the_reference(&server, &folder);
    let market = Market::read(
        &Table::read(&folder.join("daily_prices.csv")),
        "close",
        Some(&Table::read(&folder.join("shares.csv"))),
        None,
    );
    for session in market.index(&Rules::default()) {
        assert_members(&server, "top100-equal-daily-price-line", &session);
    }
}

fn real_caps(with_splits: bool) -> Option<(Server, PathBuf)> {
    let folder = shared_data("data/us_2026_06_08")?;
    let server = Server::start(Options::default());
    server.import("securities", file(&folder, "companies.csv"));
    server.import("daily_bars", file(&folder, "daily_prices.csv"));
    server.import("market_caps", file(&folder, "market_caps.csv"));
    if with_splits {
        server.import("splits", file(&folder, "splits.csv"));
    }
    Some((server, folder))
}

#[test]
fn real_caps_and_splits_equal_the_reference() {
    let Some((server, folder)) = real_caps(true) else { return };
    let built = server.build(&json!({"start_date": "2026-06-08", "end_date": "2026-08-21"}));
    assert_eq!(built["sessions"], 53);
    assert_is_the_reference(&server, &folder);
    let explained = server.get("/index-explain?date=2026-06-12").expect(200).json();
    assert_eq!((&explained["agrees"], &explained["previous_date"]), (&json!(true), &json!("2026-06-11")));
    let members = explained["members"].as_array().unwrap();
    let split = members.iter().find(|member| member["ticker"] == "KLAC").unwrap();
    assert_eq!((&split["split_ratio"], &split["split_implied"]), (&json!(10.0), &json!(false)));
}

#[test]
fn splits_that_only_the_adjusted_close_knows_are_found() {
    let Some((server, folder)) = real_caps(false) else { return };
    server.build(&json!({"start_date": "2026-06-08", "end_date": "2026-08-21"}));
    assert_is_the_reference(&server, &folder);
    let explained = server.get("/index-explain?date=2026-06-12").expect(200).json();
    let members = explained["members"].as_array().unwrap();
    let split = members.iter().find(|member| member["ticker"] == "KLAC").unwrap();
    assert_eq!(split["split_implied"], true);
}

#[test]
fn other_parameters_equal_a_second_computation() {
    let Some((server, folder)) = forty_sessions() else { return };
    let (prices, shares) = (Table::read(&folder.join("daily_prices.csv")), Table::read(&folder.join("shares.csv")));
    let market = Market::read(&prices, "close", Some(&shares), None);
    let universe: Vec<&str> = shares.rows().map(|row| row.text("ticker")).step_by(7).collect();
    let some = Some(universe.iter().map(|ticker| (*ticker).to_owned()).collect());
    let cases = [
        (json!({"top_n": 10}), Rules { top_n: 10, ..Rules::default() }),
        (json!({"top_n": 250}), Rules { top_n: 250, ..Rules::default() }),
        // More than there are: all of them, with a warning.
        (json!({"top_n": 1000}), Rules { top_n: 1000, ..Rules::default() }),
        (json!({"weighting": "cap"}), Rules { cap_weighted: true, ..Rules::default() }),
        (json!({"rebalance": "weekly"}), Rules { pace: Pace::Weekly, ..Rules::default() }),
        (json!({"rebalance": "monthly", "top_n": 50}), Rules { pace: Pace::Monthly, top_n: 50, ..Rules::default() }),
        (
            json!({"rebalance": "weekly", "weighting": "cap", "top_n": 30}),
            Rules { pace: Pace::Weekly, cap_weighted: true, top_n: 30, ..Rules::default() },
        ),
        (json!({"buffer": 5}), Rules { buffer: 5, ..Rules::default() }),
        (json!({"universe": universe, "top_n": 40}), Rules { universe: some, top_n: 40, ..Rules::default() }),
    ];
    for (mut request, rules) in cases {
        let sessions = market.index(&rules);
        request["start_date"] = json!(sessions[0].day.to_string());
        request["end_date"] = json!("2018-02-07");
        let built = server.build(&request);
        let slug = built["index"].as_str().unwrap();
        assert_eq!(built["sessions"], sessions.len(), "{slug}");
        assert_is_the_oracle(&server, &format!("index={slug}"), &sessions);
        // A range inside: re-based, but its first return is the real one.
        let (first, last) = (sessions.len() / 3, sessions.len() / 3 * 2);
        let query = format!("index={slug}&start_date={}&end_date={}", sessions[first].day, sessions[last].day);
        assert_is_the_oracle(&server, &query, &sessions[first..=last]);
        // Weights drift between rebalances; what is listed is what was chosen, on the days on which it was.
        let rebalances: Vec<&Session> = sessions.iter().filter(|session| session.turnover > 0.0).collect();
        for session in [&sessions[0], rebalances[rebalances.len() / 2]] {
            assert_members(&server, slug, session);
        }
    }
}

#[test]
fn five_real_years_equal_the_reference_and_a_rebuild_shows_old_or_new_and_nothing_between() {
    let Some(folder) = shared_data("data/us_2013_2018") else { return };
    let server = Server::start(Options::default());
    server.import("daily_bars", file(&folder, "daily_prices.csv.gz"));
    server.import("shares", file(&folder, "shares.csv"));
    let range = json!({"start_date": "2013-02-08", "end_date": "2018-02-07"});
    let started = Instant::now();
    let built = server.build(&range);
    println!("1259 sessions built in {:?}: {}", started.elapsed(), built["cost"]);
    assert_eq!(built["sessions"], 1259);
    let read = built["cost"]["rows_read"].as_u64().unwrap();
    assert!(read <= 1259 * 1500, "{read} rows read");
    // What a day costs must not grow with the sessions that are there already.
    let alone = server.build(&json!({"start_date": "2018-02-07", "end_date": "2018-02-07"}));
    let read = alone["cost"]["rows_read"].as_u64().unwrap();
    assert!(read <= 1500, "{read} rows read for the last session alone");
    assert_is_the_reference(&server, &folder);

    // A revision of the second session moves every level after it.
    let levels = |performance: &Value| -> Vec<f64> {
        performance["data"].as_array().unwrap().iter().map(|point| point["level"].as_f64().unwrap()).collect()
    };
    let old = levels(&server.performance(""));
    server.import("daily_bars", "date,ticker,close\n2013-02-11,AAPL,99.5\n");
    let url = server.url("/build-index");
    let builder = std::thread::spawn(move || system_tests::Request::new("POST", url).json(&range).send().expect(200));
    // Whether a read comes in before the build is done is the machine's choice; that it is old until then is not.
    let mut seen = vec![old.clone()];
    while !builder.is_finished() {
        let reply = server.get("/index-performance");
        let now = levels(&reply.expect(200).json());
        if seen.last() != Some(&now) {
            seen.push(now);
        }
    }
    let _ = builder.join().unwrap();
    let new = levels(&server.performance(""));
    assert_eq!(new.iter().zip(&old).filter(|(new, old)| new.to_bits() != old.to_bits()).count(), 1258);
    assert!(seen.iter().all(|levels| *levels == old || *levels == new), "a read saw a half-built range");
    let turns = seen.windows(2).filter(|pair| pair[0] == new && pair[1] == old).count();
    assert_eq!(turns, 0, "an old answer came after a new one");
}
