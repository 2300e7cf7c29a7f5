//! The routes of streams.

use super::access::Access;
use super::operation::{Answer, Body, Operation, Shape};
use super::parameters::{CURSOR, Kind, LIMIT, Parameter};
use crate::api::{AddBatch, AddedBatch, AllStreamStats, ManyStreamStats, StreamStats, StreamSymbolList, StreamValues};

const SYMBOL: Parameter =
    Parameter::query("symbol", Kind::Text("BTC/USD"), "1 to 64 of `A-Z a-z 0-9 . _ : / -`.").required();
const DETAIL: Parameter = Parameter::query(
    "detail",
    Kind::Choice(&["basic", "full"], true),
    "`full` adds `first`, `sum`, `range`, `std`, `sample_var`, `sample_std`.",
);
const K_LIST: Parameter =
    Parameter::query("k", Kind::Text(""), "Exponents separated by commas, such as `1,3`; absent with `n` = all eight.");
const N_LIST: Parameter =
    Parameter::query("n", Kind::Text(""), "Lengths separated by commas, such as `250,5000`; at most 32 windows.");
const IMPOSSIBLE: &str = "`invalid_value`: a symbol that no stream can have, a k out of bounds.";
const UNKNOWN: &str = "`not_found`: no such stream.";

const fn batch_parameter(name: &'static str, kind: Kind, about: &'static str) -> Parameter {
    Parameter::query(name, kind, about)
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "post",
        path: "/add_batch",
        access: Access::Needs("stream"),
        tag: "streams",
        id: "addBatch",
        summary: "Appends up to 10 000 points to a stream, all of them or none",
        about: "Answered once the points are on disk. `sequence`, the total before the batch, makes a retry harmless: where \
            those very points are already there, the answer is that of the first attempt. Also takes \
            `application/octet-stream` (doubles, eight bytes each, little-endian) and `application/x-ndjson` (one number a \
            line), with `symbol` and `sequence` as query parameters. Any of them may be packed (`Content-Encoding: gzip`). A \
            batch without values creates nothing.",
        parameters: &[
            batch_parameter("symbol", Kind::Text(""), "The stream, where the body is not JSON."),
            batch_parameter(
                "sequence",
                Kind::Whole(0, (1 << 53) - 1, None),
                "The stream's total before this batch, where the body is not JSON.",
            ),
        ],
        body: Some(Body::Json(Shape::of::<AddBatch>(
            r#"{"symbol": "BTC/USD", "values": [64998.5, 65001.25], "sequence": 0}"#,
        ))),
        status: 200,
        answer: Answer::Json(Shape::of::<AddedBatch>(r#"{"symbol": "BTC/USD", "added": 2, "total": 2}"#)),
        problems: &[
            (409, "`sequence_gap`: earlier batches are missing; `sequence_taken`: other points are in their place."),
            (413, "`body_too_large`."),
            (415, "`unsupported_content_type`."),
            (422, "`invalid_value`: more than 10 000 values, one that is no finite number, an impossible symbol."),
        ],
    },
    Operation {
        method: "get",
        path: "/stats",
        access: Access::Read,
        tag: "streams",
        id: "streamStats",
        summary: "Minimum, maximum, last, mean and population variance of the last 10^k points",
        about: "Over the last `min(10^k, total)` points in arrival order; `complete` says whether there are 10^k. One of \
            `k`, `exponent` and `n` must be there.",
        parameters: &[
            SYMBOL,
            Parameter::query("k", Kind::Whole(1, 8, None), "The window's exponent."),
            Parameter::query("exponent", Kind::Whole(1, 8, None), "Another name of `k`."),
            Parameter::query("n", Kind::Whole(1, 100_000_000, None), "The window's length, where it is no 10^k."),
            DETAIL,
            Parameter::query(
                "strict",
                Kind::Choice(&["false", "true"], true),
                "`true`: a window that is not complete is a 409.",
            ),
        ],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<StreamStats>(include_str!("examples/stream_stats.json"))),
        problems: &[
            (404, UNKNOWN),
            (409, "`incomplete_window`: the stream has fewer points, and `strict` was asked for."),
            (422, IMPOSSIBLE),
        ],
    },
    Operation {
        method: "get",
        path: "/stats/all",
        access: Access::Read,
        tag: "streams",
        id: "allStreamStats",
        summary: "The eight windows at once, or those asked for",
        about: "",
        parameters: &[SYMBOL, K_LIST, N_LIST, DETAIL],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<AllStreamStats>(include_str!("examples/all_stream_stats.json"))),
        problems: &[(404, UNKNOWN), (422, IMPOSSIBLE)],
    },
    Operation {
        method: "get",
        path: "/stats/many",
        access: Access::Read,
        tag: "streams",
        id: "manyStreamStats",
        summary: "Windows of several streams at once",
        about: "The streams answer at the same time, each for itself: this is no common moment of all of them.",
        parameters: &[
            Parameter::query("symbols", Kind::Text("BTC/USD,ETH/USD"), "Up to 50 symbols separated by commas.")
                .required(),
            K_LIST,
            N_LIST,
            DETAIL,
        ],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<ManyStreamStats>(include_str!("examples/many_stream_stats.json"))),
        problems: &[(422, IMPOSSIBLE)],
    },
    Operation {
        method: "get",
        path: "/stats/values",
        access: Access::Read,
        tag: "streams",
        id: "streamValues",
        summary: "The points themselves, in arrival order",
        about: "The newest `n`, or those from the position `from` on, counted from 0 at the stream's beginning. `from` plus \
            the number of values is the `from` of the next page. As JSON or CSV (`position,value`).",
        parameters: &[
            SYMBOL,
            Parameter::query("n", Kind::Whole(1, 100_000, Some(100_000)), "How many at most."),
            Parameter::query(
                "from",
                Kind::Whole(0, (1 << 53) - 1, None),
                "The position of the first; absent = the newest.",
            ),
            Parameter::query("format", Kind::Choice(&["json", "csv"], true), "The form; `Accept` works too."),
        ],
        body: None,
        status: 200,
        answer: Answer::JsonOrCsv(
            Shape::of::<StreamValues>(r#"{"symbol": "BTC/USD", "total": 2, "from": 0, "values": [64998.5, 65001.25]}"#),
            "position,value\n0,64998.5\n1,65001.25\n",
        ),
        problems: &[
            (404, UNKNOWN),
            (409, "`points_dropped`: points that old are no longer held; the detail says which is the oldest."),
            (422, IMPOSSIBLE),
        ],
    },
    Operation {
        method: "get",
        path: "/stats/live",
        access: Access::Read,
        tag: "streams",
        id: "liveStreamStats",
        summary: "The eight windows over a WebSocket",
        about: "The answer of `/stats/all` as a text message: one at once, then after batches, at most ten a second.",
        parameters: &[SYMBOL],
        body: None,
        status: 101,
        answer: Answer::Empty,
        problems: &[
            (404, UNKNOWN),
            (422, IMPOSSIBLE),
            (426, "`upgrade_required`: the request asked for no WebSocket."),
        ],
    },
    Operation {
        method: "get",
        path: "/symbols",
        access: Access::Read,
        tag: "streams",
        id: "listSymbols",
        summary: "The streams with their counts, the newest first",
        about: "",
        parameters: &[LIMIT, CURSOR],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<StreamSymbolList>(
            r#"{"data": [{"symbol": "BTC/USD", "total": 2, "created_at": 1710513000000}], "next_cursor": null}"#,
        )),
        problems: &[(422, "`invalid_value`: a limit out of bounds.")],
    },
    Operation {
        method: "delete",
        path: "/symbols/{symbol}",
        access: Access::Needs("stream"),
        tag: "streams",
        id: "forgetSymbol",
        summary: "Forgets a stream and all its points",
        about: "",
        parameters: &[Parameter::path("symbol", Kind::Text("BTC/USD"), "Its name; `/` is written `%2F`.")],
        body: None,
        status: 204,
        answer: Answer::Empty,
        problems: &[(404, UNKNOWN), (422, IMPOSSIBLE)],
    },
];
