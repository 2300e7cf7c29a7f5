//! Option chains as they are held; the same reads that the REST routes make.

use serde_json::Value as Json;

use super::{Asked, json};
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::routes::chains::{held_chains, load_day};
use crate::stores::d1::chains::D1Chains;

/// The underlyings of which chains are held, by name.
pub(super) async fn list(asked: Asked<'_>) -> Result<Json, Problem> {
    let page = Page::of(asked.arguments, 1_000)?.or_size(100);
    let held = D1Chains(&asked.sources.db).held("", usize::MAX).await?;
    let items = held.into_iter().map(|held| json(&held_chains(held)?)).collect::<Result<Vec<_>, _>>()?;
    Ok(page.of_whole(&items, |item| item["underlying"].as_str().unwrap_or_default().to_owned()))
}

/// One session of one underlying.
pub(super) async fn one(asked: Asked<'_>) -> Result<Json, Problem> {
    let (underlying, date) = (asked.arguments.required("underlying")?, asked.arguments.day("date")?);
    let objects = asked.sources.files()?;
    json(&load_day(objects, &D1Chains(&asked.sources.db), underlying, date).await?)
}

/// Its quotes, by expiration, root, type and strike.
pub(super) async fn quotes(asked: Asked<'_>) -> Result<Json, Problem> {
    let quotes = asked.parent["quotes"].as_array().ok_or_else(|| Problem::internal("a chain has no quotes"))?;
    // A chain does not change within a request, so a quote's place is a name for it.
    let placed: Vec<Json> = quotes.iter().zip(0_u64..).map(|(quote, place)| with_place(quote, place)).collect();
    Ok(Page::of(asked.arguments, i64::MAX)?
        .of_whole(&placed, |quote| format!("{:07}", quote[PLACE].as_u64().unwrap_or(0))))
}

const PLACE: &str = "place";

fn with_place(quote: &Json, place: u64) -> Json {
    let mut quote = quote.clone();
    quote[PLACE] = place.into();
    quote
}
