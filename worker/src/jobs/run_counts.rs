//! What a run has done so far, as JSON in its job's row.

use domain::ingest::{Finding, FindingKind};
use domain::ports::{Published, Rejection, RunProgress};
use domain::units::Day;
use serde::{Deserialize, Serialize};

/// How many rows that were turned away, and how many findings, a run keeps.
const KEPT: usize = 100;

/// Figures of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RunCounts {
    requests: u64,
    inserted: u64,
    changed: u64,
    unchanged: u64,
    rejected: u64,
    rejections: Vec<(u64, String)>,
    data_version: Option<i64>,
    pub(super) shares_days: Vec<i32>,
    /// What is suspicious: whose, when, what, and the figures.
    #[serde(default)]
    findings: Vec<(Option<String>, i32, String, String)>,
    /// Suspicious prices, those beyond the kept findings included.
    #[serde(default)]
    suspicious: u64,
    /// Sessions in which the one before came again.
    #[serde(default)]
    late_feeds: u64,
}

impl RunCounts {
    /// Adds requests that were sent.
    pub(super) const fn count_requests(&mut self, requests: u64) {
        self.requests += requests;
    }

    /// Adds what a publication did.
    pub(super) const fn count_published(&mut self, published: Published) {
        self.inserted += published.inserted;
        self.changed += published.changed;
        self.unchanged += published.unchanged;
        self.data_version = Some(published.data_version);
    }

    /// Adds rows that were turned away; `what` was asked for.
    pub(super) fn count_rejected(&mut self, what: &str, rejections: impl IntoIterator<Item = Rejection>) {
        for Rejection { line, reason } in rejections {
            self.rejected += 1;
            if self.rejections.len() < KEPT {
                self.rejections.push((line, format!("{what}: {reason}")));
            }
        }
    }

    /// Adds something suspicious.
    pub(super) fn note(&mut self, finding: Finding) {
        self.suspicious += u64::from(finding.kind == FindingKind::Jump);
        self.late_feeds += u64::from(finding.kind == FindingKind::LateFeed);
        if self.findings.len() < KEPT {
            let Finding { ticker, day, kind, detail } = finding;
            self.findings.push((ticker.map(|ticker| ticker.to_string()), day.number(), kind.name().to_owned(), detail));
        }
    }

    /// How many prices are suspicious.
    pub(super) const fn suspicious(&self) -> u64 {
        self.suspicious
    }

    /// In how many sessions the one before came again.
    pub(super) const fn late_feeds(&self) -> u64 {
        self.late_feeds
    }

    /// What the run log shows, with the gaps given.
    pub(super) fn progress(&self, gaps: Vec<Day>) -> RunProgress {
        let rejections = self.rejections.iter().map(|(line, reason)| Rejection { line: *line, reason: reason.clone() });
        RunProgress {
            requests: self.requests,
            inserted: self.inserted,
            changed: self.changed,
            unchanged: self.unchanged,
            rejected: self.rejected,
            rejections: rejections.collect(),
            gaps,
            data_version: self.data_version,
            shares_days: self.shares_days.iter().copied().map(Day::from_number).collect(),
            findings: self
                .findings
                .iter()
                .map(|(ticker, day, kind, detail)| domain::ports::LoggedFinding {
                    ticker: ticker.clone(),
                    day: Day::from_number(*day),
                    kind: kind.clone(),
                    detail: detail.clone(),
                })
                .collect(),
        }
    }
}
