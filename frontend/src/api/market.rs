//! Where prices come from.

use domain::api::IngestionList;

use super::get;
use crate::load::Failure;

/// The latest ingestion runs.
pub(crate) async fn ingestions(limit: u32) -> Result<IngestionList, Failure> {
    get(&format!("/ingestions?limit={limit}")).await
}
