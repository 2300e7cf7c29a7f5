//! Streams of numbers, and the statistics of their last 10^k.

use domain::api::{AddBatch, AddedBatch, AllStreamStats, StreamSymbolList};

use super::{delete, get, post};
use crate::load::Failure;
use crate::query::encode;

/// The streams, newest first.
pub(crate) async fn stream_symbols() -> Result<StreamSymbolList, Failure> {
    get("/symbols?limit=1000").await
}

/// The link to the eight windows of a stream.
pub(crate) fn stream_stats_link(symbol: &str) -> String {
    format!("/stats/all?symbol={}", encode(symbol))
}

/// The link to the eight windows of a stream as they change: a WebSocket.
pub(crate) fn stream_live_link(symbol: &str) -> String {
    format!("/stats/live?symbol={}", encode(symbol))
}

/// The eight windows of a stream.
pub(crate) async fn stream_stats(symbol: &str) -> Result<AllStreamStats, Failure> {
    get(&stream_stats_link(symbol)).await
}

/// Appends a batch. With a `sequence`, sending it again is harmless.
pub(crate) async fn add_batch(batch: &AddBatch) -> Result<AddedBatch, Failure> {
    post("/add_batch/", batch).await
}

/// Forgets a stream.
pub(crate) async fn forget_stream(symbol: &str) -> Result<(), Failure> {
    // A symbol is one step of the path, whatever is in it.
    delete(&format!("/symbols/{}", encode(symbol).replace('/', "%2F"))).await
}
