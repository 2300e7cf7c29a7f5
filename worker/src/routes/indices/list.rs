//! `GET /indices` and `GET /indices/{slug}`.

use domain::api::IndexList;

use super::definition::summary;
use crate::error::Problem;
use crate::routes::request::Call;
use crate::routes::respond::{Answer, Reply};
use crate::stores::d1::indices::D1IndexStore;

/// Every defined index.
pub(in crate::routes) async fn list(call: &Call) -> Answer {
    call.query(&[])?;
    let indices = D1IndexStore::new(call.db()?).list().await?;
    Reply::json(&IndexList { data: indices.into_iter().map(summary).collect(), next_cursor: None })
}

/// One of them.
pub(in crate::routes) async fn one(call: &Call) -> Answer {
    call.query(&[])?;
    let slug = call.param("slug");
    let indices = D1IndexStore::new(call.db()?).list().await?;
    let index = indices.into_iter().find(|index| index.slug == slug).ok_or_else(|| Problem::unknown("index", slug))?;
    Reply::json(&summary(index))
}
