//! `/app/changes`: who came and who went.

mod history;

use std::sync::Arc;

use domain::api::CompositionChanges;
use domain::units::Day;
use leptos::prelude::*;

use crate::address::Address;
use crate::api;
use crate::components::chart::{ChartFrame, ColumnChart};
use crate::components::export_menu::Export;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::Form;
use crate::load::load;
use crate::pages::{IndexField, chosen_index, index_name, nothing_built};
use history::{Change, Stay};

/// The page.
pub(crate) fn changes() -> AnyView {
    let index = chosen_index();
    let changes = load(move || Some(index.get()), |index| api::changes(index, None, None));
    let ready = move |changes| view! { <Ready changes=changes /> }.into_any();
    view! {
        <div class="page-head">
            <h1>"Changes"</h1>
            <IndexField label="Index" />
        </div>
        {states(changes, 60.0, Some(ViewFn::from(nothing_built)), ready)}
    }
    .into_any()
}

/// A reason of the API in words.
fn reason(code: &str) -> String {
    match code {
        "rank" => "rank by market cap".to_owned(),
        "listed" => "newly listed".to_owned(),
        "eligible_again" => "eligible again".to_owned(),
        "delisted" => "delisted".to_owned(),
        "no_price" => "no price".to_owned(),
        "no_market_cap" => "no market cap".to_owned(),
        other => other.to_owned(),
    }
}

fn action(has_entered: bool) -> &'static str {
    if has_entered { "entered" } else { "exited" }
}

const COLUMNS: [Column<Change>; 8] = [
    Column::new("ticker", "Ticker", |row: &Change| Value::Text(row.member.ticker.clone())).drawn(|row: &Change| {
        let ticker = row.member.ticker.clone();
        let address = Address::here();
        view! {
            <button
                type="button"
                class="link"
                title="Its own history"
                on:click=move |_| address.set(&[("ticker", Some(ticker.clone()))])
            >
                {row.member.ticker.clone()}
            </button>
        }
        .into_any()
    }),
    Column::new("date", "Session", |row: &Change| Value::Day(row.date))
        .defined("The session at whose close it changed."),
    Column::new("action", "Change", |row: &Change| Value::Text(action(row.has_entered).to_owned())).drawn(
        |row: &Change| {
            let class = if row.has_entered { "up" } else { "down" };
            let sign = if row.has_entered { "▲ " } else { "▼ " };
            view! { <span class=class>{sign}{action(row.has_entered)}</span> }.into_any()
        },
    ),
    Column::new("name", "Name", |row: &Change| Value::text(row.member.name.as_ref())),
    Column::new("rank", "Rank", |row: &Change| Value::whole(row.member.rank))
        .defined("By market cap at this close; none where it was not eligible."),
    Column::new("previous_rank", "Rank before", |row: &Change| Value::whole(row.member.previous_rank))
        .defined("At the close before; none where it was not eligible."),
    Column::new("market_cap", "Market cap", |row: &Change| Value::number(row.member.market_cap, Form::Compact)),
    Column::new("reason", "Reason", |row: &Change| Value::Text(reason(&row.member.reason))),
];

const MONTH_COLUMNS: [Column<(Day, u32, u32)>; 3] = [
    Column::new("month", "Month from", |row: &(Day, u32, u32)| Value::Day(row.0)),
    Column::new("entered", "Entered", |row: &(Day, u32, u32)| Value::Number(f64::from(row.1), Form::Whole)),
    Column::new("exited", "Exited", |row: &(Day, u32, u32)| Value::Number(f64::from(row.2), Form::Whole)),
];

const STAY_COLUMNS: [Column<Stay>; 6] = [
    Column::new("entered", "Entered", |stay: &Stay| {
        stay.entered.as_ref().map_or(Value::Absent, |of| Value::Day(of.date))
    })
    .defined("None where it was a member from the first session on."),
    Column::new("rank", "Rank then", |stay: &Stay| Value::whole(stay.entered.as_ref().and_then(|of| of.member.rank))),
    Column::new("why", "Why it came", |stay: &Stay| {
        stay.entered.as_ref().map_or(Value::Absent, |of| Value::Text(reason(&of.member.reason)))
    }),
    Column::new("exited", "Exited", |stay: &Stay| stay.exited.as_ref().map_or(Value::Absent, |of| Value::Day(of.date)))
        .defined("None while it is a member."),
    Column::new("last", "Rank then", |stay: &Stay| Value::whole(stay.exited.as_ref().and_then(|of| of.member.rank))),
    Column::new("because", "Why it went", |stay: &Stay| {
        stay.exited.as_ref().map_or(Value::Absent, |of| Value::Text(reason(&of.member.reason)))
    }),
];

#[component]
fn Ready(#[prop(into)] changes: Signal<Arc<CompositionChanges>>) -> impl IntoView {
    let address = Address::here();
    let index = chosen_index();
    let synthetic = Synthetic::here();
    Effect::new(move |_| synthetic.note(changes.with(|changes| changes.synthetic)));
    let all = Memo::new(move |_| changes.with(|changes| history::rows(changes)));
    let months = Memo::new(move |_| all.with(|all| history::months(all)));
    let month = address.param("month");
    let shown = Memo::new(move |_| {
        let wanted = month.get();
        let is_wanted =
            |row: &&Change| wanted.as_ref().is_none_or(|wanted| row.date.to_string().starts_with(wanted.as_str()));
        all.with(|all| all.iter().filter(is_wanted).cloned().collect::<Vec<_>>())
    });
    let picked = Callback::new(move |at: usize| {
        let month =
            months.with_untracked(|months| months.get(at).map(|((year, month), ..)| format!("{year}-{month:02}")));
        address.set(&[("month", month)]);
    });
    let month_rows = move || {
        let rows = months.get().into_iter();
        Arc::new(
            rows.filter_map(|((year, month), a, b)| Some((Day::from_ymd(year, month, 1)?, a, b))).collect::<Vec<_>>(),
        )
    };
    let ticker = address.param("ticker");
    let stays =
        Memo::new(move |_| ticker.get().map_or_else(Vec::new, |ticker| all.with(|all| history::stays(all, &ticker))));
    let name = move || {
        let ticker = ticker.get()?;
        all.with(|all| all.iter().find(|row| row.member.ticker == ticker).and_then(|row| row.member.name.clone()))
    };
    let tickers = move || {
        let mut tickers = all.with(|all| all.iter().map(|row| row.member.ticker.clone()).collect::<Vec<_>>());
        tickers.sort_unstable();
        tickers.dedup();
        tickers.into_iter().map(|ticker| view! { <option value=ticker></option> }).collect_view()
    };
    let link = move || api::changes_link(index.get_untracked(), None, None);
    view! {
        <ChartFrame
            title=Signal::derive(|| "Entries and exits by month".to_owned())
            file=Signal::derive(move || format!("{}-changes", index_name(index.get().as_deref())))
            exports=vec![Export::curl(link)]
            table=ViewFn::from(move || {
                view! {
                    <DataTable
                        name="months"
                        caption=Signal::derive(|| "Entries and exits by month".to_owned())
                        rows=Signal::derive(month_rows)
                        columns=MONTH_COLUMNS.to_vec()
                        sorted="-month"
                    />
                }
            })
        >
            <ColumnChart
                label=Signal::derive(|| "Entries (up) and exits (down) by month; press Enter to list a month".to_owned())
                periods=Signal::derive(move || months.with(|months| history::periods(months)))
                names=("Entered", "Exited")
                picked=picked
            />
        </ChartFrame>
        <section class="panel">
            <header class="panel-head">
                <h2>"A ticker's history"</h2>
                <label class="field">
                    <span class="field-name">"Ticker"</span>
                    <input
                        type="text"
                        list="changed-tickers"
                        autocomplete="off"
                        spellcheck="false"
                        prop:value=move || ticker.get().unwrap_or_default()
                        on:change=move |event| {
                            let text = event_target_value(&event).trim().to_uppercase();
                            address.set(&[("ticker", (!text.is_empty()).then_some(text))]);
                        }
                    />
                </label>
                <datalist id="changed-tickers">{tickers}</datalist>
                <span class="muted">{name}</span>
            </header>
            <Show
                when=move || ticker.get().is_some()
                fallback=|| view! { <p class="muted">"Choose a ticker here or in the list below to see when it was in the index."</p> }
            >
                <DataTable
                    name="stays"
                    caption=Signal::derive(move || format!("Times of {} in the index", ticker.get().unwrap_or_default()))
                    rows=Signal::derive(move || Arc::new(stays.get()))
                    columns=STAY_COLUMNS.to_vec()
                    none="It never came or went: it was a member all the time, or never."
                />
            </Show>
        </section>
        <section class="panel">
            <header class="panel-head">
                <h2>"All changes"</h2>
                {move || {
                    month.get().map(|month| {
                        view! {
                            <button type="button" class="button quiet" on:click=move |_| address.set(&[("month", None)])>
                                {month}
                                " ✕"
                                <span class="visually-hidden">"show all months"</span>
                            </button>
                        }
                    })
                }}
            </header>
            <DataTable
                name="changes"
                caption=Signal::derive(|| "Entries and exits".to_owned())
                rows=Signal::derive(move || Arc::new(shown.get()))
                columns=COLUMNS.to_vec()
                sorted="-date"
                filterable=true
                none="Nobody came or went."
                exports=vec![Export::curl(link)]
            />
        </section>
    }
}
