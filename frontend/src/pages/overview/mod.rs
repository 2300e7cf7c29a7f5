//! `/`: how an index did.

mod figures;
mod range;
mod tables;

pub(crate) use tables::month_rows;

use std::sync::Arc;

use domain::api::Performance;
use domain::units::Day;
use leptos::prelude::*;

use crate::address::Address;
use crate::api;
use crate::components::chart::{ChartFrame, Line, LineChart};
use crate::components::export_menu::Export;
use crate::components::segmented::Segmented;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::format::{self, Form};
use crate::late::after_paint;
use crate::load::load;
use crate::pages::{
    BenchmarkField, IndexField, SpanFields, chosen_benchmark, chosen_index, chosen_span, index_name, nothing_built,
    warnings,
};
use crate::workbook;
use range::{RANGES, Window};

const VIEWS: &[(&str, &str)] = &[("level", "Level"), ("return", "Return"), ("drawdown", "Drawdown")];
const SCALES: &[(&str, &str)] = &[("linear", "Linear"), ("log", "Log")];

/// The page.
pub(crate) fn overview() -> AnyView {
    let index = chosen_index();
    let performance = load(move || Some(index.get()), api::performance);
    let ready = move |performance| view! { <Ready performance=performance /> }.into_any();
    view! {
        <div class="page-head">
            <h1>"Overview"</h1>
            <IndexField label="Index" />
            <BenchmarkField label="Compared with" param="with" />
        </div>
        {states(performance, 60.0, Some(ViewFn::from(nothing_built)), ready)}
    }
    .into_any()
}

#[component]
fn Ready(#[prop(into)] performance: Signal<Arc<Performance>>) -> impl IntoView {
    let address = Address::here();
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(performance.with(|performance| performance.synthetic)));

    let (range, span) = (address.param("range"), chosen_span());
    let window = Memo::new(move |_| {
        let (from, to) = span.get();
        performance.with(|performance| Window::of(&performance.data, range.get().as_deref(), from, to))
    });
    let with = chosen_benchmark("with");
    let ends = Memo::new(move |_| performance.with(|performance| (performance.start_date, performance.end_date)));
    let other = load(move || Some((with.get()?, ends.get())), |(with, ends)| with.points(ends));
    let benchmark = Memo::new(move |_| {
        with.get()?;
        other.value().and_then(|other| window.with(|window| window.beside(&other)))
    });
    // The chart answers a press; what is around it follows once that is on the screen.
    let settled = after_paint(Memo::new(move |_| (window.get(), benchmark.get())));
    let around = Memo::new(move |_| settled.with(|(window, _)| window.clone()));
    let statistics = Memo::new(move |_| settled.with(|(window, benchmark)| window.statistics(benchmark.as_ref())));
    let failed = move || {
        other.failure().filter(|_| with.get().is_some()).map(|failure| {
            view! { <p class="warnings" role="alert">"The comparison failed: "{failure.detail}</p> }
        })
    };
    view! {
        {warnings(move || performance.with(|performance| performance.warnings.clone()))}
        {failed}
        <figures::Figures performance=performance window=around statistics=statistics />
        <LevelChart window=window benchmark=benchmark />
        <tables::Months window=around />
        <div class="columns">
            <tables::Drawdowns window=around />
            <tables::AllStatistics statistics=statistics window=around />
        </div>
    }
}

#[component]
fn LevelChart(window: Memo<Window>, benchmark: Memo<Option<Window>>) -> impl IntoView {
    let address = Address::here();
    let index = chosen_index();
    let (view, scale, range) = (address.param("view"), address.param("scale"), address.param("range"));
    let (from, to, with) = (address.param("from"), address.param("to"), address.param("with"));
    let shown = Memo::new(move |_| view.get().unwrap_or_else(|| "level".to_owned()));
    let series = move |name: String, window: &Window| {
        let values = match shown.get().as_str() {
            "return" => window.cumulative(),
            "drawdown" => window.drawdowns(),
            _ => window.levels.clone(),
        };
        let days = window.days.iter().map(|day| day.number()).collect();
        Line { name, days: Arc::new(days), values: Arc::new(values) }
    };
    let lines = Memo::new(move |_| {
        let mut lines = vec![window.with(|window| series(index_name(index.get().as_deref()), window))];
        benchmark.with(|benchmark| {
            lines.extend(benchmark.iter().map(|other| series(with.get().unwrap_or_default(), other)));
        });
        lines
    });
    let is_level = Memo::new(move |_| shown.get() == "level");
    let form = Signal::derive(move || if is_level.get() { Form::Decimal } else { Form::Change });
    let axis_form = Signal::derive(move || if is_level.get() { Form::Whole } else { Form::RoundPercent });
    let ends = move || {
        window
            .with(Window::ends)
            .map_or_else(String::new, |(first, last)| format!("{} – {}", format::day(first), format::day(last)))
    };
    let label = move || {
        let name = VIEWS.iter().find(|(value, _)| *value == shown.get()).map_or("Level", |(_, name)| *name);
        format!("{name} of {}, {}", index_name(index.get().as_deref()), ends())
    };
    let brushed = Callback::new(move |(from, to): (Day, Day)| {
        address.set(&[("range", None), ("from", Some(from.to_string())), ("to", Some(to.to_string()))]);
    });
    let chosen_range = Signal::derive(move || {
        let is_free = from.get().is_some() || to.get().is_some();
        range.get().unwrap_or_else(|| if is_free { String::new() } else { "max".to_owned() })
    });
    let choose_range = Callback::new(move |range: &'static str| {
        let range = (range != "max").then(|| range.to_owned());
        address.set(&[("range", range), ("from", None), ("to", None)]);
    });
    let tools = move || {
        view! {
            <div class="tools">
                <Segmented
                    label="What is shown"
                    options=VIEWS
                    chosen=shown
                    choose=Callback::new(move |view: &'static str| {
                        address.set(&[("view", (view != "level").then(|| view.to_owned()))]);
                    })
                />
                <Show when=move || is_level.get()>
                    <Segmented
                        label="Scale"
                        options=SCALES
                        chosen=Signal::derive(move || scale.get().unwrap_or_else(|| "linear".to_owned()))
                        choose=Callback::new(move |scale: &'static str| {
                            address.set(&[("scale", (scale != "linear").then(|| scale.to_owned()))]);
                        })
                    />
                </Show>
            </div>
        }
    };
    let link = move || {
        let ends = window.with_untracked(Window::ends);
        api::performance_link(index.get_untracked(), ends.map(|ends| ends.0), ends.map(|ends| ends.1))
    };
    view! {
        <ChartFrame
            title=Signal::derive(move || match shown.get().as_str() {
                "return" => "Cumulative return".to_owned(),
                "drawdown" => "Drawdown".to_owned(),
                _ => "Index level".to_owned(),
            })
            file=Signal::derive(move || format!("{}-{}", index_name(index.get().as_deref()), shown.get()))
            tools=ViewFn::from(tools)
            exports=vec![
                Export::slow("Index workbook (Excel)", move |tell| {
                    let ends = window.with_untracked(Window::ends);
                    let slug = index_name(index.get_untracked().as_deref());
                    workbook::save_index(slug, (ends.map(|ends| ends.0), ends.map(|ends| ends.1)), tell)
                }),
                Export::curl(link),
            ]
            table=ViewFn::from(move || tables::levels(window))
        >
            <LineChart
                label=Signal::derive(label)
                lines=lines
                form=form
                axis_form=axis_form
                is_log=Signal::derive(move || is_level.get() && scale.get().as_deref() == Some("log"))
                is_area=Signal::derive(move || shown.get() == "drawdown")
                brushed=brushed
            />
            <div class="under-chart">
                <Segmented label="Range" options=RANGES chosen=chosen_range choose=choose_range />
                <SpanFields ends=Signal::derive(move || window.with(Window::ends)) />
            </div>
        </ChartFrame>
    }
}
