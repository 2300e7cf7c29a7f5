//! `/graphql`: one operation or a list of them, by `POST` or `GET`; for a browser that asks for a page, GraphiQL.

use async_graphql::Variables;
use serde::Deserialize;
use serde_json::Value as Json;

use super::assets;
use super::request::{Call, Method, parse_json};
use super::respond::{Answer, Reply};
use crate::error::Problem;
use crate::graphql::{self, Allowance, Answered, Failure, MOST_OPERATIONS, Operation, Sources};
use crate::stores::d1::D1;
use crate::stores::sha256_hex;
use crate::wiring;

/// The type that says that the status means something; https://graphql.github.io/graphql-over-http/draft/.
const RESPONSE_TYPE: &str = "application/graphql-response+json";
const PAGE: &str = "/graphiql";

/// A request as clients send it. What else they send along is theirs.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Json>,
    extensions: Option<Extensions>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    persisted_query: Option<PersistedQuery>,
    /// Whether to tell what it cost.
    #[serde(default)]
    cost: bool,
}

/// A query by the SHA-256 of its text, as Apollo's clients send it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersistedQuery {
    sha256_hash: String,
}

/// `POST /graphql`.
pub(super) async fn post(call: &Call) -> Answer {
    call.query(&[])?;
    let body: Json = call.json().await?;
    let read = |one: Json| serde_json::from_value::<Asked>(one).map_err(|error| malformed(&error));
    match body {
        Json::Array(list) if (1..=MOST_OPERATIONS).contains(&list.len()) => {
            let list = list.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
            let (sources, mut allowance) = (sources(call)?, Allowance::default());
            let mut answers = Vec::with_capacity(list.len());
            for asked in list {
                answers.push(answer(call, asked, &sources, &mut allowance).await?);
            }
            rendered(call, &answers, true)
        }
        Json::Array(list) => {
            let rule = format!("1 to {MOST_OPERATIONS} operations in a list");
            Err(Problem::impossible("body", &format!("{} operations", list.len()), rule))
        }
        one => respond(call, read(one)?).await,
    }
}

/// `GET /graphql`: the operation in the parameters, or the page that asks.
pub(super) async fn get(call: &Call) -> Answer {
    let query = call.query(&["query", "operationName", "variables", "extensions"])?;
    let wants_page = call.header("accept").is_some_and(|accept| accept.contains("text/html"));
    if wants_page && query.text("query").is_none() && query.text("extensions").is_none() {
        let if_none_match = call.header("if-none-match");
        return assets::serve(&call.env, Method::Get, PAGE, if_none_match.as_deref()).await;
    }
    let variables = query.text("variables").map(|text| parse_json::<Json>(text.as_bytes())).transpose()?;
    let extensions = query.text("extensions").map(|text| parse_json::<Extensions>(text.as_bytes())).transpose()?;
    let text = |name| query.text(name).map(str::to_owned);
    respond(call, Asked { query: text("query"), operation_name: text("operationName"), variables, extensions }).await
}

async fn respond(call: &Call, asked: Asked) -> Answer {
    let answered = answer(call, asked, &sources(call)?, &mut Allowance::default()).await?;
    rendered(call, &answered, answered.was_run())
}

fn sources(call: &Call) -> Result<Sources, Problem> {
    let db: D1 = wiring::database(&call.env)?;
    let (streams, principal) = (wiring::streams(&call.env, &call.request_id).ok(), call.principal.clone());
    let sources = Sources::new(db, streams, call.config.clone(), principal, call.now);
    Ok(sources.with_files(wiring::files(&call.env).ok()))
}

async fn answer(call: &Call, asked: Asked, sources: &Sources, allowance: &mut Allowance) -> Result<Answered, Problem> {
    let variables = match asked.variables {
        None | Some(Json::Null) => Variables::default(),
        Some(object @ Json::Object(_)) => Variables::from_json(object),
        Some(other) => return Err(Problem::impossible("variables", &other.to_string(), "an object")),
    };
    let extensions = asked.extensions.unwrap_or_default();
    let hash = extensions.persisted_query.map(|persisted| persisted.sha256_hash);
    let is_new = asked.query.is_some() && hash.is_some();
    let query = match text(call, asked.query, hash.as_deref()).await {
        Ok(query) => query,
        Err(problem) => return Ok(Answered::failed(Failure::of_request(&problem))),
    };
    let operation = Operation { query, name: asked.operation_name, variables, tells_cost: extensions.cost };
    let answered = graphql::answer(&operation, sources, allowance).await;
    // Whoever is nobody may ask by hash, but fills no store.
    if let (true, true, Some(hash), Some(_)) = (is_new, answered.was_run(), hash, &call.principal.owner) {
        let (kv, query) = (wiring::cache(&call.env)?, operation.query);
        call.after(async move { kv.keep_query(&hash, &query).await });
    }
    Ok(answered)
}

/// The text of a query that was sent, or that was kept under its hash.
async fn text(call: &Call, sent: Option<String>, hash: Option<&str>) -> Result<String, Problem> {
    let Some(hash) = hash else { return Ok(sent.unwrap_or_default()) };
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hash {
        return Err(Problem::malformed_parameter("sha256Hash", hash, "expected 64 lower-case hexadecimal digits"));
    }
    match sent {
        Some(query) if sha256_hex(&query) == hash => Ok(query),
        Some(_) => Err(Problem::refused("persisted_query_mismatch", "the hash is not that of the query")),
        None => {
            let kept = wiring::cache(&call.env)?.query(hash).await;
            // Clients look for these very words, and send the text then.
            kept.ok_or_else(|| Problem::refused("persisted_query_not_found", "PersistedQueryNotFound"))
        }
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::malformed_json(crate::error::echo_message(&error.to_string()))
}

/// The answer as it is sent. With the media type of its own a query that was not run is a 400; plain JSON is always a 200.
fn rendered<T: serde::Serialize>(call: &Call, answer: &T, was_run: bool) -> Answer {
    let with_status = call.header("accept").is_some_and(|accept| accept.contains(RESPONSE_TYPE));
    let body = serde_json::to_vec(answer).map_err(Problem::internal)?;
    let reply = Reply::of(if with_status { RESPONSE_TYPE } else { "application/json" }, body);
    let reply = if with_status && !was_run { reply.with_status(Problem::NOT_RUN) } else { reply };
    Ok(reply.with_header("cache-control", "no-store").with_header("vary", "accept"))
}
