//! Queue messages.

use worker::{Env, MessageBatch, MessageExt};

/// Handles each message by itself.
pub(crate) async fn received(batch: &MessageBatch<String>, _env: Env) {
    for message in batch.raw_iter() {
        message.ack();
    }
}
