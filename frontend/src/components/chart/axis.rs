//! The round values of an axis: lines across the chart that are named at its left, and names below it.

use leptos::prelude::*;

use super::scale::Scale;

/// A line from `left` to `right` at each of about `count` round values, with its name in front.
pub(super) fn lines_across(y: Scale, count: u32, (left, right): (f64, f64), name: impl Fn(f64) -> String) -> AnyView {
    let line = |value: f64| {
        let at = y.px(value);
        view! {
            <g>
                <line class="grid" x1=left x2=right y1=at y2=at />
                <text class="tick" x=left - 8.0 y=at + 4.0 text-anchor="end">
                    {name(value)}
                </text>
            </g>
        }
    };
    y.ticks(count).into_iter().map(line).collect_view().into_any()
}

/// A name below each of about `count` round values.
pub(super) fn names_below(x: Scale, count: u32, height: f64, name: impl Fn(f64) -> String) -> AnyView {
    x.ticks(count).into_iter().map(|value| name_below(x.px(value), height, name(value))).collect_view().into_any()
}

/// A name in the middle below a place of a chart that is so high.
pub(super) fn name_below(x: f64, height: f64, name: String) -> AnyView {
    view! {
        <text class="tick" x=x y=height - 8.0 text-anchor="middle">
            {name}
        </text>
    }
    .into_any()
}
