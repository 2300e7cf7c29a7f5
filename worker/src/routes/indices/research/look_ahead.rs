//! `POST /indices/{slug}/look-ahead-check`: whether anything of the future reaches the past.

use domain::api::{LookAheadCheck, LookAheadReport, LookAheadSession, MovedValue};
use domain::index::plan_build;
use domain::ports::IndexStore;
use domain::research::{Evaluation, Moved, Part, moved, sampled_sessions};
use domain::units::{Day, DayRange, UnixMillis};

use super::super::performance::{Wanted, load};
use super::super::{check_range, find};
use crate::error::{Problem, field_error};
use crate::routes::request::Call;
use crate::routes::respond::{Answer, Reply};
use crate::stores::d1::D1;
use crate::stores::d1::indices::{D1IndexStore, IndexRow};
use crate::stores::d1::instead::Future;

const DEFAULT_SAMPLES: u32 = 5;
const MOST_SAMPLES: u32 = 20;

/// The largest whole number that every client reads back as it was sent.
const MOST_SEED: u64 = (1 << 53) - 1;

/// Tries random sessions with another future, in copies that the statements of the build read instead of what is stored.
pub(in crate::routes) async fn look_ahead(call: &Call) -> Answer {
    call.query(&[])?;
    let asked: LookAheadCheck = if call.has_body() { call.json().await? } else { LookAheadCheck::default() };
    let (report, version) = checked(call.db()?, call.param("slug"), &asked, call.now).await?;
    Ok(Reply::json(&report)?.with_data_version(version))
}

/// The report with the version of the data.
pub(super) async fn checked(
    db: &D1,
    slug: &str,
    asked: &LookAheadCheck,
    now: UnixMillis,
) -> Result<(LookAheadReport, i64), Problem> {
    check_range(asked.start_date, asked.end_date, now)?;
    let samples = asked.samples.unwrap_or(DEFAULT_SAMPLES);
    if !(1..=MOST_SAMPLES).contains(&samples) {
        let rule = format!("a whole number from 1 to {MOST_SAMPLES}");
        return Err(Problem::invalid_fields(vec![field_error("samples", Some(&samples.to_string()), rule)]));
    }
    let seed = asked.seed.unwrap_or(1);
    if seed > MOST_SEED {
        let rule = format!("a whole number from 0 to {MOST_SEED}");
        return Err(Problem::invalid_fields(vec![field_error("seed", Some(&seed.to_string()), rule)]));
    }
    let index = find(db, slug).await?;
    let wanted = Wanted { start: asked.start_date, end: asked.end_date, bridge: true, benchmark: None };
    let loaded = load(db, &index, &wanted).await?;
    let days: Vec<Day> = loaded.performance.data.iter().map(|point| point.date).collect();
    let after_first = days.get(1..).unwrap_or_default();
    if after_first.is_empty() {
        return Err(Problem::refused("nothing_to_check", "expected at least two built sessions in the range"));
    }
    let mut sessions = Vec::new();
    for from in sampled_sessions(after_first, usize::try_from(samples).unwrap_or(1), seed) {
        let before = days.iter().rev().find(|day| **day < from).copied();
        let future = Future { from, seed: u32::try_from(seed % 1_000_003).unwrap_or(1) };
        sessions.push(tried(db, &index, before, future).await?);
    }
    let report = LookAheadReport {
        index: index.slug,
        seed,
        passed: sessions.iter().all(|session| session.moved.is_empty() && session.perturbation_felt),
        checked_sessions: sessions.len(),
        sessions,
    };
    Ok((report, loaded.range.versions.all))
}

/// One session: the members in place before it, and everything of the session before, must stay.
async fn tried(db: &D1, index: &IndexRow, before: Option<Day>, future: Future) -> Result<LookAheadSession, Problem> {
    let as_it_is = evaluated(db, index, future.from, None).await?;
    let changed = evaluated(db, index, future.from, Some(future)).await?;
    let mut found = moved(&as_it_is, &changed, Part::Members);
    if let Some(before) = before {
        let earlier = evaluated(db, index, before, None).await?;
        let earlier_changed = evaluated(db, index, before, Some(future)).await?;
        found.extend(moved(&earlier, &earlier_changed, Part::Everything));
    }
    let value =
        |of: Moved| MovedValue { what: of.what.to_owned(), ticker: of.ticker, before: of.before, after: of.after };
    Ok(LookAheadSession {
        perturbed_from: future.from,
        members: as_it_is.members.len(),
        session_before: before,
        perturbation_felt: as_it_is.value != changed.value,
        moved: found.into_iter().map(value).collect(),
    })
}

/// What the statements of the build say of a session.
async fn evaluated(db: &D1, index: &IndexRow, day: Day, future: Option<Future>) -> Result<Evaluation, Problem> {
    let store = D1IndexStore::new(db).with_another_future(future);
    let range = DayRange::new(day, day).ok_or_else(|| Problem::internal("a day is a range"))?;
    let held = store.rankable_sessions(&index.definition, range).await?;
    let plan = plan_build(&index.definition, range, &held.days, true)
        .map_err(|error| Problem::conflict("inputs_gone", format!("{day} cannot be computed again: {error}")))?;
    let rows = store.explain(index, &plan).await?.rows;
    let value = rows.iter().map(|member| member.contribution).sum();
    let members = rows.into_iter().map(|member| (member.ticker, member.weight)).collect::<Vec<_>>();
    Ok(Evaluation { value: (!members.is_empty()).then_some(value), members })
}
