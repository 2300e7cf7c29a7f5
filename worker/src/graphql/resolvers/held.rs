//! What is held, and how two sources of it compare.

use serde_json::Value as Json;

use super::{Asked, json};
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::routes::{coverage, reconcile};

/// Which sessions are held, of the market or of a ticker.
pub(super) async fn coverage(asked: Asked<'_>) -> Result<Json, Problem> {
    json(&coverage::load(&asked.sources.db, asked.arguments.text("ticker")).await?.0)
}

/// The held sessions, ascending.
pub(super) async fn sessions(asked: Asked<'_>) -> Result<Json, Problem> {
    let items = asked.parent["sessions"].as_array().ok_or_else(|| Problem::internal("a coverage has no sessions"))?;
    Ok(Page::of(asked.arguments, i64::MAX)?
        .of_whole(items, |item| item["date"].as_str().unwrap_or_default().to_owned()))
}

/// Where the stored bars of two sources do not agree.
pub(super) async fn reconcile(asked: Asked<'_>) -> Result<Json, Problem> {
    json(&reconcile::load(&asked.sources.db, &reconcile::Wanted::read(asked.arguments)?).await?.0)
}
