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

impl Bar {
    /// Its session: a daily bar starts at midnight in New York, which is the same day in UTC.
    #[expect(clippy::cast_possible_truncation, reason = "days since 1970")]
    pub(crate) fn day(&self) -> Day {
        Day::from_number((self.t / 86_400_000.0).floor() as i32)
    }
}

/// The link to bars of a ticker; `timespan` is `day`, `week` or `month`.
pub(crate) fn bars_link(ticker: &str, timespan: &str, from: Day, to: Day) -> String {
    format!("/v2/aggs/ticker/{}/range/1/{timespan}/{from}/{to}?limit=50000", encode(ticker))
}

/// Bars of a ticker.
pub(crate) async fn bars(link: &str) -> Result<Bars, Failure> {
    get(link).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_belongs_to_the_day_on_which_new_york_begins() {
        let bar = |t: f64| Bar { t, o: None, h: None, l: None, c: 1.0, v: None };
        // Midnight in New York is 05:00 UTC in winter and 04:00 in summer.
        assert_eq!(bar(1_704_171_600_000.0).day().to_string(), "2024-01-02");
        assert_eq!(bar(1_719_892_800_000.0).day().to_string(), "2024-07-02");
    }
}
