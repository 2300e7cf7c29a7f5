//! What choosing the best run of a sweep is worth.

use std::sync::Arc;

use domain::api::{SweepEvidence, WalkForwardFold};
use leptos::prelude::*;

use super::run_link;
use crate::address::Address;
use crate::api;
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::states;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;

type Number = fn(&SweepEvidence) -> Option<f64>;

const FIGURES: [(&str, Form, &str, Number); 6] = [
    ("Best Sharpe ratio", Form::Decimal, "The highest yearly Sharpe ratio of the sweep's runs.", |of| {
        of.best.as_ref().map(|best| best.sharpe)
    }),
    (
        "Expected of luck",
        Form::Decimal,
        "The yearly Sharpe ratio that the best of as many runs without any skill is expected to have.",
        |of| of.expected_best_sharpe,
    ),
    (
        "Deflated Sharpe",
        Form::Percent,
        "The probability that the true Sharpe ratio of the best is above that one (Bailey and López de Prado).",
        |of| of.deflated_sharpe,
    ),
    (
        "Reality check",
        Form::Percent,
        "How often the best would look as good without any profit to be had: White's one-sided p-value.",
        |of| of.reality_check_p_value,
    ),
    (
        "Overfitting",
        Form::Percent,
        "The share of ways to halve the sessions in which the best of one half is in the lower half of the other.",
        |of| of.overfitting.as_ref().map(|of| of.probability),
    ),
    (
        "Walk-forward efficiency",
        Form::Percent,
        "Sharpe ratios after choosing over those before it, stretch by stretch.",
        |of| of.walk_forward.as_ref().and_then(|of| of.efficiency),
    ),
];

fn varied(of: &WalkForwardFold) -> String {
    let fields = of.varied.as_ref().and_then(serde_json::Value::as_object);
    fields.map_or_else(String::new, |fields| {
        fields.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
    })
}

#[expect(clippy::cast_precision_loss, reason = "a number of runs")]
fn run_number(of: &WalkForwardFold) -> Value {
    Value::Number(of.id as f64, Form::Whole)
}

const COLUMNS: [Column<WalkForwardFold>; 6] = [
    Column::new("from", "From", |of: &WalkForwardFold| Value::Day(of.start_date)),
    Column::new("to", "To", |of: &WalkForwardFold| Value::Day(of.end_date)),
    Column::new("run", "Run chosen", run_number)
        .drawn(|of: &WalkForwardFold| view! { <a href=run_link(of.id)>{of.id}</a> }.into_any()),
    Column::new("varied", "With", |of: &WalkForwardFold| Value::Text(varied(of))),
    Column::new("before", "Sharpe before", |of: &WalkForwardFold| Value::Number(of.sharpe_before, Form::Decimal))
        .defined("Of all sessions before the stretch, by which it was chosen."),
    Column::new("after", "Sharpe after", |of: &WalkForwardFold| Value::number(of.sharpe_after, Form::Decimal))
        .defined("In the stretch itself."),
];

/// Asked for only when wanted, once every run has ended.
#[component]
pub(super) fn Evidence(id: i64) -> impl IntoView {
    let address = Address::here();
    let is_asked = address.param("chance");
    let found = load(move || is_asked.get().map(|_| ()), move |()| api::sweep_evidence(id));
    let ready = move |of: Signal<Arc<SweepEvidence>>| {
        let figures = FIGURES.iter().map(|(name, form, definition, number)| {
            let value = Signal::derive(move || format::optional(of.with(|of| number(of)), *form));
            view! { <Figure name=*name definition=*definition value=value /> }
        });
        let said = move || {
            of.with(|of| {
                let left_out = if of.left_out == 0 {
                    String::new()
                } else {
                    format!("; {} without a result do not count", of.left_out)
                };
                format!("{} runs over {} sessions{left_out}.", of.trials, of.sessions)
            })
        };
        let folds = move || of.with(|of| of.walk_forward.as_ref().map_or_else(Vec::new, |walk| walk.folds.clone()));
        view! {
            <dl class="figures">{figures.collect_view()}</dl>
            <p class="muted">{said}</p>
            <DataTable
                name="walk"
                caption=Signal::derive(|| "Walk forward: who was chosen for each stretch from what was known before it".to_owned())
                rows=Signal::derive(move || Arc::new(folds()))
                columns=COLUMNS.to_vec()
                none="Too few sessions to walk through."
                exports=vec![Export::curl(move || api::sweep_evidence_link(id))]
            />
        }
        .into_any()
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"What choosing the best is worth"</h2>
                <Show when=move || is_asked.get().is_none()>
                    <button
                        type="button"
                        class="button quiet"
                        on:click=move |_| address.set(&[("chance", Some("1".to_owned()))])
                    >
                        "Compare with luck"
                    </button>
                </Show>
            </header>
            {move || is_asked.get().map(|_| states(found, 30.0, None, ready))}
        </section>
    }
}
