//! Securities and their corporate actions.

use serde_json::Value as Json;

use super::{Asked, json, text_of};
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::stores::d1::data_versions;
use crate::stores::d1::securities::{D1Securities, Wanted};

/// Most tickers of one list.
const MOST_TICKERS: usize = 500;

/// How many publications there have been.
pub(super) async fn data_version(asked: Asked<'_>) -> Result<Json, Problem> {
    Ok(data_versions::read(&asked.sources.db, &[]).await?.all.into())
}

/// Listed securities by ticker.
pub(super) async fn securities(asked: Asked<'_>) -> Result<Json, Problem> {
    let page = Page::of(asked.arguments, 1_000)?.or_size(100);
    let (after, before) = page.keys();
    let (limit, from_end) = page.asked();
    let text = |name| asked.arguments.text(name);
    let wanted = Wanted {
        after: after.map(String::as_str),
        before: before.map(String::as_str),
        limit,
        from_end,
        search: text("search"),
        sector: text("sector"),
        exchange: text("exchange"),
    };
    let found = D1Securities(&asked.sources.db).list(&wanted).await?;
    let keyed = found.into_iter().map(|one| Ok((one.ticker.clone(), json(&one)?)));
    Ok(page.connection(keyed.collect::<Result<_, Problem>>()?))
}

/// One security.
pub(super) async fn security(asked: Asked<'_>) -> Result<Json, Problem> {
    let ticker = asked.arguments.required("ticker")?;
    match asked.sources.security(ticker).await? {
        Json::Null => Err(Problem::unknown("ticker", ticker)),
        found => Ok(found),
    }
}

/// Several, in the order asked for.
pub(super) async fn securities_by_ticker(asked: Asked<'_>) -> Result<Json, Problem> {
    let list = asked.arguments.text("tickers").unwrap_or_default();
    let tickers: Vec<&str> = list.split(',').filter(|ticker| !ticker.is_empty()).collect();
    if tickers.len() > MOST_TICKERS {
        return Err(Problem::impossible("tickers", list, format!("at most {MOST_TICKERS} of them")));
    }
    let found = crate::graphql::batch::together(tickers.iter().map(|ticker| asked.sources.security(ticker)).collect());
    found.await.into_iter().collect::<Result<Vec<_>, _>>().map(Json::Array)
}

/// The security of a member.
pub(super) async fn security_of_parent(asked: Asked<'_>) -> Result<Json, Problem> {
    asked.sources.security(text_of(asked.parent, "ticker")?).await
}

/// The symbols that it bore before.
pub(super) async fn former_tickers(asked: Asked<'_>) -> Result<Json, Problem> {
    asked.sources.former_tickers(id_of(asked.parent)?).await
}

/// Recorded splits.
pub(super) async fn splits(asked: Asked<'_>) -> Result<Json, Problem> {
    asked.sources.splits(id_of(asked.parent)?).await
}

/// Recorded cash dividends.
pub(super) async fn dividends(asked: Asked<'_>) -> Result<Json, Problem> {
    asked.sources.dividends(id_of(asked.parent)?).await
}

fn id_of(parent: &Json) -> Result<i64, Problem> {
    parent["id"].as_i64().ok_or_else(|| Problem::internal("a security has no id"))
}
