//! Telling a person that something needs them.

/// What a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// A stable machine-readable code: `ingestion_failed`, `data_late` …
    pub code: &'static str,
    /// One sentence with the figures; never a secret.
    pub message: String,
}

/// Where alerts go.
///
/// An implementation MUST NOT fail the work that raised the alert: it delivers as well as it can, and logs where it cannot.
#[allow(async_fn_in_trait)]
pub trait Alerts {
    /// Delivers one alert, at most once.
    async fn raise(&self, alert: &Alert);
}
