//! Sending a strategy off, alone or over a grid of parameters.

use domain::api::StartSweep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Map, Value};

use super::draft::{Draft, PARAM, typed_number};
use super::place;
use crate::address::Address;
use crate::api;
use crate::components::states::Failed;
use crate::load::Failure;

/// The most runs of one sweep.
const MOST_RUNS: usize = 200;

/// A key for one request: the same request sent again is the same run.
fn new_key() -> String {
    format!("app-{:x}-{:x}", js_sys::Date::now().to_bits(), js_sys::Math::random().to_bits())
}

/// The values of a list such as `10, 20, "mid"`.
fn values(text: &str) -> Vec<Value> {
    text.split(',').filter_map(typed_number).collect()
}

/// The fields that are varied; those without a name or a value are left out.
fn grid(fields: &[(Option<String>, Option<String>)]) -> Map<String, Value> {
    let named = fields.iter().filter_map(|(field, list)| {
        let list = values(list.as_deref()?);
        Some((field.clone()?, Value::Array(list)))
            .filter(|(_, list)| list.as_array().is_some_and(|list| !list.is_empty()))
    });
    named.collect()
}

fn combinations(grid: &Map<String, Value>) -> usize {
    grid.values().map(|list| list.as_array().map_or(0, Vec::len)).product()
}

/// The buttons below the form, and what came of them.
#[component]
pub(super) fn Submit() -> impl IntoView {
    let (address, draft) = (Address::here(), Draft::here());
    let varied =
        [("vary1", "values1"), ("vary2", "values2")].map(|(field, list)| (address.param(field), address.param(list)));
    let grid_now = Memo::new(move |_| grid(&varied.map(|(field, list)| (field.get(), list.get()))));
    let failure = RwSignal::new(None::<Failure>);
    let is_busy = RwSignal::new(false);
    // What was sent last without an answer, with its key.
    let sent = StoredValue::new((String::new(), String::new()));
    let send = move || {
        let (strategy, grid) = (draft.value_now(), grid_now.get_untracked());
        let sweep = StartSweep { name: strategy["name"].as_str().map(str::to_owned), strategy, grid };
        let text = serde_json::to_string(&sweep).unwrap_or_default();
        if sent.with_value(|(before, _)| *before != text) {
            sent.set_value((text, new_key()));
        }
        let key = sent.with_value(|(_, key)| key.clone());
        failure.set(None);
        is_busy.set(true);
        spawn_local(async move {
            let added = if sweep.grid.is_empty() {
                api::start_backtest(&sweep.strategy, &key).await.map(|run| ("run", run.id))
            } else {
                api::start_sweep(&sweep, &key).await.map(|sweep| ("sweep", sweep.id))
            };
            is_busy.try_set(false);
            match added {
                Ok((what, id)) => {
                    sent.try_set_value((String::new(), String::new()));
                    let draft = [PARAM, "part", "preset", "spot", "vol", "vary1", "values1", "vary2", "values2"];
                    let changes = draft.map(|name| (name, None)).into_iter().chain([(what, Some(id.to_string()))]);
                    address.set(&changes.collect::<Vec<_>>());
                }
                Err(problem) => {
                    failure.try_set(Some(problem));
                }
            }
        });
    };
    let problems = move || draft.verdict().problems;
    let is_wrong = Memo::new(move |_| !problems().is_empty());
    let summary = move || {
        let lines = problems().into_iter().map(|problem| {
            let field = if problem.field.is_empty() { "strategy".to_owned() } else { problem.field };
            view! { <li><code>{field}</code>": "{problem.rule}</li> }
        });
        is_wrong.get().then(|| view! { <ul class="warnings" aria-label="What is wrong">{lines.collect_view()}</ul> })
    };
    let places = move || {
        let draft = draft.value();
        let all = place::leaves(&draft).into_iter().map(|(place, _)| view! { <option value=place></option> });
        all.collect_view()
    };
    let text = move |name: &'static str,
                     now: Memo<Option<String>>,
                     label: String,
                     hint: &'static str,
                     list: Option<&'static str>| {
        view! {
            <label class="form-field">
                {label}
                <input
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=hint
                    list=list
                    prop:value=move || now.get().unwrap_or_default()
                    on:change=move |event| {
                        let text = event_target_value(&event).trim().to_owned();
                        address.adjust(&[(name, (!text.is_empty()).then_some(text))]);
                    }
                />
            </label>
        }
    };
    let runs = move || grid_now.with(combinations);
    let is_blocked = move || is_wrong.get() || is_busy.get() || runs() > MOST_RUNS;
    let label = move || match grid_now.with(Map::is_empty) {
        true => "Run it".to_owned(),
        false => format!("Run all {}", runs()),
    };
    let [(field1, list1), (field2, list2)] = varied;
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Run"</h2>
            </header>
            {summary}
            <details class="fold">
                <summary>"Vary parameters"</summary>
                <datalist id="strategy-places">{places}</datalist>
                <div class="build-form">
                    {text("vary1", field1, "First field".to_owned(), "exit.profit_target_pct", Some("strategy-places"))}
                    {text("values1", list1, "Its values".to_owned(), "25, 50, 75", None)}
                    {text("vary2", field2, "Second field".to_owned(), "legs[0].select.target", Some("strategy-places"))}
                    {text("values2", list2, "Values of the second".to_owned(), "0.1, 0.2, 0.3", None)}
                </div>
                <p class="muted">
                    {move || format!("Every combination is a run, at most {MOST_RUNS}; the result is a heat map.")}
                </p>
            </details>
            <div class="tools under-chart">
                <button
                    type="button"
                    class="button primary"
                    disabled=is_blocked
                    on:click=move |_| send()
                >
                    {label}
                </button>
            </div>
            {move || failure.get().map(|problem| view! { <Failed failure=problem retry=send /> })}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_grid_is_of_fields_with_values() {
        let text = |text: &str| Some(text.to_owned());
        let grid = grid(&[(text("exit.dte"), text("7, 14,")), (text("fill.model"), text("mid,natural"))]);
        assert_eq!(Value::Object(grid.clone()), json!({"exit.dte": [7, 14], "fill.model": ["mid", "natural"]}));
        assert_eq!(combinations(&grid), 4);
        assert!(super::grid(&[(text("exit.dte"), None), (None, text("1")), (text("a"), text(" , "))]).is_empty());
    }
}
