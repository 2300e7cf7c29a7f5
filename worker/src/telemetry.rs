//! What operators see: one structured log line for a request that matters, and counters for `/metrics`.
//!
//! Counters are of one isolate, which may end at any time; a scraper sums what it is shown.

mod metrics;

use std::cell::{Cell, RefCell};

use serde_json::json;

use crate::error::Problem;
use crate::stores::d1::Cost;
use metrics::Counters;
pub(crate) use metrics::render;

/// A request slower than this gets a log line though it succeeded.
const SLOW_MS: i64 = 5_000;

thread_local! {
    static REQUESTS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
    static COUNTERS: RefCell<Counters> = RefCell::new(Counters::default());
}

/// Where a cacheable answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheOutcome {
    /// This isolate's memory.
    Memory,
    /// KV.
    Kv,
    /// It was computed.
    Miss,
}

/// A request that has been answered.
pub(crate) struct Ended<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) method: &'static str,
    /// The pattern of the route, never the path: a path may hold what is private.
    pub(crate) route: &'static str,
    pub(crate) status: u16,
    /// The platform's clock stands still between inputs and outputs, so this is waiting, not computing.
    pub(crate) duration_ms: i64,
}

/// Counts an answered request, and logs it when it failed, was slow, or all are to be logged.
pub(crate) fn ended(ended: &Ended<'_>, problem: Option<&Problem>, log_all: bool) {
    COUNTERS.with_borrow_mut(|counters| counters.request(ended));
    let failed = ended.status >= 500;
    if failed || log_all || ended.duration_ms >= SLOW_MS {
        let line = json!({
            "level": if failed { "error" } else { "info" }, "request_id": ended.request_id,
            "method": ended.method, "route": ended.route, "status": ended.status, "ms": ended.duration_ms,
            "code": problem.map(Problem::code), "cause": problem.and_then(Problem::cause),
        });
        worker::console_log!("{line}");
    }
}

/// Logs why a field of a GraphQL answer is missing, where the answer does not say it.
pub(crate) fn failed_field(field: &str, code: &str, cause: &str) {
    let line = json!({"level": "error", "event": "graphql_field", "field": field, "code": code, "cause": cause});
    worker::console_log!("{line}");
}

/// Counts a cacheable answer.
pub(crate) fn count_cache(outcome: CacheOutcome) {
    COUNTERS.with_borrow_mut(|counters| counters.cache[outcome as usize] += 1);
}

/// Counts a look for an answer in KV.
pub(crate) fn count_kv_read() {
    COUNTERS.with_borrow_mut(|counters| counters.kv_reads += 1);
}

/// Counts an answer that is written to KV.
pub(crate) fn count_kv_write() {
    COUNTERS.with_borrow_mut(|counters| counters.kv_writes += 1);
}

/// Adds to what this isolate has asked of the database.
pub(crate) fn count_database(cost: Cost) {
    COUNTERS.with_borrow_mut(|counters| counters.database = counters.database.plus(cost));
}

/// Counts a batch of points that is on disk.
pub(crate) fn count_points(points: usize) {
    COUNTERS.with_borrow_mut(|counters| {
        counters.stream_batches += 1;
        counters.stream_points += points as u64;
    });
}

/// The id of the next request: 12 random hex digits of this isolate and the request's number in it.
pub(crate) fn next_request_id() -> String {
    REQUESTS.with(|requests| {
        let (mut isolate, number) = requests.get();
        if number == 0 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ..= 2^48 - 1, whole")]
            let random = (worker::js_sys::Math::random() * 281_474_976_710_656.0) as u64;
            isolate = random;
        }
        requests.set((isolate, number + 1));
        format!("{isolate:012x}-{number:x}")
    })
}

/// Bytes of the module's memory, which only grows. The platform allows 128 MB with JavaScript's.
fn wasm_memory_bytes() -> usize {
    #[cfg(target_arch = "wasm32")]
    let bytes = core::arch::wasm32::memory_size(0) * 65_536;
    #[cfg(not(target_arch = "wasm32"))]
    let bytes = 0;
    bytes
}
