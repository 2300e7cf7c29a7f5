//! What the resolvers of one request ask: the stores, and what was asked of them already.

use std::collections::HashMap;
use std::rc::Rc;

use domain::units::UnixMillis;
use serde_json::Value as Json;

use super::batch::Batch;
use super::turns::Turns;
use crate::auth::Principal;
use crate::config::Config;
use crate::error::Problem;
use crate::routes::query::Query;
use crate::stores::d1::D1;
use crate::stores::d1::indices::IndexRow;
use crate::stores::d1::securities::{D1Securities, OfSecurity};
use crate::stores::r2_files::R2Files;
use crate::stores::symbol_streams::SymbolStreams;

/// The stores of one request.
pub(crate) struct Sources {
    pub(super) db: D1,
    /// Absent where there is no platform.
    streams: Option<SymbolStreams>,
    files: Option<R2Files>,
    pub(super) config: Rc<Config>,
    principal: Principal,
    pub(super) now: UnixMillis,
    by_ticker: Batch<String, Json>,
    former_tickers: Batch<i64, Json>,
    splits: Batch<i64, Json>,
    dividends: Batch<i64, Json>,
    pub(super) indices: Batch<String, Option<IndexRow>>,
    /// Answers that need much memory are computed one after the other.
    pub(super) turns: Turns,
    /// By arguments and ticker.
    pub(super) bars: Batch<(Query, String), Json>,
}

impl Sources {
    /// The stores, with nothing asked yet.
    pub(crate) fn new(
        db: D1,
        streams: Option<SymbolStreams>,
        config: Rc<Config>,
        principal: Principal,
        now: UnixMillis,
    ) -> Self {
        Self {
            db,
            streams,
            files: None,
            config,
            principal,
            now,
            by_ticker: Batch::default(),
            former_tickers: Batch::default(),
            splits: Batch::default(),
            dividends: Batch::default(),
            indices: Batch::default(),
            turns: Turns::default(),
            bars: Batch::default(),
        }
    }

    /// The same with the store in which results of runs and chains are.
    pub(crate) fn with_files(mut self, files: Option<R2Files>) -> Self {
        self.files = files;
        self
    }

    /// Who asks.
    pub(super) const fn principal(&self) -> &Principal {
        &self.principal
    }

    pub(super) fn files(&self) -> Result<&R2Files, Problem> {
        self.files.as_ref().ok_or_else(|| Problem::internal("there are no files without a platform"))
    }

    pub(super) fn streams(&self) -> Result<&SymbolStreams, Problem> {
        self.streams.as_ref().ok_or_else(|| Problem::internal("there are no streams without a platform"))
    }

    /// A security by its ticker, or by one that it was the last to bear; null where none is listed.
    pub(super) async fn security(&self, ticker: &str) -> Result<Json, Problem> {
        let found = self.by_ticker.get(ticker.to_owned(), async |tickers| {
            let found = D1Securities(&self.db).by_tickers(&tickers).await?;
            found.into_iter().map(|one| Ok((one.asked, json(&one.security)?))).collect()
        });
        found.await
    }

    pub(super) async fn former_tickers(&self, security: i64) -> Result<Json, Problem> {
        let fetch = async |ids: Vec<i64>| lists(D1Securities(&self.db).former_tickers(&ids).await?);
        empty_list(self.former_tickers.get(security, fetch).await)
    }

    pub(super) async fn splits(&self, security: i64) -> Result<Json, Problem> {
        let fetch = async |ids: Vec<i64>| lists(D1Securities(&self.db).splits(&ids).await?);
        empty_list(self.splits.get(security, fetch).await)
    }

    pub(super) async fn dividends(&self, security: i64) -> Result<Json, Problem> {
        let fetch = async |ids: Vec<i64>| lists(D1Securities(&self.db).dividends(&ids).await?);
        empty_list(self.dividends.get(security, fetch).await)
    }
}

/// A value as JSON.
pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<Json, Problem> {
    serde_json::to_value(value).map_err(Problem::internal)
}

fn lists<T: serde::Serialize>(rows: Vec<OfSecurity<T>>) -> Result<HashMap<i64, Json>, Problem> {
    let mut lists: HashMap<i64, Vec<Json>> = HashMap::new();
    for row in rows {
        lists.entry(row.security_id).or_default().push(json(&row.row)?);
    }
    Ok(lists.into_iter().map(|(security, list)| (security, Json::Array(list))).collect())
}

fn empty_list(found: Result<Json, Problem>) -> Result<Json, Problem> {
    found.map(|list| if list.is_null() { Json::Array(Vec::new()) } else { list })
}
