//! Horizontal bars from a common ground: shares of a whole, or gains to one side and losses to the other.

use leptos::prelude::*;

use super::legend::fitted;
use super::plot::{Plot, Points, Reading};
use super::scale::Scale;
use super::slots::slot_at;
use crate::format::{self, Form};

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    /// Its name.
    pub name: String,
    /// Its length.
    pub value: f64,
    /// What else is said of it: names and texts.
    pub notes: Vec<(String, String)>,
}

const ROW: f64 = 28.0;
const TOP: f64 = 24.0;
const VALUE_ROOM: f64 = 64.0;

/// A bar for each entry, from top to bottom.
#[component]
pub(crate) fn BarChart(
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The bars.
    #[prop(into)]
    bars: Signal<Vec<Bar>>,
    /// What a bar's length is called.
    value_name: &'static str,
    /// How it is shown.
    form: Form,
) -> impl IntoView {
    let width = RwSignal::new(0.0_f64);
    let count = Signal::derive(move || bars.with(Vec::len));
    #[expect(clippy::cast_precision_loss, reason = "a number of bars")]
    let height = Signal::derive(move || TOP + count.get() as f64 * ROW);
    let names_px = move || (width.get() * 0.34).clamp(70.0, 180.0);
    let scale = move || {
        let (low, high) = bars.with(|bars| {
            bars.iter().fold((0.0_f64, 0.0_f64), |(low, high), bar| (low.min(bar.value), high.max(bar.value)))
        });
        let left = names_px() + if low < 0.0 { VALUE_ROOM } else { 0.0 };
        Scale::new(
            low,
            if high > low { high } else { low + 1.0 },
            (left, (width.get() - VALUE_ROOM).max(left + 1.0)),
            false,
        )
    };
    #[expect(clippy::cast_precision_loss, reason = "a number of bars")]
    let middle = |at: usize| TOP + (at as f64 + 0.5) * ROW;
    let nearest = Callback::new(move |(_, y): (f64, f64)| slot_at(y - TOP, ROW, count.get_untracked()));
    let place = Callback::new(move |at: usize| {
        let value = bars.with(|bars| bars.get(at).map_or(0.0, |bar| bar.value));
        (scale().px(value), middle(at))
    });
    let reading = Callback::new(move |at: usize| {
        bars.with(|bars| {
            bars.get(at).map_or_else(Reading::default, |bar| {
                let value = (value_name.to_owned(), format::number(bar.value, form));
                let rows = std::iter::once(value).chain(bar.notes.iter().cloned()).collect();
                Reading { title: bar.name.clone(), rows }
            })
        })
    });
    let drawing = move || {
        if width.get() < 120.0 {
            return None;
        }
        let (scale, names_px) = (scale(), names_px());
        let ground = scale.ground();
        let drawn = bars.get().into_iter().enumerate().map(|(at, bar)| {
            let (end, y) = (scale.px(bar.value), middle(at));
            let (class, anchor, beside) =
                if bar.value < 0.0 { ("bar fall", "end", end - 6.0) } else { ("bar rise", "start", end + 6.0) };
            view! {
                <g>
                    <text class="legend" x=0 y=y + 4.0>
                        {fitted(&bar.name, names_px - 8.0)}
                    </text>
                    <rect class=class x=ground.min(end) y=y - 9.0 width=(end - ground).abs().max(1.0) height=18 rx=2 />
                    <text class="tick" x=beside y=y + 4.0 text-anchor=anchor>
                        {format::number(bar.value, form)}
                    </text>
                </g>
            }
        });
        Some(view! { <g>{drawn.collect_view()}</g> })
    };
    let points = Points { count, nearest, place, reading };
    view! {
        <Plot label=label height=height width=width points=points stride=5 has_hair=false>
            {drawing}
        </Plot>
    }
}
