//! An answer with its fields in the order in which they were asked for, as the specification wants it.

use async_graphql::Value as LibraryValue;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

/// A piece of `data`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Out {
    /// Absent, or failed.
    Null,
    /// A number, a text or a truth.
    Leaf(Json),
    /// A constant of the schema, such as a type's name.
    Name(&'static str),
    /// What the library says of the schema.
    Library(LibraryValue),
    /// A list.
    List(Vec<Out>),
    /// An object.
    Object(Vec<(String, Out)>),
}

impl Serialize for Out {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Leaf(json) => json.serialize(serializer),
            Self::Name(name) => serializer.serialize_str(name),
            Self::Library(value) => value.serialize(serializer),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(fields) => {
                let mut object = serializer.serialize_map(Some(fields.len()))?;
                for (key, value) in fields {
                    object.serialize_entry(key, value)?;
                }
                object.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order() {
        let inner = Out::List(vec![Out::Leaf(1.5.into()), Out::Null]);
        let out = Out::Object(vec![("b".into(), inner), ("a".into(), Out::Name("Index"))]);
        assert_eq!(serde_json::to_string(&out).unwrap(), r#"{"b":[1.5,null],"a":"Index"}"#);
    }
}
