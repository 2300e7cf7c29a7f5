//! The routes that clients of Massive (formerly Polygon.io) know.

use super::access::Access;
use super::operation::{Answer, Operation, Shape};
use super::parameters::{Kind, Parameter};
use crate::api::{
    Aggregates, DividendPage, GroupedDaily, SplitPage, TickerDetailsAnswer, TickerEventsAnswer, TickerPage,
};

const KEY: Parameter =
    Parameter::query("apiKey", Kind::Text(""), "The API key, where a client cannot send a header. It is never logged.");
const ADJUSTED: Parameter =
    Parameter::query("adjusted", Kind::Choice(&["true", "false"], true), "Restate prices for splits.");
const TICKER: Parameter = Parameter::path("ticker", Kind::Text("AAPL"), "The symbol.");
const PAGE: Parameter = Parameter::query("cursor", Kind::Text(""), "From `next_url`.");
const OF_TICKER: Parameter = Parameter::query("ticker", Kind::Text(""), "Only this symbol.");
const ROWS: Parameter = Parameter::query("limit", Kind::Whole(1, 1_000, Some(10)), "How many a page has at most.");
const LATEST_FIRST: Parameter = Parameter::query("order", Kind::Choice(&["desc", "asc"], true), "By day, then ticker.");

const MODE: Parameter = Parameter::query(
    "mode",
    Kind::Choice(&["stored", "passthrough", "refresh"], true),
    "From the database, from a provider without writing anything, or from a provider through the database.",
);
const PROVIDER: Parameter = Parameter::query(
    "provider",
    Kind::Text(""),
    "Only this source, where `mode` is not `stored`; see `GET /providers`.",
);

const REFUSALS: &str = "`{status, request_id, error}`: a parameter that cannot be read, or is out of bounds.";

const UNUSABLE: &str = "`{status, request_id, error}`: the provider's answer is unusable.";

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "get",
        path: "/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}",
        access: Access::Read,
        tag: "market data",
        id: "getAggregates",
        summary: "Bars of any length",
        about: "Path, parameters, answer and refusals of the Massive (formerly Polygon.io) API, so that its clients work \
            unchanged; what that API does not have is added beside it. `t` is the start of a bar. `mode=passthrough` needs a \
            credential with the scope `read`, `mode=refresh` one with `ingest`; neither answer is cached.",
        parameters: &[
            TICKER,
            Parameter::path("multiplier", Kind::Whole(1, 1_440, None), "How many of the unit a bar lasts."),
            Parameter::path(
                "timespan",
                Kind::Choice(&["hour", "minute", "day", "week", "month", "quarter", "year"], false),
                "The unit.",
            ),
            Parameter::path(
                "from",
                Kind::Text("2024-01-02"),
                "First day, or Unix milliseconds; widened to whole bars.",
            ),
            Parameter::path("to", Kind::Text("2024-01-31"), "Last day, or Unix milliseconds; widened likewise."),
            ADJUSTED,
            Parameter::query("sort", Kind::Choice(&["asc", "desc"], true), "By time."),
            Parameter::query("limit", Kind::Whole(1, 50_000, Some(5_000)), "How many bars are answered at most."),
            Parameter::query(
                "adjustment",
                Kind::Choice(&["splits", "raw", "splits_and_dividends"], true),
                "What prices are restated for; more exact than `adjusted`.",
            ),
            Parameter::query(
                "align",
                Kind::Choice(&["clock", "session"], true),
                "From where minutes and hours count: midnight in New York, or the open of the session at 09:30 there.",
            ),
            Parameter::query(
                "extended",
                Kind::Choice(&["true", "false"], true),
                "`false`: only bars that touch the regular session.",
            ),
            Parameter::query(
                "as_of",
                Kind::Date(""),
                "What was known by the end of this day, replaced values included.",
            ),
            Parameter::query(
                "mode",
                Kind::Choice(&["stored", "passthrough", "refresh"], true),
                "From the database, from a provider without writing anything, or from a provider through the database.",
            ),
            Parameter::query("provider", Kind::Text(""), "Only this source; see `GET /providers`."),
            Parameter::query(
                "format",
                Kind::Choice(&["json", "csv", "xlsx"], true),
                "As a table: `t`, New York's date and time, prices, shares. `Accept` works too.",
            ),
            KEY,
        ],
        body: None,
        status: 200,
        answer: Answer::CachedTable(Shape::of::<Aggregates>(include_str!("examples/aggregates.json"))),
        problems: &[(400, REFUSALS), (502, UNUSABLE)],
    },
    Operation {
        method: "get",
        path: "/v2/aggs/grouped/locale/us/market/stocks/{date}",
        access: Access::Read,
        tag: "market data",
        id: "getGroupedDaily",
        summary: "A session of the whole market",
        about: "As in the same vendor's API: no `results` on a day without trading; `t` is the session's close.",
        parameters: &[
            Parameter::path("date", Kind::Date("2024-03-15"), "The day."),
            ADJUSTED,
            Parameter::query("include_otc", Kind::Choice(&["false", "true"], true), "Accepted; nothing here is."),
            Parameter::query("locale", Kind::Choice(&["us"], true), "Accepted."),
            Parameter::query("market_type", Kind::Choice(&["stocks"], true), "Accepted."),
            MODE,
            PROVIDER,
            KEY,
        ],
        body: None,
        status: 200,
        answer: Answer::Cached(Shape::of::<GroupedDaily>(include_str!("examples/grouped_daily.json"))),
        problems: &[(400, REFUSALS), (502, UNUSABLE)],
    },
    Operation {
        method: "get",
        path: "/v3/reference/tickers",
        access: Access::Read,
        tag: "market data",
        id: "listTickers",
        summary: "Securities",
        about: "As in the same vendor's API. The bounds `ticker.gt`, `.gte`, `.lt` and `.lte` are taken too.",
        parameters: &[
            OF_TICKER,
            Parameter::query("ticker.gt", Kind::Text(""), "Symbols above this."),
            Parameter::query("ticker.gte", Kind::Text(""), "Symbols from this on."),
            Parameter::query("ticker.lt", Kind::Text(""), "Symbols below this."),
            Parameter::query("ticker.lte", Kind::Text(""), "Symbols up to this."),
            Parameter::query("type", Kind::Text(""), "`CS` is common stock."),
            Parameter::query("market", Kind::Choice(&["stocks"], false), "Nothing else is here."),
            Parameter::query("exchange", Kind::Text(""), "The listing exchange's code."),
            Parameter::query("cik", Kind::Text(""), "The issuer's key."),
            Parameter::query("search", Kind::Text(""), "A part of the symbol or the name."),
            Parameter::query("date", Kind::Date(""), "As of this day; absent = today."),
            Parameter::query("active", Kind::Choice(&["true", "false"], true), "Listed on that day, or not."),
            Parameter::query("order", Kind::Choice(&["asc", "desc"], true), "By symbol."),
            Parameter::query("limit", Kind::Whole(1, 1_000, Some(100)), "How many a page has at most."),
            PAGE,
            MODE,
            PROVIDER,
            KEY,
        ],
        body: None,
        status: 200,
        answer: Answer::Cached(Shape::of::<TickerPage>(include_str!("examples/tickers.json"))),
        problems: &[(400, REFUSALS), (502, UNUSABLE)],
    },
    Operation {
        method: "get",
        path: "/v3/reference/tickers/{ticker}",
        access: Access::Read,
        tag: "market data",
        id: "getTicker",
        summary: "One security",
        about: "As in the same vendor's API, as of a day.",
        parameters: &[
            TICKER,
            Parameter::query("date", Kind::Date(""), "As of this day; absent = today."),
            Parameter::query("ticker", Kind::Text(""), "Accepted: the path says which."),
            MODE,
            PROVIDER,
            KEY,
        ],
        body: None,
        status: 200,
        answer: Answer::Cached(Shape::of::<TickerDetailsAnswer>(include_str!("examples/ticker_details.json"))),
        problems: &[
            (400, REFUSALS),
            (404, "`{status: NOT_FOUND, request_id, message}`: no such ticker."),
            (502, UNUSABLE),
        ],
    },
    Operation {
        method: "get",
        path: "/vX/reference/tickers/{ticker}/events",
        access: Access::Read,
        tag: "market data",
        id: "listTickerEvents",
        summary: "The symbols that a security bore",
        about: "As in the same vendor's API, the latest first. What changed is known from imports of `ticker_changes`; a symbol that \
            nobody bears any more stands for the security that bore it last, here and wherever bars, actions or coverage are asked for.",
        parameters: &[TICKER, Parameter::query("types", Kind::Choice(&["ticker_change"], true), "Accepted."), KEY],
        body: None,
        status: 200,
        answer: Answer::Cached(Shape::of::<TickerEventsAnswer>(include_str!("examples/ticker_events.json"))),
        problems: &[(400, REFUSALS), (404, "`{status: NOT_FOUND, request_id, message}`: no such ticker.")],
    },
    Operation {
        method: "get",
        path: "/v3/reference/splits",
        access: Access::Read,
        tag: "market data",
        id: "listSplits",
        summary: "Splits",
        about: "As in the same vendor's API. The bounds `execution_date.gt`, `.gte`, `.lt` and `.lte` are taken too.",
        parameters: &[
            OF_TICKER,
            Parameter::query("execution_date", Kind::Date(""), "Only this day."),
            Parameter::query("execution_date.gte", Kind::Date(""), "From this day on."),
            Parameter::query("execution_date.lte", Kind::Date(""), "Up to this day."),
            Parameter::query("reverse_split", Kind::Choice(&["true", "false"], false), "Only those, or only others."),
            LATEST_FIRST,
            ROWS,
            PAGE,
            MODE,
            PROVIDER,
            KEY,
        ],
        body: None,
        status: 200,
        answer: Answer::Cached(Shape::of::<SplitPage>(include_str!("examples/splits.json"))),
        problems: &[(400, REFUSALS), (502, UNUSABLE)],
    },
    Operation {
        method: "get",
        path: "/v3/reference/dividends",
        access: Access::Read,
        tag: "market data",
        id: "listDividends",
        summary: "Cash dividends",
        about: "As in the same vendor's API. The bounds `ex_dividend_date.gt`, `.gte`, `.lt` and `.lte` are taken too.",
        parameters: &[
            OF_TICKER,
            Parameter::query("ex_dividend_date", Kind::Date(""), "Only this day."),
            Parameter::query("ex_dividend_date.gte", Kind::Date(""), "From this day on."),
            Parameter::query("ex_dividend_date.lte", Kind::Date(""), "Up to this day."),
            LATEST_FIRST,
            ROWS,
            PAGE,
            MODE,
            PROVIDER,
            KEY,
        ],
        body: None,
        status: 200,
        answer: Answer::Cached(Shape::of::<DividendPage>(include_str!("examples/dividends.json"))),
        problems: &[(400, REFUSALS), (502, UNUSABLE)],
    },
];
