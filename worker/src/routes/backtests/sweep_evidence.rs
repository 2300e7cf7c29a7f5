//! `GET /sweeps/{id}/evidence`: what choosing the best run of a sweep is worth.

use domain::api::{Backtest, SweepBest, SweepEvidence, SweepOverfitting, SweepRuns, SweepWalkForward, WalkForwardFold};
use domain::backtest::NamedStatistic;
use domain::backtest::evidence::{deflated_sharpe, overfitting, reality_check, walk_forward};
use domain::calendar::previous_session;
use domain::stats::{PERIODS_PER_YEAR, Series, statistics};
use domain::units::Day;

use super::super::request::Call;
use super::super::respond::{Answer, Reply};
use super::confidence::Sampling;
use super::equity::Equity;
use super::sweeps::asked_for;
use crate::error::Problem;

/// `GET /sweeps/{id}/evidence?folds=&blocks=&samples=&block=&seed=`.
pub(in crate::routes) async fn sweep_evidence(call: &Call) -> Answer {
    let query = call.query(&["folds", "blocks", "samples", "block", "seed"])?;
    let sampling = Sampling::of(&query, 2_000, 500)?;
    let whole = |number: i64| usize::try_from(number).unwrap_or(1);
    let folds = whole(query.integer("folds", 1, 20)?.unwrap_or(4));
    let blocks = whole(query.integer("blocks", 2, 16)?.unwrap_or(10));
    if !blocks.is_multiple_of(2) {
        return Err(Problem::impossible("blocks", &blocks.to_string(), "an even number from 2 to 16"));
    }
    let SweepRuns { sweep, runs } = asked_for(call).await?;
    let mut runs = runs;
    let all = runs.len();
    runs.retain(|run| run.status == "succeeded");
    // In the order of the grid.
    runs.reverse();
    if runs.is_empty() {
        return Err(Problem::conflict("no_results", format!("no run of sweep {} has succeeded", sweep.id)));
    }
    let (dates, trials) = trials(call, &runs).await?;
    let deflated = deflated_sharpe(&trials);
    let year = PERIODS_PER_YEAR.sqrt();
    let walked = walk_forward(&trials, folds);
    Reply::json(&SweepEvidence {
        id: sweep.id,
        trials: trials.len(),
        left_out: all - runs.len(),
        sessions: dates.len(),
        best: deflated.map(|found| SweepBest {
            id: runs[found.best].id,
            varied: runs[found.best].varied.clone(),
            sharpe: found.ratio * year,
        }),
        expected_best_sharpe: deflated.map(|found| found.expected * year),
        deflated_sharpe: deflated.and_then(|found| found.probability),
        reality_check_p_value: reality_check(&trials, sampling.samples, sampling.block, sampling.seed),
        overfitting: overfitting(&trials, blocks).map(|found| SweepOverfitting {
            probability: found.probability,
            loss_probability: found.loss_probability,
            blocks,
            splits: found.splits,
        }),
        walk_forward: walked.map(|(folds, returns)| {
            let fold = |fold: &domain::backtest::evidence::Fold| WalkForwardFold {
                start_date: dates[fold.from],
                end_date: dates[fold.to - 1],
                id: runs[fold.chosen].id,
                varied: runs[fold.chosen].varied.clone(),
                sharpe_before: fold.before * year,
                sharpe_after: fold.after.map(|ratio| ratio * year),
            };
            let (before, after) = folds
                .iter()
                .fold((0.0, 0.0), |(before, after), fold| (before + fold.before, after + fold.after.unwrap_or(0.0)));
            SweepWalkForward {
                statistics: of_stretches(&dates, &folds, &returns),
                // A strategy that was chosen for losing least has no efficiency.
                efficiency: folds.iter().all(|fold| fold.before > 0.0).then(|| after / before),
                folds: folds.iter().map(fold).collect(),
            }
        }),
        samples: sampling.samples,
        block: sampling.block,
        seed: sampling.seed,
    })
}

fn of_stretches(dates: &[Day], folds: &[domain::backtest::evidence::Fold], returns: &[f64]) -> Vec<NamedStatistic> {
    let ends = folds.first().zip(dates.last()).map(|(first, last)| {
        let start = dates[first.from];
        (previous_session(start).unwrap_or(start), *last)
    });
    let found = ends.map(|(start, last)| statistics(&Series::daily(returns, start, last)));
    NamedStatistic::all(found.as_ref())
}

/// The sessions of the runs and each one's daily returns.
async fn trials(call: &Call, runs: &[Backtest]) -> Result<(Vec<Day>, Vec<Vec<f64>>), Problem> {
    let (mut dates, mut trials): (Vec<Day>, Vec<Vec<f64>>) = (Vec::new(), Vec::with_capacity(runs.len()));
    for run in runs {
        let equity = Equity::of(call, run).await?;
        let days: Vec<Day> = equity.sessions.iter().map(|session| session.date).collect();
        if trials.is_empty() {
            dates = days;
        } else if dates != days {
            let detail = format!("runs {} and {} have other sessions: they cannot be compared", runs[0].id, run.id);
            return Err(Problem::refused("different_sessions", detail));
        }
        trials.push(equity.returns());
    }
    Ok((dates, trials))
}
