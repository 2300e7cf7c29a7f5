//! The log of the ingestion job.

use std::sync::Arc;

use domain::api::{Ingestion, IngestionList, RejectedRow};
use leptos::prelude::*;

use crate::address::Address;
use crate::api;
use crate::components::export_menu::Export;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;

/// How many of the latest runs are listed.
const LISTED: u32 = 200;

#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
fn whole(count: u64) -> Value {
    Value::Number(count as f64, Form::Whole)
}

/// The colour of a state.
pub(super) fn class_of(status: &str) -> &'static str {
    match status {
        "succeeded" | "committed" => "up",
        "failed" => "down",
        _ => "flat",
    }
}

const COLUMNS: [Column<Ingestion>; 11] = [
    Column::new("id", "Run", |row: &Ingestion| whole(row.id.unsigned_abs())).drawn(|row: &Ingestion| {
        let (address, id) = (Address::here(), row.id.to_string());
        let shown = id.clone();
        view! {
            <button type="button" class="link" on:click=move |_| address.set(&[("run", Some(id.clone()))])>
                {shown}
            </button>
        }
        .into_any()
    }),
    Column::new("status", "Status", |row: &Ingestion| Value::Text(row.status.clone()))
        .drawn(|row: &Ingestion| view! { <span class=class_of(&row.status)>{row.status.clone()}</span> }.into_any()),
    Column::new("provider", "Provider", |row: &Ingestion| Value::Text(row.provider.clone())),
    Column::new("start", "From", |row: &Ingestion| Value::Day(row.start_date)),
    Column::new("end", "To", |row: &Ingestion| Value::Day(row.end_date)),
    Column::new("inserted", "Inserted", |row: &Ingestion| whole(row.rows.inserted)).defined("Were not there before."),
    Column::new("changed", "Changed", |row: &Ingestion| whole(row.rows.changed))
        .defined("Replaced another value, which is kept."),
    Column::new("unchanged", "Unchanged", |row: &Ingestion| whole(row.rows.unchanged)),
    Column::new("rejected", "Rejected", |row: &Ingestion| whole(row.rows.rejected)).defined("Were turned away."),
    Column::new("gaps", "Gaps", |row: &Ingestion| whole(row.gaps.len() as u64))
        .defined("Sessions of the range without data at the end of the run."),
    Column::new("started", "Started", |row: &Ingestion| Value::Instant(row.started_at)),
];

pub(super) const REJECTED_COLUMNS: [Column<RejectedRow>; 2] = [
    Column::new("line", "Line", |row: &RejectedRow| whole(row.line)),
    Column::new("reason", "Reason", |row: &RejectedRow| Value::Text(row.reason.clone())),
];

/// The part of the page.
pub(super) fn runs() -> AnyView {
    let runs = load(|| Some(()), |()| api::ingestions(LISTED));
    states(runs, 30.0, None, |runs| view! { <Ready runs=runs /> }.into_any())
}

#[component]
fn Ready(#[prop(into)] runs: Signal<Arc<IngestionList>>) -> impl IntoView {
    let address = Address::here();
    let synthetic = Synthetic::here();
    Effect::new(move |_| {
        if let Some(run) = runs.with(|runs| runs.data.first().map(|run| run.synthetic)) {
            synthetic.note(run);
        }
    });
    let chosen = address.param("run");
    let run = Memo::new(move |_| {
        let id: i64 = chosen.get()?.parse().ok()?;
        runs.with(|runs| runs.data.iter().find(|run| run.id == id).cloned())
    });
    let detail = move || {
        run.get().map(|run| {
            let error = run.error.as_ref().map(|error| {
                view! { <p class="down" role="alert">{error.code.clone()}": "{error.message.clone()}</p> }
            });
            let gaps: Vec<String> = run.gaps.iter().map(|day| format::day(*day)).collect();
            let gaps = (!gaps.is_empty()).then(|| view! { <p>"Sessions without data: "{gaps.join(", ")}</p> });
            let took = run.duration_ms.map(|ms| format!("took {} s", format::count(ms / 1000)));
            view! {
                <section class="panel">
                    <header class="panel-head">
                        <h2>"Run "{run.id}</h2>
                        <span class="muted">{took}</span>
                    </header>
                    {error}
                    {gaps}
                    <DataTable
                        name="rejections"
                        caption=Signal::derive(|| "Rejected rows".to_owned())
                        rows=Signal::stored(Arc::new(run.rejections))
                        columns=REJECTED_COLUMNS.to_vec()
                        none="No row was turned away."
                    />
                </section>
            }
        })
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Ingestion runs"</h2>
            </header>
            <DataTable
                name="runs"
                caption=Signal::derive(|| "Ingestion runs".to_owned())
                rows=Signal::derive(move || Arc::new(runs.with(|runs| runs.data.clone())))
                columns=COLUMNS.to_vec()
                filterable=true
                none="Nothing has been ingested yet: `make ingest` or the schedule does."
                exports=vec![Export::curl(|| format!("/ingestions?limit={LISTED}"))]
            />
        </section>
        {detail}
    }
}
