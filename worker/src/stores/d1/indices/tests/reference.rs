//! Real prices against results that were made by others.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;

fn shared_data() -> Option<PathBuf> {
    let root = std::env::var_os("EQUIPOISE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let data = root.join("data");
    if data.is_dir() {
        return Some(data);
    }
    println!("skipped: the reference data is not at {}", data.display());
    None
}

type Records = Vec<BTreeMap<String, String>>;

fn read_csv(path: &std::path::Path) -> Records {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| header.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(str::to_owned)).collect())
        .collect()
}

fn real_market(folder: &std::path::Path) -> Market {
    let mut market = Market::default();
    let number = |text: &str| text.parse::<f64>().ok();
    for row in read_csv(&folder.join("daily_prices.csv")) {
        let Some(close) = number(&row["close"]) else { continue };
        market.bars.push(DailyBar {
            ticker: ticker(&row["ticker"]),
            day: day(&row["date"]),
            open: None,
            high: None,
            low: None,
            close,
            adj_close: row.get("adj_close").and_then(|text| number(text)),
            volume: number(&row["volume"]),
        });
    }
    if folder.join("market_caps.csv").exists() {
        for row in read_csv(&folder.join("market_caps.csv")) {
            if let Some(cap) = number(&row["market_cap"]) {
                market.caps.push(ReportedCap { ticker: ticker(&row["ticker"]), day: day(&row["date"]), cap });
            }
        }
    } else {
        for row in read_csv(&folder.join("shares.csv")) {
            let shares = number(&row["shares_outstanding"]).unwrap();
            market.shares.push(SharesCount { ticker: ticker(&row["ticker"]), as_of: day(&row["as_of"]), shares });
        }
    }
    market
}

fn agrees_with_reference(folder: &str) {
    let Some(data) = shared_data() else { return };
    let folder = data.join(folder);
    let db = D1::in_memory();
    real_market(&folder).store(&db);
    let golden = read_csv(&folder.join("golden_performance.csv"));
    let definition = IndexDefinition::default();
    build(&db, &definition, range(&golden[0]["date"], &golden[golden.len() - 1]["date"]));
    let built = sessions(&db, &definition);
    assert_eq!(built.len(), golden.len());
    for (ours, theirs) in built.iter().zip(&golden).skip(1) {
        let agrees = |ours: f64, name: &str| {
            let expected: f64 = theirs[name].parse().unwrap();
            assert!(
                (ours - expected).abs() <= 1e-9 * expected.abs(),
                "{} {name}: {ours} is not {expected}",
                theirs["date"]
            );
        };
        agrees(ours.return_value.unwrap(), "daily_return");
        agrees(ours.turnover, "turnover_drift");
        agrees(f64::from(ours.constituents), "n_constituents");
        assert_eq!(ours.stale_prices.to_string(), theirs["n_stale_prices"], "{}", theirs["date"]);
    }
    let key = |rank: Option<u32>| rank.map_or_else(String::new, |rank| rank.to_string());
    let mut ours: Vec<_> = changes(&db, &definition)
        .iter()
        .map(|c| {
            (Day::from_number(c.day).to_string(), c.ticker.clone(), c.action.clone(), key(c.previous_rank), key(c.rank))
        })
        .collect();
    let mut theirs: Vec<_> = read_csv(&folder.join("golden_changes.csv"))
        .iter()
        .map(|r| {
            let field = |name: &str| r[name].clone();
            (field("date"), field("ticker"), field("action"), field("rank_previous_day"), field("rank_today"))
        })
        .collect();
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
    for file in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        if !file.file_name().unwrap().to_string_lossy().starts_with("golden_composition_") {
            continue;
        }
        let expected = read_csv(&file);
        let members = members(&db, &definition, &expected[0]["date"]);
        assert_eq!(members.len(), expected.len());
        for (ours, theirs) in members.iter().zip(&expected) {
            assert_eq!(
                (ours.ticker.as_str(), ours.rank.to_string().as_str()),
                (theirs["ticker"].as_str(), theirs["rank"].as_str())
            );
            let cap: f64 = theirs["market_cap"].parse().unwrap();
            assert!((ours.cap - cap).abs() <= 1e-9 * cap);
        }
    }
}

#[test]
fn forty_sessions_of_real_prices_equal_the_reference() {
    agrees_with_reference("us_2017_12_2018_02");
}

#[test]
fn real_caps_with_splits_equal_the_reference() {
    agrees_with_reference("us_2026_06_08");
}
