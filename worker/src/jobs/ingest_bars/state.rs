//! What a job was asked for, and how far it has come, as JSON in its row.

use std::collections::BTreeSet;

use domain::ingest::{Finding, Scope};
use domain::units::{BarInterval, Day, DayRange, Ticker, UnixMillis};
use serde::{Deserialize, Serialize};

use super::{is_gap, months};
use crate::jobs::run_counts::RunCounts;
use crate::jobs::runner::SliceError;
use crate::jobs::source_job::{self, unusable};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// The source.
    pub(crate) provider: String,
    /// `1hour` …
    interval: String,
    /// First and last day, `YYYY-MM-DD`.
    from: String,
    to: String,
    /// Absent: the largest companies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tickers: Option<Vec<String>>,
}

impl Spec {
    /// Reads a job's spec.
    ///
    /// # Errors
    /// `spec_unusable`, naming what is wrong.
    pub(crate) fn parse(json: &str) -> Result<Self, SliceError> {
        source_job::read_spec(json)
    }

    /// The length of the bars.
    ///
    /// # Errors
    /// `spec_unusable` for a length that is not stored.
    pub(super) fn interval(&self) -> Result<BarInterval, SliceError> {
        self.interval.parse().map_err(|error: domain::units::IntervalError| unusable(&error.to_string()))
    }

    /// Whose bars, each once.
    ///
    /// # Errors
    /// `spec_unusable` for what is no ticker.
    pub(super) fn tickers(&self) -> Result<Option<Vec<Ticker>>, SliceError> {
        let Some(texts) = &self.tickers else { return Ok(None) };
        let parsed: Result<BTreeSet<Ticker>, _> = texts.iter().map(|text| text.parse::<Ticker>()).collect();
        Ok(Some(parsed.map_err(|error| unusable(&error.to_string()))?.into_iter().collect()))
    }

    /// The days that can be filled at present.
    ///
    /// # Errors
    /// `spec_unusable` without a range that makes sense, `nothing_to_ingest` when none of it is complete.
    pub(super) fn range(&self, now: UnixMillis) -> Result<DayRange, SliceError> {
        let (from, to) = (&self.from, &self.to);
        let range = source_job::days(from, to)?;
        source_job::days_to_fill(Scope::Range(range), now, &format!("from {from} to {to}"))
    }
}

/// How far the job has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) run: i64,
    first_day: i32,
    last_day: i32,
    tickers: Vec<String>,
    /// The month, counted from the first, and the next of its tickers.
    month: usize,
    at: usize,
    /// How often in a row the source asked for patience.
    pub(super) waits: u32,
    /// Days on which a ticker lacks bars.
    gap_days: BTreeSet<i32>,
    pub(super) counts: RunCounts,
}

impl State {
    /// At the beginning.
    pub(super) fn new(run: i64, range: DayRange, tickers: &[Ticker]) -> Self {
        Self {
            run,
            first_day: range.first().number(),
            last_day: range.last().number(),
            tickers: tickers.iter().map(ToString::to_string).collect(),
            month: 0,
            at: 0,
            waits: 0,
            gap_days: BTreeSet::new(),
            counts: RunCounts::default(),
        }
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

    fn months(&self) -> Vec<DayRange> {
        let first = Day::from_number(self.first_day);
        let range = DayRange::new(first, Day::from_number(self.last_day).max(first));
        range.map(months).unwrap_or_default()
    }

    /// The next month and tickers, at most so many; `None` at the end.
    pub(super) fn next(&self, most: usize) -> Option<(DayRange, Vec<Ticker>)> {
        let month = *self.months().get(self.month)?;
        let tickers = self.tickers.iter().skip(self.at).take(most);
        Some((month, tickers.filter_map(|text| text.parse().ok()).collect()))
    }

    /// Goes on behind so many tickers.
    pub(super) fn advance(&mut self, tickers: usize) {
        self.at += tickers.max(1);
        if self.at >= self.tickers.len() {
            (self.month, self.at) = (self.month + 1, 0);
        }
    }

    /// Whether nothing is left to bring.
    pub(super) fn is_done(&self) -> bool {
        self.month >= self.months().len()
    }

    /// Remembers a finding.
    pub(super) fn note(&mut self, finding: Finding) {
        if is_gap(&finding) {
            self.gap_days.insert(finding.day.number());
        }
        self.counts.note(finding);
    }

    /// The days on which a ticker lacks bars.
    pub(super) fn gaps(&self) -> Vec<Day> {
        self.gap_days.iter().copied().map(Day::from_number).collect()
    }
}
