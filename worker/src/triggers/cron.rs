//! Cron triggers.

use worker::Env;

/// Does what is due at this cron expression.
pub(crate) async fn fired(_cron: &str, _env: Env) {}
