//! What a run came to: its trades, its equity, and both as files.

use std::fmt::Write as _;

use domain::api::Backtest;
use domain::backtest::{DayRecord, Trade};
use domain::export::{backtest_book, render_xlsx};
use domain::ports::ObjectStore;
use serde::de::DeserializeOwned;

use super::super::request::Call;
use super::super::respond::{Answer, Reply};
use super::{not_finished, parquet, readable, with_runs};
use crate::error::Problem;
use crate::jobs::backtest::{equity_key, trades_key};
use crate::wiring;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// `GET /backtests/{id}/trades?format=`.
pub(in crate::routes) async fn trades(call: &Call) -> Answer {
    let (run, csv) = asked(call).await?;
    let bytes = stored(call, &trades_key(run.id)).await?;
    if csv {
        return Ok(Reply::of("text/csv; charset=utf-8", trades_csv(&parsed::<Vec<Trade>>(&bytes)?).into_bytes()));
    }
    Ok(wrapped(run.id, "trades", &bytes))
}

/// `GET /backtests/{id}/equity?format=`.
pub(in crate::routes) async fn equity(call: &Call) -> Answer {
    let (run, csv) = asked(call).await?;
    let bytes = stored(call, &equity_key(run.id)).await?;
    if csv {
        return Ok(Reply::of("text/csv; charset=utf-8", equity_csv(&parsed::<Vec<DayRecord>>(&bytes)?).into_bytes()));
    }
    Ok(wrapped(run.id, "data", &bytes))
}

/// `GET /backtests/{id}/report.xlsx`: the workbook, by the code that the app runs in the browser.
pub(in crate::routes) async fn report(call: &Call) -> Answer {
    let run = readable(call, &[]).await?;
    finished(&run)?;
    let report = run.report.as_ref().ok_or_else(|| not_finished(&run))?;
    let plan = with_runs(call, async |runs| runs.plan(run.id, &run.parameters.to_string()).await).await?;
    let days: Vec<DayRecord> = parsed(&stored(call, &equity_key(run.id)).await?)?;
    let trades: Vec<Trade> = parsed(&stored(call, &trades_key(run.id)).await?)?;
    let bytes = render_xlsx(backtest_book(&plan, report, &days, &trades)).map_err(Problem::internal)?;
    let disposition = format!("attachment; filename=\"backtest-{}.xlsx\"", run.id);
    Ok(Reply::of(XLSX, bytes).with_header("content-disposition", disposition))
}

/// `GET /backtests/{id}/results.parquet?table=`.
pub(in crate::routes) async fn results(call: &Call) -> Answer {
    let run = readable(call, &["table"]).await?;
    let query = call.query(&["table", "share"])?;
    let is_equity = query.choice("table", &[("trades", false), ("equity", true)])?.unwrap_or(false);
    finished(&run)?;
    let (name, bytes) = if is_equity {
        ("equity", parquet::equity(&parsed::<Vec<DayRecord>>(&stored(call, &equity_key(run.id)).await?)?))
    } else {
        ("trades", parquet::trades(&parsed::<Vec<Trade>>(&stored(call, &trades_key(run.id)).await?)?))
    };
    let disposition = format!("attachment; filename=\"backtest-{}-{name}.parquet\"", run.id);
    let reply = Reply::of("application/vnd.apache.parquet", bytes.map_err(Problem::internal)?);
    Ok(reply.with_header("content-disposition", disposition))
}

async fn asked(call: &Call) -> Result<(Backtest, bool), Problem> {
    let run = readable(call, &["format"]).await?;
    let query = call.query(&["format", "share"])?;
    let csv = query.choice("format", &[("json", false), ("csv", true)])?.unwrap_or(false);
    finished(&run)?;
    Ok((run, csv))
}

fn finished(run: &Backtest) -> Result<(), Problem> {
    if run.status == "succeeded" { Ok(()) } else { Err(not_finished(run)) }
}

pub(super) async fn stored(call: &Call, key: &str) -> Result<Vec<u8>, Problem> {
    wiring::files(&call.env)?.get(key).await?.ok_or_else(|| Problem::internal(format!("the object {key} is gone")))
}

pub(super) fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(Problem::internal)
}

/// An array as it is stored, in an object; it is not read for that.
fn wrapped(id: i64, name: &str, array: &[u8]) -> Reply {
    let mut body = format!("{{\"id\":{id},\"{name}\":").into_bytes();
    body.extend_from_slice(array);
    body.push(b'}');
    Reply::of("application/json", body)
}

fn trades_csv(trades: &[Trade]) -> String {
    let mut text =
        "trade_id,entry_date,exit_date,exit_reason,days_held,entry_spot,exit_spot,quantity,legs,entry_prices,\
        exit_prices,entry_net,exit_net,commissions,slippage,pnl,entry_margin,max_favourable,max_adverse,flags\n"
            .to_owned();
    for trade in trades {
        let prices = |price: fn(&domain::backtest::TradeLeg) -> f64| {
            trade.legs.iter().map(|leg| price(leg).to_string()).collect::<Vec<_>>().join("|")
        };
        let flags: Vec<String> = trade.flags.iter().filter_map(flag_name).collect();
        let _infallible = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            trade.trade_id,
            trade.entry_date,
            trade.exit_date,
            trade.exit_reason.name(),
            trade.days_held,
            trade.entry_spot,
            trade.exit_spot,
            trade.quantity,
            trade.legs_text(),
            prices(|leg| leg.entry.price),
            prices(|leg| leg.exit.price),
            trade.entry_net,
            trade.exit_net,
            trade.commissions,
            trade.slippage,
            trade.pnl,
            trade.entry_margin,
            trade.max_favourable,
            trade.max_adverse,
            flags.join("|"),
        );
    }
    text
}

fn flag_name(flag: &domain::backtest::TradeFlag) -> Option<String> {
    serde_json::to_value(flag).ok()?.as_str().map(str::to_owned)
}

fn equity_csv(days: &[DayRecord]) -> String {
    let mut text = "date,spot,cash,positions_value,equity,drawdown,open_positions,opened,closed,realised,fees,margin,\
        buying_power,hedge_shares,stale_marks,delta,gamma,theta,vega\n"
        .to_owned();
    for day in days {
        let optional = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
        let greek = |which: fn(&domain::backtest::NetGreeks) -> f64| optional(day.greeks.as_ref().map(which));
        let _infallible = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            day.date,
            day.spot,
            day.cash,
            day.positions_value,
            day.equity,
            optional(day.drawdown),
            day.open_positions,
            day.opened,
            day.closed,
            day.realised,
            day.fees,
            day.margin,
            day.buying_power,
            day.hedge_shares,
            day.stale_marks,
            greek(|greeks| greeks.delta),
            greek(|greeks| greeks.gamma),
            greek(|greeks| greeks.theta),
            greek(|greeks| greeks.vega),
        );
    }
    text
}
