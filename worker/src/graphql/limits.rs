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
}

/// Refuses a document that is too large in any way.
pub(super) fn check(document: &ExecutableDocument) -> Result<Met, Problem> {
    let mut walk = Walk { document, selections: 0, aliases: 0, introspects: false };
    for (_, operation) in document.operations.iter() {
        walk.set(&operation.node.selection_set, 1)?;
    }
    Ok(Met { introspects: walk.introspects })
}

impl Walk<'_> {
    fn set(&mut self, set: &Positioned<SelectionSet>, depth: usize) -> Result<(), Problem> {
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
            match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    if self.aliases > MOST_ALIASES {
                        return Err(too_much("too_many_aliases", &format!("at most {MOST_ALIASES} aliases")));
                    }
                    let name = field.node.name.node.as_str();
                    if name == "__schema" || name == "__type" {
                        // Its types refer to each other, so tools ask deep; what it answers is bounded by the schema.
                        self.introspects = true;
                    }
                    self.set(&field.node.selection_set, depth + 1)?;
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set, depth + 1)?,
                Selection::FragmentSpread(spread) => {
                    // A fragment that spreads itself ends at the depth.
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        self.set(&fragment.node.selection_set, depth + 1)?;
                    }
                }
            }
        }
        Ok(())
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
    fn each_way_of_being_too_large_is_named() {
        assert_eq!(code("{ a { b } }"), "Met { introspects: false }");
        assert_eq!(code("{ __schema { types { name } } }"), "Met { introspects: true }");
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
