//! Every kind of job, and the adapters each works with. A new kind is one line in `run`.

use domain::ports::{Alert, ClaimedJob, StoreError};
use worker::Env;

use crate::alerts::WebhookAlerts;
use crate::config::Config;
use crate::jobs::ingest::{self, Ingest, Spec};
use crate::jobs::runner::{self, JobKinds, SliceDone, SliceError, Wake};
use crate::providers::http::{Network, PlatformTransport};
use crate::providers::{self, AnyProvider};
use crate::stores::d1::D1;
use crate::stores::d1::ingestion_runs::D1IngestionRuns;
use crate::stores::d1::jobs::D1JobStore;
use crate::stores::d1::market::D1MarketStore;
use crate::stores::d1::provider_budgets::D1ProviderBudgets;
use crate::wiring::{PlatformClock, database};

/// What jobs are done with.
struct Wired<'a> {
    db: &'a D1,
    config: &'a Config,
}

type Provider<'a> = AnyProvider<PlatformTransport<PlatformClock>, D1ProviderBudgets<'a>>;

impl JobKinds for Wired<'_> {
    async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        match job.kind.as_str() {
            ingest::KIND => self.ingest(job).await,
            other => Err(SliceError::Final { code: "unknown_kind", message: format!("there is no job {other}") }),
        }
    }

    async fn give_up(&self, job: &ClaimedJob, error: &SliceError) -> Result<Alert, StoreError> {
        if job.kind == ingest::KIND {
            let (market, runs) = (D1MarketStore::new(self.db), D1IngestionRuns(self.db));
            return ingest::give_up(&market, &runs, &PlatformClock, job, error).await;
        }
        let message = format!("job {} ({}): {} ({error})", job.id, job.kind, error.code());
        Ok(Alert { code: "job_failed", message })
    }
}

impl Wired<'_> {
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

    fn provider(&self, name: &str) -> Result<Provider<'_>, SliceError> {
        let network = Network { transport: PlatformTransport(PlatformClock), budget: D1ProviderBudgets(self.db) };
        providers::open(name, &self.config.provider_settings, network)
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
    let kinds = Wired { db: &db, config: &config };
    runner::run_slice(&D1JobStore(&db), &kinds, &PlatformClock, &alerts, hint).await
}
