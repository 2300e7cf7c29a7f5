//! The routes about where prices come from.

use super::access::Access;
use super::operation::{Answer, Operation, Shape};
use super::parameters::{CURSOR, Kind, LIMIT, Parameter};
use crate::api::{Coverage, Ingestion, IngestionList, ProviderList};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "get",
        path: "/providers",
        access: Access::Read,
        tag: "market data",
        id: "listProviders",
        summary: "The sources of market data",
        about: "What each serves, its limits, and whether its key is set; never the key.",
        parameters: &[],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<ProviderList>(include_str!("examples/providers.json"))),
        problems: &[],
    },
    Operation {
        method: "get",
        path: "/coverage",
        access: Access::Read,
        tag: "market data",
        id: "coverage",
        summary: "Which sessions are held, and which are missing",
        about: "How many securities have a bar on each session, and the sessions of the exchange between the first and the last \
            without any.",
        parameters: &[],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<Coverage>(include_str!("examples/coverage.json"))),
        problems: &[],
    },
    Operation {
        method: "get",
        path: "/ingestions",
        access: Access::Read,
        tag: "market data",
        id: "listIngestions",
        summary: "The runs of the ingestion job, the latest first",
        about: "",
        parameters: &[LIMIT, CURSOR],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<IngestionList>(include_str!("examples/ingestions.json"))),
        problems: &[(422, "`invalid_value`: a limit out of bounds.")],
    },
    Operation {
        method: "get",
        path: "/ingestions/{id}",
        access: Access::Read,
        tag: "market data",
        id: "getIngestion",
        summary: "One run of the ingestion job",
        about: "",
        parameters: &[Parameter::path("id", Kind::Whole(1, (1 << 53) - 1, None), "Its number.")],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<Ingestion>(include_str!("examples/ingestion.json"))),
        problems: &[(404, "`not_found`: no such run.")],
    },
];
