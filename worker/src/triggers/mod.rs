//! Events that no person waits for.

pub(crate) mod cron;
pub(crate) mod queue;
