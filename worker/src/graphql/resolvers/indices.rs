//! Indices and what is read of them; the same reads that the REST routes make.

use std::collections::HashMap;

use domain::index::IndexDefinition;
use serde_json::Value as Json;

use super::{Asked, json, text_of};
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::graphql::sources::Sources;
use crate::routes::indices::{self as reads, Wanted};
use crate::routes::query::Query;
use crate::stores::d1::indices::{D1IndexStore, IndexRow};

/// Every defined index, by slug.
pub(super) async fn list(asked: Asked<'_>) -> Result<Json, Problem> {
    let page = Page::of(asked.arguments, 1_000)?.or_size(50);
    let rows = D1IndexStore::new(&asked.sources.db).list().await?;
    let items = rows.into_iter().map(|row| json(&reads::summary(row))).collect::<Result<Vec<_>, _>>()?;
    Ok(page.of_whole(&items, |item| item["slug"].as_str().unwrap_or_default().to_owned()))
}

/// One index.
pub(super) async fn one(asked: Asked<'_>) -> Result<Json, Problem> {
    let slug = asked.arguments.text("slug").map_or_else(|| IndexDefinition::default().slug(), str::to_owned);
    json(&reads::summary(row(asked.sources, &slug).await?))
}

/// Levels, returns and statistics of a range.
pub(super) async fn performance(asked: Asked<'_>) -> Result<Json, Problem> {
    let (start, end) = reads::read_range(asked.arguments, asked.sources.now)?;
    let bridge = asked.arguments.choice("bridge", &[("true", true), ("false", false)])?.unwrap_or(false);
    let wanted = Wanted { start, end, bridge, benchmark: reads::read_benchmark(asked.arguments)? };
    let index = row_of_parent(asked).await?;
    json(&reads::load_performance(&asked.sources.db, &index, &wanted).await?.performance)
}

/// The statistics of a parent as a list.
pub(super) async fn statistics(asked: Asked<'_>) -> Result<Json, Problem> {
    named(asked, "statistics")
}

/// Those of what it is compared with.
pub(super) async fn against_statistics(asked: Asked<'_>) -> Result<Json, Problem> {
    named(asked, "against_statistics")
}

fn named(asked: Asked<'_>, field: &str) -> Result<Json, Problem> {
    let named = asked.parent[field].as_object().ok_or_else(|| Problem::internal(format!("a parent has no {field}")))?;
    Ok(named.iter().map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect())
}

/// The members at a close.
pub(super) async fn composition(asked: Asked<'_>) -> Result<Json, Problem> {
    let day = reads::read_session(&dated(asked)?, asked.sources.now)?;
    let index = row_of_parent(asked).await?;
    json(&reads::load_composition(&asked.sources.db, &index, day).await?.0)
}

/// Who came and went.
pub(super) async fn changes(asked: Asked<'_>) -> Result<Json, Problem> {
    let (start, end) = reads::read_range(asked.arguments, asked.sources.now)?;
    let index = row_of_parent(asked).await?;
    json(&reads::load_changes(&asked.sources.db, &index, start, end).await?.0)
}

/// The member returns of a session.
pub(super) async fn explain(asked: Asked<'_>) -> Result<Json, Problem> {
    let day = reads::read_session(&dated(asked)?, asked.sources.now)?;
    let index = row_of_parent(asked).await?;
    json(&reads::load_explanation(&asked.sources.db, &index, day).await?.0)
}

/// The date asked for, else that of the last built session.
pub(super) fn dated(asked: Asked<'_>) -> Result<Query, Problem> {
    let given = asked.arguments.text("date").or_else(|| asked.parent["last_session"].as_str());
    let slug = text_of(asked.parent, "slug")?;
    let date = given.ok_or_else(|| Problem::no_data(format!("nothing of {slug} is built yet"), Vec::new()))?;
    Ok(Query::of(&[("date", date)]))
}

pub(super) async fn row_of_parent(asked: Asked<'_>) -> Result<IndexRow, Problem> {
    row(asked.sources, text_of(asked.parent, "slug")?).await
}

/// An index by its slug. However many are asked for, and how often, it is one statement a round.
async fn row(sources: &Sources, slug: &str) -> Result<IndexRow, Problem> {
    // Finding one alone would not count its sessions, and there are few indices.
    let fetch = async |_: Vec<String>| {
        let rows = D1IndexStore::new(&sources.db).list().await?;
        Ok(rows.into_iter().map(|row| (row.slug.clone(), Some(row))).collect::<HashMap<_, _>>())
    };
    let found = sources.indices.get(slug.to_owned(), fetch).await?;
    found.ok_or_else(|| Problem::unknown("index", slug))
}
