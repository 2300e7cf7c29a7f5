//! Two counts for each of successive periods: one upwards, one downwards.

use leptos::prelude::*;

use super::axis::{lines_across, name_below};
use super::plot::{Plot, Points, Reading};
use super::scale::Scale;
use super::slots::Slots;
use crate::format::{self, Form};

/// A period's counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Period {
    /// Its name in full.
    pub name: String,
    /// Its name on the axis; empty for none.
    pub short: String,
    /// Drawn upwards.
    pub up: f64,
    /// Drawn downwards.
    pub down: f64,
}

const LEFT: f64 = 44.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 28.0;

/// Columns for periods. One can be picked.
#[component]
pub(crate) fn ColumnChart(
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The periods, in order.
    #[prop(into)]
    periods: Signal<Vec<Period>>,
    /// What is drawn upwards, and what downwards.
    names: (&'static str, &'static str),
    /// In pixels.
    #[prop(default = 220.0)]
    height: f64,
    /// Takes a picked period's position.
    #[prop(optional)]
    picked: Option<Callback<usize>>,
) -> impl IntoView {
    let width = RwSignal::new(0.0_f64);
    let count = Signal::derive(move || periods.with(Vec::len));
    let slots = Slots { width, count, room: (LEFT, RIGHT), least_px: 1.0 };
    let scale = move || {
        let (low, high) = periods.with(|periods| {
            periods.iter().fold((0.0_f64, 0.0_f64), |(low, high), period| (low.min(-period.down), high.max(period.up)))
        });
        Scale::new(low, if high > low { high } else { 1.0 }, (height - BOTTOM, TOP), false)
    };
    let place = Callback::new(move |at: usize| {
        let up = periods.with(|periods| periods.get(at).map_or(0.0, |period| period.up));
        (slots.middle(at), scale().px(up))
    });
    let reading = Callback::new(move |at: usize| {
        periods.with(|periods| {
            periods.get(at).map_or_else(Reading::default, |period| {
                let rows = [(names.0, period.up), (names.1, period.down)];
                let rows = rows.map(|(name, value)| (name.to_owned(), format::number(value, Form::Whole)));
                Reading { title: period.name.clone(), rows: rows.to_vec() }
            })
        })
    });
    let drawing = move || {
        if width.get() < 120.0 {
            return None;
        }
        let (scale, wide) = (scale(), (slots.step() * 0.72).min(28.0));
        let ground = scale.px(0.0);
        let grid = lines_across(scale, 4, (LEFT, width.get_untracked() - RIGHT), |value| {
            format::number(value.abs(), Form::Whole)
        });
        // Names that would overlap are left out.
        let every = (64.0 / slots.step()).ceil().max(1.0);
        let mut last_named = f64::NEG_INFINITY;
        let columns = periods.get().into_iter().enumerate().map(|(at, period)| {
            let x = slots.middle(at);
            let is_named = !period.short.is_empty() && (every <= 1.0 || x - last_named >= 56.0);
            if is_named {
                last_named = x;
            }
            let name = is_named.then(|| name_below(x, height, period.short));
            let (up, down) = (scale.px(period.up), scale.px(-period.down));
            view! {
                <g>
                    <rect class="bar up-column" x=x - wide / 2.0 y=up width=wide height=ground - up />
                    <rect class="bar down-column" x=x - wide / 2.0 y=ground width=wide height=down - ground />
                    {name}
                </g>
            }
        });
        let columns = columns.collect_view();
        Some(view! { <g>{grid}{columns}</g> })
    };
    let points = Points { count, nearest: slots.nearest(), place, reading };
    view! {
        <Plot label=label height=height width=width points=points stride=12 picked=picked>
            {drawing}
        </Plot>
    }
}
