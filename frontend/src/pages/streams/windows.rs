//! The eight windows of a stream, as they change.

use std::sync::Arc;

use domain::api::{AllStreamStats, StreamWindow};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::feed::{Hearing, follow};
use super::whole;
use crate::address::Address;
use crate::api;
use crate::components::chart::{ChartFrame, Moment, Range, RangeChart, RecentChart};
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::segmented::Segmented;
use crate::components::states::Failed;
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::Failure;

/// The number of messages that the chart over time keeps: a minute at ten a second.
const KEPT_MESSAGES: usize = 600;

/// What one message told, and when.
#[derive(Clone)]
struct Heard {
    at_ms: f64,
    windows: Arc<Vec<StreamWindow>>,
}

const STATISTICS: &[(&str, &str)] =
    &[("last", "Last"), ("avg", "Mean"), ("std", "Deviation"), ("min", "Min"), ("max", "Max")];
const LENGTHS: &[(&str, &str)] =
    &[("1", "10"), ("2", "100"), ("3", "1k"), ("4", "10k"), ("5", "100k"), ("6", "1M"), ("7", "10M"), ("8", "100M")];

fn std_of(window: &StreamWindow) -> Option<f64> {
    window.var.map(f64::sqrt)
}

fn statistic(window: &StreamWindow, name: &str) -> Option<f64> {
    match name {
        "avg" => Some(window.avg),
        "std" => std_of(window),
        "min" => Some(window.min),
        "max" => Some(window.max),
        _ => Some(window.last),
    }
}

fn length_name(window: &StreamWindow) -> String {
    let k = window.k.map(|k| k.to_string()).unwrap_or_default();
    LENGTHS
        .iter()
        .find(|(value, _)| *value == k)
        .map_or_else(|| window.window.to_string(), |(_, name)| (*name).to_owned())
}

const WINDOW_COLUMNS: [Column<StreamWindow>; 9] = [
    Column::new("window", "Window", |row: &StreamWindow| whole(row.window))
        .defined("The newest values it looks at: 10^k."),
    Column::new("count", "Used", |row: &StreamWindow| whole(row.count))
        .defined("Values used: as many as the window, or all there are."),
    Column::new("complete", "Complete", |row: &StreamWindow| {
        Value::Text(if row.complete { "yes" } else { "not yet" }.to_owned())
    })
    .defined("Whether there are as many values as the window wants."),
    Column::new("min", "Min", |row: &StreamWindow| Value::Number(row.min, Form::Significant)),
    Column::new("max", "Max", |row: &StreamWindow| Value::Number(row.max, Form::Significant)),
    Column::new("last", "Last", |row: &StreamWindow| Value::Number(row.last, Form::Significant))
        .defined("The newest value."),
    Column::new("avg", "Mean", |row: &StreamWindow| Value::Number(row.avg, Form::Significant)).defined("Σx / n."),
    Column::new("var", "Variance", |row: &StreamWindow| Value::number(row.var, Form::Significant))
        .defined("Of the population: Σ(x − mean)² / n. Exactly 0 for equal values."),
    Column::new("std", "Deviation", |row: &StreamWindow| Value::number(std_of(row), Form::Significant))
        .defined("The root of the variance."),
];

fn ranges(windows: &[StreamWindow]) -> Vec<Range> {
    let range = |window: &StreamWindow| {
        let shown = |value: f64| format::number(value, Form::Significant);
        let note = |name: &str, value: String| (name.to_owned(), value);
        Range {
            name: length_name(window),
            low: window.min,
            high: window.max,
            mean: window.avg,
            spread: std_of(window),
            is_faint: !window.complete,
            notes: vec![
                note("Max", shown(window.max)),
                note("Mean", shown(window.avg)),
                note("Deviation", format::optional(std_of(window), Form::Significant)),
                note("Min", shown(window.min)),
                note("Values", format::count(i64::try_from(window.count).unwrap_or(i64::MAX))),
            ],
        }
    };
    windows.iter().map(range).collect()
}

/// The windows of a stream, followed.
#[component]
pub(super) fn Windows(
    name: String,
    #[prop(into)] first: Signal<Arc<AllStreamStats>>,
    last: RwSignal<Option<f64>>,
    gone: Callback<()>,
) -> impl IntoView {
    let address = Address::here();
    let stats = RwSignal::new(first.get_untracked());
    let history = RwSignal::new(Vec::<Heard>::new());
    let hear = move |told: AllStreamStats| {
        last.set(told.windows.first().map(|window| window.last));
        let heard = Heard { at_ms: js_sys::Date::now(), windows: Arc::new(told.windows.clone()) };
        history.update(|history| {
            if history.len() >= KEPT_MESSAGES {
                history.remove(0);
            }
            history.push(heard);
        });
        stats.set(Arc::new(told));
    };
    hear((*first.get_untracked()).clone());
    let hearing = follow(&name, Callback::new(hear));

    let chosen = address.param("show");
    let shown = Memo::new(move |_| chosen.get().unwrap_or_else(|| "last".to_owned()));
    let chosen_k = address.param("k");
    let k = Memo::new(move |_| chosen_k.get().unwrap_or_else(|| "3".to_owned()));
    let choose = Callback::new(move |show: &'static str| address.adjust(&[("show", Some(show.to_owned()))]));
    let choose_k = Callback::new(move |k: &'static str| address.adjust(&[("k", Some(k.to_owned()))]));
    let moments = Signal::derive(move || {
        let (shown, k) = (shown.get(), k.get().parse::<u8>().ok());
        history.with(|history| {
            let begun_ms = history.first().map_or(0.0, |heard| heard.at_ms);
            let moment = |heard: &Heard| {
                let window = heard.windows.iter().find(|window| window.k == k)?;
                Some(Moment { at_s: (heard.at_ms - begun_ms) / 1_000.0, value: statistic(window, &shown)? })
            };
            history.iter().filter_map(moment).collect::<Vec<_>>()
        })
    });
    let named = |options: &'static [(&'static str, &'static str)], value: &str| {
        options.iter().find(|(key, _)| *key == value).map_or("", |(_, name)| *name)
    };
    let value_name = Signal::derive(move || {
        format!("{} of the newest {}", named(STATISTICS, &shown.get()), named(LENGTHS, &k.get()))
    });

    let windows = Signal::derive(move || stats.with(|stats| Arc::new(stats.windows.clone())));
    let name = StoredValue::new(name);
    let link = move || api::stream_stats_link(&name.get_value());
    let heard = move || match hearing.get() {
        Hearing::Connecting => ("flat", "connecting…"),
        Hearing::Live => ("up", "live"),
        Hearing::Asking => ("flat", "asking every second"),
    };
    let is_asking = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let forget = move || {
        is_asking.set(false);
        spawn_local(async move {
            match api::forget_stream(&name.get_value()).await {
                Ok(()) => {
                    gone.try_run(());
                    address.set(&[("symbol", None)]);
                }
                Err(problem) => {
                    failure.try_set(Some(problem));
                }
            }
        });
    };
    let of_newest = move |read: fn(&StreamWindow) -> f64| {
        Signal::derive(move || stats.with(|stats| format::optional(stats.windows.first().map(read), Form::Significant)))
    };
    let total =
        Signal::derive(move || format::count(i64::try_from(stats.with(|stats| stats.total)).unwrap_or(i64::MAX)));
    let range_label = move || format!("Ranges of the eight windows of {}", name.get_value());
    let recent_label = move || format!("{} in {}, as it changed", value_name.get(), name.get_value());
    let file = move |what: &'static str| {
        Signal::derive(move || format!("{}-{what}", name.get_value().replace([':', '/'], "-")))
    };
    let table = move |name: &'static str| {
        view! {
            <DataTable
                name=name
                caption=Signal::derive(range_label)
                rows=windows
                columns=WINDOW_COLUMNS.to_vec()
                exports=vec![Export::curl(link)]
            />
        }
    };
    let moment_table = move || {
        let columns = vec![
            Column::new("at", "Seconds", |row: &Moment| Value::Number(row.at_s, Form::Decimal))
                .defined("Since this page began to listen."),
            Column::new("value", "Value", |row: &Moment| Value::Number(row.value, Form::Significant)),
        ];
        let rows = Signal::derive(move || Arc::new(moments.get()));
        view! { <DataTable name="moments" caption=value_name rows=rows columns=columns sorted="-at" /> }
    };
    view! {
        <dl class="figures">
            <Figure name="Values" definition="All that the stream has ever had." value=total />
            <Figure name="Last" definition="The newest value." value=of_newest(|window| window.last) />
            <Figure
                name="Heard"
                definition="Live: the service tells of every change, at most ten times a second. Where the connection is refused or breaks off the page asks every second."
                value=Signal::derive(move || heard().1.to_owned())
                direction=Signal::derive(move || heard().0)
            />
        </dl>
        <ChartFrame
            title=Signal::derive(|| "The eight windows".to_owned())
            file=file("windows")
            exports=vec![Export::curl(link)]
            table=ViewFn::from(move || table("ranges"))
        >
            <RangeChart
                label=Signal::derive(range_label)
                ranges=Signal::derive(move || stats.with(|stats| ranges(&stats.windows)))
                form=Form::Significant
            />
        </ChartFrame>
        <ChartFrame
            title=value_name
            file=file("recent")
            tools=ViewFn::from(move || view! {
                <Segmented label="Statistic" options=STATISTICS chosen=shown choose=choose />
                <Segmented label="Window" options=LENGTHS chosen=k choose=choose_k />
            })
            table=ViewFn::from(moment_table)
        >
            <RecentChart label=Signal::derive(recent_label) moments=moments value_name=value_name form=Form::Significant />
        </ChartFrame>
        <section class="panel">
            <header class="panel-head">
                <h2>"Statistics"</h2>
                <button
                    type="button"
                    class="button quiet"
                    disabled=move || is_asking.get()
                    on:click=move |_| is_asking.set(true)
                >
                    "Forget this stream"
                </button>
            </header>
            <Show when=move || is_asking.get()>
                <div class="question" role="alertdialog" aria-label="Forget a stream">
                    <p>"Forget every value of this stream? This cannot be undone."</p>
                    <button type="button" class="button primary" on:click=move |_| forget()>
                        "Forget it"
                    </button>
                    <button type="button" class="button" on:click=move |_| is_asking.set(false)>
                        "Keep it"
                    </button>
                </div>
            </Show>
            {move || failure.get().map(|problem| view! { <Failed failure=problem retry=forget /> })}
            {table("windows")}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(k: u8, count: u64, var: Option<f64>) -> StreamWindow {
        let window = 10_u64.pow(u32::from(k));
        StreamWindow {
            k: Some(k),
            window,
            count,
            complete: count == window,
            min: 1.0,
            max: 5.0,
            last: 4.0,
            avg: 3.0,
            var,
            detail: None,
        }
    }

    #[test]
    fn a_statistic_is_found_by_its_name() {
        let window = window(1, 10, Some(4.0));
        let all: Vec<_> = STATISTICS.iter().map(|(name, _)| statistic(&window, name)).collect();
        assert_eq!(all, [Some(4.0), Some(3.0), Some(2.0), Some(1.0), Some(5.0)]);
        assert_eq!(statistic(&super::tests::window(1, 10, None), "std"), None);
    }

    #[test]
    fn windows_are_named_by_their_length() {
        assert_eq!(length_name(&window(1, 10, None)), "10");
        assert_eq!(length_name(&window(8, 10, None)), "100M");
        assert_eq!(length_name(&StreamWindow { k: None, window: 250, ..window(1, 1, None) }), "250");
    }
}
