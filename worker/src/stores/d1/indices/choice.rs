//! Who would be chosen at a close, by what is stored or by what was known at a data version. Nothing is stored.

use domain::calendar;
use domain::index::{BuildPlan, IndexDefinition, LOOK_BACK_DAYS, Rebalance, choose, plan_build};
use domain::ports::{IndexStore, StoreError};
use domain::research::{QUALITY_LOOK_BACK_DAYS, Repair};
use domain::units::{Day, DayRange, UnixMillis};
use serde::Deserialize;

use super::build::json;
use super::instead::Known;
use super::{D1IndexStore, selection};

/// Sessions ranked by one statement.
const AT_ONCE: usize = 20;

/// Who is chosen, from the best rank on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chosen {
    /// The security.
    pub(crate) id: i64,
    /// The market cap that it was ranked by; of a company with several lines, that of the company.
    pub(crate) cap: f64,
    /// Where that cap comes from, if it was repaired.
    pub(crate) repair: Option<Repair>,
}

impl D1IndexStore<'_> {
    /// The closes that decide who is chosen at one: itself, with a buffer every one since the first session held.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn closes_that_decide(
        &self,
        definition: &IndexDefinition,
        date: Day,
    ) -> Result<Vec<Day>, StoreError> {
        let range = DayRange::new(date, date).filter(|_| definition.buffer > 0);
        let Some(range) = range else { return Ok(vec![date]) };
        let held = self.rankable_sessions(definition, range).await?;
        // A session of which nothing is held decides nothing.
        let plan = plan_build(definition, range, &held.days, true);
        let mut days = plan.map(|plan| plan.chosen_since_start).unwrap_or_default();
        days.retain(|day| *day <= date);
        Ok(days)
    }

    /// Who would be chosen at the last of some sessions; with a buffer they are all at which members are chosen, from the first one
    /// held on. `version`: by what was known then, else by what is stored now.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when market data changes while it is looked at; see [`StoreError`].
    pub(crate) async fn choose_at(
        &self,
        definition: &IndexDefinition,
        days: &[Day],
        version: Option<i64>,
    ) -> Result<Vec<Chosen>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            list: String,
        }
        let mut inputs = self.inputs(0, definition, UnixMillis(0)).await?;
        let places = usize::try_from(definition.top_n).unwrap_or(usize::MAX);
        // A window of weeks is looked at before each of them; between sessions far apart it would be all there is.
        let far_apart = definition.repairs_caps && definition.rebalance != Rebalance::Daily;
        let (mut members, mut chosen): (Vec<i64>, Vec<Chosen>) = (Vec::new(), Vec::new());
        for days in days.chunks(if far_apart { 1 } else { AT_ONCE }) {
            let known = version.map(|version| known(definition, days, version)).transpose()?;
            let store = D1IndexStore::new(self.db).knowing(known);
            let examined = match definition.repairs_caps {
                false => None,
                true => {
                    let chosen_since_start = days.to_vec();
                    let plan =
                        BuildPlan { sessions: Vec::new(), missing: Vec::new(), chosen_since_start, examines: true };
                    Some(store.examine(&inputs, &plan, None).await?)
                }
            };
            inputs.repair(examined.as_ref())?;
            let ranked = store.as_asked(selection::list_ranked(definition), &inputs.parameters(days, &[], "[]")?);
            for row in self.db.run(ranked).await?.decode::<Row>()? {
                let ranking: Vec<(i64, f64, f64)> = serde_json::from_str(&row.list)
                    .map_err(|error| StoreError::Refused(format!("an unreadable ranking: {error}")))?;
                let ids: Vec<i64> = ranking.iter().map(|(id, ..)| *id).collect();
                let at = choose(&members, &ids, places);
                members = at.iter().map(|at| ids[*at]).collect();
                chosen = at.iter().map(|at| Chosen { id: ids[*at], cap: ranking[*at].1, repair: None }).collect();
            }
            if let (Some(examined), Some(last)) = (examined, days.last()) {
                for one in &mut chosen {
                    one.repair = examined.repair_of(*last, one.id);
                }
            }
        }
        Ok(chosen)
    }
}

impl D1IndexStore<'_> {
    /// The weights of members chosen at a close, each with its raw close and market cap, by what is stored or was known. Weightings that
    /// look back on returns see those that were known.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn weigh_at(
        &self,
        definition: &IndexDefinition,
        date: Day,
        version: Option<i64>,
        members: Vec<(i64, f64, f64)>,
    ) -> Result<Vec<f64>, StoreError> {
        let ids = json(&members.iter().map(|(id, ..)| *id).collect::<Vec<_>>())?;
        let window = DayRange::new(date.plus(-LOOK_BACK_DAYS), date).map(calendar::sessions).unwrap_or_default();
        let days = numbers(&window)?;
        let known = version.map(|version| Known { version, days, ids: Some(ids) });
        let store = D1IndexStore::new(self.db).knowing(known);
        let weights = store.weighed(definition, &[(date, members)], None).await?;
        Ok(weights.into_iter().map(|(_, _, weight)| weight).collect())
    }
}

/// What was known of some sessions, and of those that their repairs look back on.
fn known(definition: &IndexDefinition, days: &[Day], version: i64) -> Result<Known, StoreError> {
    let ends = days.first().copied().zip(days.last().copied());
    let looked_at = match ends.and_then(|(first, last)| DayRange::new(first.plus(-QUALITY_LOOK_BACK_DAYS), last)) {
        Some(range) if definition.repairs_caps => calendar::sessions(range),
        _ => days.to_vec(),
    };
    Ok(Known { version, days: numbers(&looked_at)?, ids: None })
}

fn numbers(days: &[Day]) -> Result<String, StoreError> {
    json(&days.iter().map(|day| day.number()).collect::<Vec<_>>())
}
