//! `POST /what-if`: a changed index, or holdings of one's own, beside the index as it is.

use std::collections::BTreeMap;

use domain::api::{WhatIfMember, WhatIfResult, WhatIfSession, WhatIfSide};
use domain::index::BASE_VALUE;
use domain::research::{
    Change, DEFAULT_CAP_LIMIT, Held, MOST_PAIRS, Ranked, Replay, Scenario, WINDOW_SESSIONS, active_share, compare,
    replay, run,
};
use domain::stats::{Series, statistics};
use domain::units::{Day, Ticker};

use super::super::find;
use super::super::format::Format;
use super::super::performance::{Loaded, Wanted, load, named_statistics};
use super::holdings::Dated;
use super::question::{Asked, checked, in_words, read_question};
use super::table::reply;
use super::{MEMBER_ROWS, range_of, refuse_too_many};
use crate::error::{Problem, field_error};
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::D1;
use crate::stores::d1::indices::IndexRow;
use crate::stores::d1::research::{D1ResearchStore, StudiedIndex, moved};

/// How often a read is tried again because data was published meanwhile.
const READS: usize = 3;

/// How far the walk of the unchanged index may lie from what is stored.
const AGREEMENT: f64 = 1e-12;

/// Both side by side.
pub(in crate::routes) async fn what_if(call: &Call) -> Answer {
    let of_file = ["index", "start_date", "end_date"];
    let format = Format::of(call, &call.query(&[&of_file[..], &["format"]].concat())?)?;
    let question = read_question(call, &of_file, &["format"]).await?;
    let asked = checked(question, call.now, false)?;
    let (answer, version) = walked(call.db()?, &asked).await?;
    reply(format, &answer, version, "what-if")
}

/// The answer with the version of the data that it was made from.
pub(super) async fn walked(db: &D1, asked: &Asked) -> Result<(WhatIfResult, i64), Problem> {
    for _ in 0..READS {
        let index = find(db, &asked.slug).await?;
        let loaded = load(db, &index, &with_first_holdings(asked)).await?;
        refuse_too_many(&loaded)?;
        if let Some(answer) = answered(db, &index, &loaded, asked).await? {
            return Ok(answer);
        }
    }
    Err(moved().into())
}

/// The range asked for, from the first holdings of one's own on: what was set before the range drifts into it.
fn with_first_holdings(asked: &Asked) -> Wanted {
    let first = asked.holdings.as_ref().and_then(|dated| dated.keys().next().copied());
    let start = asked.wanted.start.map(|start| first.map_or(start, |first| first.min(start)));
    Wanted { start, ..asked.wanted.clone() }
}

/// The answer with the version it was read under; `None` where data was published meanwhile.
async fn answered(
    db: &D1,
    index: &IndexRow,
    loaded: &Loaded,
    asked: &Asked,
) -> Result<Option<(WhatIfResult, i64)>, Problem> {
    let store = D1ResearchStore::new(db);
    let range = range_of(loaded)?;
    let definition = &index.definition;
    let pace = asked.rebalance.unwrap_or(definition.rebalance);
    if pace < definition.rebalance {
        let rule = format!("not more often than the index itself, which is {}", definition.rebalance.name());
        return Err(Problem::impossible("rebalance", pace.name(), rule));
    }
    let weighting = asked.weighting.unwrap_or(definition.weighting);
    let before = if weighting.needs_risk() { WINDOW_SESSIONS } else { 0 };
    let mut warnings = loaded.performance.warnings.clone();
    let held = asked.holdings.iter().flat_map(|dated| dated.values().flatten().map(|(ticker, _)| ticker));
    let named: Vec<Ticker> = asked.pinned.iter().chain(&asked.excluded).chain(held).cloned().collect();
    let ids = store.ids(&named).await?;
    refuse_unknown(&named, &ids)?;
    let of = |tickers: &[Ticker]| -> Vec<i64> { tickers.iter().filter_map(|t| ids.get(t.as_str()).copied()).collect() };
    let top_n = asked.top_n.unwrap_or(definition.top_n);
    let pairs = loaded.range.sessions.len() as u64 * u64::from(top_n) * u64::from(top_n);
    if weighting.needs_risk() && pairs / pace.sessions() > MOST_PAIRS {
        let detail = "expected fewer members, rebalances or sessions: their covariances take too long to estimate";
        return Err(Problem::refused("range_too_large", detail));
    }
    let is_chosen_anew = !asked.pinned.is_empty() || !asked.excluded.is_empty() || asked.top_n.is_some();
    let rankings = if is_chosen_anew {
        let places = usize::try_from(top_n.max(definition.top_n) + definition.buffer).unwrap_or(usize::MAX);
        let mut others = of(&asked.pinned);
        if let Some(universe) = &definition.universe {
            others.extend(store.ids(universe).await?.into_values());
        }
        let places = places + asked.excluded.len() + asked.pinned.len();
        let rows = loaded.range.sessions.len() as u64 * (places + others.len()) as u64;
        if rows > MEMBER_ROWS {
            let detail = format!("expected at most {MEMBER_ROWS} ranked rows in one answer, these are {rows}");
            return Err(Problem::refused("range_too_large", detail));
        }
        let (rankings, versions) = store.rankings(index, range, places, &others).await?;
        if versions != loaded.range.versions {
            return Ok(None);
        }
        rankings
    } else {
        Vec::new()
    };
    let mut extra: Vec<i64> = ids.values().copied().collect();
    extra.extend(rankings.iter().flat_map(|ranking| ranking.list.iter().map(|(id, ..)| *id)));
    let studied = store.study_with(index, range, before, extra).await?;
    if studied.versions != loaded.range.versions {
        return Ok(None);
    }
    let line_of = |id: i64| studied.securities.binary_search_by_key(&id, |security| security.id).ok();
    let variant = if let Some(dated) = &asked.holdings {
        let walk = walk_holdings(&studied, dated, &ids, asked.wanted.end)?;
        match asked.wanted.start {
            Some(start) => walk.since(start),
            None => walk,
        }
    } else {
        let universe = definition.universe.as_ref();
        let may = |line: usize| {
            let ticker = &studied.study.panel.lines[line].ticker;
            let listed = |list: &Vec<Ticker>| list.iter().any(|other| other.as_str() == ticker);
            universe.is_none_or(listed) || asked.pinned.iter().any(|pin| pin.as_str() == ticker)
        };
        let ranked = |(id, cap, close): &(i64, f64, f64)| {
            let line = line_of(*id).filter(|line| may(*line))?;
            Some(Ranked { line, cap: *cap, close: *close })
        };
        let rankings: BTreeMap<Day, Vec<Ranked>> =
            rankings.iter().map(|ranking| (ranking.day, ranking.list.iter().filter_map(ranked).collect())).collect();
        let lines = |ids: Vec<i64>| ids.into_iter().filter_map(line_of).collect();
        let change = Change {
            pinned: lines(of(&asked.pinned)),
            excluded: lines(of(&asked.excluded)),
            top_n: usize::try_from(top_n).unwrap_or(usize::MAX),
        };
        let cap_limit = asked.cap_limit.unwrap_or(DEFAULT_CAP_LIMIT);
        run(&studied.study, &rankings, &Scenario { change, weighting, cap_limit, period: pace.period() })
    };
    if is_chosen_anew && definition.share_classes != domain::index::ShareClasses::Line {
        warnings.push("whoever takes a free place is ranked by line, not by company".into());
    }
    let Some(first) = variant.steps.first() else {
        return Err(Problem::refused("nothing_held", "nobody could be held on any session of the range"));
    };
    let begins = loaded.performance.data.iter().map(|point| point.date);
    if begins.filter(|day| asked.wanted.start.is_none_or(|start| *day >= start)).any(|day| day < first.day) {
        warnings.push(format!("the comparison starts at {}: nothing is held before", first.day));
    }
    let version = studied.versions.all;
    Ok(Some((side_by_side(loaded, &studied, &variant, asked, warnings), version)))
}

fn refuse_unknown(named: &[Ticker], ids: &BTreeMap<String, i64>) -> Result<(), Problem> {
    let unknown = named.iter().filter(|ticker| !ids.contains_key(ticker.as_str())).take(20);
    let errors: Vec<_> =
        unknown.map(|ticker| field_error("ticker", Some(ticker.as_str()), "a ticker of which data is held")).collect();
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid_fields(errors)) }
}

/// Walks holdings that are set at their dates and drift between; what is set after the end that was asked for does not matter.
fn walk_holdings(
    studied: &StudiedIndex,
    dated: &Dated,
    ids: &BTreeMap<String, i64>,
    end: Option<Day>,
) -> Result<Replay, Problem> {
    let panel = &studied.study.panel;
    let sessions: Vec<Day> = studied.study.sessions.iter().map(|session| session.day).collect();
    let mut errors = Vec::new();
    let mut targets: BTreeMap<Day, Vec<Held>> = BTreeMap::new();
    for (day, held) in dated.iter().filter(|(day, _)| end.is_none_or(|end| **day <= end)) {
        if sessions.binary_search(day).is_err() {
            errors.push(field_error("date", Some(&day.to_string()), "a session of the range compared"));
            continue;
        }
        let mut set = Vec::with_capacity(held.len());
        for (ticker, weight) in held {
            let id = ids.get(ticker.as_str());
            let line = id.and_then(|id| studied.securities.binary_search_by_key(id, |security| security.id).ok());
            match line.and_then(|line| Some((line, panel.lines[line].bar(*day)?.close))) {
                Some((line, price)) => set.push(Held { line, weight: *weight, price }),
                None => errors.push(field_error("ticker", Some(ticker.as_str()), format!("a close on {day}"))),
            }
        }
        targets.insert(*day, set);
    }
    if !errors.is_empty() {
        errors.truncate(20);
        return Err(Problem::invalid_fields(errors));
    }
    Ok(replay(panel, &sessions, studied.study.dividend_share, |day, _| targets.get(&day).cloned()))
}

fn side_by_side(
    loaded: &Loaded,
    studied: &StudiedIndex,
    variant: &Replay,
    asked: &Asked,
    warnings: Vec<String>,
) -> WhatIfResult {
    let performance = &loaded.performance;
    let start = variant.steps.first().map_or(performance.start_date, |step| step.day);
    let skipped = performance.data.len() - variant.steps.len().min(performance.data.len());
    let data = &performance.data[skipped..];
    let own: Vec<f64> = data.iter().skip(1).map(|point| point.daily_return.unwrap_or(0.0)).collect();
    let changed: Vec<f64> = variant.steps.iter().skip(1).map(|step| step.value.unwrap_or(0.0)).collect();
    let end = performance.end_date;
    let found = compare(&Series::daily(&changed, start, end).against(&own));
    let side = |returns: &[f64], cumulative: f64, turnovers: Vec<f64>| WhatIfSide {
        cumulative_return: cumulative,
        mean_turnover: turnovers.iter().sum::<f64>() / f64::from(u32::try_from(turnovers.len().max(1)).unwrap_or(1)),
        statistics: named_statistics(&statistics(&Series::daily(returns, start, end)), false),
    };
    let base_level = data.first().map_or(BASE_VALUE, |point| point.level);
    let sessions = variant.steps.iter().zip(data).map(|(step, point)| WhatIfSession {
        date: step.day,
        base: point.level / base_level * BASE_VALUE,
        variant: step.level * BASE_VALUE,
    });
    let last: Vec<(usize, f64)> =
        studied.study.sessions.last().map_or_else(Vec::new, |session| {
            session.members.iter().map(|member| (member.line, member.weight)).collect()
        });
    let held: Vec<(usize, f64)> = variant.last.iter().map(|held| (held.line, held.weight)).collect();
    let mut members: Vec<WhatIfMember> = held
        .iter()
        .map(|(line, weight)| WhatIfMember {
            ticker: studied.study.panel.lines[*line].ticker.clone(),
            name: studied.securities[*line].name.clone(),
            sector: studied.study.panel.lines[*line].sector.clone(),
            weight: *weight,
            base_weight: last.iter().find(|(other, _)| other == line).map_or(0.0, |(_, weight)| *weight),
        })
        .collect();
    members.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.ticker.cmp(&b.ticker)));
    WhatIfResult {
        index: performance.index.clone(),
        start_date: start,
        end_date: performance.end_date,
        synthetic: performance.synthetic,
        warnings,
        changes: in_words(asked),
        base_agrees: performance.outdated || base_agrees(loaded, studied),
        base: side(
            &own,
            data.last().map_or(0.0, |point| point.level / base_level - 1.0),
            data.iter().skip(1).map(|point| point.turnover).collect(),
        ),
        variant: side(
            &changed,
            variant.steps.last().map_or(0.0, |step| step.level - 1.0),
            variant.steps.iter().skip(1).map(|step| step.turnover).collect(),
        ),
        tracking_difference: found.tracking_difference,
        tracking_error: found.tracking_error,
        correlation: found.correlation,
        active_share: active_share(&held, &last),
        data: sessions.collect(),
        members,
    }
}

/// Whether the members' returns, computed here, sum to those that SQL stored.
fn base_agrees(loaded: &Loaded, studied: &StudiedIndex) -> bool {
    let stored = loaded.returns();
    let found = studied.study.contributions();
    found.len() == stored.len()
        && found.iter().zip(&stored).all(|((day, parts), stored)| {
            let sum: f64 = parts.iter().map(|part| part.weight * part.value).sum();
            *day == stored.day && (sum - stored.value).abs() <= AGREEMENT
        })
}
