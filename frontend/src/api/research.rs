//! Research: why an index moved, what it costs, what it compares with, what it would have been.

use domain::api::{LookAheadCheck, LookAheadReport, SavedDefinition, SavedDefinitionList, WhatIf, WhatIfResult};
use gloo_net::http::Method;
use wasm_bindgen::JsValue;
use web_sys::File;

use super::{delete, get, post, read, send_as, written};
use crate::load::Failure;
use crate::query::{Query, encode};

/// The link to research of an index; `more` are parameters, of which absent ones are left out.
pub(crate) fn research_link(path: &str, index: Option<String>, more: Vec<(&str, Option<String>)>) -> String {
    let query = Query::default().with("index", index);
    more.into_iter().fold(query, |query, (name, value)| query.with(name, value)).after(path)
}

/// A changed index beside the index as it is.
pub(crate) async fn what_if(question: &WhatIf) -> Result<WhatIfResult, Failure> {
    post("/what-if", question).await
}

/// Holdings of one's own, as they stand in a file, beside an index. `link` is `/what-if` with its parameters.
pub(crate) async fn what_if_held(link: &str, file: &File) -> Result<WhatIfResult, Failure> {
    let name = file.name().to_lowercase();
    let is_workbook = name.ends_with(".xlsx");
    let kind =
        if is_workbook { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" } else { "text/csv" };
    read(send_as(Method::POST, link, kind, JsValue::from(file)).await?).await
}

/// The questions kept under a name.
pub(crate) async fn definitions() -> Result<SavedDefinitionList, Failure> {
    get("/definitions").await
}

/// Keeps a question under a name, in place of an earlier one.
pub(crate) async fn keep_definition(name: &str, question: &WhatIf) -> Result<SavedDefinition, Failure> {
    let body = JsValue::from(written(question)?);
    read(send_as(Method::PUT, &definition_link(name), "application/json", body).await?).await
}

/// Forgets the question of a name.
pub(crate) async fn forget_definition(name: &str) -> Result<(), Failure> {
    delete(&definition_link(name)).await
}

fn definition_link(name: &str) -> String {
    format!("/definitions/{}", encode(name).replace('/', "%2F"))
}

/// Whether anything of the future reaches the past of an index.
pub(crate) async fn check_look_ahead(index: &str, check: &LookAheadCheck) -> Result<LookAheadReport, Failure> {
    post(&format!("/indices/{}/look-ahead-check", encode(index)), check).await
}
