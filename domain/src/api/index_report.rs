//! What workbooks are made of: answers of the index routes as the neutral report that `domain::export` renders. The Worker
//! and the app make the same report of the same answers, so their workbooks are the same to the byte.

use std::collections::BTreeMap;

use super::{ChangesOfDay, IndexSummary, MemberChange, Performance};
use crate::export::{ChangeAction, ChangeRow, IndexReport, Labelled, PerformanceRow, Statistic, StatisticUnit};
use crate::index::{BASE_VALUE, METHOD_VERSION};
use crate::stats::{Unit, definitions};
use crate::units::Day;

/// The statistics that the Summary sheet shows too.
const HEADLINES: [&str; 6] = ["total_return", "cagr", "volatility", "sharpe", "max_drawdown", "calmar"];

/// A report of an index without rows.
#[must_use]
pub fn empty_report(index: &IndexSummary, start: Day, end: Day, synthetic: bool) -> IndexReport {
    let universe =
        index.universe.as_ref().map_or_else(|| "whole market".to_owned(), |list| format!("{} tickers", list.len()));
    IndexReport {
        slug: index.slug.clone(),
        definition: vec![
            Labelled::new("Members", index.top_n.to_string()),
            Labelled::new("Weighting", index.weighting.as_str()),
            Labelled::new("Rebalance", index.rebalance.as_str()),
            Labelled::new("Return", index.return_type.as_str()),
            Labelled::new("Share classes", index.share_classes.as_str()),
            Labelled::new("Buffer", index.buffer.to_string()),
            Labelled::new("Universe", universe),
        ],
        start_date: start,
        end_date: end,
        base_value: BASE_VALUE,
        synthetic,
        performance: Vec::new(),
        compositions: Vec::new(),
        changes: Vec::new(),
        statistics: Vec::new(),
        method: Vec::new(),
        warnings: Vec::new(),
    }
}

/// The rows of a performance.
#[must_use]
pub fn performance_rows(performance: &Performance) -> Vec<PerformanceRow> {
    performance
        .data
        .iter()
        .map(|point| PerformanceRow {
            date: point.date,
            level: point.level,
            daily_return: point.daily_return,
            cumulative_return: point.cumulative_return,
            turnover: Some(point.turnover),
            constituents: point.constituents,
            stale_prices: point.stale_prices,
            outdated: point.outdated,
        })
        .collect()
}

/// Every statistic with its definition, in the order in which they are shown.
#[must_use]
pub fn statistic_rows(values: &BTreeMap<String, Option<f64>>) -> Vec<Statistic> {
    definitions()
        .iter()
        .map(|definition| Statistic {
            title: definition.title.to_owned(),
            value: values.get(definition.name).copied().flatten(),
            unit: match definition.unit {
                Unit::Fraction => StatisticUnit::Fraction,
                Unit::Ratio => StatisticUnit::Ratio,
            },
            definition: format!("{} — {}", definition.formula, definition.note),
            headline: HEADLINES.contains(&definition.name),
        })
        .collect()
}

/// The changes, one row each.
#[must_use]
pub fn change_rows(changes: &[ChangesOfDay]) -> Vec<ChangeRow> {
    let row = |date: Day, action: ChangeAction, member: &MemberChange| ChangeRow {
        date,
        ticker: member.ticker.clone(),
        name: member.name.clone(),
        action,
        rank: member.rank,
        previous_rank: member.previous_rank,
        market_cap: member.market_cap,
        reason: member.reason.clone(),
    };
    let mut rows = Vec::new();
    for day in changes {
        rows.extend(day.entered.iter().map(|member| row(day.date, ChangeAction::Entered, member)));
        rows.extend(day.exited.iter().map(|member| row(day.date, ChangeAction::Exited, member)));
    }
    rows
}

/// How the numbers came about.
#[must_use]
pub fn method_notes(performance: &Performance, data_version: i64) -> Vec<Labelled> {
    vec![
        Labelled::new("Data version", data_version.to_string()),
        Labelled::new("Method version", METHOD_VERSION.to_string()),
        Labelled::new("Sessions", format!("{} to {}", performance.start_date, performance.end_date)),
        Labelled::new("Timing", "Members chosen at a close earn the return of the next session."),
        Labelled::new(
            "Return",
            "Sum over the members of weight × (restated price / price before − 1); returns compound.",
        ),
        Labelled::new("Selection", "Largest market caps among common stocks with a price; ties by ticker."),
        Labelled::new("Turnover", "Half the sum of |target weight − drifted weight| over both sets of members."),
        Labelled::new(
            "Missing price",
            "A member without a price keeps its last one, return 0, and is counted as stale.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statistic_has_a_row_whether_it_is_defined_or_not() {
        let values = BTreeMap::from([("sharpe".to_owned(), Some(1.5)), ("beta".to_owned(), None)]);
        let rows = statistic_rows(&values);
        assert_eq!(rows.len(), definitions().len());
        let sharpe = rows.iter().find(|row| row.title == "Sharpe ratio").unwrap();
        assert_eq!((sharpe.value, sharpe.headline), (Some(1.5), true));
        assert!(rows.iter().filter(|row| row.value.is_some()).count() == 1);
    }
}
