//! Lines over days, with areas where one stands for a depth.

use std::sync::Arc;

use domain::units::Day;
use leptos::prelude::*;

use super::axis::{lines_across, name_below};
use super::days::day_ticks;
use super::legend::legend;
use super::path;
use super::plot::{Plot, Points, Reading, day_name};
use super::scale::Scale;
use crate::format::{self, Form};

/// One line: a value at each of ascending days.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// What it is.
    pub name: String,
    /// The days, ascending, as numbers.
    pub days: Arc<Vec<i32>>,
    /// Their values, as many.
    pub values: Arc<Vec<f64>>,
}

impl Line {
    fn at(&self, day: i32) -> Option<f64> {
        self.days.binary_search(&day).ok().map(|at| self.values[at])
    }
}

/// Something that happened on a day, marked on the first line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    /// The day, one of the line's.
    pub day: i32,
    /// Whether something begins, which points up, or ends, which points down.
    pub is_begin: bool,
    /// What happened.
    pub what: String,
}

const LEFT: f64 = 60.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 28.0;

/// The axes of a drawing.
#[derive(Clone, Copy, PartialEq)]
struct Axes {
    x: Scale,
    y: Scale,
    width: f64,
    height: f64,
    first: Day,
    last: Day,
}

fn axes(lines: &[Line], width: f64, height: f64, is_log: bool, has_ground: bool) -> Option<Axes> {
    let ends = lines.iter().filter_map(|line| Some((*line.days.first()?, *line.days.last()?)));
    let (first, last) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    if width < LEFT + RIGHT + 20.0 {
        return None;
    }
    let x = Scale::new(f64::from(first), f64::from(last), (LEFT, width - RIGHT), false);
    let ground = has_ground.then_some(0.0);
    let values = lines.iter().flat_map(|line| line.values.iter().copied()).chain(ground);
    let y = Scale::around(values, (height - BOTTOM, TOP), is_log);
    Some(Axes { x, y, width, height, first: Day::from_number(first), last: Day::from_number(last) })
}

fn grid(axes: Axes, form: Form) -> impl IntoView + use<> {
    let right = axes.width - RIGHT;
    let values = lines_across(axes.y, 5, (LEFT, right), |value| format::number(value, form));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width of the screen")]
    let count = ((right - LEFT) / 72.0) as usize;
    let (days, grain) = day_ticks(axes.first, axes.last, count.clamp(2, 12));
    let days = days.into_iter().map(move |day| {
        let x = axes.x.px(f64::from(day.number()));
        view! {
            <g>
                <line class="tick-mark" x1=x x2=x y1=axes.height - BOTTOM y2=axes.height - BOTTOM + 5.0 />
                {name_below(x, axes.height, day_name(day, grain))}
            </g>
        }
    });
    view! { <g>{values}{days.collect_view()}</g> }
}

/// Lines over days. The first one can be stepped through; dragging selects a range or picks a day.
#[component]
pub(crate) fn LineChart(
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The lines; the first is the subject.
    #[prop(into)]
    lines: Signal<Vec<Line>>,
    /// How values are shown in the readout.
    #[prop(into)]
    form: Signal<Form>,
    /// How values are shown on the axis.
    #[prop(into)]
    axis_form: Signal<Form>,
    /// Whether the axis of values is logarithmic.
    #[prop(optional, into)]
    is_log: Signal<bool>,
    /// Whether the first line's area down to zero is filled.
    #[prop(optional, into)]
    is_area: Signal<bool>,
    /// In pixels.
    #[prop(default = 340.0)]
    height: f64,
    /// Takes a selected range.
    #[prop(optional)]
    brushed: Option<Callback<(Day, Day)>>,
    /// Takes a picked day.
    #[prop(optional)]
    picked: Option<Callback<Day>>,
    /// A day that is marked.
    #[prop(optional, into)]
    marked: Signal<Option<Day>>,
    /// What happened on the first line's days.
    #[prop(optional, into)]
    events: Signal<Vec<Event>>,
) -> impl IntoView {
    let width = RwSignal::new(0.0);
    let axes = Memo::new(move |_| lines.with(|lines| axes(lines, width.get(), height, is_log.get(), is_area.get())));
    let subject =
        Memo::new(move |_| lines.with(|lines| lines.first().map(|line| line.days.clone())).unwrap_or_default());
    let day_at = move |at: usize| subject.with_untracked(|days| Day::from_number(days.get(at).copied().unwrap_or(0)));

    let nearest = Callback::new(move |(x, _)| {
        let axes = axes.get_untracked()?;
        subject.with_untracked(|days| path::nearest(days, axes.x.value(x)))
    });
    let place = Callback::new(move |at: usize| {
        let day = subject.with(|days| days.get(at).copied().unwrap_or(0));
        let value = lines.with(|lines| lines.first().and_then(|line| line.at(day)));
        axes.get().map_or((0.0, 0.0), |axes| (axes.x.px(f64::from(day)), axes.y.px(value.unwrap_or(0.0))))
    });
    let reading = Callback::new(move |at: usize| {
        let day = subject.with(|days| days.get(at).copied().unwrap_or(0));
        let rows = lines.with(|lines| {
            let named = lines.iter().map(|line| (line.name.clone(), format::optional(line.at(day), form.get())));
            named.collect::<Vec<_>>()
        });
        let happened = events.with(|events| {
            let events = events.iter().filter(|event| event.day == day);
            let name = |event: &Event| if event.is_begin { "In" } else { "Out" };
            events.map(|event| (name(event).to_owned(), event.what.clone())).collect::<Vec<_>>()
        });
        let rows = rows.into_iter().chain(happened).collect();
        Reading { title: format::day(Day::from_number(day)), rows }
    });
    let brushed = brushed.map(|take| Callback::new(move |(a, b)| take.run((day_at(a), day_at(b)))));
    let picked = picked.map(|take| Callback::new(move |at| take.run(day_at(at))));

    let drawing = move || {
        let axes = axes.get()?;
        let drawn = lines.with(|lines| {
            let paths = lines.iter().enumerate().map(|(number, line)| {
                let points: Vec<(f64, f64)> = line
                    .days
                    .iter()
                    .zip(line.values.iter())
                    .map(|(day, value)| (axes.x.px(f64::from(*day)), axes.y.px(*value)))
                    .collect();
                let filled = is_area.get() && number == 0;
                let area = filled.then(|| view! { <path class="area" d=path::area(&points, axes.y.ground()) /> });
                let line = path::line(points.into_iter().map(Some));
                view! { <g>{area}<path class=format!("line line-{}", number + 1) d=line /></g> }
            });
            paths.collect_view()
        });
        let mark = marked.get().map(|day| {
            let x = axes.x.px(f64::from(day.number()));
            view! { <line class="marked" x1=x x2=x y1=TOP y2=axes.height - BOTTOM /> }
        });
        let happened = lines.with(|lines| {
            let subject = lines.first();
            let mark = |event: &Event| {
                let value = subject?.at(event.day)?;
                let (x, y) = (axes.x.px(f64::from(event.day)), axes.y.px(value));
                let (class, ground, tip) = if event.is_begin { ("begin", 11.0, 4.0) } else { ("end", -11.0, -4.0) };
                let (left, right, low, high) = (x - 5.0, x + 5.0, y + ground, y + tip);
                let path = format!("M{x:.1} {high:.1}L{right:.1} {low:.1}L{left:.1} {low:.1}Z");
                Some(view! { <path class=class d=path /> })
            };
            events.with(|events| events.iter().filter_map(mark).collect_view())
        });
        Some(view! { <g>{grid(axes, axis_form.get())}{drawn}{happened}{mark}</g> })
    };
    let names = move || {
        let names: Vec<String> = lines.with(|lines| lines.iter().map(|line| line.name.clone()).collect());
        (names.len() > 1).then(|| legend(names, LEFT, width.get() - RIGHT))
    };
    let count = Signal::derive(move || subject.with(|days| days.len()));
    let points = Points { count, nearest, place, reading };
    view! {
        <Plot label=label height=height width=width points=points brushed=brushed picked=picked>
            {drawing}
            {names}
        </Plot>
    }
}
