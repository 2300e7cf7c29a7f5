//! `GET /index-compositions`: the members at every close of a range.

use domain::api::{Constituent, IndexCompositions, SessionMembers};
use domain::units::{Day, DayRange};

use super::composition::constituent;
use super::export::levels_from_start;
use super::{find, not_built, read_range, slug_of};
use crate::error::Problem;
use crate::routes::cached::{Computed, cached};
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::indices::{D1IndexStore, IndexRow, scopes};

/// The most sessions of one answer, so that an isolate holds it; a longer range is asked for in parts.
const MOST_SESSIONS: usize = domain::export::MAX_SERVER_COMPOSITION_SESSIONS;

/// The members of every session of a range.
pub(in crate::routes) async fn compositions(call: &Call) -> Answer {
    let query = call.query(&["start_date", "end_date", "index"])?;
    let (start, end) = read_range(&query, call.now)?;
    let slug = slug_of(&query);
    let key = format!("{slug}&{}&{}", super::format::optional(start), super::format::optional(end));
    let scopes = scopes(&slug);
    cached(call, &scopes.each_ref().map(String::as_str), &key, async |db| {
        let index = find(db, &slug).await?;
        let (compositions, versions) = load(db, &index, start, end).await?;
        let body = serde_json::to_vec(&compositions).map_err(Problem::internal)?;
        Ok(Computed { versions, content_type: "application/json", disposition: None, body })
    })
    .await
}

async fn load(
    db: &D1,
    index: &IndexRow,
    start: Option<Day>,
    end: Option<Day>,
) -> Result<(IndexCompositions, Versions), Problem> {
    let built = index.built.ok_or_else(|| not_built(index, start.or(end).unwrap_or(Day::from_number(0))))?;
    let (first, last) =
        (start.unwrap_or(built.first()).max(built.first()), end.unwrap_or(built.last()).min(built.last()));
    let range = DayRange::new(first, last).ok_or_else(|| not_built(index, start.unwrap_or(first)))?;
    let store = D1IndexStore::new(db);
    let levels = levels_from_start(db, index, last).await?;
    let sessions = levels.len() - levels.partition_point(|(day, _)| *day < first);
    if sessions > MOST_SESSIONS {
        let detail =
            format!("at most {MOST_SESSIONS} sessions are answered at once, the range has {sessions}; ask in parts");
        return Err(Problem::refused("range_too_large", detail));
    }
    let members = store.members(index, range).await?;
    let mut data: Vec<SessionMembers> = Vec::with_capacity(sessions);
    for row in members.rows {
        let date = Day::from_number(row.day);
        let level =
            levels.binary_search_by_key(&date, |(day, _)| *day).map_or(domain::index::BASE_VALUE, |at| levels[at].1);
        let member: Constituent = constituent(row, level);
        match data.last_mut() {
            Some(last) if last.date == date => last.constituents.push(member),
            _ => data.push(SessionMembers { date, level, constituents: vec![member] }),
        }
    }
    if data.is_empty() {
        return Err(not_built(index, first));
    }
    Ok((IndexCompositions { index: index.slug.clone(), data }, members.versions))
}
