//! `/imports`: bring, list and undo the user's own files. See `docs/imports.md`.

use domain::api::{Import, ImportList, ImportPart, ImportedRows};
use domain::ports::{Clock, PartStore, RowKind, StoreError};
use domain::units::{BarInterval, Day, UnixMillis};
use futures_util::StreamExt;
use worker::ByteStream;

use super::page::Page;
use super::query::Query;
use super::request::{Call, drain_stream};
use super::respond::{Answer, Reply};
use crate::chains::ChainWarehouse;
use crate::error::Problem;
use crate::jobs::import_file::{
    Chunks, FileToImport, ImportError, Imported, MOST_PARTS, Stores, import_body, import_parts,
};
use crate::providers::files::{Declared, FileRules};
use crate::stores::d1::chains::D1Chains;
use crate::stores::d1::imports::{D1Imports, Outcome};
use crate::stores::d1::market::D1MarketStore;
use crate::stores::memory_cache;
use crate::wiring::{self, PlatformClock};

/// Most bytes of one body; https://developers.cloudflare.com/workers/platform/limits/ ends a request at 100 MB.
const LARGEST_BODY: u64 = 90 << 20;
/// An upload says that it is alive this often.
const HEARTBEAT_MS: i64 = 60_000;
/// What a file may be sent as.
const CONTENT_TYPES: &str = "text/csv, application/vnd.apache.parquet or application/gzip";
/// New York's civil day begins five hours after the one of UTC, in summer four.
const NEW_YORK_BEHIND_UTC_MS: i64 = 5 * 3_600_000;

/// `POST /imports?kind=`: reads, checks and stores a file; without a body it opens an upload in parts.
///
/// 1. What is it said to be? 2. Note it. 3. Read and publish it. 4. Note what came of it.
pub(super) async fn create(call: &Call) -> Answer {
    let query = call.query(&["kind", "interval"])?;
    let (kind, interval) = (kind_of(&query)?, interval_of(&query)?);
    if !call.has_body() {
        return begin(call, kind).await;
    }
    let declared = declared_of(call)?;
    if announced(call).is_some_and(|bytes| bytes > LARGEST_BODY) {
        return Err(Problem::body_to_be_parted(LARGEST_BODY));
    }
    let stream = call.stream(LARGEST_BODY)?.ok_or_else(|| Problem::malformed_body("the body ended early"))?;
    let db = call.db()?;
    let id = D1Imports(db).add(kind, call.principal.owner(), call.now).await?;
    let mut body = Body { stream, bytes: 0, log: D1Imports(db), id, heard_at: call.now };
    let (market, parts, catalogue) = (D1MarketStore::new(db), wiring::files(&call.env)?, D1Chains(db));
    let quotes = ChainWarehouse::new(&parts, &catalogue, staging_folder(id));
    let file = FileToImport { id, rules: rules_of(kind, interval, call.now), declared };
    let stores = Stores { market: &market, parts: &parts, quotes: &quotes };
    let done = import_body(file, &mut body, stores, &PlatformClock).await;
    if done.is_err() {
        drain_stream(&mut body.stream).await;
    }
    let bytes = body.bytes;
    finish(call, id, bytes, done).await
}

async fn begin(call: &Call, kind: RowKind) -> Answer {
    let imports = D1Imports(call.db()?);
    let id = imports.add(kind, call.principal.owner(), call.now).await?;
    created(&found(imports, id).await?)
}

/// `PUT /imports/{id}/parts/{n}`: keeps a part of a file; sent again, it replaces the earlier one.
pub(super) async fn put_part(call: &Call) -> Answer {
    call.query(&[])?;
    let (imports, id) = (D1Imports(call.db()?), id_of(call)?);
    let part: u32 = call
        .param("n")
        .parse()
        .ok()
        .filter(|part| (1..=MOST_PARTS).contains(part))
        .ok_or_else(|| Problem::impossible("n", call.param("n"), format!("a number from 1 to {MOST_PARTS}")))?;
    match announced(call) {
        None => return Err(Problem::malformed_body("a part needs a content-length")),
        Some(0) => return Err(Problem::malformed_body("expected the bytes of a part, was empty")),
        Some(bytes) if bytes > LARGEST_BODY => return Err(Problem::too_large(LARGEST_BODY)),
        Some(_) => {}
    }
    let import = found(imports, id).await?;
    if !imports.touch(id, call.now).await? {
        return Err(not_receiving(&import));
    }
    let stream = call.request.body().ok_or_else(|| Problem::malformed_body("the body ended early"))?;
    let bytes = wiring::files(&call.env)?.put_stream(id, part, stream).await?;
    Reply::json(&ImportPart { id, part, bytes })
}

/// `POST /imports/{id}/commit`: reads, checks and stores the file that the parts make up.
pub(super) async fn commit(call: &Call) -> Answer {
    let interval = interval_of(&call.query(&["interval"])?)?;
    let db = call.db()?;
    let (imports, id) = (D1Imports(db), id_of(call)?);
    let import = found(imports, id).await?;
    let kind = RowKind::from_name(&import.kind).ok_or_else(|| Problem::internal("an import of an unknown kind"))?;
    if !imports.touch(id, call.now).await? {
        return Err(not_receiving(&import));
    }
    let (market, parts, catalogue) = (D1MarketStore::new(db), wiring::files(&call.env)?, D1Chains(db));
    let quotes = ChainWarehouse::new(&parts, &catalogue, staging_folder(id));
    let file = FileToImport { id, rules: rules_of(kind, interval, call.now), declared: Declared::default() };
    let bytes = parts.parts(id).await?.iter().map(|part| part.bytes).sum();
    let stores = Stores { market: &market, parts: &parts, quotes: &quotes };
    let done = import_parts(file, stores, &PlatformClock).await;
    if let Err(error @ ImportError::MissingPart(_)) = done {
        // The upload stays open, so the part can still be sent.
        return Err(error.into());
    }
    finish(call, id, bytes, done).await
}

/// `GET /imports`: all imports, the latest first.
pub(super) async fn list(call: &Call) -> Answer {
    let page = Page::of(&call.query(Page::PARAMETERS)?)?;
    let imports = D1Imports(call.db()?).list(page.before, page.limit + 1).await?;
    let (data, next_cursor) = page.cut(imports, |import| import.id);
    Reply::json(&ImportList { data, next_cursor })
}

/// `GET /imports/{id}`.
pub(super) async fn get(call: &Call) -> Answer {
    call.query(&[])?;
    Reply::json(&found(D1Imports(call.db()?), id_of(call)?).await?)
}

/// `DELETE /imports/{id}`: brings back what was stored before it; an open upload is given up. Again, it changes nothing.
pub(super) async fn undo(call: &Call) -> Answer {
    call.query(&[])?;
    let db = call.db()?;
    let (imports, id) = (D1Imports(db), id_of(call)?);
    let before = found(imports, id).await?;
    let mut version = before.data_version;
    match before.status.as_str() {
        "committed" if !imports.undo_unchanged(id, call.now).await? => {
            let published = if before.kind == RowKind::Chains.name() {
                let (objects, catalogue) = (wiring::files(&call.env)?, D1Chains(db));
                let warehouse = ChainWarehouse::new(&objects, &catalogue, staging_folder(id));
                warehouse.undo(id, before.data_version.unwrap_or_default(), call.now).await?
            } else {
                D1MarketStore::new(db).undo(id, call.now).await?
            };
            memory_cache::note_write(scopes_of(&before.kind), published.data_version, PlatformClock.now());
            version = Some(published.data_version);
        }
        "receiving" => {
            imports.fail(id, before.bytes, "given up by its sender", call.now).await?;
            wiring::files(&call.env)?.drop_parts(id).await?;
        }
        _ => {}
    }
    let after = found(imports, id).await?;
    Reply::json(&Import { data_version: version, ..after })
}

/// Notes what came of a file and says it.
async fn finish(call: &Call, id: i64, bytes: u64, done: Result<Imported, ImportError>) -> Answer {
    let (imports, now) = (D1Imports(call.db()?), PlatformClock.now());
    let imported = match done {
        Ok(imported) => imported,
        Err(error) => {
            imports.fail(id, bytes, &error.to_string(), now).await?;
            return Err(error.into());
        }
    };
    let version = imported.published.data_version;
    let summary = &imported.summary;
    let accepted = imported.written();
    let rows = ImportedRows { accepted, unchanged: summary.accepted - accepted, rejected: summary.rejected };
    let (rejections, unknown_columns) = (&summary.rejections[..], &summary.unknown_columns[..]);
    imports.commit(id, Outcome { bytes, rows, rejections, unknown_columns }, now).await?;
    let import = found(imports, id).await?;
    memory_cache::note_write(scopes_of(&import.kind), version, now);
    Ok(created(&Import { data_version: Some(version), ..import })?.with_data_version(version))
}

/// What a file of this kind publishes to.
fn scopes_of(kind: &str) -> &'static [&'static str] {
    if kind == RowKind::IntradayBars.name() {
        &["bars"]
    } else if kind == RowKind::Chains.name() {
        // What is read of chains is not kept between requests.
        &[]
    } else {
        &["market", "bars"]
    }
}

fn created(import: &Import) -> Answer {
    Ok(Reply::json(import)?.with_status(201).with_header("location", format!("/imports/{}", import.id)))
}

async fn found(imports: D1Imports<'_>, id: i64) -> Result<Import, Problem> {
    imports.get(id).await?.ok_or_else(|| Problem::unknown("import", &id.to_string()))
}

/// Where quotes of an import are kept until they are published: among its parts, so that they are swept with them.
fn staging_folder(import: i64) -> String {
    format!("imports/{import}/quotes/")
}

fn not_receiving(import: &Import) -> Problem {
    Problem::conflict("import_not_open", format!("import {} takes no more bytes: it is {}", import.id, import.status))
}

fn id_of(call: &Call) -> Result<i64, Problem> {
    let text = call.param("id");
    text.parse().ok().filter(|id| *id > 0).ok_or_else(|| Problem::unknown("import", text))
}

/// The kind that a `kind` parameter names.
pub(super) fn kind_of(query: &Query) -> Result<RowKind, Problem> {
    query.required("kind")?;
    let kinds = RowKind::ALL.map(|kind| (kind.name(), kind));
    query.choice("kind", &kinds)?.ok_or_else(|| Problem::missing_parameter("kind"))
}

/// How long the bars of a file of intraday bars are, where its rows do not say.
fn interval_of(query: &Query) -> Result<Option<BarInterval>, Problem> {
    query.choice("interval", &BarInterval::ALL.map(|interval| (interval.name(), interval)))
}

fn rules_of(kind: RowKind, interval: Option<BarInterval>, now: UnixMillis) -> FileRules {
    let days = (now.0 - NEW_YORK_BEHIND_UTC_MS).div_euclid(86_400_000);
    FileRules { kind, today: Day::from_number(i32::try_from(days).unwrap_or(i32::MAX)), interval }
}

/// The length of the body, where it was said.
fn announced(call: &Call) -> Option<u64> {
    call.header("content-length")?.parse().ok()
}

fn declared_of(call: &Call) -> Result<Declared, Problem> {
    let content_type = call.content_type();
    let encoding = call.header("content-encoding").map(|encoding| encoding.trim().to_ascii_lowercase());
    declared(content_type.as_deref(), encoding.as_deref())
}

fn declared(content_type: Option<&str>, encoding: Option<&str>) -> Result<Declared, Problem> {
    // Packing is known by the first bytes, so that a proxy may have unpacked the body on its way.
    let gzip = false;
    match encoding {
        None | Some("" | "identity" | "gzip" | "x-gzip") => {}
        other => return Err(Problem::unsupported_type(other, "sent with the content encoding gzip or none")),
    }
    match content_type {
        Some("text/csv" | "application/csv" | "application/gzip" | "application/x-gzip") => {
            Ok(Declared { gzip, parquet: false })
        }
        Some("application/vnd.apache.parquet") => Ok(Declared { gzip, parquet: true }),
        other => Err(Problem::unsupported_type(other, CONTENT_TYPES)),
    }
}

/// The body of a request: counted, bounded, and with a sign of life to the log now and then.
struct Body<'a> {
    stream: ByteStream,
    bytes: u64,
    log: D1Imports<'a>,
    id: i64,
    heard_at: UnixMillis,
}

impl Chunks for Body<'_> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, ImportError> {
        let Some(chunk) = self.stream.next().await else { return Ok(None) };
        let chunk = chunk.map_err(|_| ImportError::Broken)?;
        self.bytes += chunk.len() as u64;
        if self.bytes > LARGEST_BODY {
            return Err(ImportError::BodyTooLarge(LARGEST_BODY));
        }
        let now = PlatformClock.now();
        if now.ms_since(self.heard_at) >= HEARTBEAT_MS {
            self.heard_at = now;
            if !self.log.touch(self.id, now).await? {
                return Err(StoreError::Conflict("the import was given up".to_owned()).into());
            }
        }
        Ok(Some(chunk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_sent_as_is_known_or_refused() {
        let is_parquet = |kind, encoding| declared(Some(kind), encoding).map(|declared| declared.parquet);
        assert!(!is_parquet("text/csv", None).unwrap());
        assert!(!is_parquet("text/csv", Some("gzip")).unwrap());
        assert!(is_parquet("application/vnd.apache.parquet", Some("identity")).unwrap());
        assert!(declared(Some("application/gzip"), None).is_ok());
        for (kind, encoding) in [(Some("application/json"), None), (None, None), (Some("text/csv"), Some("br"))] {
            assert_eq!(declared(kind, encoding).unwrap_err().status(), 415, "{kind:?} {encoding:?}");
        }
    }

    #[test]
    fn today_is_new_yorks() {
        // 2018-01-03T04:59:59.999Z is the evening of the 2nd in New York.
        let at = |ms| rules_of(RowKind::DailyBars, None, UnixMillis(ms)).today.to_string();
        assert_eq!(at(1_514_955_600_000 - 1), "2018-01-02");
        assert_eq!(at(1_514_955_600_000), "2018-01-03");
    }

    #[test]
    fn the_kind_is_one_of_those_that_are_read() {
        let kind = |raw: &str| kind_of(&Query::parse(raw, &["kind"]).unwrap());
        assert_eq!(kind("kind=daily_bars").unwrap(), RowKind::DailyBars);
        assert_eq!(kind("kind=chains").unwrap(), RowKind::Chains);
        let refused = kind("kind=trades").unwrap_err();
        assert_eq!(refused.status(), 422);
        assert!(refused.body().detail.contains("market_caps"), "{refused:?}");
        assert_eq!(kind("").unwrap_err().status(), 400);
    }
}
