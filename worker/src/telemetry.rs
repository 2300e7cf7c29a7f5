//! What operators see: one structured log line for a request that matters, and counters for `/metrics`.

use std::cell::{Cell, RefCell};

use serde_json::json;

use crate::error::Problem;
use crate::stores::d1::Cost;

thread_local! {
    static REQUESTS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
    static CACHE: RefCell<[u64; 3]> = const { RefCell::new([0; 3]) };
    static DATABASE: Cell<Cost> = const { Cell::new(Cost { statements: 0, rows_read: 0, rows_written: 0 }) };
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

/// Counts a cacheable answer.
pub(crate) fn count_cache(outcome: CacheOutcome) {
    CACHE.with_borrow_mut(|counts| counts[outcome as usize] += 1);
}

/// Adds to what this isolate has asked of the database.
pub(crate) fn count_database(cost: Cost) {
    DATABASE.with(|sum| sum.set(sum.get().plus(cost)));
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

/// Logs a failure of ours with what is not sent; a client's own mistakes are not worth a line.
pub(crate) fn log_problem(request_id: &str, problem: &Problem) {
    if problem.status() < 500 {
        return;
    }
    let line = json!({
        "level": "error", "request_id": request_id, "status": problem.status(), "code": problem.code(),
        "cause": problem.cause(),
    });
    worker::console_error!("{line}");
}
