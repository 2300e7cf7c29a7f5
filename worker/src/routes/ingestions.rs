//! `/ingestions`: the log of the ingestion job. Ingestion itself is no API.

use domain::api::IngestionList;

use super::page::Page;
use super::request::Call;
use super::respond::{Answer, Reply};
use crate::error::Problem;
use crate::stores::d1::ingestion_runs::D1IngestionRuns;

/// `GET /ingestions`: the runs, the latest first.
pub(super) async fn list(call: &Call) -> Answer {
    let page = Page::of(&call.query(Page::PARAMETERS)?)?;
    let runs = D1IngestionRuns(call.db()?).list(Some(page.before), page.rows()).await?;
    let (data, next_cursor) = page.cut(runs, |run| run.id);
    Reply::json(&IngestionList { data, next_cursor })
}

/// `GET /ingestions/{id}`: one run.
pub(super) async fn get(call: &Call) -> Answer {
    call.query(&[])?;
    let unknown = || Problem::unknown("ingestion", call.param("id"));
    let id: i64 = call.param("id").parse().map_err(|_| unknown())?;
    let run = D1IngestionRuns(call.db()?).get(id).await?;
    Reply::json(&run.ok_or_else(unknown)?)
}
