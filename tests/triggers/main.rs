//! What happens without anybody asking: ingestion, builds and alerts, by cron and queue.
#![expect(clippy::unwrap_used, reason = "a test ends where its tools fail")]

mod alerts;
mod callbacks;
mod sample;
mod sample_chains;
mod vendor;
