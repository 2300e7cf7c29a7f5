//! Reading through the caches: isolate memory, then KV, then the stores, all under keys that hold the data version.
//!
//! An answer computed from the database is kept under the versions that were read *in the same batch as its data*, so an
//! answer of a lagging replica can never be kept under a newer version. Which answers go to KV is decided by what they cost,
//! see docs/decisions/0022-what-a-miss-pays-for.md.

mod looks;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use worker::js_sys::Uint8Array;

use looks::Looks;

use super::etag;
use super::request::Call;
use super::respond::{Answer, Body, Reply};
use crate::error::Problem;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::{self, Versions};
use crate::stores::kv_cache::EntryHead;
use crate::stores::memory_cache::{self, CAPACITY_BYTES, Freshness, LruCache};
use crate::stores::native::sha256_hex_of;
use crate::telemetry::{self, CacheOutcome};
use crate::wiring;

/// Rows that cost as much to read as one answer to write to KV, by the platform's price list.
const ROWS_OF_A_WRITE: u64 = 5_000;

/// An answer made from stored data.
#[derive(Debug)]
pub(crate) struct Computed {
    /// The versions of the scopes, read in the same batch as the data; or those that `compute` was given, where it read nothing.
    pub(crate) versions: Versions,
    /// The value of `content-type`.
    pub(crate) content_type: &'static str,
    /// The value of `content-disposition`, for a file.
    pub(crate) disposition: Option<String>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// An answer as isolate memory keeps it: the body is in JavaScript's heap, so that a hit copies nothing.
#[derive(Clone)]
struct Kept(Rc<KeptAnswer>);

struct KeptAnswer {
    head: EntryHead,
    body: Uint8Array,
    /// Whether it is still to be written to KV, should anybody ask for it again.
    unshared: Cell<bool>,
}

thread_local! {
    static ANSWERS: RefCell<LruCache<Kept>> = RefCell::new(LruCache::new(CAPACITY_BYTES));
    static LOOKS: RefCell<Looks> = RefCell::default();
}

/// Answers from a cache, or computes and keeps the answer.
///
/// `scopes` are those whose publications can change the answer: `market`, `index:<slug>` … `key` holds every parameter that
/// can, in one normal form; the route is added. `compute` must read [`data_versions::select`] of the same scopes in the same
/// batch as its data. What it refuses is not kept.
///
/// # Errors
/// Whatever `compute` reports, and 503 when the versions cannot be read.
pub(crate) async fn cached(
    call: &Call,
    scopes: &[&str],
    key: &str,
    compute: impl AsyncFnOnce(&D1) -> Result<Computed, Problem>,
) -> Answer {
    read_through(call, scopes, key, true, async |db, _| compute(db).await).await
}

/// The same for a `compute` that may know what was stored under the versions it is given: then it need not read.
///
/// # Errors
/// As [`cached`].
pub(crate) async fn cached_under(
    call: &Call,
    scopes: &[&str],
    key: &str,
    compute: impl AsyncFnOnce(&D1, &Versions) -> Result<Computed, Problem>,
) -> Answer {
    read_through(call, scopes, key, true, compute).await
}

/// The same for answers that cost less to make again than to keep in KV: only isolate memory keeps them.
///
/// # Errors
/// As [`cached`].
pub(crate) async fn remembered(
    call: &Call,
    scopes: &[&str],
    key: &str,
    compute: impl AsyncFnOnce(&D1) -> Result<Computed, Problem>,
) -> Answer {
    read_through(call, scopes, key, false, async |db, _| compute(db).await).await
}

async fn read_through(
    call: &Call,
    scopes: &[&str],
    key: &str,
    uses_kv: bool,
    compute: impl AsyncFnOnce(&D1, &Versions) -> Result<Computed, Problem>,
) -> Answer {
    let known = versions_of(call, scopes).await?;
    let full_key = key_under(call.route, key, &known);
    if let Some(kept) = ANSWERS.with_borrow_mut(|answers| answers.get(&full_key)) {
        // What is asked for again is worth a write.
        if kept.0.unshared.replace(false) {
            share(call, full_key, &kept)?;
        }
        return Ok(answer(call, &kept, &known, CacheOutcome::Memory));
    }
    if uses_kv && LOOKS.with_borrow_mut(|looks| looks.is_worth_it(call.route)) {
        telemetry::count_kv_read();
        let found = wiring::cache(&call.env)?.get(&full_key).await;
        LOOKS.with_borrow_mut(|looks| looks.ended(call.route, found.is_some()));
        if let Some((head, body)) = found {
            let kept = keep(full_key, head, Uint8Array::from(&body[..]), false);
            return Ok(answer(call, &kept, &known, CacheOutcome::Kv));
        }
    }
    let db = call.db()?;
    let Computed { versions, content_type, disposition, body } = compute(db, &known).await?;
    // Versions that were not read again are not younger than they were.
    if versions != known {
        memory_cache::note_read(scopes, &versions, call.now);
    }
    // The versions may be newer than those looked under.
    let full_key = key_under(call.route, key, &versions);
    let shared = Uint8Array::from(&body[..]);
    let etag = format!("\"{}\"", &sha256_hex_of(&shared).await?[..32]);
    let head = EntryHead { etag, content_type: content_type.to_owned(), disposition };
    let was_dear = db.cost().rows_read >= ROWS_OF_A_WRITE;
    let kept = keep(full_key.clone(), head, shared, uses_kv && !was_dear);
    if uses_kv && was_dear {
        LOOKS.with_borrow_mut(|looks| looks.ended(call.route, true));
        share(call, full_key, &kept)?;
    }
    Ok(answer(call, &kept, &versions, CacheOutcome::Miss))
}

/// Writes an answer to KV once this one is sent.
fn share(call: &Call, key: String, kept: &Kept) -> Result<(), Problem> {
    let (kv, kept) = (wiring::cache(&call.env)?, kept.clone());
    telemetry::count_kv_write();
    call.after(async move { kv.put(&key, &kept.0.head, &kept.0.body.to_vec()).await });
    Ok(())
}

async fn versions_of(call: &Call, scopes: &[&str]) -> Result<Versions, Problem> {
    let fresh = Freshness { now_ms: call.now.0, ttl_ms: call.config.version_ttl_ms, at_least: call.seen_version()? };
    if let Some(versions) = memory_cache::seen_versions(scopes, fresh) {
        return Ok(versions);
    }
    let versions = data_versions::read(call.db()?, scopes).await?;
    memory_cache::note_read(scopes, &versions, call.now);
    Ok(versions)
}

fn key_under(route: &str, key: &str, versions: &Versions) -> String {
    let numbers: Vec<String> = versions.scopes.iter().map(ToString::to_string).collect();
    format!("{route}?{key}@{}", numbers.join("."))
}

fn keep(key: String, head: EntryHead, body: Uint8Array, unshared: bool) -> Kept {
    let bytes = body.length() as usize;
    let kept = Kept(Rc::new(KeptAnswer { head, body, unshared: Cell::new(unshared) }));
    ANSWERS.with_borrow_mut(|answers| answers.put(key, kept.clone(), bytes));
    kept
}

fn answer(call: &Call, kept: &Kept, versions: &Versions, outcome: CacheOutcome) -> Reply {
    telemetry::count_cache(outcome);
    let KeptAnswer { head, body, .. } = &*kept.0;
    let same = call.header("if-none-match").is_some_and(|tags| etag::matches(&tags, &head.etag));
    let mut reply = if same {
        Reply::not_modified()
    } else {
        let reply = Reply { status: 200, headers: Vec::with_capacity(9), body: Body::Shared(body.clone()) };
        reply.with_header("content-type", head.content_type.clone())
    };
    if let (false, Some(disposition)) = (same, &head.disposition) {
        reply = reply.with_header("content-disposition", disposition.clone());
    }
    reply
        .with_header("etag", head.etag.clone())
        .with_header("cache-control", "no-cache")
        .with_header("x-cache", if outcome == CacheOutcome::Miss { "miss" } else { "hit" })
        .with_data_version(versions.all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_holds_the_route_the_parameters_and_the_versions() {
        let versions = Versions { all: 9, scopes: vec![7, 3] };
        assert_eq!(key_under("/index-performance", "a&b", &versions), "/index-performance?a&b@7.3");
    }
}
