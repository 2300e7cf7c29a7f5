//! `GET /portfolio`: several runs as one account.

use std::collections::BTreeMap;

use domain::api::{BacktestPortfolio, PortfolioRun, PortfolioSession};
use domain::backtest::evidence::{Account, portfolio as put_together};
use domain::backtest::{NamedStatistic, daily_returns};
use domain::calendar::previous_session;
use domain::research::correlation;
use domain::stats::{Series, statistics};
use domain::units::Day;

use super::super::request::Call;
use super::super::respond::{Answer, Reply};
use super::equity::Equity;
use super::found;
use crate::error::Problem;

/// Runs of one portfolio.
const MOST_RUNS: usize = 20;

/// `GET /portfolio?runs=7,8&weights=0.5,0.5&capital=`.
pub(in crate::routes) async fn portfolio(call: &Call) -> Answer {
    let query = call.query(&["runs", "weights", "capital"])?;
    let text = query.required("runs")?;
    let ids: Option<Vec<i64>> = text.split(',').map(|id| id.trim().parse().ok().filter(|id| *id > 0)).collect();
    let bounds =
        || Problem::impossible("runs", text, format!("1 to {MOST_RUNS} different numbers of runs with commas between"));
    let ids = ids.filter(|ids| ids.len() <= MOST_RUNS).ok_or_else(bounds)?;
    if (1..ids.len()).any(|at| ids[..at].contains(&ids[at])) {
        return Err(bounds());
    }
    let (mut runs, mut equities) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
    for id in &ids {
        let run = found(call, *id).await?;
        equities.push(Equity::of(call, &run).await?);
        runs.push(run);
    }
    let own: f64 = equities.iter().map(|equity| equity.capital).sum();
    let weights = match query.text("weights") {
        Some(text) => parsed_weights(text, ids.len())?,
        None => equities.iter().map(|equity| equity.capital / own).collect(),
    };
    let capital = query.decimal("capital", 1.0, 1e12)?.unwrap_or(own);
    let account = |(equity, weight): (&Equity, &f64)| Account {
        capital: equity.capital,
        weight: *weight,
        days: equity.sessions.iter().map(|session| (session.date, session.equity, session.margin)).collect(),
    };
    let accounts: Vec<Account> = equities.iter().zip(&weights).map(account).collect();
    let days = put_together(capital, &accounts);
    let returns = daily_returns(capital, days.iter().map(|day| day.equity));
    let ends = days.first().zip(days.last());
    let found = ends.map(|(first, last)| {
        let start = previous_session(first.date).unwrap_or(first.date);
        statistics(&Series::daily(&returns, start, last.date))
    });
    let run = |(run, weight): (domain::api::Backtest, f64)| PortfolioRun {
        id: run.id,
        name: run.name,
        underlying: run.underlying,
        weight,
    };
    Reply::json(&BacktestPortfolio {
        capital,
        correlations: correlations(&equities),
        runs: runs.into_iter().zip(weights).map(run).collect(),
        data: days
            .into_iter()
            .map(|day| PortfolioSession {
                date: day.date,
                equity: day.equity,
                margin: day.margin,
                drawdown: day.drawdown,
            })
            .collect(),
        statistics: NamedStatistic::all(found.as_ref()),
    })
}

/// Weights that come to 1 or less; what is left is cash.
fn parsed_weights(text: &str, runs: usize) -> Result<Vec<f64>, Problem> {
    let rule = format!("{runs} numbers above 0 with commas between, together at most 1");
    let refused = || Problem::impossible("weights", text, rule.clone());
    let weights: Option<Vec<f64>> = text.split(',').map(|weight| weight.trim().parse().ok()).collect();
    let weights = weights.ok_or_else(refused)?;
    let is_sound = weights.iter().all(|weight: &f64| weight.is_finite() && *weight > 0.0);
    // Thirds written with a few digits may come to a little more than 1.
    if weights.len() != runs || !is_sound || weights.iter().sum::<f64>() > 1.0 + 1e-9 {
        return Err(refused());
    }
    Ok(weights)
}

/// The correlations of daily returns, over the sessions that two runs share.
fn correlations(equities: &[Equity]) -> Vec<Vec<Option<f64>>> {
    let by_day = |equity: &Equity| -> BTreeMap<Day, f64> {
        equity.sessions.iter().map(|session| session.date).zip(equity.returns()).collect()
    };
    let returns: Vec<BTreeMap<Day, f64>> = equities.iter().map(by_day).collect();
    let of_two = |a: &BTreeMap<Day, f64>, b: &BTreeMap<Day, f64>| {
        let shared: (Vec<f64>, Vec<f64>) = a.iter().filter_map(|(day, one)| Some((*one, *b.get(day)?))).unzip();
        correlation(&shared.0, &shared.1)
    };
    returns.iter().map(|a| returns.iter().map(|b| of_two(a, b)).collect()).collect()
}
