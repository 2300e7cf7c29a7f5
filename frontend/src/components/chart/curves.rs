//! Curves over an axis of numbers.

use std::sync::Arc;

use leptos::prelude::*;

use super::axis::{lines_across, names_below};
use super::legend::legend;
use super::path;
use super::plot::{Plot, Points, Reading};
use super::scale::Scale;
use crate::format::{self, Form};

/// One curve: a value at each of ascending places, the same ones for every curve of a chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Curve {
    /// What it is.
    pub name: String,
    /// The values.
    pub values: Arc<Vec<f64>>,
}

const LEFT: f64 = 72.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 28.0;

/// Curves on common axes, with a line at 0.
#[component]
pub(crate) fn CurveChart(
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The places, ascending.
    #[prop(into)]
    places: Signal<Arc<Vec<f64>>>,
    /// What a place is.
    place_name: &'static str,
    /// The curves.
    #[prop(into)]
    curves: Signal<Vec<Curve>>,
    /// A place that is marked.
    #[prop(into)]
    marked: Signal<Option<f64>>,
    /// How values are shown.
    form: Form,
    /// In pixels.
    #[prop(default = 300.0)]
    height: f64,
) -> impl IntoView {
    let width = RwSignal::new(0.0_f64);
    let axes = Memo::new(move |_| {
        let places = places.get();
        let (first, last) = (*places.first()?, *places.last()?);
        if width.get() < LEFT + RIGHT + 20.0 {
            return None;
        }
        let x = Scale::new(first, last, (LEFT, width.get() - RIGHT), false);
        let values: Vec<f64> = curves.with(|curves| curves.iter().flat_map(|curve| curve.values.to_vec()).collect());
        let y = Scale::around(values.into_iter().chain([0.0]), (height - BOTTOM, TOP), false);
        Some((x, y))
    });
    let count = Signal::derive(move || places.with(|places| places.len()));
    let nearest = Callback::new(move |(px, _): (f64, f64)| {
        let (x, _) = axes.get_untracked()?;
        let wanted = x.value(px);
        places.with_untracked(|places| {
            let after = places.partition_point(|place| *place < wanted);
            (!places.is_empty()).then(|| after.min(places.len() - 1))
        })
    });
    let value_at = move |curve: usize, at: usize| {
        curves.with(|curves| curves.get(curve).and_then(|curve| curve.values.get(at).copied()))
    };
    let place = Callback::new(move |at: usize| {
        let of = places.with(|places| places.get(at).copied()).unwrap_or(0.0);
        axes.get().map_or((0.0, 0.0), |(x, y)| (x.px(of), y.px(value_at(0, at).unwrap_or(0.0))))
    });
    let reading = Callback::new(move |at: usize| {
        let of = places.with(|places| places.get(at).copied()).unwrap_or(0.0);
        let rows = curves.with(|curves| {
            let row = |curve: &Curve| (curve.name.clone(), format::optional(curve.values.get(at).copied(), form));
            curves.iter().map(row).collect()
        });
        Reading { title: format!("{place_name} {}", format::number(of, Form::Decimal)), rows }
    });
    let drawing = move || {
        let (x, y) = axes.get()?;
        let right = width.get_untracked() - RIGHT;
        let values = lines_across(y, 5, (LEFT, right), |value| format::number(value, Form::Whole));
        let named =
            names_below(x, if right < 480.0 { 3 } else { 6 }, height, |value| format::number(value, Form::Whole));
        let paths = curves.with(|curves| {
            let drawn = curves.iter().enumerate().map(|(number, curve)| {
                let points = places.with(|places| {
                    let points = places.iter().zip(curve.values.iter());
                    path::line(points.map(|(place, value)| Some((x.px(*place), y.px(*value)))))
                });
                view! { <path class=format!("line line-{}", number + 1) d=points /> }
            });
            drawn.collect_view()
        });
        let ground = view! { <line class="ground" x1=LEFT x2=right y1=y.px(0.0) y2=y.px(0.0) /> };
        let mark = marked.get().map(|at| {
            view! { <line class="hair" x1=x.px(at) x2=x.px(at) y1=TOP y2=height - BOTTOM /> }
        });
        Some(view! { <g>{values}{named}{ground}{mark}{paths}</g> })
    };
    let names = move || {
        let names = curves.with(|curves| curves.iter().map(|curve| curve.name.clone()).collect());
        legend(names, LEFT, width.get() - RIGHT)
    };
    let points = Points { count, nearest, place, reading };
    view! {
        <Plot label=label height=height width=width points=points stride=10>
            {drawing}
            {names}
        </Plot>
    }
}
