//! The routes for the user's own files.

use super::access::Access;
use super::operation::{Answer, Body, Operation, Shape};
use super::parameters::{CURSOR, Kind, LIMIT, Parameter};
use crate::api::{Import, ImportList, ImportPart};

const KIND: Parameter = Parameter::query(
    "kind",
    Kind::Choice(
        &["daily_bars", "securities", "market_caps", "shares", "splits", "dividends", "ticker_changes"],
        false,
    ),
    "What the rows are.",
)
.required();
const IMPORTED_KIND: Parameter = Parameter::query(
    "kind",
    Kind::Choice(
        &["daily_bars", "securities", "market_caps", "shares", "splits", "dividends", "ticker_changes", "chains"],
        false,
    ),
    "What the rows are.",
)
.required();
const ID: Parameter = Parameter::path("id", Kind::Whole(1, (1 << 53) - 1, None), "Its number.");
const UNKNOWN: &str = "`not_found`: no such import.";
const CLOSED: &str = "`import_not_open`: it takes no more bytes; `conflict`: it was given up meanwhile.";
const REFUSED_FILE: &str = "A required column is missing, or the file cannot be read as what it was sent as; nothing of it \
    is stored.";

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "post",
        path: "/imports",
        access: Access::Needs("ingest"),
        tag: "files",
        id: "createImport",
        summary: "Reads, checks and stores a file",
        about: "Streamed and checked row by row; atomic per file. Rows that break a rule are turned away and listed, the \
            others are stored. Without a body it opens an upload in parts, for files beyond 90 MB. Columns of each kind: \
            `docs/imports.md`.",
        parameters: &[IMPORTED_KIND],
        body: Some(Body::Table),
        status: 201,
        answer: Answer::Json(Shape::of::<Import>(include_str!("examples/import.json"))),
        problems: &[
            (409, "`conflict`: the upload was given up, or someone else published at the same time; send it again."),
            (413, "The body, or what it unpacks to, is too large."),
            (415, "`unsupported_content_type`: neither CSV nor Parquet, or packed by something else than gzip."),
            (422, REFUSED_FILE),
        ],
    },
    Operation {
        method: "get",
        path: "/imports",
        access: Access::Read,
        tag: "files",
        id: "listImports",
        summary: "All imports, the latest first",
        about: "",
        parameters: &[LIMIT, CURSOR],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<ImportList>(include_str!("examples/imports.json"))),
        problems: &[(422, "`invalid_value`: a limit out of bounds.")],
    },
    Operation {
        method: "get",
        path: "/imports/{id}",
        access: Access::Read,
        tag: "files",
        id: "getImport",
        summary: "One import",
        about: "",
        parameters: &[ID],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<Import>(include_str!("examples/import.json"))),
        problems: &[(404, UNKNOWN)],
    },
    Operation {
        method: "delete",
        path: "/imports/{id}",
        access: Access::Needs("ingest"),
        tag: "files",
        id: "undoImport",
        summary: "Undoes an import",
        about: "Brings back what was stored before it, except where something newer has replaced its rows since. An upload \
            that is still open is given up. Undoing it again changes nothing.",
        parameters: &[ID],
        body: None,
        status: 200,
        answer: Answer::Json(Shape::of::<Import>(include_str!("examples/import.json"))),
        problems: &[(404, UNKNOWN), (409, "`conflict`: someone else published at the same time; try again.")],
    },
    Operation {
        method: "put",
        path: "/imports/{id}/parts/{n}",
        access: Access::Needs("ingest"),
        tag: "files",
        id: "putImportPart",
        summary: "Keeps a part of a file",
        about: "Sent again, it replaces the earlier one. Needs a `Content-Length`.",
        parameters: &[ID, Parameter::path("n", Kind::Whole(1, 10_000, None), "The part's number, from 1.")],
        body: Some(Body::Bytes),
        status: 200,
        answer: Answer::Json(Shape::of::<ImportPart>(r#"{"id": 7, "part": 1, "bytes": 50000000}"#)),
        problems: &[
            (404, UNKNOWN),
            (409, CLOSED),
            (413, "`body_too_large`: more than 90 MB."),
            (422, "`invalid_value`: a part number out of bounds."),
        ],
    },
    Operation {
        method: "post",
        path: "/imports/{id}/commit",
        access: Access::Needs("ingest"),
        tag: "files",
        id: "commitImport",
        summary: "Reads, checks and stores the file that the parts make up",
        about: "",
        parameters: &[ID],
        body: None,
        status: 201,
        answer: Answer::Json(Shape::of::<Import>(include_str!("examples/import.json"))),
        problems: &[
            (404, UNKNOWN),
            (
                409,
                "`import_not_open`: it was committed, undone or given up; `missing_part`: a part between others was not sent.",
            ),
            (413, "The file, or what it unpacks to, is too large."),
            (422, REFUSED_FILE),
        ],
    },
    Operation {
        method: "get",
        path: "/exports",
        access: Access::Read,
        tag: "files",
        id: "exportStored",
        summary: "The stored rows of one kind as CSV",
        about: "Streamed, whatever its size; `POST /imports` of the same kind reads it back.",
        parameters: &[
            KIND,
            Parameter::query("first_day", Kind::Date(""), "First day; absent = the first held. Not for `securities`."),
            Parameter::query("last_day", Kind::Date(""), "Last day; absent = the last held. Not for `securities`."),
        ],
        body: None,
        status: 200,
        answer: Answer::Csv("date,ticker,open,high,low,close,volume,adj_close\r\n"),
        problems: &[(422, "`invalid_value`: a date that no calendar has, a reversed range, days for `securities`.")],
    },
];
