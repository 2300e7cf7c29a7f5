//! The routes of the index service.

use super::access::Access;
use super::operation::{Answer, Body, Operation, Shape};
use super::parameters::{DATE, END, FORMAT, GAPS, INDEX, Kind, Parameter, START};
use crate::api::{
    BuildIndex, BuiltIndex, CompositionChanges, Explanation, ExportData, IndexComposition, IndexCompositions,
    IndexList, IndexSummary, Performance,
};

const IMPOSSIBLE: &str =
    "`invalid_value`: a date that no calendar has, a reversed or future range, a value out of bounds.";
const NOT_BUILT_RANGE: &str =
    "`no_data`: nothing of the range is built, with `nearest_sessions`; `not_found`: no such index.";
const NOT_BUILT_DAY: &str = "`not_a_session`: the exchange was closed; `no_data`: the session is not built, both with \
    `nearest_sessions`; `not_found`: no such index.";
const HOLES: &str = "`missing_sessions`: no data is held for sessions inside the range, each named; \
    `sessions_not_built`: data is held but not built.";

const fn build_parameter(name: &'static str, kind: Kind, about: &'static str) -> Parameter {
    Parameter::query(name, kind, about)
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "post",
        path: "/build-index",
        access: Access::Needs("build"),
        tag: "index",
        id: "buildIndex",
        summary: "Builds a range of an index from the stored prices",
        about: "Idempotent: the same data makes the same numbers, and a session whose inputs did not change writes no member \
            row. The whole range becomes visible at once. Give the request as JSON or, without a body, as query parameters. \
            Sessions without data are listed in `missing_sessions` and not built.",
        parameters: &[
            build_parameter("start_date", Kind::Date(""), "First session to build; required here or in the body."),
            build_parameter("end_date", Kind::Date(""), "Last session to build; absent = `start_date` only."),
            build_parameter("top_n", Kind::Whole(1, 1_000, Some(100)), "Number of members."),
            build_parameter(
                "weighting",
                Kind::Choice(
                    &["equal", "cap", "capped", "inverse_volatility", "erc", "min_variance", "sector_equal"],
                    true,
                ),
                "How members are weighted; `capped`: none above 5 %.",
            ),
            build_parameter(
                "rebalance",
                Kind::Choice(&["daily", "weekly", "monthly", "quarterly"], true),
                "At which closes members are chosen and weights set.",
            ),
            build_parameter(
                "return_type",
                Kind::Choice(&["price", "total", "net"], true),
                "What becomes of dividends: left out, reinvested, reinvested after tax.",
            ),
            build_parameter(
                "share_classes",
                Kind::Choice(&["line", "company"], true),
                "`company`: the lines of an issuer count as one, by the sum of their caps.",
            ),
            build_parameter(
                "buffer",
                Kind::Whole(0, 1_000, Some(0)),
                "A member stays while its rank is at most `top_n + buffer`.",
            ),
            build_parameter("universe", Kind::Text(""), "Only these tickers, separated by commas."),
            build_parameter(
                "gaps",
                Kind::Choice(&["bridge"], false),
                "`bridge`: the last held session of a week, month or quarter stands for its missing last one as rebalance.",
            ),
            build_parameter(
                "quality",
                Kind::Choice(&["pass", "flag", "block", "repair"], true),
                "What is made of suspicious data: not looked for, told in `warnings` and kept with each session, nothing is built, or \
                    the index `…-repaired` is, ranked by repaired market caps.",
            ),
        ],
        body: Some(Body::OptionalJson(Shape::of::<BuildIndex>(include_str!("examples/build_index.json")))),
        status: 200,
        answer: Answer::Json(Shape::of::<BuiltIndex>(include_str!("examples/built_index.json"))),
        problems: &[
            (404, "`not_a_session`, or `no_data`: nothing is held of the range, saying what is."),
            (
                409,
                "`missing_sessions`: no data is held for the close at which the members in place were chosen; \
                    `too_many_indices`: 50 per owner; `quality_blocked`: `quality=block` and suspicious data, each named; `conflict`: someone else built or published at the same time.",
            ),
            (413, "`body_too_large`: more than 1 MB."),
            (415, "`unsupported_content_type`: the body is not JSON."),
            (422, "`invalid_value`: every field that broke a rule, in `errors`; `range_too_large`: build it in parts."),
        ],
    },
    Operation {
        method: "get",
        path: "/index-performance",
        access: Access::Read,
        tag: "index",
        id: "indexPerformance",
        summary: "Levels, returns and statistics of a range",
        about: "Re-based: the first session of the range stands at 1000 with `cumulative_return` 0; its `daily_return` is its \
            own. Never paged. Sessions whose inputs changed since they were built carry `outdated: true`.",
        parameters: &[
            START,
            END,
            INDEX,
            GAPS,
            Parameter::query(
                "benchmark",
                Kind::Text(""),
                "A ticker that is held: adds `beta`, `alpha`, `up_capture`, `down_capture` and `information_ratio`.",
            ),
            FORMAT,
        ],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<Performance>(include_str!("examples/performance.json"))),
        problems: &[
            (404, NOT_BUILT_RANGE),
            (
                409,
                "`missing_sessions`: no data is held for sessions inside the range, each named, unless `gaps=bridge`; \
                    `sessions_not_built`: data is held but not built; `benchmark_incomplete`.",
            ),
            (422, IMPOSSIBLE),
        ],
    },
    Operation {
        method: "get",
        path: "/index-composition",
        access: Access::Read,
        tag: "index",
        id: "indexComposition",
        summary: "The members as chosen at a close",
        about: "They earn returns from the next session on (`effective_date`).",
        parameters: &[DATE, INDEX, FORMAT],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<IndexComposition>(include_str!("examples/composition.json"))),
        problems: &[(404, NOT_BUILT_DAY), (422, IMPOSSIBLE)],
    },
    Operation {
        method: "get",
        path: "/index-compositions",
        access: Access::Read,
        tag: "index",
        id: "indexCompositions",
        summary: "The members at every close of a range",
        about: "At most 300 sessions at once; the app makes its workbooks of years from several answers.",
        parameters: &[START, END, INDEX],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<IndexCompositions>(include_str!("examples/compositions.json"))),
        problems: &[(404, NOT_BUILT_RANGE), (422, "`invalid_value`; `range_too_large`: more than 300 sessions.")],
    },
    Operation {
        method: "get",
        path: "/composition-changes",
        access: Access::Read,
        tag: "index",
        id: "compositionChanges",
        summary: "Who came and went, on the days on which anybody did",
        about: "",
        parameters: &[START, END, INDEX, FORMAT],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<CompositionChanges>(include_str!("examples/changes.json"))),
        problems: &[(404, NOT_BUILT_RANGE), (422, IMPOSSIBLE)],
    },
    Operation {
        method: "post",
        path: "/export-data",
        access: Access::Read,
        tag: "index",
        id: "exportData",
        summary: "The workbook of a range",
        about: "Sheets Summary (with a line chart), Performance, Compositions, Changes, Statistics, Method; named, also those of \
            research. The same data makes the same bytes.",
        parameters: &[],
        body: Some(Body::OptionalJson(Shape::of::<ExportData>(include_str!("examples/export_data.json")))),
        status: 200,
        answer: Answer::Workbook,
        problems: &[
            (404, NOT_BUILT_RANGE),
            (409, HOLES),
            (413, "`body_too_large`: more than 1 MB."),
            (415, "`unsupported_content_type`: the body is not JSON."),
            (422, "`invalid_value`; `export_too_large`: daily compositions over more than 300 sessions."),
        ],
    },
    Operation {
        method: "get",
        path: "/index-explain",
        access: Access::Read,
        tag: "index",
        id: "indexExplain",
        summary: "The member returns that average to a session's number",
        about: "Each with its two prices, the corporate actions applied, and where the prices came from.",
        parameters: &[DATE, INDEX],
        body: None,
        status: 200,
        answer: Answer::Cached(Shape::of::<Explanation>(include_str!("examples/explanation.json"))),
        problems: &[
            (404, NOT_BUILT_DAY),
            (409, "`inputs_gone`: the data from which the session was built is not held any more."),
            (422, IMPOSSIBLE),
        ],
    },
    Operation {
        method: "get",
        path: "/indices",
        access: Access::Read,
        tag: "index",
        id: "listIndices",
        summary: "Every defined index and what is built of it",
        about: "",
        parameters: &[],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<IndexList>(include_str!("examples/indices.json"))),
        problems: &[],
    },
    Operation {
        method: "get",
        path: "/indices/{slug}",
        access: Access::Read,
        tag: "index",
        id: "getIndex",
        summary: "One defined index and what is built of it",
        about: "",
        parameters: &[Parameter::path("slug", Kind::Text("top100-equal-daily-price-line"), "Its name.")],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<IndexSummary>(include_str!("examples/index.json"))),
        problems: &[(404, "`not_found`: no such index.")],
    },
];
