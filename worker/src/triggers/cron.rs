//! Cron triggers. The expressions are those of `wrangler.toml`.

use domain::ports::{Clock, JobStore, ObjectStore, PartStore, StoreError};
use domain::units::UnixMillis;
use worker::Env;

use crate::chains;
use crate::config::Config;
use crate::jobs::backtest;
use crate::jobs::ingest::{self, Spec};
use crate::jobs::ingest_chains;
use crate::providers;
use crate::stores::d1::D1;
use crate::stores::d1::backtests::D1Backtests;
use crate::stores::d1::chains::D1Chains;
use crate::stores::d1::imports::D1Imports;
use crate::stores::d1::ingestion_runs::D1IngestionRuns;
use crate::stores::d1::jobs::D1JobStore;
use crate::stores::d1::market::D1MarketStore;
use crate::triggers::{log_failure, queue};
use crate::wiring::{PlatformClock, database, files};

const TICK: &str = "* * * * *";
const INGESTION: &str = "15 22 * * MON-FRI";
const INDICES: &str = "45 22 * * MON-FRI";

const TICK_MS: i64 = 60_000;
/// Listing objects is billed like writing them, so leftovers are looked for once an hour.
const TICKS_BETWEEN_LISTINGS: i64 = 60;
const DAY_MS: i64 = 86_400_000;
/// An object of chains that no row names for so long belongs to nobody: a publication names its objects within minutes.
const UNNAMED_FOR_MS: i64 = 3_600_000;
const KEYS_A_QUESTION: usize = 1_000;

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
    queue::wake_due(env, &db).await?;
    // What was published is called so before whatever is left over is called abandoned.
    D1Imports(&db).settle_published(now).await?;
    D1MarketStore::new(&db).sweep(now).await?;
    if now.0.div_euclid(TICK_MS) % TICKS_BETWEEN_LISTINGS != 0 {
        return Ok(());
    }
    drop_left_parts(env, &db).await?;
    drop_unnamed_chains(env, &db, now).await?;
    drop_left_runs(env, &db).await
}

/// Forgets what is left of runs that were deleted.
async fn drop_left_runs(env: &Env, db: &D1) -> Result<(), StoreError> {
    let files = files(env)?;
    for ids in files.numbers_under(backtest::FOLDER).await?.chunks(KEYS_A_QUESTION) {
        let known = D1Backtests(db).known(ids).await?;
        for id in ids.iter().filter(|id| !known.contains(id)) {
            files.drop_folder(&backtest::folder(*id)).await?;
        }
    }
    Ok(())
}

/// Forgets the chains of publications that were stopped before the catalogue named them.
async fn drop_unnamed_chains(env: &Env, db: &D1, now: UnixMillis) -> Result<(), StoreError> {
    let files = files(env)?;
    for keys in files.put_before(chains::FOLDER, now.plus_ms(-UNNAMED_FOR_MS)).await?.chunks(KEYS_A_QUESTION) {
        let named = D1Chains(db).named(keys).await?;
        let unnamed: Vec<String> = keys.iter().filter(|key| !named.contains(key)).cloned().collect();
        files.delete(&unnamed).await?;
    }
    Ok(())
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
    if !config.chain_underlyings.is_empty() {
        let spec = ingest_chains::Spec::latest(provider, &config.chain_underlyings);
        D1JobStore(&db).add(ingest_chains::KIND, &spec.key(), &spec.to_json(), now).await?;
    }
    queue::wake_due(env, &db).await?;
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
    queue::wake_due(env, &db).await
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
