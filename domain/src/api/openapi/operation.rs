//! One entry per route, and how it is written in the document.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, schema::Schema};

use super::access::Access;
use super::parameters::{self, Parameter};
use super::problems;

/// A route: what it takes, what it answers.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) access: Access,
    /// One of the document's tags.
    pub(super) tag: &'static str,
    /// Unique, for generated clients.
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) about: &'static str,
    pub(super) parameters: &'static [Parameter],
    pub(super) body: Option<Body>,
    pub(super) status: u16,
    pub(super) answer: Answer,
    /// What else can go wrong: the status, and which codes say so. What every route can answer is added.
    pub(super) problems: &'static [(u16, &'static str)],
}

/// A type of the API with an example of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    name: fn() -> std::borrow::Cow<'static, str>,
    schema: fn() -> RefOr<Schema>,
    nested: fn(&mut Vec<(String, RefOr<Schema>)>),
    example: &'static str,
    /// Reads the example as the type; only the test asks.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the test that reads every example asks"))]
    pub(super) read: fn(&str) -> Result<(), serde_json::Error>,
}

impl Shape {
    /// The shape of `T`; `example` is JSON.
    pub(super) const fn of<T: ToSchema + DeserializeOwned>(example: &'static str) -> Self {
        Self {
            name: T::name,
            schema: T::schema,
            nested: T::schemas,
            example,
            read: |text| serde_json::from_str::<T>(text).map(|_| ()),
        }
    }

    /// A reference to it.
    pub(super) fn reference(&self) -> Value {
        json!({"$ref": format!("#/components/schemas/{}", (self.name)())})
    }

    /// Adds it and all that it consists of.
    pub(super) fn add_to(&self, schemas: &mut Map<String, Value>) {
        let mut found = vec![((self.name)().into_owned(), (self.schema)())];
        (self.nested)(&mut found);
        for (name, schema) in found {
            let schema = serde_json::to_value(schema).expect("a schema has a JSON form");
            let before = schemas.insert(name.clone(), schema.clone());
            assert!(before.is_none_or(|before| before == schema), "two types of the API are called {name}");
        }
    }

    /// The example's text.
    pub(super) const fn example(&self) -> &'static str {
        self.example
    }

    fn content(&self) -> Value {
        let example: Value = serde_json::from_str(self.example).expect("every example is JSON, as the test sees");
        json!({"schema": self.reference(), "example": example})
    }
}

/// What a request carries.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    /// JSON that may be left out.
    OptionalJson(Shape),
    /// JSON.
    Json(Shape),
    /// A table as CSV or Parquet, gzip or not; nothing opens an upload in parts.
    Table,
    /// A part of a file.
    Bytes,
    /// JSON, a CSV file of which this is an example, or a workbook of the same.
    JsonOrTable(Shape, &'static str),
}

impl Body {
    fn rendered(self) -> Value {
        let file = |about: &str| json!({"schema": {"type": "string", "format": "binary", "description": about}});
        match self {
            Self::OptionalJson(shape) => json!({"required": false, "content": {"application/json": shape.content()}}),
            Self::Json(shape) => json!({"required": true, "content": {"application/json": shape.content()}}),
            Self::Table => json!({
                "required": false,
                "description": "At most 90 MB as sent; with `Content-Encoding: gzip` or not.",
                "content": {
                    "text/csv": {
                        "schema": {"type": "string"},
                        "example": "date,ticker,close,adj_close,volume,market_cap\n\
                            2024-03-15,AAPL,172.62,171.95,121664700,2665649000000\n",
                    },
                    "application/vnd.apache.parquet": file("A Parquet file."),
                    "application/gzip": file("A CSV file packed by gzip."),
                },
            }),
            Self::JsonOrTable(shape, example) => json!({
                "required": true,
                "content": {
                    "application/json": shape.content(),
                    "text/csv": {"schema": {"type": "string"}, "example": example},
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
                        file("The same columns on the first sheet of a workbook."),
                },
            }),
            Self::Bytes => json!({
                "required": true, "content": {"application/octet-stream": file("At most 90 MB of the file.")},
            }),
        }
    }
}

/// What a route answers when all is well.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// JSON.
    Json(Shape),
    /// JSON or CSV, as asked for.
    JsonOrCsv(Shape, &'static str),
    /// A JSON document of any shape: an example.
    Document(&'static str),
    /// JSON made from stored data, kept by the caches.
    Cached(Shape),
    /// The same, also as CSV and as a workbook.
    CachedTable(Shape),
    /// JSON, also as CSV and as a workbook, that no cache keeps.
    Table(Shape),
    /// A workbook.
    Workbook,
    /// A CSV file.
    Csv(&'static str),
    /// Text of another kind: the media type and an example.
    Text(&'static str, &'static str),
    /// Nothing.
    Empty,
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Answer {
    /// Whether the caches keep it, so that it has an entity tag.
    pub(super) const fn is_cached(self) -> bool {
        matches!(self, Self::Cached(_) | Self::CachedTable(_))
    }

    const fn shape(self) -> Option<Shape> {
        match self {
            Self::Json(shape)
            | Self::JsonOrCsv(shape, _)
            | Self::Cached(shape)
            | Self::CachedTable(shape)
            | Self::Table(shape) => Some(shape),
            Self::Workbook | Self::Csv(_) | Self::Document(_) | Self::Text(..) | Self::Empty => None,
        }
    }

    fn content(self) -> Value {
        let workbook = json!({"schema": {"type": "string", "format": "binary"}});
        match self {
            Self::Json(shape) | Self::Cached(shape) => json!({"application/json": shape.content()}),
            Self::JsonOrCsv(shape, example) => json!({
                "application/json": shape.content(),
                "text/csv": {"schema": {"type": "string"}, "example": example},
            }),
            Self::Document(example) => json!({
                "application/json": {
                    "schema": {"type": "object"},
                    "example": serde_json::from_str::<Value>(example).unwrap_or_default(),
                },
            }),
            Self::CachedTable(shape) | Self::Table(shape) => json!({
                "application/json": shape.content(),
                "text/csv": {"schema": {"type": "string", "description": "RFC 4180, the same numbers row by row."}},
                XLSX: workbook,
            }),
            Self::Workbook => json!({XLSX: workbook}),
            Self::Csv(example) => json!({"text/csv": {"schema": {"type": "string"}, "example": example}}),
            Self::Text(kind, example) => json!({kind: {"schema": {"type": "string"}, "example": example}}),
            Self::Empty => Value::Null,
        }
    }
}

impl Operation {
    /// The types that it names.
    pub(super) fn shapes(&self) -> impl Iterator<Item = Shape> {
        let body = match self.body {
            Some(Body::Json(shape) | Body::OptionalJson(shape) | Body::JsonOrTable(shape, _)) => Some(shape),
            Some(Body::Table | Body::Bytes) | None => None,
        };
        body.into_iter().chain(self.answer.shape())
    }

    /// The entry under its path and method.
    pub(super) fn rendered(&self) -> Value {
        let mut entry = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "security": self.access.security(),
            "responses": self.responses(),
        });
        let scope = match self.access {
            Access::Needs(scope) => format!("\n\nNeeds the scope `{scope}` unless the service is open."),
            Access::Public | Access::Read => String::new(),
        };
        let about = format!("{}{scope}", self.about);
        if !about.is_empty() {
            entry["description"] = about.trim_start().into();
        }
        let own = self.parameters.iter();
        let cached = if self.answer.is_cached() { parameters::OF_CACHED } else { &[] };
        let list: Vec<Value> = own.chain(cached).map(Parameter::rendered).collect();
        if !list.is_empty() {
            entry["parameters"] = list.into();
        }
        if let Some(body) = self.body {
            entry["requestBody"] = body.rendered();
        }
        entry
    }

    fn responses(&self) -> Map<String, Value> {
        let mut responses = Map::new();
        let mut good = json!({"description": self.summary, "headers": self.answer_headers()});
        let content = self.answer.content();
        if !content.is_null() {
            good["content"] = content;
        }
        responses.insert(self.status.to_string(), good);
        if self.answer.is_cached() {
            let headers = parameters::named(&["ETag", "x-cache", "x-data-version", "x-request-id"]);
            responses.insert(
                "304".into(),
                json!({"description": "The copy named by `If-None-Match` is still good.", "headers": headers}),
            );
        }
        let is_vendor = ["/v2/", "/v3/", "/vX/"].iter().any(|start| self.path.starts_with(start));
        for (status, codes) in self.problems {
            let own = if is_vendor { problems::of_vendor } else { problems::own };
            responses.insert(status.to_string(), own(*status, codes));
        }
        for status in problems::of_every_route(self.access) {
            let shared = || if is_vendor { problems::of_vendor(*status, "") } else { problems::reference(*status) };
            responses.entry(status.to_string()).or_insert_with(shared);
        }
        responses
    }

    fn answer_headers(&self) -> Value {
        let mut names = vec!["x-request-id"];
        if self.answer.is_cached() {
            names.extend(["ETag", "x-cache"]);
        }
        if self.answer.is_cached()
            || matches!(self.answer, Answer::Workbook | Answer::Csv(_))
            || matches!(self.id, "buildIndex" | "whatIf")
        {
            names.push("x-data-version");
        }
        if matches!(self.answer, Answer::Workbook | Answer::Csv(_) | Answer::CachedTable(_) | Answer::Table(_)) {
            names.push("Content-Disposition");
        }
        if self.status == 201 {
            names.push("Location");
        }
        if self.access != Access::Public {
            names.extend(["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]);
        }
        parameters::named(&names)
    }
}
