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
use domain::units::Day;

use super::super::performance::named_statistics;
use super::super::{check_range, read_range};
use super::question::{checked, in_words, read_question};
use super::what_if::walked;
use crate::error::{Problem, field_error};
use crate::routes::request::Call;
use crate::routes::respond::{Answer, Reply};
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
    let question = read_question(call, &["index"]).await?;
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
    let mut data = Vec::new();
    for kept in definitions::list(call.db()?, call.principal.owner()).await? {
        let asked = checked(kept.question, call.now, true)?;
        let changes = in_words(&asked);
        data.push(SavedDefinitionSummary { name: kept.name, index: asked.slug, changes, updated_at: kept.updated_at });
    }
    Reply::json(&SavedDefinitionList { data, next_cursor: None })
}

/// `GET /definitions/{name}`.
pub(in crate::routes) async fn get(call: &Call) -> Answer {
    call.query(&[])?;
    let name = call.param("name");
    let kept = definitions::find(call.db()?, call.principal.owner(), name).await?;
    Reply::json(&shown(kept.ok_or_else(|| Problem::unknown("definition", name))?))
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
    let query = call.query(&["against", "start_date", "end_date"])?;
    let (start, end) = read_range(&query, call.now)?;
    check_range(start, end, call.now)?;
    let against = query.text("against").ok_or_else(|| Problem::missing_parameter("against"))?;
    for _ in 0..READS {
        let (own, version) = answered(call, call.param("name"), start, end).await?;
        let (other, other_version) = answered(call, against, start, end).await?;
        if version == other_version {
            return Ok(Reply::json(&compared(own, other)?)?.with_data_version(version));
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
async fn answered(call: &Call, name: &str, start: Option<Day>, end: Option<Day>) -> Result<(Walked, i64), Problem> {
    let db = call.db()?;
    let question = match definitions::find(db, call.principal.owner(), name).await? {
        Some(kept) => kept.question,
        None if D1IndexStore::new(db).find(name).await?.is_some() => {
            WhatIf { index: Some(name.to_owned()), ..WhatIf::default() }
        }
        None => return Err(Problem::unknown("definition or index", name)),
    };
    let asked = checked(WhatIf { start_date: start, end_date: end, ..question }, call.now, true)?;
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
