//! Streams: batches of points in, statistics of the newest points out.

mod batch;
mod values;
mod windows;

pub(super) use values::values;
pub(super) use windows::{all_stats, many_stats, stats};
pub(crate) use windows::{lengths, one_length};

use std::cell::RefCell;
use std::collections::HashSet;

use domain::api::{StreamSymbol, StreamSymbolList};
use domain::stream::Symbol;
use futures_util::future;

use super::page::Page;
use super::query::Query;
use super::request::Call;
use super::respond::{Answer, Reply};
use crate::error::{Problem, field_error};
use crate::stores::d1::stream_symbols;
use crate::stores::symbol_streams::{Refusal, SymbolStreams, Written};
use crate::telemetry;
use crate::wiring;

/// How many listed symbols an isolate remembers before it begins anew.
const MOST_REMEMBERED: usize = 10_000;

thread_local! {
    /// Symbols that this isolate has listed, so that a batch of a known stream asks no database.
    static LISTED: RefCell<HashSet<Symbol>> = RefCell::default();
}

/// `POST /add_batch/`: appends points and answers once they are on disk.
pub(super) async fn add_batch(call: &Call) -> Answer {
    let batch = batch::read(call).await?;
    let refused = |refusal| problem(&batch.symbol, batch.sequence, refusal);
    let stored = streams(call)?.append(&batch.symbol, &batch.doubles, batch.sequence).await.map_err(refused)?;
    telemetry::count_points(batch.count);
    let remembered = LISTED.with_borrow(|listed| listed.contains(&batch.symbol));
    // Someone else may have forgotten the stream since this isolate listed it; then this batch was its first again.
    if batch.count > 0 && (stored.is_first || !remembered) {
        stream_symbols::add(call.db()?, &batch.symbol, call.now).await?;
        LISTED.with_borrow_mut(|listed| {
            if listed.len() >= MOST_REMEMBERED {
                listed.clear();
            }
            listed.insert(batch.symbol.clone());
        });
    }
    if stored.is_first {
        // The object's status says so to us; the client's is the same for every batch.
        let body = stored.written.json().await.map_err(refused)?;
        return Ok(Reply::of("application/json", body).with_header("cache-control", "no-store"));
    }
    Ok(written(stored.written))
}

/// `GET /stats/live`: the eight windows over a WebSocket, at once and after batches.
pub(super) async fn live(call: &Call) -> Answer {
    let symbol = asked_symbol(&call.query(&["symbol"])?)?;
    if !call.header("upgrade").is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket")) {
        return Err(Problem::upgrade_required());
    }
    streams(call)?.live(&symbol).await.map(Reply::upgraded).map_err(|refusal| problem(&symbol, None, refusal))
}

/// `GET /symbols`: the streams, newest first.
pub(super) async fn symbols(call: &Call) -> Answer {
    let page = Page::of(&call.query(Page::PARAMETERS)?)?;
    let listed = stream_symbols::list(call.db()?, page.before, page.rows()).await?;
    let (listed, next_cursor) = page.cut(listed, |row| row.id);
    let streams = streams(call)?;
    let counted = listed.into_iter().map(async |row| {
        let symbol = known_symbol(&row.symbol)?;
        let total = streams.total(&symbol).await.map_err(|refusal| problem(&symbol, None, refusal))?;
        Ok::<_, Problem>(StreamSymbol { symbol: row.symbol, total, created_at: row.created_at })
    });
    let data = future::join_all(counted).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    Reply::json(&StreamSymbolList { data, next_cursor })
}

/// `DELETE /symbols/{symbol}`: forgets a stream's points and takes it off the list.
pub(super) async fn forget(call: &Call) -> Answer {
    call.query(&[])?;
    let symbol = known_symbol(call.param("symbol"))?;
    let forgotten = streams(call)?.forget(&symbol).await;
    let was_listed = stream_symbols::drop_symbol(call.db()?, &symbol).await?;
    LISTED.with_borrow_mut(|listed| listed.remove(&symbol));
    match forgotten {
        Ok(()) => Ok(Reply::no_content()),
        // Killed between the two, a first attempt left it on the list.
        Err(Refusal::Unknown) if was_listed => Ok(Reply::no_content()),
        Err(refusal) => Err(problem(&symbol, None, refusal)),
    }
}

fn streams(call: &Call) -> Result<SymbolStreams, Problem> {
    Ok(wiring::streams(&call.env, &call.request_id)?)
}

fn written(Written(response): Written) -> Reply {
    Reply::written(response)
}

/// A symbol in a parameter of a read.
fn asked_symbol(query: &Query) -> Result<Symbol, Problem> {
    known_symbol(query.required("symbol")?)
}

/// A symbol by its name.
pub(crate) fn known_symbol(name: &str) -> Result<Symbol, Problem> {
    Symbol::new(name).map_err(|error| Problem::impossible("symbol", name, rule(&error)))
}

/// The rule alone: what surrounds it says that it was expected.
fn rule(error: &impl std::fmt::Display) -> String {
    error.to_string().trim_start_matches("expected ").to_owned()
}

/// What a refusal of a stream says.
pub(crate) fn problem(symbol: &Symbol, sequence: Option<u64>, refusal: Refusal) -> Problem {
    let sequence = sequence.unwrap_or_default();
    match refusal {
        Refusal::Unknown => Problem::unknown("stream", symbol.as_str()),
        Refusal::Gap(total) => {
            let detail = format!("{symbol} has {total} points, so batches before sequence {sequence} are missing");
            Problem::conflict("sequence_gap", detail)
        }
        Refusal::Taken(total) => {
            let detail = format!("{symbol} has {total} points, and other values than these from {sequence} on");
            Problem::conflict("sequence_taken", detail)
        }
        Refusal::Incomplete(total) => {
            Problem::conflict("incomplete_window", format!("{symbol} has {total} points, fewer than the window"))
        }
        Refusal::Gone(oldest) => {
            Problem::conflict("points_dropped", format!("the oldest point that {symbol} still has is at {oldest}"))
        }
        Refusal::NotFinite(index, value) => {
            Problem::invalid_fields(vec![field_error(&format!("values[{index}]"), Some(&value), "a finite number")])
        }
        Refusal::Store(error) => error.into(),
    }
}
