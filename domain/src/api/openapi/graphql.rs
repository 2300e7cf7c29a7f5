//! GraphQL, of which the schema says more than this document can.

use super::access::Access;
use super::operation::{Answer, Body, Operation, Shape};
use super::parameters::{Kind, Parameter};
use crate::api::{GraphqlAnswer, GraphqlRequest};

const ABOUT: &str = "Everything that can be read, as one graph; `docs/schema.graphql` is the schema. Failures are in \
    `errors`, each with `extensions.code`, beside the data that could be found, and the status is 200. With `Accept: \
    application/graphql-response+json` a query that was refused before it ran is a 400. At most 100 000 fields in an answer, \
    20 levels, 50 aliases. `extensions.persistedQuery` asks by the SHA-256 of a query; `extensions.cost` set to true tells \
    what it cost.";

const fn answer() -> Answer {
    Answer::Json(Shape::of::<GraphqlAnswer>(r#"{"data": {"index": {"topN": 100}}}"#))
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "post",
        path: "/graphql",
        access: Access::Read,
        tag: "graphql",
        id: "graphql",
        summary: "Runs a GraphQL query, or a list of up to 10",
        about: ABOUT,
        parameters: &[],
        body: Some(Body::Json(Shape::of::<GraphqlRequest>(r#"{"query": "{ index { topN } }"}"#))),
        status: 200,
        answer: answer(),
        problems: &[
            (413, "`body_too_large`."),
            (415, "`unsupported_content_type`."),
            (422, "`invalid_value`: a list that is empty or too long, variables that are no object."),
        ],
    },
    Operation {
        method: "get",
        path: "/graphql",
        access: Access::Read,
        tag: "graphql",
        id: "graphqlByParameters",
        summary: "The same with the query in the parameters; for a browser without one, GraphiQL",
        about: "",
        parameters: &[
            Parameter::query("query", Kind::Text(""), "The query."),
            Parameter::query("operationName", Kind::Text(""), "Which of its operations."),
            Parameter::query("variables", Kind::Text(""), "A JSON object."),
            Parameter::query("extensions", Kind::Text(""), "A JSON object."),
        ],
        body: None,
        status: 200,
        answer: answer(),
        problems: &[(422, "`invalid_value`: variables that are no object.")],
    },
];
