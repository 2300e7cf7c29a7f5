//! What the index routes promise beyond numbers: no look-ahead, rebuilds, holes, outdated sessions, ranges.

use serde_json::{Value, json};
use system_tests::{Options, Server, sessions_between, small_bars, small_close, small_shares};

use crate::index_reference::forty_sessions;

/// Sixty companies on the sessions of two months, except those named.
fn small_market(without: &[&str]) -> Server {
    let server = Server::start(Options::default());
    let mut days = sessions_between("2026-08-03", "2026-09-30");
    days.retain(|day| !without.contains(&day.to_string().as_str()));
    server.import("shares", small_shares(60));
    server.import("daily_bars", small_bars(&days, 60));
    server
}

fn range(start: &str, end: &str) -> Value {
    json!({"start_date": start, "end_date": end, "top_n": 20})
}

const SLUG: &str = "index=top20-equal-daily-price-line";

fn point<'a>(performance: &'a Value, date: &str) -> &'a Value {
    performance["data"].as_array().unwrap().iter().find(|point| point["date"] == date).unwrap()
}

#[test]
fn a_changed_price_changes_nothing_before_its_day_and_its_undoing_changes_everything_back() {
    let Some((server, _)) = forty_sessions() else { return };
    let whole = json!({"start_date": "2017-12-11", "end_date": "2018-02-07"});
    server.build(&whole);
    let before = server.performance("");
    let changes = server.get("/composition-changes").expect(200).json();
    let days: Vec<String> =
        before["data"].as_array().unwrap().iter().map(|point| point["date"].as_str().unwrap().to_owned()).collect();
    let seed = std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos();
    println!("seed {seed}");
    for round in 0_u32..4 {
        // A day other than the first, and a member of it: a change that must be seen.
        let number = seed.wrapping_mul(2_654_435_761).wrapping_add(round * 40_503);
        let at = 1 + number as usize % (days.len() - 1);
        let day = &days[at];
        let composition = |date: &str| server.get(&format!("/index-composition?date={date}")).expect(200).json();
        let earlier = composition(&days[at - 1])["constituents"].clone();
        let ticker = earlier[number as usize / 64 % 100]["ticker"].as_str().unwrap().to_owned();
        // No price of the market has six decimals, so the close always changes.
        let import = server.import("daily_bars", format!("date,ticker,close\n{day},{ticker},17.512345\n"));
        let outdated = |performance: &Value| -> Vec<String> {
            let points = performance["data"].as_array().unwrap().iter();
            points
                .filter(|point| point["outdated"] == true)
                .map(|point| point["date"].as_str().unwrap().to_owned())
                .collect()
        };
        let marked = server.performance("");
        assert_eq!(outdated(&marked), days[at..days.len().min(at + 2)], "{ticker} on {day}");
        assert_eq!(marked["outdated"], true);
        server.build(&whole);
        let after = server.performance("");
        assert!(outdated(&after).is_empty());
        let (old, new) = (before["data"].as_array().unwrap(), after["data"].as_array().unwrap());
        assert_eq!(new[..at], old[..at], "{ticker} on {day} changed a level before it");
        assert_ne!(new[at]["level"], old[at]["level"], "{ticker} on {day}");
        assert_eq!(composition(&days[at - 1])["constituents"], earlier);
        let until = |all: &Value| -> Vec<Value> {
            let all = all["changes"].as_array().unwrap().iter();
            all.filter(|one| one["date"].as_str().unwrap() < day.as_str()).cloned().collect()
        };
        assert_eq!(until(&server.get("/composition-changes").expect(200).json()), until(&changes));

        let undone = server.request("DELETE", &format!("/imports/{}", import["id"])).send().expect(200).json();
        assert_eq!(undone["status"], "undone");
        assert_eq!(outdated(&server.performance("")), days[at..days.len().min(at + 2)]);
        server.build(&whole);
        assert_eq!(server.performance("")["data"], before["data"], "{ticker} on {day}");
        assert_eq!(server.get("/composition-changes").expect(200).json()["changes"], changes["changes"]);
    }
}

#[test]
fn overlapping_builds_agree_and_a_rebuild_writes_nothing() {
    let server = small_market(&[]);
    server.build(&range("2026-08-03", "2026-09-04"));
    server.build(&range("2026-08-24", "2026-09-30"));
    let in_parts = server.performance(SLUG);
    let other = small_market(&[]);
    other.build(&range("2026-08-03", "2026-09-30"));
    let at_once = other.performance(SLUG);
    assert_eq!(in_parts["data"], at_once["data"]);
    assert_eq!(in_parts["statistics"], at_once["statistics"]);

    let stored = server.stored();
    let sessions = server.sql("select * from index_sessions");
    let members = server.sql("select * from index_members");
    let again = server.build(&range("2026-08-03", "2026-09-30"));
    assert_eq!((&again["data_version"], &again["cost"]["rows_written"]), (&stored["version"], &json!(0)));
    assert_eq!(server.stored(), stored);
    assert_eq!(server.sql("select * from index_sessions"), sessions);
    assert_eq!(server.sql("select * from index_members"), members);
    let part = server.build(&range("2026-08-10", "2026-08-14"));
    assert_eq!((&part["sessions"], &part["cost"]["rows_written"]), (&json!(5), &json!(0)));
}

#[test]
fn at_most_the_members_and_ten_rows_a_session_are_written_and_only_what_changed_afterwards() {
    let server = small_market(&[]);
    let built = server.build(&range("2026-08-03", "2026-09-30"));
    let sessions = built["sessions"].as_u64().unwrap();
    let written = built["cost"]["rows_written"].as_u64().unwrap();
    assert!(written <= sessions * (20 + 10), "{written} rows written for {sessions} sessions of 20 members");
    // The same price again is no change; another one touches its day and the next.
    let close = small_close("2026-09-01".parse().unwrap(), 5);
    server.import("daily_bars", format!("date,ticker,close\n2026-09-01,C05,{close}\n"));
    assert_eq!(server.performance(SLUG)["outdated"], false);
    server.import("daily_bars", format!("date,ticker,close\n2026-09-01,C05,{}\n", close + 0.01));
    let again = server.build(&range("2026-08-03", "2026-09-30"));
    let written = again["cost"]["rows_written"].as_u64().unwrap();
    assert!((1..=10).contains(&written), "{written} rows written for one price: {}", again["cost"]);
}

#[test]
fn a_hole_is_named_not_invented_and_bridged_when_asked() {
    let server = small_market(&["2026-08-20", "2026-08-21"]);
    let built = server.build(&range("2026-08-03", "2026-09-30"));
    assert_eq!(built["missing_sessions"], json!(["2026-08-20", "2026-08-21"]));
    assert!(built["warnings"].to_string().contains("2 sessions"), "{built}");
    let problem = server.get(&format!("/index-performance?{SLUG}")).problem(409, "missing_sessions");
    let named: Vec<&Value> = problem["errors"].as_array().unwrap().iter().map(|error| &error["value"]).collect();
    assert_eq!(named, ["2026-08-20", "2026-08-21"]);
    let _ = server.get(&format!("/index-performance?{SLUG}&end_date=2026-08-19")).expect(200);
    let after = server.performance(&format!("{SLUG}&start_date=2026-08-24"));
    // Nothing is held of the session before, so this return is not known.
    assert_eq!(after["data"][0]["daily_return"], Value::Null);
    assert_eq!(after["data"][0]["level"], 1000.0);

    let bridged = server.performance(&format!("{SLUG}&gaps=bridge"));
    assert_eq!(bridged["bridged_sessions"], json!(["2026-08-20", "2026-08-21"]));
    let (before, after) = (point(&bridged, "2026-08-19"), point(&bridged, "2026-08-24"));
    let composition = server.get(&format!("/index-composition?date=2026-08-19&{SLUG}")).expect(200).json();
    let close =
        |date: &str, ticker: &Value| small_close(date.parse().unwrap(), ticker.as_str().unwrap()[1..].parse().unwrap());
    let members = composition["constituents"].as_array().unwrap();
    let growth: f64 = members
        .iter()
        .map(|member| close("2026-08-24", &member["ticker"]) / close("2026-08-19", &member["ticker"]))
        .sum::<f64>()
        / 20.0;
    system_tests::assert_close("the bridged return", &after["daily_return"], Some(growth - 1.0));
    system_tests::assert_close(
        "the level after it",
        &after["level"],
        before["level"].as_f64().map(|level| level * growth),
    );

    // Once the hole is filled the session after it is outdated, and a build heals it.
    let days = sessions_between("2026-08-20", "2026-08-21");
    server.import("daily_bars", small_bars(&days, 60));
    let problem = server.get(&format!("/index-performance?{SLUG}")).problem(409, "sessions_not_built");
    assert!(problem["detail"].as_str().unwrap().contains("2026-08-20"), "{problem}");
    let marked = server.performance(&format!("{SLUG}&start_date=2026-08-24"));
    assert_eq!(point(&marked, "2026-08-24")["outdated"], true);
    server.build(&range("2026-08-03", "2026-09-30"));
    let whole = small_market(&[]);
    whole.build(&range("2026-08-03", "2026-09-30"));
    assert_eq!(server.performance(SLUG)["data"], whole.performance(SLUG)["data"]);
}

#[test]
fn a_range_is_rebased_and_starts_with_its_real_return() {
    let server = small_market(&[]);
    // Only part is built; data of the session before is held nevertheless.
    server.build(&range("2026-08-10", "2026-08-31"));
    let part = server.performance(SLUG);
    assert_eq!((&part["start_date"], &part["end_date"]), (&json!("2026-08-10"), &json!("2026-08-31")));
    let first = &part["data"][0];
    assert_eq!((&first["level"], &first["cumulative_return"]), (&json!(1000.0), &json!(0.0)));
    assert!(first["daily_return"].is_number(), "{first}");
    server.build(&range("2026-08-03", "2026-09-30"));
    let whole = server.performance(SLUG);
    assert_eq!(whole["data"][0]["daily_return"], Value::Null);
    assert_eq!(point(&whole, "2026-08-10")["daily_return"], first["daily_return"]);
    let inside = server.performance(&format!("{SLUG}&start_date=2026-08-17&end_date=2026-09-02"));
    let start = point(&whole, "2026-08-17")["level"].as_f64().unwrap();
    for rebased in inside["data"].as_array().unwrap() {
        let level = point(&whole, rebased["date"].as_str().unwrap())["level"].as_f64().unwrap();
        system_tests::assert_close("level", &rebased["level"], Some(1000.0 * level / start));
    }
    // A range that ends between sessions holds the sessions inside it.
    let weekend = server.performance(&format!("{SLUG}&start_date=2026-08-15&end_date=2026-08-23"));
    assert_eq!((&weekend["start_date"], &weekend["end_date"]), (&json!("2026-08-17"), &json!("2026-08-21")));
}

#[test]
fn a_slower_rebalance_needs_the_one_before_and_says_so() {
    let server = small_market(&[]);
    let request =
        |start: &str| json!({"start_date": start, "end_date": "2026-09-30", "top_n": 20, "rebalance": "monthly"});
    // The last session of July is not held.
    let problem = server.post("/build-index", &request("2026-08-05")).problem(409, "missing_sessions");
    assert_eq!(problem["errors"][0]["value"], "2026-07-31");
    let built = server.build(&request("2026-08-31"));
    assert_eq!(built["index"], "top20-equal-monthly-price-line");
    let index = "index=top20-equal-monthly-price-line";
    let performance = server.performance(index);
    let turnover: Vec<&str> = performance["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|point| point["turnover"].as_f64().unwrap() > 0.0)
        .map(|point| point["date"].as_str().unwrap())
        .collect();
    assert_eq!(turnover, ["2026-09-30"]);
}

#[test]
fn explained_returns_add_up_and_a_daily_equal_weight_is_their_mean() {
    let server = small_market(&[]);
    server.build(&range("2026-08-03", "2026-09-30"));
    for date in ["2026-08-04", "2026-09-15", "2026-09-30"] {
        let explained = server.get(&format!("/index-explain?date={date}&{SLUG}")).expect(200).json();
        let members = explained["members"].as_array().unwrap();
        assert_eq!((members.len(), &explained["agrees"]), (20, &json!(true)), "{date}");
        let number = |member: &Value, name: &str| member[name].as_f64().unwrap();
        let mean =
            members.iter().map(|member| number(member, "price") / number(member, "price_before") - 1.0).sum::<f64>()
                / 20.0;
        assert!((mean - explained["daily_return"].as_f64().unwrap()).abs() < 1e-12, "{date}");
        let source = &members[0]["source"];
        assert!(source["data_version"].as_i64().unwrap() > 0, "{source}");
    }
    let first = server.get(&format!("/index-explain?date=2026-08-03&{SLUG}")).expect(200).json();
    assert_eq!((&first["daily_return"], &first["previous_date"]), (&Value::Null, &Value::Null));
}

#[test]
fn every_defined_index_is_listed_under_a_slug_that_says_what_it_is() {
    let server = small_market(&[]);
    assert_eq!(server.get("/indices").expect(200).json()["data"], json!([]));
    let mut request = range("2026-08-31", "2026-09-04");
    server.build(&request);
    request["buffer"] = json!(3);
    request["weighting"] = json!("cap");
    assert_eq!(server.build(&request)["index"], "top20-cap-daily-price-line-b3");
    request["universe"] = json!(["C01", "C02", "C03"]);
    let slug = server.build(&request)["index"].as_str().unwrap().to_owned();
    assert!(slug.starts_with("top20-cap-daily-price-line-b3-"), "{slug}");
    // The order and repetition of tickers do not make another index.
    request["universe"] = json!(["C03", "C01", "C02", "C01"]);
    assert_eq!(server.build(&request)["index"], slug.as_str());
    let list = server.get("/indices").expect(200).json();
    assert_eq!(list["data"].as_array().unwrap().len(), 3);
    let one = server.get(&format!("/indices/{slug}")).expect(200).json();
    assert_eq!((&one["top_n"], &one["universe"]), (&json!(20), &json!(["C01", "C02", "C03"])));
    assert_eq!((&one["first_session"], &one["sessions"]), (&json!("2026-08-31"), &json!(5)));
    let _ = server.get("/indices/top7").problem(404, "not_found");
}

#[test]
fn the_same_build_may_come_as_query_parameters() {
    let server = small_market(&[]);
    let by_body = server.build(&range("2026-08-03", "2026-08-14"));
    let query = "start_date=2026-08-03&end_date=2026-08-14&top_n=20";
    let by_query = server.request("POST", &format!("/build-index?{query}")).send().expect(200).json();
    for name in ["index", "sessions", "inputs_hash", "performance", "data_version"] {
        assert_eq!(by_query[name], by_body[name], "{name}");
    }
    let one = server.request("POST", "/build-index?start_date=2026-08-03&top_n=20").send().expect(200).json();
    assert_eq!((&one["sessions"], &one["start_date"]), (&json!(1), &one["end_date"]));
}

#[test]
fn a_benchmark_adds_its_statistics() {
    let server = small_market(&[]);
    server.build(&range("2026-08-03", "2026-09-30"));
    let plain = server.performance(SLUG);
    let against = server.performance(&format!("{SLUG}&benchmark=C07"));
    for name in ["beta", "alpha", "up_capture", "down_capture", "information_ratio"] {
        assert!(plain["statistics"].get(name).is_none(), "{name}");
        assert!(against["statistics"][name].is_number(), "{name}: {}", against["statistics"]);
    }
    let _ = server.get(&format!("/index-performance?{SLUG}&benchmark=NONE")).problem(404, "not_found");
    // Beta by hand: covariance over variance of the returns after the first session.
    let days = sessions_between("2026-08-03", "2026-09-30");
    let theirs: Vec<f64> =
        days.windows(2).map(|pair| small_close(pair[1], 7) / small_close(pair[0], 7) - 1.0).collect();
    let ours: Vec<f64> =
        plain["data"].as_array().unwrap()[1..].iter().map(|point| point["daily_return"].as_f64().unwrap()).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).unwrap());
    let (a, b) = (mean(&ours), mean(&theirs));
    let covariance: f64 = ours.iter().zip(&theirs).map(|(x, y)| (x - a) * (y - b)).sum();
    let variance: f64 = theirs.iter().map(|y| (y - b) * (y - b)).sum();
    system_tests::assert_close("beta", &against["statistics"]["beta"], Some(covariance / variance));
}
