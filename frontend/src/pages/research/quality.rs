//! What is suspicious in the data behind an index.

use std::sync::Arc;

use domain::api::IndexQuality;
use leptos::prelude::*;

use super::asked;
use crate::address::Address;
use crate::api;
use crate::components::chart::{Bar, BarChart, ChartFrame};
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::segmented::Segmented;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;
use crate::pages::findings::{FINDINGS, check_name};
use crate::pages::{SpanFields, nothing_built, warnings, whole_workbook};

const POLICIES: &[(&str, &str)] = &[("flag", "Flag"), ("block", "Block"), ("repair", "Repair"), ("pass", "Pass")];

struct Check {
    name: String,
    count: f64,
    looks_for: String,
}

const CHECKS: [Column<Check>; 3] = [
    Column::new("name", "Check", |row: &Check| Value::Text(row.name.clone())),
    Column::new("count", "Findings", |row: &Check| Value::Number(row.count, Form::Whole)),
    Column::new("looks_for", "What it looks for", |row: &Check| Value::Text(row.looks_for.clone()))
        .drawn(|row: &Check| view! { <span class="prose">{row.looks_for.clone()}</span> }.into_any()),
];

fn checks(of: &IndexQuality) -> Vec<Check> {
    let check = |(name, looks_for): (&String, &String)| Check {
        name: check_name(name),
        count: f64::from(of.counts.get(name).and_then(|count| u32::try_from(*count).ok()).unwrap_or(0)),
        looks_for: looks_for.clone(),
    };
    of.checks.iter().map(check).collect()
}

/// The part of the page.
pub(super) fn quality() -> AnyView {
    let address = Address::here();
    let policy = address.param("policy");
    let policy = Memo::new(move |_| policy.get().unwrap_or_else(|| POLICIES[0].0.to_owned()));
    let link = asked("/index-quality", &["policy"], &[]);
    let answer = load(move || Some(link.get()), |link| async move { api::get::<IndexQuality>(&link).await });
    let ends = move || answer.value().map(|of| (of.start_date, of.end_date));
    let choose = Callback::new(move |policy: &'static str| {
        address.set(&[("policy", (policy != POLICIES[0].0).then(|| policy.to_owned()))]);
    });
    view! {
        <div class="tools">
            <Segmented label="What becomes of a finding" options=POLICIES chosen=policy choose=choose />
            <SpanFields ends=Signal::derive(ends) />
        </div>
        {states(answer, 60.0, Some(ViewFn::from(nothing_built)), move |of| view! { <Ready of=of link=link /> }.into_any())}
    }
    .into_any()
}

#[component]
fn Ready(#[prop(into)] of: Signal<Arc<IndexQuality>>, link: Memo<String>) -> impl IntoView {
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(of.with(|of| of.synthetic)));
    let text = move |read: fn(&IndexQuality) -> String| Signal::derive(move || of.with(|of| read(of)));
    let curl = move || Export::curl(move || link.get_untracked());
    let whole = Signal::derive(move || Some(link.get()));
    let bars = Signal::derive(move || {
        let bar = |check: Check| Bar { name: check.name, value: check.count, notes: Vec::new() };
        of.with(|of| checks(of).into_iter().map(bar).collect::<Vec<_>>())
    });
    let findings = Signal::derive(move || Arc::new(of.with(|of| of.findings.clone())));
    let counted = Signal::derive(move || Arc::new(of.with(checks_of)));
    view! {
        {warnings(move || of.with(|of| of.warnings.clone()))}
        <dl class="figures">
            <Figure
                name="Verdict"
                definition="Blocked where the policy is to block and something was found."
                value=text(|of| if of.accepted { "accepted".to_owned() } else { "blocked".to_owned() })
                direction=Signal::derive(move || if of.with(|of| of.accepted) { "up" } else { "down" })
            />
            <Figure
                name="Findings"
                definition="Suspicious values; a run of the same kind counts once."
                value=text(|of| format::count(of.findings.len()))
            />
            <Figure
                name="Securities"
                definition="All that were ever members in the range."
                value=text(|of| format::count(of.checked_securities))
            />
            <Figure name="Sessions" definition="Held in the range." value=text(|of| format::count(of.checked_sessions)) />
        </dl>
        <ChartFrame
            title=Signal::derive(|| "Findings by check".to_owned())
            file=Signal::derive(move || of.with(|of| format!("{}-quality", of.index)))
            exports=vec![whole_workbook(whole, "data-quality"), curl()]
            table=ViewFn::from(move || {
                view! { <DataTable name="counts" caption=Signal::derive(|| "Findings by check".to_owned()) rows=counted columns=CHECKS.to_vec() /> }
            })
        >
            <BarChart
                label=Signal::derive(|| "How much each check found".to_owned())
                bars=bars
                value_name="Findings"
                form=Form::Whole
            />
        </ChartFrame>
        <section class="panel">
            <header class="panel-head">
                <h2>"Findings"</h2>
            </header>
            <DataTable
                name="findings"
                caption=Signal::derive(|| "What is suspicious".to_owned())
                rows=findings
                columns=FINDINGS.to_vec()
                sorted="-date"
                filterable=true
                none="Nothing suspicious was found."
                exports=vec![curl()]
            />
        </section>
        <section class="panel">
            <header class="panel-head">
                <h2>"What is looked for"</h2>
            </header>
            <DataTable name="checks" caption=Signal::derive(|| "The checks".to_owned()) rows=counted columns=CHECKS.to_vec() />
        </section>
    }
}

fn checks_of(of: &Arc<IndexQuality>) -> Vec<Check> {
    checks(of)
}
