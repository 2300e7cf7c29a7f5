//! What is read of a run's sessions where only the account matters.

use domain::api::Backtest;
use domain::backtest::daily_returns;
use domain::units::{Day, iso_day};
use serde::Deserialize;

use super::super::request::Call;
use super::not_finished;
use super::results::{parsed, stored};
use crate::error::Problem;
use crate::jobs::backtest::equity_key;

/// The account at a session; what else is stored of it is passed over.
#[derive(Debug, Deserialize)]
pub(super) struct Session {
    #[serde(with = "iso_day")]
    pub(super) date: Day,
    pub(super) equity: f64,
    pub(super) margin: f64,
}

/// The account of a run that has succeeded.
#[derive(Debug)]
pub(super) struct Equity {
    pub(super) capital: f64,
    pub(super) sessions: Vec<Session>,
}

impl Equity {
    /// Reads it.
    pub(super) async fn of(call: &Call, run: &Backtest) -> Result<Self, Problem> {
        let report = run.report.as_ref().filter(|_| run.status == "succeeded").ok_or_else(|| not_finished(run))?;
        Ok(Self { capital: report.capital, sessions: parsed(&stored(call, &equity_key(run.id)).await?)? })
    }

    /// Its daily returns, each at least −1: who has lost everything cannot lose more of it.
    pub(super) fn returns(&self) -> Vec<f64> {
        let returns = daily_returns(self.capital, self.sessions.iter().map(|session| session.equity));
        returns.into_iter().map(|change| change.max(-1.0)).collect()
    }
}
