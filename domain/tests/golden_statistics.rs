//! Every statistic against values computed elsewhere, on a series anyone can make from two formulas.
//!
//! Origins: empyrical-reloaded 0.5.9 (ep), quantstats 0.0.86 (qs), ffn 1.4.1 (ffn), run on n = 312 XNYS sessions
//! 2024-01-02 ..= 2025-03-31 with P = 252 and rf = 0. Where libraries disagree, the table names the one followed.
#![expect(clippy::unwrap_used, reason = "a helper of a test may panic, as the test itself may")]

use std::path::PathBuf;

use domain::calendar::sessions;
use domain::stats::{Series, Statistics, definitions, statistics};
use domain::units::{Day, DayRange};

/// Relative tolerance. The oracles agree with each other to 3e-14 only (they sum in other orders, and ffn rebuilds the
/// returns from prices), and the sines of two C libraries differ in the last digit; a different definition differs by
/// more than 1e-4.
const TOLERANCE: f64 = 1e-9;

/// (statistic, value, whose value it is).
const GOLDEN: [(&str, f64, &str); 25] = [
    ("total_return", 0.307_013_246_117_592_5, "ep, qs, ffn"),
    ("cagr", 0.241_419_184_849_453_35, "ep.annual_return, qs.cagr"),
    ("cagr_calendar", 0.239_776_619_068_054_6, "ffn.cagr"),
    ("volatility", 0.147_022_152_152_791_05, "ep, qs"),
    ("sharpe", 1.544_736_296_781_437_4, "ep, qs, ffn"),
    ("sortino", 2.390_419_767_725_829_6, "qs"),
    ("max_drawdown", -0.040_885_187_592_892_42, "ep"),
    ("calmar", 5.904_808_050_615_921, "ep"),
    ("omega", 1.254_140_367_488_193_7, "qs"),
    ("value_at_risk_95", -0.013_501_934_077_476_982, "ep"),
    ("conditional_value_at_risk_95", -0.015_175_246_620_751_07, "ep"),
    ("normal_value_at_risk_95", -0.014_332_621_094_649_835, "qs.value_at_risk"),
    ("ulcer_index", 0.013_850_426_700_596_625, "qs"),
    ("skew", 0.025_378_595_268_391_535, "qs"),
    ("excess_kurtosis", -1.044_404_381_275_627_6, "qs.kurtosis"),
    ("win_rate", 0.538_461_538_461_538_4, "qs"),
    ("payoff", 1.074_977_457_847_023, "qs.payoff_ratio"),
    ("kelly", 0.109_114_431_534_444_33, "qs"),
    ("probabilistic_sharpe", 0.956_941_407_638_428_9, "qs.psr"),
    ("tail_ratio", 1.203_712_303_700_673, "ep, qs"),
    ("beta", 1.203_585_002_048_029_4, "ep"),
    ("alpha", 0.138_888_335_844_573_39, "ep"),
    ("up_capture", 1.957_115_554_476_109_6, "ep"),
    ("down_capture", 1.092_532_229_687_527_7, "ep"),
    ("information_ratio", 0.099_582_772_602_781_5, "qs, ep.excess_sharpe"),
];

/// The series' sessions; their number and ends are themselves golden.
fn golden_sessions() -> Vec<Day> {
    let days = sessions(DayRange::new("2024-01-02".parse().unwrap(), "2025-03-31".parse().unwrap()).unwrap());
    assert_eq!(days.len(), 312);
    days
}

/// r_i = 0.0004 + 0.011·sin(1.7 i) + 0.006·cos(0.13 i²), i from 0.
fn golden_returns() -> Vec<f64> {
    (0..312).map(f64::from).map(|i| 0.000_4 + 0.011 * (1.7 * i).sin() + 0.006 * (0.13 * i * i).cos()).collect()
}

/// b_i = 0.0003 + 0.008·sin(1.7 i + 0.3) + 0.003·cos(0.9 i).
fn golden_benchmark() -> Vec<f64> {
    (0..312).map(f64::from).map(|i| 0.000_3 + 0.008 * (1.7 * i + 0.3).sin() + 0.003 * (0.9 * i).cos()).collect()
}

fn golden_statistics() -> Statistics {
    let days = golden_sessions();
    let (returns, benchmark) = (golden_returns(), golden_benchmark());
    // ffn dates the start value one calendar day before the first return: 2024-01-01, 455 days before the last.
    statistics(&Series::daily(&returns, days[0].plus(-1), days[311]).against(&benchmark))
}

fn value_of(statistics: &Statistics, name: &str) -> f64 {
    let definition = definitions().iter().find(|definition| definition.name == name).unwrap();
    (definition.value)(statistics).unwrap_or_else(|| panic!("{name} is undefined"))
}

#[test]
fn statistics_equal_those_of_the_libraries() {
    let statistics = golden_statistics();
    for (name, expected, origin) in GOLDEN {
        let actual = value_of(&statistics, name);
        let relative = (actual - expected).abs() / expected.abs();
        assert!(relative <= TOLERANCE, "{name} is {actual}, but {expected} by {origin} ({relative:e})");
    }
}

#[test]
fn every_statistic_has_a_golden_value() {
    let mut golden: Vec<&str> = GOLDEN.iter().map(|(name, _, _)| *name).collect();
    let mut defined: Vec<&str> = definitions().iter().map(|definition| definition.name).collect();
    golden.sort_unstable();
    defined.sort_unstable();
    assert_eq!(golden, defined);
}

/// Our names against the keys of the recorded file: (statistic, library, its key).
const RECORDED: [(&str, &str, &str); 29] = [
    ("total_return", "empyrical-reloaded 0.5.9", "cum_returns_final"),
    ("cagr", "empyrical-reloaded 0.5.9", "annual_return"),
    ("volatility", "empyrical-reloaded 0.5.9", "annual_volatility"),
    ("sharpe", "empyrical-reloaded 0.5.9", "sharpe_ratio"),
    ("max_drawdown", "empyrical-reloaded 0.5.9", "max_drawdown"),
    ("calmar", "empyrical-reloaded 0.5.9", "calmar_ratio"),
    ("omega", "empyrical-reloaded 0.5.9", "omega_ratio"),
    ("value_at_risk_95", "empyrical-reloaded 0.5.9", "value_at_risk"),
    ("conditional_value_at_risk_95", "empyrical-reloaded 0.5.9", "conditional_value_at_risk"),
    ("tail_ratio", "empyrical-reloaded 0.5.9", "tail_ratio"),
    ("alpha", "empyrical-reloaded 0.5.9", "alpha"),
    ("beta", "empyrical-reloaded 0.5.9", "beta"),
    ("up_capture", "empyrical-reloaded 0.5.9", "up_capture"),
    ("down_capture", "empyrical-reloaded 0.5.9", "down_capture"),
    ("information_ratio", "empyrical-reloaded 0.5.9", "excess_sharpe"),
    ("sortino", "quantstats 0.0.86", "sortino"),
    ("normal_value_at_risk_95", "quantstats 0.0.86", "value_at_risk"),
    ("ulcer_index", "quantstats 0.0.86", "ulcer_index"),
    ("skew", "quantstats 0.0.86", "skew"),
    ("excess_kurtosis", "quantstats 0.0.86", "kurtosis"),
    ("win_rate", "quantstats 0.0.86", "win_rate"),
    ("payoff", "quantstats 0.0.86", "payoff_ratio"),
    ("kelly", "quantstats 0.0.86", "kelly"),
    ("probabilistic_sharpe", "quantstats 0.0.86", "psr"),
    ("information_ratio", "quantstats 0.0.86", "information_ratio"),
    ("cagr_calendar", "ffn 1.4.1", "cagr"),
    ("volatility", "ffn 1.4.1", "daily_vol"),
    ("skew", "ffn 1.4.1", "daily_skew"),
    ("excess_kurtosis", "ffn 1.4.1", "daily_kurt"),
];

#[test]
fn statistics_equal_the_recorded_file() {
    let folder = std::env::var("EQUIPOISE_SHARED")
        .map_or_else(|_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    if !folder.is_dir() {
        println!("skipped: no shared data at {}", folder.display());
        return;
    }
    let text = std::fs::read_to_string(folder.join("data/golden_statistics.json")).unwrap();
    let recorded: serde_json::Value = serde_json::from_str(&text).unwrap();
    let days = golden_sessions();
    assert_eq!(recorded["n"], 312);
    assert_eq!(recorded["first"], days[0].to_string());
    assert_eq!(recorded["last"], days[311].to_string());
    let statistics = golden_statistics();
    for (name, library, key) in RECORDED {
        let expected = recorded[library][key].as_f64().unwrap_or_else(|| panic!("{library} has no {key}"));
        let relative = (value_of(&statistics, name) - expected).abs() / expected.abs();
        assert!(relative <= TOLERANCE, "{name} differs from {library} {key} by {relative:e}");
    }
}
