//! The JSON shapes of Tiingo's answers: lists of rows under the usual names, where `date` is an instant in UTC, or an
//! object with `detail`.

use serde::Deserialize;

/// A refusal.
#[derive(Deserialize)]
pub(super) struct Refusal {
    pub(super) detail: Option<String>,
}
