//! Bars straight from a provider (`mode=passthrough`) or through the database (`mode=refresh`), with the providers that may
//! stand in for one another. Which one answered, and why others did not, is always said.

use domain::api::{Aggregates, ProviderFailure};
use domain::bars::resample;
use domain::calendar::wall_time;
use domain::ports::{MarketData, ProviderError};
use domain::units::{DayRange, Ticker};

use super::aggregates::{Asked, Mode};
use crate::auth::{self, Access, Scope};
use crate::error::Problem;
use crate::jobs::fetch_bars::{self, FetchedBars};
use crate::providers;
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::{Answer, Reply};
use crate::stores::d1::bars::{BarQuery, BarsFound, D1Bars};
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::market::D1MarketStore;
use crate::stores::memory_cache;
use crate::wiring::{self, PlatformClock};

/// The longest ranges that one request may ask a provider for, days.
const MOST_INTRADAY_DAYS: i32 = 366;
const MOST_DAILY_DAYS: i32 = 366 * 30;

/// Answers from the first provider that delivers.
pub(super) async fn answer(call: &Call, query: &Query, asked: &Asked) -> Answer {
    let scope = if asked.mode == Mode::Refresh { Scope::Ingest } else { Scope::Read };
    auth::permit(&call.principal, Access::Needs(scope), &call.config)?;
    let range = days(asked)?;
    let mut failed = Vec::new();
    let mut last = None;
    for name in chain(call, asked) {
        let tried = fetch(call, asked, name, range).await;
        match tried {
            Ok(fetched) => return deliver(call, query, asked, name, fetched, failed).await,
            Err(problem) => {
                failed.push(ProviderFailure { provider: name.to_owned(), reason: problem.code().to_owned() });
                last = Some(problem);
            }
        }
    }
    let problem = last.unwrap_or_else(|| Problem::refused("provider_not_configured", "no provider is configured"));
    if asked.mode == Mode::Refresh {
        return stale(call, query, asked, failed, problem).await;
    }
    Err(problem)
}

/// The provider asked for, or the configured one and those that may stand in for it.
fn chain<'a>(call: &'a Call, asked: &Asked) -> Vec<&'a str> {
    if let Some(name) = asked.provider {
        return vec![name];
    }
    let configured = [&call.config.provider].into_iter().chain(&call.config.provider_fallbacks);
    configured.map(|name| providers::registered_name(name).unwrap_or(name)).collect()
}

async fn fetch(call: &Call, asked: &Asked, name: &str, range: DayRange) -> Result<FetchedBars, Problem> {
    let provider = wiring::provider(call.db()?, &call.config, name)
        .map_err(|error| Problem::refused("provider_not_configured", error.to_string()))?;
    let series = fetch_bars::series_for(asked.size, provider.capabilities())
        .ok_or_else(|| Problem::refused("provider_unsuitable", format!("{name} does not serve bars of this length")))?;
    let ticker: &Ticker = &asked.ticker;
    fetch_bars::fetch(&provider, ticker, series, range).await.map_err(|error: ProviderError| error.into())
}

async fn deliver(
    call: &Call,
    query: &Query,
    asked: &Asked,
    name: &str,
    fetched: FetchedBars,
    failed: Vec<ProviderFailure>,
) -> Answer {
    let rejected = Some(fetched.rejected).filter(|rejected| *rejected > 0);
    let (found, version) = if asked.mode == Mode::Refresh {
        let published = fetched.store(name, &D1MarketStore::new(call.db()?), &PlatformClock).await?;
        let daily = fetch_bars::is_daily(asked.size);
        let scopes: &[&str] = if daily { &["market", "bars"] } else { &["bars"] };
        memory_cache::note_write(scopes, published.data_version, call.now);
        // A session that was held with the same value stays the publication of whoever brought it first.
        let source = if daily { None } else { Some(name) };
        let found = D1Bars(call.db()?).read(&BarQuery { source, ..asked.stored(call) }).await?;
        (found, Some(published.data_version))
    } else {
        (handed_on(call, asked, name, fetched).await?, None)
    };
    let answer = asked.answer(call, query, format!("{name}-{}", call.now.0), &found);
    said(&Aggregates { failed_providers: failed, rejected, ..answer }, version)
}

/// The delivered rows as bars of the length asked for.
async fn handed_on(call: &Call, asked: &Asked, name: &str, fetched: FetchedBars) -> Result<BarsFound, Problem> {
    let (factors, versions) = D1Bars(call.db()?).factors(&asked.stored(call)).await?;
    let within = |t: &domain::bars::Bar| asked.span.from <= t.t && t.t <= asked.span.to;
    let rows = fetched.into_bars().into_iter().filter(within);
    let rows = rows.filter(|bar| !(asked.regular_only && bar.extended)).map(|bar| factors.applied(bar));
    let mut bars = resample(rows, asked.size);
    if asked.descending {
        bars.reverse();
    }
    let next = bars.get(asked.limit).map(|bar| bar.t);
    bars.truncate(asked.limit);
    Ok(BarsFound { versions, bars, next, sources: vec![name.to_owned()], stored_as: None })
}

/// What is stored, where no provider delivered: it is said to be stale, with every reason.
async fn stale(call: &Call, query: &Query, asked: &Asked, failed: Vec<ProviderFailure>, problem: Problem) -> Answer {
    let found = D1Bars(call.db()?).read(&asked.stored(call)).await?;
    if found.bars.is_empty() {
        return Err(problem);
    }
    let Versions { all, .. } = found.versions;
    let answer = asked.answer(call, query, format!("stale-{}", call.now.0), &found);
    let answer = Aggregates { status: "DELAYED".to_owned(), stale: true, failed_providers: failed, ..answer };
    said(&answer, Some(all))
}

fn said(answer: &Aggregates, version: Option<i64>) -> Answer {
    let reply = Reply::json(answer)?.with_header("cache-control", "no-store");
    Ok(match version {
        Some(version) => reply.with_data_version(version),
        None => reply,
    })
}

/// The days that a provider is asked for.
fn days(asked: &Asked) -> Result<DayRange, Problem> {
    let day = |instant| wall_time(instant).map(|wall| wall.day);
    let range = day(asked.span.from).zip(day(asked.span.to)).and_then(|(first, last)| DayRange::new(first, last));
    let range = range.ok_or_else(|| Problem::refused("invalid_value", "the range lies outside the calendar"))?;
    let most = if fetch_bars::is_daily(asked.size) { MOST_DAILY_DAYS } else { MOST_INTRADAY_DAYS };
    if range.last().number() - range.first().number() >= most {
        let detail = format!("one request asks a provider for at most {most} days of bars of this length");
        return Err(Problem::refused("range_too_large", detail));
    }
    Ok(range)
}
