//! GraphQL over HTTP. What is inside is described by the schema, not here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The body of `POST /graphql`; a list of up to 10 of them is run in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct GraphqlRequest {
    /// The query; may be left out where it is asked for by its hash.
    #[serde(default)]
    pub query: Option<String>,
    /// Which of its operations.
    #[serde(default)]
    pub operation_name: Option<String>,
    /// The values of its variables.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub variables: Option<Map<String, Value>>,
    /// `persistedQuery: {sha256Hash}`, `cost: true`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub extensions: Option<Map<String, Value>>,
}

/// What a query is answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GraphqlAnswer {
    /// As the query shaped it; absent where it was refused before it ran.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub data: Option<Map<String, Value>>,
    /// What failed; absent where nothing did.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub errors: Vec<Map<String, Value>>,
}
