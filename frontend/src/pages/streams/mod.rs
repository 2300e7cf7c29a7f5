//! `/app/streams`: the statistics of the last 10^k values of a stream, as they change.

mod add;
mod feed;
mod numbers;
mod send;
mod windows;

use std::sync::Arc;

use domain::api::{AllStreamStats, StreamSymbolList};
use domain::stream::Symbol;
use leptos::prelude::*;

use add::AddValues;
use windows::Windows;

use crate::address::Address;
use crate::api;
use crate::components::export_menu::Export;
use crate::components::states::states;
use crate::components::synthetic::Synthetic;
use crate::components::table::{Column, DataTable, Value};
use crate::format::Form;
use crate::load::{Load, load};

/// The page.
pub(crate) fn streams() -> AnyView {
    let address = Address::here();
    // Streams are the person's own numbers, whatever the market is.
    Synthetic::provide();
    let chosen = address.param("symbol");
    let list = load(|| Some(()), |()| api::stream_symbols());
    let content = move || match chosen.get() {
        Some(symbol) => view! { <Stream symbol=symbol list=list /> }.into_any(),
        None => states(list, 20.0, None, move |list| view! { <All list=list /> }.into_any()),
    };
    view! {
        <div class="page-head">
            <h1>"Streams"</h1>
            <Choose list=list />
        </div>
        {content}
    }
    .into_any()
}

/// A field to open a stream by its name, one that is there or a new one.
#[component]
fn Choose(list: Load<StreamSymbolList>) -> impl IntoView {
    let address = Address::here();
    let chosen = address.param("symbol");
    let typed = RwSignal::new(chosen.get_untracked().unwrap_or_default());
    let wrong = RwSignal::new(None::<String>);
    let is_chosen = Memo::new(move |_| chosen.get().is_some());
    Effect::new(move |_| typed.set(chosen.get().unwrap_or_default()));
    let open = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let name = typed.get_untracked().trim().to_owned();
        match Symbol::new(&name) {
            Ok(_) => {
                wrong.set(None);
                address.set(&[("symbol", Some(name))]);
            }
            Err(error) => wrong.set(Some(error.to_string())),
        }
    };
    let known = move || {
        let symbols = list.value().map(|list| list.data.clone()).unwrap_or_default();
        symbols.into_iter().map(|row| view! { <option value=row.symbol></option> }).collect_view()
    };
    view! {
        <form class="open-stream" on:submit=open>
            <label class="field">
                <span class="field-name">"Symbol"</span>
                <input
                    list="stream-symbols"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder="AAPL"
                    aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                    aria-describedby="stream-wrong"
                    prop:value=move || typed.get()
                    on:input=move |event| typed.set(event_target_value(&event))
                />
            </label>
            <datalist id="stream-symbols">{known}</datalist>
            <button type="submit" class="button primary">
                "Open"
            </button>
            <Show when=move || is_chosen.get()>
                <button type="button" class="button quiet" on:click=move |_| address.set(&[("symbol", None)])>
                    "All streams"
                </button>
            </Show>
            <span id="stream-wrong" class="down" role="status">
                {wrong}
            </span>
        </form>
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of values are far below 2^53")]
fn whole(count: u64) -> Value {
    Value::Number(count as f64, Form::Whole)
}

const SYMBOL_COLUMNS: [Column<domain::api::StreamSymbol>; 3] = [
    Column::new("symbol", "Symbol", |row: &domain::api::StreamSymbol| Value::Text(row.symbol.clone())).drawn(
        |row: &domain::api::StreamSymbol| {
            let (address, symbol) = (Address::here(), row.symbol.clone());
            let shown = symbol.clone();
            view! {
                <button type="button" class="link" on:click=move |_| address.set(&[("symbol", Some(symbol.clone()))])>
                    {shown}
                </button>
            }
            .into_any()
        },
    ),
    Column::new("total", "Values", |row: &domain::api::StreamSymbol| whole(row.total))
        .defined("All that it has ever had; the newest 100 million are kept."),
    Column::new("created", "Since", |row: &domain::api::StreamSymbol| Value::Instant(row.created_at)),
];

#[component]
fn All(#[prop(into)] list: Signal<Arc<StreamSymbolList>>) -> impl IntoView {
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"All streams"</h2>
            </header>
            <DataTable
                name="symbols"
                caption=Signal::derive(|| "Streams and how many values each has had".to_owned())
                rows=Signal::derive(move || Arc::new(list.with(|list| list.data.clone())))
                columns=SYMBOL_COLUMNS.to_vec()
                filterable=true
                none="No stream yet. Name one above and add values to it."
                exports=vec![Export::curl(|| "/symbols?limit=1000".to_owned())]
            />
        </section>
    }
}

/// One stream.
#[component]
fn Stream(symbol: String, list: Load<StreamSymbolList>) -> impl IntoView {
    let name = StoredValue::new(symbol.clone());
    let first = load(move || Some(()), move |()| async move { api::stream_stats(&name.get_value()).await });
    let last = RwSignal::new(None::<f64>);
    let empty = move || {
        view! {
            <h2>"Nothing in this stream yet"</h2>
            <p>"Add the first values below: paste them, send a file, or start the generator."</p>
        }
        .into_any()
    };
    let ready = move |stats: Signal<Arc<AllStreamStats>>| {
        view! { <Windows name=name.get_value() first=stats last=last gone=Callback::new(move |()| list.again()) /> }
            .into_any()
    };
    let changed = Callback::new(move |()| {
        // Where the stream is followed it tells of itself; a new one is not followed yet.
        if untrack(|| first.value().is_none() || first.failure().is_some()) {
            first.again();
        }
        list.again();
    });
    view! {
        {states(first, 44.0, Some(ViewFn::from(empty)), ready)}
        <AddValues symbol=Signal::stored(symbol) last=last changed=changed />
    }
}
