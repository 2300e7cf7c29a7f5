//! The routes of research.

use super::access::Access;
use super::operation::{Answer, Body, Operation, Shape};
use super::parameters::{DATE, END, GAPS, INDEX, Kind, Parameter, START};
use crate::api::{
    DefinitionComparison, IndexAttribution, IndexComparison, IndexMembership, IndexQuality, IndexStatistics,
    IndexTrades, LookAheadCheck, LookAheadReport, SavedDefinition, SavedDefinitionList, SharesHistory, WhatIf,
    WhatIfResult,
};

const IMPOSSIBLE: &str =
    "`invalid_value`: a date that no calendar has, a reversed or future range, a value out of bounds.";
const IMPOSSIBLE_OR_LARGE: &str =
    "`invalid_value`: a value that cannot be; `range_too_large`: more than 400 000 member rows.";
const NOT_BUILT: &str =
    "`no_data`: nothing of the range is built, with `nearest_sessions`; `not_found`: no such index.";
const HOLES: &str = "`missing_sessions`: no data is held for sessions inside the range, each named, unless `gaps=bridge`; \
    `sessions_not_built`: data is held but not built.";
const HOLES_OR_BENCHMARK: &str = "`missing_sessions`, `sessions_not_built`; `benchmark_incomplete`: the benchmark has no \
    close, or is not built, on a session of the range.";

const FORM: Parameter = Parameter::query(
    "format",
    Kind::Choice(&["json", "csv", "xlsx"], true),
    "The form of the answer: all of it, or its main table; `Accept` works too.",
);
const BENCHMARK: Parameter = Parameter::query("benchmark", Kind::Text(""), "A ticker that is held.");

const KNOWN_ON: Parameter = Parameter::query(
    "known_on",
    Kind::Date(""),
    "By what was stored at the end of this day (UTC); absent = at present.",
);

const NAME: Parameter =
    Parameter::path("name", Kind::Text("calm"), "Its name: 1 to 64 of `a-z`, `0-9`, `-`, `_` and `.`.");

const fn number(name: &'static str, about: &'static str) -> Parameter {
    Parameter::query(name, Kind::Text(""), about)
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "get",
        path: "/index-statistics",
        access: Access::Read,
        tag: "research",
        id: "indexStatistics",
        summary: "Everything of the statistics page",
        about: "Every statistic with its definition, rolling windows, the table of drawdowns, monthly and yearly returns, and \
            how the daily returns are distributed beside a normal distribution.",
        parameters: &[
            START,
            END,
            INDEX,
            GAPS,
            BENCHMARK,
            Parameter::query(
                "windows",
                Kind::Text(""),
                "Up to four lengths from 2 to 2520 sessions, by commas; absent = `63,252`.",
            ),
            Parameter::query("drawdowns", Kind::Whole(1, 100, Some(10)), "How many drawdowns are listed."),
            Parameter::query("bins", Kind::Whole(2, 200, Some(40)), "Into how many bins the returns are counted."),
            FORM,
        ],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<IndexStatistics>(include_str!("examples/index_statistics.json"))),
        problems: &[(404, NOT_BUILT), (409, HOLES_OR_BENCHMARK), (422, IMPOSSIBLE)],
    },
    Operation {
        method: "get",
        path: "/index-attribution",
        access: Access::Read,
        tag: "research",
        id: "indexAttribution",
        summary: "What each member and sector added to the return",
        about: "Contributions are linked over the sessions by the level, so that they sum to the return of the range without a \
            residual. Brinson–Fachler explains the difference to the same members weighted by market cap.",
        parameters: &[START, END, INDEX, GAPS, FORM],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<IndexAttribution>(include_str!("examples/index_attribution.json"))),
        problems: &[(404, NOT_BUILT), (409, HOLES), (422, IMPOSSIBLE_OR_LARGE)],
    },
    Operation {
        method: "get",
        path: "/index-trades",
        access: Access::Read,
        tag: "research",
        id: "indexTrades",
        summary: "The orders of a rebalance, and what following the index costs",
        about: "A portfolio in shares and cash that trades to the index at each rebalance from the first session of the range \
            on. `shares_before + shares` is `shares_after` to the bit, and the next rebalance starts from there.",
        parameters: &[
            START,
            END,
            INDEX,
            GAPS,
            Parameter::query(
                "date",
                Kind::Date(""),
                "The rebalance whose orders are listed; absent = the last of the range.",
            ),
            number("capital", "What the portfolio starts with, 1 to 10^13; absent = 1 000 000."),
            Parameter::query(
                "mode",
                Kind::Choice(&["fractional", "whole"], true),
                "Any part of a share, or whole lots.",
            ),
            Parameter::query("lot", Kind::Whole(1, 1_000_000, Some(1)), "Shares of a lot; given, the mode is `whole`."),
            number("commission_bps", "Commission in basis points of an order's value; absent = 1."),
            number("commission_per_share", "Commission per share; absent = 0."),
            number("least_commission", "The least commission of an order; absent = 0."),
            number("half_spread_bps", "Half the bid–ask spread in basis points; absent = 2.5."),
            number("impact", "Market impact: this × daily volatility × √participation; absent = 1."),
            number("participation", "The part of a day's volume an order may be, for the capacity; absent = 0.1."),
            FORM,
        ],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<IndexTrades>(include_str!("examples/index_trades.json"))),
        problems: &[
            (404, "`no_data`: nothing of the range is built, or the date is no rebalance; `not_found`: no such index."),
            (409, HOLES),
            (422, "`invalid_value`; `range_too_large`; `costs_exceed_value`: trading costs more than there is."),
        ],
    },
    Operation {
        method: "get",
        path: "/index-compare",
        access: Access::Read,
        tag: "research",
        id: "indexCompare",
        summary: "An index beside a ticker or another index",
        about: "Tracking difference and error, beta, captures, correlation, and against an index the active share. Needs \
            `benchmark` or `against`.",
        parameters: &[
            START,
            END,
            INDEX,
            GAPS,
            BENCHMARK,
            Parameter::query("against", Kind::Text(""), "Another index's slug, built on the same sessions."),
            FORM,
        ],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<IndexComparison>(include_str!("examples/index_comparison.json"))),
        problems: &[(404, NOT_BUILT), (409, HOLES_OR_BENCHMARK), (422, IMPOSSIBLE_OR_LARGE)],
    },
    Operation {
        method: "get",
        path: "/index-quality",
        access: Access::Read,
        tag: "research",
        id: "indexQuality",
        summary: "What is suspicious in the data of an index",
        about: "Looks at everybody who was ever a member in the range: sessions never delivered or late, prices that are missing, \
            stand still or jump without a split, market caps whose implied share count jumps. A cap that can be repaired comes \
            with its repair: the last good share count × the close.",
        parameters: &[
            START,
            END,
            INDEX,
            Parameter::query(
                "policy",
                Kind::Choice(&["flag", "block", "repair", "pass"], true),
                "What a finding is called: `flagged`, `blocked`, `repaired` where it can be, or nothing is looked for.",
            ),
            FORM,
        ],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<IndexQuality>(include_str!("examples/index_quality.json"))),
        problems: &[
            (404, NOT_BUILT),
            (409, "`sessions_not_built`: data is held but not built."),
            (422, IMPOSSIBLE_OR_LARGE),
        ],
    },
    Operation {
        method: "get",
        path: "/index-membership",
        access: Access::Read,
        tag: "research",
        id: "indexMembership",
        summary: "Who would have been chosen from what was known on a day",
        about: "Ranks the close again from the values that were stored at the end of `known_on`, also those that were replaced since, \
            and says of each member where its market cap came from: the source's own, or a share count by the day of its \
            publication. Between two rebalances it is the close of the last one.",
        parameters: &[DATE, KNOWN_ON, INDEX, FORM],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<IndexMembership>(include_str!("examples/membership.json"))),
        problems: &[
            (
                404,
                "`not_a_session`; `no_data`: nothing was known of it then, or nothing is built; `not_found`: no such index.",
            ),
            (
                422,
                "`invalid_value`; `range_too_large`: with a buffer, more closes would have to be ranked again than one answer may take.",
            ),
        ],
    },
    Operation {
        method: "get",
        path: "/shares",
        access: Access::Read,
        tag: "research",
        id: "shares",
        summary: "The share counts of a ticker by publication date",
        about: "Every count that was ever stored, or those in force at the end of `known_on`, each with its source.",
        parameters: &[Parameter::query("ticker", Kind::Text(""), "The symbol; required."), KNOWN_ON, FORM],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<SharesHistory>(include_str!("examples/shares_history.json"))),
        problems: &[
            (404, "`not_found`: no count of that ticker is held; `no_data`: nothing had been stored by then."),
            (422, "`invalid_value`: no ticker, or a day in the future."),
        ],
    },
    Operation {
        method: "post",
        path: "/indices/{slug}/look-ahead-check",
        access: Access::Read,
        tag: "research",
        id: "lookAheadCheck",
        summary: "Whether anything of the future reaches the past",
        about: "Draws sessions of the range, changes every price, market cap, split and dividend dated there or later in copies that \
            the statements of the build read instead of what is stored, and computes again: the members in place before, and all of \
            the session before, must be the same. Nothing stored is touched.",
        parameters: &[Parameter::path("slug", Kind::Text("top100-equal-daily-price-line"), "The index.")],
        body: Some(Body::OptionalJson(Shape::of::<LookAheadCheck>(include_str!("examples/look_ahead_check.json")))),
        status: 200,
        answer: Answer::Json(Shape::of::<LookAheadReport>(include_str!("examples/look_ahead_report.json"))),
        problems: &[
            (404, NOT_BUILT),
            (409, "`sessions_not_built`; `inputs_gone`: the data from which a session was built is not held any more."),
            (413, "`body_too_large`: more than 1 MB."),
            (415, "`unsupported_content_type`: the body is not JSON."),
            (422, "`invalid_value`; `nothing_to_check`: fewer than two built sessions."),
        ],
    },
    Operation {
        method: "post",
        path: "/what-if",
        access: Access::Read,
        tag: "research",
        id: "whatIf",
        summary: "A changed index, or holdings of one's own, beside the index as it is",
        about: "Nothing is stored. As `text/csv`, or as an `.xlsx` workbook, the body is dated holdings (`date,ticker` and optionally \
            `weight`), with `index`, `start_date` and `end_date` as query parameters; with JSON they are in the body.",
        parameters: &[START, END, INDEX, FORM],
        body: Some(Body::JsonOrTable(
            Shape::of::<WhatIf>(include_str!("examples/what_if.json")),
            "date,ticker,weight\n2024-01-02,AAA,0.6\n2024-01-02,BBB,0.4\n",
        )),
        status: 200,
        answer: Answer::Table(Shape::of::<WhatIfResult>(include_str!("examples/what_if_result.json"))),
        problems: &[
            (404, NOT_BUILT),
            (409, "`sessions_not_built`: data is held but not built."),
            (413, "`body_too_large`: more than 1 MB."),
            (415, "`unsupported_content_type`: the body is neither JSON, CSV nor a workbook."),
            (422, "`invalid_value`: every field that broke a rule; `range_too_large`; `nothing_held`."),
        ],
    },
    Operation {
        method: "get",
        path: "/definitions",
        access: Access::Read,
        tag: "research",
        id: "listDefinitions",
        summary: "The what-if questions that are kept",
        about: "The caller's own, by name; an owner keeps at most 100.",
        parameters: &[],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<SavedDefinitionList>(include_str!("examples/saved_definitions.json"))),
        problems: &[],
    },
    Operation {
        method: "put",
        path: "/definitions/{name}",
        access: Access::Needs("build"),
        tag: "research",
        id: "saveDefinition",
        summary: "Keeps a what-if question",
        about: "In place of the one of that name. The body is that of `POST /what-if` without dates; dated holdings as CSV or as a \
            workbook come with `index` as query parameter.",
        parameters: &[NAME, INDEX],
        body: Some(Body::JsonOrTable(
            Shape::of::<WhatIf>(include_str!("examples/definition.json")),
            "date,ticker,weight\n2024-01-02,AAA,0.6\n2024-01-02,BBB,0.4\n",
        )),
        status: 200,
        answer: Answer::Json(Shape::of::<SavedDefinition>(include_str!("examples/saved_definition.json"))),
        problems: &[
            (409, "`too_many_definitions`: 100 per owner."),
            (413, "`body_too_large`: more than 1 MB."),
            (415, "`unsupported_content_type`: the body is neither JSON, CSV nor a workbook."),
            (422, "`invalid_value`: every field that broke a rule, also a date and a name of other characters."),
        ],
    },
    Operation {
        method: "get",
        path: "/definitions/{name}",
        access: Access::Read,
        tag: "research",
        id: "getDefinition",
        summary: "One what-if question that is kept",
        about: "",
        parameters: &[NAME],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<SavedDefinition>(include_str!("examples/saved_definition.json"))),
        problems: &[(404, "`not_found`: the caller keeps none of that name.")],
    },
    Operation {
        method: "delete",
        path: "/definitions/{name}",
        access: Access::Needs("build"),
        tag: "research",
        id: "deleteDefinition",
        summary: "Forgets a what-if question",
        about: "",
        parameters: &[NAME],
        body: None,
        status: 204,
        answer: Answer::Empty,
        problems: &[(404, "`not_found`: the caller keeps none of that name.")],
    },
    Operation {
        method: "get",
        path: "/definitions/{name}/compare",
        access: Access::Read,
        tag: "research",
        id: "compareDefinitions",
        summary: "Two definitions side by side",
        about: "Both are walked over the same sessions and rebased at the first. `against` is another name, or the slug of an index, \
            which is then taken as it is; so may the name in the path be.",
        parameters: &[
            NAME,
            Parameter::query("against", Kind::Text(""), "Another name, or an index's slug."),
            START,
            END,
            FORM,
        ],
        body: None,
        status: 200,
        answer: Answer::Table(Shape::of::<DefinitionComparison>(include_str!("examples/definition_comparison.json"))),
        problems: &[
            (404, "`not_found`: no definition of that name and no index; `no_data`: nothing of the range is built."),
            (409, "`sessions_not_built`; `benchmark_incomplete`: both are not held on the same sessions."),
            (422, "`invalid_value`; `range_too_large`; `nothing_held`."),
        ],
    },
];
