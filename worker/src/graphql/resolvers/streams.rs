//! Streams and their statistics. Each is asked by itself: its numbers are in an object of its own.

use domain::api::StreamValues;
use domain::stream::{MOST_ANSWERED_VALUES, Symbol};
use serde_json::{Value as Json, json};

use super::{Asked, text_of};
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::routes::streams::{known_symbol, lengths, one_length, problem};
use crate::stores::d1::stream_symbols;
use crate::stores::symbol_streams::{Refusal, Wish, Written};

/// Most streams of a page: each of their numbers is a request to another object.
const MOST_STREAMS: i64 = 100;

/// Streams, the newest first.
pub(super) async fn list(asked: Asked<'_>) -> Result<Json, Problem> {
    let page = Page::of(asked.arguments, MOST_STREAMS)?.or_size(100);
    let listed = stream_symbols::slice(&asked.sources.db, page.slice()?).await?;
    let keyed = listed.into_iter().map(|row| (row.id.to_string(), json!({"symbol": row.symbol})));
    Ok(page.connection(keyed.collect()))
}

/// One stream.
pub(super) async fn one(asked: Asked<'_>) -> Result<Json, Problem> {
    let symbol = known_symbol(asked.arguments.required("symbol")?)?;
    let refused = |refusal| problem(&symbol, None, refusal);
    match asked.sources.streams()?.total(&symbol).await.map_err(refused)? {
        0 => Err(refused(Refusal::Unknown)),
        total => Ok(json!({"symbol": symbol.as_str(), "total": total})),
    }
}

/// How many points it has ever had.
pub(super) async fn total(asked: Asked<'_>) -> Result<Json, Problem> {
    if !asked.parent["total"].is_null() {
        return Ok(asked.parent["total"].clone());
    }
    let symbol = symbol_of(asked)?;
    let total = asked.sources.streams()?.total(&symbol).await;
    total.map(Json::from).map_err(|refusal| problem(&symbol, None, refusal))
}

/// One window.
pub(super) async fn window(asked: Asked<'_>) -> Result<Json, Problem> {
    let (symbol, length) = (symbol_of(asked)?, one_length(asked.arguments)?);
    let wish = Wish { strict: false, full: true };
    read(&symbol, asked.sources.streams()?.window(&symbol, length, wish).await).await
}

/// Several windows.
pub(super) async fn windows(asked: Asked<'_>) -> Result<Json, Problem> {
    let (symbol, lengths) = (symbol_of(asked)?, lengths(asked.arguments)?);
    let mut found = read(&symbol, asked.sources.streams()?.windows(&symbol, &lengths, true).await).await?;
    Ok(found["windows"].take())
}

/// The points themselves.
pub(super) async fn values(asked: Asked<'_>) -> Result<Json, Problem> {
    let symbol = symbol_of(asked)?;
    let most = MOST_ANSWERED_VALUES.cast_signed();
    let count = asked.arguments.integer("n", 1, most)?.unwrap_or(most).unsigned_abs();
    let from = asked.arguments.integer("from", 0, (1 << 53) - 1)?.map(i64::unsigned_abs);
    let found = asked.sources.streams()?.values(&symbol, from, count).await;
    let points = found.map_err(|refusal| problem(&symbol, None, refusal))?;
    super::json(&StreamValues {
        symbol: symbol.to_string(),
        total: points.total,
        from: points.from,
        values: points.values,
    })
}

fn symbol_of(asked: Asked<'_>) -> Result<Symbol, Problem> {
    known_symbol(text_of(asked.parent, "symbol")?)
}

async fn read(symbol: &Symbol, found: Result<Written, Refusal>) -> Result<Json, Problem> {
    let refused = |refusal| problem(symbol, None, refusal);
    serde_json::from_slice(&found.map_err(refused)?.json().await.map_err(refused)?).map_err(Problem::internal)
}
