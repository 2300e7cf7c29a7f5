//! Runs a backtest in slices of a few hundred thousand quotes, then writes down what came of it.
//!
//! The first slice pins what the run reads: which objects, which splits and dividends. Every slice leaves a checkpoint and
//! its records under its own number, so that one done twice leaves the same, and a killed one is done again from the
//! checkpoint before. A run that was cancelled or deleted meanwhile ends at its next slice.

use std::collections::BTreeMap;

use domain::backtest::{AnotherFuture, CheckpointError, DayRecord, Events, Hashes, Plan, Report, Run, Trade};
use domain::options::strategy::Strategy;
use domain::ports::{
    Alert, BacktestEnd, BacktestStore, ChainCatalogue, ClaimedJob, Clock, JobOutcome, ObjectStore, StoreError,
};
use domain::units::{Day, DayRange, Ticker};
use serde::{Deserialize, Serialize};

use super::runner::{SliceDone, SliceError};
use crate::chains::{PinnedMonth, SessionReader, session_count};

/// The kind under which jobs are kept.
pub(crate) const KIND: &str = "backtest";

/// A slice stops after this long as well. The platform's clock stands still between two reads, so it is a coarse bound.
const SLICE_MS: i64 = 20_000;
/// How far before the first session a benchmark's close is looked for, days.
const BENCHMARK_BEFORE: i32 = 10;

/// What runs are done with.
#[derive(Debug)]
pub(crate) struct Backtests<'a, B, O, C, K> {
    pub(crate) store: &'a B,
    pub(crate) objects: &'a O,
    pub(crate) catalogue: &'a C,
    pub(crate) clock: &'a K,
    /// Quotes that a slice reads before it stops at the end of a session.
    pub(crate) slice_rows: usize,
}

#[derive(Deserialize)]
struct Spec {
    backtest: i64,
}

/// Where the next slice begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    /// The number of the next part; those before it have left checkpoint and records.
    part: u32,
    /// The number of the next session.
    session: usize,
}

/// What a run reads, fixed when it began.
#[derive(Debug, Serialize, Deserialize)]
struct Pins {
    months: Vec<PinnedMonth>,
    events: Events,
    opens: BTreeMap<i32, f64>,
}

/// What a slice of a run left.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Records {
    days: Vec<DayRecord>,
    trades: Vec<Trade>,
}

/// The folder of a run's objects.
pub(crate) fn folder(id: i64) -> String {
    format!("{FOLDER}{id}/")
}

/// Where the objects of runs lie.
pub(crate) const FOLDER: &str = "backtests/";

/// The trades of a run that succeeded, as a JSON array.
pub(crate) fn trades_key(id: i64) -> String {
    format!("{}trades.json", folder(id))
}

/// The sessions of a run that succeeded, as a JSON array.
pub(crate) fn equity_key(id: i64) -> String {
    format!("{}equity.json", folder(id))
}

fn pins_key(id: i64) -> String {
    format!("{}pins.json", folder(id))
}

fn checkpoint_key(id: i64, part: u32) -> String {
    format!("{}checkpoint/{part}", folder(id))
}

fn records_key(id: i64, part: u32) -> String {
    format!("{}records/{part}", folder(id))
}

fn refused(code: &'static str, error: &impl std::fmt::Display) -> SliceError {
    SliceError::Final { code, message: error.to_string() }
}

fn unreadable(error: &impl std::fmt::Display) -> SliceError {
    refused("run_damaged", error)
}

fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, SliceError> {
    serde_json::to_vec(value).map_err(|error| unreadable(&error))
}

fn done() -> SliceDone {
    SliceDone { outcome: JobOutcome::Done { state: String::new() }, alerts: Vec::new() }
}

/// The run that a job does.
///
/// # Errors
/// [`SliceError::Final`] for a job that cannot be read.
pub(crate) fn spec_of(job: &ClaimedJob) -> Result<i64, SliceError> {
    serde_json::from_str::<Spec>(&job.spec).map(|spec| spec.backtest).map_err(|error| unreadable(&error))
}

impl<B: BacktestStore, O: ObjectStore, C: ChainCatalogue, K: Clock> Backtests<'_, B, O, C, K> {
    /// Does one slice of a run.
    ///
    /// # Errors
    /// [`SliceError::Final`] for a strategy or chains that cannot be run.
    pub(crate) async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        let id = spec_of(job)?;
        let Some(task) = self.store.task(id).await?.filter(|task| task.is_open) else { return Ok(done()) };
        let strategy =
            Strategy::from_json(task.strategy.as_bytes()).map_err(|error| refused("invalid_strategy", &error))?;
        // 1. What does it read, and how far is it?
        let state: Option<State> = serde_json::from_str(&job.state).ok();
        let pins = match state {
            None => self.pin(id, &strategy).await?,
            Some(_) => self.read_pins(id).await?,
        };
        let plan = plan_of(&strategy, &pins)?;
        let state = state.unwrap_or(State { part: 0, session: 0 });
        let mut run = match state.part.checked_sub(1) {
            None => Run::start(&plan),
            Some(before) => match Run::resume(&plan, &self.object(&checkpoint_key(id, before)).await?) {
                // The engine was replaced meanwhile: its rules may be others, so the run begins anew.
                Err(CheckpointError::OtherVersion { .. }) => return Ok(SliceDone::next(String::new())),
                run => run.map_err(|error| unreadable(&error))?,
            },
        };
        // 2. Its next sessions.
        let sessions = session_count(&pins.months);
        let (next, records) = self.step(&plan, &pins, &mut run, state.session, sessions, None).await?;
        // 3. To the end, or as far as the next slice goes on.
        if next == sessions {
            self.finish(id, &plan, &run, state.part, records).await?;
            return Ok(done());
        }
        self.objects.put(&records_key(id, state.part), to_json(&records)?).await?;
        self.objects.put(&checkpoint_key(id, state.part), run.checkpoint()).await?;
        if let Some(last) = records.days.last() {
            self.store.advance(id, next, last.date, last.equity).await?;
        }
        let state = State { part: state.part + 1, session: next };
        Ok(SliceDone::next(serde_json::to_string(&state).map_err(|error| unreadable(&error))?))
    }

    /// Steps sessions from `first` on; answers the number of the next one and what they brought.
    async fn step(
        &self,
        plan: &Plan,
        pins: &Pins,
        run: &mut Run,
        first: usize,
        sessions: usize,
        future: Option<AnotherFuture>,
    ) -> Result<(usize, Records), SliceError> {
        let began = self.clock.now();
        let mut reader = SessionReader::new(self.objects, &pins.months);
        let (mut next, mut rows, mut records) = (first, 0, Records::default());
        while next < sessions && rows < self.slice_rows && self.clock.now().ms_since(began) < SLICE_MS {
            let Some(session) = reader.session(next).await? else { break };
            let open = pins.opens.get(&session.day.number()).copied();
            let is_last = next + 1 == sessions;
            let step = session.with_chain(open, |chain| match future {
                Some(future) => future.with_chain(chain, |chain| run.step(plan, chain, is_last)),
                None => run.step(plan, chain, is_last),
            });
            let step = step.map_err(|error| refused("chain_refused", &error))?;
            records.days.push(step.day);
            records.trades.extend(step.trades);
            rows += session.rows();
            next += 1;
        }
        Ok((next, records))
    }

    /// Fixes what a run reads.
    async fn pin(&self, id: i64, strategy: &Strategy) -> Result<Pins, SliceError> {
        let underlying: Ticker = strategy.underlying.parse().map_err(|error| refused("invalid_strategy", &error))?;
        let asked = range_of(strategy)
            .ok_or_else(|| refused("invalid_strategy", &"end_date: expected a day not before start_date"))?;
        let months = self.catalogue.months(&underlying, asked).await?;
        let months: Vec<PinnedMonth> = months.iter().map(|month| PinnedMonth::of(month, asked)).collect();
        let mut days = months.iter().flat_map(PinnedMonth::days);
        let first = days.next();
        let range = first.and_then(|first| DayRange::new(first, days.last().unwrap_or(first)));
        let Some(range) = range else {
            let message = format!("no chain of {underlying} is held from {} to {}", asked.first(), asked.last());
            return Err(SliceError::Final { code: "no_data", message });
        };
        let history = self.store.history(&underlying, range).await?;
        let opens = history.opens.iter().map(|(day, open)| (day.number(), *open)).collect();
        let pins = Pins { months, events: history.events, opens };
        self.objects.put(&pins_key(id), to_json(&pins)?).await?;
        self.store.begin(id, session_count(&pins.months), range, self.clock.now()).await?;
        Ok(pins)
    }

    /// The plan that a run followed.
    ///
    /// # Errors
    /// See [`SliceError`].
    pub(crate) async fn plan(&self, id: i64, strategy: &str) -> Result<Plan, SliceError> {
        let strategy = Strategy::from_json(strategy.as_bytes()).map_err(|error| refused("invalid_strategy", &error))?;
        plan_of(&strategy, &self.read_pins(id).await?)
    }

    async fn read_pins(&self, id: i64) -> Result<Pins, SliceError> {
        serde_json::from_slice(&self.object(&pins_key(id)).await?).map_err(|error| unreadable(&error))
    }

    async fn object(&self, key: &str) -> Result<Vec<u8>, SliceError> {
        let object = self.objects.get(key).await?;
        object.ok_or_else(|| refused("run_damaged", &format!("the object {key} is gone")))
    }

    /// Puts the result together and ends the run.
    async fn finish(&self, id: i64, plan: &Plan, run: &Run, parts: u32, last: Records) -> Result<(), SliceError> {
        let mut all = Records::default();
        for part in 0..parts {
            let bytes = self.object(&records_key(id, part)).await?;
            let records: Records = serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))?;
            all.days.extend(records.days);
            all.trades.extend(records.trades);
        }
        all.days.extend(last.days);
        all.trades.extend(last.trades);
        let report = self.report(plan, run, &all).await?;
        self.objects.put(&trades_key(id), to_json(&all.trades)?).await?;
        self.objects.put(&equity_key(id), to_json(&all.days)?).await?;
        let text = serde_json::to_string(&report).map_err(|error| unreadable(&error))?;
        if let Some(last) = all.days.last() {
            self.store.advance(id, all.days.len(), last.date, last.equity).await?;
        }
        let end = BacktestEnd::Succeeded { report: text, hashes: report.hashes };
        self.store.conclude(id, &end, self.clock.now()).await?;
        // Once the run has ended, nobody reads them; what is not dropped here goes with the run.
        let left = (0..parts).flat_map(|part| [records_key(id, part), checkpoint_key(id, part)]).collect::<Vec<_>>();
        let _dropped_with_the_run = self.objects.delete(&left).await;
        Ok(())
    }

    async fn report(&self, plan: &Plan, run: &Run, records: &Records) -> Result<Report, SliceError> {
        let range = records.days.first().zip(records.days.last());
        let range = range.and_then(|(first, last)| DayRange::new(first.date.plus(-BENCHMARK_BEFORE), last.date));
        let benchmark = plan.strategy().benchmark.as_deref().and_then(|name| name.parse::<Ticker>().ok());
        let closes = match (&benchmark, range) {
            (Some(ticker), Some(range)) => self.store.closes(ticker, range).await?,
            _ => Vec::new(),
        };
        let mut report =
            run.finish(plan, &records.days, &records.trades, Some(&closes[..]).filter(|closes| !closes.is_empty()));
        if let Some(ticker) = benchmark.filter(|_| closes.is_empty()) {
            report.warnings.push(format!("no closes of {ticker} are held, so there is no comparison"));
        }
        Ok(report)
    }

    /// Runs a finished run again over what it read, all in one go, and compares nothing: answers the hashes and how many
    /// sessions there were.
    ///
    /// # Errors
    /// See [`SliceError`].
    pub(crate) async fn repeat(&self, id: i64, strategy: &str) -> Result<Repeated, SliceError> {
        let strategy = Strategy::from_json(strategy.as_bytes()).map_err(|error| refused("invalid_strategy", &error))?;
        let pins = self.read_pins(id).await?;
        let plan = plan_of(&strategy, &pins)?;
        let (run, records) = self.run_whole(&plan, &pins, None).await?;
        let sessions = session_count(&pins.months);
        let underlying: Ticker = strategy.underlying.parse().map_err(|error| refused("invalid_strategy", &error))?;
        let asked = range_of(&strategy).unwrap_or(DayRange::ALL);
        let current = self.catalogue.months(&underlying, asked).await?;
        let is_current =
            current.iter().map(|month| month.object.key.as_str()).eq(pins.months.iter().map(PinnedMonth::key));
        Ok(Repeated { hashes: run.finish(&plan, &records.days, &records.trades, None).hashes, sessions, is_current })
    }

    /// Runs a finished run again over what it read, with whatever another future holds.
    ///
    /// # Errors
    /// See [`SliceError`].
    pub(crate) async fn with_another_future(
        &self,
        id: i64,
        strategy: &str,
        future: Option<AnotherFuture>,
    ) -> Result<(Vec<DayRecord>, Vec<Trade>), SliceError> {
        let plan = self.plan(id, strategy).await?;
        let (_, records) = self.run_whole(&plan, &self.read_pins(id).await?, future).await?;
        Ok((records.days, records.trades))
    }

    async fn run_whole(
        &self,
        plan: &Plan,
        pins: &Pins,
        future: Option<AnotherFuture>,
    ) -> Result<(Run, Records), SliceError> {
        let mut run = Run::start(plan);
        let sessions = session_count(&pins.months);
        let (mut next, mut records) = (0, Records::default());
        while next < sessions {
            let (after, some) = self.step(plan, pins, &mut run, next, sessions, future).await?;
            next = after;
            records.days.extend(some.days);
            records.trades.extend(some.trades);
        }
        Ok((run, records))
    }

    /// Ends a run that cannot be done, and says so.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn give_up(&self, job: &ClaimedJob, error: &SliceError) -> Result<Alert, StoreError> {
        if let Ok(id) = spec_of(job) {
            let end = BacktestEnd::Failed { code: error.code().to_owned(), message: error.to_string() };
            self.store.conclude(id, &end, self.clock.now()).await?;
        }
        let message = format!("backtest job {} ({}): {} ({error})", job.id, job.spec, error.code());
        Ok(Alert { code: "backtest_failed", message })
    }
}

/// What came of running a run again.
#[derive(Debug)]
pub(crate) struct Repeated {
    /// The hashes now.
    pub(crate) hashes: Hashes,
    /// Sessions run.
    pub(crate) sessions: usize,
    /// Whether the chains read then are those that count now.
    pub(crate) is_current: bool,
}

fn plan_of(strategy: &Strategy, pins: &Pins) -> Result<Plan, SliceError> {
    let plan = Plan::of(strategy).map_err(|error| refused("invalid_strategy", &error))?;
    Ok(plan.with_events(pins.events.clone()))
}

/// The range that a strategy asks for; everything where it does not say.
pub(crate) fn range_of(strategy: &Strategy) -> Option<DayRange> {
    let first = strategy.start_date.unwrap_or(Day::from_number(i32::MIN));
    let last = strategy.end_date.unwrap_or(Day::from_number(i32::MAX));
    DayRange::new(first, last)
}
