//! Every kind of job, and the adapters each works with. A new kind is one line in `run`.

use std::cell::Cell;

use domain::ports::{Alert, ClaimedJob, StoreError};
use worker::Env;

use crate::alerts::WebhookAlerts;
use crate::callbacks::SignedCalls;
use crate::chains::ChainWarehouse;
use crate::config::Config;
use crate::jobs::backtest::{self, Backtests};
use crate::jobs::build_index;
use crate::jobs::ingest::{self, Ingest, Spec};
use crate::jobs::ingest_bars::{self, IngestBars};
use crate::jobs::ingest_chains::{self, IngestChains};
use crate::jobs::runner::{self, JobKinds, SliceDone, SliceError, Wake};
use crate::jobs::webhook;
use crate::stores::d1::D1;
use crate::stores::d1::backtests::D1Backtests;
use crate::stores::d1::chains::D1Chains;
use crate::stores::d1::indices::D1IndexStore;
use crate::stores::d1::ingestion_runs::D1IngestionRuns;
use crate::stores::d1::jobs::D1JobStore;
use crate::stores::d1::market::D1MarketStore;
use crate::stores::r2_files::R2Files;
use crate::wiring::{self, PlatformClock, Provider, database, files};

/// What jobs are done with.
struct Wired<'a> {
    env: &'a Env,
    db: &'a D1,
    config: &'a Config,
    /// The run that may have ended: its callback is woken next.
    ended: Cell<Option<i64>>,
}

impl JobKinds for Wired<'_> {
    async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        match job.kind.as_str() {
            ingest::KIND => self.ingest(job).await,
            backtest::KIND => {
                self.ended.set(backtest::spec_of(job).ok());
                self.with_backtests(async |runs| runs.run(job).await).await
            }
            webhook::KIND => {
                let caller = SignedCalls { clock: PlatformClock, test_loopback: self.config.webhook_test_loopback };
                webhook::call(&D1Backtests(self.db), &caller, job).await
            }
            ingest_chains::KIND => self.ingest_chains(job).await,
            ingest_bars::KIND => self.ingest_bars(job).await,
            build_index::KIND => build_index::bring_up_to_date(&D1IndexStore::new(self.db), &PlatformClock, job).await,
            other => Err(SliceError::Final { code: "unknown_kind", message: format!("there is no job {other}") }),
        }
    }

    async fn give_up(&self, job: &ClaimedJob, error: &SliceError) -> Result<Alert, StoreError> {
        if job.kind == ingest::KIND {
            let (market, runs) = (D1MarketStore::new(self.db), D1IngestionRuns(self.db));
            return ingest::give_up(&market, &runs, &PlatformClock, job, error).await;
        }
        if job.kind == ingest_bars::KIND {
            return ingest_bars::give_up(&D1IngestionRuns(self.db), &PlatformClock, job, error).await;
        }
        if job.kind == ingest_chains::KIND {
            return ingest_chains::give_up(&D1IngestionRuns(self.db), &PlatformClock, job, error).await;
        }
        if job.kind == backtest::KIND {
            return self.with_backtests(async |runs| runs.give_up(job, error).await).await;
        }
        if job.kind == webhook::KIND {
            webhook::give_up(&D1Backtests(self.db), job).await?;
        }
        let message = format!("job {} ({}): {} ({error})", job.id, job.kind, error.code());
        Ok(Alert { code: "job_failed", message })
    }
}

impl Wired<'_> {
    async fn with_backtests<T, E: From<StoreError>>(
        &self,
        work: impl AsyncFnOnce(&Backtests<'_, D1Backtests<'_>, R2Files, D1Chains<'_>, PlatformClock>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (store, objects, catalogue) = (D1Backtests(self.db), files(self.env)?, D1Chains(self.db));
        let slice_rows = self.config.backtest_slice_rows as usize;
        let (objects, catalogue) = (&objects, &catalogue);
        work(&Backtests { store: &store, objects, catalogue, clock: &PlatformClock, slice_rows }).await
    }

    async fn ingest_chains(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        let provider = self.provider(&ingest_chains::Spec::parse(&job.spec)?.provider)?;
        let (objects, catalogue) = (files(self.env)?, D1Chains(self.db));
        let folder = format!("imports/job-{}/quotes/", job.id);
        let sink = ChainWarehouse::new(&objects, &catalogue, folder.clone());
        let runs = D1IngestionRuns(self.db);
        let work = IngestChains { provider: &provider, sink: &sink, runs: &runs, clock: &PlatformClock };
        let done = work.run(job).await;
        // A slice seldom sets anything aside; what is left is small and written over by the next try.
        let _written_over = objects.drop_folder(&folder).await;
        done
    }

    async fn ingest(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        let provider = self.provider(&Spec::parse(&job.spec)?.provider)?;
        let ingest = Ingest {
            provider: &provider,
            market: &D1MarketStore::new(self.db),
            runs: &D1IngestionRuns(self.db),
            clock: &PlatformClock,
            shares_top: self.config.ingest_shares_top as usize,
        };
        ingest.run(job).await
    }

    async fn ingest_bars(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        let provider = self.provider(&ingest_bars::Spec::parse(&job.spec)?.provider)?;
        let (market, runs) = (&D1MarketStore::new(self.db), &D1IngestionRuns(self.db));
        IngestBars { provider: &provider, market, runs, clock: &PlatformClock }.run(job).await
    }

    fn provider(&self, name: &str) -> Result<Provider<'_>, SliceError> {
        wiring::provider(self.db, self.config, name)
            .map_err(|error| SliceError::Final { code: "provider_not_configured", message: error.to_string() })
    }
}

/// Does a slice of a job, if it is its turn, and says what to wake next.
///
/// # Errors
/// When the database does not answer or the settings cannot be used; the job waits for the next tick.
pub(crate) async fn run_slice(env: &Env, hint: (i64, i64)) -> Result<Option<Wake>, StoreError> {
    let config = Config::of_isolate(env).map_err(|error| StoreError::Refused(error.to_string()))?;
    let db = database(env)?;
    let alerts = WebhookAlerts { url: config.alert_webhook_url.clone(), clock: PlatformClock };
    let (kinds, jobs) = (Wired { env, db: &db, config: &config, ended: Cell::default() }, D1JobStore(&db));
    let wake = runner::run_slice(&jobs, &kinds, &PlatformClock, &alerts, hint).await?;
    let (None, Some(run)) = (wake, kinds.ended.get()) else { return Ok(wake) };
    let callback = jobs.open(webhook::KIND, &run.to_string()).await?;
    Ok(callback.map(|job| Wake { job, slice: 0, delay_ms: 0 }))
}

#[cfg(test)]
mod tests {
    use domain::ports::{Clock, JobStore, MarketStore};
    use domain::testing::{AlertList, ManualClock};
    use domain::units::{DayRange, UnixMillis};
    use pollster::block_on;

    use super::*;
    use crate::providers::ProviderSettings;
    use crate::providers::sample::Sample;

    /// The real stores on the real SQL, and the sample market.
    struct Real<'a> {
        db: &'a D1,
        sample: Sample,
        clock: ManualClock,
    }

    impl JobKinds for Real<'_> {
        async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
            let (market, runs) = (&D1MarketStore::new(self.db), &D1IngestionRuns(self.db));
            Ingest { provider: &self.sample, market, runs, clock: &self.clock, shares_top: 400 }.run(job).await
        }

        async fn give_up(&self, _: &ClaimedJob, error: &SliceError) -> Result<Alert, StoreError> {
            panic!("no slice may fail: {error}")
        }
    }

    #[test]
    fn the_sample_market_is_ingested_into_the_real_tables_once() {
        let db = D1::in_memory();
        // 2026-11-20 22:15 UTC: a Friday, an hour and a quarter after the close.
        let clock = ManualClock::at(UnixMillis(1_795_212_900_000));
        let settings = ProviderSettings::read(|name| (name == "SAMPLE_COMPANIES").then(|| "150".to_owned()));
        let real = Real { db: &db, sample: Sample::from_settings(&settings).unwrap(), clock };
        let (store, alerts) = (D1JobStore(&db), AlertList::default());
        let mut runs = Vec::new();
        for _ in 0..2 {
            let spec = Spec::keep("sample", 30);
            let (id, _) = block_on(store.add(ingest::KIND, &spec.key(), &spec.to_json(), real.clock.now())).unwrap();
            let mut hint = (id, 0);
            while let Some(wake) = block_on(runner::run_slice(&store, &real, &real.clock, &alerts, hint)).unwrap() {
                hint = (wake.job, wake.slice);
            }
            runs.push(block_on(D1IngestionRuns(&db).get(id)).unwrap().unwrap());
        }
        let range = DayRange::new(runs[0].start_date, runs[0].end_date).unwrap();
        assert_eq!(runs[0].end_date.to_string(), "2026-11-20");
        assert_eq!(block_on(D1MarketStore::new(&db).held_sessions(range)).unwrap().len(), 30);
        assert_eq!((runs[0].status.as_str(), runs[1].status.as_str()), ("succeeded", "succeeded"));
        // At least 119 companies trade each day, each with a bar and a market cap.
        assert!(runs[0].rows.inserted > 30 * 119 * 2 && runs[0].rows.changed == 0, "{:?}", runs[0].rows);
        assert_eq!((runs[1].rows.inserted, runs[1].rows.changed), (0, 0));
        assert_eq!((runs[0].gaps.len(), runs[0].rejections.len(), alerts.raised().len()), (0, 0, 0));
        assert_eq!(runs[1].data_version, runs[0].data_version);
    }
}
