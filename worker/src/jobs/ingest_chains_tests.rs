use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use domain::market::{DailyBar, Dividend, Security, SharesCount, Split};
use domain::ports::{
    Capabilities, DailyMarket, Delivered, OptionChains, ProviderError, Published, PublishedQuotes, QuoteRows,
};
use domain::testing::{AlertList, ManualClock, MemoryJobStore, MemoryRunLog};
use pollster::block_on;
use serde_json::json;

use super::*;
use crate::jobs::runner::{self, JobKinds};
use crate::providers::sample::Sample;

/// The sample market's chains, with an error on demand.
struct Source {
    sample: Sample,
    has_chains: bool,
    requests: Cell<u64>,
    next_error: RefCell<Option<ProviderError>>,
}

impl MarketData for Source {
    fn name(&self) -> &'static str {
        "sample"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { chains: self.has_chains, ..self.sample.capabilities() }
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

    async fn shares(&self, tickers: &[Ticker], as_of: Day) -> Result<Delivered<SharesCount>, ProviderError> {
        self.sample.shares(tickers, as_of).await
    }

    async fn splits(&self, range: DayRange) -> Result<Delivered<Split>, ProviderError> {
        self.sample.splits(range).await
    }

    async fn dividends(&self, range: DayRange) -> Result<Delivered<Dividend>, ProviderError> {
        self.sample.dividends(range).await
    }

    async fn option_chains(&self, underlying: Option<&Ticker>, day: Day) -> Result<OptionChains, ProviderError> {
        self.requests.set(self.requests.get() + 1);
        match self.next_error.take() {
            Some(error) => Err(error),
            None => self.sample.option_chains(underlying, day).await,
        }
    }
}

/// What was published, by underlying and session: how many quotes.
#[derive(Default)]
struct Sink {
    staged: RefCell<Vec<QuoteRows>>,
    held: RefCell<BTreeMap<(String, Day), u64>>,
}

impl QuoteSink for Sink {
    async fn stage_quotes(&self, rows: QuoteRows) -> Result<(), StoreError> {
        self.staged.borrow_mut().push(rows);
        Ok(())
    }

    async fn publish_quotes(&self, _: Origin, _: i64, _: &str, _: UnixMillis) -> Result<PublishedQuotes, StoreError> {
        let mut came: BTreeMap<(String, Day), u64> = BTreeMap::new();
        for QuoteRows { underlyings, rows } in self.staged.take() {
            for row in rows {
                let underlying = underlyings[usize::try_from(row.underlying).unwrap()].to_string();
                *came.entry((underlying, row.quote.day)).or_default() += 1;
            }
        }
        let mut published = Published { data_version: 1, ..Published::default() };
        for (key, quotes) in came {
            let before = self.held.borrow_mut().insert(key, quotes);
            let count = if before.is_none() { &mut published.inserted } else { &mut published.unchanged };
            *count += quotes;
        }
        Ok(PublishedQuotes { published, ..PublishedQuotes::default() })
    }
}

struct World {
    source: Source,
    sink: Sink,
    runs: MemoryRunLog,
    jobs: MemoryJobStore,
    clock: ManualClock,
    alerts: AlertList,
}

impl JobKinds for World {
    async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        let (provider, sink, runs, clock) = (&self.source, &self.sink, &self.runs, &self.clock);
        IngestChains { provider, sink, runs, clock }.run(job).await
    }

    async fn give_up(&self, job: &ClaimedJob, error: &SliceError) -> Result<Alert, StoreError> {
        give_up(&self.runs, &self.clock, job, error).await
    }
}

impl World {
    fn new() -> Self {
        let sample = Sample::from_settings(&crate::providers::ProviderSettings::default()).unwrap();
        Self {
            source: Source { sample, has_chains: true, requests: Cell::default(), next_error: RefCell::default() },
            sink: Sink::default(),
            runs: MemoryRunLog::default(),
            jobs: MemoryJobStore::default(),
            // 2026-11-20 22:15 UTC, a Friday after the close.
            clock: ManualClock::at(UnixMillis(1_795_212_900_000)),
            alerts: AlertList::default(),
        }
    }

    /// Runs a job to its end and returns its number of slices.
    fn ingest(&self, spec: &str) -> i64 {
        runner::run_to_the_end((&self.jobs, self, &self.clock, &self.alerts), (KIND, spec))
    }

    fn underlyings(&self) -> Vec<String> {
        let day = "2026-11-20".parse().unwrap();
        let chains = block_on(self.source.sample.option_chains(None, day)).unwrap();
        chains.quotes.underlyings.iter().map(Ticker::to_string).collect()
    }
}

#[test]
fn a_range_comes_in_slices_and_a_second_run_changes_nothing() {
    let world = World::new();
    let spec = json!({"provider": "sample", "from": "2026-08-03", "to": "2026-11-20"}).to_string();
    assert!(world.ingest(&spec) >= 2);
    let range = DayRange::new("2026-08-03".parse().unwrap(), "2026-11-20".parse().unwrap()).unwrap();
    let held: BTreeMap<_, _> = world.sink.held.borrow().clone();
    assert_eq!(held.len(), 3 * sessions(range).len());
    let run = world.runs.runs()[0].clone();
    assert_eq!((run.progress.inserted, run.progress.rejected), (held.values().sum(), 0));
    assert_eq!(run.progress.requests, sessions(range).len() as u64);
    world.ingest(&spec);
    assert_eq!((&*world.sink.held.borrow(), world.runs.runs()[1].progress.inserted), (&held, 0));
}

#[test]
fn the_last_session_of_the_named_underlyings_is_kept_by_the_schedule() {
    let world = World::new();
    let named = [world.underlyings()[1].clone()];
    world.ingest(&Spec::latest("sample", &named).to_json());
    let held = world.sink.held.borrow();
    assert_eq!(held.keys().cloned().collect::<Vec<_>>(), [(named[0].clone(), "2026-11-20".parse().unwrap())]);
}

#[test]
fn patience_and_failures_lose_nothing() {
    let world = World::new();
    let spec = json!({"provider": "sample", "from": "2026-11-16", "to": "2026-11-20"}).to_string();
    for error in
        [ProviderError::RateLimited { retry_after_ms: 5_000 }, ProviderError::Transient { detail: "down".to_owned() }]
    {
        world.source.next_error.replace(Some(error));
        world.ingest(&spec);
        assert_eq!((world.sink.held.borrow().len(), world.alerts.raised().len()), (15, 0));
        world.sink.held.borrow_mut().clear();
    }
    world.source.next_error.replace(Some(ProviderError::Rejected { detail: "no".to_owned() }));
    world.ingest(&spec);
    assert_eq!(world.alerts.raised()[0].code, "ingestion_failed");
    assert!(matches!(world.runs.runs()[2].end, Some(RunEnd::Failed { ref code, .. }) if code == "provider_refused"));
}

#[test]
fn a_job_that_cannot_be_done_says_why() {
    let mut world = World::new();
    let bad = |world: &World, spec: serde_json::Value| {
        world.ingest(&spec.to_string());
        world.alerts.raised().last().unwrap().message.clone()
    };
    let spec = |from: &str, to: &str| json!({"provider": "sample", "from": from, "to": to});
    assert!(bad(&world, spec("2026-11-20", "2026-11-16")).contains("spec_unusable"));
    assert!(bad(&world, spec("2026-11-31", "2026-12-16")).contains("spec_unusable"));
    assert!(bad(&world, spec("2027-01-04", "2027-01-05")).contains("nothing_to_ingest"));
    assert!(bad(&world, json!({"provider": "sample", "from": "2026-11-16"})).contains("spec_unusable"));
    assert!(bad(&world, json!({"provider": "sample", "underlyings": ["A B"]})).contains("spec_unusable"));
    world.source.has_chains = false;
    assert!(bad(&world, spec("2026-11-16", "2026-11-20")).contains("provider_unsuitable"));
}
