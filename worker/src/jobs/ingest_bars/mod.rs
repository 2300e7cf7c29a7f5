//! Ingestion of bars within sessions: some tickers, month by month, a few tickers a slice.
//!
//! A month that is held from this source is not asked for again, so a repeated run sends no request. What a source does not
//! have is a gap in the run's log, and suspicious rows are stored and told.

mod state;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar;
use domain::ingest::{Finding, FindingKind, check_intraday, series_findings};
use domain::market::IntradayBar;
use domain::ports::{
    Alert, ClaimedJob, Clock, JobOutcome, MarketData, MarketStore, Origin, ProviderError, Rejection, RunEnd, RunLog,
    StoreError,
};
use domain::units::{BarInterval, Day, DayRange, Ticker};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::jobs::runner::{SliceDone, SliceError};
use crate::jobs::source_job::{self, Interruption};
pub(crate) use state::Spec;
use state::State;

/// The kind of these jobs.
pub(crate) const KIND: &str = "ingest_bars";

/// Tickers of one slice, whatever the source allows: with a month of minutes each they are some 200 000 rows.
const MOST_TICKERS: usize = 25;
/// Rows of one slice; it ends early behind the ticker that reaches them.
const MOST_ROWS: usize = 60_000;
/// Requests under way at once.
const PARALLEL_REQUESTS: usize = 4;
/// Of how many companies, the largest first, bars are brought where no tickers are named.
const DEFAULT_TICKERS: usize = 20;
/// What it works with.
pub(crate) struct IngestBars<'a, P, M, L, C> {
    /// The source.
    pub(crate) provider: &'a P,
    /// Where its rows go.
    pub(crate) market: &'a M,
    /// Where a person reads about it.
    pub(crate) runs: &'a L,
    pub(crate) clock: &'a C,
}

impl<P: MarketData, M: MarketStore, L: RunLog, C: Clock> IngestBars<'_, P, M, L, C> {
    /// Does one slice.
    pub(crate) async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        let spec = Spec::parse(&job.spec)?;
        let Some(mut state) = State::parse(&job.state)? else { return self.begin(job, &spec).await };
        let before = self.provider.requests_made();
        let taken = self.bring(spec.interval()?, &mut state).await;
        state.counts.count_requests(self.provider.requests_made() - before);
        match taken {
            Ok(()) if state.is_done() => self.finish(&state).await,
            Ok(()) => {
                state.waits = 0;
                self.runs.save(state.run, &state.counts.progress(Vec::new()), None, self.clock.now()).await?;
                Ok(SliceDone::next(state.to_json()))
            }
            Err(interruption) => interruption.settle(state, |state| &mut state.waits, self.clock),
        }
    }

    async fn begin(&self, job: &ClaimedJob, spec: &Spec) -> Result<SliceDone, SliceError> {
        let (now, interval) = (self.clock.now(), spec.interval()?);
        let range = spec.range(now)?;
        let run = self.runs.begin(job.id, self.provider.name(), range, now).await?;
        if !self.provider.capabilities().intraday.contains(&interval) {
            let message = format!("{} does not serve bars of {interval}", self.provider.name());
            return Err(SliceError::Final { code: "provider_unsuitable", message });
        }
        let tickers = match spec.tickers()? {
            Some(tickers) => tickers,
            None => self.market.largest(DEFAULT_TICKERS).await?,
        };
        if tickers.is_empty() {
            let message = "no tickers are named and no market caps are held to choose the largest by".to_owned();
            return Err(SliceError::Final { code: "nothing_to_ingest", message });
        }
        Ok(SliceDone::next(State::new(run, range, &tickers).to_json()))
    }

    /// Brings the month of the next tickers: 1. whose is held? 2. ask for the others, 3. check and look, 4. publish at once.
    async fn bring(&self, interval: BarInterval, state: &mut State) -> Result<(), Interruption> {
        let Some((month, tickers)) = state.next(self.provider.tickers_per_call().clamp(1, MOST_TICKERS)) else {
            return Ok(());
        };
        let sessions = calendar::sessions(month);
        let held = self.market.held_intraday(self.provider.name(), interval, &tickers, month).await?;
        let missing: Vec<Ticker> = tickers
            .iter()
            .filter(|ticker| sessions.iter().any(|day| !held.contains(&((*ticker).clone(), *day))))
            .cloned()
            .collect();
        let asked = stream::iter(&missing).map(|ticker| async move {
            let delivered = self.provider.intraday_bars(ticker, interval, month).await?;
            Ok::<_, ProviderError>((ticker, delivered))
        });
        let answers: Vec<_> = asked.buffered(PARALLEL_REQUESTS).try_collect().await?;
        let splits = self.market.split_days(month).await?;
        let mut rows: Vec<IntradayBar> = Vec::new();
        for (ticker, delivered) in answers {
            let what = format!("{interval} bars of {ticker}");
            state.counts.count_rejected(&what, delivered.rejected);
            let days: BTreeSet<Day> = splits.iter().filter(|(other, _)| other == ticker).map(|(_, day)| *day).collect();
            let checked = check_intraday(ticker, interval, month, delivered.rows);
            let refused = checked.refused.into_iter();
            state.counts.count_rejected(&what, refused.map(|row| Rejection { line: row.position, reason: row.reason }));
            for finding in series_findings(ticker, interval, month, &checked.rows, &days) {
                state.note(finding);
            }
            rows.extend(checked.rows);
        }
        for piece in rows.chunks(MOST_ROWS) {
            let batch =
                self.market.open_batch(Origin::Ingestion, state.run, self.provider.name(), self.clock.now()).await?;
            self.market.stage_intraday(batch, piece).await?;
            let published = self.market.publish(batch, self.clock.now()).await?;
            state.counts.count_published(published);
        }
        state.advance(tickers.len());
        Ok(())
    }

    async fn finish(&self, state: &State) -> Result<SliceDone, SliceError> {
        let (now, gaps) = (self.clock.now(), state.gaps());
        let suspicious = state.counts.suspicious();
        let alerts = (suspicious > 0).then(|| Alert {
            code: "data_suspect",
            message: format!(
                "{} delivered {suspicious} suspicious prices; run {} names them",
                self.provider.name(),
                state.run
            ),
        });
        self.runs.save(state.run, &state.counts.progress(gaps), Some(&RunEnd::Succeeded), now).await?;
        let outcome = JobOutcome::Done { state: state.to_json() };
        Ok(SliceDone { outcome, alerts: alerts.into_iter().collect() })
    }
}

/// Ends the run of a job that is given up; what was stored stays.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn give_up(
    runs: &impl RunLog,
    clock: &impl Clock,
    job: &ClaimedJob,
    error: &SliceError,
) -> Result<Alert, StoreError> {
    let now = clock.now();
    let begun = State::parse(&job.state).ok().flatten();
    let begun = begun.map(|state| (state.run, state.counts.progress(state.gaps())));
    let spec = Spec::parse(&job.spec).ok();
    let wanted = spec.as_ref().and_then(|spec| Some((spec.provider.as_str(), spec.range(now).ok()?)));
    source_job::end_run(runs, now, ("bars", job, error), begun, wanted).await
}

/// Whether a finding means that bars are missing.
const fn is_gap(finding: &Finding) -> bool {
    matches!(finding.kind, FindingKind::MissingSession | FindingKind::MissingBars)
}

/// The months of a range, cut to it.
fn months(range: DayRange) -> Vec<DayRange> {
    let mut by_month: BTreeMap<(i32, u32), DayRange> = BTreeMap::new();
    for number in range.first().number()..=range.last().number() {
        let day = Day::from_number(number);
        let month = by_month.entry((day.year(), day.month()));
        month
            .and_modify(|month| *month = DayRange::new(month.first(), day).unwrap_or(*month))
            .or_insert_with(|| DayRange::new(day, day).expect("a day is a range"));
    }
    by_month.into_values().collect()
}
