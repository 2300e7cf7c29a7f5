//! Bars straight from a provider (`mode=passthrough`) or through the database (`mode=refresh`), with the providers that may
//! stand in for one another. Which one answered, and why others did not, is always said.

use domain::api::ProviderFailure;
use domain::bars::resample;
use domain::calendar::wall_time;
use domain::ports::{MarketData, ProviderError};
use domain::units::{DayRange, Ticker, UnixMillis};

use super::asked::{Asked, Mode};
use crate::auth::{self, Access, Principal, Scope};
use crate::config::Config;
use crate::error::Problem;
use crate::jobs::fetch_bars::{self, FetchedBars};
use crate::providers;
use crate::routes::request::Call;
use crate::stores::d1::D1;
use crate::stores::d1::bars::{BarQuery, BarsFound, D1Bars, Page};
use crate::stores::d1::market::D1MarketStore;
use crate::stores::memory_cache;
use crate::wiring::{self, PlatformClock};

/// The longest ranges that one request may ask a provider for, days.
const MOST_INTRADAY_DAYS: i32 = 366;
const MOST_DAILY_DAYS: i32 = 366 * 30;

/// With what market data is read: a REST call and a GraphQL operation have the same.
#[derive(Clone, Copy)]
pub(crate) struct Means<'a> {
    /// The database.
    pub(crate) db: &'a D1,
    /// The settings.
    pub(crate) config: &'a Config,
    /// Who asks.
    pub(crate) principal: &'a Principal,
    /// When.
    pub(crate) now: UnixMillis,
}

/// Bars, and how they came.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// The bars.
    pub(crate) found: BarsFound,
    /// The publication that stored them.
    pub(crate) version: Option<i64>,
    /// Sources that were asked before and did not deliver.
    pub(crate) failed: Vec<ProviderFailure>,
    /// Rows that were turned away.
    pub(crate) rejected: Option<usize>,
    /// Stored bars stand for those that no source delivered.
    pub(crate) stale: bool,
}

impl<'a> Means<'a> {
    /// Those of a REST call.
    ///
    /// # Errors
    /// 500 when the database is missing.
    pub(super) fn of(call: &'a Call) -> Result<Self, Problem> {
        Ok(Self { db: call.db()?, config: &call.config, principal: &call.principal, now: call.now })
    }
}

impl Delivery {
    /// Bars out of the database.
    pub(crate) fn stored(found: BarsFound) -> Self {
        Self { found, version: None, failed: Vec::new(), rejected: None, stale: false }
    }

    /// A word for where they come from.
    pub(super) fn named(&self) -> String {
        if self.stale { "stale".to_owned() } else { self.found.sources.join("+") }
    }
}

/// Bars out of the database, as they are known now or as they were known then.
///
/// # Errors
/// Whatever the store reports.
pub(crate) async fn stored(means: &Means<'_>, asked: &Asked) -> Result<BarsFound, Problem> {
    Ok(D1Bars(means.db).read(&stored_query(means, asked).await?).await?)
}

/// The same as the text of an answer.
///
/// # Errors
/// Whatever the store reports.
pub(super) async fn stored_page(means: &Means<'_>, asked: &Asked) -> Result<Page, Problem> {
    Ok(D1Bars(means.db).page(&stored_query(means, asked).await?).await?)
}

async fn stored_query<'a>(means: &'a Means<'_>, asked: &'a Asked) -> Result<BarQuery<'a>, Problem> {
    let as_of = match asked.as_of {
        Some(day) => Some(D1Bars(means.db).as_of(day).await?),
        None => None,
    };
    Ok(BarQuery { as_of, ..asked.stored(means.config, means.now) })
}

/// Bars of the first provider that delivers.
///
/// # Errors
/// 401 and 403 for who may not, 422 for too long a range; what the last provider reports where none delivers.
pub(crate) async fn bars(means: &Means<'_>, asked: &Asked) -> Result<Delivery, Problem> {
    permit(means, asked.mode)?;
    let range = days(asked)?;
    let (failed, tried) = first_of(means, asked.provider, async |name| {
        let fetched = fetch(means, asked, &name, range).await?;
        Ok((name, fetched))
    })
    .await;
    match tried {
        Ok((name, fetched)) => deliver(means, asked, &name, fetched, failed).await,
        Err(problem) if asked.mode == Mode::Refresh => stale(means, asked, failed, problem).await,
        Err(problem) => Err(problem),
    }
}

/// Whether a caller may have a provider asked.
pub(super) fn permit(means: &Means<'_>, mode: Mode) -> Result<(), Problem> {
    let scope = if mode == Mode::Refresh { Scope::Ingest } else { Scope::Read };
    auth::permit(means.principal, Access::Needs(scope), means.config)
}

/// The answer of the provider asked for; where none is, of the first that delivers, the configured one before those that may
/// stand in for it. With why the others did not.
pub(super) async fn first_of<T>(
    means: &Means<'_>,
    provider: Option<&'static str>,
    ask: impl AsyncFn(String) -> Result<T, Problem>,
) -> (Vec<ProviderFailure>, Result<T, Problem>) {
    let chain: Vec<String> = match provider {
        Some(name) => vec![name.to_owned()],
        None => {
            let configured = [&means.config.provider].into_iter().chain(&means.config.provider_fallbacks);
            configured.map(|name| providers::registered_name(name).unwrap_or(name).to_owned()).collect()
        }
    };
    let mut failed = Vec::new();
    let mut last = Problem::refused("provider_not_configured", "no provider is configured");
    for name in chain {
        match ask(name.clone()).await {
            Ok(answer) => return (failed, Ok(answer)),
            Err(problem) => {
                failed.push(ProviderFailure { provider: name, reason: problem.code().to_owned() });
                last = problem;
            }
        }
    }
    (failed, Err(last))
}

/// Opens a provider.
pub(super) fn open<'a>(means: &Means<'a>, name: &str) -> Result<wiring::Provider<'a>, Problem> {
    wiring::provider(means.db, means.config, name)
        .map_err(|error| Problem::refused("provider_not_configured", error.to_string()))
}

async fn fetch(means: &Means<'_>, asked: &Asked, name: &str, range: DayRange) -> Result<FetchedBars, Problem> {
    let provider = open(means, name)?;
    let series = fetch_bars::series_for(asked.size, provider.capabilities())
        .ok_or_else(|| Problem::refused("provider_unsuitable", format!("{name} does not serve bars of this length")))?;
    let ticker: &Ticker = &asked.ticker;
    fetch_bars::fetch(&provider, ticker, series, range).await.map_err(|error: ProviderError| error.into())
}

async fn deliver(
    means: &Means<'_>,
    asked: &Asked,
    name: &str,
    fetched: FetchedBars,
    failed: Vec<ProviderFailure>,
) -> Result<Delivery, Problem> {
    let rejected = Some(fetched.rejected).filter(|rejected| *rejected > 0);
    let (found, version) = if asked.mode == Mode::Refresh {
        let published = fetched.store(name, &D1MarketStore::new(means.db), &PlatformClock).await?;
        let daily = fetch_bars::is_daily(asked.size);
        let scopes: &[&str] = if daily { &["market", "bars"] } else { &["bars"] };
        memory_cache::note_write(scopes, published.data_version, means.now);
        // A session that was held with the same value stays the publication of whoever brought it first.
        let source = if daily { None } else { Some(name) };
        let query = BarQuery { source, ..asked.stored(means.config, means.now) };
        (D1Bars(means.db).read(&query).await?, Some(published.data_version))
    } else {
        (handed_on(means, asked, name, fetched).await?, None)
    };
    Ok(Delivery { found, version, failed, rejected, stale: false })
}

/// The delivered rows as bars of the length asked for.
async fn handed_on(means: &Means<'_>, asked: &Asked, name: &str, fetched: FetchedBars) -> Result<BarsFound, Problem> {
    let (factors, versions) = D1Bars(means.db).factors(&asked.stored(means.config, means.now)).await?;
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
async fn stale(
    means: &Means<'_>,
    asked: &Asked,
    failed: Vec<ProviderFailure>,
    problem: Problem,
) -> Result<Delivery, Problem> {
    let found = D1Bars(means.db).read(&asked.stored(means.config, means.now)).await?;
    if found.bars.is_empty() {
        return Err(problem);
    }
    let version = Some(found.versions.all);
    Ok(Delivery { found, version, failed, rejected: None, stale: true })
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
