//! What every failed request answers: RFC 9457 `application/problem+json`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::units::Day;

/// A problem, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemBody {
    /// A URI naming the kind of problem: `urn:equipoise:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong with this request, for a person.
    pub detail: String,
    /// Stable, machine-readable.
    pub code: Cow<'static, str>,
    /// The fields or parameters that were wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Sessions near the date asked for, `YYYY-MM-DD`, where the problem is a date without data.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::api::day::list")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub nearest_sessions: Vec<Day>,
    /// Seconds after which trying again makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

/// One field or parameter that broke a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's path in the body, or the parameter's name.
    pub field: String,
    /// The value as it was sent, shortened; absent where none was sent.
    pub value: Option<String>,
    /// The rule, with its bounds or allowed values.
    pub rule: String,
}
