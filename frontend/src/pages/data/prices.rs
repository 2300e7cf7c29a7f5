//! The bars of one ticker as candles.

use std::sync::Arc;

use domain::units::Day;
use leptos::prelude::*;

use crate::address::Address;
use crate::api::{self, Bar, Bars};
use crate::components::chart::{Candle, CandleChart, ChartFrame};
use crate::components::export_menu::Export;
use crate::components::segmented::Segmented;
use crate::components::states::states;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::load;

/// Spans, with the bars they are shown in.
const SPANS: &[(&str, &str)] = &[("3m", "3M"), ("1y", "1Y"), ("5y", "5Y"), ("max", "Max")];

/// The calendar days of a span, and the bars it is shown in.
fn bars_of(span: &str) -> (i32, &'static str) {
    match span {
        "3m" => (92, "day"),
        "5y" => (1_827, "week"),
        "max" => (13_000, "month"),
        _ => (366, "day"),
    }
}

fn today() -> Day {
    #[expect(clippy::cast_possible_truncation, reason = "days since 1970")]
    Day::from_number((js_sys::Date::now() / 86_400_000.0) as i32)
}

fn link(ticker: &str, span: &str) -> String {
    let (days, timespan) = bars_of(span);
    api::bars_link(ticker, timespan, today().plus(-days), today())
}

const COLUMNS: [Column<Bar>; 6] = [
    Column::new("day", "Session", |row: &Bar| Value::Day(row.day())),
    Column::new("open", "Open", |row: &Bar| Value::number(row.o, Form::Decimal)),
    Column::new("high", "High", |row: &Bar| Value::number(row.h, Form::Decimal)),
    Column::new("low", "Low", |row: &Bar| Value::number(row.l, Form::Decimal)),
    Column::new("close", "Close", |row: &Bar| Value::Number(row.c, Form::Decimal)),
    Column::new("volume", "Volume", |row: &Bar| Value::number(row.v, Form::Whole)),
];

/// What has no open, high or low stands at its close.
fn candles(bars: &[Bar]) -> Vec<Candle> {
    let mut month = None;
    let candle = |bar: &Bar| {
        let day = bar.day();
        let is_new = month.replace((day.year(), day.month())) != Some((day.year(), day.month()));
        let name = if day.month() == 1 { day.year().to_string() } else { format::month(day.month()) };
        Candle {
            name: format::day(day),
            short: if is_new { name } else { String::new() },
            open: bar.o.unwrap_or(bar.c),
            high: bar.h.unwrap_or(bar.c),
            low: bar.l.unwrap_or(bar.c),
            close: bar.c,
            volume: bar.v.unwrap_or(0.0),
        }
    };
    bars.iter().map(candle).collect()
}

/// The part of the page.
pub(super) fn prices() -> AnyView {
    let address = Address::here();
    let (ticker, span) = (address.param("ticker"), address.param("span"));
    let span = Memo::new(move |_| span.get().unwrap_or_else(|| "1y".to_owned()));
    let bars = load(
        move || ticker.get().map(|ticker| (ticker, span.get())),
        |(ticker, span)| async move { api::bars(&link(&ticker, &span)).await },
    );
    let choose = move |event| {
        let text = event_target_value(&event).trim().to_uppercase();
        address.set(&[("ticker", (!text.is_empty()).then_some(text))]);
    };
    let nothing = || view! { <h2>"No bars"</h2> }.into_any();
    let content = move || {
        if ticker.get().is_none() {
            return view! {
                <section class="empty">
                    <h2>"Which ticker?"</h2>
                    <p>"Type one above; the members of an index are listed on the page Composition."</p>
                </section>
            }
            .into_any();
        }
        states(bars, 30.0, Some(ViewFn::from(nothing)), move |bars| view! { <Ready bars=bars span=span /> }.into_any())
    };
    view! {
        <div class="tools">
            <label class="field">
                <span class="field-name">"Ticker"</span>
                <input
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || ticker.get().unwrap_or_default()
                    on:change=choose
                />
            </label>
            <Segmented
                label="Span"
                options=SPANS
                chosen=span
                choose=Callback::new(move |span: &'static str| address.set(&[("span", Some(span.to_owned()))]))
            />
        </div>
        {content}
    }
    .into_any()
}

#[component]
fn Ready(#[prop(into)] bars: Signal<Arc<Bars>>, span: Memo<String>) -> impl IntoView {
    let title = Signal::derive(move || {
        let (_, timespan) = bars_of(&span.get());
        format!("{} by {timespan}", bars.with(|bars| bars.ticker.clone()))
    });
    let rows = Signal::derive(move || Arc::new(bars.with(|bars| bars.results.clone())));
    let drawn = Memo::new(move |_| bars.with(|bars| Arc::new(candles(&bars.results))));
    let ask = move || link(&bars.with_untracked(|bars| bars.ticker.clone()), &span.get_untracked());
    view! {
        <ChartFrame
            title=title
            file=Signal::derive(move || bars.with(|bars| format!("{}-bars", bars.ticker)))
            exports=vec![Export::curl(ask)]
            table=ViewFn::from(move || {
                view! { <DataTable name="bars" caption=title rows=rows columns=COLUMNS.to_vec() sorted="-day" none="No bar is held in this span." /> }
            })
        >
            <CandleChart label=Signal::derive(move || format!("Prices of {}", title.get())) candles=drawn />
        </ChartFrame>
    }
}
