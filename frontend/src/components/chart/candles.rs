//! Open, high, low and close of successive bars.

use std::fmt::Write as _;
use std::sync::Arc;

use leptos::prelude::*;

use super::axis::{lines_across, name_below};
use super::plot::{Plot, Points, Reading};
use super::scale::Scale;
use super::slots::Slots;
use crate::format::{self, Form};

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Candle {
    /// Its time in full.
    pub name: String,
    /// Its name on the axis; empty for none.
    pub short: String,
    /// The first price.
    pub open: f64,
    /// The highest price.
    pub high: f64,
    /// The lowest price.
    pub low: f64,
    /// The last price.
    pub close: f64,
    /// Shares traded.
    pub volume: f64,
}

const LEFT: f64 = 60.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 28.0;

/// Wicks and bodies of the bars for which `wanted` says so, as one path each.
fn paths(candles: &[Candle], y: Scale, x: impl Fn(usize) -> f64, body: f64, rising: bool) -> (String, String) {
    let (mut wicks, mut bodies) = (String::new(), String::new());
    for (at, candle) in candles.iter().enumerate().filter(|(_, candle)| (candle.close >= candle.open) == rising) {
        let (x, top, bottom) = (x(at), y.px(candle.open.max(candle.close)), y.px(candle.open.min(candle.close)));
        // Writing to a string cannot fail.
        let _ = write!(wicks, "M{x:.1} {:.1}V{:.1}", y.px(candle.high), y.px(candle.low));
        let left = x - body / 2.0;
        let _ = write!(bodies, "M{left:.1} {top:.1}h{body:.1}V{:.1}h-{body:.1}Z", bottom.max(top + 1.0));
    }
    (wicks, bodies)
}

/// A candle for each bar.
#[component]
pub(crate) fn CandleChart(
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The bars, oldest first.
    #[prop(into)]
    candles: Signal<Arc<Vec<Candle>>>,
    /// In pixels.
    #[prop(default = 360.0)]
    height: f64,
) -> impl IntoView {
    let width = RwSignal::new(0.0_f64);
    let count = Signal::derive(move || candles.with(|candles| candles.len()));
    let slots = Slots { width, count, room: (LEFT, RIGHT), least_px: 0.5 };
    let scale = Memo::new(move |_| {
        candles.with(|candles| {
            let ends = candles.iter().flat_map(|candle| [candle.low, candle.high]);
            Scale::around(ends, (height - BOTTOM, TOP), false)
        })
    });
    let place = Callback::new(move |at: usize| {
        let close = candles.with(|candles| candles.get(at).map_or(0.0, |candle| candle.close));
        (slots.middle(at), scale.get().px(close))
    });
    let reading = Callback::new(move |at: usize| {
        candles.with(|candles| {
            candles.get(at).map_or_else(Reading::default, |candle| {
                let prices =
                    [("Open", candle.open), ("High", candle.high), ("Low", candle.low), ("Close", candle.close)];
                let prices = prices.map(|(name, value)| (name.to_owned(), format::number(value, Form::Decimal)));
                let volume = ("Volume".to_owned(), format::number(candle.volume, Form::Compact));
                Reading { title: candle.name.clone(), rows: prices.into_iter().chain([volume]).collect() }
            })
        })
    });
    let drawing = move || {
        if width.get() < 120.0 {
            return None;
        }
        let (y, body) = (scale.get(), (slots.step() * 0.7).clamp(1.0, 14.0));
        let right = width.get() - RIGHT;
        let grid = lines_across(y, 5, (LEFT, right), |value| format::number(value, Form::Decimal));
        let drawn = candles.with(|candles| {
            let (up_wicks, up) = paths(candles, y, |at| slots.middle(at), body, true);
            let (down_wicks, down) = paths(candles, y, |at| slots.middle(at), body, false);
            let mut last_named = f64::NEG_INFINITY;
            let names =
                candles.iter().enumerate().filter(|(_, candle)| !candle.short.is_empty()).filter_map(|(at, candle)| {
                    let x = slots.middle(at);
                    if x - last_named < 56.0 {
                        return None;
                    }
                    last_named = x;
                    let short = candle.short.clone();
                    Some(name_below(x, height, short))
                });
            let names = names.collect_view();
            view! {
                <g>
                    <path class="wick rising" d=up_wicks />
                    <path class="wick falling" d=down_wicks />
                    <path class="candle rising" d=up />
                    <path class="candle falling" d=down />
                    {names}
                </g>
            }
        });
        Some(view! { <g>{grid}{drawn}</g> })
    };
    let points = Points { count, nearest: slots.nearest(), place, reading };
    view! {
        <Plot label=label height=height width=width points=points>
            {drawing}
        </Plot>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_without_movement_is_still_seen() {
        let flat = |price: f64| Candle {
            name: String::new(),
            short: String::new(),
            open: price,
            high: price,
            low: price,
            close: price,
            volume: 0.0,
        };
        let y = Scale::new(0.0, 100.0, (100.0, 0.0), false);
        let (wicks, bodies) = paths(&[flat(50.0)], y, |_| 10.0, 4.0, true);
        assert_eq!((wicks.as_str(), bodies.as_str()), ("M10.0 50.0V50.0", "M8.0 50.0h4.0V51.0h-4.0Z"));
        assert_eq!(paths(&[flat(50.0)], y, |_| 10.0, 4.0, false), (String::new(), String::new()));
    }
}
