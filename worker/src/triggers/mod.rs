//! Events that no person waits for.

pub(crate) mod cron;
pub(crate) mod queue;

/// Logs why an event came to nothing; the state is in the database, so the next tick tries again.
fn log_failure(what: &str, cause: &dyn std::fmt::Display) {
    worker::console_error!("{}", serde_json::json!({"level": "error", "event": what, "cause": cause.to_string()}));
}
