//! FMP's documented limits, and ours on its answers.

/// Where the API is.
pub(super) const BASE_URL: &str = "https://financialmodelingprep.com/stable";

/// The starter plan's rate; the free plan has 250 requests a day.
pub(super) const REQUESTS_PER_MINUTE: u32 = 300;

/// Days of hourly and of shorter bars that one request is sure to answer.
pub(super) const HOURLY_DAYS: i32 = 90;
pub(super) const SHORTER_DAYS: i32 = 5;
