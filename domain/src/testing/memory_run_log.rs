//! The run log in memory.

use std::cell::RefCell;

use crate::ports::{RunEnd, RunLog, RunProgress, StoreError};
use crate::testing::Faults;
use crate::units::{DayRange, UnixMillis};

/// A run as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRun {
    /// The job whose run it is.
    pub job: i64,
    /// The source.
    pub provider: String,
    /// What was asked for.
    pub range: DayRange,
    /// What it has done.
    pub progress: RunProgress,
    /// How it ended; `None` while it runs.
    pub end: Option<RunEnd>,
}

/// The run log in memory, with a fault switch.
#[derive(Debug, Default)]
pub struct MemoryRunLog {
    runs: RefCell<Vec<KeptRun>>,
    faults: Faults,
}

impl MemoryRunLog {
    /// An empty log that breaks as the switch says.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { runs: RefCell::default(), faults }
    }

    /// Every run, oldest first.
    #[must_use]
    pub fn runs(&self) -> Vec<KeptRun> {
        self.runs.borrow().clone()
    }
}

impl RunLog for MemoryRunLog {
    async fn begin(&self, job: i64, provider: &str, range: DayRange, _: UnixMillis) -> Result<i64, StoreError> {
        self.faults.around(|| {
            let mut runs = self.runs.borrow_mut();
            let at = runs.iter().position(|run| run.job == job).unwrap_or_else(|| {
                let (provider, progress) = (provider.to_owned(), RunProgress::default());
                runs.push(KeptRun { job, provider, range, progress, end: None });
                runs.len() - 1
            });
            Ok(i64::try_from(at).unwrap_or(i64::MAX - 1) + 1)
        })
    }

    async fn save(
        &self,
        run: i64,
        progress: &RunProgress,
        end: Option<&RunEnd>,
        _: UnixMillis,
    ) -> Result<(), StoreError> {
        self.faults.around(|| {
            let mut runs = self.runs.borrow_mut();
            let kept = usize::try_from(run - 1).ok().and_then(|at| runs.get_mut(at));
            let kept = kept.ok_or_else(|| StoreError::Refused(format!("there is no run {run}")))?;
            if kept.end.is_none() {
                kept.progress.clone_from(progress);
                kept.end = end.cloned();
            }
            Ok(())
        })
    }

    async fn has_shares(&self, provider: &str, range: DayRange) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let runs = self.runs.borrow();
            let done = runs.iter().filter(|run| run.provider == provider && run.end == Some(RunEnd::Succeeded));
            Ok(done.flat_map(|run| &run.progress.shares_days).any(|day| range.contains(*day)))
        })
    }
}
