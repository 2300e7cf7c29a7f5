//! `POST /build-index`.

use domain::api::{BuildCost, BuildIndex, BuiltIndex, PerformanceSummary};
use domain::index::{BASE_VALUE, METHOD_VERSION, PlanError};
use domain::research::Policy;
use domain::units::{Day, DayRange};

use super::performance::{Wanted, jumps, load};
use super::research::refuse_suspicious;
use super::{check_range, definition, find, refuse_non_session};
use crate::error::{Problem, field_error};
use crate::jobs::build_index::{self, BuildError, Done, How};
use crate::routes::request::Call;
use crate::routes::respond::{Answer, Reply};
use crate::stores::d1::indices::{D1IndexStore, scopes};
use crate::stores::{memory_cache, sha256_hex};

/// Builds a range of an index from the stored prices.
///
/// 1. Reads the request from the body, or from the query where there is none.
/// 2. Builds, which makes the whole range visible at once.
/// 3. Answers with the range in short and what it cost.
pub(in crate::routes) async fn build(call: &Call) -> Answer {
    let request = read_request(call).await?;
    let definition = definition::of_request(&request)?;
    let start = request.start_date.ok_or_else(|| Problem::missing_parameter("start_date"))?;
    let end = request.end_date.unwrap_or(start);
    check_range(Some(start), Some(end), call.now)?;
    if start == end {
        refuse_non_session("start_date", start)?;
    }
    let range = DayRange::new(start, end).ok_or_else(|| Problem::internal("a checked range is a range"))?;
    let (db, bridge) = (call.db()?, request.gaps.is_some());
    let policy = request.quality.as_deref().and_then(Policy::from_name).unwrap_or(Policy::Pass);
    if policy == Policy::Block {
        refuse_suspicious(db, &definition, range, bridge).await?;
    }
    let store = D1IndexStore::new(db);
    let how = How { bridge, examines: policy != Policy::Pass };
    let built = build_index::build(&store, &definition, call.principal.owner(), range, how, call.now).await;
    let done = match built {
        Ok(done) => done,
        Err(error) => return Err(problem(call, range, error).await),
    };
    let slug = definition.slug();
    memory_cache::note_write(&scopes(&slug).each_ref().map(String::as_str)[1..], done.built.data_version, call.now);
    let cost = db.cost();
    let index = find(db, &slug).await?;
    let wanted = Wanted { start: Some(start), end: Some(end), bridge: true, benchmark: None };
    let loaded = load(db, &index, &wanted).await?;
    let hashes: Vec<&str> = loaded.range.sessions.iter().map(|row| row.inputs_hash.as_str()).collect();
    let performance = &loaded.performance;
    let Some(last) = performance.data.last() else { return Err(Problem::internal("a built range is empty")) };
    let answer = BuiltIndex {
        index: slug,
        start_date: performance.start_date,
        end_date: performance.end_date,
        sessions: done.built.sessions,
        missing_sessions: done.plan.missing.iter().map(ToString::to_string).collect(),
        data_version: done.built.data_version,
        method_version: METHOD_VERSION,
        inputs_hash: sha256_hex(hashes.join("\n").as_bytes()),
        warnings: [warnings(&done, definition.top_n), jumps(&loaded.range).into_iter().collect()].concat(),
        cost: BuildCost { statements: cost.statements, rows_read: cost.rows_read, rows_written: cost.rows_written },
        performance: PerformanceSummary {
            base_value: BASE_VALUE,
            level: last.level,
            cumulative_return: last.cumulative_return,
            last_daily_return: last.daily_return,
            volatility: loaded.statistics.volatility,
            max_drawdown: loaded.statistics.max_drawdown,
            mean_turnover: mean(performance.data.iter().map(|point| point.turnover)),
        },
    };
    Ok(Reply::json(&answer)?.with_data_version(done.built.data_version))
}

async fn read_request(call: &Call) -> Result<BuildIndex, Problem> {
    if call.has_body() {
        call.query(&[])?;
        return call.json().await;
    }
    definition::from_query(&call.query(&definition::PARAMETERS)?)
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
    if count == 0 { 0.0 } else { values.sum::<f64>() / f64::from(count) }
}

fn warnings(done: &Done, top_n: u32) -> Vec<String> {
    let mut warnings = Vec::new();
    if !done.plan.missing.is_empty() {
        warnings.push(format!("{} sessions of the range hold no data and were not built", done.plan.missing.len()));
    }
    if done.built.fewest_members < u64::from(top_n) {
        warnings.push(format!("on some sessions only {} of {top_n} members were eligible", done.built.fewest_members));
    }
    if done.built.assumed_members > 0 {
        warnings.push(format!(
            "{} members of the first session were chosen by a share count that was not known yet (assumed)",
            done.built.assumed_members
        ));
    }
    if !done.built.suspicious.is_empty() {
        let told = |(check, found, repaired): &(String, u64, u64)| match repaired {
            0 => format!("{found} {check}"),
            _ => format!("{found} {check} ({repaired} repaired)"),
        };
        let list: Vec<String> = done.built.suspicious.iter().map(told).collect();
        warnings.push(format!(
            "suspicious data of whoever can be chosen: {}; /index-explain tells it of each session",
            list.join(", ")
        ));
    }
    warnings
}

/// What a client is told of a build that was not done.
async fn problem(call: &Call, range: DayRange, error: BuildError) -> Problem {
    match error {
        BuildError::Plan(PlanError::NothingHeld) => match held(call).await {
            Ok(Some((first, last))) => {
                let detail = format!(
                    "no data is held for any session from {} to {}; it is held from {first} to {last}",
                    range.first(),
                    range.last()
                );
                Problem::no_data(detail, vec![first, last])
            }
            Ok(None) => Problem::no_data("no data is held at all: ingest or import some first", Vec::new()),
            Err(problem) => problem,
        },
        BuildError::Plan(PlanError::MissingRebalance(days)) => {
            let list: Vec<String> = days.iter().map(ToString::to_string).collect();
            let errors =
                list.iter().map(|day| field_error("session", Some(day), "data for the rebalance before the range"));
            let errors = errors.collect();
            Problem::missing_sessions(
                format!("the members in place were chosen at sessions without data: {}", list.join(", ")),
                errors,
            )
        }
        BuildError::TooLarge { .. } | BuildError::TooMuchRisk => {
            Problem::refused("range_too_large", format!("{error}; build it in parts, they agree"))
        }
        BuildError::TooManyIndices => Problem::conflict("too_many_indices", error.to_string()),
        BuildError::Store(error) => error.into(),
    }
}

/// The first and last session held.
async fn held(call: &Call) -> Result<Option<(Day, Day)>, Problem> {
    Ok(D1IndexStore::new(call.db()?).held_ends().await?)
}
