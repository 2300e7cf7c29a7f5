//! What the benchmarks call: a run over Parquet files in memory, natively and in WebAssembly the same code. Only built with
//! the feature `bench`; what is deployed does not have it.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

pub use crate::chains::{HeldFiles, RunOutcome};

thread_local! {
    static HELD: RefCell<HeldFiles> = RefCell::default();
}

/// Takes the file of a month; answers an empty text, or why not.
#[wasm_bindgen]
#[must_use]
pub fn bench_hold(file: Vec<u8>) -> String {
    HELD.with_borrow_mut(|held| held.add(file)).err().unwrap_or_default()
}

/// Runs a strategy so many times over what is held; answers what the last run came to, as JSON.
#[wasm_bindgen]
#[must_use]
pub fn bench_run(strategy: &str, times: u32) -> String {
    let mut outcome = Err("expected at least one run".to_owned());
    for _ in 0..times {
        outcome = HELD.with_borrow(|held| held.run(strategy));
    }
    match outcome {
        Ok(RunOutcome { rows, sessions, trades, final_equity, results }) => serde_json::json!({
            "rows": rows, "sessions": sessions, "trades": trades, "final_equity": final_equity, "results": results,
        }),
        Err(error) => serde_json::json!({ "error": error }),
    }
    .to_string()
}
