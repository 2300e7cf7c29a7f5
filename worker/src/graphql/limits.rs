//! What a query may be before anything else looks at it: the library's own checks follow every fragment wherever it is
//! spread, so a small text could keep them busy for hours.

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use crate::error::Problem;

/// Longest text of a query, in bytes.
pub(crate) const MOST_BYTES: usize = 32 << 10;
/// Most operations of one request.
pub(crate) const MOST_OPERATIONS: usize = 10;
/// Deepest nesting of fields and fragments.
pub(super) const MOST_DEPTH: usize = 20;
/// Most fields, spreads and inline fragments, each counted wherever it is spread.
const MOST_SELECTIONS: usize = 1_000;
/// Most aliases, counted likewise.
const MOST_ALIASES: usize = 50;
/// Most directives on one field.
pub(super) const MOST_DIRECTIVES: usize = 4;
/// Most brackets inside each other, of fields, arguments, lists and types together.
const MOST_BRACKETS: usize = 64;
/// Most fields of an answer about the schema, of all operations of a request. Tools ask for everything at once, which is about
/// a sixth of it.
pub(super) const MOST_OF_SCHEMA: u64 = 600_000;

struct Walk<'a> {
    document: &'a ExecutableDocument,
    selections: usize,
    aliases: usize,
    introspects: bool,
}

/// What was met on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Met {
    /// Whether the schema itself is asked for.
    pub(super) introspects: bool,
    /// How many fields the answer about it may have.
    pub(super) of_schema: u64,
}

/// How many items a list of the schema has at the most, or on average where there are many such lists.
pub(super) const fn schema_items(name: &str) -> u64 {
    match name.as_bytes() {
        b"types" => 200,
        b"fields" => 12,
        b"enumValues" => 8,
        b"args" | b"directives" | b"inputFields" | b"interfaces" | b"locations" | b"possibleTypes" => 4,
        _ => 1,
    }
}

/// Refuses a text whose brackets lie too deep inside each other, before the library reads it: its parser calls itself for each,
/// and there is no end of the stack that could be caught.
pub(super) fn check_brackets(query: &str) -> Result<(), Problem> {
    let mut open = 0_usize;
    let mut rest = query.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match first {
            b'{' | b'[' | b'(' => {
                open += 1;
                if open > MOST_BRACKETS {
                    return Err(too_much("query_too_deep", &format!("at most {MOST_BRACKETS} brackets in each other")));
                }
                after
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                after
            }
            b'#' => behind(after, |rest| matches!(rest, [b'\n' | b'\r', ..]).then_some(Inside::End(1))),
            b'"' if after.starts_with(b"\"\"") => behind(&after[2..], |rest| match rest {
                [b'\\', b'"', b'"', b'"', ..] => Some(Inside::Escape(4)),
                [b'"', b'"', b'"', ..] => Some(Inside::End(3)),
                _ => None,
            }),
            b'"' => behind(after, |rest| match rest {
                [b'\\', _, ..] => Some(Inside::Escape(2)),
                [b'"' | b'\n' | b'\r', ..] => Some(Inside::End(1)),
                _ => None,
            }),
            _ => after,
        };
    }
    Ok(())
}

/// What stands next inside of a text or a comment where it is no plain character, and its bytes.
enum Inside {
    Escape(usize),
    End(usize),
}

/// What follows the end of a text or comment.
fn behind(mut rest: &[u8], meaning: impl Fn(&[u8]) -> Option<Inside>) -> &[u8] {
    while !rest.is_empty() {
        match meaning(rest) {
            Some(Inside::End(length)) => return &rest[length..],
            Some(Inside::Escape(length)) => rest = &rest[length..],
            None => rest = &rest[1..],
        }
    }
    rest
}

/// Refuses a document that is too large in any way.
pub(super) fn check(document: &ExecutableDocument) -> Result<Met, Problem> {
    let mut walk = Walk { document, selections: 0, aliases: 0, introspects: false };
    let mut of_schema = 0_u64;
    for (_, operation) in document.operations.iter() {
        of_schema = of_schema.saturating_add(walk.set(&operation.node.selection_set, 1, false)?);
    }
    Ok(Met { introspects: walk.introspects, of_schema })
}

impl Walk<'_> {
    /// Walks through what is selected, of the schema or of what is offered, and counts the fields that may be answered of the
    /// schema.
    fn set(&mut self, set: &Positioned<SelectionSet>, depth: usize, is_schema: bool) -> Result<u64, Problem> {
        let mut of_schema = 0_u64;
        for selection in &set.node.items {
            if depth > MOST_DEPTH {
                return Err(too_much(
                    "query_too_deep",
                    &format!("at most {MOST_DEPTH} levels of fields and fragments"),
                ));
            }
            self.selections += 1;
            if self.selections > MOST_SELECTIONS {
                let rule = format!("at most {MOST_SELECTIONS} fields, counted wherever a fragment is spread");
                return Err(too_much("query_too_large", &rule));
            }
            let of_selection = match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    if self.aliases > MOST_ALIASES {
                        return Err(too_much("too_many_aliases", &format!("at most {MOST_ALIASES} aliases")));
                    }
                    let name = field.node.name.node.as_str();
                    let asks_schema = name == "__schema" || name == "__type";
                    self.introspects |= asks_schema;
                    let is_schema = is_schema || asks_schema;
                    let below = self.set(&field.node.selection_set, depth + 1, is_schema)?;
                    // Its types refer to each other, so what is answered is the product of the lists on the way.
                    if is_schema { below.saturating_add(1).saturating_mul(schema_items(name)) } else { below }
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set, depth + 1, is_schema)?,
                Selection::FragmentSpread(spread) => {
                    // A fragment that spreads itself ends at the depth.
                    match self.document.fragments.get(&spread.node.fragment_name.node) {
                        Some(fragment) => self.set(&fragment.node.selection_set, depth + 1, is_schema)?,
                        None => 0,
                    }
                }
            };
            of_schema = of_schema.saturating_add(of_selection);
        }
        Ok(of_schema)
    }
}

/// 422 with this code.
pub(super) fn too_much(code: &'static str, rule: &str) -> Problem {
    Problem::refused(code, format!("the query is too large: {rule}"))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn code(query: &str) -> String {
        check(&parse_query(query).unwrap()).map_or_else(|problem| problem.code().to_owned(), |met| format!("{met:?}"))
    }

    #[test]
    fn brackets_are_counted_where_the_parser_would_meet_them() {
        let deep = |open: &str, close: &str, count: usize| open.repeat(count) + &close.repeat(count);
        let code = |query: &str| check_brackets(query).map_or_else(|problem| problem.code().to_owned(), |()| "".into());
        for (open, close) in [("{a", "}"), ("[", "]"), ("(", ")"), ("{a(b:[", "])}"), ("{a(", "")] {
            assert_eq!(code(&deep(open, close, 65)), "query_too_deep", "{open}");
            assert_eq!(code(&deep(open, close, 16_000)), "query_too_deep", "{open}");
        }
        assert_eq!(code(&deep("[", "]", 64)), "");
        assert_eq!(code(&"{a}".repeat(1_000)), "");
        // Neither do those in texts and comments count, nor do they close what is open.
        let texts =
            [("\"", "\""), ("\"\\\"", "\""), ("\"\"\"a\"", "\"\"\""), ("\"\"\"\\\"\"\"", "\"\"\""), ("# \"", "\n")];
        for (begin, end) in texts {
            assert_eq!(code(&format!("{{ a(b: {begin}{}{end}) }}", "[".repeat(100))), "", "{begin}");
            assert_eq!(code(&format!("[{begin}]{end}").repeat(65)), "query_too_deep", "{begin}");
        }
        for no_text in ["\"\"", "\"\"\"\"\"\"", "\"\\\"\"", "\"", "#"] {
            assert_eq!(code(&format!("{no_text}\n{}", "[".repeat(65))), "query_too_deep", "{no_text}");
        }
    }

    #[test]
    fn what_is_asked_of_the_schema_is_the_product_of_its_lists() {
        let of_schema = |query: &str| check(&parse_query(query).unwrap()).unwrap().of_schema;
        assert_eq!(of_schema("{ a { fields { types } } }"), 0);
        // 1 for the schema, 200 types of a name and 12 fields of a name each: 1 + 200 (1 + 1 + 12 (1 + 1)).
        assert_eq!(of_schema("{ __schema { types { name fields { name } } } }"), 1 + 200 * (2 + 24));
        let split = "{ ...a } fragment a on Query { __schema { ...b } } fragment b on __Schema { types { name } }";
        assert_eq!(of_schema(split), 1 + 200 * 2);
        let deep = format!("{{ __type(name: \"A\") {{ {} name {} }} }}", "fields { type {".repeat(8), "} }".repeat(8));
        assert!(of_schema(&deep) > MOST_OF_SCHEMA);
    }

    #[test]
    fn each_way_of_being_too_large_is_named() {
        assert_eq!(code("{ a { b } }"), "Met { introspects: false, of_schema: 0 }");
        assert_eq!(code("{ __schema { types { name } } }"), "Met { introspects: true, of_schema: 401 }");
        let deep = format!("{{ {} x {} }}", "a {".repeat(25), "}".repeat(25));
        assert_eq!(code(&deep), "query_too_deep");
        let flood: String = (0..51).map(|n| format!("a{n}: indices ")).collect();
        assert_eq!(code(&format!("{{ {flood} }}")), "too_many_aliases");
        assert_eq!(code("{ ...f } fragment f on Query { ...f }"), "query_too_deep");
        // 2^17 fields in 18 lines.
        let bomb: String = (0..17).map(|n| format!("fragment f{n} on Q {{ ...f{} ...f{} }} ", n + 1, n + 1)).collect();
        assert_eq!(code(&format!("{{ ...f0 }} {bomb} fragment f17 on Q {{ a }}")), "query_too_large");
    }
}
