//! The log of the ingestion job.

use serde_json::Value as Json;

use super::{Asked, json};
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::stores::d1::ingestion_runs::D1IngestionRuns;

/// Runs, the latest first.
pub(super) async fn list(asked: Asked<'_>) -> Result<Json, Problem> {
    let page = Page::of(asked.arguments, 1_000)?.or_size(100);
    let runs = D1IngestionRuns(&asked.sources.db).slice(page.slice()?).await?;
    let keyed = runs.into_iter().map(|run| Ok((run.id.to_string(), json(&run)?)));
    Ok(page.connection(keyed.collect::<Result<_, Problem>>()?))
}

/// One run.
pub(super) async fn one(asked: Asked<'_>) -> Result<Json, Problem> {
    let id = asked.arguments.required("id")?;
    let unknown = || Problem::unknown("ingestion", id);
    let run = D1IngestionRuns(&asked.sources.db).get(id.parse().map_err(|_| unknown())?).await?;
    json(&run.ok_or_else(unknown)?)
}
