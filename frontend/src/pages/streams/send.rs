//! Values on their way into a stream, in numbered batches, so that sending one again does no harm.

use std::time::Duration;

use domain::api::AddBatch;
use leptos::prelude::*;
use web_sys::File;

use super::numbers::{Layout, Numbers};
use crate::api;
use crate::load::Failure;

/// The most values of one batch.
pub(super) const BATCH_VALUES: usize = 10_000;
/// The bytes of a file that are read at a time.
const PIECE_BYTES: f64 = 1_048_576.0;
/// How often a batch is sent before giving up.
const TRIES: u32 = 4;

/// Where values go, and how far they have come.
pub(super) struct Sender {
    symbol: String,
    /// The stream's total before the next batch.
    sequence: u64,
    /// Values stored through this sender.
    pub sent: u64,
}

impl Sender {
    /// Begins behind what the stream has.
    pub(super) async fn begin(symbol: &str) -> Result<Self, Failure> {
        let sequence = match api::stream_stats(symbol).await {
            Ok(stats) => stats.total,
            Err(failure) if failure.is_absent() => 0,
            Err(failure) => return Err(failure),
        };
        Ok(Self { symbol: symbol.to_owned(), sequence, sent: 0 })
    }

    /// Stores values, oldest first; what does not come through is sent again.
    pub(super) async fn send(&mut self, values: &[f64]) -> Result<(), Failure> {
        for values in values.chunks(BATCH_VALUES) {
            let batch =
                AddBatch { symbol: self.symbol.clone(), values: values.to_vec(), sequence: Some(self.sequence) };
            let mut tries = 1;
            let added = loop {
                match api::add_batch(&batch).await {
                    Ok(added) => break added,
                    // No answer, too many requests, or a service that is not well: later it may be.
                    Err(failure)
                        if tries < TRIES && (failure.status == 0 || failure.status == 429 || failure.status >= 500) =>
                    {
                        pause_ms(250 << tries).await;
                        tries += 1;
                    }
                    Err(failure) => return Err(failure),
                }
            };
            self.sent += added.added;
            self.sequence += added.added;
        }
        Ok(())
    }

    /// Stores a file's numbers; `tell` hears the share of the file that is stored.
    pub(super) async fn send_file(&mut self, file: &File, tell: impl Fn(f64, u64)) -> Result<(), Failure> {
        let mut numbers = Numbers::new(Layout::of(&file.name()));
        let (size, mut at) = (file.size(), 0.0);
        let mut waiting: Vec<f64> = Vec::new();
        let wrong = |message: String| Failure::of("The file cannot be read", message);
        while at < size {
            let end = (at + PIECE_BYTES).min(size);
            waiting.extend(numbers.feed(&piece(file, at, end).await?).map_err(wrong)?);
            at = end;
            let whole = waiting.len() - waiting.len() % BATCH_VALUES;
            for batch in waiting[..whole].chunks(BATCH_VALUES) {
                self.send(batch).await?;
                tell(at / size, self.sent);
            }
            waiting.drain(..whole);
        }
        waiting.extend(numbers.finish().map_err(wrong)?);
        if self.sent == 0 && waiting.is_empty() {
            return Err(Failure::of("Nothing to send", "There is no number in it."));
        }
        self.send(&waiting).await?;
        tell(1.0, self.sent);
        Ok(())
    }
}

async fn piece(file: &File, from: f64, to: f64) -> Result<Vec<u8>, Failure> {
    let gone =
        || Failure::of("The file cannot be read", "The browser could not read it; it may have changed or be gone.");
    let slice = file.slice_with_f64_and_f64(from, to).map_err(|_| gone())?;
    let buffer = wasm_bindgen_futures::JsFuture::from(slice.array_buffer()).await.map_err(|_| gone())?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Waits without holding anything up.
pub(super) async fn pause_ms(ms: u64) {
    let (done, waits) = futures::channel::oneshot::channel();
    set_timeout(
        move || {
            // Whoever waited may have left.
            let _ = done.send(());
        },
        Duration::from_millis(ms),
    );
    let _ = waits.await;
}
