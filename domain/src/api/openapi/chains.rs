//! The routes of option chains.

use super::access::Access;
use super::operation::{Answer, Operation, Shape};
use super::parameters::{Kind, LIMIT, Parameter};
use crate::api::{ChainOfDay, HeldChainsList};

const HELD: &str = r#"{"data": [{"underlying": "SPX", "first_date": "2019-04-25", "last_date": "2019-07-22", "sessions": 56,
    "months": 4, "rows": 342948, "bytes": 9437184, "sources": ["files"], "synthetic": false, "crossed": 0, "locked": 12,
    "without_bid": 20117, "data_version": 3}], "next_cursor": null}"#;

const DAY: &str = r#"{"underlying": "SPX", "date": "2019-04-25", "quotes": [{"expiration": "2019-04-26", "root": "SPXW",
    "type": "c", "strike": 2340, "bid": 576.4, "ask": 580.1, "iv": null, "delta": 0.9991, "gamma": null, "theta": null,
    "vega": null, "volume": 0, "open_interest": 0, "underlying_price": 2919.04}]}"#;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "get",
        path: "/chains",
        access: Access::Read,
        tag: "backtests",
        id: "listChains",
        summary: "Which option chains are held",
        about: "One entry an underlying, with what is to be known of its quotes' quality.",
        parameters: &[
            LIMIT,
            Parameter::query("cursor", Kind::Text(""), "Where to go on, as the page before said; absent = the start."),
        ],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<HeldChainsList>(HELD)),
        problems: &[(422, "`invalid_value`: a limit out of bounds.")],
    },
    Operation {
        method: "get",
        path: "/chains/{underlying}",
        access: Access::Read,
        tag: "backtests",
        id: "chainOfDay",
        summary: "One session's option chain",
        about: "`format=csv` is a file that `POST /imports?kind=chains` reads back.",
        parameters: &[
            Parameter::path("underlying", Kind::Text("SPX"), "The underlying; `/` is written `%2F`."),
            Parameter::query("date", Kind::Date("2019-04-25"), "The session; absent = the last one held."),
            Parameter::query("format", Kind::Choice(&["json", "csv"], true), "How the table comes."),
        ],
        body: None,
        status: 200,
        answer: Answer::JsonOrCsv(
            Shape::of::<ChainOfDay>(DAY),
            "quote_date,underlying,underlying_price,expiration,strike,type,bid,ask,iv,delta,gamma,theta,vega,volume,\
            open_interest,root\n",
        ),
        problems: &[
            (
                404,
                "`not_found`: no chain of this underlying; `no_data`: none of that day, `nearest_sessions` names others.",
            ),
            (422, "`invalid_value`: a date that no calendar has."),
        ],
    },
];
