//! The index service: builds, and what is read of an index.

mod build;
mod changes;
mod composition;
mod compositions;
mod definition;
mod explain;
mod export;
pub(in crate::routes) mod format;
mod list;
mod performance;
mod report;
mod research;

pub(super) use build::build;
pub(super) use changes::changes;
pub(crate) use changes::load as load_changes;
pub(super) use composition::composition;
pub(crate) use composition::load as load_composition;
pub(super) use compositions::compositions;
pub(crate) use definition::summary;
pub(super) use explain::explain;
pub(crate) use explain::load as load_explanation;
pub(super) use export::export;
pub(super) use format::{Csv, text as csv_text};
pub(super) use list::{list, one};
pub(super) use performance::performance;
pub(crate) use performance::{Wanted, load as load_performance, read_benchmark};
pub(crate) use research::{
    Asker, answers, kept, kept_as, load_definition_comparison, load_membership, load_shares, read_known_on, read_ticker,
};
pub(super) use research::{
    attribution, compare, compare_definitions, delete_definition, get_definition, list_definitions, look_ahead,
    membership, quality, save_definition, shares, statistics, trades, what_if,
};

use domain::calendar;
use domain::index::IndexDefinition;
use domain::units::{Day, UnixMillis};

use super::query::Query;
use crate::error::Problem;
use crate::stores::d1::D1;
use crate::stores::d1::indices::{D1IndexStore, IndexRow};

/// The slug asked for, or that of the default index.
fn slug_of(query: &Query) -> String {
    query.text("index").map_or_else(|| IndexDefinition::default().slug(), str::to_owned)
}

/// The index, or 404 saying what to do about it.
async fn find(db: &D1, slug: &str) -> Result<IndexRow, Problem> {
    let found = D1IndexStore::new(db).find(slug).await?;
    match found {
        Some(index) => Ok(index),
        None if slug == IndexDefinition::default().slug() => {
            Err(Problem::no_data(format!("nothing of {slug} is built yet: POST /build-index"), Vec::new()))
        }
        None => Err(Problem::unknown("index", slug)),
    }
}

/// Refuses a day that has not come yet anywhere.
fn refuse_future(name: &str, day: Option<Day>, now: UnixMillis) -> Result<(), Problem> {
    let today = i32::try_from(now.0.div_euclid(86_400_000)).map_or(Day::from_number(i32::MAX), Day::from_number);
    match day {
        Some(day) if day > today => Err(Problem::impossible(name, &day.to_string(), "a date not in the future")),
        _ => Ok(()),
    }
}

/// Reads and checks the ends of a range.
pub(crate) fn read_range(query: &Query, now: UnixMillis) -> Result<(Option<Day>, Option<Day>), Problem> {
    let (start, end) = (query.day("start_date")?, query.day("end_date")?);
    check_range(start, end, now)?;
    Ok((start, end))
}

fn check_range(start: Option<Day>, end: Option<Day>, now: UnixMillis) -> Result<(), Problem> {
    refuse_future("start_date", start, now)?;
    refuse_future("end_date", end, now)?;
    if let (Some(start), Some(end)) = (start, end) {
        super::query::day_range(start, end)?;
    }
    Ok(())
}

/// The session asked for by `date`, or 404 naming the sessions next to it.
pub(crate) fn read_session(query: &Query, now: UnixMillis) -> Result<Day, Problem> {
    let day = query.required_day("date")?;
    refuse_future("date", Some(day), now)?;
    refuse_non_session("date", day)?;
    Ok(day)
}

fn refuse_non_session(name: &str, day: Day) -> Result<(), Problem> {
    if calendar::is_session(day) {
        return Ok(());
    }
    let near = calendar::nearest_sessions(day);
    Err(Problem::not_a_session(name, day, near.before.into_iter().chain(near.after).collect()))
}

/// 404 for a session that is not built, naming those that are next to it.
fn not_built(index: &IndexRow, day: Day) -> Problem {
    let held = index.built.map_or_else(
        || format!("nothing of {} is built yet: POST /build-index", index.slug),
        |built| format!("{day} of {} is not built; it is built from {} to {}", index.slug, built.first(), built.last()),
    );
    let near = |built: domain::units::DayRange| {
        if day < built.first() {
            vec![built.first()]
        } else if day > built.last() {
            vec![built.last()]
        } else {
            let near = calendar::nearest_sessions(day);
            near.before.into_iter().chain(near.after).collect()
        }
    };
    Problem::no_data(held, index.built.map(near).unwrap_or_default())
}

/// Reads `gaps`: absent, or `bridge`.
fn read_bridge(query: &Query) -> Result<bool, Problem> {
    Ok(query.choice("gaps", &[("bridge", true)])?.unwrap_or(false))
}
