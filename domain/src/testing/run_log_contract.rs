//! What every [`RunLog`] promises. Each function wants an empty log and panics where a promise is broken.

use crate::ports::{Rejection, RunEnd, RunLog, RunProgress};
use crate::units::{Day, DayRange, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_718_000_000_000);

fn day(number: i32) -> Day {
    Day::from_number(number)
}

fn range(first: i32, last: i32) -> DayRange {
    DayRange::new(day(first), day(last)).expect("ascending")
}

fn progress() -> RunProgress {
    let rejections = vec![Rejection { line: 3, reason: "A'; drop: expected close above 0, was 0".to_owned() }];
    RunProgress { inserted: 5, rejected: 1, rejections, shares_days: vec![day(150)], ..RunProgress::default() }
}

async fn begun(log: &impl RunLog, job: i64) -> i64 {
    log.begin(job, "sample", range(100, 200), NOW).await.expect("a run is begun")
}

/// The same job has the same run, another job another.
pub async fn a_job_has_one_run(log: &impl RunLog) {
    let run = begun(log, 7).await;
    assert_eq!(begun(log, 7).await, run);
    assert_ne!(begun(log, 8).await, run);
}

/// Share counts are remembered once their run has succeeded, for their provider and day alone.
pub async fn share_counts_are_remembered_of_runs_that_succeeded(log: &impl RunLog) {
    let run = begun(log, 7).await;
    log.save(run, &progress(), None, NOW).await.expect("progress is saved");
    assert_eq!(log.has_shares("sample", range(100, 200)).await, Ok(false));
    log.save(run, &progress(), Some(&RunEnd::Succeeded), NOW).await.expect("the run is ended");
    assert_eq!(log.has_shares("sample", range(150, 157)).await, Ok(true));
    assert_eq!(log.has_shares("sample", range(151, 157)).await, Ok(false));
    assert_eq!(log.has_shares("massive", range(150, 157)).await, Ok(false));
}

/// What has ended stays as it ended.
pub async fn a_run_ends_once(log: &impl RunLog) {
    let run = begun(log, 7).await;
    let failed = RunEnd::Failed { code: "provider_refused".to_owned(), message: "no".to_owned() };
    log.save(run, &progress(), Some(&failed), NOW).await.expect("the run is ended");
    log.save(run, &progress(), Some(&RunEnd::Succeeded), NOW).await.expect("ending twice is no error");
    assert_eq!(log.has_shares("sample", range(100, 200)).await, Ok(false));
}

/// Makes a test of every promise, each with a log of its own from `$log`.
#[macro_export]
macro_rules! run_log_contract {
    ($log:expr) => {
        $crate::run_log_contract!($log;
            a_job_has_one_run
            share_counts_are_remembered_of_runs_that_succeeded
            a_run_ends_once
        );
    };
    ($log:expr; $($promise:ident)+) => {
        $(#[test]
        fn $promise() {
            pollster::block_on($crate::testing::run_log_contract::$promise(&$log));
        })+
    };
}

#[cfg(test)]
mod tests {
    use crate::testing::MemoryRunLog;

    crate::run_log_contract!(MemoryRunLog::default());
}
