use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use domain::calendar::previous_session;
use domain::market::{Dividend, ReportedCap, Security, SharesCount, Split};
use domain::ports::{Capabilities, JobStore, ProviderError};
use domain::testing::{
    AlertList, Faults, KeptJob, KeptMarket, KeptRun, ManualClock, MemoryJobStore, MemoryMarketStore, MemoryRunLog,
    Moment, Severity,
};
use domain::units::UnixMillis;
use pollster::block_on;

use super::*;
use crate::jobs::runner::{JobKinds, LEASE_MS, run_slice};

/// Two hours after the close of 2024-06-07, a Friday.
const FRIDAY_EVENING: UnixMillis = UnixMillis(1_717_797_600_000);

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A source of three companies that answers the same to the same question, unless told otherwise.
#[derive(Default)]
struct Source {
    reported_caps: bool,
    /// What it answers to the next questions instead.
    errors: RefCell<Vec<ProviderError>>,
    /// Sessions of which it has no bars.
    without: RefCell<Vec<Day>>,
    /// Every bar of these sessions has a close of 0 for CCC.
    broken: RefCell<Vec<Day>>,
    /// So many more companies, whose closes are those of the session before on these sessions.
    crowd: Cell<u32>,
    late: RefCell<Vec<Day>>,
    asked: RefCell<HashMap<String, usize>>,
    requests: Cell<u64>,
    faults: Faults,
}

impl Source {
    fn ask<T>(&self, what: String, answer: impl FnOnce() -> T) -> Result<T, ProviderError> {
        self.requests.set(self.requests.get() + 1);
        *self.asked.borrow_mut().entry(what).or_default() += 1;
        if let Some(error) = self.errors.borrow_mut().pop() {
            return Err(error);
        }
        let broken = |error: StoreError| ProviderError::Transient { detail: error.to_string() };
        self.faults.around(|| Ok(answer())).map_err(broken)
    }

    fn times(&self, what: &str) -> usize {
        self.asked.borrow().iter().filter(|(asked, _)| asked.starts_with(what)).map(|(_, times)| times).sum()
    }
}

fn tickers() -> [Ticker; 3] {
    ["AAA", "BBB", "CCC"].map(|text| text.parse().unwrap())
}

impl MarketData for Source {
    fn name(&self) -> &'static str {
        "test"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            securities: true,
            daily_market: true,
            ticker_bars: false,
            intraday: &[],
            reported_caps: self.reported_caps,
            shares: true,
            splits: true,
            dividends: true,
            chains: false,
            synthetic: true,
        }
    }

    fn requests_made(&self) -> u64 {
        self.requests.get()
    }

    fn tickers_per_call(&self) -> usize {
        2
    }

    async fn securities(&self, as_of: Day) -> Result<Delivered<Security>, ProviderError> {
        self.ask(format!("securities {as_of}"), || Delivered::clean(tickers().map(Security::named).to_vec()))
    }

    async fn daily_market(&self, session: Day) -> Result<DailyMarket, ProviderError> {
        self.ask(format!("bars {session}"), || {
            let listed = if self.without.borrow().contains(&session) { Vec::new() } else { tickers().to_vec() };
            let bar = |(at, ticker): (u8, Ticker)| {
                let broken = at == 2 && self.broken.borrow().contains(&session);
                let close = if broken { 0.0 } else { 10.0 * f64::from(at + 1) + f64::from(session.number() % 7) };
                let volume = Some(1_000.0);
                DailyBar { ticker, day: session, open: None, high: None, low: None, close, adj_close: None, volume }
            };
            let mut bars: Vec<DailyBar> = (0..).zip(listed).map(bar).collect();
            let of = if self.late.borrow().contains(&session) { previous_session(session).unwrap() } else { session };
            let crowd = |number: u32| DailyBar {
                ticker: format!("X{number:02}").parse().unwrap(),
                day: session,
                open: None,
                high: None,
                low: None,
                close: 20.0 + f64::from(number) + f64::from(of.number() % 7) / 8.0,
                adj_close: None,
                volume: None,
            };
            bars.extend((0..self.crowd.get()).map(crowd));
            let cap = |bar: &DailyBar| ReportedCap { ticker: bar.ticker.clone(), day: session, cap: 1.0e9 };
            let caps = if self.reported_caps { bars.iter().map(cap).collect() } else { Vec::new() };
            DailyMarket { bars: Delivered::clean(bars), caps }
        })
    }

    async fn shares(&self, tickers: &[Ticker], as_of: Day) -> Result<Delivered<SharesCount>, ProviderError> {
        let names: Vec<&str> = tickers.iter().map(Ticker::as_str).collect();
        self.ask(format!("shares {as_of} {}", names.join(" ")), || {
            let count = |ticker: &Ticker| SharesCount { ticker: ticker.clone(), as_of: as_of.plus(-3), shares: 1.0e6 };
            Delivered::clean(tickers.iter().map(count).collect())
        })
    }

    async fn splits(&self, range: DayRange) -> Result<Delivered<Split>, ProviderError> {
        self.ask(format!("splits {}", range.first()), || {
            let ticker = tickers()[0].clone();
            Delivered::clean(vec![Split { ticker, ex_day: range.last(), ratio: 2.0 }])
        })
    }

    async fn dividends(&self, range: DayRange) -> Result<Delivered<Dividend>, ProviderError> {
        self.ask(format!("dividends {}", range.first()), || {
            let ticker = tickers()[1].clone();
            Delivered::clean(vec![Dividend { ticker, ex_day: range.first(), amount: 0.5 }])
        })
    }
}

/// Everything an ingestion touches, in memory.
struct World {
    source: Source,
    market: MemoryMarketStore,
    runs: MemoryRunLog,
    store: MemoryJobStore,
    clock: ManualClock,
    alerts: AlertList,
    faults: Faults,
}

impl JobKinds for World {
    async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        let World { source, market, runs, clock, .. } = self;
        Ingest { provider: source, market, runs, clock, shares_top: 400 }.run(job).await
    }

    async fn give_up(&self, job: &ClaimedJob, error: &SliceError) -> Result<Alert, StoreError> {
        give_up(&self.market, &self.runs, &self.clock, job, error).await
    }
}

impl World {
    fn new() -> Self {
        Self::breaking(Faults::default())
    }

    fn breaking(faults: Faults) -> Self {
        Self {
            source: Source { faults: faults.clone(), ..Source::default() },
            market: MemoryMarketStore::new(faults.clone()),
            runs: MemoryRunLog::new(faults.clone()),
            store: MemoryJobStore::new(faults.clone()),
            clock: ManualClock::at(FRIDAY_EVENING),
            alerts: AlertList::default(),
            faults,
        }
    }

    fn add(&self, spec: &Spec) {
        while block_on(self.store.add(KIND, &spec.key(), &spec.to_json(), self.clock.now())).is_err() {
            self.faults.restart();
        }
    }

    /// What the tick of every minute does, until no job is open. A killed worker comes back with the next minute.
    fn work(&self) {
        for _ in 0..2_000 {
            self.faults.restart();
            let Ok(due) = block_on(self.store.due(self.clock.now(), 10)) else { continue };
            for hint in &due {
                // An error is what a message handler logs; the row says how it goes on.
                let _ = block_on(run_slice(&self.store, self, &self.clock, &self.alerts, *hint));
            }
            if self.store.jobs().iter().all(|kept| kept.status != "open") {
                return;
            }
            if due.is_empty() {
                self.clock.advance_ms(60_000);
            }
        }
        panic!("a job stays open: {:?}", self.store.jobs());
    }

    fn ingest(&self, spec: &Spec) -> (KeptJob, KeptRun) {
        self.add(spec);
        self.work();
        (self.store.jobs().pop().unwrap(), self.runs.runs().pop().unwrap())
    }

    fn held(&self) -> Vec<Day> {
        let mut days: Vec<Day> = self.market.kept().bars.keys().map(|(day, _)| *day).collect();
        days.dedup();
        days
    }
}

fn week() -> Spec {
    Spec::parse(r#"{"provider":"test","from":"2024-06-03","to":"2024-06-07"}"#).unwrap()
}

fn undisturbed() -> (KeptMarket, u64) {
    let world = World::new();
    let (job, run) = world.ingest(&week());
    assert_eq!((job.status, run.end), ("done", Some(RunEnd::Succeeded)));
    (world.market.kept(), run.progress.inserted)
}

#[test]
fn a_week_is_filled_with_everything_the_source_has() {
    let world = World::new();
    let (_, run) = world.ingest(&week());
    assert_eq!(world.held(), [3, 4, 5, 6, 7].map(|of_june| Day::from_ymd(2024, 6, of_june).unwrap()));
    let kept = world.market.kept();
    let counts = (kept.securities.len(), kept.bars.len(), kept.shares.len(), kept.splits.len(), kept.dividends.len());
    assert_eq!(counts, (3, 15, 6, 1, 1));
    // 3 securities, a split, a dividend, the counts of 3 tickers on 2 days, 15 bars.
    assert_eq!(run.progress.inserted, 3 + 1 + 1 + 6 + 15);
    // The list of the last day repeats that of the first.
    assert_eq!((run.progress.unchanged, run.progress.changed, run.progress.rejected), (3, 0, 0));
    assert_eq!(run.progress.gaps, []);
    assert_eq!(run.progress.shares_days, [day("2024-06-03"), day("2024-06-07")]);
    // Two lists, splits, dividends, bars to choose from on 2 days, 2 × 2 deliveries of counts, 5 sessions.
    assert_eq!(run.progress.requests, 2 + 1 + 1 + 2 + 4 + 5);
    assert_eq!(world.source.times("splits 2024-02-24"), 1, "splits are asked for from 100 days before");
    assert!(world.alerts.raised().is_empty());
}

#[test]
fn every_call_broken_once_leads_to_the_same_end() {
    let (kept, inserted) = undisturbed();
    for severity in [Severity::Passing, Severity::Fatal] {
        for moment in [Moment::Before, Moment::After] {
            let mut broken = 0;
            for call in 0.. {
                let faults = Faults::at(call, moment, severity);
                let world = World::breaking(faults.clone());
                let (job, run) = world.ingest(&week());
                if !faults.struck() {
                    break;
                }
                broken += 1;
                let context = format!("call {call} {moment:?} {severity:?}");
                assert_eq!((job.status, run.end), ("done", Some(RunEnd::Succeeded)), "{context}");
                assert_eq!(world.market.kept(), kept, "{context}");
                assert_eq!(world.market.replaced(), 0, "{context}");
                assert_eq!((world.runs.runs().len(), world.store.jobs().len()), (1, 1), "{context}");
                let counted = run.progress.inserted + run.progress.unchanged;
                assert!(counted >= inserted, "{context}: {counted} of {inserted} rows are in the log");
                assert!(world.alerts.raised().is_empty(), "{context}");
            }
            assert!(broken > 80, "only {broken} calls were broken");
        }
    }
}

#[test]
fn a_killed_worker_leaves_no_partial_day() {
    // Call 0 adds the job.
    for call in 1..400 {
        let faults = Faults::at(call, Moment::After, Severity::Fatal);
        let world = World::breaking(faults.clone());
        world.add(&week());
        let mut hints = vec![(1, 0)];
        while let Some(hint) = hints.pop() {
            hints.extend(
                block_on(run_slice(&world.store, &world, &world.clock, &world.alerts, hint))
                    .ok()
                    .flatten()
                    .map(|wake| (wake.job, wake.slice)),
            );
        }
        for session in world.held() {
            let bars = world.market.kept().bars.keys().filter(|(day, _)| *day == session).count();
            assert_eq!(bars, 3, "killed after call {call}");
        }
        if !faults.struck() {
            return;
        }
        assert!(faults.is_dead());
    }
    panic!("the ingestion never ran to its end");
}

#[test]
fn held_sessions_are_not_asked_for_again_unless_told_to() {
    let world = World::new();
    world.ingest(&week());
    let (_, run) = world.ingest(&week());
    assert_eq!(run.progress.inserted + run.progress.changed, 0);
    assert_eq!(world.source.times("bars 2024-06-05"), 1);
    assert_eq!(world.source.times("shares"), 4, "counts of the same week are good enough");
    let mut refresh = week();
    refresh.refresh = true;
    world.ingest(&refresh);
    assert_eq!(world.source.times("bars 2024-06-05"), 2);
}

#[test]
fn the_last_sessions_are_kept_filled() {
    let world = World::new();
    let (_, run) = world.ingest(&Spec::keep("test", 30));
    assert_eq!((world.held().len(), run.range.last()), (30, day("2024-06-07")));
    world.clock.advance_ms(3 * 86_400_000);
    let (_, run) = world.ingest(&Spec::keep("test", 30));
    assert_eq!((world.held().len(), run.range.last()), (31, day("2024-06-10")));
    assert_eq!(world.source.times("bars 2024-06-05"), 1);
}

#[test]
fn a_source_with_market_caps_is_not_asked_for_share_counts() {
    let mut world = World::new();
    world.source.reported_caps = true;
    world.ingest(&week());
    assert_eq!((world.source.times("shares"), world.market.kept().caps.len()), (0, 15));
}

#[test]
fn what_the_source_refuses_ends_the_run_by_name_and_the_next_run_continues() {
    let refusals = [
        (ProviderError::Rejected { detail: "401".to_owned() }, "provider_refused"),
        (ProviderError::Malformed { detail: "HTML".to_owned() }, "provider_malformed"),
    ];
    for (refusal, code) in refusals {
        let world = World::new();
        world.add(&week());
        while world.source.times("bars 2024-06-05") == 0 {
            let due = block_on(world.store.due(world.clock.now(), 1)).unwrap();
            if world.held().len() == 2 {
                world.source.errors.borrow_mut().push(refusal.clone());
            }
            block_on(run_slice(&world.store, &world, &world.clock, &world.alerts, due[0])).unwrap();
        }
        let (job, run) = (world.store.jobs().pop().unwrap(), world.runs.runs().pop().unwrap());
        assert_eq!((job.status, job.error), ("failed", Some(format!("{code}: {refusal}"))));
        assert_eq!(run.end, Some(RunEnd::Failed { code: code.to_owned(), message: refusal.to_string() }));
        assert_eq!(run.progress.gaps, [5, 6, 7].map(|of_june| Day::from_ymd(2024, 6, of_june).unwrap()));
        assert_eq!(world.held().len(), 2, "complete days stay");
        assert_eq!(world.alerts.raised().len(), 1);
        assert_eq!(world.alerts.raised()[0].code, "ingestion_failed");
        world.ingest(&week());
        assert_eq!(world.market.kept(), undisturbed().0);
    }
}

#[test]
fn a_source_that_stays_down_ends_the_run_after_some_attempts() {
    let world = World::new();
    let down = ProviderError::Transient { detail: "timed out".to_owned() };
    world.source.errors.borrow_mut().extend(vec![down; 6]);
    let (job, run) = world.ingest(&week());
    assert_eq!(job.status, "failed");
    assert!(matches!(run.end, Some(RunEnd::Failed { code, .. }) if code == "provider_unavailable"));
    assert_eq!(run.progress.gaps.len(), 5);
}

#[test]
fn a_rate_limit_is_waited_for_without_counting_as_a_failure() {
    let world = World::new();
    let limited = ProviderError::RateLimited { retry_after_ms: 12_000 };
    world.source.errors.borrow_mut().extend(vec![limited.clone(); 50]);
    let (job, _) = world.ingest(&week());
    assert_eq!(job.status, "done");
    assert_eq!(world.market.kept(), undisturbed().0);
    world.source.errors.borrow_mut().extend(vec![limited; 400]);
    let (job, run) = world.ingest(&week());
    assert_eq!(job.status, "failed");
    assert!(matches!(run.end, Some(RunEnd::Failed { code, .. }) if code == "provider_rate_limited"));
}

#[test]
fn a_session_that_has_not_come_is_waited_for_until_it_is_late_then_a_person_is_told() {
    let world = World::new();
    world.source.without.borrow_mut().push(day("2024-06-07"));
    let (job, run) = world.ingest(&week());
    assert_eq!((job.status, run.end), ("done", Some(RunEnd::Succeeded)));
    assert_eq!(run.progress.gaps, [day("2024-06-07")]);
    // Two hours after the close at first, late six hours after it: asked at once and after each half hour up to then, and
    // once before for the choice of tickers.
    assert_eq!(world.source.times("bars 2024-06-07"), 1 + 9);
    let alerts = world.alerts.raised();
    assert_eq!((alerts.len(), alerts[0].code), (1, "data_late"));
    world.source.without.borrow_mut().clear();
    let (_, run) = world.ingest(&week());
    assert_eq!((run.progress.gaps.len(), world.held().len()), (0, 5));
}

#[test]
fn a_feed_that_is_a_session_late_is_stored_and_a_person_is_told() {
    for (crowd, expected) in [(30, 1), (10, 0)] {
        let world = World::new();
        world.source.crowd.set(crowd);
        world.source.late.borrow_mut().push(day("2024-06-05"));
        let (_, run) = world.ingest(&week());
        let late: Vec<_> = run.progress.findings.iter().filter(|found| found.kind == "late_feed").collect();
        assert_eq!(late.len(), expected, "{:?}", run.progress.findings);
        let alerts: Vec<&str> = world.alerts.raised().iter().map(|alert| alert.code).collect();
        assert_eq!(alerts.iter().filter(|code| **code == "feed_late").count(), expected, "{alerts:?}");
        for found in late {
            assert_eq!((found.ticker.as_deref(), found.day), (None, day("2024-06-05")));
            assert_eq!(found.detail, "30 of 33 closes are those of the session before");
        }
        assert_eq!(world.market.kept().bars.len(), 5 * (3 + usize::try_from(crowd).unwrap()));
    }
}

#[test]
fn a_bad_row_is_turned_away_with_its_reason_and_hides_no_good_one() {
    let world = World::new();
    world.source.broken.borrow_mut().push(day("2024-06-05"));
    let (_, run) = world.ingest(&week());
    assert_eq!((world.market.kept().bars.len(), run.progress.rejected), (14, 1));
    let expected = Rejection { line: 3, reason: "bars of 2024-06-05: CCC: expected close above 0, was 0".to_owned() };
    assert_eq!(run.progress.rejections, [expected]);
}

#[test]
fn a_spec_nobody_can_read_fails_with_an_alert_and_no_run() {
    let world = World::new();
    block_on(world.store.add(KIND, "a", "{", world.clock.now())).unwrap();
    world.work();
    assert_eq!(world.store.jobs()[0].status, "failed");
    assert!(world.runs.runs().is_empty());
    assert_eq!(world.alerts.raised().len(), 1);
}

#[test]
fn a_lost_slice_is_taken_up_when_its_lease_has_ended() {
    let world = World::new();
    world.add(&week());
    let now = world.clock.now();
    block_on(world.store.claim(1, 0, now, now.plus_ms(LEASE_MS))).unwrap().unwrap();
    world.work();
    assert_eq!(world.market.kept(), undisturbed().0);
    assert!(world.clock.now() >= now.plus_ms(LEASE_MS));
}
