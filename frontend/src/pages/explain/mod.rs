//! `/app/explain`: the member returns behind one day's number.

use std::sync::Arc;

use domain::api::{Explanation, MemberReturn, PriceSource};

use leptos::prelude::*;

use crate::api;
use crate::components::chart::{Bar, BarChart, ChartFrame};
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;
use crate::pages::findings::FINDINGS;
use crate::pages::{IndexField, SessionField, chosen_index, chosen_session, index_name, nothing_built};

/// The page.
pub(crate) fn explain() -> AnyView {
    let index = chosen_index();
    let session = chosen_session("date");
    let explanation = load(
        move || session.get().map(|session| (index.get(), session)),
        |(index, session)| api::explanation(index, session),
    );
    let ready = move |explanation| view! { <Ready explanation=explanation /> }.into_any();
    view! {
        <div class="page-head">
            <h1>"Explain"</h1>
            <IndexField label="Index" />
            <SessionField label="Session" param="date" />
        </div>
        {states(explanation, 60.0, Some(ViewFn::from(nothing_built)), ready)}
    }
    .into_any()
}

fn source(source: Option<&PriceSource>) -> Value {
    source.map_or(Value::Absent, |source| {
        let provider = source.provider.as_deref().unwrap_or("?");
        Value::Text(format!("{provider} v{}", source.data_version))
    })
}

fn actions(member: &MemberReturn) -> Value {
    let split = member.split_ratio.filter(|ratio| (ratio - 1.0).abs() > f64::EPSILON).map(|ratio| {
        let implied = if member.split_implied { " (implied)" } else { "" };
        format!("split {}:1{implied}", format::number(ratio, Form::Fine))
    });
    let dividend = member.dividend.map(|amount| format!("dividend {}", format::number(amount, Form::Fine)));
    let all: Vec<String> = split.into_iter().chain(dividend).collect();
    if all.is_empty() { Value::Absent } else { Value::Text(all.join(", ")) }
}

const COLUMNS: [Column<MemberReturn>; 12] = [
    Column::new("ticker", "Ticker", |row: &MemberReturn| Value::Text(row.ticker.clone())),
    Column::new("rank", "Rank", |row: &MemberReturn| Value::Number(f64::from(row.rank), Form::Whole))
        .defined("By market cap, when it was chosen."),
    Column::new("name", "Name", |row: &MemberReturn| Value::text(row.name.as_ref())),
    Column::new("sector", "Sector", |row: &MemberReturn| Value::text(row.sector.as_ref())),
    Column::new("weight", "Weight", |row: &MemberReturn| Value::Number(row.weight, Form::Percent))
        .defined("Before the session."),
    Column::new("return", "Return", |row: &MemberReturn| Value::Number(row.value, Form::Change))
        .defined("Restated price / price before − 1."),
    Column::new("contribution", "Contribution", |row: &MemberReturn| {
        Value::Number(row.contribution * 10_000.0, Form::Decimal)
    })
    .defined("Weight × return, in hundredths of a percent."),
    Column::new("before", "Price before", |row: &MemberReturn| Value::Number(row.price_before, Form::Decimal))
        .defined("Raw close of the session before."),
    Column::new("price", "Price", |row: &MemberReturn| Value::number(row.price, Form::Decimal))
        .defined("Raw close; none where it did not trade and its last price was carried."),
    Column::new("actions", "Corporate actions", actions).defined("Splits and dividends with an ex-date since."),
    Column::new("source_before", "Source before", |row: &MemberReturn| source(row.source_before.as_ref()))
        .defined("Where the price before came from, and the data version that brought it."),
    Column::new("source", "Source", |row: &MemberReturn| source(row.source.as_ref()))
        .defined("Where the price came from, and the data version that brought it."),
];

/// How many of the best and of the worst are drawn.
const EXTREMES: usize = 8;

/// The best and the worst contributors, best first.
fn extremes(members: &[MemberReturn]) -> Vec<Bar> {
    let mut sorted: Vec<&MemberReturn> = members.iter().collect();
    sorted.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
    let best = sorted.iter().take(EXTREMES);
    let worst = sorted.iter().skip(EXTREMES.max(sorted.len().saturating_sub(EXTREMES)));
    let bar = |member: &&MemberReturn| Bar {
        name: member.ticker.clone(),
        value: member.contribution * 10_000.0,
        notes: vec![
            ("Return".to_owned(), format::number(member.value, Form::Change)),
            ("Weight".to_owned(), format::number(member.weight, Form::Percent)),
        ],
    };
    best.chain(worst).map(bar).collect()
}

#[component]
fn Ready(#[prop(into)] explanation: Signal<Arc<Explanation>>) -> impl IntoView {
    let index = chosen_index();
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(explanation.with(|explanation| explanation.synthetic)));
    let of = move |read: fn(&Explanation) -> String| Signal::derive(move || explanation.with(|of| read(of)));
    let bars = Memo::new(move |_| explanation.with(|of| extremes(&of.members)));
    let rows = Signal::derive(move || Arc::new(explanation.with(|of| of.members.clone())));
    let link = move || api::explanation_link(index.get_untracked(), explanation.with_untracked(|of| of.date));
    let title = move || explanation.with(|of| format!("Contributions on {}", format::day(of.date)));
    view! {
        <dl class="figures">
            <Figure
                name="Return"
                definition="The index's own return of the session, as it is stored."
                value=of(|of| format::optional(of.daily_return, Form::Change))
                direction=Signal::derive(move || format::direction(explanation.with(|of| of.daily_return)))
                remark=of(|of| format::day(of.date))
            />
            <Figure
                name="Sum of contributions"
                formula="Σ weight × return"
                definition="Computed anew from the data held today; it must agree with the stored return to 1e-12."
                value=of(|of| format::number(of.sum_of_contributions, Form::Change))
                remark=of(|of| if of.agrees { "agrees with the return".to_owned() } else { "does not agree".to_owned() })
            />
            <Figure
                name="Rose"
                definition="Members with a return above 0, of all that were in place."
                value=of(|of| {
                    let rose = of.members.iter().filter(|member| member.value > 0.0).count();
                    format!("{} of {}", format::count(rose), format::count(of.members.len()))
                })
            />
            <Figure
                name="Versions"
                definition="The version of the data and of the method by which the session was built."
                value=of(|of| format!("{} · {}", of.data_version, of.method_version))
                remark=of(|of| if of.outdated { "outdated: an input changed since".to_owned() } else { format!("inputs {}", of.inputs_hash.chars().take(12).collect::<String>()) })
            />
        </dl>
        <div class="diverging">
            <ChartFrame
                title=Signal::derive(move || "Best and worst contributors".to_owned())
                file=Signal::derive(move || format!("{}-contributions", index_name(index.get().as_deref())))
                exports=vec![Export::curl(link)]
                table=ViewFn::from(move || {
                    view! {
                        <DataTable
                            name="extremes"
                            caption=Signal::derive(title)
                            rows=rows
                            columns=vec![COLUMNS[0], COLUMNS[2], COLUMNS[5], COLUMNS[6]]
                            sorted="-contribution"
                        />
                    }
                })
            >
                <BarChart
                    label=Signal::derive(title)
                    bars=bars
                    value_name="Contribution (bp)"
                    form=Form::Decimal
                />
            </ChartFrame>
        </div>
        <Suspicious explanation=explanation />
        <section class="panel">
            <header class="panel-head">
                <h2>"Member returns"</h2>
                <span class="muted">
                    {of(|of| of.previous_date.map_or_else(String::new, |before| format!("chosen on {}", format::day(before))))}
                </span>
            </header>
            <DataTable
                name="members"
                caption=Signal::derive(move || explanation.with(|of| format!("Member returns on {}", format::day(of.date))))
                rows=rows
                columns=COLUMNS.to_vec()
                sorted="-contribution"
                filterable=true
                exports=vec![Export::curl(link)]
            />
        </section>
    }
}

/// What the builds of the session and of the one before it found suspicious, where they looked.
#[component]
fn Suspicious(explanation: Signal<Arc<Explanation>>) -> impl IntoView {
    let rows = Signal::derive(move || {
        let findings = explanation.with(|of| of.quality.iter().flat_map(|of| of.findings.clone()).collect::<Vec<_>>());
        Arc::new(findings)
    });
    let told = move || {
        explanation.with(|of| {
            let said = of.quality.iter().map(|of| format!("{}: {} ({})", format::day(of.date), of.total, of.policy));
            said.collect::<Vec<_>>().join(" · ")
        })
    };
    view! {
        <Show when=move || explanation.with(|of| !of.quality.is_empty())>
            <section class="panel">
                <header class="panel-head">
                    <h2>"What was suspicious"</h2>
                    <span class="muted">{told}</span>
                </header>
                <DataTable
                    name="suspicious"
                    caption=Signal::derive(|| "What the builds found suspicious".to_owned())
                    rows=rows
                    columns=FINDINGS.to_vec()
                    none="They looked, and found nothing."
                />
            </section>
        </Show>
    }
}
