//! GraphQL over everything that can be read: the schema is `schema.graphql`, the numbers are those of the REST routes.
//!
//! The library parses, validates and answers introspection; running a query is our own (`plan`, `run`), because the library
//! answers fields in the order in which they happen to be found and leaves failed ones out.

mod batch;
mod cost;
mod failure;
mod limits;
mod out;
mod pages;
mod plan;
mod resolvers;
mod run;
mod schema;
mod sources;
mod turns;

#[cfg(test)]
mod tests;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use async_graphql::dynamic::Schema;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, Value, Variables};
use serde_json::json;

use crate::error::Problem;
pub(crate) use failure::Failure;
pub(crate) use limits::{MOST_BYTES, MOST_OPERATIONS};
use out::Out;
use run::Run;
use schema::Offered;
pub(crate) use sources::Sources;

/// An operation that is asked for.
#[derive(Debug, Default)]
pub(crate) struct Operation {
    /// The text.
    pub(crate) query: String,
    /// Which of its operations.
    pub(crate) name: Option<String>,
    /// The values of its variables.
    pub(crate) variables: Variables,
    /// Whether to tell what it cost.
    pub(crate) tells_cost: bool,
}

/// What is answered.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Answered {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Out>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<serde_json::Value>,
}

impl Answered {
    /// Nothing but a failure.
    pub(crate) fn failed(failure: Failure) -> Self {
        Self::refused(vec![failure])
    }

    fn refused(errors: Vec<Failure>) -> Self {
        Self { data: None, errors, extensions: None }
    }

    /// Whether the query was run, however it ended.
    pub(crate) const fn was_run(&self) -> bool {
        self.data.is_some()
    }
}

/// What queries of one request may cost together.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// Fields of what is offered.
    fields: u64,
    /// Fields of the schema itself.
    of_schema: u64,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { fields: cost::MOST_COMPLEXITY, of_schema: limits::MOST_OF_SCHEMA }
    }
}

/// Answers an operation. Whatever it costs is taken out of the allowance before it runs.
pub(crate) async fn answer(operation: &Operation, sources: &Sources, allowance: &mut Allowance) -> Answered {
    let offered = match offered() {
        Ok(offered) => offered,
        Err(problem) => return Answered::failed(Failure::of_request(&problem)),
    };
    let document = match read(operation, sources, allowance) {
        Ok(document) => document,
        Err(failure) => return Answered::failed(*failure),
    };
    let library = match validated(&offered.library, &document, operation).await {
        Ok(library) => library,
        Err(failures) => return Answered::refused(failures),
    };
    let plan = match plan::plan(&offered, &document, operation.name.as_deref(), &operation.variables) {
        Ok(plan) => plan,
        Err(problem) => return Answered::failed(Failure::of_request(&problem)),
    };
    let complexity = cost::complexity(&plan);
    let Some(left) = allowance.fields.checked_sub(complexity) else {
        let rule = format!("at most {} fields in an answer, and this one may have {complexity}", cost::MOST_COMPLEXITY);
        return Answered::failed(Failure::of_request(&limits::too_much("query_too_complex", &rule)));
    };
    allowance.fields = left;
    let run = Run { sources, library: &library, failures: RefCell::default() };
    let data = run.data(&plan).await;
    let extensions = operation.tells_cost.then(|| {
        let spent = sources.db.cost();
        json!({"cost": {"complexity": complexity, "statements": spent.statements, "rowsRead": spent.rows_read}})
    });
    Answered { data: Some(data), errors: run.failures.take(), extensions }
}

/// The document, within its bounds.
fn read(
    operation: &Operation,
    sources: &Sources,
    allowance: &mut Allowance,
) -> Result<ExecutableDocument, Box<Failure>> {
    let refused = |problem: Problem| Box::new(Failure::of_request(&problem));
    if operation.query.len() > MOST_BYTES {
        return Err(refused(limits::too_much("query_too_large", &format!("at most {MOST_BYTES} bytes"))));
    }
    if operation.query.trim().is_empty() {
        return Err(refused(Problem::missing_parameter("query")));
    }
    limits::check_brackets(&operation.query).map_err(refused)?;
    let document = parse_query(&operation.query)
        .map_err(|error| Box::new(Failure::of_library(&error.into(), "GRAPHQL_PARSE_FAILED")))?;
    let met = limits::check(&document).map_err(refused)?;
    if met.introspects && !sources.config.graphql_introspection {
        return Err(refused(Problem::refused("introspection_disabled", "introspection is switched off here")));
    }
    let Some(left) = allowance.of_schema.checked_sub(met.of_schema) else {
        let rule =
            format!("at most {} fields of the schema, the lists of its types multiplied", limits::MOST_OF_SCHEMA);
        return Err(refused(limits::too_much("query_too_complex", &rule)));
    };
    allowance.of_schema = left;
    Ok(document)
}

/// Lets the library check a document; it answers what asks for the schema.
async fn validated(
    library: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<Value, Vec<Failure>> {
    let mut request = Request::new(String::new()).variables(operation.variables.clone());
    request.operation_name.clone_from(&operation.name);
    request.set_parsed_query(document.clone());
    let response = library.execute(request).await;
    if response.errors.is_empty() {
        return Ok(response.data);
    }
    Err(response.errors.iter().map(|error| Failure::of_library(error, "GRAPHQL_VALIDATION_FAILED")).collect())
}

/// The schema of this isolate, read on first use.
fn offered() -> Result<Rc<Offered>, Problem> {
    thread_local! {
        static OFFERED: OnceCell<Result<Rc<Offered>, String>> = const { OnceCell::new() };
    }
    let read = || Offered::read().map(Rc::new).map_err(|error| error.to_string());
    OFFERED.with(|offered| offered.get_or_init(read).clone()).map_err(Problem::internal)
}
