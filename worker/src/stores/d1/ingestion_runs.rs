//! The ingestion log in the table `ingestion_runs`.

use domain::api::{IngestedRows, Ingestion, IngestionError, RejectedRow};
use domain::ports::{RunEnd, RunLog, RunProgress, StoreError};
use domain::units::{Day, DayRange, UnixMillis};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::slice::Slice;
use super::{D1, Statement};

const BEGIN: &str = sql!("ingestion_runs_begin");
const SAVE: &str = sql!("ingestion_runs_save");
const HAS_SHARES: &str = sql!("ingestion_runs_has_shares");
const LIST: &str = sql!("ingestion_runs_list");
const GET: &str = sql!("ingestion_runs_get");
const PRUNE: &str = sql!("ingestion_runs_prune");

/// The ingestion log in D1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct D1IngestionRuns<'a>(pub(crate) &'a D1);

#[derive(Deserialize)]
struct Row {
    id: i64,
    provider: String,
    first_day: i32,
    last_day: i32,
    status: String,
    requests: u64,
    inserted: u64,
    changed: u64,
    unchanged: u64,
    rejected: u64,
    rejections: String,
    gaps: String,
    findings: String,
    data_version: Option<i64>,
    error_code: Option<String>,
    error: Option<String>,
    started_at: i64,
    finished_at: Option<i64>,
}

impl D1IngestionRuns<'_> {
    /// The runs with a number below `before` (all of them when absent), the latest first, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn list(&self, before: Option<i64>, limit: usize) -> Result<Vec<Ingestion>, StoreError> {
        self.slice(Slice { below: before, ..Slice::first(limit) }).await
    }

    /// A stretch of the runs, the latest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn slice(&self, slice: Slice) -> Result<Vec<Ingestion>, StoreError> {
        let rows = slice.in_order(self.0.run(slice.statement(LIST)).await?.decode::<Row>()?);
        rows.into_iter().map(Row::into_ingestion).collect()
    }

    /// One run, or `None` where there is none of this number.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn get(&self, id: i64) -> Result<Option<Ingestion>, StoreError> {
        self.0.run(Statement::new(GET).bind(id)).await?.first::<Row>()?.map(Row::into_ingestion).transpose()
    }

    /// Deletes the runs that ended before; returns how many.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn prune(&self, before: UnixMillis) -> Result<u64, StoreError> {
        Ok(self.0.run(Statement::new(PRUNE).bind(before)).await?.changes())
    }
}

impl RunLog for D1IngestionRuns<'_> {
    async fn begin(&self, job: i64, provider: &str, range: DayRange, now: UnixMillis) -> Result<i64, StoreError> {
        let begin = Statement::new(BEGIN).bind(job).bind(provider).bind(range.first()).bind(range.last()).bind(now);
        let id = self.0.run(begin).await?.scalar::<i64>()?;
        id.ok_or_else(|| StoreError::Refused("a run was neither begun nor found".to_owned()))
    }

    async fn save(
        &self,
        run: i64,
        progress: &RunProgress,
        end: Option<&RunEnd>,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let (status, code, message) = match end {
            None => ("running", None, None),
            Some(RunEnd::Succeeded) => ("succeeded", None, None),
            Some(RunEnd::Failed { code, message }) => ("failed", Some(code.clone()), Some(message.clone())),
        };
        let save = Statement::new(SAVE)
            .bind(run)
            .bind(number(progress.requests))
            .bind(number(progress.inserted))
            .bind(number(progress.changed))
            .bind(number(progress.unchanged))
            .bind(number(progress.rejected))
            .bind(rejections_json(progress))
            .bind(days_json(&progress.gaps))
            .bind(progress.data_version)
            .bind(days_json(&progress.shares_days))
            .bind(status)
            .bind(code)
            .bind(message)
            .bind(end.map(|_| now))
            .bind(findings_json(progress));
        self.0.run(save).await?;
        Ok(())
    }

    async fn has_shares(&self, provider: &str, range: DayRange) -> Result<bool, StoreError> {
        let asked = Statement::new(HAS_SHARES).bind(provider).bind(range.first()).bind(range.last());
        Ok(self.0.run(asked).await?.scalar::<i64>()?.is_some())
    }
}

impl Row {
    fn into_ingestion(self) -> Result<Ingestion, StoreError> {
        let gaps: Vec<i32> = stored_json(&self.gaps)?;
        let rejections: Vec<RejectedRow> = stored_json(&self.rejections)?;
        Ok(Ingestion {
            id: self.id,
            synthetic: crate::providers::is_synthetic(&self.provider),
            provider: self.provider,
            status: self.status,
            start_date: Day::from_number(self.first_day),
            end_date: Day::from_number(self.last_day),
            requests: self.requests,
            rows: IngestedRows {
                inserted: self.inserted,
                changed: self.changed,
                unchanged: self.unchanged,
                rejected: self.rejected,
            },
            rejections,
            gaps: gaps.into_iter().map(Day::from_number).collect(),
            findings: stored_json(&self.findings)?,
            data_version: self.data_version,
            error: self.error_code.map(|code| IngestionError { code, message: self.error.unwrap_or_default() }),
            started_at: self.started_at,
            finished_at: self.finished_at,
            duration_ms: self.finished_at.map(|finished_at| finished_at - self.started_at),
        })
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn days_json(days: &[Day]) -> String {
    serde_json::json!(days.iter().map(|day| day.number()).collect::<Vec<_>>()).to_string()
}

fn rejections_json(progress: &RunProgress) -> String {
    let rows = progress
        .rejections
        .iter()
        .map(|rejection| serde_json::json!({"line": rejection.line, "reason": rejection.reason}));
    serde_json::Value::Array(rows.collect()).to_string()
}

fn findings_json(progress: &RunProgress) -> String {
    let rows = progress.findings.iter().map(|found| {
        serde_json::json!({
            "ticker": found.ticker, "day": found.day.to_string(), "kind": found.kind, "detail": found.detail,
        })
    });
    serde_json::Value::Array(rows.collect()).to_string()
}

fn stored_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Refused(format!("unreadable JSON in a run: {error}")))
}

#[cfg(test)]
mod tests {
    use domain::ports::Rejection;

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_718_000_000_000);

    domain::run_log_contract!(D1IngestionRuns(&D1::in_memory()));

    #[test]
    fn what_was_saved_is_listed_the_latest_first() {
        pollster::block_on(async {
            let db = D1::in_memory();
            let log = D1IngestionRuns(&db);
            let range = DayRange::new(Day::from_number(19_800), Day::from_number(19_810)).unwrap();
            for job in 1..=3 {
                log.begin(job, "sample", range, NOW.plus_ms(job)).await.unwrap();
            }
            let progress = RunProgress {
                requests: 4,
                rejected: 1,
                rejections: vec![Rejection { line: 2, reason: "\"A\": expected".to_owned() }],
                gaps: vec![Day::from_number(19_801)],
                data_version: Some(9),
                ..RunProgress::default()
            };
            let failed = RunEnd::Failed { code: "provider_refused".to_owned(), message: "no".to_owned() };
            log.save(2, &progress, Some(&failed), NOW.plus_ms(1_002)).await.unwrap();

            let two = log.list(None, 2).await.unwrap();
            assert_eq!(two.iter().map(|run| run.id).collect::<Vec<_>>(), [3, 2]);
            assert_eq!(log.list(Some(2), 9).await.unwrap().iter().map(|run| run.id).collect::<Vec<_>>(), [1]);
            let run = log.get(2).await.unwrap().unwrap();
            assert_eq!(run, two[1]);
            assert_eq!((run.status.as_str(), run.duration_ms, run.synthetic), ("failed", Some(1_000), true));
            assert_eq!((run.gaps, run.rejections[0].reason.as_str()), (progress.gaps, "\"A\": expected"));
            assert_eq!(run.error.unwrap().code, "provider_refused");
            assert_eq!(log.get(4).await, Ok(None));
        });
    }

    #[test]
    fn only_runs_that_ended_are_pruned() {
        pollster::block_on(async {
            let db = D1::in_memory();
            let log = D1IngestionRuns(&db);
            let range = DayRange::new(Day::from_number(1), Day::from_number(2)).unwrap();
            for job in 1..=2 {
                log.begin(job, "sample", range, NOW).await.unwrap();
            }
            log.save(1, &RunProgress::default(), Some(&RunEnd::Succeeded), NOW).await.unwrap();
            assert_eq!(log.prune(NOW.plus_ms(1)).await, Ok(1));
            assert_eq!(log.list(None, 9).await.unwrap().len(), 1);
        });
    }
}
