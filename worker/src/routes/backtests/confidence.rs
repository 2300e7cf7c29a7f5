//! `GET /backtests/{id}/confidence`: what chance could have made of a run.

use domain::api::{BacktestConfidence, ConfidenceInterval};
use domain::backtest::Trade;
use domain::backtest::evidence::{intervals, minimum_sessions, reality_check, sign_permutation};
use domain::stats::{Moments, probabilistic_sharpe};

use super::super::query::Query;
use super::super::request::Call;
use super::super::respond::{Answer, Reply};
use super::equity::Equity;
use super::readable;
use super::results::{parsed, stored};
use crate::error::Problem;
use crate::jobs::backtest::trades_key;

/// How samples are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampling {
    pub(super) samples: usize,
    pub(super) block: usize,
    pub(super) seed: u64,
}

impl Sampling {
    /// The names of its parameters.
    pub(super) const PARAMETERS: [&'static str; 3] = ["samples", "block", "seed"];

    /// What a request asks for.
    pub(super) fn of(query: &Query, most: i64, usual: i64) -> Result<Self, Problem> {
        let whole = |number: i64| usize::try_from(number).unwrap_or(1);
        Ok(Self {
            samples: whole(query.integer("samples", 100, most)?.unwrap_or(usual)),
            block: whole(query.integer("block", 1, 252)?.unwrap_or(5)),
            seed: u64::try_from(query.integer("seed", 0, (1 << 53) - 1)?.unwrap_or(1)).unwrap_or(1),
        })
    }
}

/// `GET /backtests/{id}/confidence?samples=&block=&seed=`.
pub(in crate::routes) async fn confidence(call: &Call) -> Answer {
    let run = readable(call, &Sampling::PARAMETERS).await?;
    let query = call.query(&["samples", "block", "seed", "share"])?;
    let Sampling { samples, block, seed } = Sampling::of(&query, 5_000, 1_000)?;
    let returns = Equity::of(call, &run).await?.returns();
    let trades: Vec<Trade> = parsed(&stored(call, &trades_key(run.id)).await?)?;
    let profits: Vec<f64> = trades.iter().map(|trade| trade.pnl).collect();
    let interval = |found: domain::backtest::evidence::Interval| ConfidenceInterval {
        statistic: found.statistic.to_owned(),
        value: found.value,
        low: found.low,
        high: found.high,
    };
    Reply::json(&BacktestConfidence {
        id: run.id,
        sessions: returns.len(),
        trades: profits.len(),
        samples,
        block,
        seed,
        intervals: intervals(&returns, samples, block, seed).into_iter().map(interval).collect(),
        mean_return_p_value: reality_check(std::slice::from_ref(&returns), samples, block, seed),
        trade_sign_p_value: sign_permutation(&profits, samples, seed),
        probabilistic_sharpe: probabilistic_sharpe(&Moments::of(&returns), 0.0, 0.0),
        minimum_sessions: minimum_sessions(&returns),
    })
}
