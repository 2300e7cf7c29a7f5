//! The route table, and the one way from a request to a response.

mod api_keys;
mod assets;
pub(crate) mod backtests;
mod benchmark;
pub(crate) mod cached;
pub(crate) mod chains;
mod cors;
pub(crate) mod coverage;
mod etag;
mod exports;
mod graphql;
mod imports;
pub(crate) mod indices;
mod ingestions;
mod operations;
pub(crate) mod page;
mod path;
pub(crate) mod providers;
pub(crate) mod query;
pub(crate) mod reconcile;
mod request;
mod respond;
mod sign_in;
pub(crate) mod streams;
pub(crate) mod vendor;

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use domain::ports::Clock;
use domain::units::UnixMillis;
use worker::{Context, Env, web_sys};

use crate::auth::{self, Access, Allowance, Principal, Scope};
use crate::config::{AuthMode, Config};
use crate::error::Problem;
use crate::telemetry::{self, Ended};
use crate::wiring::PlatformClock;
pub(crate) use request::{Call, Method};
pub(crate) use respond::{Answer, Reply};

/// One line of the table.
struct Route {
    method: Method,
    pattern: &'static str,
    access: Access,
    handler: request::Handler,
}

/// Writes the table as lines: method, pattern, who may, what answers.
macro_rules! table {
    ($($method:ident $pattern:literal ($access:expr) $handler:path;)*) => {
        &[$(Route {
            method: Method::$method,
            pattern: $pattern,
            access: $access,
            handler: |call| Box::pin($handler(call)),
        }),*]
    };
}

const READ: Access = Access::Read;
const INGEST: Access = Access::Needs(Scope::Ingest);
const ADMIN: Access = Access::Needs(Scope::Admin);
const BUILD: Access = Access::Needs(Scope::Build);
const STREAM: Access = Access::Needs(Scope::Stream);
const BACKTEST: Access = Access::Needs(Scope::Backtest);

/// Every route of the API. `HEAD` works wherever `GET` does; where two patterns match, the first line answers.
#[rustfmt::skip]
static ROUTES: &[Route] = table! {
    Get    "/health"                (Access::Public)    operations::health;
    Get    "/ready"                 (Access::Public)    operations::ready;
    Get    "/metrics"               (READ)              operations::metrics;
    Post   "/build-index"           (BUILD)             indices::build;
    Get    "/index-performance"     (READ)              indices::performance;
    Get    "/index-composition"     (READ)              indices::composition;
    Get    "/index-compositions"    (READ)              indices::compositions;
    Get    "/composition-changes"   (READ)              indices::changes;
    Post   "/export-data"           (READ)              indices::export;
    Get    "/index-explain"         (READ)              indices::explain;
    Get    "/index-statistics"      (READ)              indices::statistics;
    Get    "/index-attribution"     (READ)              indices::attribution;
    Get    "/index-trades"          (READ)              indices::trades;
    Get    "/index-compare"         (READ)              indices::compare;
    Get    "/index-quality"         (READ)              indices::quality;
    Get    "/index-membership"      (READ)              indices::membership;
    Get    "/shares"                (READ)              indices::shares;
    Post   "/what-if"               (READ)              indices::what_if;
    Get    "/definitions"           (READ)              indices::list_definitions;
    Put    "/definitions/{name}"    (BUILD)             indices::save_definition;
    Get    "/definitions/{name}"    (READ)              indices::get_definition;
    Delete "/definitions/{name}"    (BUILD)             indices::delete_definition;
    Get    "/definitions/{name}/compare" (READ)         indices::compare_definitions;
    Get    "/indices"               (READ)              indices::list;
    Get    "/indices/{slug}"        (READ)              indices::one;
    Post   "/indices/{slug}/look-ahead-check" (READ)    indices::look_ahead;
    Get    "/providers"             (READ)              providers::list;
    Get    "/coverage"              (READ)              coverage::of_sessions;
    Get    "/ingestions"            (READ)              ingestions::list;
    Get    "/ingestions/{id}"       (READ)              ingestions::get;
    Get    "/reconcile"             (READ)              reconcile::reconcile;
    Post   "/imports"               (INGEST)            imports::create;
    Get    "/imports"               (READ)              imports::list;
    Get    "/imports/{id}"          (READ)              imports::get;
    Delete "/imports/{id}"          (INGEST)            imports::undo;
    Put    "/imports/{id}/parts/{n}" (INGEST)           imports::put_part;
    Post   "/imports/{id}/commit"   (INGEST)            imports::commit;
    Get    "/exports"               (READ)              exports::download;
    Get    "/chains"                (READ)              chains::list;
    Get    "/chains/{underlying}"   (READ)              chains::day;
    Post   "/backtests"             (BACKTEST)          backtests::create;
    Get    "/backtests"             (READ)              backtests::list;
    Get    "/backtests/{id}"        (READ)              backtests::get;
    Delete "/backtests/{id}"        (BACKTEST)          backtests::delete;
    Get    "/backtests/{id}/trades" (READ)              backtests::trades;
    Get    "/backtests/{id}/equity" (READ)              backtests::equity;
    Get    "/backtests/{id}/report.xlsx" (READ)         backtests::report;
    Get    "/backtests/{id}/results.parquet" (READ)     backtests::results;
    Get    "/backtests/{id}/reproduce" (READ)           backtests::reproduce;
    Get    "/backtests/{id}/live"   (READ)              backtests::live;
    Get    "/backtests/{id}/confidence" (READ)          backtests::confidence;
    Post   "/backtests/{id}/fill-sensitivity" (BACKTEST) backtests::fill_sensitivity;
    Post   "/backtests/{id}/cancel" (BACKTEST)          backtests::cancel;
    Post   "/backtests/{id}/look-ahead-check" (READ)    backtests::look_ahead;
    Post   "/backtests/{id}/rerun"  (BACKTEST)          backtests::rerun;
    Post   "/backtests/{id}/share"  (BACKTEST)          backtests::share;
    Delete "/backtests/{id}/share"  (BACKTEST)          backtests::unshare;
    Post   "/sweeps"                (BACKTEST)          backtests::create_sweep;
    Get    "/sweeps"                (READ)              backtests::list_sweeps;
    Get    "/sweeps/{id}"           (READ)              backtests::get_sweep;
    Get    "/sweeps/{id}/evidence"  (READ)              backtests::sweep_evidence;
    Get    "/portfolio"             (READ)              backtests::portfolio;
    Post   "/start_backtest"        (BACKTEST)          backtests::start;
    Get    "/benchmark_data"        (READ)              benchmark::closes;
    Post   "/graphql"               (READ)              graphql::post;
    Get    "/graphql"               (READ)              graphql::get;
    Get    "/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}" (READ) vendor::aggregates;
    Get    "/v2/aggs/grouped/locale/us/market/stocks/{date}" (READ) vendor::grouped;
    Get    "/v3/reference/tickers"  (READ)              vendor::tickers;
    Get    "/v3/reference/tickers/{ticker}" (READ)      vendor::details;
    Get    "/vX/reference/tickers/{ticker}/events" (READ) vendor::events;
    Get    "/v3/reference/splits"   (READ)              vendor::splits;
    Get    "/v3/reference/dividends" (READ)             vendor::dividends;
    Post   "/add_batch"             (STREAM)            streams::add_batch;
    Get    "/stats"                 (READ)              streams::stats;
    Get    "/stats/all"             (READ)              streams::all_stats;
    Get    "/stats/many"            (READ)              streams::many_stats;
    Get    "/stats/values"          (READ)              streams::values;
    Get    "/stats/live"            (READ)              streams::live;
    Get    "/symbols"               (READ)              streams::symbols;
    Delete "/symbols/{symbol}"      (STREAM)            streams::forget;
    Get    "/sign-in"               (Access::Public)    sign_in::options;
    Post   "/sign-in/token"         (Access::Public)    sign_in::exchange;
    Post   "/api-keys"              (ADMIN)             api_keys::create;
    Get    "/api-keys"              (ADMIN)             api_keys::list;
    Delete "/api-keys/{id}"         (ADMIN)             api_keys::revoke;
};

/// What the table says about a path.
enum Found {
    Route(&'static Route),
    /// The path exists, but not with this method.
    Other(String),
    Nothing,
}

fn find(method: Method, path: &str) -> Found {
    let wanted = if method == Method::Head { Method::Get } else { method };
    let mut exists = false;
    for route in ROUTES.iter().filter(|route| path::matches(route.pattern, path)) {
        if route.method == wanted {
            return Found::Route(route);
        }
        exists = true;
    }
    if exists { Found::Other(methods_of(path)) } else { Found::Nothing }
}

/// The methods of a path, as `Allow` lists them.
fn methods_of(path: &str) -> String {
    let mut methods: Vec<&str> = Vec::new();
    for route in ROUTES.iter().filter(|route| path::matches(route.pattern, path)) {
        methods.push(route.method.name());
        if route.method == Method::Get {
            methods.push(Method::Head.name());
        }
    }
    methods.push(Method::Options.name());
    methods.join(", ")
}

/// What the parts of one exchange tell each other, whichever way it ends.
struct Exchange {
    request_id: String,
    method: Method,
    /// As the client sent it.
    url: String,
    started: UnixMillis,
    /// The pattern of the route; empty for a file.
    route: Cell<&'static str>,
    allowance: Cell<Option<Allowance>>,
}

/// Answers one request, whatever happens.
pub(crate) async fn answer(request: web_sys::Request, env: Env, context: Context) -> worker::Result<web_sys::Response> {
    let method = Method::from_name(&request.method());
    let exchange = Exchange {
        request_id: telemetry::next_request_id(),
        method,
        url: request.url(),
        started: PlatformClock.now(),
        route: Cell::default(),
        allowance: Cell::default(),
    };
    let config = Config::of_isolate(&env);
    let cors_origins = config.as_ref().map_or(&[][..], |config| &config.cors_origins);
    let origin = if cors_origins.is_empty() { None } else { request.headers().get("origin").ok().flatten() };
    // The handle, not JavaScript's `clone`, which would double the body.
    let unread = (!matches!(method, Method::Get | Method::Head)).then(|| Clone::clone(&request));
    let is_vendor = vendor::is_vendor_path(split_url(&exchange.url).0);
    let answer = match &config {
        Ok(config) => reply_to(request, env, context, config, origin.as_deref(), &exchange).await,
        Err(error) => Err(Problem::misconfigured(error.to_string())),
    };
    if let (Err(_), Some(request)) = (&answer, unread) {
        request::drain(&request).await;
    }
    let problem = answer.as_ref().err();
    let ended = Ended {
        request_id: &exchange.request_id,
        method: method.name(),
        route: exchange.route.get(),
        status: answer.as_ref().map_or_else(Problem::status, |reply| reply.status),
        duration_ms: PlatformClock.now().ms_since(exchange.started),
    };
    telemetry::ended(&ended, problem, config.as_ref().is_ok_and(|config| config.log_all_requests));
    let reply = answer.unwrap_or_else(|problem| {
        if is_vendor { vendor::refused(&problem, &exchange.request_id) } else { Reply::problem(&problem) }
    });
    let reply = cors::mark(reply.with_allowance(exchange.allowance.get()), cors_origins, origin.as_deref());
    if let Some(written) = reply.as_written().filter(|_| method != Method::Head) {
        return Ok(written);
    }
    let reply = reply.read_whole().await?.kept_by_nobody_unless_said();
    let reply = reply.with_header("x-request-id", exchange.request_id).with_header("x-content-type-options", "nosniff");
    Ok(reply.into_response(method != Method::Head)?)
}

async fn reply_to(
    request: web_sys::Request,
    env: Env,
    context: Context,
    config: &Rc<Config>,
    origin: Option<&str>,
    exchange: &Exchange,
) -> Answer {
    let Exchange { method, ref url, started: now, .. } = *exchange;
    let (raw_path, raw_query) = split_url(url);
    let path = path::normalised(raw_path);
    if config.is_insecure() && path != "/health" {
        return Err(Problem::insecure_configuration());
    }
    let route = match find(method, path) {
        Found::Route(route) => route,
        Found::Other(methods) if method == Method::Options => {
            return Ok(cors::preflight(methods, &config.cors_origins, origin));
        }
        Found::Other(methods) => return Err(Problem::method_not_allowed(methods)),
        Found::Nothing => {
            let if_none_match = request.headers().get("if-none-match").ok().flatten();
            return assets::serve(&env, method, path, if_none_match.as_deref()).await;
        }
    };
    exchange.route.set(route.pattern);
    let mut call = Call {
        headers: OnceCell::new(),
        raw_query: raw_query.to_owned(),
        origin: origin_of(url).to_owned(),
        params: path::params(route.pattern, path).ok_or_else(Problem::malformed_url)?,
        db: OnceCell::new(),
        context,
        env,
        config: config.clone(),
        route: route.pattern,
        request_id: exchange.request_id.clone(),
        principal: Principal::anonymous(),
        now,
        request,
    };
    if route.access != Access::Public {
        call.principal = admit(&call, route.access, exchange).await?;
    }
    (route.handler)(&call).await
}

/// Finds out who asks, takes the request out of their allowance, and sees whether they may.
async fn admit(call: &Call, access: Access, exchange: &Exchange) -> Result<Principal, Problem> {
    let config = &call.config;
    let found = match config.auth_mode {
        AuthMode::Open => Ok((Principal::local(), None)),
        AuthMode::Required => identify(call).await,
    };
    if config.rate_limit_per_minute > 0 {
        // A credential that is not good counts for the address it came from.
        let caller = match &found {
            Ok((_, Some(credential))) => credential.clone(),
            _ => call.header("cf-connecting-ip").unwrap_or_else(|| "here".to_owned()),
        };
        let allowance = auth::take(&caller, config.rate_limit_per_minute, call.now);
        exchange.allowance.set(Some(allowance));
        if !allowance.allowed {
            return Err(Problem::rate_limited(allowance.limit, allowance.retry_after_s));
        }
    }
    let (principal, _) = found?;
    auth::permit(&principal, access, config)?;
    Ok(principal)
}

async fn identify(call: &Call) -> Result<(Principal, Option<String>), Problem> {
    let presented = auth::presented(call.header("authorization").as_deref(), call.header("x-api-key").as_deref())?;
    let in_query = || vendor::credential(&call.raw_query).filter(|_| vendor::is_vendor_path(call.route));
    let Some(credential) = presented.or_else(in_query) else { return Ok((Principal::anonymous(), None)) };
    let (principal, name) = auth::identify(&credential, &call.config, call.db()?, call.now).await?;
    Ok((principal, Some(name)))
}

/// Scheme, host and port of an absolute URL.
fn origin_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let end = url[after_scheme..].find(['/', '?', '#']).map_or(url.len(), |at| after_scheme + at);
    &url[..end]
}

/// The path and the query of an absolute URL.
fn split_url(url: &str) -> (&str, &str) {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let path_at = url[after_scheme..].find('/').map_or(url.len(), |at| after_scheme + at);
    let rest = url[path_at..].split('#').next().unwrap_or_default();
    rest.split_once('?').unwrap_or((rest, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_split_into_path_and_query() {
        assert_eq!(split_url("https://host/a/b?x=1&y=/?#z"), ("/a/b", "x=1&y=/?"));
        assert_eq!(split_url("http://host:8787/"), ("/", ""));
        assert_eq!(origin_of("http://host:8787/a?b://c"), "http://host:8787");
    }

    #[test]
    fn head_is_get_and_other_methods_are_named() {
        assert!(matches!(find(Method::Head, "/health"), Found::Route(_)));
        assert_eq!(methods_of("/api-keys"), "POST, GET, HEAD, OPTIONS");
        assert!(matches!(find(Method::Post, "/health"), Found::Other(allow) if allow == "GET, HEAD, OPTIONS"));
        assert!(matches!(find(Method::Get, "/healthy"), Found::Nothing));
    }

    #[test]
    fn no_two_lines_answer_the_same_request() {
        for (index, route) in ROUTES.iter().enumerate() {
            assert!(route.pattern.starts_with('/') && !route.pattern.ends_with('/'), "{}", route.pattern);
            assert!(!route.pattern.starts_with("/{"), "{}", route.pattern);
            let same = |other: &&Route| other.method == route.method && other.pattern == route.pattern;
            assert_eq!(ROUTES.iter().filter(same).count(), 1, "line {index}: {}", route.pattern);
        }
    }
}
