//! Brings a provider's option chains into the warehouse: some sessions a slice, each slice one publication.

use domain::calendar::sessions;
use domain::ingest::{Scope, range_to_fill};
use domain::ports::{
    Alert, ClaimedJob, Clock, JobOutcome, MarketData, Origin, ProviderError, QuoteSink, RunEnd, RunLog, RunProgress,
    StoreError,
};
use domain::units::{Day, DayRange, Ticker, UnixMillis};
use serde::{Deserialize, Serialize};

use super::run_counts::RunCounts;
use super::runner::{SliceDone, SliceError};

/// The kind under which jobs are kept.
pub(crate) const KIND: &str = "ingest_chains";

/// Deliveries of a slice, each one underlying at one session.
const DELIVERIES_A_SLICE: usize = 40;
/// A slice ends after a delivery with which it has brought at least so many quotes.
const QUOTES_A_SLICE: usize = 60_000;
/// How often in a row a source may ask for patience.
const MOST_WAITS: u32 = 200;

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
        serde_json::to_string(self).expect("strings are JSON")
    }

    /// Reads a job's spec.
    ///
    /// # Errors
    /// `spec_unusable`, naming what is wrong.
    pub(crate) fn parse(json: &str) -> Result<Self, SliceError> {
        serde_json::from_str(json).map_err(|error| unusable(&error.to_string()))
    }

    fn range(&self, now: UnixMillis) -> Result<DayRange, SliceError> {
        let day = |text: &str| text.parse::<Day>().map_err(|error| unusable(&error.to_string()));
        let scope = match (&self.from, &self.to) {
            (Some(from), Some(to)) => {
                let range = DayRange::new(day(from)?, day(to)?);
                Scope::Range(range.ok_or_else(|| unusable(&format!("expected a day of {from} or later, was {to}")))?)
            }
            (None, None) => Scope::LastSessions(1),
            _ => return Err(unusable("expected both from and to, or neither")),
        };
        range_to_fill(scope, now).ok_or_else(|| SliceError::Final {
            code: "nothing_to_ingest",
            message: format!("no session of {} is complete yet", self.key()),
        })
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

fn unusable(what: &str) -> SliceError {
    SliceError::Final { code: "spec_unusable", message: format!("the job cannot be read: {what}") }
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
        if json.is_empty() {
            return Ok(None);
        }
        serde_json::from_str(json).map(Some).map_err(|error| SliceError::Final {
            code: "state_unusable",
            message: format!("the job's state cannot be read: {error}"),
        })
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers are JSON")
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
        let (mut quotes, mut waits_ms) = (0, None);
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
                Err(ProviderError::RateLimited { retry_after_ms }) => {
                    waits_ms = Some(retry_after_ms);
                    break;
                }
                Err(error) => return Err(failed(&error)),
            }
        }
        let published = self.sink.publish_quotes(Origin::Ingestion, state.run, self.provider.name(), self.clock.now());
        let published = published.await?;
        if quotes > 0 {
            state.counts.count_published(published.published);
        }
        state.counts.count_rejected("option chains", published.rejections);
        state.counts.count_requests(self.provider.requests_made() - before);
        if let Some(ms) = waits_ms {
            return self.wait(state, ms);
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

    fn wait(&self, mut state: State, ms: i64) -> Result<SliceDone, SliceError> {
        state.waits += 1;
        let reason = format!("{} asks for patience", self.provider.name());
        if state.waits > MOST_WAITS {
            let message = format!("{reason}, for the {MOST_WAITS}th time in a row");
            return Err(SliceError::Final { code: "provider_rate_limited", message });
        }
        let not_before = self.clock.now().plus_ms(ms.max(1_000));
        Ok(SliceDone { outcome: JobOutcome::Later { not_before, reason, state: state.to_json() }, alerts: Vec::new() })
    }
}

fn failed(error: &ProviderError) -> SliceError {
    let (code, message) = (error.code(), error.to_string());
    match error {
        ProviderError::RateLimited { .. } | ProviderError::Transient { .. } => SliceError::Passing { code, message },
        ProviderError::Rejected { .. } | ProviderError::Malformed { .. } => SliceError::Final { code, message },
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
    let message = format!("ingestion of option chains, job {}: {} ({error})", job.id, error.code());
    let end = RunEnd::Failed { code: error.code().to_owned(), message: error.to_string() };
    let now = clock.now();
    if let Ok(Some(state)) = State::parse(&job.state) {
        runs.save(state.run, &state.counts.progress(Vec::new()), Some(&end), now).await?;
    } else if let Ok(spec) = Spec::parse(&job.spec)
        && let Ok(range) = spec.range(now)
    {
        let run = runs.begin(job.id, &spec.provider, range, now).await?;
        runs.save(run, &RunProgress::default(), Some(&end), now).await?;
    }
    Ok(Alert { code: "ingestion_failed", message })
}

#[cfg(test)]
#[path = "ingest_chains_tests.rs"]
mod tests;
