//! `GET /composition-changes`.

use domain::api::{ChangesOfDay, CompositionChanges, MemberChange};
use domain::units::Day;

use super::format::{Csv, Format, optional, text};
use super::performance::nothing_built;
use super::{find, read_range, report, slug_of};
use crate::error::Problem;
use crate::routes::cached::{Computed, cached_under};
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::indices::{D1IndexStore, IndexRow, Move, Moves, scopes};

/// Who came and went, on the days on which anybody did.
pub(in crate::routes) async fn changes(call: &Call) -> Answer {
    let query = call.query(&["start_date", "end_date", "index", "format"])?;
    let (start, end) = read_range(&query, call.now)?;
    let (slug, format) = (slug_of(&query), Format::of(call, &query)?);
    let key = format!("{slug}&{}&{}&{}", optional(start), optional(end), format.name());
    let scopes = scopes(&slug);
    cached_under(call, &scopes.each_ref().map(String::as_str), &key, async |db, known| {
        let store = D1IndexStore::new(db);
        let (index, moves) = match store.standing(&slug, known).await? {
            Some(standing) => (standing.index.clone(), standing.changes(start, end, known)),
            None => {
                let index = find(db, &slug).await?;
                let moves = store.changes(&index, start, end).await?;
                (index, moves)
            }
        };
        let (changes, versions) = listed(&index, moves)?;
        let body = match format {
            Format::Json => serde_json::to_vec(&changes).map_err(Problem::internal)?,
            Format::Csv => csv(&changes),
            Format::Xlsx => report::of_changes(&index, &changes)?,
        };
        Ok(Computed {
            versions,
            content_type: format.content_type(),
            disposition: format.disposition(&slug, "changes"),
            body,
        })
    })
    .await
}

/// Reads the changes of a range.
pub(crate) async fn load(
    db: &D1,
    index: &IndexRow,
    start: Option<Day>,
    end: Option<Day>,
) -> Result<(CompositionChanges, Versions), Problem> {
    listed(index, D1IndexStore::new(db).changes(index, start, end).await?)
}

/// A range of which nothing is built is refused as for the performance; one with holes is not: changes do not compound.
fn listed(index: &IndexRow, moves: Moves) -> Result<(CompositionChanges, Versions), Problem> {
    if !moves.built {
        return Err(nothing_built(index));
    }
    let changes =
        CompositionChanges { index: index.slug.clone(), synthetic: moves.synthetic, changes: by_day(moves.rows) };
    Ok((changes, moves.versions))
}

fn by_day(moves: Vec<Move>) -> Vec<ChangesOfDay> {
    let mut days: Vec<ChangesOfDay> = Vec::new();
    for one in moves {
        let date = Day::from_number(one.day);
        if days.last().is_none_or(|day| day.date != date) {
            let (turnover, outdated) = (one.turnover, one.outdated == 1);
            days.push(ChangesOfDay { date, entered: Vec::new(), exited: Vec::new(), turnover, outdated });
        }
        let Some(day) = days.last_mut() else { continue };
        let list = if one.action == "entered" { &mut day.entered } else { &mut day.exited };
        list.push(MemberChange {
            ticker: one.ticker,
            name: one.name,
            rank: one.rank,
            previous_rank: one.previous_rank,
            market_cap: one.cap,
            reason: one.reason,
        });
    }
    days
}

fn csv(changes: &CompositionChanges) -> Vec<u8> {
    let mut table =
        Csv::new(&["date", "ticker", "name", "action", "rank", "previous_rank", "market_cap", "reason", "turnover"]);
    for day in &changes.changes {
        let both = [("entered", &day.entered), ("exited", &day.exited)];
        for (action, member) in both.into_iter().flat_map(|(action, list)| list.iter().map(move |one| (action, one))) {
            table.row(&[
                day.date.to_string(),
                text(&member.ticker),
                optional(member.name.as_deref().map(text)),
                action.to_owned(),
                optional(member.rank),
                optional(member.previous_rank),
                optional(member.market_cap),
                member.reason.clone(),
                day.turnover.to_string(),
            ]);
        }
    }
    table.into_bytes()
}
