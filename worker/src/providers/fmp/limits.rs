//! FMP's documented limits, and ours on its answers.

/// Where the API is.
pub(super) const DEFAULT_BASE_URL: &str = "https://financialmodelingprep.com/stable";

/// The starter plan's rate; the free plan has 250 requests a day.
pub(super) const DEFAULT_REQUESTS_PER_MINUTE: u32 = 300;
pub(super) const MAX_REQUESTS_PER_MINUTE: u32 = 6_000;

pub(super) const DEFAULT_TIMEOUT_MS: u32 = 30_000;
pub(super) const MAX_TIMEOUT_MS: u32 = 120_000;

/// Days of hourly and of shorter bars that one request is sure to answer.
pub(super) const HOURLY_DAYS: i32 = 90;
pub(super) const SHORTER_DAYS: i32 = 5;
