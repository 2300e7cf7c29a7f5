//! Every setting of an index over HTTP: against a second computation, or against what sets it apart from another.

use serde_json::{Value, json};
use system_tests::{
    Market, Options, Pace, Rules, Server, Table, assert_close, sessions_between, small_bars, small_close, small_shares,
};

use crate::index_reference::assert_is_the_oracle;

const FIRST: &str = "2026-06-30";
const LAST: &str = "2026-10-09";
const REBALANCES: [(&str, Pace); 4] =
    [("daily", Pace::Daily), ("weekly", Pace::Weekly), ("monthly", Pace::Monthly), ("quarterly", Pace::Quarterly)];

/// Sixty companies from the end of a quarter to the beginning of the second one after it.
fn server() -> (Server, String) {
    let server = Server::start(Options::default());
    let bars = small_bars(&sessions_between(FIRST, LAST), 60);
    server.import("shares", small_shares(60));
    server.import("daily_bars", bars.clone());
    (server, bars)
}

fn build(server: &Server, settings: &Value) -> Value {
    // The first session is the end of a month and of a quarter, but of no week.
    let first = if settings["rebalance"] == "weekly" { "2026-07-02" } else { FIRST };
    let mut request = json!({"start_date": first, "end_date": LAST, "top_n": 20});
    request.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    server.build(&request)
}

#[test]
fn weightings_rebalances_buffers_and_universes_equal_a_second_computation() {
    let (server, bars) = server();
    let market = Market::read(&Table::parse(&bars), "close", Some(&Table::parse(&small_shares(60))), None);
    let some: Vec<String> =
        (0..60).filter(|company| company % 3 != 0).map(|company| format!("C{company:02}")).collect();
    for weighting in ["equal", "cap"] {
        for (rebalance, pace) in REBALANCES {
            for buffer in [0, 5] {
                for universe in [None, Some(&some)] {
                    let mut settings = json!({"weighting": weighting, "rebalance": rebalance, "buffer": buffer});
                    if let Some(universe) = universe {
                        settings["universe"] = json!(universe);
                    }
                    let built = build(&server, &settings);
                    let rules = Rules {
                        top_n: 20,
                        cap_weighted: weighting == "cap",
                        pace,
                        buffer,
                        universe: universe.map(|all| all.iter().cloned().collect()),
                    };
                    let query = format!("index={}", built["index"].as_str().unwrap());
                    assert_is_the_oracle(&server, &query, &market.index(&rules));
                }
            }
        }
    }
}

#[test]
fn return_types_and_companies_differ_from_plain_lines_by_dividends_and_places_alone() {
    let (server, _) = server();
    // C59 pays; C58 and C59 are two lines of one company.
    server.import("dividends", "ticker,ex_date,amount\nC59,2026-08-12,3.5\n");
    server.import("securities", "ticker,issuer\nC58,Both\nC59,Both\n");
    for (rebalance, _) in REBALANCES {
        for weighting in ["equal", "cap"] {
            for share_classes in ["line", "company"] {
                let performance = |return_type: &str| {
                    let settings = json!({
                        "weighting": weighting, "rebalance": rebalance, "return_type": return_type,
                        "share_classes": share_classes,
                    });
                    let built = build(&server, &settings);
                    assert_eq!(built["sessions"], sessions_between(built["start_date"].as_str().unwrap(), LAST).len());
                    server.performance(&format!("index={}", built["index"].as_str().unwrap()))["data"].clone()
                };
                let [price, total, net] = ["price", "total", "net"].map(performance);
                // The ex-date and the day before it, and what the dividend adds there to an equal mean of twenty.
                let points = price.as_array().unwrap();
                let at = points.iter().position(|point| point["date"] == "2026-08-12").unwrap();
                let number = |of: &Value, at: usize| of[at]["daily_return"].as_f64().unwrap();
                let what = format!("{weighting} {rebalance} {share_classes}");
                for before in 1..at {
                    assert_eq!(number(&price, before).to_bits(), number(&total, before).to_bits(), "{what}");
                }
                let (whole, taxed) = (number(&total, at) - number(&price, at), number(&net, at) - number(&price, at));
                if share_classes == "company" {
                    // The other line stands for the company, and pays nothing.
                    assert!(whole.abs() + taxed.abs() < f64::MIN_POSITIVE, "{what}: {whole} {taxed}");
                    continue;
                }
                assert!(whole > 0.0 && (taxed - 0.7 * whole).abs() < 1e-12, "{what}: {whole} {taxed}");
                if rebalance == "daily" && weighting == "equal" {
                    let added = 3.5 / small_close("2026-08-11".parse().unwrap(), 59) / 20.0;
                    assert_close(&what, &json!(whole), Some(added));
                }
            }
        }
    }
    let composition = |slug: &str| {
        let answer = server.get(&format!("/index-composition?date=2026-08-12&index={slug}")).expect(200).json();
        let members = answer["constituents"].as_array().unwrap().clone();
        members.into_iter().map(|one| (one["ticker"].as_str().unwrap().to_owned(), one["market_cap"].clone())).collect()
    };
    let (lines, companies): (Vec<(String, Value)>, Vec<_>) =
        (composition("top20-equal-daily-price-line"), composition("top20-equal-daily-price-company"));
    let has = |list: &[(String, Value)], ticker: &str| list.iter().any(|(one, _)| one == ticker);
    assert!(has(&lines, "C58") && has(&lines, "C59") && has(&companies, "C58") && !has(&companies, "C59"));
    // Both lines have as many shares: the source counts the whole company on each, so the larger cap is that of the company.
    let most = (58..60).map(|company| small_close("2026-08-12".parse().unwrap(), company)).fold(0.0, f64::max);
    let cap = companies.iter().find(|(ticker, _)| ticker == "C58").map(|(_, cap)| cap.clone());
    assert_close("the company's cap", &cap.unwrap(), Some(most * 1e6));
}
