//! What operators ask.

use serde::{Deserialize, Serialize};

/// The answer of `GET /health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// Always `ok`: whoever can answer is alive.
    pub status: String,
}

/// The answer of `GET /ready`: `ok`, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Readiness {
    /// `ready`, or `unavailable` with status 503.
    pub status: String,
    /// The database: `ok`, `unreachable` or `migrations missing`.
    pub database: String,
    /// The cache: `ok` or `unreachable`.
    pub cache: String,
    /// The file storage: `ok` or `unreachable`.
    pub storage: String,
    /// The stream store: `ok` or `unreachable`.
    pub streams: String,
}
