//! Brings a provider's option chains into the warehouse: some sessions a slice, each slice one publication.

use domain::calendar::sessions;
use domain::ingest::Scope;
use domain::ports::{Alert, ClaimedJob, Clock, JobOutcome, MarketData, Origin, QuoteSink, RunEnd, RunLog, StoreError};
use domain::units::{Day, DayRange, Ticker, UnixMillis};
use serde::{Deserialize, Serialize};

use super::run_counts::RunCounts;
use super::runner::{SliceDone, SliceError};
use super::source_job::{self, Interruption, unusable};

/// The kind under which jobs are kept.
pub(crate) const KIND: &str = "ingest_chains";

/// Deliveries of a slice, each one underlying at one session.
const DELIVERIES_A_SLICE: usize = 40;
/// A slice ends after a delivery with which it has brought at least so many quotes.
const QUOTES_A_SLICE: usize = 60_000;
/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// The source.
    pub(crate) provider: String,
    /// First and last day, `YYYY-MM-DD`; both absent: the last complete session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Absent: all that the source has, where it can say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    underlyings: Vec<String>,
}

impl Spec {
    /// The last complete session of some underlyings.
    pub(crate) fn latest(provider: &str, underlyings: &[String]) -> Self {
        Self { provider: provider.to_owned(), from: None, to: None, underlyings: underlyings.to_vec() }
    }

    /// Two open jobs never share it.
    pub(crate) fn key(&self) -> String {
        let day = |text: &Option<String>| text.clone().unwrap_or_else(|| "latest".to_owned());
        format!("{}:{}:{}:{}", self.provider, day(&self.from), day(&self.to), self.underlyings.join(","))
    }

    /// The row's JSON.
    pub(crate) fn to_json(&self) -> String {
        source_job::to_json(self)
    }

    /// Reads a job's spec.
    ///
    /// # Errors
    /// `spec_unusable`, naming what is wrong.
    pub(crate) fn parse(json: &str) -> Result<Self, SliceError> {
        source_job::read_spec(json)
    }

    fn range(&self, now: UnixMillis) -> Result<DayRange, SliceError> {
        let scope = match (&self.from, &self.to) {
            (Some(from), Some(to)) => Scope::Range(source_job::days(from, to)?),
            (None, None) => Scope::LastSessions(1),
            _ => return Err(unusable("expected both from and to, or neither")),
        };
        source_job::days_to_fill(scope, now, &format!("of {}", self.key()))
    }

    /// What to ask for at each session; `None` stands for all that the source has.
    fn asked(&self) -> Result<Vec<Option<Ticker>>, SliceError> {
        if self.underlyings.is_empty() {
            return Ok(vec![None]);
        }
        let parsed = self.underlyings.iter().map(|text| text.parse::<Ticker>().map(Some));
        parsed.collect::<Result<_, _>>().map_err(|error| unusable(&error.to_string()))
    }
}

/// How far the job has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    run: i64,
    first_day: i32,
    last_day: i32,
    /// Deliveries done: every underlying of the first session, then of the next.
    done: usize,
    /// How often in a row the source asked for patience.
    waits: u32,
    counts: RunCounts,
}

impl State {
    fn parse(json: &str) -> Result<Option<Self>, SliceError> {
        source_job::read_state(json)
    }

    fn to_json(&self) -> String {
        source_job::to_json(self)
    }

    fn sessions(&self) -> Vec<Day> {
        let range = DayRange::new(Day::from_number(self.first_day), Day::from_number(self.last_day));
        range.map(sessions).unwrap_or_default()
    }
}

/// What it works with.
pub(crate) struct IngestChains<'a, P, S, L, C> {
    /// The source.
    pub(crate) provider: &'a P,
    /// Where its quotes go.
    pub(crate) sink: &'a S,
    /// Where a person reads about it.
    pub(crate) runs: &'a L,
    pub(crate) clock: &'a C,
}

impl<P: MarketData, S: QuoteSink, L: RunLog, C: Clock> IngestChains<'_, P, S, L, C> {
    /// Does one slice. Done twice, it changes nothing.
    pub(crate) async fn run(&self, job: &ClaimedJob) -> Result<SliceDone, SliceError> {
        let spec = Spec::parse(&job.spec)?;
        let Some(mut state) = State::parse(&job.state)? else { return self.begin(job, &spec).await };
        let (asked, days) = (spec.asked()?, state.sessions());
        let deliveries = days.len() * asked.len();
        let before = self.provider.requests_made();
        let (mut quotes, mut interruption) = (0, None);
        for _ in 0..DELIVERIES_A_SLICE {
            if state.done >= deliveries || quotes >= QUOTES_A_SLICE {
                break;
            }
            let (day, underlying) = (days[state.done / asked.len()], &asked[state.done % asked.len()]);
            match self.provider.option_chains(underlying.as_ref(), day).await {
                Ok(chains) => {
                    let what = underlying.as_ref().map_or("option chains", Ticker::as_str);
                    state.counts.count_rejected(&format!("{what} on {day}"), chains.rejected);
                    quotes += chains.quotes.rows.len();
                    self.sink.stage_quotes(chains.quotes).await?;
                    (state.done, state.waits) = (state.done + 1, 0);
                }
                Err(error) => match Interruption::from(error) {
                    Interruption::Failed(error) => return Err(error),
                    wait @ Interruption::Wait { .. } => {
                        interruption = Some(wait);
                        break;
                    }
                },
            }
        }
        let published = self.sink.publish_quotes(Origin::Ingestion, state.run, self.provider.name(), self.clock.now());
        let published = published.await?;
        if quotes > 0 {
            state.counts.count_published(published.published);
        }
        state.counts.count_rejected("option chains", published.rejections);
        state.counts.count_requests(self.provider.requests_made() - before);
        if let Some(interruption) = interruption {
            return interruption.settle(state, |state| &mut state.waits, self.clock);
        }
        let end = (state.done >= deliveries).then_some(RunEnd::Succeeded);
        self.runs.save(state.run, &state.counts.progress(Vec::new()), end.as_ref(), self.clock.now()).await?;
        if end.is_some() {
            return Ok(SliceDone { outcome: JobOutcome::Done { state: state.to_json() }, alerts: Vec::new() });
        }
        Ok(SliceDone::next(state.to_json()))
    }

    async fn begin(&self, job: &ClaimedJob, spec: &Spec) -> Result<SliceDone, SliceError> {
        let now = self.clock.now();
        let range = spec.range(now)?;
        spec.asked()?;
        let run = self.runs.begin(job.id, self.provider.name(), range, now).await?;
        if !self.provider.capabilities().chains {
            let message = format!("{} does not serve option chains; import them", self.provider.name());
            return Err(SliceError::Final { code: "provider_unsuitable", message });
        }
        let (first_day, last_day) = (range.first().number(), range.last().number());
        let state = State { run, first_day, last_day, done: 0, waits: 0, counts: RunCounts::default() };
        Ok(SliceDone::next(state.to_json()))
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
    let begun = begun.map(|state| (state.run, state.counts.progress(Vec::new())));
    let spec = Spec::parse(&job.spec).ok();
    let wanted = spec.as_ref().and_then(|spec| Some((spec.provider.as_str(), spec.range(now).ok()?)));
    source_job::end_run(runs, now, ("option chains", job, error), begun, wanted).await
}

#[cfg(test)]
#[path = "ingest_chains_tests.rs"]
mod tests;
