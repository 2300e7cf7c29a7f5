//! Splits and dividends of every ticker, by day.

use domain::units::Day;
use serde_json::{Value as Json, json};

use super::Asked;
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::stores::d1::reference::{ActionFilter, ActionKind, ActionOfDay, D1Reference};

/// Splits, ascending by day and ticker.
pub(super) async fn splits(asked: Asked<'_>) -> Result<Json, Problem> {
    list(asked, ActionKind::Splits, "ratio").await
}

/// Cash dividends, ascending by day and ticker.
pub(super) async fn dividends(asked: Asked<'_>) -> Result<Json, Problem> {
    list(asked, ActionKind::Dividends, "amount").await
}

async fn list(asked: Asked<'_>, kind: ActionKind, value: &str) -> Result<Json, Problem> {
    let page = Page::of(asked.arguments, 1_000)?.or_size(100);
    let (after, before) = page.keys();
    let (limit, from_end) = page.asked();
    let (start, end) = (asked.arguments.day("start_date")?, asked.arguments.day("end_date")?);
    let cursor = if from_end { before } else { after };
    let filter = ActionFilter {
        ticker: asked.arguments.text("ticker").map(str::to_owned),
        first: start.unwrap_or(Day::from_number(i32::MIN)),
        last: end.unwrap_or(Day::from_number(i32::MAX)),
        after: cursor.map(|text| read_key(text)).transpose()?,
        reverse: None,
        descending: from_end,
    };
    let (mut rows, _) = D1Reference(&asked.sources.db).actions(kind, &filter, limit).await?;
    if from_end {
        rows.reverse();
    }
    let shown = |row: ActionOfDay| {
        let date = row.ex_day.to_string();
        (format!("{date}:{}", row.ticker), json!({"ticker": row.ticker, "ex_date": date, value: row.value}))
    };
    Ok(page.connection(rows.into_iter().map(shown).collect()))
}

fn read_key(text: &str) -> Result<(Day, String), Problem> {
    let parts = text.split_once(':').and_then(|(day, ticker)| Some((day.parse().ok()?, ticker.to_owned())));
    parts.ok_or_else(|| Problem::malformed_parameter("after", text, "expected a cursor as an earlier answer gave it"))
}
