//! Charts as our own SVG: docs/decisions/0013-own-charts.md says why. The maths is in files of its own, with its tests.

mod axis;
mod bars;
mod calendar;
mod candles;
mod columns;
mod curves;
mod days;
mod histogram;
mod legend;
mod lines;
mod path;
mod picture;
mod plot;
mod ranges;
mod recent;
mod scale;
mod size;
mod slots;

pub(crate) use bars::{Bar, BarChart};
pub(crate) use calendar::{CalendarChart, Held};
pub(crate) use candles::{Candle, CandleChart};
pub(crate) use columns::{ColumnChart, Period};
pub(crate) use curves::{Curve, CurveChart};
pub(crate) use histogram::{Bin, Histogram};
pub(crate) use lines::{Event, Line, LineChart};
pub(crate) use ranges::{Range, RangeChart};
pub(crate) use recent::{Moment, RecentChart};

use leptos::html;
use leptos::prelude::*;

use crate::components::export_menu::{Export, ExportMenu};

/// A chart with its heading, its tools, what can be saved of it, and the same numbers as a table.
#[component]
pub(crate) fn ChartFrame(
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// The name of saved pictures, without ending.
    #[prop(into)]
    file: Signal<String>,
    /// Choices that belong to the chart.
    #[prop(optional, into)]
    tools: Option<ViewFn>,
    /// What else can be saved.
    #[prop(optional, into)]
    exports: Vec<Export>,
    /// The numbers as a table, drawn when it is asked for.
    #[prop(into)]
    table: ViewFn,
    /// The chart.
    children: Children,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let pictures = [
        Export::new("Picture (PNG)", move || {
            picture::save_png(frame, &file.get_untracked());
            Ok(())
        }),
        Export::new("Picture (SVG)", move || picture::save_svg(frame, &file.get_untracked())),
    ];
    let items = pictures.into_iter().chain(exports).collect::<Vec<_>>();
    let is_open = RwSignal::new(false);
    view! {
        <section class="panel chart">
            <header class="panel-head">
                <h2>{title}</h2>
                {tools.map(|tools| tools.run())}
                <ExportMenu items=items />
            </header>
            <div node_ref=frame>{children()}</div>
            <details
                class="as-table"
                on:toggle=move |event| {
                    let details: web_sys::Element = event_target(&event);
                    is_open.set(details.has_attribute("open"));
                }
            >
                <summary>"Show as table"</summary>
                {move || is_open.get().then(|| table.run())}
            </details>
        </section>
    }
}
