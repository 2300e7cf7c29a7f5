//! Where prices come from, and what is held of them.

use domain::api::{Coverage, ImportList, IngestionList, ProviderList};
use domain::units::Day;
use serde::Deserialize;

use super::{delete, get};
use crate::load::Failure;
use crate::query::encode;

/// The registered sources.
pub(crate) async fn providers() -> Result<ProviderList, Failure> {
    get("/providers").await
}

/// Which sessions are held.
pub(crate) async fn coverage() -> Result<Coverage, Failure> {
    get("/coverage").await
}

/// The latest ingestion runs.
pub(crate) async fn ingestions(limit: u32) -> Result<IngestionList, Failure> {
    get(&format!("/ingestions?limit={limit}")).await
}

/// The latest imported files.
pub(crate) async fn imports(limit: u32) -> Result<ImportList, Failure> {
    get(&format!("/imports?limit={limit}")).await
}

/// Undoes an import.
pub(crate) async fn undo_import(id: i64) -> Result<(), Failure> {
    delete(&format!("/imports/{id}")).await
}

/// Bars of a ticker, in the shape that vendors' own clients read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Bars {
    /// The ticker.
    #[serde(default)]
    pub ticker: String,
    /// The bars, oldest first.
    #[serde(default)]
    pub results: Vec<Bar>,
}

/// One bar.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) struct Bar {
    /// Its start, Unix milliseconds.
    pub t: f64,
    /// The first price.
    pub o: Option<f64>,
    /// The highest price.
    pub h: Option<f64>,
    /// The lowest price.
    pub l: Option<f64>,
    /// The last price.
    pub c: f64,
    /// Shares traded.
    pub v: Option<f64>,
}

/// The link to bars of a ticker; `timespan` is `day`, `week` or `month`.
pub(crate) fn bars_link(ticker: &str, timespan: &str, from: Day, to: Day) -> String {
    format!("/v2/aggs/ticker/{}/range/1/{timespan}/{from}/{to}?limit=50000", encode(ticker))
}

/// Bars of a ticker.
pub(crate) async fn bars(link: &str) -> Result<Bars, Failure> {
    get(link).await
}
