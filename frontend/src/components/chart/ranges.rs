//! Ranges side by side: from the lowest to the highest, with the mean and its spread inside.

use leptos::prelude::*;

use super::axis::{lines_across, name_below};
use super::plot::{Plot, Points, Reading};
use super::scale::Scale;
use super::slots::Slots;
use crate::format::{self, Form};

/// One range.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Range {
    /// Its name on the axis.
    pub name: String,
    /// The lowest value.
    pub low: f64,
    /// The highest value.
    pub high: f64,
    /// The mean.
    pub mean: f64,
    /// How far the inner band reaches on both sides of the mean.
    pub spread: Option<f64>,
    /// Whether it is drawn faintly, for it is not complete.
    pub is_faint: bool,
    /// What is said of it.
    pub notes: Vec<(String, String)>,
}

const LEFT: f64 = 84.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 28.0;
/// The room that a name takes.
const NAME_PX: f64 = 36.0;

/// Ranges on one axis of values.
#[component]
pub(crate) fn RangeChart(
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The ranges, in order.
    #[prop(into)]
    ranges: Signal<Vec<Range>>,
    /// How values are shown.
    form: Form,
    /// In pixels.
    #[prop(default = 300.0)]
    height: f64,
) -> impl IntoView {
    let width = RwSignal::new(0.0_f64);
    let count = Signal::derive(move || ranges.with(Vec::len));
    let slots = Slots { width, count, room: (LEFT, RIGHT), least_px: 1.0 };
    let scale = move || {
        ranges.with(|ranges| {
            let ends = ranges.iter().flat_map(|range| [range.low, range.high]);
            Scale::around(ends, (height - BOTTOM, TOP), false)
        })
    };
    let place = Callback::new(move |at: usize| {
        let mean = ranges.with(|ranges| ranges.get(at).map_or(0.0, |range| range.mean));
        (slots.middle(at), scale().px(mean))
    });
    let reading = Callback::new(move |at: usize| {
        ranges.with(|ranges| {
            ranges
                .get(at)
                .map_or_else(Reading::default, |range| Reading { title: range.name.clone(), rows: range.notes.clone() })
        })
    });
    let drawing = move || {
        if width.get() < 120.0 {
            return None;
        }
        let (scale, wide) = (scale(), (slots.step() * 0.6).min(44.0));
        let grid = lines_across(scale, 5, (LEFT, width.get_untracked() - RIGHT), |value| format::number(value, form));
        let drawn = ranges.get().into_iter().enumerate().map(|(at, range)| {
            let (x, low, high, mean) =
                (slots.middle(at), scale.px(range.low), scale.px(range.high), scale.px(range.mean));
            // Where names would touch each other every second one is left out.
            let name = (slots.step() >= NAME_PX || at % 2 == 1).then(|| name_below(x, height, range.name));
            let inner = range.spread.map(|spread| {
                let top = scale.px((range.mean + spread).min(range.high));
                let bottom = scale.px((range.mean - spread).max(range.low));
                view! { <rect class="range-inner" x=x - wide / 2.0 y=top width=wide height=(bottom - top).max(1.0) /> }
            });
            view! {
                <g class:faint=range.is_faint>
                    <rect class="range-outer" x=x - wide / 2.0 y=high width=wide height=(low - high).max(1.0) />
                    {inner}
                    <line class="range-mean" x1=x - wide / 2.0 x2=x + wide / 2.0 y1=mean y2=mean />
                    {name}
                </g>
            }
        });
        let drawn = drawn.collect_view();
        Some(view! { <g>{grid}{drawn}</g> })
    };
    let points = Points { count, nearest: slots.nearest(), place, reading };
    view! {
        <Plot label=label height=height width=width points=points stride=1>
            {drawing}
        </Plot>
    }
}
