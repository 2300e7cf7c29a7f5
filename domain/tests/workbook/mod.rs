//! A small report worked out by hand, which the workbook tests share.

use domain::export::{
    ChangeAction, ChangeRow, Composition, IndexReport, Labelled, PerformanceRow, Statistic, StatisticUnit,
};
use domain::index::Constituent;
use domain::units::Day;

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn session(date: &str, level: f64, daily_return: Option<f64>, cumulative_return: f64) -> PerformanceRow {
    PerformanceRow {
        date: day(date),
        level,
        daily_return,
        cumulative_return,
        turnover: daily_return.map(|_| 0.25),
        constituents: 2,
        stale_prices: 0,
        outdated: false,
    }
}

fn member(rank: u32, ticker: &str, name: Option<&str>, price: f64, level: f64) -> Constituent {
    let notional = level / 2.0;
    Constituent {
        rank,
        ticker: ticker.to_owned(),
        name: name.map(str::to_owned),
        sector: (rank == 1).then(|| "Technology".to_owned()),
        weight: 0.5,
        price,
        market_cap: 3.1e12 / f64::from(rank),
        shares: notional / price,
        notional,
    }
}

fn statistic(title: &str, value: Option<f64>, unit: StatisticUnit, headline: bool) -> Statistic {
    Statistic { title: title.to_owned(), value, unit, definition: format!("Definition of {title}"), headline }
}

/// Three sessions of two members: +25 %, then −50 %, so the levels are 1 000, 1 250 and 625.
pub(crate) fn report() -> IndexReport {
    let change = |ticker: &str, action, rank, previous_rank| ChangeRow {
        date: day("2024-01-04"),
        ticker: ticker.to_owned(),
        name: Some(format!("{ticker} & <Co>")),
        action,
        rank,
        previous_rank,
        market_cap: rank.map(|rank| 1e12 / f64::from(rank)),
        reason: format!("{ticker} {}", action.as_str()),
    };
    IndexReport {
        slug: "top2-equal-daily-price-line".to_owned(),
        definition: vec![Labelled::new("Members", "2"), Labelled::new("Weighting", "equal")],
        start_date: day("2024-01-01"),
        end_date: day("2024-01-04"),
        base_value: 1_000.0,
        synthetic: false,
        performance: vec![
            session("2024-01-02", 1_000.0, None, 0.0),
            session("2024-01-03", 1_250.0, Some(0.25), 0.25),
            PerformanceRow { stale_prices: 1, outdated: true, ..session("2024-01-04", 625.0, Some(-0.5), -0.375) },
        ],
        compositions: vec![
            Composition {
                date: day("2024-01-02"),
                members: vec![member(1, "AAA", Some("Triple A"), 40.0, 1_000.0), member(2, "=1+1", None, 8.0, 1_000.0)],
            },
            Composition {
                date: day("2024-01-04"),
                members: vec![member(1, "AAA", Some("Triple A"), 20.0, 625.0), member(2, "BBB", None, 5.0, 625.0)],
            },
        ],
        changes: vec![
            change("BBB", ChangeAction::Entered, Some(2), Some(3)),
            change("=1+1", ChangeAction::Exited, None, Some(2)),
        ],
        statistics: vec![
            statistic("Total return", Some(-0.375), StatisticUnit::Fraction, true),
            statistic("Sharpe ratio", None, StatisticUnit::Ratio, true),
            statistic("Longest drawdown", Some(1.0), StatisticUnit::Sessions, false),
        ],
        method: vec![Labelled::new("Data version", "7"), Labelled::new("Method version", "1")],
        warnings: vec!["one session is outdated".to_owned()],
    }
}
