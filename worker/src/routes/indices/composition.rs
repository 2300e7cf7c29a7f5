//! `GET /index-composition`.

use domain::api::{Constituent, IndexComposition};
use domain::calendar;
use domain::index::{SessionReturn, compound};
use domain::units::Day;

use super::format::{Csv, Format, optional, text};
use super::{find, not_built, read_session, report, slug_of};
use crate::error::Problem;
use crate::routes::cached::{Computed, cached_under};
use crate::routes::request::Call;
use crate::routes::respond::Answer;
use crate::stores::d1::D1;
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::indices::{D1IndexStore, IndexRow, MemberRow, SessionMembers, scopes};

/// The members as chosen at a close.
pub(in crate::routes) async fn composition(call: &Call) -> Answer {
    let query = call.query(&["date", "index", "format"])?;
    let day = read_session(&query, call.now)?;
    let (slug, format) = (slug_of(&query), Format::of(call, &query)?);
    let key = format!("{slug}&{day}&{}", format.name());
    let scopes = scopes(&slug);
    cached_under(call, &scopes.each_ref().map(String::as_str), &key, async |db, known| {
        let store = D1IndexStore::new(db);
        let (index, found) = match store.standing(&slug, known).await? {
            Some(standing) => (standing.index.clone(), store.members_of_standing(&standing, day, known).await?),
            None => {
                let index = find(db, &slug).await?;
                let found = store.session_members(&index, day).await?;
                (index, found)
            }
        };
        let (composition, versions) = composed(&index, day, found)?;
        let body = match format {
            Format::Json => serde_json::to_vec(&composition).map_err(Problem::internal)?,
            Format::Csv => csv(&composition),
            Format::Xlsx => report::of_composition(&index, &composition)?,
        };
        Ok(Computed {
            versions,
            content_type: format.content_type(),
            disposition: format.disposition(&slug, &format!("composition-{day}")),
            body,
        })
    })
    .await
}

/// Reads the members at a close.
pub(crate) async fn load(db: &D1, index: &IndexRow, day: Day) -> Result<(IndexComposition, Versions), Problem> {
    composed(index, day, D1IndexStore::new(db).session_members(index, day).await?)
}

/// The members of a session and their parts of its level.
fn composed(index: &IndexRow, day: Day, found: SessionMembers) -> Result<(IndexComposition, Versions), Problem> {
    if found.members.is_empty() {
        return Err(not_built(index, day));
    }
    let level = level_of(&found.returns);
    let composition = IndexComposition {
        index: index.slug.clone(),
        date: day,
        effective_date: calendar::next_session(day),
        count: found.members.len(),
        level,
        synthetic: found.synthetic,
        outdated: found.outdated,
        constituents: found.members.into_iter().map(|row| constituent(row, level)).collect(),
    };
    Ok((composition, found.versions))
}

/// The level at the last of the sessions, the first built one at the base value; holes are passed over.
pub(super) fn level_of(returns: &[SessionReturn]) -> f64 {
    let levels = compound(returns, true).unwrap_or_default();
    levels.last().map_or(domain::index::BASE_VALUE, |point| point.level)
}

/// A stored member as the API shows it, holding its part of a level.
pub(super) fn constituent(row: MemberRow, level: f64) -> Constituent {
    let notional = row.weight * level;
    Constituent {
        rank: row.rank,
        ticker: row.ticker,
        name: row.name,
        sector: row.sector,
        weight: row.weight,
        price: row.price,
        market_cap: row.cap,
        shares: notional / row.price,
        notional,
    }
}

fn csv(composition: &IndexComposition) -> Vec<u8> {
    let mut table =
        Csv::new(&["date", "rank", "ticker", "name", "sector", "weight", "price", "market_cap", "shares", "notional"]);
    for member in &composition.constituents {
        table.row(&[
            composition.date.to_string(),
            member.rank.to_string(),
            text(&member.ticker),
            optional(member.name.as_deref().map(text)),
            optional(member.sector.as_deref().map(text)),
            member.weight.to_string(),
            member.price.to_string(),
            member.market_cap.to_string(),
            member.shares.to_string(),
            member.notional.to_string(),
        ]);
    }
    table.into_bytes()
}
