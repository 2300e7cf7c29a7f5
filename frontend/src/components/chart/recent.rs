//! What came in lately: one value at each of successive instants, newest at the right.

use leptos::prelude::*;

use super::axis::{lines_across, names_below};
use super::path;
use super::plot::{Plot, Points, Reading};
use super::scale::Scale;
use crate::format::{self, Form};

/// One instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    /// Seconds since the first one.
    pub at_s: f64,
    /// The value then.
    pub value: f64,
}

const LEFT: f64 = 84.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 28.0;
/// The axis is at least this long, in seconds.
const SHORTEST_S: f64 = 10.0;

/// A line through the moments.
#[component]
pub(crate) fn RecentChart(
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The moments, oldest first.
    #[prop(into)]
    moments: Signal<Vec<Moment>>,
    /// What the value is.
    #[prop(into)]
    value_name: Signal<String>,
    /// How values are shown.
    form: Form,
    /// In pixels.
    #[prop(default = 260.0)]
    height: f64,
) -> impl IntoView {
    let width = RwSignal::new(0.0_f64);
    let count = Signal::derive(move || moments.with(Vec::len));
    let axes = Memo::new(move |_| {
        moments.with(|moments| {
            let (first, last) = (moments.first()?.at_s, moments.last()?.at_s);
            let x = Scale::new((first - last).min(-SHORTEST_S), 0.0, (LEFT, width.get() - RIGHT), false);
            let y = Scale::around(moments.iter().map(|moment| moment.value), (height - BOTTOM, TOP), false);
            (width.get() > LEFT + RIGHT + 20.0).then_some((x, y, last))
        })
    });
    let nearest = Callback::new(move |(x, _): (f64, f64)| {
        let (scale, _, last) = axes.get_untracked()?;
        let wanted = scale.value(x) + last;
        moments.with_untracked(|moments| {
            let after = moments.partition_point(|moment| moment.at_s < wanted);
            (!moments.is_empty()).then(|| after.min(moments.len() - 1))
        })
    });
    let place = Callback::new(move |at: usize| {
        let moment = moments.with(|moments| moments.get(at).copied());
        moment
            .zip(axes.get())
            .map_or((0.0, 0.0), |(moment, (x, y, last))| (x.px(moment.at_s - last), y.px(moment.value)))
    });
    let ago = |seconds: f64| {
        let form = if seconds < 10.0 && (seconds - seconds.round()).abs() > 0.05 { Form::Decimal } else { Form::Whole };
        if seconds < 0.05 { "now".to_owned() } else { format!("{} s ago", format::number(seconds, form)) }
    };
    let reading = Callback::new(move |at: usize| {
        moments.with(|moments| {
            let (Some(moment), Some(last)) = (moments.get(at), moments.last()) else { return Reading::default() };
            let row = (value_name.get(), format::number(moment.value, form));
            Reading { title: ago(last.at_s - moment.at_s), rows: vec![row] }
        })
    });
    let drawing = move || {
        let (x, y, last) = axes.get()?;
        let values = lines_across(y, 5, (LEFT, width.get_untracked() - RIGHT), |value| format::number(value, form));
        let n_times = if width.get_untracked() < 480.0 { 2 } else { 5 };
        let times = names_below(x, n_times, height, |at| ago(-at));
        let points = moments.with(|moments| {
            let points = moments.iter().map(|moment| Some((x.px(moment.at_s - last), y.px(moment.value))));
            path::line(points)
        });
        Some(view! { <g>{values}{times}<path class="line line-1" d=points /></g> })
    };
    let points = Points { count, nearest, place, reading };
    view! {
        <Plot label=label height=height width=width points=points>
            {drawing}
        </Plot>
    }
}
