//! Whether anything of the future reaches the past of an index.

use std::sync::Arc;

use domain::api::{LookAheadCheck, LookAheadReport, LookAheadSession};
use leptos::prelude::*;

use super::fields::{Typed, typed};
use crate::address::Address;
use crate::api;
use crate::components::figure::Figure;
use crate::components::states::states;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;
use crate::pages::{SpanFields, chosen_index, chosen_span, index_name, nothing_built};

const FIELDS: [Typed; 2] = [
    Typed::number("samples", "Sessions to try", "5", "Drawn at random from the range, 1 to 20."),
    Typed::number("seed", "Seed", "1", "Another one draws other sessions and another future."),
];

fn moved(row: &LookAheadSession) -> Value {
    let named = row.moved.iter().map(|of| {
        let who = of.ticker.as_ref().map_or_else(String::new, |ticker| format!(" of {ticker}"));
        let shown = |value: Option<f64>| format::optional(value, Form::Significant);
        format!("{}{who}: {} → {}", of.what, shown(of.before), shown(of.after))
    });
    let named: Vec<String> = named.collect();
    Value::Text(if named.is_empty() { "nothing".to_owned() } else { named.join("; ") })
}

const SESSIONS: [Column<LookAheadSession>; 5] = [
    Column::new("from", "Perturbed from", |row: &LookAheadSession| Value::Day(row.perturbed_from))
        .defined("Every price, market cap, split and dividend dated this day or later was changed, in a copy."),
    Column::new("moved", "What moved before", moved).defined("It must be nothing."),
    Column::new("felt", "Felt from then on", |row: &LookAheadSession| {
        Value::Text(if row.perturbation_felt { "yes".to_owned() } else { "no".to_owned() })
    })
    .defined("The return of that day changed, so the check was able to see."),
    Column::new("members", "Members", |row: &LookAheadSession| {
        Value::number(u32::try_from(row.members).ok().map(f64::from), Form::Whole)
    })
    .defined("In place before that day, which must stay."),
    Column::new("before", "Session before", |row: &LookAheadSession| {
        row.session_before.map_or(Value::Absent, Value::Day)
    })
    .defined("Whose return must stay."),
];

/// The part of the page.
pub(super) fn look_ahead() -> AnyView {
    let (address, index, span) = (Address::here(), chosen_index(), chosen_span());
    let [samples, seed, checked] = ["samples", "seed", "checked"].map(|name| address.param(name));
    let asked = Memo::new(move |_| {
        checked.get()?;
        let (start_date, end_date) = span.get();
        let check = LookAheadCheck {
            start_date,
            end_date,
            samples: samples.get().and_then(|text| text.parse().ok()),
            seed: seed.get().and_then(|text| text.parse().ok()),
        };
        Some((index_name(index.get().as_deref()), check))
    });
    let answer = load(move || asked.get(), |(index, check)| async move { api::check_look_ahead(&index, &check).await });
    let content = move || {
        if asked.with(Option::is_none) {
            return view! {
                <section class="empty">
                    <h2>"Does anything of the future reach the past?"</h2>
                    <p>"The check draws sessions, changes everything dated there or later in a copy, and builds again: nothing before may move. Nothing stored is touched."</p>
                </section>
            }
            .into_any();
        }
        states(answer, 30.0, Some(ViewFn::from(nothing_built)), |of| view! { <Ready of=of /> }.into_any())
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"The check"</h2>
                <SpanFields ends=Signal::derive(move || { let (from, to) = span.get(); from.zip(to) }) />
            </header>
            <div class="build-form">
                {FIELDS.iter().map(typed).collect_view()}
                <div class="tools wide">
                    <button
                        type="button"
                        class="button primary"
                        on:click=move |_| {
                            if untrack(|| checked.get().is_some()) { answer.again() } else { address.set(&[("checked", Some("1".to_owned()))]) }
                        }
                    >
                        "Check"
                    </button>
                </div>
            </div>
        </section>
        {content}
    }
    .into_any()
}

#[component]
fn Ready(#[prop(into)] of: Signal<Arc<LookAheadReport>>) -> impl IntoView {
    let sessions = Signal::derive(move || Arc::new(of.with(|of| of.sessions.clone())));
    view! {
        <dl class="figures">
            <Figure
                name="Outcome"
                definition="Passed: nothing before a perturbed day moved, and every perturbation was felt from it on."
                value=Signal::derive(move || if of.with(|of| of.passed) { "passed".to_owned() } else { "failed".to_owned() })
                direction=Signal::derive(move || if of.with(|of| of.passed) { "up" } else { "down" })
            />
            <Figure
                name="Sessions tried"
                definition="Drawn at random from the range."
                value=Signal::derive(move || format::count(of.with(|of| of.checked_sessions)))
            />
        </dl>
        <section class="panel">
            <header class="panel-head">
                <h2>"Sessions"</h2>
            </header>
            <DataTable name="tried" caption=Signal::derive(|| "Sessions tried".to_owned()) rows=sessions columns=SESSIONS.to_vec() sorted="from" />
        </section>
    }
}
