//! The JSON Schema of the language, made of the types that read it.

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::Strategy;

/// The schema (draft 2020-12) as it is kept in `docs/strategy.schema.json`.
///
/// What depends on more than one field, such as that `every_n_days` needs `n`, is not in it; reading says it.
#[must_use]
pub fn schema_text() -> String {
    let mut parts = Vec::new();
    Strategy::schemas(&mut parts);
    let value = |schema| serde_json::to_value(schema).expect("a schema has a JSON form");
    let definitions: Map<String, Value> = parts.into_iter().map(|(name, schema)| (name, value(schema))).collect();
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An options strategy",
    });
    if let (Value::Object(whole), Value::Object(strategy)) = (&mut whole, value(Strategy::schema())) {
        whole.extend(strategy);
        whole.insert("$defs".to_owned(), Value::Object(definitions));
    }
    format!("{whole:#}\n").replace("#/components/schemas/", "#/$defs/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_schema_is_the_one_that_the_code_makes() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/strategy.schema.json");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, schema_text()).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == schema_text(),
            "docs/strategy.schema.json is not what the code makes: run with UPDATE_GOLDEN=1"
        );
    }

    #[test]
    fn every_reference_leads_somewhere_and_unknown_fields_are_refused() {
        let schema: Value = serde_json::from_str(&schema_text()).unwrap();
        let text = schema_text();
        let targets: Vec<&str> = text.split("\"#/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(targets.len() > 15, "{targets:?}");
        for target in targets {
            assert!(schema.pointer(&format!("/{target}")).is_some(), "{target}");
        }
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["$defs"]["Leg"]["additionalProperties"], false);
    }
}
