//! Suspicious values of the data, as a table.

use domain::api::QualityFinding;

use crate::components::table::{Column, Value};
use crate::format::Form;

/// A check's name in words.
pub(crate) fn check_name(check: &str) -> String {
    let words = check.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// One row a finding.
pub(crate) const FINDINGS: [Column<QualityFinding>; 8] = [
    Column::new("date", "Session", |row: &QualityFinding| Value::Day(row.date)),
    Column::new("ticker", "Ticker", |row: &QualityFinding| Value::text(row.ticker.as_ref()))
        .defined("None where a whole session is meant."),
    Column::new("check", "Check", |row: &QualityFinding| Value::Text(check_name(&row.check))),
    Column::new("found", "Found", |row: &QualityFinding| Value::Number(row.found, Form::Significant))
        .defined("Sessions of a run, the move, or the ratio of the implied share count to the last good one."),
    Column::new("until", "Until", |row: &QualityFinding| Value::Day(row.last_date))
        .defined("The last session of a run."),
    Column::new("verdict", "Verdict", |row: &QualityFinding| Value::Text(row.verdict.clone())),
    Column::new("repair", "Market cap instead", |row: &QualityFinding| {
        Value::number(row.repair.as_ref().map(|repair| repair.market_cap), Form::Compact)
    })
    .defined("The last good share count × the close."),
    Column::new("from", "Shares from", |row: &QualityFinding| {
        row.repair.as_ref().map_or(Value::Absent, |repair| Value::Day(repair.shares_from))
    })
    .defined("The session on which the share count was good."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_named_in_words() {
        assert_eq!(check_name("stale_price"), "Stale price");
        assert_eq!(check_name(""), "");
    }
}
