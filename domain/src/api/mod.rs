//! The JSON shapes of the HTTP API, shared by the Worker and the app. Serde lives here; domain types carry none.

pub mod day;
mod keys;
mod operations;
mod problem;

pub use keys::{ApiKey, ApiKeyList, CreateApiKey, CreatedApiKey};
pub use operations::{Health, Readiness};
pub use problem::{FieldError, ProblemBody};
