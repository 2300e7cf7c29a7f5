//! Lists that are whole in their parent, as pages.

use serde_json::Value as Json;

use super::Asked;
use crate::error::Problem;
use crate::graphql::pages::Page;

/// The sessions of a performance.
pub(super) async fn points(asked: Asked<'_>) -> Result<Json, Problem> {
    page(asked, "data", by_date)
}

/// The members of a composition.
pub(super) async fn constituents(asked: Asked<'_>) -> Result<Json, Problem> {
    page(asked, "constituents", by_rank)
}

/// The days of changes.
pub(super) async fn days(asked: Asked<'_>) -> Result<Json, Problem> {
    page(asked, "changes", by_date)
}

/// The members of an explanation.
pub(super) async fn members(asked: Asked<'_>) -> Result<Json, Problem> {
    page(asked, "members", by_rank)
}

fn page(asked: Asked<'_>, name: &str, key: impl Fn(&Json) -> String) -> Result<Json, Problem> {
    let items = asked.parent[name].as_array().ok_or_else(|| Problem::internal(format!("a parent has no {name}")))?;
    Ok(Page::of(asked.arguments, i64::MAX)?.of_whole(items, key))
}

fn by_date(item: &Json) -> String {
    item["date"].as_str().unwrap_or_default().to_owned()
}

/// Ranks as texts of one length, so that their order is the same.
fn by_rank(item: &Json) -> String {
    format!("{:07}", item["rank"].as_u64().unwrap_or_default())
}
