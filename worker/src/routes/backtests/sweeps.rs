//! `/sweeps`: one strategy over a grid of parameters, a run for each combination.

use domain::api::{FillSensitivity, StartSweep, Sweep, SweepList, SweepRuns};
use serde_json::{Map, Value, json};

use super::super::page::Page;
use super::super::request::Call;
use super::super::respond::{Answer, Reply};
use super::submission::{MOST_OPEN, check_data, checked, idempotency_key, too_many};
use super::{id_of_added, owned};
use crate::error::{Problem, field_error};
use crate::stores::d1::backtests::{Asked, D1Backtests};
use crate::stores::sha256_hex;

/// Runs of one sweep.
const MOST_RUNS: usize = 200;
/// Fields that one sweep varies.
const MOST_FIELDS: usize = 5;

/// What a fill may cost in a sensitivity report, as shares of half the spread, where nothing else is asked for.
const SLIPPAGES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// `POST /sweeps`: adds every run of the grid, or none.
pub(in crate::routes) async fn create(call: &Call) -> Answer {
    call.query(&[])?;
    started(call, call.json().await?).await
}

/// `POST /backtests/{id}/fill-sensitivity`: the run's strategy at several fills, from the mid to the far side, as a sweep.
pub(in crate::routes) async fn fill_sensitivity(call: &Call) -> Answer {
    call.query(&[])?;
    let asked: FillSensitivity = if call.has_body() { call.json().await? } else { FillSensitivity::default() };
    let run = owned(call).await?;
    let slippages = asked.slippages.unwrap_or_else(|| SLIPPAGES.to_vec());
    let mut strategy = run.parameters;
    let fill = strategy.as_object_mut().map(|strategy| strategy.entry("fill").or_insert_with(|| json!({})));
    if let Some(fill) = fill.and_then(Value::as_object_mut) {
        // What only other models take would be refused beside this one.
        ["by_legs", "half_volume", "half_open_interest"].iter().for_each(|field| drop(fill.remove(*field)));
        fill.insert("model".to_owned(), json!("mid_slip"));
    }
    let name = format!("Fills of run {}", run.id);
    let grid = Map::from_iter([("fill.slippage".to_owned(), json!(slippages))]);
    started(call, StartSweep { name: Some(name), strategy, grid }).await
}

async fn started(call: &Call, body: StartSweep) -> Answer {
    let key = idempotency_key(call)?;
    let hash = sha256_hex(serde_json::to_string(&body).map_err(Problem::internal)?);
    let mut runs = Vec::new();
    for varied in combinations(&body.grid)? {
        let mut strategy = body.strategy.clone();
        for (path, value) in &varied {
            set(&mut strategy, path, value.clone())
                .ok_or_else(|| Problem::impossible("grid", path, "the path of a field of the strategy"))?;
        }
        let mut run = checked(call, strategy)?;
        run.new.varied = Some(Value::Object(varied));
        runs.push(run);
    }
    check_data(call, &runs).await?;
    let store = D1Backtests(call.db()?);
    if store.open_of(call.principal.owner()).await? + runs.len() as u64 > MOST_OPEN {
        return Err(too_many());
    }
    let new: Vec<_> = runs.into_iter().map(|run| run.new).collect();
    let asked = Asked { owner: call.principal.owner(), key: key.as_deref(), hash: &hash };
    let grid = Value::Object(body.grid).to_string();
    let added = store.add_sweep(asked, body.name.as_deref(), &grid, &new, call.now).await?;
    let id = id_of_added(call, added).await?;
    let location = format!("/sweeps/{id}");
    Ok(Reply::json(&found(call, id).await?)?.with_status(202).with_header("location", location))
}

/// `GET /sweeps`: the caller's sweeps, the latest first.
pub(in crate::routes) async fn list(call: &Call) -> Answer {
    let page = Page::of(&call.query(Page::PARAMETERS)?)?;
    let owner = call.principal.owner();
    let sweeps = D1Backtests(call.db()?).sweeps(owner, page.before, page.rows(), None).await?;
    let (data, next_cursor) = page.cut(sweeps, |sweep| sweep.id);
    Reply::json(&SweepList { data, next_cursor })
}

/// `GET /sweeps/{id}`: a sweep with all its runs.
pub(in crate::routes) async fn get(call: &Call) -> Answer {
    call.query(&[])?;
    Reply::json(&asked_for(call).await?)
}

/// The sweep in the path with its runs, the latest first.
pub(super) async fn asked_for(call: &Call) -> Result<SweepRuns, Problem> {
    let text = call.param("id");
    let id = text.parse().ok().filter(|id: &i64| *id > 0).ok_or_else(|| Problem::unknown("sweep", text))?;
    let sweep = found(call, id).await?;
    let owner = call.principal.owner();
    let runs = D1Backtests(call.db()?).list(owner, 1 << 53, MOST_RUNS, None, Some(id)).await?;
    Ok(SweepRuns { sweep, runs })
}

async fn found(call: &Call, id: i64) -> Result<Sweep, Problem> {
    let sweeps = D1Backtests(call.db()?).sweeps(call.principal.owner(), 1 << 53, 1, Some(id)).await?;
    sweeps.into_iter().next().ok_or_else(|| Problem::unknown("sweep", &id.to_string()))
}

/// Every combination of the grid's values, the last field varying first.
fn combinations(grid: &Map<String, Value>) -> Result<Vec<Map<String, Value>>, Problem> {
    let refused = |rule: String| Err(Problem::invalid_fields(vec![field_error("grid", None, rule)]));
    if grid.is_empty() || grid.len() > MOST_FIELDS {
        return refused(format!("expected 1 to {MOST_FIELDS} fields"));
    }
    let mut all = vec![Map::new()];
    for (path, values) in grid {
        let Some(values) = values.as_array().filter(|values| !values.is_empty()) else {
            return refused(format!("{path}: expected a list of values"));
        };
        if all.len() * values.len() > MOST_RUNS {
            return refused(format!("expected at most {MOST_RUNS} combinations"));
        }
        let with = |before: &Map<String, Value>, value: &Value| {
            let mut combination = before.clone();
            combination.insert(path.clone(), value.clone());
            combination
        };
        all = all
            .iter()
            .flat_map(|before| values.iter().map(move |value| (before, value)))
            .map(|(b, v)| with(b, v))
            .collect();
    }
    Ok(all)
}

/// Sets the field at a path such as `legs[0].select.target`; `None` where no such place can be.
fn set(root: &mut Value, path: &str, value: Value) -> Option<()> {
    let mut place = root;
    for step in path.split('.') {
        let (name, rest) = step.split_once('[').map_or((step, None), |(name, rest)| (name, Some(rest)));
        if name.is_empty() {
            return None;
        }
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        place = place.as_object_mut()?.entry(name).or_insert(Value::Null);
        for index in rest.into_iter().flat_map(|rest| rest.split('[')) {
            let index: usize = index.strip_suffix(']')?.parse().ok()?;
            place = place.as_array_mut()?.get_mut(index)?;
        }
    }
    *place = value;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_into_objects_and_lists() {
        let mut root = json!({"legs": [{"select": {"target": 1}}, {"select": {"target": 2}}]});
        assert_eq!(set(&mut root, "legs[1].select.target", json!(3)), Some(()));
        assert_eq!(set(&mut root, "exit.profit_target", json!(0.5)), Some(()));
        let expected =
            json!({"legs": [{"select": {"target": 1}}, {"select": {"target": 3}}], "exit": {"profit_target": 0.5}});
        assert_eq!(root, expected);
        for wrong in ["legs[2].select", "legs[x]", "legs.select", "", "legs[0", ".a", "legs[1].select.target.x"] {
            assert_eq!(set(&mut root.clone(), wrong, json!(1)), None, "{wrong}");
        }
    }

    #[test]
    fn a_grid_is_every_combination_within_bounds() {
        let grid = |value: Value| combinations(value.as_object().unwrap());
        let all = grid(json!({"a": [1, 2], "b": ["x", "y", "z"]})).unwrap();
        assert_eq!(all.len(), 6);
        assert_eq!(Value::Object(all[1].clone()), json!({"a": 1, "b": "y"}));
        assert!(grid(json!({})).is_err() && grid(json!({"a": []})).is_err() && grid(json!({"a": 1})).is_err());
        let many: Vec<u32> = (0..15).collect();
        assert!(grid(json!({"a": many, "b": many})).is_err());
    }
}
