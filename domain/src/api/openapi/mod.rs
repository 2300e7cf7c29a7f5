//! The OpenAPI 3.1 description of the HTTP API, put together from the DTOs and from one entry per route.
//!
//! A test holds the entries to the Worker's route table in both directions, and `docs/openapi.json` to this code.

mod access;
mod backtests;
mod chains;
mod files;
mod graphql;
mod index_service;
mod market_data;
mod operation;
mod parameters;
mod problems;
mod research;
mod service;
mod streams;
mod vendor;

use serde_json::{Map, Value, json};

use operation::Operation;

/// The groups of routes, in the order in which they are shown, each with its sentence.
const TAGS: [(&str, &str); 9] = [
    ("index", "Build an index from the stored prices, read it, explain it, export it."),
    (
        "research",
        "Why an index moved, what it costs and compares with, what it would have been, whether its data is good.",
    ),
    ("market data", "Where prices come from and what each ingestion brought. Ingestion itself is a job, not an API."),
    ("streams", "Points in, exact statistics of the last 10^k points out."),
    ("backtests", "Option chains, strategies run over them, and what came of it."),
    ("files", "Your own files: import, list, undo, and export what is stored."),
    ("graphql", "Everything that can be read, as one graph."),
    ("keys", "API keys and what they allow."),
    ("service", "What operators and tools ask."),
];

const ABOUT: &str = "Prices in, an index out, every number explainable down to its source rows.\n\n\
    **Conventions.** JSON, UTF-8, `snake_case`. Dates are `YYYY-MM-DD`, civil days of the exchange (XNYS); instants are Unix \
    milliseconds, UTC. Returns, weights and volatilities are fractions (0.0123, not 1.23 %). Money is in the quote currency. \
    Absent is `null`. A parameter that a route does not know is refused. A trailing slash changes nothing; `HEAD` works \
    wherever `GET` does.\n\n\
    **Errors** are RFC 9457 problems (`application/problem+json`) with a stable `code`. A path that exists with another \
    method answers 405 with `Allow`.\n\n\
    **Versions.** Answers made from stored data carry `x-data-version: N`; a read that sends `x-data-version: N` is never \
    answered from anything older. Cacheable answers carry a strong `ETag` and honour `If-None-Match`.";

fn operations() -> impl Iterator<Item = &'static Operation> {
    let groups = [
        index_service::OPERATIONS,
        research::OPERATIONS,
        market_data::OPERATIONS,
        vendor::OPERATIONS,
        streams::OPERATIONS,
        backtests::OPERATIONS,
        chains::OPERATIONS,
        graphql::OPERATIONS,
        files::OPERATIONS,
        service::OPERATIONS,
    ];
    groups.into_iter().flatten()
}

/// The whole document, as JSON.
#[must_use]
pub fn document() -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = operation.rendered();
        for shape in operation.shapes() {
            shape.add_to(&mut schemas);
        }
    }
    problems::SHAPE.add_to(&mut schemas);
    problems::VENDOR_SHAPE.add_to(&mut schemas);
    schemas.values_mut().for_each(let_parts_be_absent);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Equipoise",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "An index and market-data service at the edge",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The service that shows this page"}],
        "tags": TAGS.map(|(name, description)| json!({"name": name, "description": description})),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": problems::responses(),
            "headers": parameters::headers(),
            "securitySchemes": access::schemes(),
        },
    })
}

/// Fields that are flattened from an option are derived as "these fields, or null", and no object is null: it simply lacks them.
fn let_parts_be_absent(schema: &mut Value) {
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        let Some([fields, null]) = part.get("oneOf").and_then(Value::as_array).map(Vec::as_slice) else { continue };
        if *null == json!({"type": "null"}) {
            *part = json!({"anyOf": [fields, {"type": "object"}]});
        }
    }
}

/// The whole document as it is kept in `docs/openapi.json`.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", document())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::api::openapi::access::Access;

    fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    /// Answered by files that `make build` writes, not by a line of the route table.
    const FILES: [&str; 2] = ["/openapi.json", "/docs"];

    /// Method, path and scope of every line of the Worker's route table.
    fn routes() -> BTreeSet<(String, String, Option<String>)> {
        let text = std::fs::read_to_string(repository().join("worker/src/routes/mod.rs")).unwrap();
        let table = text.split("= table! {").nth(1).and_then(|rest| rest.split("};").next()).expect("a route table");
        let lines = table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
        lines
            .map(|line| {
                let (method, rest) = line.split_once(char::is_whitespace).unwrap();
                let path = rest.split('"').nth(1).unwrap();
                let access = rest.split('(').nth(1).and_then(|rest| rest.split(')').next()).unwrap();
                let scope = (access != "Access::Public").then(|| access.to_lowercase());
                (method.to_lowercase(), path.to_owned(), scope)
            })
            .collect()
    }

    #[test]
    fn the_document_and_the_route_table_agree() {
        let documented: BTreeSet<_> = operations()
            .filter(|operation| !FILES.contains(&operation.path))
            .map(|operation| {
                let scope = operation.access.scope().map(str::to_owned);
                (operation.method.to_owned(), operation.path.to_owned(), scope)
            })
            .collect();
        let routes = routes();
        assert!(routes.len() > 10, "the route table is not read: {routes:?}");
        let missing: Vec<_> = routes.difference(&documented).collect();
        let stale: Vec<_> = documented.difference(&routes).collect();
        assert!(
            missing.is_empty() && stale.is_empty(),
            "not documented: {missing:?}; documented, but no route: {stale:?}"
        );
    }

    #[test]
    fn the_kept_document_is_the_one_that_the_code_makes() {
        let file = repository().join("docs/openapi.json");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, text()).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == text(), "docs/openapi.json is not what the code makes: run `make docs`");
    }

    #[test]
    fn every_example_is_what_its_type_reads() {
        for operation in operations() {
            for shape in operation.shapes() {
                let read = (shape.read)(shape.example());
                assert!(read.is_ok(), "{} {}: {read:?}", operation.method, operation.path);
            }
        }
        for shape in [problems::SHAPE, problems::VENDOR_SHAPE] {
            assert!((shape.read)(shape.example()).is_ok());
        }
    }

    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(target)) = map.get("$ref") {
                    found.insert(target.clone());
                }
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for target in found {
            assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
        }
    }

    #[test]
    fn fields_of_an_absent_part_may_be_absent() {
        let parts = &document()["components"]["schemas"]["StreamWindow"]["allOf"];
        let optional = parts.as_array().unwrap().iter().find(|part| part.get("anyOf").is_some()).expect("the detail");
        assert_eq!(optional["anyOf"][1], json!({"type": "object"}));
        assert!(!parts.to_string().contains(r#"{"type":"null"}"#), "{parts}");
    }

    #[test]
    fn other_bodies_than_json_and_answers_as_csv_are_described() {
        let document = document();
        let paths = document["paths"].as_object().unwrap();
        let mut wrong = Vec::new();
        for (path, method, operation) in
            paths.iter().flat_map(|(path, all)| all.as_object().unwrap().iter().map(move |(m, o)| (path, m, o)))
        {
            let body = &operation["requestBody"];
            // A body that may be left out may come without a type as well.
            if body["required"] == true
                && body["content"].get("application/json").is_some()
                && operation["responses"].get("415").is_none()
            {
                wrong.push(format!("{method} {path}: 415 is not described"));
            }
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let mut formats = parameters.filter(|parameter| parameter["name"] == "format");
            let takes_csv = formats.any(|parameter| parameter["schema"]["enum"].to_string().contains("csv"));
            if takes_csv && operation["responses"]["200"]["content"].get("text/csv").is_none() {
                wrong.push(format!("{method} {path}: CSV can be asked for and is not described"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn names_are_given_once_and_tags_are_known() {
        let mut names = BTreeSet::new();
        for operation in operations() {
            assert!(names.insert(operation.id), "{} is given twice", operation.id);
            assert!(TAGS.iter().any(|(tag, _)| *tag == operation.tag), "{}", operation.tag);
            for name in operation.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
                let known =
                    operation.parameters.iter().any(|parameter| parameter.place == "path" && parameter.name == name);
                assert!(known, "{} has no parameter {name}", operation.path);
            }
            assert!(operation.access == Access::Public || operation.rendered()["security"][0]["apiKey"][0].is_string());
        }
    }
}
