//! API keys.

use serde::{Deserialize, Serialize};

/// The body of `POST /api-keys`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// What the key is for, 1 to 100 characters.
    pub name: String,
    /// `read`, `ingest`, `build`, `stream`, `backtest`, `admin`; at least one.
    pub scopes: Vec<String>,
    /// Whose key it is, 1 to 100 characters; the caller's own when absent.
    #[serde(default)]
    pub owner: Option<String>,
}

/// A key as it is listed; its secret is not kept anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub owner: String,
    /// What it is for.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// Unix milliseconds, UTC.
    pub created_at: i64,
    /// Unix milliseconds, UTC; `null` while it is good.
    pub revoked_at: Option<i64>,
}

/// The answer of `POST /api-keys`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedApiKey {
    /// The secret, shown this once.
    pub key: String,
    /// The key as it is listed from then on.
    #[serde(flatten)]
    pub listed: ApiKey,
}

/// A page of `GET /api-keys`, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyList {
    /// The keys.
    pub data: Vec<ApiKey>,
    /// Where the next page starts; `null` on the last one.
    pub next_cursor: Option<String>,
}
