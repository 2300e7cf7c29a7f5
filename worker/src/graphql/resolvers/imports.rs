//! The user's own files.

use serde_json::Value as Json;

use super::{Asked, json};
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::stores::d1::imports::D1Imports;

/// Imported files, the latest first.
pub(super) async fn list(asked: Asked<'_>) -> Result<Json, Problem> {
    let page = Page::of(asked.arguments, 1_000)?.or_size(100);
    let imports = D1Imports(&asked.sources.db).slice(page.slice()?).await?;
    let keyed = imports.into_iter().map(|import| Ok((import.id.to_string(), json(&import)?)));
    Ok(page.connection(keyed.collect::<Result<_, Problem>>()?))
}

/// One file.
pub(super) async fn one(asked: Asked<'_>) -> Result<Json, Problem> {
    let id = asked.arguments.required("id")?;
    let unknown = || Problem::unknown("import", id);
    let import = D1Imports(&asked.sources.db).get(id.parse().map_err(|_| unknown())?).await?;
    json(&import.ok_or_else(unknown)?)
}
