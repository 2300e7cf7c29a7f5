//! What operators ask: is it alive, can it work, how does it do.

use domain::api::{Health, Readiness};

use super::request::Call;
use super::respond::{Answer, Reply};
use crate::error::Problem;
use crate::stores::d1::operations;
use crate::telemetry;
use crate::wiring;

/// The newest file in `migrations/`.
const LATEST_MIGRATION: &str = "0019_ticker_changes.sql";

/// `GET /health`: alive, and nothing is asked of anyone.
pub(super) async fn health(call: &Call) -> Answer {
    call.query(&[])?;
    Ok(Reply::json(&Health { status: "ok".to_owned() })?.with_header("cache-control", "no-store"))
}

/// `GET /ready`: everything it needs can be reached; 503 says what cannot.
pub(super) async fn ready(call: &Call) -> Answer {
    call.query(&[])?;
    let database = match call.db() {
        Ok(db) => match operations::has_migration(db, LATEST_MIGRATION).await {
            Ok(true) => "ok",
            Ok(false) => "migrations missing",
            Err(_) => "unreachable",
        },
        Err(_) => "unreachable",
    };
    let reachable = |answered: bool| if answered { "ok" } else { "unreachable" };
    let cache = reachable(wiring::cache_answers(&call.env).await);
    let storage = reachable(wiring::storage_answers(&call.env).await);
    let streams = reachable(wiring::streams_answer(&call.env).await);
    let ready = [database, cache, storage, streams].iter().all(|part| *part == "ok");
    let readiness = Readiness {
        status: if ready { "ready" } else { "unavailable" }.to_owned(),
        database: database.to_owned(),
        cache: cache.to_owned(),
        storage: storage.to_owned(),
        streams: streams.to_owned(),
    };
    let status = if ready { 200 } else { Problem::NOT_READY };
    Ok(Reply::json(&readiness)?.with_status(status).with_header("cache-control", "no-store"))
}

/// `GET /metrics`: Prometheus text. Counters are this isolate's own; what comes from the database is everyone's.
pub(super) async fn metrics(call: &Call) -> Answer {
    call.query(&[])?;
    let stored = operations::gauges(call.db()?).await;
    let text = telemetry::render(stored.as_ref().ok());
    Ok(Reply::of("text/plain; version=0.0.4; charset=utf-8", text.into_bytes())
        .with_header("cache-control", "no-store"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_migration_is_the_last_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.max().unwrap(), LATEST_MIGRATION);
    }
}
