//! Research on an index; the same answers that the REST routes give.

use serde_json::Value as Json;

use super::indices::{dated, row_of_parent};
use super::{Asked, json, text_of};
use crate::error::Problem;
use crate::routes::indices::{self as reads, Wanted, answers};

/// The statistics page.
pub(super) async fn statistics(asked: Asked<'_>) -> Result<Json, Problem> {
    let (slug, wanted) = ranged(asked)?;
    json(&answers::statistics(&asked.sources.db, slug, &wanted, asked.arguments).await?)
}

/// What each member and sector added.
pub(super) async fn attribution(asked: Asked<'_>) -> Result<Json, Problem> {
    let (slug, wanted) = ranged(asked)?;
    json(&answers::attribution(&asked.sources.db, slug, &wanted).await?)
}

/// The orders of a rebalance, and what following costs.
pub(super) async fn trades(asked: Asked<'_>) -> Result<Json, Problem> {
    let (slug, wanted) = ranged(asked)?;
    json(&answers::trades(&asked.sources.db, slug, &wanted, asked.arguments).await?)
}

/// Beside a ticker or another index.
pub(super) async fn compare(asked: Asked<'_>) -> Result<Json, Problem> {
    let (slug, wanted) = ranged(asked)?;
    json(&answers::compare(&asked.sources.db, slug, &wanted, asked.arguments.text("against")).await?)
}

/// What is suspicious.
pub(super) async fn quality(asked: Asked<'_>) -> Result<Json, Problem> {
    let (slug, wanted) = ranged(asked)?;
    // Holes are findings here, not refusals.
    let wanted = Wanted { bridge: true, ..wanted };
    json(&answers::quality(&asked.sources.db, slug, &wanted, asked.arguments).await?)
}

/// Who would have been chosen from what was known.
pub(super) async fn membership(asked: Asked<'_>) -> Result<Json, Problem> {
    let day = reads::read_session(&dated(asked)?, asked.sources.now)?;
    let known_on = reads::read_known_on(asked.arguments, asked.sources.now)?;
    let index = row_of_parent(asked).await?;
    json(&reads::load_membership(&asked.sources.db, &index.slug, &index.definition, day, known_on).await?.0)
}

fn ranged(asked: Asked<'_>) -> Result<(&str, Wanted), Problem> {
    let (start, end) = reads::read_range(asked.arguments, asked.sources.now)?;
    let bridge = asked.arguments.choice("bridge", &[("true", true), ("false", false)])?.unwrap_or(false);
    let benchmark = reads::read_benchmark(asked.arguments)?;
    Ok((text_of(asked.parent, "slug")?, Wanted { start, end, bridge, benchmark }))
}
