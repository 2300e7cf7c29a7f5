//! The whole way of a query, over the real SQL; what needs the platform is in `tests/api/graphql.rs`.

mod bars;
mod foreign_bytes;

use std::rc::Rc;

use async_graphql::Variables;
use async_graphql::parser::parse_schema;
use domain::units::UnixMillis;
use pollster::block_on;
use serde_json::{Value as Json, json};

use super::*;
use crate::auth::Principal;
use crate::config::Config;
use crate::stores::d1::{D1, securities};

fn sources(settings: &[(&str, &str)]) -> Sources {
    let find = |name: &str| settings.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
    let db = D1::in_memory();
    securities::add_sixty(&db);
    Sources::new(db, None, Rc::new(Config::read(find).unwrap()), Principal::local(), UnixMillis(1_795_212_900_000))
}

fn ask_with(sources: &Sources, query: &str, variables: Json) -> Json {
    let operation =
        Operation { query: query.to_owned(), variables: Variables::from_json(variables), ..Operation::default() };
    serde_json::to_value(block_on(answer(&operation, sources, &mut Allowance::default()))).unwrap()
}

fn ask(query: &str) -> Json {
    ask_with(&sources(&[]), query, json!({}))
}

fn code(answer: &Json) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

#[test]
fn the_kept_schema_is_the_one_that_is_executed() {
    let offered = Offered::read().unwrap();
    let sdl = format!("{}\n", offered.library.sdl().trim());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema.graphql");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file, &sdl).unwrap();
    }
    assert!(parse_schema(&sdl).is_ok());
    assert!(std::fs::read_to_string(file).unwrap_or_default() == sdl, "docs/schema.graphql is stale: run `make docs`");
}

#[test]
fn every_resolver_has_its_field_and_every_field_that_can_fail_may_be_null() {
    let offered = Offered::read().unwrap();
    for (object, field) in resolvers::resolved() {
        let found = offered.object(object).and_then(|object| object.field(field));
        assert!(found.is_some_and(|field| field.resolver.is_some()), "{object}.{field}");
        let line = format!("  {field}");
        let text = schema::TEXT.split(&format!("\ntype {object} {{")).nth(1).unwrap().split("\n}").next().unwrap();
        let written = text
            .lines()
            .find(|other| other.starts_with(&line) && !other[line.len()..].starts_with(char::is_alphanumeric));
        let ty = written.unwrap().split(" @").next().unwrap();
        assert!(!ty.ends_with('!'), "{object}.{field} can fail, so it may be null: {ty}");
    }
    let roots = offered.query().unwrap().fields();
    assert!(roots.into_iter().all(|(_, field)| field.resolver.is_some()));
    assert!(offered.objects().all(|object| object.fields().count() > 0));
}

#[test]
fn fields_are_answered_in_the_order_asked_for_under_their_names() {
    let query = "query Q($t: String = \"T001\", $no: Boolean!) {
        b: security(ticker: $t) { name ...More __typename sector @skip(if: $no) name }
        a: security(ticker: \"T002\") @include(if: $no) { ticker }
        dataVersion
    }
    fragment More on Security { exchange ... on Security { id } splits { ratio exDate } }";
    let operation = Operation {
        query: query.to_owned(),
        variables: Variables::from_json(json!({"no": false})),
        ..Operation::default()
    };
    let sources = sources(&[]);
    let answered = block_on(answer(&operation, &sources, &mut Allowance::default()));
    let text = serde_json::to_string(&answered).unwrap();
    let expected = r#"{"data":{"b":{"name":"Company 1","exchange":null,"id":1,"splits":[{"ratio":2.0,"exDate":"2022-01-09"}],"__typename":"Security","sector":"Odd"},"dataVersion":0}}"#;
    assert_eq!(text, expected);
}

#[test]
fn a_page_of_a_hundred_objects_costs_a_statement_a_level() {
    let sources = sources(&[]);
    let before = sources.db.cost().statements;
    let query = "{ securities(first: 50) { edges { node { ticker splits { ratio } dividends { amount } } } } }";
    let answer = ask_with(&sources, query, json!({}));
    assert_eq!(answer["data"]["securities"]["edges"].as_array().unwrap().len(), 50);
    assert_eq!(answer["data"]["securities"]["edges"][49]["node"]["dividends"][0]["amount"], 0.5);
    assert_eq!(sources.db.cost().statements - before, 3);
    let before = sources.db.cost().statements;
    let list: Vec<String> = (1..=60).map(|number| format!("T{number:03}")).chain(["NONE".to_owned()]).collect();
    let query = "query($t: [String!]!) { securitiesByTicker(tickers: $t) { ticker splits { exDate } } one: security(ticker: \"T007\") { id } }";
    let answer = ask_with(&sources, query, json!({"t": list}));
    let found = answer["data"]["securitiesByTicker"].as_array().unwrap();
    assert_eq!((found.len(), &found[59]["ticker"], &found[60]), (61, &json!("T060"), &Json::Null));
    assert_eq!(answer["data"]["one"]["id"], 7);
    // All tickers at once, with the one beside them; splits are known already but for ten.
    assert_eq!(sources.db.cost().statements - before, 2);
}

#[test]
fn connections_page_in_both_directions_and_are_stable_under_inserts() {
    let sources = sources(&[]);
    let page = |arguments: &str| {
        let query = format!(
            "{{ securities({arguments}) {{ edges {{ cursor node {{ ticker }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        ask_with(&sources, &query, json!({}))["data"]["securities"].clone()
    };
    let tickers = |page: &Json| -> Vec<String> {
        let edges = page["edges"].as_array().unwrap().iter();
        edges.map(|edge| edge["node"]["ticker"].as_str().unwrap().to_owned()).collect()
    };
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let found = page(&format!("first: 7{after}, sector: \"Even\""));
        all.extend(tickers(&found));
        if found["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", found["pageInfo"]["endCursor"]);
        // One more before the cursor, which no later page shows.
        securities::add_first(&sources.db);
    }
    let even: Vec<String> = (1..=30).map(|number| format!("T{:03}", 2 * number)).collect();
    assert_eq!(all, even);
    let last = page("last: 2");
    assert_eq!(
        (tickers(&last), &last["pageInfo"]["hasPreviousPage"]),
        (vec!["T059".into(), "T060".into()], &json!(true))
    );
    let before = page(&format!("last: 2, before: {}", last["pageInfo"]["startCursor"]));
    assert_eq!(tickers(&before), ["T057", "T058"]);
    assert_eq!(tickers(&page("first: 3, search: \"t05\"")), ["T050", "T051", "T052"]);
    assert_eq!(tickers(&page("search: \"company 7\"")), ["T007"]);
    assert_eq!(tickers(&page("search: \"%\"")), Vec::<String>::new());
}

#[test]
fn failures_have_a_code_and_a_place_and_leave_the_rest_alone() {
    let answer =
        ask("{ good: security(ticker: \"T001\") { id } bad: security(ticker: \"NO'PE\") { id } index { slug } }");
    assert_eq!((&answer["data"]["good"]["id"], &answer["data"]["bad"]), (&json!(1), &Json::Null));
    let codes: Vec<&Json> =
        answer["errors"].as_array().unwrap().iter().map(|error| &error["extensions"]["code"]).collect();
    assert_eq!(codes, ["UNKNOWN_TICKER", "NOT_FOUND"]);
    assert_eq!(answer["errors"][0]["path"], json!(["bad"]));
    for (query, expected) in [
        ("", "BAD_INPUT"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ security { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($t: String!) { security(ticker: $t) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { a }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { dataVersion } query B { dataVersion }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ securities(first: 1001) { edges { cursor } } }", "BAD_INPUT"),
        ("{ securities(first: 1, last: 1) { edges { cursor } } }", "BAD_INPUT"),
        ("{ securities(after: \"x\") { edges { cursor } } }", "BAD_INPUT"),
        ("{ stream(symbol: \"a b\") { symbol } }", "BAD_INPUT"),
        ("{ ingestionRun(id: 5) { id } }", "NOT_FOUND"),
        ("{ ...f } fragment f on Query { ...f }", "QUERY_TOO_DEEP"),
        (
            "{ securities(first: 1000) { edges { node { dividends { exDate amount } more: dividends { exDate } splits { ratio } name } } } }",
            "QUERY_TOO_COMPLEX",
        ),
    ] {
        assert_eq!(code(&ask(query)), expected, "{query}");
    }
    let long = format!("{{ dataVersion {} }}", "# ".repeat(20_000));
    assert_eq!(code(&ask(&long)), "QUERY_TOO_LARGE");
}

#[test]
fn introspection_answers_and_can_be_switched_off() {
    let query = "{ __schema { queryType { name } } t: __type(name: \"Split\") { fields { name } } dataVersion }";
    let answer = ask(query);
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
    assert_eq!(answer["data"]["t"]["fields"][1]["name"], "ratio");
    assert_eq!(answer["data"]["dataVersion"], 0);
    let off = sources(&[("GRAPHQL_INTROSPECTION", "false")]);
    assert_eq!(code(&ask_with(&off, query, json!({}))), "INTROSPECTION_DISABLED");
    assert_eq!(ask_with(&off, "{ __typename }", json!({}))["data"]["__typename"], "Query");
}

#[test]
fn what_tools_ask_of_the_schema_is_answered_and_what_grows_without_end_is_not() {
    // As the reference implementation of GraphQL asks it.
    let of_type = "kind name ofType { ".repeat(9) + "kind name" + &" }".repeat(9);
    let value = "name description type { ...T } defaultValue isDeprecated deprecationReason";
    let tools = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }}
           subscriptionType {{ name kind }} types {{ ...F }}
           directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...V }} }} }} }}
         fragment F on __Type {{ kind name description specifiedByURL isOneOf
           fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...V }} type {{ ...T }}
             isDeprecated deprecationReason }}
           inputFields(includeDeprecated: true) {{ ...V }} interfaces {{ ...T }}
           enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
           possibleTypes {{ ...T }} }}
         fragment V on __InputValue {{ {value} }}
         fragment T on __Type {{ {of_type} }}"
    );
    let sources = sources(&[]);
    let answer = ask_with(&sources, &tools, json!({}));
    let types = answer["data"]["__schema"]["types"].as_array().unwrap_or_else(|| panic!("{}", answer["errors"]));
    let count = |name: &str| -> (usize, usize) {
        let lists = types.iter().filter_map(|one| one[name].as_array());
        lists.fold((0, 0), |(lists, items), list| (lists + 1, items + list.len()))
    };
    // What a query is charged for is not less than what there is.
    assert!(types.len() as u64 <= limits::schema_items("types"), "{} types", types.len());
    for name in ["fields", "enumValues", "inputFields", "interfaces", "possibleTypes"] {
        let (lists, items) = count(name);
        assert!(items as u64 <= limits::schema_items(name) * lists as u64, "{items} {name} of {lists} types");
    }
    // Types refer to each other: each level would multiply the answer.
    let endless = format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type { ".repeat(7), "} }".repeat(7));
    assert_eq!(code(&ask_with(&sources, &endless, json!({}))), "QUERY_TOO_COMPLEX");
    let aliases: String =
        (0..50).map(|number| format!("a{number}: __schema {{ types {{ fields {{ args {{ name }} }} }} }} ")).collect();
    assert_eq!(code(&ask_with(&sources, &format!("{{ {aliases} }}"), json!({}))), "QUERY_TOO_COMPLEX");
    // All operations of a request have one allowance.
    let operation = Operation { query: tools, ..Operation::default() };
    let mut allowance = Allowance::default();
    let answered = (0..10).map(|_| block_on(super::answer(&operation, &sources, &mut allowance)).was_run());
    let runs = answered.filter(|was_run| *was_run).count();
    assert!((1..10).contains(&runs), "{runs} times everything in a request");
}

/// Every field of a type without a resolver, in snake case.
fn plain_fields(object: &str) -> Vec<String> {
    let offered = Offered::read().unwrap();
    let fields = offered.object(object).unwrap().fields();
    let mut plain: Vec<String> =
        fields.filter(|(_, field)| field.resolver.is_none()).map(|(_, field)| field.key.clone()).collect();
    plain.sort();
    plain
}

#[test]
fn types_have_the_fields_of_their_json() {
    let example = |name: &str| -> Json {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/src/api/openapi/examples");
        serde_json::from_str(&std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()).unwrap()
    };
    let (performance, composition, changes) = (example("performance"), example("composition"), example("changes"));
    let (explanation, ingestion, import) = (example("explanation"), example("ingestion"), example("import"));
    let (coverage, reconciliation) = (example("coverage"), example("reconciliation"));
    for (object, json, besides) in [
        ("Index", &example("index"), &[][..]),
        ("Performance", &performance, &["data", "statistics"]),
        ("PerformancePoint", &performance["data"][0], &[]),
        ("Composition", &composition, &["constituents"]),
        ("Constituent", &composition["constituents"][0], &[]),
        ("Changes", &changes, &["changes"]),
        ("ChangesOfDay", &changes["changes"][0], &[]),
        ("MemberChange", &changes["changes"][0]["entered"][0], &[]),
        ("Explanation", &explanation, &["members"]),
        ("MemberReturn", &explanation["members"][0], &[]),
        ("StatisticsPage", &example("index_statistics"), &[]),
        ("Attribution", &example("index_attribution"), &[]),
        ("Trades", &example("index_trades"), &[]),
        ("Comparison", &example("index_comparison"), &["statistics", "against_statistics"]),
        ("Quality", &example("index_quality"), &["counts", "checks"]),
        ("SharesHistory", &example("shares_history"), &[]),
        ("SharesCount", &example("shares_history")["data"][0], &[]),
        ("WhatIfResult", &example("what_if_result"), &[]),
        ("WhatIfSide", &example("what_if_result")["base"], &["statistics"]),
        ("WhatIfSession", &example("what_if_result")["data"][0], &[]),
        ("WhatIfMember", &example("what_if_result")["members"][0], &[]),
        ("DefinitionComparison", &example("definition_comparison"), &[]),
        ("ComparedDefinition", &example("definition_comparison")["against"], &[]),
        ("ComparedLevels", &example("definition_comparison")["data"][0], &[]),
        ("ComparedMember", &example("definition_comparison")["members"][0], &[]),
        ("LookAheadReport", &example("look_ahead_report"), &[]),
        ("LookAheadSession", &example("look_ahead_report")["sessions"][0], &[]),
        ("Membership", &example("membership"), &[]),
        ("KnownMember", &example("membership")["members"][0], &[]),
        ("IngestionRun", &ingestion, &[]),
        ("IngestedRows", &ingestion["rows"], &[]),
        ("Import", &import, &[]),
        ("ImportedRows", &import["rows"], &[]),
        ("Coverage", &coverage, &["sessions"]),
        ("CoveredSession", &coverage["sessions"][0], &[]),
        ("Reconciliation", &reconciliation, &[]),
        ("ValueDifference", &reconciliation["differences"][0], &[]),
        ("Provider", &example("providers")["data"][0], &[]),
        ("ProviderCapabilities", &example("providers")["data"][0]["serves"], &[]),
    ] {
        let mut keys: Vec<String> =
            json.as_object().unwrap_or_else(|| panic!("{object}: {json}")).keys().cloned().collect();
        keys.retain(|key| !besides.contains(&key.as_str()));
        let mut plain = plain_fields(object);
        // Said only where it is true.
        plain.retain(|key| !["outdated", "findings", "series"].contains(&key.as_str()) || keys.contains(key));
        assert_eq!(plain, keys, "{object}");
    }
}
