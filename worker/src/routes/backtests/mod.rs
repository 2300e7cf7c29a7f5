//! `/backtests`: submit, follow, read, cancel, delete and repeat runs. A run belongs to its owner; to others it is not there.

mod confidence;
mod equity;
mod founding;
mod live;
mod look_ahead;
mod parquet;
mod portfolio;
mod results;
mod submission;
mod sweep_evidence;
mod sweeps;

use domain::api::{Backtest, BacktestList, QueuedBacktest, Reproduction, SharedBacktest};
use domain::backtest::Hashes;
use domain::ports::{BacktestEnd, BacktestStore, StoreError};

use super::page::Page;
use super::request::Call;
use super::respond::{Answer, Reply};
use crate::auth;
use crate::error::Problem;
use crate::jobs::backtest::{Backtests, folder};
use crate::jobs::runner::{SliceError, Wake};
use crate::stores::d1::backtests::{Added, D1Backtests};
use crate::stores::d1::chains::D1Chains;
use crate::stores::r2_files::R2Files;
use crate::stores::sha256_hex;
use crate::triggers::queue;
use crate::wiring::{self, PlatformClock};

pub(super) use confidence::confidence;
pub(super) use founding::start;
pub(super) use live::live;
pub(super) use look_ahead::look_ahead;
pub(super) use portfolio::portfolio;
pub(super) use results::{equity, report, results, trades};
pub(super) use sweep_evidence::sweep_evidence;
pub(super) use sweeps::{create as create_sweep, fill_sensitivity, get as get_sweep, list as list_sweeps};

/// How a run may stand.
pub(crate) const STATUSES: &[(&str, &str)] = &[
    ("queued", "queued"),
    ("running", "running"),
    ("succeeded", "succeeded"),
    ("failed", "failed"),
    ("cancelled", "cancelled"),
];

/// `POST /backtests`: checks a strategy, adds its run, and wakes it.
pub(super) async fn create(call: &Call) -> Answer {
    call.query(&[])?;
    let body = call.json().await?;
    queued(call, submission::add(call, body).await?).await
}

/// Answers an added run, or the one that the same request has added before.
async fn queued(call: &Call, added: Added) -> Answer {
    let id = id_of_added(call, added).await?;
    let status = found(call, id).await?.status;
    accepted(&QueuedBacktest { id, status }, id)
}

async fn id_of_added(call: &Call, added: Added) -> Result<i64, Problem> {
    match added {
        Added::New { id, job: Some(job) } => {
            queue::send(&call.env, &[Wake { job, slice: 0, delay_ms: 0 }]).await;
            Ok(id)
        }
        Added::New { id, job: None } => {
            queue::wake_due(&call.env, call.db()?).await?;
            Ok(id)
        }
        Added::Before(id) => Ok(id),
        Added::Mismatch => Err(Problem::conflict(
            "idempotency_mismatch",
            "this Idempotency-Key was used for a request with another body",
        )),
    }
}

fn accepted<T: serde::Serialize>(body: &T, id: i64) -> Answer {
    Ok(Reply::json(body)?.with_status(202).with_header("location", format!("/backtests/{id}")))
}

/// `GET /backtests`: the caller's runs, the latest first.
pub(super) async fn list(call: &Call) -> Answer {
    let query = call.query(&["limit", "cursor", "status"])?;
    let page = Page::of(&query)?;
    let status = query.choice("status", STATUSES)?;
    let runs = D1Backtests(call.db()?).list(call.principal.owner(), page.before, page.rows(), status, None).await?;
    let (data, next_cursor) = page.cut(runs, |run| run.id);
    Reply::json(&BacktestList { data, next_cursor })
}

/// `GET /backtests/{id}`.
pub(super) async fn get(call: &Call) -> Answer {
    no_store(Reply::json(&readable(call, &[]).await?)?)
}

/// `POST /backtests/{id}/cancel`: a run that is still going ends at its next slice.
pub(super) async fn cancel(call: &Call) -> Answer {
    call.query(&[])?;
    let run = owned(call).await?;
    if !is_open(&run) && run.status != "cancelled" {
        let detail = format!("run {} has {} already", run.id, run.status);
        return Err(Problem::conflict("run_ended", detail));
    }
    D1Backtests(call.db()?).conclude(run.id, &BacktestEnd::Cancelled, call.now).await?;
    queue::wake_due(&call.env, call.db()?).await?;
    let run = found(call, run.id).await?;
    if run.status == "cancelled" {
        Reply::json(&run)
    } else {
        // It ended of itself in this very moment.
        Err(Problem::conflict("run_ended", format!("run {} has {} already", run.id, run.status)))
    }
}

/// `DELETE /backtests/{id}`: forgets a run and all it left; one that is still going ends at its next slice.
pub(super) async fn delete(call: &Call) -> Answer {
    call.query(&[])?;
    let id = id_of(call)?;
    if !D1Backtests(call.db()?).delete(id, call.principal.owner()).await? {
        return Err(unknown(call));
    }
    // What cannot be dropped here is swept by the tick.
    let _swept_later = wiring::files(&call.env)?.drop_folder(&folder(id)).await;
    Ok(Reply::no_content())
}

/// `POST /backtests/{id}/rerun`: the same strategy as a new run, over what is held now.
pub(super) async fn rerun(call: &Call) -> Answer {
    call.query(&[])?;
    let run = owned(call).await?;
    queued(call, submission::add(call, run.parameters).await?).await
}

/// `GET /backtests/{id}/reproduce`: runs it again over the very objects that it read, and compares the hashes.
pub(super) async fn reproduce(call: &Call) -> Answer {
    let run = readable(call, &[]).await?;
    let report = run.report.as_ref().ok_or_else(|| not_finished(&run))?;
    let repeated = with_runs(call, async |runs| runs.repeat(run.id, &run.parameters.to_string()).await).await?;
    let expected: Hashes = report.hashes.clone();
    Reply::json(&Reproduction {
        id: run.id,
        reproduced: repeated.hashes == expected,
        data_is_current: repeated.is_current,
        sessions: repeated.sessions as u64,
        expected,
        found: repeated.hashes,
    })
}

/// `POST /backtests/{id}/share`: a link for whoever gets it; an earlier one no longer works.
pub(super) async fn share(call: &Call) -> Answer {
    call.query(&[])?;
    let run = owned(call).await?;
    let token = auth::new_token()?;
    D1Backtests(call.db()?).share(run.id, call.principal.owner(), Some(&sha256_hex(&token))).await?;
    let url = format!("/backtests/{}?share={token}", run.id);
    Ok(Reply::json(&SharedBacktest { id: run.id, token, url })?.with_status(201))
}

/// `DELETE /backtests/{id}/share`: the link no longer works.
pub(super) async fn unshare(call: &Call) -> Answer {
    call.query(&[])?;
    let run = owned(call).await?;
    D1Backtests(call.db()?).share(run.id, call.principal.owner(), None).await?;
    Ok(Reply::no_content())
}

/// Does something with the engine over what a run has read; nothing of it is written.
async fn with_runs<T>(
    call: &Call,
    work: impl AsyncFnOnce(&Backtests<'_, D1Backtests<'_>, R2Files, D1Chains<'_>, PlatformClock>) -> Result<T, SliceError>,
) -> Result<T, Problem> {
    let (objects, db) = (wiring::files(&call.env)?, call.db()?);
    let (store, catalogue, slice_rows) = (D1Backtests(db), D1Chains(db), usize::MAX);
    let runs = Backtests { store: &store, objects: &objects, catalogue: &catalogue, clock: &PlatformClock, slice_rows };
    work(&runs).await.map_err(|error| match error {
        SliceError::Passing { message, .. } => StoreError::Unavailable(message).into(),
        SliceError::Final { message, .. } => Problem::conflict("not_reproducible", message),
    })
}

fn is_open(run: &Backtest) -> bool {
    matches!(run.status.as_str(), "queued" | "running")
}

fn not_finished(run: &Backtest) -> Problem {
    let detail = format!("run {} is {}: it has no results", run.id, run.status);
    Problem::conflict("no_results", detail)
}

fn no_store(reply: Reply) -> Answer {
    Ok(reply.with_header("cache-control", "no-store"))
}

fn unknown(call: &Call) -> Problem {
    Problem::unknown("backtest", call.param("id"))
}

fn id_of(call: &Call) -> Result<i64, Problem> {
    call.param("id").parse().ok().filter(|id| *id > 0).ok_or_else(|| unknown(call))
}

async fn found(call: &Call, id: i64) -> Result<Backtest, Problem> {
    let run = D1Backtests(call.db()?).get(id, call.principal.owner(), None).await?;
    run.ok_or_else(|| Problem::unknown("backtest", &id.to_string()))
}

/// The run in the path, if it is the caller's.
async fn owned(call: &Call) -> Result<Backtest, Problem> {
    found(call, id_of(call)?).await
}

/// The run in the path, if it is the caller's or was shared with them.
async fn readable(call: &Call, parameters: &[&str]) -> Result<Backtest, Problem> {
    let known: Vec<&str> = parameters.iter().copied().chain(["share"]).collect();
    let query = call.query(&known)?;
    let hash = query.text("share").map(sha256_hex);
    let run = D1Backtests(call.db()?).get(id_of(call)?, call.principal.owner(), hash.as_deref()).await?;
    run.ok_or_else(|| unknown(call))
}
