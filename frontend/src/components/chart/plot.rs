//! What every chart has in common: it fits its place, and its points are pointed at, dragged over and stepped through with
//! the keyboard. What is drawn comes from the chart.

use domain::units::Day;
use leptos::html;
use leptos::prelude::*;

use super::size::follow_width;
use crate::components::synthetic::{SYNTHETIC, Synthetic};

/// What is said of a point.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    /// The point's name, for example its day.
    pub title: String,
    /// Names and values.
    pub rows: Vec<(String, String)>,
}

impl Reading {
    fn as_text(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(|(name, value)| format!("{name} {value}")).collect();
        format!("{}: {}", self.title, rows.join(", "))
    }
}

/// The points of a chart, told apart by their numbers.
#[derive(Clone, Copy)]
pub(crate) struct Points {
    /// How many there are.
    pub count: Signal<usize>,
    /// The point nearest to a place.
    pub nearest: Callback<(f64, f64), Option<usize>>,
    /// Where a point lies.
    pub place: Callback<usize, (f64, f64)>,
    /// What is said of a point.
    pub reading: Callback<usize, Reading>,
}

/// The pixels that the pointer must travel before a press is a drag.
const DRAG_PX: f64 = 6.0;

/// A chart's place. Arrow keys step through its points, Page Up and Page Down by `stride`; Shift with an arrow selects a
/// range, Enter takes the point or the range, Escape lets go.
#[component]
pub(crate) fn Plot(
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// In pixels.
    #[prop(into)]
    height: Signal<f64>,
    /// The width in pixels, written here and read by the chart.
    width: RwSignal<f64>,
    /// What is pointed at.
    points: Points,
    /// How many points Page Up and Page Down pass over.
    #[prop(default = 21)]
    stride: usize,
    /// Takes a range of points.
    #[prop(optional_no_strip)]
    brushed: Option<Callback<(usize, usize)>>,
    /// Takes a point; called for each one dragged over.
    #[prop(optional_no_strip)]
    picked: Option<Callback<usize>>,
    /// Whether a line marks the point over the whole height.
    #[prop(default = true)]
    has_hair: bool,
    /// Whether a ring marks the point itself.
    #[prop(default = true)]
    is_marked: bool,
    /// What is drawn.
    children: Children,
) -> impl IntoView {
    let Points { count, nearest, place, reading } = points;
    let element = NodeRef::<html::Div>::new();
    follow_width(element, width);
    let at = RwSignal::new(None::<usize>);
    let from = RwSignal::new(None::<usize>);
    let pressed_x = StoredValue::new(None::<f64>);
    let is_drag = StoredValue::new(false);
    Effect::new(move |_| {
        // Points that are gone cannot be pointed at.
        let count = count.get();
        if at.get_untracked().is_some_and(|at| at >= count) {
            at.set(None);
            from.set(None);
        }
    });

    let position = move |event: &web_sys::PointerEvent| {
        let bounds = element.get_untracked().map(|element| element.get_bounding_client_rect());
        bounds.map_or((0.0, 0.0), |bounds| {
            (f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top())
        })
    };
    let press = move |event: web_sys::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        let (x, y) = position(&event);
        let point = nearest.run((x, y));
        at.set(point);
        pressed_x.set_value(Some(x));
        is_drag.set_value(false);
        if let Some(element) = element.get_untracked() {
            // Without capture the drag ends at the chart's edge.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        if brushed.is_some() {
            from.set(point);
        }
        if let (Some(picked), Some(point)) = (picked, point) {
            picked.run(point);
        }
    };
    let travel = move |event: web_sys::PointerEvent| {
        let (x, y) = position(&event);
        let point = nearest.run((x, y));
        if at.get_untracked() == point {
            return;
        }
        at.set(point);
        if let Some(pressed) = pressed_x.get_value() {
            is_drag.update_value(|is_drag| *is_drag |= (x - pressed).abs() > DRAG_PX);
            if let (Some(picked), Some(point)) = (picked, point) {
                picked.run(point);
            }
        }
    };
    let take = move || {
        if let (Some(brushed), Some(start), Some(end)) = (brushed, from.get_untracked(), at.get_untracked())
            && start != end
        {
            brushed.run((start.min(end), start.max(end)));
        }
        from.set(None);
    };
    let release = move |_: web_sys::PointerEvent| {
        pressed_x.set_value(None);
        if is_drag.get_value() { take() } else { from.set(None) }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let last = count.get_untracked().saturating_sub(1);
        let now = at.get_untracked();
        let here = now.unwrap_or(last);
        let step = |wanted: usize| Some(wanted.min(last));
        let target = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => step(if now.is_some() { here.saturating_sub(1) } else { here }),
            "ArrowRight" | "ArrowUp" => step(here + 1),
            "PageUp" => step(here + stride),
            "PageDown" => step(here.saturating_sub(stride)),
            "Home" => step(0),
            "End" => step(last),
            "Enter" | " " => {
                match (from.get_untracked(), picked, now) {
                    (Some(_), ..) => take(),
                    (None, Some(picked), Some(point)) => picked.run(point),
                    _ => {}
                }
                None
            }
            "Escape" => {
                at.set(None);
                from.set(None);
                None
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(target) = target {
            if brushed.is_some() {
                let start = event.shift_key().then(|| from.get_untracked().unwrap_or(here));
                from.set(start);
            }
            at.set(Some(target));
        }
    };

    let reading_now = Memo::new(move |_| at.get().filter(|at| *at < count.get()).map(|at| reading.run(at)));
    let hair = move || {
        let point = at.get().filter(|at| *at < count.get())?;
        let (x, y) = place.run(point);
        let line = has_hair.then(|| view! { <line class="hair" x1=x x2=x y1=0 y2=height.get() /> });
        Some(view! { <g>{line}<circle class="point" class:faint=!is_marked cx=x cy=y r=4 /></g> })
    };
    let selection = move || {
        let (start, end) = (from.get()?, at.get()?);
        let (a, b) = (place.run(start).0, place.run(end).0);
        Some(view! { <rect class="brush" x=a.min(b) y=0 width=(a - b).abs() height=height.get() /> })
    };
    let readout = move || {
        let reading = reading_now.get()?;
        let x = at.get().map_or(0.0, |at| place.run(at).0);
        let is_right = x > width.get() / 2.0;
        let side = if is_right { format!("{}px", width.get() - x + 12.0) } else { "auto".to_owned() };
        let left = if is_right { "auto".to_owned() } else { format!("{}px", x + 12.0) };
        let rows = reading.rows.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
        Some(view! {
            <div class="readout" aria-hidden="true" style:left=left style:right=side>
                <strong>{reading.title}</strong>
                <dl>{rows.collect_view()}</dl>
            </div>
        })
    };
    let synthetic = Synthetic::here();
    let mark = move || {
        synthetic.is_set().then(|| {
            view! {
                <text class="watermark" x=move || width.get() - 12.0 y=9 text-anchor="end">
                    {SYNTHETIC}
                </text>
            }
        })
    };
    view! {
        <div
            class="plot"
            class:brushable=brushed.is_some()
            class:pickable=picked.is_some()
            node_ref=element
            tabindex="0"
            role="slider"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax=move || count.get().saturating_sub(1).to_string()
            aria-valuenow=move || at.get().unwrap_or(count.get().saturating_sub(1)).to_string()
            aria-valuetext=move || reading_now.get().map_or_else(|| "No point chosen".to_owned(), |now| now.as_text())
            style:height=move || format!("{}px", height.get())
            on:pointerdown=press
            on:pointermove=travel
            on:pointerup=release
            on:pointercancel=move |_| {
                pressed_x.set_value(None);
                from.set(None);
            }
            on:pointerleave=move |_| {
                if pressed_x.get_value().is_none() {
                    at.set(None);
                }
            }
            on:keydown=key
        >
            <svg
                xmlns="http://www.w3.org/2000/svg"
                aria-hidden="true"
                width=move || width.get().to_string()
                height=move || height.get().to_string()
            >
                {mark}
                {children()}
                {selection}
                {hair}
            </svg>
            {readout}
        </div>
    }
}

/// The name of a day on an axis.
pub(super) fn day_name(day: Day, grain: super::days::Grain) -> String {
    match grain {
        super::days::Grain::Year => day.year().to_string(),
        super::days::Grain::Month if day.month() == 1 => day.year().to_string(),
        super::days::Grain::Month => crate::format::month(day.month()),
        super::days::Grain::Day => format!("{} {}", day.day_of_month(), crate::format::month(day.month())),
    }
}
