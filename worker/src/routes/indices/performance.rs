//! `GET /index-performance`.

use std::collections::BTreeMap;

use domain::api::{Performance, PerformancePoint};
use domain::calendar;
use domain::index::{BASE_VALUE, Gap, LevelPoint, compound};
use domain::stats::{DatedReturn, Series, Statistics, definitions, statistics};
use domain::units::{Day, DayRange, Ticker};

use super::format::{Csv, Format, optional};
use super::{find, read_bridge, read_range, report, slug_of};
use crate::error::{Problem, field_error};
use crate::routes::cached::{Computed, cached_under};
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::indices::{BuiltRange, D1IndexStore, IndexRow, scopes};

/// How many sessions a problem names.
const NAMED_SESSIONS: usize = 20;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) start: Option<Day>,
    pub(crate) end: Option<Day>,
    pub(crate) bridge: bool,
    pub(crate) benchmark: Option<Ticker>,
}

/// An answer with what it was made from.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) performance: Performance,
    pub(crate) statistics: Statistics,
    pub(crate) range: BuiltRange,
    /// The benchmark's returns of the sessions after the first.
    pub(crate) benchmark: Option<Vec<f64>>,
}

impl Loaded {
    /// The versions it was read under.
    pub(crate) fn versions(&self) -> Versions {
        self.range.versions.clone()
    }

    /// The returns by which the level grew, one for each session after the first.
    pub(super) fn returns(&self) -> Vec<DatedReturn> {
        let counted =
            |point: &PerformancePoint| DatedReturn { day: point.date, value: point.daily_return.unwrap_or(0.0) };
        self.performance.data.iter().skip(1).map(counted).collect()
    }
}

/// Levels, returns and statistics of a range.
pub(in crate::routes) async fn performance(call: &Call) -> Answer {
    let query = call.query(&["start_date", "end_date", "index", "gaps", "benchmark", "format"])?;
    let (start, end) = read_range(&query, call.now)?;
    let wanted = Wanted { start, end, bridge: read_bridge(&query)?, benchmark: read_benchmark(&query)? };
    let (slug, format) = (slug_of(&query), Format::of(call, &query)?);
    let key = format!(
        "{slug}&{}&{}&{}&{}&{}",
        optional(start),
        optional(end),
        wanted.bridge,
        optional(wanted.benchmark.as_ref()),
        format.name()
    );
    let scopes = scopes(&slug);
    cached_under(call, &scopes.each_ref().map(String::as_str), &key, async |db, known| {
        let standing =
            if wanted.benchmark.is_none() { D1IndexStore::new(db).standing(&slug, known).await? } else { None };
        let (index, loaded) = match standing {
            Some(standing) => {
                let range = standing.sessions(wanted.start, wanted.end, known);
                (standing.index.clone(), compounded(&standing.index, &wanted, range)?)
            }
            None => {
                let index = find(db, &slug).await?;
                let loaded = load(db, &index, &wanted).await?;
                (index, loaded)
            }
        };
        let versions = loaded.versions();
        let body = match format {
            Format::Json => serde_json::to_vec(&loaded.performance).map_err(Problem::internal)?,
            Format::Csv => csv(&loaded.performance),
            Format::Xlsx => report::of_performance(&index, loaded)?,
        };
        Ok(Computed {
            versions,
            content_type: format.content_type(),
            disposition: format.disposition(&slug, "performance"),
            body,
        })
    })
    .await
}

/// The ticker that a range is to be compared with.
pub(crate) fn read_benchmark(query: &Query) -> Result<Option<Ticker>, Problem> {
    let benchmark = query.text("benchmark").map(str::parse::<Ticker>).transpose();
    benchmark.map_err(|error| Problem::impossible("benchmark", &error.0, "a ticker"))
}

/// Reads and compounds a range.
pub(crate) async fn load(db: &D1, index: &IndexRow, wanted: &Wanted) -> Result<Loaded, Problem> {
    let store = D1IndexStore::new(db);
    compounded(index, wanted, store.sessions(index, wanted.start, wanted.end, wanted.benchmark.as_ref()).await?)
}

/// Compounds the sessions of a range.
fn compounded(index: &IndexRow, wanted: &Wanted, range: BuiltRange) -> Result<Loaded, Problem> {
    let (Some(first), Some(last)) = (range.sessions.first(), range.sessions.last()) else {
        return Err(nothing_built(index));
    };
    let (first, last) = (Day::from_number(first.day), Day::from_number(last.day));
    if !range.unbuilt.is_empty() {
        let detail =
            format!("{} sessions of the range hold data but are not built: POST /build-index", range.unbuilt.len());
        return Err(Problem::conflict("sessions_not_built", format!("{detail} ({})", named(&range.unbuilt))));
    }
    let levels = compound(&range.returns(), wanted.bridge).map_err(|Gap(missing)| {
        let errors = missing.iter().take(NAMED_SESSIONS);
        let errors =
            errors.map(|day| field_error("session", Some(&day.to_string()), "data for every session")).collect();
        let detail = format!("no data is held for {} sessions inside the range ({})", missing.len(), named(&missing));
        Problem::missing_sessions(format!("{detail}; gaps=bridge passes over them"), errors)
    })?;
    let benchmark = benchmark_returns(wanted.benchmark.as_ref(), &levels, &range)?;
    let own: Vec<f64> = levels.iter().skip(1).map(|point| point.counted_return.unwrap_or(0.0)).collect();
    let mut series = Series::daily(&own, first, last);
    if let Some(benchmark) = &benchmark {
        series = series.against(benchmark);
    }
    let statistics = statistics(&series);
    let outdated = range.sessions.iter().any(|row| row.outdated == 1);
    let bridged = if wanted.bridge { missing_between(first, last, &range) } else { Vec::new() };
    let performance = Performance {
        index: index.slug.clone(),
        start_date: first,
        end_date: last,
        base_value: BASE_VALUE,
        synthetic: range.synthetic,
        outdated,
        warnings: warnings(index, wanted, &range, outdated),
        bridged_sessions: bridged.iter().map(ToString::to_string).collect(),
        data: levels
            .iter()
            .zip(&range.sessions)
            .map(|(level, row)| PerformancePoint {
                date: level.day,
                level: level.level,
                daily_return: level.daily_return,
                cumulative_return: level.cumulative_return,
                turnover: row.turnover,
                constituents: row.constituents,
                stale_prices: row.stale_prices,
                outdated: row.outdated == 1,
                findings: row.findings,
            })
            .collect(),
        statistics: named_statistics(&statistics, benchmark.is_some()),
    };
    Ok(Loaded { performance, statistics, range, benchmark })
}

/// 404 for a range of which nothing is built.
pub(super) fn nothing_built(index: &IndexRow) -> Problem {
    match index.built {
        None => Problem::no_data(format!("nothing of {} is built yet: POST /build-index", index.slug), Vec::new()),
        Some(built) => Problem::no_data(
            format!(
                "no session of the range is built; {} is built from {} to {}",
                index.slug,
                built.first(),
                built.last()
            ),
            vec![built.first(), built.last()],
        ),
    }
}

fn named(days: &[Day]) -> String {
    let list: Vec<String> = days.iter().take(NAMED_SESSIONS).map(ToString::to_string).collect();
    let more = if days.len() > NAMED_SESSIONS { " …" } else { "" };
    format!("{}{more}", list.join(", "))
}

fn missing_between(first: Day, last: Day, range: &BuiltRange) -> Vec<Day> {
    let built = |day: &Day| range.sessions.binary_search_by_key(&day.number(), |row| row.day).is_ok();
    let all = DayRange::new(first, last).map(calendar::sessions).unwrap_or_default();
    all.into_iter().filter(|day| !built(day)).collect()
}

fn warnings(index: &IndexRow, wanted: &Wanted, range: &BuiltRange, outdated: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    if let (Some(first), Some(start)) = (range.sessions.first().map(|row| Day::from_number(row.day)), wanted.start)
        && calendar::previous_session(first).is_some_and(|before| before >= start)
    {
        warnings.push(format!("the range starts at {first}: earlier sessions are not built"));
    }
    if let (Some(last), Some(end)) = (range.sessions.last().map(|row| Day::from_number(row.day)), wanted.end)
        && calendar::next_session(last).is_some_and(|after| after <= end)
    {
        warnings.push(format!("the range ends at {last}: later sessions are not built"));
    }
    if outdated {
        warnings
            .push("some sessions are outdated: their inputs changed since they were built; build them again".into());
    }
    warnings.extend(jumps(range));
    let fewest = range.sessions.iter().map(|row| row.constituents).min().unwrap_or(0);
    if fewest < index.definition.top_n {
        warnings.push(format!("on some sessions only {fewest} of {} members were eligible", index.definition.top_n));
    }
    warnings
}

/// What is said of sessions on which members moved more than prices do, so that a bad one never counts silently.
pub(super) fn jumps(range: &BuiltRange) -> Option<String> {
    let moved: Vec<_> = range.sessions.iter().filter(|row| row.jumps > 0).collect();
    let members: u32 = moved.iter().map(|row| row.jumps).sum();
    let days: Vec<Day> = moved.iter().map(|row| Day::from_number(row.day)).collect();
    let said = || {
        format!(
            "members moved by more than half without a split {members} times, on {}: /index-explain names them, \
             /index-quality checks them",
            named(&days)
        )
    };
    (!days.is_empty()).then(said)
}

/// The benchmark's returns of the same sessions; none without a benchmark.
fn benchmark_returns(
    ticker: Option<&Ticker>,
    levels: &[LevelPoint],
    range: &BuiltRange,
) -> Result<Option<Vec<f64>>, Problem> {
    let Some(ticker) = ticker else { return Ok(None) };
    if range.benchmark.is_empty() {
        return Err(Problem::unknown("benchmark data of ticker", ticker.as_str()));
    }
    let close = |day: Day| {
        let at = range.benchmark.binary_search_by_key(&day, |(day, _)| *day);
        at.ok().map(|at| range.benchmark[at].1)
    };
    let mut returns = Vec::with_capacity(levels.len());
    for pair in levels.windows(2) {
        let (Some(before), Some(after)) = (close(pair[0].day), close(pair[1].day)) else {
            let detail = format!("{ticker} has no close on {} or {}", pair[0].day, pair[1].day);
            return Err(Problem::conflict("benchmark_incomplete", detail));
        };
        returns.push(after / before - 1.0);
    }
    Ok(Some(returns))
}

/// Statistics by name; those against a benchmark only where there is one.
pub(super) fn named_statistics(statistics: &Statistics, with_benchmark: bool) -> BTreeMap<String, Option<f64>> {
    definitions()
        .iter()
        .filter(|definition| with_benchmark || !definition.needs_benchmark())
        .map(|definition| (definition.name.to_owned(), (definition.value)(statistics)))
        .collect()
}

fn csv(performance: &Performance) -> Vec<u8> {
    let mut table = Csv::new(&[
        "date",
        "level",
        "daily_return",
        "cumulative_return",
        "turnover",
        "constituents",
        "stale_prices",
        "outdated",
    ]);
    for point in &performance.data {
        table.row(&[
            point.date.to_string(),
            point.level.to_string(),
            optional(point.daily_return),
            point.cumulative_return.to_string(),
            point.turnover.to_string(),
            point.constituents.to_string(),
            point.stale_prices.to_string(),
            point.outdated.to_string(),
        ]);
    }
    table.into_bytes()
}
