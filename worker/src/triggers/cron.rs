//! Cron triggers. The expressions are those of `wrangler.toml`.

use domain::ports::{Clock, JobStore, PartStore, StoreError};
use worker::Env;

use crate::config::Config;
use crate::jobs::ingest::{self, Spec};
use crate::jobs::runner::Wake;
use crate::providers;
use crate::stores::d1::D1;
use crate::stores::d1::imports::D1Imports;
use crate::stores::d1::ingestion_runs::D1IngestionRuns;
use crate::stores::d1::jobs::D1JobStore;
use crate::stores::d1::market::D1MarketStore;
use crate::triggers::{log_failure, queue};
use crate::wiring::{PlatformClock, database, files};

const TICK: &str = "* * * * *";
const INGESTION: &str = "15 22 * * MON-FRI";
const INDICES: &str = "45 22 * * MON-FRI";

/// How many jobs a tick wakes; the others wait for the next one.
const WOKEN_A_TICK: usize = 100;

const TICK_MS: i64 = 60_000;
/// Listing objects is billed like writing them, so leftovers are looked for once an hour.
const TICKS_BETWEEN_LISTINGS: i64 = 60;
const DAY_MS: i64 = 86_400_000;

/// Does what is due at this cron expression.
pub(crate) async fn fired(cron: &str, env: Env) {
    let done = match cron {
        TICK => tick(&env).await,
        INGESTION => add_ingestion(&env).await,
        INDICES => add_builds(&env).await,
        other => Err(StoreError::Refused(format!("nothing is scheduled at {other:?}"))),
    };
    if let Err(error) = done {
        log_failure("cron", &error);
    }
}

/// Wakes whatever is due or has lost its lease, and clears what abandoned batches left.
async fn tick(env: &Env) -> Result<(), StoreError> {
    let db = database(env)?;
    let now = PlatformClock.now();
    wake_due(env, &db).await?;
    // What was published is called so before whatever is left over is called abandoned.
    D1Imports(&db).settle_published(now).await?;
    D1MarketStore::new(&db).sweep(now).await?;
    if now.0.div_euclid(TICK_MS) % TICKS_BETWEEN_LISTINGS == 0 { drop_left_parts(env, &db).await } else { Ok(()) }
}

/// Forgets the parts of files that nobody is sending any more.
async fn drop_left_parts(env: &Env, db: &D1) -> Result<(), StoreError> {
    let files = files(env)?;
    for import in files.imports_with_parts().await? {
        if !D1Imports(db).is_open(import).await? {
            files.drop_parts(import).await?;
        }
    }
    Ok(())
}

/// Adds the job that keeps the last sessions filled, and forgets runs and jobs that nobody needs any more.
async fn add_ingestion(env: &Env) -> Result<(), StoreError> {
    let config = Config::of_isolate(env).map_err(|error| StoreError::Refused(error.to_string()))?;
    let (db, now) = (database(env)?, PlatformClock.now());
    // An unknown name is kept: its job then fails with an alert, which a person sees.
    let provider = providers::registered_name(&config.provider).unwrap_or(&config.provider);
    let spec = Spec::keep(provider, config.ingest_keep_sessions as usize);
    D1JobStore(&db).add(ingest::KIND, &spec.key(), &spec.to_json(), now).await?;
    wake_due(env, &db).await?;
    if config.run_retention_days > 0 {
        let before = now.plus_ms(-i64::from(config.run_retention_days) * DAY_MS);
        D1JobStore(&db).prune(before).await?;
        D1IngestionRuns(&db).prune(before).await?;
    }
    Ok(())
}

/// Adds a build of every index that is brought up to date by itself.
async fn add_builds(env: &Env) -> Result<(), StoreError> {
    let db = database(env)?;
    D1JobStore(&db).add_builds(PlatformClock.now()).await?;
    wake_due(env, &db).await
}

async fn wake_due(env: &Env, db: &D1) -> Result<(), StoreError> {
    let due = D1JobStore(db).due(PlatformClock.now(), WOKEN_A_TICK).await?;
    let wakes: Vec<Wake> = due.into_iter().map(|(job, slice)| Wake { job, slice, delay_ms: 0 }).collect();
    queue::send(env, &wakes).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheduled_expression_is_handled() {
        let settings = include_str!("../../../wrangler.toml");
        let crons = settings.lines().find_map(|line| line.strip_prefix("crons = ")).unwrap();
        assert_eq!(crons, format!("[{TICK:?}, {INGESTION:?}, {INDICES:?}]"));
    }
}
