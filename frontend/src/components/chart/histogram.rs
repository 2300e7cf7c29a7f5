//! How often values of a size came, as columns, with the curve of what would be expected.

use std::sync::Arc;

use leptos::prelude::*;

use super::axis::{lines_across, names_below};
use super::path;
use super::plot::{Plot, Points, Reading};
use super::scale::Scale;
use crate::format::{self, Form};

/// Values between two edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bin {
    /// The lower edge.
    pub from: f64,
    /// The upper edge.
    pub to: f64,
    /// How many values.
    pub count: f64,
    /// How many were expected.
    pub expected: f64,
}

const LEFT: f64 = 44.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 28.0;

/// Columns for bins, which lie side by side without a gap.
#[component]
pub(crate) fn Histogram(
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The bins, ascending.
    #[prop(into)]
    bins: Signal<Arc<Vec<Bin>>>,
    /// What was counted, and what the curve is.
    names: (&'static str, &'static str),
    /// How edges are shown.
    form: Form,
    /// In pixels.
    #[prop(default = 260.0)]
    height: f64,
) -> impl IntoView {
    let width = RwSignal::new(0.0_f64);
    let axes = Memo::new(move |_| {
        let bins = bins.get();
        let (first, last) = (bins.first()?.from, bins.last()?.to);
        if width.get() < LEFT + RIGHT + 20.0 {
            return None;
        }
        let most = bins.iter().fold(1.0_f64, |most, bin| most.max(bin.count).max(bin.expected));
        let x = Scale::new(first, last, (LEFT, width.get() - RIGHT), false);
        Some((x, Scale::new(0.0, most, (height - BOTTOM, TOP), false)))
    });
    let middle = |bin: &Bin| f64::midpoint(bin.from, bin.to);
    let count = Signal::derive(move || bins.with(|bins| bins.len()));
    let nearest = Callback::new(move |(px, _): (f64, f64)| {
        let (x, _) = axes.get_untracked()?;
        let wanted = x.value(px);
        bins.with_untracked(|bins| {
            let at = bins.partition_point(|bin| bin.to < wanted);
            (!bins.is_empty()).then(|| at.min(bins.len() - 1))
        })
    });
    let place = Callback::new(move |at: usize| {
        let bin = bins.with(|bins| bins.get(at).copied());
        axes.get().zip(bin).map_or((0.0, 0.0), |((x, y), bin)| (x.px(middle(&bin)), y.px(bin.count)))
    });
    let reading = Callback::new(move |at: usize| {
        let Some(bin) = bins.with(|bins| bins.get(at).copied()) else { return Reading::default() };
        let rows = [
            (names.0.to_owned(), format::number(bin.count, Form::Whole)),
            (names.1.to_owned(), format::number(bin.expected, Form::Decimal)),
        ];
        let title = format!("{} to {}", format::number(bin.from, form), format::number(bin.to, form));
        Reading { title, rows: rows.to_vec() }
    });
    let drawing = move || {
        let (x, y) = axes.get()?;
        let bins = bins.get();
        let right = width.get_untracked() - RIGHT;
        let grid = lines_across(y, 4, (LEFT, right), |value| format::number(value, Form::Whole));
        let named = names_below(x, if right < 480.0 { 3 } else { 8 }, height, |value| format::number(value, form));
        let columns = bins.iter().map(|bin| {
            let (from, to, top) = (x.px(bin.from), x.px(bin.to), y.px(bin.count));
            let class = if middle(bin) < 0.0 { "bar fall" } else { "bar rise" };
            view! { <rect class=class x=from + 0.5 y=top width=(to - from - 1.0).max(1.0) height=y.px(0.0) - top /> }
        });
        let curve = path::line(bins.iter().map(|bin| Some((x.px(middle(bin)), y.px(bin.expected)))));
        Some(view! {
            <g>
                {grid}
                {named}
                {columns.collect_view()}
                <path class="line line-2" d=curve />
                <line class="line line-2" x1=LEFT x2=LEFT + 18.0 y1=19.0 y2=19.0 />
                <text class="legend" x=LEFT + 24.0 y=23.0>
                    {names.1}
                </text>
            </g>
        })
    };
    let points = Points { count, nearest, place, reading };
    view! {
        <Plot label=label height=height width=width points=points stride=10>
            {drawing}
        </Plot>
    }
}
