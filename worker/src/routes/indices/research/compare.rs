//! `GET /index-compare`: an index beside a ticker or another index.

use std::collections::{BTreeMap, BTreeSet};

use domain::api::{ActiveShare, ComparedSession, IndexComparison, YearComparison};
use domain::index::BASE_VALUE;
use domain::research::{active_share, compare as side_by_side};
use domain::stats::{DatedReturn, Series, Statistics, alpha, statistics, yearly_returns};
use domain::units::DayRange;

use super::super::format::{Format, optional};
use super::super::performance::{Loaded, Wanted, load, named_statistics};
use super::super::{find, read_bridge, read_range, slug_of};
use super::statistics::read_benchmark;
use super::table::computed;
use super::{key_of, range_of, refuse_too_many};
use crate::error::Problem;
use crate::routes::cached::cached;
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::indices::IndexRow;
use crate::stores::d1::research::{D1ResearchStore, Weights, moved};

/// How often a read is tried again because data was published meanwhile.
const READS: usize = 3;

/// Both series, statistics and differences.
pub(in crate::routes) async fn compare(call: &Call) -> Answer {
    let query = call.query(&["start_date", "end_date", "index", "gaps", "benchmark", "against", "format"])?;
    let (start, end) = read_range(&query, call.now)?;
    let wanted = Wanted { start, end, bridge: read_bridge(&query)?, benchmark: read_benchmark(&query)? };
    let (slug, format) = (slug_of(&query), Format::of(call, &query)?);
    let other = checked_against(&wanted, query.text("against"))?;
    let key = format!("{}&{}&{}", key_of(&slug, &wanted), optional(other.as_ref()), format.name());
    let mut scopes = vec!["market".to_owned(), format!("index:{slug}")];
    scopes.extend(other.iter().map(|other| format!("index:{other}")));
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    cached(call, &scopes, &key, async |db| {
        let (answer, versions) = answered(db, &slug, &wanted, other.as_deref()).await?;
        computed(format, &answer, versions, &slug, "compared")
    })
    .await
}

/// The other index, where there is one: exactly one of `benchmark` and `against` must be given.
pub(super) fn checked_against(wanted: &Wanted, against: Option<&str>) -> Result<Option<String>, Problem> {
    match (against, &wanted.benchmark) {
        (None, None) => Err(Problem::missing_parameter("benchmark")),
        (Some(other), Some(_)) => Err(Problem::impossible("against", other, "absent where benchmark is given")),
        (other, _) => Ok(other.map(str::to_owned)),
    }
}

/// The comparison with the versions it was read under.
pub(super) async fn answered(
    db: &D1,
    slug: &str,
    wanted: &Wanted,
    other: Option<&str>,
) -> Result<(IndexComparison, Versions), Problem> {
    match other {
        None => against_ticker(db, slug, wanted).await,
        Some(other) => against_index(db, slug, other, wanted).await,
    }
}

async fn against_ticker(db: &D1, slug: &str, wanted: &Wanted) -> Result<(IndexComparison, Versions), Problem> {
    let index = find(db, slug).await?;
    let loaded = load(db, &index, wanted).await?;
    let Some(theirs) = loaded.benchmark.clone() else {
        return Err(Problem::internal("a benchmark that was asked for"));
    };
    let name = optional(wanted.benchmark.as_ref());
    let versions = loaded.versions();
    Ok((compared(loaded, &name, &theirs, None), versions))
}

/// Both indices are read until all was of one state of the data.
async fn against_index(
    db: &D1,
    slug: &str,
    other: &str,
    wanted: &Wanted,
) -> Result<(IndexComparison, Versions), Problem> {
    for _ in 0..READS {
        let (index, second) = (find(db, slug).await?, find(db, other).await?);
        let loaded = load(db, &index, wanted).await?;
        let range = range_of(&loaded)?;
        let ends = Wanted { start: Some(range.first()), end: Some(range.last()), ..wanted.clone() };
        let theirs = load(db, &second, &ends).await?;
        let same = loaded.performance.data.iter().map(|point| point.date);
        if !same.eq(theirs.performance.data.iter().map(|point| point.date)) {
            let detail = format!(
                "{other} is not built on the same sessions: it is from {} to {}",
                theirs.performance.start_date, theirs.performance.end_date
            );
            return Err(Problem::conflict("benchmark_incomplete", detail));
        }
        refuse_too_many(&loaded)?;
        refuse_too_many(&theirs)?;
        let (own_weights, own_versions) = weights(db, &index, range).await?;
        let (their_weights, their_versions) = weights(db, &second, range).await?;
        let read = [own_versions.all, their_versions.all, theirs.range.versions.all];
        let versions = loaded.versions();
        if read.iter().any(|all| *all != versions.all) {
            continue;
        }
        let share = share_of(&own_weights, &their_weights);
        let values: Vec<f64> = theirs.returns().iter().map(|dated| dated.value).collect();
        let versions = Versions {
            all: versions.all,
            scopes: [versions.scopes, theirs.range.versions.scopes[1..].to_vec()].concat(),
        };
        return Ok((compared(loaded, other, &values, share), versions));
    }
    Err(moved().into())
}

async fn weights(db: &D1, index: &IndexRow, range: DayRange) -> Result<(Weights, Versions), Problem> {
    Ok(D1ResearchStore::new(db).weights(index, range).await?)
}

fn share_of(own: &Weights, theirs: &Weights) -> Option<ActiveShare> {
    let shares: Vec<f64> = own.iter().zip(theirs).map(|((_, a), (_, b))| active_share(a, b)).collect();
    let names = |members: &[(i64, f64)]| members.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>();
    let common = names(&own.last()?.1).intersection(&names(&theirs.last()?.1)).count();
    let n = u32::try_from(shares.len()).unwrap_or(u32::MAX);
    Some(ActiveShare { mean: shares.iter().sum::<f64>() / f64::from(n), last: *shares.last()?, common_members: common })
}

fn compared(loaded: Loaded, against: &str, theirs: &[f64], share: Option<ActiveShare>) -> IndexComparison {
    let returns = loaded.returns();
    let own: Vec<f64> = returns.iter().map(|dated| dated.value).collect();
    let performance = loaded.performance;
    let daily = |returns| Series::daily(returns, performance.start_date, performance.end_date);
    let series = daily(&own).against(theirs);
    let found = side_by_side(&series);
    let named = |statistics: &Statistics| -> BTreeMap<String, Option<f64>> { named_statistics(statistics, false) };
    let their_returns: Vec<DatedReturn> =
        returns.iter().zip(theirs).map(|(dated, value)| DatedReturn { day: dated.day, value: *value }).collect();
    let year = |(own, theirs): (domain::stats::YearlyReturn, domain::stats::YearlyReturn)| YearComparison {
        year: own.year,
        value: own.value,
        against: theirs.value,
        difference: own.value.zip(theirs.value).map(|(own, theirs)| own - theirs),
    };
    let mut level = BASE_VALUE;
    let mut other_level = |at: usize| {
        if let Some(before) = at.checked_sub(1) {
            level *= 1.0 + theirs.get(before).copied().unwrap_or(0.0);
        }
        level
    };
    let data = performance.data.iter().enumerate().map(|(at, point)| ComparedSession {
        date: point.date,
        level: point.level,
        against: other_level(at),
    });
    IndexComparison {
        data: data.collect(),
        against: against.to_owned(),
        tracking_difference: found.tracking_difference,
        tracking_difference_per_year: found.tracking_difference_per_year,
        tracking_error: found.tracking_error,
        beta: found.beta,
        alpha: alpha(&own, theirs, series.risk_free, series.periods_per_year),
        correlation: found.correlation,
        up_capture: found.up_capture,
        down_capture: found.down_capture,
        information_ratio: found.information_ratio,
        outperformed: found.outperformed,
        active_share: share,
        statistics: named(&statistics(&daily(&own))),
        against_statistics: named(&statistics(&daily(theirs))),
        yearly: yearly_returns(&returns).into_iter().zip(yearly_returns(&their_returns)).map(year).collect(),
        start_date: performance.start_date,
        end_date: performance.end_date,
        synthetic: performance.synthetic,
        index: performance.index,
        warnings: performance.warnings,
    }
}
