//! The sources of market data.

use serde_json::Value as Json;

use super::{Asked, json};
use crate::error::Problem;
use crate::routes::providers::shown_of;

/// Every registered source.
pub(super) async fn list(asked: Asked<'_>) -> Result<Json, Problem> {
    json(&shown_of(&asked.sources.config))
}
