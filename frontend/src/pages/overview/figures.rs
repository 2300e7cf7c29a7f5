//! The tiles: the numbers one looks for first.

use std::sync::Arc;

use domain::api::Performance;
use domain::stats::{Statistics, Unit, definitions};
use leptos::prelude::*;

use super::range::Window;
use crate::components::figure::Figure;
use crate::format::{self, Form};

/// The statistics that have a tile.
const SHOWN: [&str; 3] = ["volatility", "sharpe", "max_drawdown"];

/// The tiles.
#[component]
pub(super) fn Figures(
    performance: Signal<Arc<Performance>>,
    #[prop(into)] window: Signal<Window>,
    #[prop(into)] statistics: Signal<Statistics>,
) -> impl IntoView {
    let since = move |range: &'static str| {
        Memo::new(move |_| {
            performance.with(|performance| Window::of(&performance.data, Some(range), None, None).total())
        })
    };
    let (year_to_date, year) = (since("ytd"), since("1y"));
    let day =
        Memo::new(move |_| performance.with(|performance| performance.data.last().and_then(|last| last.daily_return)));
    let change = |value: Memo<Option<f64>>| Signal::derive(move || format::optional(value.get(), Form::Change));
    let direction = |value: Memo<Option<f64>>| Signal::derive(move || format::direction(value.get()));
    let level = Signal::derive(move || {
        let last = window.with(|window| window.levels.last().copied());
        format::optional(last, Form::Decimal)
    });
    let session =
        Signal::derive(move || window.with(Window::ends).map_or_else(String::new, |(_, last)| format::day(last)));
    let measured = SHOWN.iter().filter_map(|name| definitions().iter().find(|of| of.name == *name)).map(|of| {
        let form = if of.unit == Unit::Fraction { Form::Percent } else { Form::Decimal };
        let value = Signal::derive(move || format::optional(statistics.with(of.value), form));
        view! { <Figure name=of.title formula=of.formula definition=of.note value=value /> }
    });
    let turnover = Signal::derive(move || format::optional(window.with(Window::mean_turnover), Form::Percent));
    view! {
        <dl class="figures eight">
            <Figure
                name="Level"
                definition="The index at the last session's close; the first session of the range is at 1000."
                value=level
                remark=session
            />
            <Figure name="Day" definition="The last session's own return." value=change(day) direction=direction(day) />
            <Figure
                name="Year to date"
                definition="Compounded return since the last session of the year before."
                value=change(year_to_date)
                direction=direction(year_to_date)
            />
            <Figure
                name="1 year"
                definition="Compounded return since the last session up to a year before; of the whole history where it is shorter."
                value=change(year)
                direction=direction(year)
            />
            {measured.collect_view()}
            <Figure
                name="Turnover"
                formula="½·Σ|target weight − drifted weight|"
                definition="Mean one-way turnover of a session: how much of the index is sold and bought at a close."
                value=turnover
                remark=Signal::derive(|| "a session".to_owned())
            />
        </dl>
    }
}
