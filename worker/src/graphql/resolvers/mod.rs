//! What finds a field that does not lie in its parent: a line of the table, and a file a resource.

mod actions;
mod backtests;
mod bars;
mod chains;
mod held;
mod imports;
mod indices;
mod ingestions;
mod lists;
mod market;
mod providers;
mod research;
mod streams;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value as Json;

use super::sources::{Sources, json};
use crate::error::Problem;
use crate::routes::query::Query;

/// What a resolver is told.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) sources: &'a Sources,
    /// The arguments, named as the REST twin names its parameters.
    pub(super) arguments: &'a Query,
    /// The object whose field it is.
    pub(super) parent: &'a Json,
}

/// Finds a field.
pub(super) type Resolver = for<'a> fn(Asked<'a>) -> LocalBoxFuture<'a, Result<Json, Problem>>;

/// Writes the table as lines: type, field, what finds it.
macro_rules! table {
    ($($object:literal $field:literal $resolver:path;)*) => {
        &[$(($object, $field, |asked| $resolver(asked).boxed_local())),*]
    };
}

static RESOLVERS: &[(&str, &str, Resolver)] = table! {
    "Query" "dataVersion" market::data_version;
    "Query" "indices" indices::list;
    "Query" "index" indices::one;
    "Query" "definitions" research::definitions;
    "Query" "definition" research::definition;
    "Query" "compareDefinitions" research::compare_definitions;
    "Query" "securities" market::securities;
    "Query" "security" market::security;
    "Query" "securitiesByTicker" market::securities_by_ticker;
    "Query" "bars" bars::one;
    "Query" "shares" research::shares;
    "Query" "splits" actions::splits;
    "Query" "dividends" actions::dividends;
    "Query" "coverage" held::coverage;
    "Query" "reconcile" held::reconcile;
    "Query" "providers" providers::list;
    "Query" "ingestionRuns" ingestions::list;
    "Query" "ingestionRun" ingestions::one;
    "Query" "imports" imports::list;
    "Query" "import" imports::one;
    "Query" "streams" streams::list;
    "Query" "stream" streams::one;
    "Query" "backtests" backtests::list;
    "Query" "backtest" backtests::one;
    "Query" "sweeps" backtests::sweeps;
    "Query" "chains" chains::list;
    "Query" "chain" chains::one;
    "Backtest" "trades" backtests::trades;
    "Backtest" "equity" backtests::equity;
    "BacktestReport" "rejections" backtests::rejections;
    "BacktestStatistics" "exitReasons" backtests::exit_reasons;
    "Chain" "quotes" chains::quotes;
    "Index" "performance" indices::performance;
    "Index" "composition" indices::composition;
    "Index" "changes" indices::changes;
    "Index" "explain" indices::explain;
    "Index" "statisticsPage" research::statistics;
    "Index" "attribution" research::attribution;
    "Index" "trades" research::trades;
    "Index" "compare" research::compare;
    "Index" "quality" research::quality;
    "Index" "membership" research::membership;
    "Index" "whatIf" research::what_if;
    "Index" "lookAheadCheck" research::look_ahead_check;
    "WhatIfSide" "statistics" indices::statistics;
    "Comparison" "statistics" indices::statistics;
    "Comparison" "againstStatistics" indices::against_statistics;
    "Quality" "counts" research::counts;
    "Performance" "points" lists::points;
    "Performance" "statistics" indices::statistics;
    "Composition" "constituents" lists::constituents;
    "Changes" "days" lists::days;
    "Explanation" "members" lists::members;
    "Constituent" "security" market::security_of_parent;
    "Security" "bars" bars::of_security;
    "Security" "formerTickers" market::former_tickers;
    "Security" "splits" market::splits;
    "Security" "dividends" market::dividends;
    "Coverage" "sessions" held::sessions;
    "Stream" "total" streams::total;
    "Stream" "window" streams::window;
    "Stream" "windows" streams::windows;
    "Stream" "values" streams::values;
};

/// The resolver of a field; `None` where it lies in its parent.
pub(super) fn find(object: &str, field: &str) -> Option<Resolver> {
    RESOLVERS.iter().find(|(on, name, _)| *on == object && *name == field).map(|(_, _, resolver)| *resolver)
}

/// Every field that has a resolver.
#[cfg(test)]
pub(super) fn resolved() -> impl Iterator<Item = (&'static str, &'static str)> {
    RESOLVERS.iter().map(|(object, field, _)| (*object, *field))
}

/// A text of the parent.
fn text_of<'a>(parent: &'a Json, name: &str) -> Result<&'a str, Problem> {
    parent[name].as_str().ok_or_else(|| Problem::internal(format!("a parent has no {name}")))
}
