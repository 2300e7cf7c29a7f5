//! Whatever is sent as a query is answered or refused with a code.

use domain::testing::{Edit, edited};
use proptest::prelude::*;

use super::*;

const QUERIES: [&str; 4] = [
    "query Q($t: String! = \"S01\", $n: Int = 3) { security(ticker: $t) { id ticker ...f } providers { name serves { dailyBars } } } \
        fragment f on Security { splits { exDate ratio } }",
    "{ a: dataVersion b: indices(first: 2, after: null) { edges { node { slug } cursor } pageInfo { hasNextPage } } @skip(if: true) }",
    "{ __schema { types { name fields { name type { kind ofType { name } } } } } __type(name: \"Split\") { name } }",
    "{ imports(last: 3) { edges { node { id kind } } } ... on Query @include(if: true) { ingestionRuns { edges { node { id } } } } \
        security(ticker: \"\"\"a\\\"\"\"b\"\"\") { name } # c\n }",
];

thread_local! {
    static SOURCES: Sources = sources(&[]);
}

fn answered(query: &str, variables: Json) {
    let answer = SOURCES.with(|sources| ask_with(sources, query, variables));
    let codes = answer["errors"].as_array().cloned().unwrap_or_default();
    assert!(codes.iter().all(|error| error["extensions"]["code"].is_string()), "{answer}");
    assert!(answer["data"].is_object() || !codes.is_empty(), "{answer}");
    assert!(codes.iter().all(|error| error["extensions"]["code"] != "INTERNAL"), "{answer}");
}

proptest! {
    #[test]
    fn a_damaged_query_is_answered_or_refused(
        which in 0..QUERIES.len(),
        edits in proptest::collection::vec(any::<Edit>(), 0..6),
        variables in prop_oneof![Just(json!({})), Just(json!({"t": "S02", "n": [[1], null]})), Just(json!({"t": null, "n": 1e99}))],
    ) {
        answered(&String::from_utf8_lossy(&edited(QUERIES[which].as_bytes(), &edits)), variables);
    }

    #[test]
    fn noise_is_refused_with_a_code(text in "[{}()\\[\\]\"#:!$@,. a-z\\n\\\\]{0,200}") {
        answered(&text, json!({}));
    }

    #[test]
    fn brackets_without_end_are_refused(open in "[{(\\[a: ]{1,6}", count in 1_usize..3_000) {
        answered(&open.repeat(count), json!({}));
        answered(&format!("{{ security(ticker: {}", open.repeat(count)), json!({}));
    }
}
