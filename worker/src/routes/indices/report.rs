//! What workbooks are made of: reads and answers of the index as the neutral report that `domain::export` renders.

use domain::api::{ChangesOfDay, CompositionChanges, Constituent, IndexComposition, MemberChange, Performance};
use domain::export::{
    ChangeAction, ChangeRow, Composition, CompositionRow, IndexReport, IndexSheets, Labelled, PerformanceRow,
    Statistic, StatisticUnit,
};
use domain::index::{BASE_VALUE, METHOD_VERSION};
use domain::stats::{Statistics, Unit, definitions};
use domain::units::Day;

use super::format::workbook;
use super::performance::Loaded;
use crate::error::Problem;
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::indices::IndexRow;

/// The statistics that the Summary sheet shows too.
const HEADLINES: [&str; 6] = ["total_return", "cagr", "volatility", "sharpe", "max_drawdown", "calmar"];

/// A report without rows.
pub(super) fn empty(index: &IndexRow, start: Day, end: Day, synthetic: bool) -> IndexReport {
    let definition = &index.definition;
    let universe = definition
        .universe
        .as_ref()
        .map_or_else(|| "whole market".to_owned(), |list| format!("{} tickers", list.len()));
    IndexReport {
        slug: index.slug.clone(),
        definition: vec![
            Labelled::new("Members", definition.top_n.to_string()),
            Labelled::new("Weighting", definition.weighting.name()),
            Labelled::new("Rebalance", definition.rebalance.name()),
            Labelled::new("Return", definition.return_type.name()),
            Labelled::new("Share classes", definition.share_classes.name()),
            Labelled::new("Buffer", definition.buffer.to_string()),
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

/// The rows of the performance.
pub(super) fn performance_rows(performance: &Performance) -> Vec<PerformanceRow> {
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

/// The statistics with their definitions, those that are defined by the returns alone.
pub(super) fn statistic_rows(statistics: &Statistics) -> Vec<Statistic> {
    definitions()
        .iter()
        .map(|definition| Statistic {
            title: definition.title.to_owned(),
            value: (definition.value)(statistics),
            unit: match definition.unit {
                Unit::Fraction => StatisticUnit::Fraction,
                Unit::Ratio => StatisticUnit::Ratio,
            },
            definition: format!("{} — {}", definition.formula, definition.note),
            headline: HEADLINES.contains(&definition.name),
        })
        .collect()
}

/// One day's members.
pub(super) fn composition_rows(date: Day, members: impl IntoIterator<Item = Constituent>) -> Composition {
    let row = |member: Constituent| CompositionRow {
        rank: member.rank,
        ticker: member.ticker,
        name: member.name,
        sector: member.sector,
        weight: member.weight,
        price: member.price,
        market_cap: member.market_cap,
        shares: member.shares,
        notional: member.notional,
    };
    Composition { date, members: members.into_iter().map(row).collect() }
}

/// The changes, one row each.
pub(super) fn change_rows(changes: &[ChangesOfDay]) -> Vec<ChangeRow> {
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
pub(super) fn method_notes(performance: &Performance, versions: &Versions) -> Vec<Labelled> {
    vec![
        Labelled::new("Data version", versions.all.to_string()),
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

/// The performance as a workbook.
pub(super) fn of_performance(index: &IndexRow, loaded: Loaded) -> Result<Vec<u8>, Problem> {
    let performance = &loaded.performance;
    let mut report = empty(index, performance.start_date, performance.end_date, performance.synthetic);
    report.performance = performance_rows(performance);
    report.statistics = statistic_rows(&loaded.statistics);
    report.method = method_notes(performance, &loaded.range.versions);
    report.warnings = loaded.performance.warnings;
    workbook(report, IndexSheets { performance: true, statistics: true, method: true, ..IndexSheets::NONE })
}

/// One composition as a workbook.
pub(super) fn of_composition(index: &IndexRow, composition: &IndexComposition) -> Result<Vec<u8>, Problem> {
    let mut report = empty(index, composition.date, composition.date, composition.synthetic);
    report.compositions = vec![composition_rows(composition.date, composition.constituents.iter().cloned())];
    workbook(report, IndexSheets { compositions: true, ..IndexSheets::NONE })
}

/// The changes as a workbook.
pub(super) fn of_changes(index: &IndexRow, changes: &CompositionChanges) -> Result<Vec<u8>, Problem> {
    let ends = changes.changes.first().zip(changes.changes.last()).map(|(first, last)| (first.date, last.date));
    let built = index.built.map(|built| (built.first(), built.last()));
    let (start, end) = ends.or(built).unwrap_or((Day::from_number(0), Day::from_number(0)));
    let mut report = empty(index, start, end, changes.synthetic);
    report.changes = change_rows(&changes.changes);
    workbook(report, IndexSheets { changes: true, ..IndexSheets::NONE })
}
