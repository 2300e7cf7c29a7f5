//! Parameters and headers that routes share.

use serde_json::{Map, Value, json};

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    /// `query`, `path` or `header`.
    pub(super) place: &'static str,
    pub(super) required: bool,
    pub(super) kind: Kind,
    pub(super) about: &'static str,
}

/// What a parameter's text is read as.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// `YYYY-MM-DD`; an example where it is required.
    Date(&'static str),
    /// Anything; an example where it is required.
    Text(&'static str),
    /// A whole number: least, most, and what absence means.
    Whole(i64, i64, Option<i64>),
    /// One of these, the default first where `true`.
    Choice(&'static [&'static str], bool),
}

impl Kind {
    fn schema(self) -> Value {
        match self {
            Self::Date(_) => json!({"type": "string", "format": "date"}),
            Self::Text(_) => json!({"type": "string"}),
            Self::Whole(least, most, None) => json!({"type": "integer", "minimum": least, "maximum": most}),
            Self::Whole(least, most, Some(default)) => {
                json!({"type": "integer", "minimum": least, "maximum": most, "default": default})
            }
            Self::Choice(names, true) => json!({"type": "string", "enum": names, "default": names[0]}),
            Self::Choice(names, false) => json!({"type": "string", "enum": names}),
        }
    }
}

impl Parameter {
    /// A query parameter that may be absent.
    pub(super) const fn query(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, place: "query", required: false, kind, about }
    }

    /// The same, but it must be there.
    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// A part of the path.
    pub(super) const fn path(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, place: "path", required: true, kind, about }
    }

    /// The entry of an operation's list.
    pub(super) fn rendered(&self) -> Value {
        let mut entry = json!({
            "name": self.name, "in": self.place, "required": self.required, "schema": self.kind.schema(),
            "description": self.about,
        });
        // A page that lets one try a route fills examples in; what may be absent is left so.
        if self.required {
            match self.kind {
                Kind::Date(example) | Kind::Text(example) => entry["example"] = example.into(),
                Kind::Whole(least, _, _) => entry["example"] = least.into(),
                Kind::Choice(names, _) => entry["example"] = names[0].into(),
            }
        }
        entry
    }
}

pub(super) const START: Parameter = Parameter::query(
    "start_date",
    Kind::Date("2024-01-02"),
    "First day of the range; absent = the first built session.",
);
pub(super) const END: Parameter =
    Parameter::query("end_date", Kind::Date(""), "Last day of the range; absent = the last built session.");
pub(super) const DATE: Parameter =
    Parameter::query("date", Kind::Date("2024-03-15"), "A session of the exchange.").required();
pub(super) const INDEX: Parameter =
    Parameter::query("index", Kind::Text(""), "An index's slug; absent = `top100-equal-daily-price-line`.");
pub(super) const GAPS: Parameter = Parameter::query(
    "gaps",
    Kind::Choice(&["bridge"], false),
    "`bridge`: the last held session stands for missing ones before it, instead of a 409.",
);
pub(super) const FORMAT: Parameter = Parameter::query(
    "format",
    Kind::Choice(&["json", "csv", "xlsx"], true),
    "The form of the answer; `Accept` works too, this goes before it.",
);
pub(super) const LIMIT: Parameter =
    Parameter::query("limit", Kind::Whole(1, 1_000, Some(100)), "How many entries a page has at most.");
pub(super) const CURSOR: Parameter =
    Parameter::query("cursor", Kind::Text(""), "`next_cursor` of the page before; absent = the first page.");

/// What every read takes that the caches keep.
pub(super) const OF_CACHED: &[Parameter] = &[
    Parameter {
        name: "If-None-Match",
        place: "header",
        required: false,
        kind: Kind::Text(""),
        about: "The `ETag` of an earlier answer: 304 without a body while it is still good.",
    },
    Parameter {
        name: "x-data-version",
        place: "header",
        required: false,
        kind: Kind::Whole(0, (1 << 53) - 1, None),
        about: "The newest `data_version` the client has seen: nothing older is answered.",
    },
];

const HEADERS: [(&str, &str, &str); 11] = [
    ("x-request-id", "string", "Names this exchange in the service's log."),
    ("x-data-version", "integer", "The version of the stored data that this was made from."),
    ("x-cache", "string", "`hit` when isolate memory or KV had the answer, else `miss`."),
    ("ETag", "string", "Strong: the same tag means the same bytes."),
    ("Location", "string", "The path of what was made."),
    ("Content-Disposition", "string", "A file name, where a file is answered."),
    ("Retry-After", "integer", "Seconds after which trying again makes sense."),
    ("WWW-Authenticate", "string", "`Bearer`."),
    ("RateLimit-Limit", "integer", "Requests a minute, where they are counted."),
    ("RateLimit-Remaining", "integer", "Requests left at once."),
    ("RateLimit-Reset", "integer", "Seconds until all are left again."),
];

/// Every header of answers, for the document's components.
pub(super) fn headers() -> Value {
    let entry = |(name, kind, about): (&str, &str, &str)| {
        (name.to_owned(), json!({"description": about, "schema": {"type": kind}}))
    };
    Value::Object(HEADERS.into_iter().map(entry).collect())
}

/// References to some of them.
pub(super) fn named(names: &[&str]) -> Value {
    let entry = |name: &&str| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    Value::Object(names.iter().map(entry).collect::<Map<_, _>>())
}
