//! The index service.

use domain::api::{BuildIndex, BuiltIndex, CompositionChanges, Explanation, IndexComposition, IndexList, Performance};
use domain::units::Day;

use super::{get, post};
use crate::load::Failure;
use crate::query::Query;

fn link(path: &str, index: Option<String>, days: &[(&str, Option<Day>)]) -> String {
    let query = Query::default().with("index", index);
    days.iter().fold(query, |query, (name, day)| query.with(name, day.map(|day| day.to_string()))).after(path)
}

/// Every defined index.
pub(crate) async fn indices() -> Result<IndexList, Failure> {
    get("/indices").await
}

/// The link to the levels of an index; absent ends are its first and last session.
pub(crate) fn performance_link(index: Option<String>, from: Option<Day>, to: Option<Day>) -> String {
    link("/index-performance", index, &[("start_date", from), ("end_date", to)])
}

/// All levels of an index. Holes are bridged; the answer names them.
pub(crate) async fn performance(index: Option<String>) -> Result<Performance, Failure> {
    get(&Query::default().with("index", index).with("gaps", Some("bridge".to_owned())).after("/index-performance"))
        .await
}

/// The link to the members at a close.
pub(crate) fn composition_link(index: Option<String>, date: Day) -> String {
    link("/index-composition", index, &[("date", Some(date))])
}

/// The members at a close.
pub(crate) async fn composition(index: Option<String>, date: Day) -> Result<IndexComposition, Failure> {
    get(&composition_link(index, date)).await
}

/// The link to who came and went.
pub(crate) fn changes_link(index: Option<String>, from: Option<Day>, to: Option<Day>) -> String {
    link("/composition-changes", index, &[("start_date", from), ("end_date", to)])
}

/// Who came and went.
pub(crate) async fn changes(
    index: Option<String>,
    from: Option<Day>,
    to: Option<Day>,
) -> Result<CompositionChanges, Failure> {
    get(&changes_link(index, from, to)).await
}

/// The link to the member returns of a session.
pub(crate) fn explanation_link(index: Option<String>, date: Day) -> String {
    link("/index-explain", index, &[("date", Some(date))])
}

/// The member returns of a session.
pub(crate) async fn explanation(index: Option<String>, date: Day) -> Result<Explanation, Failure> {
    get(&explanation_link(index, date)).await
}

/// Builds a range.
pub(crate) async fn build(request: &BuildIndex) -> Result<BuiltIndex, Failure> {
    post("/build-index", request).await
}
