//! `POST /backtests/{id}/look-ahead-check`: whether anything of the future reaches what was decided before it.

use domain::api::{BacktestLookAheadCheck, BacktestLookAheadReport, BacktestLookAheadSession, MovedBacktestRecord};
use domain::backtest::{AnotherFuture, DayRecord, Trade, moved_records};
use domain::research::sampled_sessions;
use domain::units::Day;

use super::super::request::Call;
use super::super::respond::{Answer, Reply};
use super::{not_finished, owned, with_runs};
use crate::error::{Problem, field_error};

const DEFAULT_SAMPLES: u32 = 3;
const MOST_SAMPLES: u32 = 10;
/// Of what moved, so many are named.
const MOST_NAMED: usize = 100;

/// Runs it again with other quotes from random sessions on, in copies: all before must stay as it was, to the bit.
pub(in crate::routes) async fn look_ahead(call: &Call) -> Answer {
    call.query(&[])?;
    let asked: BacktestLookAheadCheck =
        if call.has_body() { call.json().await? } else { BacktestLookAheadCheck::default() };
    let samples = asked.samples.unwrap_or(DEFAULT_SAMPLES);
    if !(1..=MOST_SAMPLES).contains(&samples) {
        let rule = format!("a whole number from 1 to {MOST_SAMPLES}");
        return Err(Problem::invalid_fields(vec![field_error("samples", Some(&samples.to_string()), rule)]));
    }
    let seed = asked.seed.unwrap_or(1);
    let run = owned(call).await?;
    if run.status != "succeeded" {
        return Err(not_finished(&run));
    }
    let strategy = run.parameters.to_string();
    let with =
        async |future| with_runs(call, async |runs| runs.with_another_future(run.id, &strategy, future).await).await;
    let (days, trades) = with(None).await?;
    let dates: Vec<Day> = days.iter().map(|day| day.date).collect();
    let after_first = dates.get(1..).unwrap_or_default();
    if after_first.is_empty() {
        return Err(Problem::refused("nothing_to_check", "expected at least two sessions in the run"));
    }
    let mut sessions = Vec::new();
    for from in sampled_sessions(after_first, usize::try_from(samples).unwrap_or(1), seed) {
        let (other_days, other_trades) = with(Some(AnotherFuture { from, seed })).await?;
        sessions.push(compared(from, (&days, &trades), (&other_days, &other_trades)));
    }
    Reply::json(&BacktestLookAheadReport {
        id: run.id,
        seed,
        passed: sessions.iter().all(|session| session.moved.is_empty() && session.perturbation_felt),
        checked_sessions: sessions.len(),
        sessions,
    })
}

type Records<'a> = (&'a [DayRecord], &'a [Trade]);

fn compared(from: Day, as_it_was: Records<'_>, changed: Records<'_>) -> BacktestLookAheadSession {
    let moved = moved_records(from, as_it_was, changed).into_iter().take(MOST_NAMED);
    let moved = moved.map(|of| MovedBacktestRecord { what: of.what.to_owned(), date: of.date, trade_id: of.trade_id });
    let (days, trades) = as_it_was;
    let spot_at = |days: &[DayRecord]| days.iter().find(|day| day.date == from).map(|day| day.spot);
    BacktestLookAheadSession {
        perturbed_from: from,
        sessions_before: days.iter().filter(|day| day.date < from).count(),
        trades_before: trades.iter().filter(|trade| trade.entry_date < from).count(),
        perturbation_felt: spot_at(days) != spot_at(changed.0),
        moved: moved.collect(),
    }
}
