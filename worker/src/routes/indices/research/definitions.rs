//! `/definitions`: what-if questions that are kept, and two of them side by side.

use std::collections::BTreeMap;

use domain::api::{
    ComparedDefinition, ComparedLevels, ComparedMember, DefinitionComparison, SavedDefinition, SavedDefinitionList,
    SavedDefinitionSummary, WhatIf, WhatIfMember, WhatIfResult, WhatIfSide,
};
use domain::index::{BASE_VALUE, IndexDefinition};
use domain::ports::StoreError;
use domain::research::{active_share, compare};
use domain::stats::{Series, statistics};
use domain::units::{Day, UnixMillis};

use super::super::format::Format;
use super::super::performance::named_statistics;
use super::super::read_range;
use super::question::{checked, in_words, read_question};
use super::table::reply;
use super::what_if::walked;
use crate::error::{Problem, field_error};
use crate::routes::request::Call;
use crate::routes::respond::{Answer, Reply};
use crate::stores::d1::D1;
use crate::stores::d1::definitions::{self, StoredDefinition};
use crate::stores::d1::indices::D1IndexStore;
use crate::stores::d1::research::moved;

/// Questions that one owner may keep.
const PER_OWNER: u32 = 100;

/// Bytes of one question; the database takes 1 MB of text.
const LONGEST_QUESTION: usize = 900_000;

/// How often two walks are tried again because data was published between them.
const READS: usize = 3;

/// `PUT /definitions/{name}`: keeps a question, in place of the one of that name.
pub(in crate::routes) async fn save(call: &Call) -> Answer {
    let name = read_name(call.param("name"))?;
    let question = read_question(call, &["index"], &[]).await?;
    if question.start_date.is_some() || question.end_date.is_some() {
        let rule = "absent: a definition is of no range, its comparison is";
        return Err(Problem::invalid_fields(vec![field_error("start_date", None, rule)]));
    }
    checked(question.clone(), call.now, false)?;
    let text = serde_json::to_string(&question).map_err(Problem::internal)?;
    if text.len() > LONGEST_QUESTION {
        return Err(Problem::too_large(LONGEST_QUESTION as u64));
    }
    let kept = definitions::save(call.db()?, call.principal.owner(), name, &text, PER_OWNER, call.now).await;
    match kept {
        Err(StoreError::Conflict(detail)) => Err(Problem::conflict("too_many_definitions", detail)),
        kept => Reply::json(&shown(kept?)),
    }
}

/// `GET /definitions`: the caller's own, by name.
pub(in crate::routes) async fn list(call: &Call) -> Answer {
    call.query(&[])?;
    let kept = kept(call.db()?, call.principal.owner(), call.now).await?;
    let short = |of: Kept| SavedDefinitionSummary {
        name: of.saved.name,
        index: of.index,
        changes: of.changes,
        updated_at: of.saved.updated_at,
    };
    Reply::json(&SavedDefinitionList { data: kept.into_iter().map(short).collect(), next_cursor: None })
}

/// A kept question, and what it changes.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Kept {
    #[serde(flatten)]
    saved: SavedDefinition,
    /// The index that it changes.
    index: String,
    /// In words.
    changes: Vec<String>,
}

impl Kept {
    fn of(stored: StoredDefinition, now: UnixMillis) -> Result<Self, Problem> {
        let asked = checked(stored.question.clone(), now, true)?;
        Ok(Self { changes: in_words(&asked), index: asked.slug, saved: shown(stored) })
    }
}

/// What an owner keeps, by name.
pub(crate) async fn kept(db: &D1, owner: &str, now: UnixMillis) -> Result<Vec<Kept>, Problem> {
    definitions::list(db, owner).await?.into_iter().map(|stored| Kept::of(stored, now)).collect()
}

/// What an owner keeps under a name.
pub(crate) async fn kept_as(db: &D1, owner: &str, name: &str, now: UnixMillis) -> Result<Kept, Problem> {
    let stored = definitions::find(db, owner, name).await?;
    Kept::of(stored.ok_or_else(|| Problem::unknown("definition", name))?, now)
}

/// `GET /definitions/{name}`.
pub(in crate::routes) async fn get(call: &Call) -> Answer {
    call.query(&[])?;
    let kept = kept_as(call.db()?, call.principal.owner(), call.param("name"), call.now).await?;
    Reply::json(&kept.saved)
}

/// `DELETE /definitions/{name}`.
pub(in crate::routes) async fn delete(call: &Call) -> Answer {
    call.query(&[])?;
    let name = call.param("name");
    match definitions::delete(call.db()?, call.principal.owner(), name).await? {
        true => Ok(Reply::no_content()),
        false => Err(Problem::unknown("definition", name)),
    }
}

/// `GET /definitions/{name}/compare`: beside another one, or beside an index as it is.
pub(in crate::routes) async fn side_by_side(call: &Call) -> Answer {
    let query = call.query(&["against", "start_date", "end_date", "format"])?;
    let (start, end) = read_range(&query, call.now)?;
    let format = Format::of(call, &query)?;
    let against = query.required("against")?;
    let asker = Asker { db: call.db()?, owner: call.principal.owner(), now: call.now };
    let (answer, version) = load_comparison(&asker, call.param("name"), against, (start, end)).await?;
    reply(format, &answer, version, "compared")
}

/// Who compares, and when.
pub(crate) struct Asker<'a> {
    pub(crate) db: &'a D1,
    pub(crate) owner: &'a str,
    pub(crate) now: UnixMillis,
}

/// Two definitions beside each other with the version of the data; each may be an index as it is.
pub(crate) async fn load_comparison(
    asker: &Asker<'_>,
    name: &str,
    against: &str,
    range: (Option<Day>, Option<Day>),
) -> Result<(DefinitionComparison, i64), Problem> {
    for _ in 0..READS {
        let (own, version) = answered(asker, name, range).await?;
        let (other, other_version) = answered(asker, against, range).await?;
        if version == other_version {
            return Ok((compared(own, other)?, version));
        }
    }
    Err(moved().into())
}

/// A definition walked over a range.
struct Walked {
    name: String,
    result: WhatIfResult,
}

/// Walks what is kept under a name, else the index of that slug as it is.
async fn answered(
    asker: &Asker<'_>,
    name: &str,
    (start, end): (Option<Day>, Option<Day>),
) -> Result<(Walked, i64), Problem> {
    let db = asker.db;
    let question = match definitions::find(db, asker.owner, name).await? {
        Some(kept) => kept.question,
        None if D1IndexStore::new(db).find(name).await?.is_some() => {
            WhatIf { index: Some(name.to_owned()), ..WhatIf::default() }
        }
        None => return Err(Problem::unknown("definition or index", name)),
    };
    let asked = checked(WhatIf { start_date: start, end_date: end, ..question }, asker.now, true)?;
    let (result, version) = walked(db, &asked).await?;
    Ok((Walked { name: name.to_owned(), result }, version))
}

fn compared(own: Walked, other: Walked) -> Result<DefinitionComparison, Problem> {
    let (start, end) =
        (own.result.start_date.max(other.result.start_date), own.result.end_date.min(other.result.end_date));
    let levels = |of: &WhatIfResult| -> Vec<(Day, f64)> {
        let common = of.data.iter().filter(|point| point.date >= start && point.date <= end);
        common.map(|point| (point.date, point.variant)).collect()
    };
    let (mine, theirs) = (levels(&own.result), levels(&other.result));
    if mine.is_empty() || !mine.iter().map(|(day, _)| day).eq(theirs.iter().map(|(day, _)| day)) {
        let detail = format!("{} and {} are not held on the same sessions", own.name, other.name);
        return Err(Problem::conflict("benchmark_incomplete", detail));
    }
    let returns =
        |levels: &[(Day, f64)]| -> Vec<f64> { levels.windows(2).map(|pair| pair[1].1 / pair[0].1 - 1.0).collect() };
    let (r, b) = (returns(&mine), returns(&theirs));
    let found = compare(&Series::daily(&r, start, end).against(&b));
    let base = |levels: &[(Day, f64)]| levels.first().map_or(1.0, |(_, level)| *level);
    let (own_base, other_base) = (base(&mine), base(&theirs));
    let level = |((day, own), (_, other)): (&(Day, f64), &(Day, f64))| ComparedLevels {
        date: *day,
        level: own / own_base * BASE_VALUE,
        against: other / other_base * BASE_VALUE,
    };
    let data = mine.iter().zip(&theirs).map(level).collect();
    let mut warnings = own.result.warnings.clone();
    warnings.extend(other.result.warnings.iter().filter(|other| !own.result.warnings.contains(other)).cloned());
    Ok(DefinitionComparison {
        start_date: start,
        end_date: end,
        synthetic: own.result.synthetic || other.result.synthetic,
        warnings,
        tracking_difference: found.tracking_difference,
        tracking_error: found.tracking_error,
        beta: found.beta,
        correlation: found.correlation,
        active_share: active_share(&held(&own.result), &held(&other.result)),
        members: members_of_both(&own.result.members, &other.result.members),
        data,
        definition: side(own, &mine, &r),
        against: side(other, &theirs, &b),
    })
}

fn held(of: &WhatIfResult) -> Vec<(&str, f64)> {
    of.members.iter().map(|member| (member.ticker.as_str(), member.weight)).collect()
}

fn side(of: Walked, levels: &[(Day, f64)], returns: &[f64]) -> ComparedDefinition {
    let (first, last) = (levels.first(), levels.last());
    let ends = first.zip(last).map(|((start, first), (end, last))| (*start, *end, last / first - 1.0));
    let (start, end, cumulative_return) = ends.unwrap_or((of.result.start_date, of.result.end_date, 0.0));
    ComparedDefinition {
        name: of.name,
        index: of.result.index,
        changes: of.result.changes,
        result: WhatIfSide {
            cumulative_return,
            mean_turnover: of.result.variant.mean_turnover,
            statistics: named_statistics(&statistics(&Series::daily(returns, start, end)), false),
        },
    }
}

fn members_of_both(own: &[WhatIfMember], other: &[WhatIfMember]) -> Vec<ComparedMember> {
    let mut both: BTreeMap<&str, ComparedMember> = BTreeMap::new();
    for (member, is_own) in own.iter().map(|one| (one, true)).chain(other.iter().map(|one| (one, false))) {
        let entry = both.entry(&member.ticker).or_insert_with(|| ComparedMember {
            ticker: member.ticker.clone(),
            name: member.name.clone(),
            weight: 0.0,
            against: 0.0,
        });
        *(if is_own { &mut entry.weight } else { &mut entry.against }) = member.weight;
    }
    let mut members: Vec<ComparedMember> = both.into_values().collect();
    members.sort_by(|a, b| (b.weight - b.against).abs().total_cmp(&(a.weight - a.against).abs()));
    members
}

fn shown(kept: StoredDefinition) -> SavedDefinition {
    let mut definition = kept.question;
    definition.index.get_or_insert_with(|| IndexDefinition::default().slug());
    SavedDefinition { name: kept.name, definition, created_at: kept.created_at, updated_at: kept.updated_at }
}

/// A name that stands in an address as it is.
fn read_name(name: &str) -> Result<&str, Problem> {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if (1..=64).contains(&name.len()) && name.chars().all(is_good) {
        return Ok(name);
    }
    Err(Problem::impossible("name", name, "1 to 64 of a-z, 0-9, -, _ and ."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_an_address_as_they_are() {
        assert_eq!(read_name("no-tech.2").unwrap(), "no-tech.2");
        for name in ["", "A", "a b", "a/b", "ä", &"a".repeat(65)] {
            assert_eq!(read_name(name).unwrap_err().status(), 422, "{name}");
        }
    }

    #[test]
    fn members_of_either_come_by_how_much_they_differ() {
        let member = |ticker: &str, weight| WhatIfMember {
            ticker: ticker.to_owned(),
            name: None,
            sector: None,
            weight,
            base_weight: 0.0,
        };
        let found = members_of_both(&[member("A", 0.5), member("B", 0.5)], &[member("B", 0.3), member("C", 0.7)]);
        let found: Vec<_> = found.iter().map(|one| (one.ticker.as_str(), one.weight, one.against)).collect();
        assert_eq!(found, [("C", 0.0, 0.7), ("A", 0.5, 0.0), ("B", 0.5, 0.3)]);
    }
}
