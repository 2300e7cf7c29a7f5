//! Ingestion: from a source to the store, one small step a slice.
//!
//! Securities, corporate actions, share counts, then one slice a missing session. A session is published as one batch, so a
//! day is visible only when it is complete; whatever step is repeated finds its rows already there. What a source does not
//! have stays a gap that the log shows, and the next run asks again.

mod state;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::calendar;
use domain::ingest::{
    Checked, Refused, check_bars, check_caps, check_dividends, check_securities, check_shares, check_splits, is_late,
    missing_sessions, next_missing, session_findings, spaced_days,
};
use domain::market::DailyBar;
use domain::ports::{
    Alert, ClaimedJob, Clock, DailyMarket, Delivered, JobOutcome, MarketData, MarketStore, Origin, Rejection, RunEnd,
    RunLog, StoreError,
};
use domain::units::{Day, DayRange, Ticker};

use crate::jobs::runner::{SliceDone, SliceError};
use crate::jobs::source_job::Interruption;
pub(crate) use state::Spec;
use state::{State, Step};

/// The kind of these jobs.
pub(crate) const KIND: &str = "ingest";

/// Days between two lists of securities, and between two share counts, over a long range.
const SECURITIES_EVERY_DAYS: u16 = 365;
const SHARES_EVERY_DAYS: u16 = 91;

/// Share counts that were asked for so many days before are good enough.
const SHARES_FRESH_DAYS: i32 = 7;

/// Splits are asked for from so many days before the range, because share counts of the quarter before are restated for them.
const SPLITS_BEFORE_DAYS: i32 = 100;

/// Of tickers in one delivery of share counts, whatever the source allows: a slice must end well within its lease.
const MOST_TICKERS: usize = 100;

/// How far to look for the next missing session in one slice, so that a long backfill does not read every held day each time.
const WINDOW_DAYS: i32 = 400;

/// A session that has no bars yet is asked for again after this, until it counts as late.
const NOT_YET_MS: i64 = 30 * 60_000;

/// What an ingestion works with.
pub(crate) struct Ingest<'a, P, M, L, C> {
    /// The source.
    pub(crate) provider: &'a P,
    /// Where its rows go.
    pub(crate) market: &'a M,
    /// Where a person reads about it.
    pub(crate) runs: &'a L,
    pub(crate) clock: &'a C,
    /// Of how many tickers, the most traded first, to ask for share counts.
    pub(crate) shares_top: usize,
}

impl<P: MarketData, M: MarketStore, L: RunLog, C: Clock> Ingest<'_, P, M, L, C> {
    /// Does one slice.
    pub(crate) async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        let spec = Spec::parse(&job.spec)?;
        let Some(mut state) = State::parse(&job.state)? else { return self.begin(job, &spec).await };
        let before = self.provider.requests_made();
        let taken = self.take_step(&spec, &mut state).await;
        state.count_requests(self.provider.requests_made() - before);
        match taken {
            Ok(()) if state.step == Step::Finish => self.finish(&state).await,
            Ok(()) => {
                state.waits = 0;
                self.runs.save(state.run, &state.progress(Vec::new()), None, self.clock.now()).await?;
                Ok(SliceDone::next(state.to_json()))
            }
            Err(interruption) => interruption.settle(state, |state| &mut state.waits, self.clock),
        }
    }

    /// Opens the run.
    async fn begin(&self, job: &ClaimedJob, spec: &Spec) -> Result<SliceDone, SliceError> {
        let now = self.clock.now();
        let range = spec.range(now)?;
        let run = self.runs.begin(job.id, self.provider.name(), range, now).await?;
        if !self.provider.capabilities().daily_market {
            let message = format!("{} does not serve the whole market's daily bars", self.provider.name());
            return Err(SliceError::Final { code: "provider_unsuitable", message });
        }
        Ok(SliceDone::next(State::new(run, range).to_json()))
    }

    /// Takes the step that is next and decides on the one after it.
    async fn take_step(&self, spec: &Spec, state: &mut State) -> Result<(), Interruption> {
        let range = state.range();
        state.step = match state.step.clone() {
            Step::Securities { at } => self.securities(state, range, at).await?,
            Step::Splits => self.splits(state, range).await?,
            Step::Dividends => self.dividends(state, range).await?,
            Step::Candidates { at } => self.candidates(range, at).await?,
            Step::Shares { at, tickers } => self.shares(state, range, at, tickers).await?,
            Step::Sessions { from } => self.session(state, range, Day::from_number(from), spec.refresh).await?,
            Step::Finish => Step::Finish,
        };
        Ok(())
    }

    async fn securities(&self, state: &mut State, range: DayRange, at: usize) -> Result<Step, Interruption> {
        let days = spaced_days(range, SECURITIES_EVERY_DAYS);
        let Some(day) = days.get(at).filter(|_| self.provider.capabilities().securities) else {
            return Ok(Step::Splits);
        };
        let mut rows = accepted(state, "securities", self.provider.securities(*day).await?, check_securities);
        // A source lists common stocks only, whether or not it says so of each.
        for row in &mut rows {
            row.kind.get_or_insert_with(|| "CS".to_owned());
        }
        if !rows.is_empty() {
            let batch = self.open_batch(state).await?;
            self.market.stage_securities(batch, &rows).await?;
            self.publish(state, batch).await?;
        }
        Ok(Step::Securities { at: at + 1 })
    }

    async fn splits(&self, state: &mut State, range: DayRange) -> Result<Step, Interruption> {
        if self.provider.capabilities().splits {
            let range = DayRange::new(range.first().plus(-SPLITS_BEFORE_DAYS), range.last()).unwrap_or(range);
            let delivered = self.provider.splits(range).await?;
            let rows = accepted(state, "splits", delivered, |rows| check_splits(range, rows));
            if !rows.is_empty() {
                let batch = self.open_batch(state).await?;
                self.market.stage_splits(batch, &rows).await?;
                self.publish(state, batch).await?;
            }
        }
        Ok(Step::Dividends)
    }

    async fn dividends(&self, state: &mut State, range: DayRange) -> Result<Step, Interruption> {
        let capabilities = self.provider.capabilities();
        if capabilities.dividends {
            let delivered = self.provider.dividends(range).await?;
            let rows = accepted(state, "dividends", delivered, |rows| check_dividends(range, rows));
            if !rows.is_empty() {
                let batch = self.open_batch(state).await?;
                self.market.stage_dividends(batch, &rows).await?;
                self.publish(state, batch).await?;
            }
        }
        // A source that reports market caps with the bars makes share counts unnecessary: reported caps precede.
        if capabilities.shares && !capabilities.reported_caps {
            Ok(Step::Candidates { at: 0 })
        } else {
            Ok(Step::Sessions { from: range.first().number() })
        }
    }

    /// Chooses whose shares to ask for as of a day: the most traded of its session, or of the one before where it has none yet.
    async fn candidates(&self, range: DayRange, at: usize) -> Result<Step, Interruption> {
        let Some(day) = spaced_days(range, SHARES_EVERY_DAYS).get(at).copied() else {
            return Ok(Step::Sessions { from: range.first().number() });
        };
        let fresh = DayRange::new(day.plus(-SHARES_FRESH_DAYS), day);
        if let Some(fresh) = fresh
            && self.runs.has_shares(self.provider.name(), fresh).await?
        {
            return Ok(Step::Candidates { at: at + 1 });
        }
        for session in calendar::last_sessions(day, 2).into_iter().rev() {
            let bars = check_bars(session, self.provider.daily_market(session).await?.bars.rows).rows;
            if !bars.is_empty() {
                let mut traded = most_traded(bars);
                // Funds trade more than most companies. Without a share count they have no cap and are never ranked.
                if self.provider.capabilities().securities {
                    traded = self.market.common_stocks(&traded).await?;
                }
                let tickers = traded.iter().take(self.shares_top).map(ToString::to_string).collect();
                return Ok(Step::Shares { at, tickers });
            }
        }
        Ok(Step::Candidates { at: at + 1 })
    }

    async fn shares(
        &self,
        state: &mut State,
        range: DayRange,
        at: usize,
        mut tickers: Vec<String>,
    ) -> Result<Step, Interruption> {
        let Some(day) = spaced_days(range, SHARES_EVERY_DAYS).get(at).copied() else {
            return Ok(Step::Candidates { at });
        };
        let rest = tickers.split_off(self.provider.tickers_per_call().clamp(1, MOST_TICKERS).min(tickers.len()));
        let asked: Vec<Ticker> = tickers.iter().filter_map(|text| text.parse().ok()).collect();
        let delivered = self.provider.shares(&asked, day).await?;
        let rows = accepted(state, "shares", delivered, |rows| check_shares(day, rows));
        if !rows.is_empty() {
            let batch = self.open_batch(state).await?;
            self.market.stage_shares(batch, &rows).await?;
            self.publish(state, batch).await?;
        }
        if rest.is_empty() {
            state.remember_shares(day);
            return Ok(Step::Candidates { at: at + 1 });
        }
        Ok(Step::Shares { at, tickers: rest })
    }

    /// Brings the first missing session from a day on, bars and caps as one batch.
    async fn session(
        &self,
        state: &mut State,
        range: DayRange,
        from: Day,
        refresh: bool,
    ) -> Result<Step, Interruption> {
        let Some(window) = DayRange::new(from, from.plus(WINDOW_DAYS).min(range.last())) else {
            return Ok(Step::Finish);
        };
        let held = if refresh { Vec::new() } else { self.market.held_sessions(window).await? };
        let Some(session) = next_missing(window, &held) else { return Ok(after(window.last())) };
        let DailyMarket { bars, mut caps } = self.provider.daily_market(session).await?;
        let bars = accepted(state, &format!("bars of {session}"), bars, |rows| check_bars(session, rows));
        if bars.is_empty() {
            if is_late(session, self.clock.now()) {
                return Ok(after(session));
            }
            let reason = format!("{} has no bars of {session} yet", self.provider.name());
            return Err(Interruption::Wait { ms: NOT_YET_MS, reason, counted: false });
        }
        self.look_at(state, session, &bars).await?;
        // A cap without an accepted bar could never be ranked.
        let priced: HashSet<&Ticker> = bars.iter().map(|bar| &bar.ticker).collect();
        caps.retain(|cap| priced.contains(&cap.ticker));
        let delivered = Delivered::clean(caps);
        let caps = accepted(state, &format!("caps of {session}"), delivered, |rows| check_caps(session, rows));
        let batch = self.open_batch(state).await?;
        self.market.stage_bars(batch, &bars).await?;
        if !caps.is_empty() {
            self.market.stage_caps(batch, &caps).await?;
        }
        self.publish(state, batch).await?;
        Ok(after(session))
    }

    /// Notes a session in which the one before came again, and prices that moved more than a day can explain: they are stored, and a
    /// person is told.
    async fn look_at(&self, state: &mut State, session: Day, bars: &[DailyBar]) -> Result<(), StoreError> {
        let (Some(before), Some(day)) = (calendar::previous_session(session), DayRange::new(session, session)) else {
            return Ok(());
        };
        let before: BTreeMap<Ticker, f64> = self.market.closes(before).await?.into_iter().collect();
        if before.is_empty() {
            return Ok(());
        }
        let splits = self.market.split_days(day).await?;
        let splitting: BTreeSet<Ticker> = splits.into_iter().map(|(ticker, _)| ticker).collect();
        for finding in session_findings(session, bars, &before, &splitting) {
            state.note(finding);
        }
        Ok(())
    }

    async fn open_batch(&self, state: &State) -> Result<i64, StoreError> {
        self.market.open_batch(Origin::Ingestion, state.run, self.provider.name(), self.clock.now()).await
    }

    async fn publish(&self, state: &mut State, batch: i64) -> Result<(), StoreError> {
        let published = self.market.publish(batch, self.clock.now()).await?;
        state.count_published(published);
        Ok(())
    }

    /// Closes the run, and says what is late.
    async fn finish(&self, state: &State) -> Result<SliceDone, SliceError> {
        let range = state.range();
        let gaps = missing_sessions(range, &self.market.held_sessions(range).await?);
        let now = self.clock.now();
        let late: Vec<&Day> = gaps.iter().filter(|session| is_late(**session, now)).collect();
        let alerts = late.first().map(|first| Alert {
            code: "data_late",
            message: format!(
                "{} has not delivered {} of the sessions from {} to {}, the first of them {first}",
                self.provider.name(),
                late.len(),
                range.first(),
                range.last()
            ),
        });
        let suspect = (state.suspicious() > 0).then(|| Alert {
            code: "data_suspect",
            message: format!(
                "{} delivered {} suspicious prices from {} to {}; run {} names them",
                self.provider.name(),
                state.suspicious(),
                range.first(),
                range.last(),
                state.run
            ),
        });
        let repeated = (state.late_feeds() > 0).then(|| Alert {
            code: "feed_late",
            message: format!(
                "{} delivered most closes of the session before again on {} sessions from {} to {}; run {} names them",
                self.provider.name(),
                state.late_feeds(),
                range.first(),
                range.last(),
                state.run
            ),
        });
        let alerts = alerts.into_iter().chain(suspect).chain(repeated).collect();
        self.runs.save(state.run, &state.progress(gaps), Some(&RunEnd::Succeeded), now).await?;
        Ok(SliceDone { outcome: JobOutcome::Done { state: state.to_json() }, alerts })
    }
}

/// Ends the run of a job that is given up; what was stored stays.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn give_up(
    market: &impl MarketStore,
    runs: &impl RunLog,
    clock: &impl Clock,
    job: &ClaimedJob,
    error: &SliceError,
) -> Result<Alert, StoreError> {
    let now = clock.now();
    let alert = |what: &str| Alert { code: "ingestion_failed", message: format!("{what}: {} ({error})", error.code()) };
    let Ok(spec) = Spec::parse(&job.spec) else { return Ok(alert(&format!("ingestion job {}", job.id))) };
    let state = match State::parse(&job.state) {
        Ok(Some(state)) => state,
        _ => match spec.range(now) {
            Ok(range) => State::new(runs.begin(job.id, &spec.provider, range, now).await?, range),
            Err(_) => return Ok(alert(&format!("ingestion {}", spec.key()))),
        },
    };
    let gaps = missing_sessions(state.range(), &market.held_sessions(state.range()).await?);
    let end = RunEnd::Failed { code: error.code().to_owned(), message: error.to_string() };
    runs.save(state.run, &state.progress(gaps), Some(&end), now).await?;
    Ok(alert(&format!("ingestion {} (run {})", spec.key(), state.run)))
}

/// The rows that the source and the rules let pass; the others are counted.
fn accepted<T>(
    state: &mut State,
    what: &str,
    delivered: Delivered<T>,
    check: impl FnOnce(Vec<T>) -> Checked<T>,
) -> Vec<T> {
    let checked = check(delivered.rows);
    state.count_rejected(what, delivered.rejected);
    let refused = checked.refused.into_iter();
    state.count_rejected(what, refused.map(|Refused { position, reason }| Rejection { line: position, reason }));
    checked.rows
}

const fn after(day: Day) -> Step {
    Step::Sessions { from: day.plus(1).number() }
}

/// The tickers by close times volume, the largest first; ties by ticker.
fn most_traded(mut bars: Vec<DailyBar>) -> Vec<Ticker> {
    let traded = |bar: &DailyBar| bar.close * bar.volume.unwrap_or(0.0);
    bars.sort_by(|a, b| traded(b).total_cmp(&traded(a)).then_with(|| a.ticker.cmp(&b.ticker)));
    bars.into_iter().map(|bar| bar.ticker).collect()
}
