use domain::market::{DailyBar, Dividend, Security, SharesCount, Split};
use domain::ports::{Capabilities, DailyMarket, Delivered};
use domain::testing::{AlertList, ManualClock, MemoryJobStore, MemoryMarketStore, MemoryRunLog};
use domain::units::UnixMillis;
use pollster::block_on;
use std::cell::{Cell, RefCell};

use super::*;
use crate::jobs::runner::{self, JobKinds};
use crate::providers::sample::Sample;

/// The sample market, with a count of requests and an error on demand.
struct Counted {
    sample: Sample,
    requests: Cell<u64>,
    next_error: RefCell<Option<ProviderError>>,
}

impl MarketData for Counted {
    fn name(&self) -> &'static str {
        "sample"
    }

    fn capabilities(&self) -> Capabilities {
        self.sample.capabilities()
    }

    fn requests_made(&self) -> u64 {
        self.requests.get()
    }

    async fn securities(&self, as_of: Day) -> Result<Delivered<Security>, ProviderError> {
        self.sample.securities(as_of).await
    }

    async fn daily_market(&self, day: Day) -> Result<DailyMarket, ProviderError> {
        self.sample.daily_market(day).await
    }

    async fn daily_bars(&self, ticker: &Ticker, range: DayRange) -> Result<Delivered<DailyBar>, ProviderError> {
        self.sample.daily_bars(ticker, range).await
    }

    async fn intraday_bars(
        &self,
        ticker: &Ticker,
        interval: BarInterval,
        range: DayRange,
    ) -> Result<Delivered<IntradayBar>, ProviderError> {
        self.requests.set(self.requests.get() + 1);
        match self.next_error.take() {
            Some(error) => Err(error),
            None => self.sample.intraday_bars(ticker, interval, range).await,
        }
    }

    async fn shares(&self, tickers: &[Ticker], as_of: Day) -> Result<Delivered<SharesCount>, ProviderError> {
        self.sample.shares(tickers, as_of).await
    }

    async fn splits(&self, range: DayRange) -> Result<Delivered<Split>, ProviderError> {
        self.sample.splits(range).await
    }

    async fn dividends(&self, range: DayRange) -> Result<Delivered<Dividend>, ProviderError> {
        self.sample.dividends(range).await
    }
}

struct World {
    provider: Counted,
    market: MemoryMarketStore,
    runs: MemoryRunLog,
    jobs: MemoryJobStore,
    clock: ManualClock,
    alerts: AlertList,
}

impl JobKinds for World {
    async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        let (provider, market, runs, clock) = (&self.provider, &self.market, &self.runs, &self.clock);
        IngestBars { provider, market, runs, clock }.run(job).await
    }

    async fn give_up(&self, job: &ClaimedJob, error: &SliceError) -> Result<Alert, StoreError> {
        give_up(&self.runs, &self.clock, job, error).await
    }
}

impl World {
    fn new() -> Self {
        let settings = crate::providers::ProviderSettings::default();
        let sample = Sample::from_settings(&settings).unwrap();
        let provider = Counted { sample, requests: Cell::default(), next_error: RefCell::default() };
        Self {
            provider,
            market: MemoryMarketStore::default(),
            runs: MemoryRunLog::default(),
            jobs: MemoryJobStore::default(),
            // 2026-11-20 22:15 UTC, a Friday after the close.
            clock: ManualClock::at(UnixMillis(1_795_212_900_000)),
            alerts: AlertList::default(),
        }
    }

    fn tickers(&self, count: usize) -> Vec<String> {
        let day = "2026-10-01".parse().unwrap();
        let listed = block_on(self.provider.sample.securities(day)).unwrap().rows;
        listed.iter().take(count).map(|row| row.ticker.to_string()).collect()
    }

    /// Runs a job to its end and returns its number of slices.
    fn ingest(&self, spec: &serde_json::Value) -> i64 {
        runner::run_to_the_end((&self.jobs, self, &self.clock, &self.alerts), (KIND, &spec.to_string()))
    }

    fn spec(&self, tickers: usize) -> serde_json::Value {
        serde_json::json!({
            "provider": "sample", "interval": "1hour", "from": "2026-09-15", "to": "2026-11-10",
            "tickers": self.tickers(tickers),
        })
    }
}

#[test]
fn bars_come_month_by_month_and_a_second_run_asks_for_nothing() {
    let world = World::new();
    let slices = world.ingest(&world.spec(30));
    // 30 tickers are two slices each of September, October and November, after the one that began.
    assert_eq!((slices, world.provider.requests.get()), (6, 90));
    let kept = world.market.kept();
    let sessions =
        calendar::sessions(DayRange::new("2026-09-15".parse().unwrap(), "2026-11-10".parse().unwrap()).unwrap());
    assert!(kept.intraday.len() > 29 * 7 * (sessions.len() - 2), "{}", kept.intraday.len());
    let run = &world.runs.runs()[0];
    assert_eq!((run.progress.requests, run.progress.inserted), (90, kept.intraday.len() as u64));
    assert_eq!(run.progress.rejected, 0);

    world.ingest(&world.spec(30));
    let missing: BTreeSet<_> = run.progress.findings.iter().map(|finding| finding.ticker.clone()).collect();
    // A ticker that was halted for a day is asked for again, the others are not.
    assert!(world.provider.requests.get() - 90 <= 3 * missing.len() as u64);
    assert_eq!(world.market.kept(), kept);
}

#[test]
fn patience_and_failures_lose_nothing() {
    let world = World::new();
    world.provider.next_error.replace(Some(ProviderError::RateLimited { retry_after_ms: 5_000 }));
    world.ingest(&world.spec(2));
    world.provider.next_error.replace(Some(ProviderError::Transient { detail: "down".to_owned() }));
    world.ingest(&world.spec(3));
    let tickers: BTreeSet<_> = world.market.kept().intraday.keys().map(|(ticker, ..)| ticker.clone()).collect();
    assert_eq!((tickers.len(), world.alerts.raised().len()), (3, 0));
    world.provider.next_error.replace(Some(ProviderError::Rejected { detail: "no".to_owned() }));
    world.ingest(&world.spec(4));
    assert_eq!(world.alerts.raised()[0].code, "ingestion_failed");
}

#[test]
fn a_job_that_cannot_be_done_says_why() {
    let world = World::new();
    let bad = |change: fn(&mut serde_json::Value)| {
        let mut spec = world.spec(1);
        change(&mut spec);
        world.ingest(&spec);
        world.alerts.raised().last().unwrap().message.clone()
    };
    assert!(bad(|spec| spec["interval"] = "2hour".into()).contains("spec_unusable"));
    assert!(bad(|spec| spec["interval"] = "1min".into()).contains("provider_unsuitable"));
    assert!(bad(|spec| spec["tickers"] = serde_json::json!([])).contains("nothing_to_ingest"));
    assert!(bad(|spec| spec["tickers"] = serde_json::json!(["A B"])).contains("spec_unusable"));
    assert!(bad(|spec| spec["from"] = "2027-01-04".into()).contains("spec_unusable"));
}
