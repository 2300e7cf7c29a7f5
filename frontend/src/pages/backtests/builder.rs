//! Writing a strategy: presets, legs, fields, JSON, and the payoff beside them.

use std::sync::Arc;

use domain::api::HeldChainsList;
use leptos::prelude::*;
use serde_json::Value;

use super::Chains;
use super::diagram::Diagram;
use super::draft::{Draft, PARAM, all_presets};
use super::fields::{FieldInput, GROUPS};
use super::legs::Legs;
use super::submit::Submit;
use crate::address::Address;
use crate::components::states::states;
use crate::format;

/// What a draft is of where no chain is held.
const UNDERLYING: &str = "SPX";

/// The part of the page.
pub(super) fn builder() -> AnyView {
    let Chains(chains) = expect_context();
    states(chains, 60.0, None, |chains| view! { <Builder chains=chains /> }.into_any())
}

#[component]
fn Builder(#[prop(into)] chains: Signal<Arc<HeldChainsList>>) -> impl IntoView {
    let first = Memo::new(move |_| {
        chains.with(|chains| chains.data.first().map_or_else(|| UNDERLYING.to_owned(), |held| held.underlying.clone()))
    });
    let draft = Draft::provide(first);
    let held = move || {
        let underlying = draft.value()["underlying"].as_str().unwrap_or_default().to_owned();
        chains.with(|chains| {
            chains.data.iter().find(|held| held.underlying == underlying).map_or_else(
                || {
                    let all: Vec<&str> = chains.data.iter().map(|held| held.underlying.as_str()).collect();
                    let others = if all.is_empty() { "none at all".to_owned() } else { all.join(", ") };
                    format!("No chain of {underlying} is held; held are: {others}.")
                },
                |held| {
                    let (first, last) = (format::day(held.first_date), format::day(held.last_date));
                    format!(
                        "{} sessions of {underlying} are held, {first} – {last}.",
                        format::count(i64::try_from(held.sessions).unwrap_or(i64::MAX))
                    )
                },
            )
        })
    };
    let groups = GROUPS.iter().enumerate().map(|(at, group)| {
        let fields = group.fields.iter().map(|field| view! { <FieldInput field=*field /> }).collect_view();
        view! {
            <details class="panel fold" open=at < 3>
                <summary>{group.title}</summary>
                <div class="build-form">{fields}</div>
            </details>
        }
    });
    view! {
        <Presets />
        <div class="builder">
            <div>
                <Legs />
                <p class="muted" role="status">
                    {held}
                </p>
                {groups.collect_view()}
                <Json />
            </div>
            <div class="beside">
                <Submit />
                <Diagram />
            </div>
        </div>
    }
}

#[component]
fn Presets() -> impl IntoView {
    let (address, draft) = (Address::here(), Draft::here());
    let chosen = address.param("preset");
    let about = move || {
        let chosen = chosen.get()?;
        let all = all_presets();
        let preset = all.iter().find(|preset| preset.id == chosen)?;
        Some(format!("{} For a market that is {}.", preset.about, preset.outlook))
    };
    let choose = move |event| {
        let id = event_target_value(&event);
        let all = all_presets();
        if let Some(preset) = all.iter().find(|preset| preset.id == id) {
            let underlying = draft.value_now()["underlying"].as_str().unwrap_or(UNDERLYING).to_owned();
            let body = preset.body_for(&underlying).to_string();
            address.set(&[(PARAM, Some(body)), ("preset", Some(id))]);
        }
    };
    let options = all_presets()
        .iter()
        .map(|preset| {
            let id = preset.id.clone();
            let is_chosen = move || chosen.get().as_deref() == Some(id.as_str());
            view! { <option value=preset.id.clone() selected=is_chosen>{preset.title.clone()}</option> }
        })
        .collect_view();
    view! {
        <div class="tools">
            <label class="field">
                <span class="field-name">"Preset"</span>
                <select on:change=choose>
                    <option value="" selected=move || chosen.get().is_none()>
                        "your own"
                    </option>
                    {options}
                </select>
            </label>
            <span class="muted">{about}</span>
        </div>
    }
}

#[component]
fn Json() -> impl IntoView {
    let draft = Draft::here();
    let wrong = RwSignal::new(None::<String>);
    let pretty = move || serde_json::to_string_pretty(&draft.value()).unwrap_or_default();
    let write = move |event| match serde_json::from_str::<Value>(&event_target_value(&event)) {
        Ok(value) => {
            wrong.set(None);
            draft.replace(&value);
        }
        Err(error) => wrong.set(Some(format!("Not JSON: {error}."))),
    };
    view! {
        <details class="panel fold">
            <summary>"As JSON"</summary>
            <textarea
                class="json"
                aria-label="The strategy as JSON"
                spellcheck="false"
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                aria-describedby="json-wrong"
                prop:value=pretty
                on:change=write
            ></textarea>
            <p id="json-wrong" class="rule" role="status">
                {wrong}
            </p>
        </details>
    }
}
