//! Massive's documented limits, and ours on its answers.

/// Where the API is. The former name still answers: <https://api.polygon.io>.
pub(super) const BASE_URL: &str = "https://api.massive.com";

/// Hosts that `next_url` may name whatever base URL is configured: a recorded server repeats them.
pub(super) const HOSTS: [&str; 2] = ["api.massive.com", "api.polygon.io"];

/// The free plan's rate. Paid plans have none; the vendor asks to stay below 100 a second.
pub(super) const REQUESTS_PER_MINUTE: u32 = 5;

/// Rows per page of the reference endpoints: the documented maximum.
pub(super) const PAGE_ROWS: &str = "1000";

/// Contracts per page of a chain's snapshot: the documented maximum.
pub(super) const PAGE_CONTRACTS: &str = "250";

/// Underlyings that are indices, which the vendor writes with a prefix: `I:SPX`.
pub(super) const INDICES: [&str; 13] =
    ["SPX", "XSP", "NDX", "XND", "RUT", "MRUT", "VIX", "DJX", "OEX", "XEO", "MXEA", "MXEF", "RLX"];

/// Minutes that one page of bars is made of at most: the documented maximum.
pub(super) const PAGE_MINUTES: &str = "50000";

/// Pages followed for one delivery. The largest one, every listed common stock, is about 6 pages; twenty years of the
/// market's dividends are about 300.
pub(super) const MAX_PAGES: usize = 500;

/// Requests for share counts under way at once where no rate is set: the platform opens at most six connections.
pub(super) const PARALLEL_REQUESTS: usize = 4;
/// Tickers asked for in one call: without a limit some ten seconds' worth, with one at most three minutes' worth.
pub(super) const TICKERS_PER_CALL: usize = 200;
pub(super) const MINUTES_PER_CALL: usize = 3;
