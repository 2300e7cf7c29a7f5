//! Tiingo's documented limits, and ours on its answers.

/// Where the API is.
pub(super) const BASE_URL: &str = "https://api.tiingo.com";

/// The free plan has 50 requests an hour and 1 000 a day; paid plans ten thousand an hour.
pub(super) const REQUESTS_PER_MINUTE: u32 = 1;

/// Rows that one request for bars within sessions answers at most.
pub(super) const MOST_ROWS: u32 = 10_000;
/// Regular minutes of a day; outside them the exchange that it records from has no bar unless asked.
pub(super) const MINUTES_PER_DAY: u32 = 390;
