//! Places in JSON, written as the service writes them: `legs[0].select.target`.

use serde_json::{Map, Value};

#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

fn steps(place: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in place.split('.') {
        let (name, indices) = part.split_once('[').map_or((part, ""), |(name, indices)| (name, indices));
        steps.push(Step::Name(name));
        steps.extend(indices.split(['[', ']']).filter_map(|index| index.parse().ok()).map(Step::Index));
    }
    steps
}

/// What is at a place.
pub(super) fn at<'a>(root: &'a Value, place: &str) -> Option<&'a Value> {
    let step = |value: &'a Value, step: Step<'_>| match step {
        Step::Name(name) => value.get(name),
        Step::Index(index) => value.get(index),
    };
    steps(place).into_iter().try_fold(root, step)
}

/// Puts a value at a place, or takes away what is there together with the objects that are empty then.
pub(super) fn put(root: &mut Value, place: &str, value: Option<Value>) {
    put_at(root, &steps(place), value);
}

fn put_at(place: &mut Value, steps: &[Step<'_>], value: Option<Value>) {
    let Some((first, rest)) = steps.split_first() else {
        *place = value.unwrap_or(Value::Null);
        return;
    };
    match *first {
        Step::Index(index) => {
            if let Some(item) = place.as_array_mut().and_then(|list| list.get_mut(index)) {
                put_at(item, rest, value);
            }
        }
        Step::Name(name) => {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Some(map) = place.as_object_mut() else { return };
            let inner = map.entry(name).or_insert(Value::Null);
            put_at(inner, rest, value);
            if inner.is_null() || inner.as_object().is_some_and(Map::is_empty) {
                map.remove(name);
            }
        }
    }
}

/// Every value that is no object and no list, with its place, in order.
pub(super) fn leaves(root: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    collect(root, String::new(), &mut found);
    found
}

fn collect(value: &Value, place: String, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                collect(inner, place, found);
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                collect(inner, format!("{place}[{index}]"), found);
            }
        }
        other => found.push((place, other.clone())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_found_and_written() {
        let mut root = json!({"legs": [{"side": "buy"}, {"select": {"by": "delta", "target": 0.3}}]});
        assert_eq!(at(&root, "legs[1].select.target"), Some(&json!(0.3)));
        assert_eq!(at(&root, "legs[2].select.target"), None);
        put(&mut root, "legs[0].select.by", Some(json!("atm")));
        put(&mut root, "exit.dte", Some(json!(7)));
        put(&mut root, "legs[5].side", Some(json!("sell")));
        let expected = json!({
            "legs": [{"side": "buy", "select": {"by": "atm"}}, {"select": {"by": "delta", "target": 0.3}}], "exit": {"dte": 7},
        });
        assert_eq!(root, expected);
    }

    #[test]
    fn what_is_taken_away_leaves_no_empty_object() {
        let mut root = json!({"sizing": {"by": "risk", "pct": 2}, "name": "x"});
        put(&mut root, "sizing.pct", None);
        assert_eq!(root, json!({"sizing": {"by": "risk"}, "name": "x"}));
        put(&mut root, "sizing.by", None);
        put(&mut root, "hedge.band_shares", None);
        assert_eq!(root, json!({"name": "x"}));
    }

    #[test]
    fn leaves_are_named_by_their_places() {
        let found = leaves(&json!({"a": {"b": [1, {"c": null}]}, "d": true}));
        let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["a.b[0]", "a.b[1].c", "d"]);
    }
}
