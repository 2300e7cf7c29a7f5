//! An index beside a ticker or another index.

use std::sync::Arc;

use domain::api::{ComparedSession, IndexComparison, YearComparison};
use leptos::prelude::*;

use super::both::{BothLevels, BothStatistics, both};
use super::{BRIDGED, asked};
use crate::api;
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;
use crate::pages::{Benchmark, BenchmarkField, SpanFields, chosen_benchmark, nothing_built, warnings, whole_workbook};
use crate::query::encode;

/// A number of the comparison: its name, its definition, how it is shown, how it is read.
struct Measure {
    title: &'static str,
    formula: &'static str,
    definition: &'static str,
    form: Form,
    value: fn(&IndexComparison) -> Option<f64>,
}

#[rustfmt::skip]
const MEASURES: [Measure; 11] = [
    Measure { title: "Tracking difference", formula: "R − R_b", definition: "Compounded return less that of the other.", form: Form::Change, value: |of| of.tracking_difference },
    Measure { title: "… a year", formula: "CAGR − CAGR_b", definition: "The difference of the two yearly growths.", form: Form::Change, value: |of| of.tracking_difference_per_year },
    Measure { title: "Tracking error", formula: "sd(r − b)·√252", definition: "Annualised standard deviation of the differences.", form: Form::Percent, value: |of| of.tracking_error },
    Measure { title: "Beta", formula: "cov(r, b)/var(b)", definition: "Move per unit of the other's move.", form: Form::Decimal, value: |of| of.beta },
    Measure { title: "Alpha", formula: "", definition: "Yearly return that the other does not explain.", form: Form::Change, value: |of| of.alpha },
    Measure { title: "Correlation", formula: "", definition: "Of the daily returns.", form: Form::Decimal, value: |of| of.correlation },
    Measure { title: "Up capture", formula: "", definition: "Annualised return on the other's rising sessions, as a multiple of its own.", form: Form::Decimal, value: |of| of.up_capture },
    Measure { title: "Down capture", formula: "", definition: "Annualised return on the other's falling sessions, as a multiple of its own.", form: Form::Decimal, value: |of| of.down_capture },
    Measure { title: "Information ratio", formula: "mean(r − b)/sd(r − b)", definition: "Mean difference per unit of its deviation, per session.", form: Form::Fine, value: |of| of.information_ratio },
    Measure { title: "Outperformed", formula: "", definition: "Share of the sessions with a return above the other's.", form: Form::Percent, value: |of| of.outperformed },
    Measure { title: "Active share", formula: "½·Σ|w − w_b|", definition: "Averaged over the sessions; undefined against a ticker.", form: Form::Percent, value: |of| of.active_share.as_ref().map(|of| of.mean) },
];

const SESSIONS: [Column<ComparedSession>; 3] = [
    Column::new("day", "Session", |row: &ComparedSession| Value::Day(row.date)),
    Column::new("level", "Index", |row: &ComparedSession| Value::Number(row.level, Form::Decimal)),
    Column::new("against", "Compared with", |row: &ComparedSession| Value::Number(row.against, Form::Decimal)),
];

const YEARS: [Column<YearComparison>; 4] = [
    Column::new("year", "Year", |row: &YearComparison| Value::Text(row.year.to_string())),
    Column::new("return", "Index", |row: &YearComparison| Value::number(row.value, Form::Change)),
    Column::new("against", "Compared with", |row: &YearComparison| Value::number(row.against, Form::Change)),
    Column::new("difference", "Difference", |row: &YearComparison| Value::number(row.difference, Form::Change)),
];

/// The part of the page.
pub(super) fn comparison() -> AnyView {
    let with = chosen_benchmark("with");
    let base = asked("/index-compare", &[], BRIDGED);
    let link = Memo::new(move |_| {
        let (name, value) = match with.get()? {
            Benchmark::Index(slug) => ("against", slug),
            Benchmark::Ticker(ticker) => ("benchmark", ticker),
        };
        Some(format!("{}&{name}={}", base.get(), encode(&value)))
    });
    let answer = load(move || link.get(), |link| async move { api::get::<IndexComparison>(&link).await });
    let ends = move || answer.value().map(|of| (of.start_date, of.end_date));
    let content = move || {
        if with.get().is_none() {
            return view! {
                <section class="empty">
                    <h2>"Compared with what?"</h2>
                    <p>"Type a ticker whose prices are held, or choose another index."</p>
                </section>
            }
            .into_any();
        }
        let ready = move |of| view! { <Ready of=of link=link /> }.into_any();
        states(answer, 70.0, Some(ViewFn::from(nothing_built)), ready)
    };
    view! {
        <div class="tools">
            <BenchmarkField label="Compared with" param="with" />
            <SpanFields ends=Signal::derive(ends) />
        </div>
        {content}
    }
    .into_any()
}

#[component]
fn Ready(#[prop(into)] of: Signal<Arc<IndexComparison>>, link: Memo<Option<String>>) -> impl IntoView {
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(of.with(|of| of.synthetic)));
    let names = move || of.with(|of| [of.index.clone(), of.against.clone()]);
    let figures = MEASURES.iter().map(|measure| {
        let value = Signal::derive(move || format::optional(of.with(|of| (measure.value)(of)), measure.form));
        view! { <Figure name=measure.title formula=measure.formula definition=measure.definition value=value /> }
    });
    let sessions = Signal::derive(move || Arc::new(of.with(|of| of.data.clone())));
    let years = Signal::derive(move || Arc::new(of.with(|of| of.yearly.clone())));
    let statistics = Signal::derive(move || Arc::new(of.with(|of| both(&of.statistics, &of.against_statistics))));
    view! {
        {warnings(move || of.with(|of| of.warnings.clone()))}
        <dl class="figures">{figures.collect_view()}</dl>
        <BothLevels
            title="Both from the same level"
            label=Signal::derive(move || format!("Levels of {}", names().join(" and ")))
            file=Signal::derive(move || names().join("-beside-"))
            names=Signal::derive(names)
            rows=sessions
            read=|row: &ComparedSession| (row.date, [row.level, row.against])
            table=("compared", "Both levels at each session", SESSIONS)
            exports=vec![whole_workbook(link.into(), "comparison"), Export::curl(move || link.get_untracked().unwrap_or_default())]
        />
        <section class="panel">
            <header class="panel-head">
                <h2>"By calendar year"</h2>
            </header>
            <DataTable name="years" caption=Signal::derive(|| "Both by calendar year".to_owned()) rows=years columns=YEARS.to_vec() sorted="-year" />
        </section>
        <BothStatistics rows=statistics heads=[("own", "Index"), ("other", "Compared with")] />
    }
}
