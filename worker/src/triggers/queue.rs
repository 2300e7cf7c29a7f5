//! Queue messages: hints that a slice of a job can be done.

use domain::ports::{Clock, JobStore, StoreError};
use serde::{Deserialize, Serialize};
use worker::{Env, MessageBatch, MessageBuilder, MessageExt};

use crate::bindings;
use crate::jobs::runner::Wake;
use crate::stores::d1::D1;
use crate::stores::d1::jobs::D1JobStore;
use crate::triggers::log_failure;
use crate::wiring::{PlatformClock, job_kinds};

/// A slice that has to wait longer is found by the tick of every minute.
const LONGEST_DELAY_MS: i64 = 60_000;

/// How many jobs are woken at once; the others wait for the next time.
const WOKEN_AT_ONCE: usize = 100;

/// A message's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Hint {
    job: i64,
    slice: i64,
}

/// Handles each message by itself. Every message is acknowledged whatever came of it: what is left to do is in the database,
/// and an error returned from here would end the whole isolate.
pub(crate) async fn received(batch: &MessageBatch<String>, env: Env) {
    for message in batch.raw_iter() {
        let body = message.body().as_string();
        match body.as_deref().map(serde_json::from_str::<Hint>) {
            Some(Ok(hint)) => follow(&env, hint).await,
            _ => log_failure("queue", &"a message that is no hint"),
        }
        message.ack();
    }
}

async fn follow(env: &Env, hint: Hint) {
    match job_kinds::run_slice(env, (hint.job, hint.slice)).await {
        Ok(Some(wake)) if wake.delay_ms <= LONGEST_DELAY_MS => send(env, &[wake]).await,
        Ok(_) => {}
        Err(error) => log_failure("queue", &error),
    }
}

/// Wakes whatever is due or has lost its lease.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn wake_due(env: &Env, db: &D1) -> Result<(), StoreError> {
    let due = D1JobStore(db).due(PlatformClock.now(), WOKEN_AT_ONCE).await?;
    let wakes: Vec<Wake> = due.into_iter().map(|(job, slice)| Wake { job, slice, delay_ms: 0 }).collect();
    send(env, &wakes).await;
    Ok(())
}

/// Sends hints. One that is lost is sent again by the tick.
pub(crate) async fn send(env: &Env, wakes: &[Wake]) {
    for wake in wakes {
        if let Err(error) = send_one(env, *wake).await {
            log_failure("queue", &error);
        }
    }
}

async fn send_one(env: &Env, wake: Wake) -> worker::Result<()> {
    let body = serde_json::to_string(&Hint { job: wake.job, slice: wake.slice })?;
    // Rounded up: a message that comes too early claims nothing.
    let delay_seconds = u32::try_from((wake.delay_ms.max(0) + 999) / 1_000).unwrap_or(u32::MAX);
    bindings::jobs(env)?.send(MessageBuilder::new(body).delay_seconds(delay_seconds).build()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_what_it_was_sent_as() {
        let hint = Hint { job: 7, slice: 12 };
        assert_eq!(serde_json::to_string(&hint).unwrap(), r#"{"job":7,"slice":12}"#);
        assert_eq!(serde_json::from_str::<Hint>(r#"{"job":7,"slice":12}"#).unwrap(), hint);
        assert!(serde_json::from_str::<Hint>(r#"{"job":"7"}"#).is_err());
    }
}
