//! Target weights that SQL does not set by itself: the members are chosen there, weighed by the domain, and the weights written
//! back into the same batch.

use domain::index::IndexDefinition;
use domain::ports::StoreError;
use domain::research::{DEFAULT_CAP_LIMIT, Member, WINDOW_SESSIONS, Weigher};
use domain::units::Day;
use serde::Deserialize;

use super::build::Inputs;
use super::{D1IndexStore, selection};
use crate::stores::d1::Statement;
use crate::stores::d1::research::D1ResearchStore;

/// Characters of one bound text; the platform takes 2 MB.
const TEXT_LIMIT: usize = 900_000;

/// Who weighs how much after a close: day, security, weight.
pub(super) type TargetWeight = (i32, i64, f64);

/// The members chosen at a close: security, price and cap of each.
type ChosenAt = (Day, Vec<(i64, f64, f64)>);

#[derive(Deserialize)]
struct Choice {
    day: i32,
    members: String,
}

impl Choice {
    /// Security, price and cap of each, by rank.
    fn members(&self) -> Result<Vec<(i64, f64, f64)>, StoreError> {
        serde_json::from_str(&self.members).map_err(|error| StoreError::Refused(format!("unreadable rows: {error}")))
    }
}

impl D1IndexStore<'_> {
    /// The target weights of the members chosen at `wanted` of the ranked sessions, where the definition needs them.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the market data is not of `market_version` any more.
    pub(super) async fn target_weights(
        &self,
        inputs: &Inputs<'_>,
        ranked: &[Day],
        wanted: &[Day],
        market_version: Option<i64>,
    ) -> Result<Vec<TargetWeight>, StoreError> {
        let definition = inputs.definition;
        if !definition.weighting.is_set_by_domain() || wanted.is_empty() {
            return Ok(Vec::new());
        }
        let sql = selection::list_to_weigh(definition);
        let rows = self.db.run(self.as_asked(sql, &inputs.parameters(ranked, &[], "[]")?)).await?;
        let mut choices: Vec<ChosenAt> = Vec::new();
        for choice in rows.decode::<Choice>()? {
            let day = Day::from_number(choice.day);
            if wanted.contains(&day) {
                choices.push((day, choice.members()?));
            }
        }
        self.weighed(definition, &choices, market_version).await
    }

    pub(super) async fn weighed(
        &self,
        definition: &IndexDefinition,
        choices: &[ChosenAt],
        market_version: Option<i64>,
    ) -> Result<Vec<TargetWeight>, StoreError> {
        let (Some((first, _)), Some((last, _))) = (choices.first(), choices.last()) else { return Ok(Vec::new()) };
        let mut ids: Vec<i64> = choices.iter().flat_map(|(_, members)| members.iter().map(|member| member.0)).collect();
        ids.sort_unstable();
        ids.dedup();
        let research = D1ResearchStore::new(self.db).reading(self.instead.clone());
        let looked_back = if definition.weighting.needs_risk() { WINDOW_SESSIONS } else { 0 };
        let from = research.sessions_before(*first, looked_back).await?;
        let lines = research.lines(&definition.slug(), &ids, from, *last).await?;
        // The versions are those of the market and of the index.
        if market_version.is_some_and(|version| lines.versions.scopes.first() != Some(&version)) {
            return Err(StoreError::Conflict("market data has changed since the build was planned".into()));
        }
        let days = lines.panel.days();
        let weigher = Weigher::new(&lines.panel, &days, definition.weighting, DEFAULT_CAP_LIMIT);
        let line_of = |id: i64| lines.securities.binary_search_by_key(&id, |security| security.id).ok();
        let mut weights = Vec::new();
        for (day, members) in choices {
            let member = |(id, price, cap): &(i64, f64, f64)| {
                Some(Member { line: line_of(*id)?, weight: 0.0, price: *price, cap: *cap })
            };
            let known: Vec<Member> = members.iter().filter_map(member).collect();
            if known.len() < members.len() {
                return Err(StoreError::Refused(format!("a member chosen on {day} is no security")));
            }
            let held = weigher.weigh(*day, &known);
            weights.extend(members.iter().zip(held).map(|((id, ..), held)| (day.number(), *id, held.weight)));
        }
        Ok(weights)
    }
}

/// The statements that write target weights, each within what the platform binds.
pub(super) fn store_weights(index: i64, weights: &[TargetWeight]) -> Result<Vec<Statement>, StoreError> {
    let statement = |text: String| Statement::new(sql!("index/reweigh")).bind(text).bind(index);
    json_texts(weights)?.into_iter().map(|text| Ok(statement(text))).collect()
}

/// Rows as JSON arrays, each within what the platform binds.
pub(super) fn json_texts<T: serde::Serialize>(rows: &[T]) -> Result<Vec<String>, StoreError> {
    let mut texts: Vec<String> = Vec::new();
    for row in rows {
        let entry = super::build::json(row)?;
        match texts.last_mut() {
            Some(text) if text.len() + entry.len() + 2 < TEXT_LIMIT => {
                text.push(',');
                text.push_str(&entry);
            }
            _ => texts.push(format!("[{entry}")),
        }
    }
    texts.iter_mut().for_each(|text| text.push(']'));
    Ok(texts)
}
