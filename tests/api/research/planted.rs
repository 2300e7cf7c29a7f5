//! Defects planted one at a time: each is found on its session, told by `flag`, refused by `block`, repaired where it can be, and
//! shown by the explanation of the session.

use std::collections::BTreeMap;

use domain::units::Day;
use serde_json::{Value, json};
use system_tests::{Options, Server, sessions_between, small_close};

use super::{assert_same, number};

const COMPANIES: u32 = 40;
const FLAGGED: &str = "top20-equal-daily-price-line";
const REPAIRED: &str = "top20-equal-daily-price-line-repaired";

/// What a source says of a company on a day: close and market cap; `None`: nothing.
type Said = Option<(f64, Option<f64>)>;

/// A share count of each company's own, large enough that the order by market cap hardly changes.
fn shares(company: u32) -> f64 {
    1e6 * f64::from(100 + 10 * company)
}

fn sound(day: Day, company: u32) -> (f64, f64) {
    let close = small_close(day, company);
    (close, close * shares(company))
}

/// Forty companies over two months, as a source says them: `said` may leave out or change anything.
fn market(said: impl Fn(Day, u32) -> Said) -> Server {
    let server = Server::start(Options::default());
    let mut bars = "date,ticker,close\n".to_owned();
    let mut caps = "date,ticker,market_cap\n".to_owned();
    for day in sessions_between("2026-07-01", "2026-08-21") {
        for company in 0..COMPANIES {
            let Some((close, cap)) = said(day, company) else { continue };
            bars += &format!("{day},C{company:02},{close}\n");
            caps += &cap.map(|cap| format!("{day},C{company:02},{cap}\n")).unwrap_or_default();
        }
    }
    server.import("daily_bars", bars);
    server.import("market_caps", caps);
    server
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn request(quality: &str) -> Value {
    json!({"start_date": "2026-07-06", "end_date": "2026-08-21", "top_n": 20, "gaps": "bridge", "quality": quality})
}

/// What is planted, and what must be said of it.
struct Planted<'a> {
    check: &'a str,
    /// The first and the last session concerned.
    dates: (&'a str, &'a str),
    ticker: Option<&'a str>,
    found: f64,
    /// What `repair` makes of it.
    repaired: &'a str,
    /// The sessions that say so, and those next to them that must not.
    told: &'a [&'a str],
    silent: &'a [&'a str],
}

fn findings_of(answer: &Value, on: &str) -> Vec<Value> {
    let sessions = answer["quality"].as_array().unwrap();
    let session = sessions.iter().find(|session| session["date"] == on).unwrap_or_else(|| panic!("{on}: {answer}"));
    assert_eq!(session["total"].as_u64().unwrap(), session["findings"].as_array().unwrap().len() as u64);
    session["findings"].as_array().unwrap().clone()
}

/// Asks for it in every way there is and returns the finding as `repair` shows it.
fn assert_told(server: &Server, planted: &Planted<'_>) -> Value {
    let is_it = |finding: &&Value| {
        finding["check"] == planted.check
            && finding["date"] == planted.dates.0
            && finding["ticker"] == json!(planted.ticker)
    };
    // Before anything is built from it.
    let who = planted.ticker.unwrap_or("every security");
    let problem = server.post("/build-index", &request("block")).problem(409, "quality_blocked");
    let named = format!("{who} on {}", planted.dates.0);
    let errors = problem["errors"].as_array().unwrap();
    assert!(
        errors.iter().any(|error| error["field"] == planted.check && error["value"] == named.as_str()),
        "{problem}"
    );
    let _ = server.get(&format!("/indices/{FLAGGED}")).problem(404, "not_found");
    let mut shown = Value::Null;
    for (policy, slug, verdict) in [("flag", FLAGGED, "flagged"), ("repair", REPAIRED, planted.repaired)] {
        let built = server.build(&request(policy));
        assert_eq!(built["index"], slug);
        assert!(built["warnings"].to_string().contains(planted.check), "{}", built["warnings"]);
        assert_eq!(built["warnings"].to_string().contains("repaired)"), verdict == "repaired", "{}", built["warnings"]);
        let told = server.performance(&format!("index={slug}&gaps=bridge"));
        let counts: BTreeMap<&str, u64> = told["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|point| (point["date"].as_str().unwrap(), point["findings"].as_u64().unwrap()))
            .collect();
        for on in planted.told {
            let explained = server.get(&format!("/index-explain?index={slug}&date={on}")).expect(200).json();
            assert_eq!(explained["agrees"], true, "{on}");
            let findings = findings_of(&explained, on);
            assert_eq!(counts[on], findings.len() as u64, "{on}");
            let finding =
                findings.iter().find(is_it).unwrap_or_else(|| panic!("{} on {on}: {explained}", planted.check));
            assert_eq!((&finding["verdict"], &finding["last_date"]), (&json!(verdict), &json!(planted.dates.1)));
            assert_same(number(finding, "found"), planted.found, 1e-12);
            shown = finding.clone();
        }
        for on in planted.silent {
            let explained = server.get(&format!("/index-explain?index={slug}&date={on}")).expect(200).json();
            assert!(!findings_of(&explained, on).iter().any(|finding| finding["check"] == planted.check), "{on}");
        }
        // The report of a range says the same by every policy.
        for (policy, verdict, accepted) in
            [("flag", "flagged", true), ("block", "blocked", false), ("repair", planted.repaired, true)]
        {
            let report = server.get(&format!("/index-quality?index={slug}&policy={policy}")).expect(200).json();
            let finding =
                report["findings"].as_array().unwrap().iter().find(is_it).unwrap_or_else(|| panic!("{report}"));
            assert_eq!((&finding["verdict"], &report["accepted"]), (&json!(verdict), &json!(accepted)), "{policy}");
            assert!(report["counts"][planted.check].as_u64().unwrap() >= 1, "{policy}");
        }
    }
    shown
}

fn members(server: &Server, slug: &str, on: &str) -> BTreeMap<String, f64> {
    let composition = server.get(&format!("/index-composition?index={slug}&date={on}")).expect(200).json();
    let entry = |one: &Value| (one["ticker"].as_str().unwrap().to_owned(), number(one, "market_cap"));
    composition["constituents"].as_array().unwrap().iter().map(entry).collect()
}

fn returns(server: &Server, slug: &str) -> Vec<Value> {
    let performance = server.performance(&format!("index={slug}&gaps=bridge"));
    performance["data"].as_array().unwrap().iter().map(|point| point["daily_return"].clone()).collect()
}

#[test]
fn sound_data_has_no_findings() {
    let server = market(|day, company| Some(sound(day, company)).map(|(close, cap)| (close, Some(cap))));
    for policy in ["block", "flag", "repair"] {
        let built = server.build(&request(policy));
        assert_eq!(built["warnings"], json!([]), "{policy}");
        let slug = built["index"].as_str().unwrap();
        assert!(
            server.performance(&format!("index={slug}&gaps=bridge"))["data"]
                .as_array()
                .unwrap()
                .iter()
                .all(|point| { point.get("findings").is_none_or(|found| *found == json!(0)) })
        );
        let report = server.get(&format!("/index-quality?index={slug}")).expect(200).json();
        assert_eq!(report["findings"], json!([]), "{policy}");
    }
    assert_eq!(returns(&server, FLAGGED), returns(&server, REPAIRED));
}

#[test]
fn a_session_never_delivered_is_told_at_the_next_one() {
    let server = market(|on, company| {
        let (close, cap) = sound(on, company);
        (on != day("2026-07-15")).then_some((close, Some(cap)))
    });
    let planted = Planted {
        check: "missing_session",
        dates: ("2026-07-15", "2026-07-15"),
        ticker: None,
        found: 1.0,
        repaired: "flagged",
        told: &["2026-07-16"],
        silent: &["2026-07-14", "2026-07-17"],
    };
    let finding = assert_told(&server, &planted);
    assert_eq!(finding["repair"], Value::Null);
    // There is nothing to repair a session from that is not there.
    assert_eq!(returns(&server, FLAGGED), returns(&server, REPAIRED));
}

#[test]
fn a_feed_that_repeats_the_session_before_is_told() {
    let late = day("2026-07-20");
    // Thirty of forty securities still have Friday's closes and caps on Monday.
    let server = market(|on, company| {
        let of = if on == late && company >= 10 { day("2026-07-17") } else { on };
        let (close, cap) = sound(of, company);
        Some((close, Some(cap)))
    });
    // A build looks at half as many again as there are places and twenty more, which is everybody here: 30 of 40.
    let planted = Planted {
        check: "late_feed",
        dates: ("2026-07-20", "2026-07-20"),
        ticker: None,
        found: 0.75,
        repaired: "flagged",
        told: &["2026-07-20"],
        silent: &["2026-07-17", "2026-07-21"],
    };
    let finding = assert_told(&server, &planted);
    assert_eq!(finding["repair"], Value::Null);
    assert_eq!(returns(&server, FLAGGED), returns(&server, REPAIRED));
}

#[test]
fn market_caps_that_follow_a_session_behind_are_told_on_each_session() {
    let sessions = sessions_between("2026-07-01", "2026-08-21");
    let before = |on: Day| sessions[sessions.iter().position(|day| *day == on).unwrap() - 1];
    let late = [day("2026-08-04"), day("2026-08-05"), day("2026-08-06")];
    let server = market(|on, company| {
        let (close, cap) = sound(on, company);
        let cap = if late.contains(&on) { sound(before(on), company).1 } else { cap };
        Some((close, Some(cap)))
    });
    let planted = Planted {
        check: "late_feed",
        dates: ("2026-08-05", "2026-08-05"),
        ticker: None,
        found: 1.0,
        repaired: "flagged",
        told: &["2026-08-05"],
        silent: &["2026-08-03", "2026-08-07"],
    };
    assert_told(&server, &planted);
}

#[test]
fn a_close_that_stands_still_is_told_from_the_fifth_session_on() {
    let (first, last) = (day("2026-07-20"), day("2026-07-28"));
    let server = market(|on, company| {
        let of = if company == 35 && on >= first && on <= last { first } else { on };
        let (close, cap) = sound(of, company);
        Some((close, Some(cap)))
    });
    let planted = Planted {
        check: "stale_price",
        dates: ("2026-07-20", "2026-07-28"),
        ticker: Some("C35"),
        found: 7.0,
        repaired: "flagged",
        told: &["2026-07-24", "2026-07-27", "2026-07-28"],
        silent: &["2026-07-20", "2026-07-23", "2026-07-29"],
    };
    let finding = assert_told(&server, &planted);
    assert_eq!(finding["repair"], Value::Null);
    // A price is never invented: both are the same index.
    assert_eq!(returns(&server, FLAGGED), returns(&server, REPAIRED));
}

#[test]
fn a_market_cap_that_is_missing_for_a_day_is_repaired_from_the_last_good_count() {
    let missing = day("2026-07-22");
    let server = market(|on, company| {
        let (close, cap) = sound(on, company);
        Some((close, Some(cap).filter(|_| on != missing || company != 39)))
    });
    let planted = Planted {
        check: "missing_cap",
        dates: ("2026-07-22", "2026-07-22"),
        ticker: Some("C39"),
        found: 0.0,
        repaired: "repaired",
        told: &["2026-07-22"],
        silent: &["2026-07-21", "2026-07-23"],
    };
    let finding = assert_told(&server, &planted);
    let (close, cap) = sound(missing, 39);
    let repair = &finding["repair"];
    assert_eq!(repair["shares_from"], "2026-07-21");
    assert_same(number(repair, "shares") / shares(39), 1.0, 1e-12);
    assert_same(number(repair, "price"), close, 0.0);
    assert_same(number(repair, "market_cap") / cap, 1.0, 1e-12);
    // Nobody can choose who has no market cap; repaired, it stays, at the place that it always had.
    for (slug, expected) in [(FLAGGED, [true, false, true]), (REPAIRED, [true, true, true])] {
        let is_member =
            ["2026-07-21", "2026-07-22", "2026-07-23"].map(|on| members(&server, slug, on).contains_key("C39"));
        assert_eq!(is_member, expected, "{slug}");
    }
    assert_same(members(&server, REPAIRED, "2026-07-22")["C39"], number(repair, "market_cap"), 0.0);
    // It is the index that the cap would have made, had it come.
    let sound = market(|on, company| Some(sound(on, company)).map(|(close, cap)| (close, Some(cap))));
    sound.build(&request("pass"));
    assert_eq!(returns(&sound, FLAGGED), returns(&server, REPAIRED));
    assert_ne!(returns(&server, FLAGGED), returns(&server, REPAIRED));
    let changes = |server: &Server, slug: &str| {
        server.get(&format!("/composition-changes?index={slug}")).expect(200).json()["changes"].clone()
    };
    assert_eq!(changes(&sound, FLAGGED), changes(&server, REPAIRED));
}
