//! The routes about where prices come from.

use super::access::Access;
use super::operation::{Answer, Operation, Shape};
use super::parameters::{CURSOR, Kind, LIMIT, Parameter};
use crate::api::{Coverage, Ingestion, IngestionList, ProviderList, Reconciliation};

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
            without any. With `ticker` those of one security, and each of its series.",
        parameters: &[Parameter::query("ticker", Kind::Text(""), "Only this symbol.")],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<Coverage>(include_str!("examples/coverage.json"))),
        problems: &[(404, "`not_found`: no bars of this ticker.")],
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
    Operation {
        method: "get",
        path: "/reconcile",
        access: Access::Read,
        tag: "market data",
        id: "reconcile",
        summary: "The same bars from two sources, side by side",
        about: "Stored raw bars of one ticker under two sources; a value that only one gives is not compared. A session has one \
            stored value: it counts for the source that brought it, or is made of that source's bars within it.",
        parameters: &[
            Parameter::query("ticker", Kind::Text("AAPL"), "The symbol.").required(),
            Parameter::query("left", Kind::Text("massive"), "One source.").required(),
            Parameter::query("right", Kind::Text("files"), "The other one.").required(),
            Parameter::query("start_date", Kind::Date("2024-01-02"), "First day.").required(),
            Parameter::query("end_date", Kind::Date("2024-01-31"), "Last day.").required(),
            Parameter::query(
                "interval",
                Kind::Choice(&["1day", "1hour", "30min", "15min", "5min", "1min"], true),
                "The length of the bars.",
            ),
            Parameter::query("tolerance", Kind::Text(""), "By how much prices may differ, a fraction; absent = 0.001."),
            Parameter::query("volume_tolerance", Kind::Text(""), "The same of volumes; absent = 0.05."),
        ],
        body: None,
        status: 200,
        answer: Answer::Cached(Shape::of::<Reconciliation>(include_str!("examples/reconciliation.json"))),
        problems: &[
            (404, "`no_data`: neither source has bars of the range."),
            (422, "`invalid_value`, `range_too_large`: a parameter out of bounds, or more than 50 000 bars."),
        ],
    },
];
