//! Backtests and sweeps of the caller; the same reads that the REST routes make.

use domain::ports::ObjectStore;
use serde_json::{Value as Json, json};

use super::{Asked, json as to_json};
use crate::error::Problem;
use crate::graphql::pages::Page;
use crate::jobs::backtest::{equity_key, trades_key};
use crate::routes::backtests::STATUSES;
use crate::stores::d1::backtests::D1Backtests;

/// Most runs of a page: each may be asked for its trades and its equity, which are objects of their own.
const MOST_RUNS: i64 = 100;

/// The caller's runs, the latest first.
pub(super) async fn list(asked: Asked<'_>) -> Result<Json, Problem> {
    let page = Page::of(asked.arguments, MOST_RUNS)?.or_size(20);
    let status = asked.arguments.choice("status", STATUSES)?;
    let runs = D1Backtests(&asked.sources.db).slice(asked.sources.principal().owner(), page.slice()?, status).await?;
    let keyed = runs.into_iter().map(|run| Ok((run.id.to_string(), to_json(&run)?)));
    Ok(page.connection(keyed.collect::<Result<_, Problem>>()?))
}

/// One run, if it is the caller's.
pub(super) async fn one(asked: Asked<'_>) -> Result<Json, Problem> {
    let id = asked.arguments.required("id")?;
    let unknown = || Problem::unknown("backtest", id);
    let number = id.parse().map_err(|_| unknown())?;
    let run = D1Backtests(&asked.sources.db).get(number, asked.sources.principal().owner(), None).await?;
    to_json(&run.ok_or_else(unknown)?)
}

/// The caller's sweeps, the latest first.
pub(super) async fn sweeps(asked: Asked<'_>) -> Result<Json, Problem> {
    let page = Page::of(asked.arguments, MOST_RUNS)?.or_size(20);
    let sweeps = D1Backtests(&asked.sources.db).sweep_slice(asked.sources.principal().owner(), page.slice()?).await?;
    let keyed = sweeps.into_iter().map(|sweep| Ok((sweep.id.to_string(), to_json(&sweep)?)));
    Ok(page.connection(keyed.collect::<Result<_, Problem>>()?))
}

/// How often which reason closed a trade.
pub(super) async fn exit_reasons(asked: Asked<'_>) -> Result<Json, Problem> {
    let counts = asked.parent["exit_reasons"].as_object();
    Ok(counts.into_iter().flatten().map(|(reason, count)| json!({"reason": reason, "count": count})).collect())
}

/// How often which reason kept a package from being opened.
pub(super) async fn rejections(asked: Asked<'_>) -> Result<Json, Problem> {
    let counts = asked.parent["rejections"].as_array();
    Ok(counts.into_iter().flatten().map(|pair| json!({"reason": pair[0], "count": pair[1]})).collect())
}

/// The closed trades of a run, by exit date and number; none until it has succeeded.
pub(super) async fn trades(asked: Asked<'_>) -> Result<Json, Problem> {
    let mut trades = stored(asked, trades_key).await?;
    let key = |trade: &Json| {
        let number = trade["trade_id"].as_u64().unwrap_or_default();
        format!("{}{number:010}", trade["exit_date"].as_str().unwrap_or_default())
    };
    trades.sort_by_cached_key(key);
    Ok(Page::of(asked.arguments, i64::MAX)?.of_whole(&trades, key))
}

/// The account at every session of a run; none until it has succeeded.
pub(super) async fn equity(asked: Asked<'_>) -> Result<Json, Problem> {
    let days = stored(asked, equity_key).await?;
    let key = |day: &Json| day["date"].as_str().unwrap_or_default().to_owned();
    Ok(Page::of(asked.arguments, i64::MAX)?.of_whole(&days, key))
}

async fn stored(asked: Asked<'_>, key: fn(i64) -> String) -> Result<Vec<Json>, Problem> {
    if asked.parent["status"] != "succeeded" {
        return Ok(Vec::new());
    }
    let id = asked.parent["id"].as_i64().ok_or_else(|| Problem::internal("a run has no id"))?;
    let key = key(id);
    let bytes = asked.sources.files()?.get(&key).await?;
    let bytes = bytes.ok_or_else(|| Problem::internal(format!("the object {key} is gone")))?;
    serde_json::from_slice(&bytes).map_err(Problem::internal)
}
