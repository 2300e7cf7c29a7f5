//! What an ingestion job was asked for, and how far it has come, as JSON in its row.

use domain::ingest::{Finding, Scope};
use domain::ports::{Rejection, RunProgress};
use domain::units::{Day, DayRange, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::jobs::run_counts::RunCounts;
use crate::jobs::runner::SliceError;
use crate::jobs::source_job;

/// What was asked for: a range of days, or so many sessions up to the last complete one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// The source.
    pub(crate) provider: String,
    /// First and last day, `YYYY-MM-DD`, of a backfill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Instead of a range: how many of the last sessions to keep filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keep_sessions: Option<usize>,
    /// Ask for sessions that are held, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) refresh: bool,
}

impl Spec {
    /// Keep the last sessions filled.
    pub(crate) fn keep(provider: &str, sessions: usize) -> Self {
        let provider = provider.to_owned();
        Self { provider, from: None, to: None, keep_sessions: Some(sessions), refresh: false }
    }

    /// Two open jobs never share it.
    pub(crate) fn key(&self) -> String {
        match (&self.from, &self.to, self.keep_sessions) {
            (Some(from), Some(to), _) => format!("{}:{from}:{to}", self.provider),
            (_, _, sessions) => format!("{}:last-{}", self.provider, sessions.unwrap_or(0)),
        }
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

    /// The days that can be filled at present.
    ///
    /// # Errors
    /// `spec_unusable` without a range that makes sense, `nothing_to_ingest` when none of it is complete.
    pub(super) fn range(&self, now: UnixMillis) -> Result<DayRange, SliceError> {
        let scope = match (&self.from, &self.to, self.keep_sessions) {
            (Some(from), Some(to), None) => Scope::Range(source_job::days(from, to)?),
            (None, None, Some(sessions)) => Scope::LastSessions(sessions),
            _ => return Err(source_job::unusable("expected from and to, or keep_sessions")),
        };
        source_job::days_to_fill(scope, now, &format!("of {}", self.key()))
    }
}

/// What the next slice does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// Who is listed, as of one of the days.
    Securities {
        at: usize,
    },
    Splits,
    Dividends,
    /// Whose shares to ask for, as of one of the days.
    Candidates {
        at: usize,
    },
    /// A few of them.
    Shares {
        at: usize,
        tickers: Vec<String>,
    },
    /// The first session from this day number on that is missing.
    Sessions {
        from: i32,
    },
    Finish,
}

/// How far the job has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) run: i64,
    first_day: i32,
    last_day: i32,
    pub(super) step: Step,
    /// How often in a row the source asked for patience.
    pub(super) waits: u32,
    counts: RunCounts,
}

impl State {
    /// At the beginning.
    pub(super) fn new(run: i64, range: DayRange) -> Self {
        let (first_day, last_day) = (range.first().number(), range.last().number());
        Self { run, first_day, last_day, step: Step::Securities { at: 0 }, waits: 0, counts: RunCounts::default() }
    }

    /// Reads what the slice before left; `None` before the first.
    ///
    /// # Errors
    /// `state_unusable`: the row was changed by hand, or by another version.
    pub(super) fn parse(json: &str) -> Result<Option<Self>, SliceError> {
        source_job::read_state(json)
    }

    /// The row's JSON.
    pub(super) fn to_json(&self) -> String {
        source_job::to_json(self)
    }

    /// The days that the run fills.
    pub(super) fn range(&self) -> DayRange {
        let first = Day::from_number(self.first_day);
        DayRange::new(first, Day::from_number(self.last_day).max(first)).expect("the last day is not before the first")
    }

    /// Adds requests that were sent.
    pub(super) const fn count_requests(&mut self, requests: u64) {
        self.counts.count_requests(requests);
    }

    /// Adds what a publication did.
    pub(super) const fn count_published(&mut self, published: domain::ports::Published) {
        self.counts.count_published(published);
    }

    /// Adds rows that were turned away; `what` was asked for.
    pub(super) fn count_rejected(&mut self, what: &str, rejections: impl IntoIterator<Item = Rejection>) {
        self.counts.count_rejected(what, rejections);
    }

    /// Adds something suspicious.
    pub(super) fn note(&mut self, finding: Finding) {
        self.counts.note(finding);
    }

    /// How many prices are suspicious.
    pub(super) const fn suspicious(&self) -> u64 {
        self.counts.suspicious()
    }

    /// In how many sessions the one before came again.
    pub(super) const fn late_feeds(&self) -> u64 {
        self.counts.late_feeds()
    }

    /// Remembers that share counts were asked for as of a day.
    pub(super) fn remember_shares(&mut self, day: Day) {
        self.counts.shares_days.push(day.number());
    }

    /// What the run log shows, with the gaps given.
    pub(super) fn progress(&self, gaps: Vec<Day>) -> RunProgress {
        self.counts.progress(gaps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_735_250_400_000);

    fn range(json: &str) -> Result<String, String> {
        let range = Spec::parse(json).and_then(|spec| spec.range(NOW)).map_err(|error| error.code().to_owned())?;
        Ok(format!("{} {}", range.first(), range.last()))
    }

    #[test]
    fn a_spec_names_a_range_or_the_last_sessions() {
        // NOW is 2024-12-26 22:00 UTC, an hour after that session's close.
        let (provider, unusable) = (r#""provider":"sample""#, Err("spec_unusable".to_owned()));
        assert_eq!(
            range(&format!(r#"{{{provider},"from":"2024-12-02","to":"2025-12-31"}}"#)).unwrap(),
            "2024-12-02 2024-12-26"
        );
        assert_eq!(range(&format!(r#"{{{provider},"keep_sessions":3}}"#)).unwrap(), "2024-12-23 2024-12-26");
        assert_eq!(range(&Spec::keep("sample", 1).to_json()).unwrap(), "2024-12-26 2024-12-26");
        for body in [r#","from":"2024-12-02""#, r#","from":"2024-02-30","to":"2024-12-02""#, "", r#","form":"x""#] {
            assert_eq!(range(&format!("{{{provider}{body}}}")), unusable, "{body}");
        }
        assert_eq!(range(&format!(r#"{{{provider},"from":"2024-12-02","to":"2024-12-01"}}"#)), unusable);
        let future = range(&format!(r#"{{{provider},"from":"2025-01-02","to":"2025-01-03"}}"#));
        assert_eq!(future, Err("nothing_to_ingest".to_owned()));
    }

    #[test]
    fn a_state_survives_its_row_and_keeps_the_first_hundred_rejections() {
        let day = Day::from_number(20_000);
        let mut state = State::new(7, DayRange::new(day, day.plus(9)).unwrap());
        state.step = Step::Shares { at: 1, tickers: vec!["AAA".to_owned()] };
        state.count_rejected("bars", (1..=150).map(|line| Rejection { line, reason: "bad".to_owned() }));
        let again = State::parse(&state.to_json()).unwrap().unwrap();
        assert_eq!(again, state);
        let progress = again.progress(Vec::new());
        assert_eq!((progress.rejected, progress.rejections.len()), (150, 100));
        assert_eq!(progress.rejections[99], Rejection { line: 100, reason: "bars: bad".to_owned() });
        assert_eq!(State::parse("").unwrap(), None);
        assert_eq!(State::parse("{}").unwrap_err().code(), "state_unusable");
    }
}
