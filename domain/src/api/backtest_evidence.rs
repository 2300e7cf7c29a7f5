//! Backtests: how far results can be believed, and several runs as one account.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backtest::NamedStatistic;
use crate::units::{Day, iso_day};

/// What chance could have made of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestConfidence {
    /// The run.
    pub id: i64,
    /// Its sessions.
    pub sessions: usize,
    /// Its closed trades.
    pub trades: usize,
    /// Samples drawn.
    pub samples: usize,
    /// The mean length of a block of sessions that are drawn together.
    pub block: usize,
    /// What the samples were drawn with.
    pub seed: u64,
    /// Where each statistic lies in 95 of 100 samples.
    pub intervals: Vec<ConfidenceInterval>,
    /// The chance of a mean return as high, were the true one nothing; `null` without sessions.
    pub mean_return_p_value: Option<f64>,
    /// The chance of a total profit as high, were each trade as likely to lose what it made; `null` without trades.
    pub trade_sign_p_value: Option<f64>,
    /// The probability that the true Sharpe ratio is above zero.
    pub probabilistic_sharpe: Option<f64>,
    /// Sessions that would make that 95 %; `null` where the mean return is not above zero.
    pub minimum_sessions: Option<f64>,
}

/// Where a statistic lies in 95 of 100 samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfidenceInterval {
    /// The statistic's name.
    pub statistic: String,
    /// Its value in the run.
    pub value: f64,
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

/// What choosing the best of a sweep is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SweepEvidence {
    /// The sweep.
    pub id: i64,
    /// Runs that count: those that succeeded.
    pub trials: usize,
    /// Runs that do not count because they have not succeeded, or not yet.
    pub left_out: usize,
    /// The sessions that all of them have.
    pub sessions: usize,
    /// The run with the best Sharpe ratio; `null` where none has one.
    pub best: Option<SweepBest>,
    /// The yearly Sharpe ratio that the best of as many runs without any skill is expected to have.
    pub expected_best_sharpe: Option<f64>,
    /// The probability that the true Sharpe ratio of the best is above that one: the deflated Sharpe ratio.
    pub deflated_sharpe: Option<f64>,
    /// The chance that the best of them looks as good without any profit to be had: White's reality check.
    pub reality_check_p_value: Option<f64>,
    /// Whether the best of one half of the sessions stays good in the other; `null` where there are too few of either.
    pub overfitting: Option<SweepOverfitting>,
    /// Choosing anew from what was known; `null` where there are too few sessions.
    pub walk_forward: Option<SweepWalkForward>,
    /// Samples drawn.
    pub samples: usize,
    /// The mean length of a block of sessions that are drawn together.
    pub block: usize,
    /// What the samples were drawn with.
    pub seed: u64,
}

/// The best run of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SweepBest {
    /// The run.
    pub id: i64,
    /// What the sweep varied in it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub varied: Option<Value>,
    /// Its yearly Sharpe ratio.
    pub sharpe: f64,
}

/// Combinatorially symmetric cross-validation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SweepOverfitting {
    /// The share of splits in which the best of one half was in the lower half of the other.
    pub probability: f64,
    /// The share of splits in which its Sharpe ratio in the other half was not above zero.
    pub loss_probability: f64,
    /// Blocks that the sessions were cut into.
    pub blocks: usize,
    /// Ways to take half of them.
    pub splits: usize,
}

/// A walk forward through the sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SweepWalkForward {
    /// The stretches in order.
    pub folds: Vec<WalkForwardFold>,
    /// Statistics of the daily returns over all stretches.
    pub statistics: Vec<NamedStatistic>,
    /// Mean yearly Sharpe ratio in the stretches over that before them; `null` unless each of the latter is above zero.
    pub efficiency: Option<f64>,
}

/// One stretch of a walk forward.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalkForwardFold {
    /// Its first session; whoever is chosen was chosen from the sessions before it.
    #[serde(with = "iso_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub start_date: Day,
    /// Its last session.
    #[serde(with = "iso_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub end_date: Day,
    /// The run chosen.
    pub id: i64,
    /// What the sweep varied in it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub varied: Option<Value>,
    /// Its yearly Sharpe ratio over all sessions before.
    pub sharpe_before: f64,
    /// Its yearly Sharpe ratio in the stretch; `null` where nothing varies.
    pub sharpe_after: Option<f64>,
}

/// `POST /backtests/{id}/fill-sensitivity`; every field may be absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FillSensitivity {
    /// Shares of half the spread that a fill costs, 0 to 1; 0, 0.25, 0.5, 0.75 and 1 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slippages: Option<Vec<f64>>,
}

/// Several runs as one account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestPortfolio {
    /// The balance at the start, all runs together.
    pub capital: f64,
    /// The runs and what of the capital each is given.
    pub runs: Vec<PortfolioRun>,
    /// The account at every session that any of them has.
    pub data: Vec<PortfolioSession>,
    /// Statistics of its daily returns.
    pub statistics: Vec<NamedStatistic>,
    /// Correlations of the runs' daily returns over the sessions that two of them share, in the order of `runs`; `null` where
    /// nothing varies.
    pub correlations: Vec<Vec<Option<f64>>>,
}

/// A run in a portfolio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PortfolioRun {
    /// The run.
    pub id: i64,
    /// What its author calls it.
    pub name: Option<String>,
    /// Its underlying.
    pub underlying: String,
    /// What of the capital it is given, a fraction.
    pub weight: f64,
}

/// A portfolio at one session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PortfolioSession {
    /// The session.
    #[serde(with = "iso_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Day,
    /// What all accounts are worth.
    pub equity: f64,
    /// What must be kept for all open packages.
    pub margin: f64,
    /// Equity against its highest so far, the capital included, −1; at most 0. `null` where the highest is not above 0.
    pub drawdown: Option<f64>,
}
