//! The person's own files: dropped here, sent, and reported on.

use std::sync::Arc;

use domain::api::{Import, ImportList};
use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use super::runs::{REJECTED_COLUMNS, class_of};
use crate::address::Address;
use crate::api;
use crate::components::drop_zone::DropZone;
use crate::components::export_menu::Export;
use crate::components::figure::Figure;
use crate::components::states::{Failed, states};
use crate::components::table::{Column, DataTable, Value};
use crate::format::{self, Form};
use crate::load::{Failure, load};

/// What a file can hold.
const KINDS: [(&str, &str, &str); 7] = [
    ("daily_bars", "Daily bars", "date, ticker, close (+ open, high, low, volume, adj_close, market_cap)"),
    (
        "securities",
        "Securities",
        "ticker (+ name, sector, exchange, type, issuer, share_class, list_date, delist_date, delisting_price)",
    ),
    ("market_caps", "Market caps", "date, ticker, market_cap"),
    ("shares", "Shares outstanding", "ticker, shares_outstanding, as_of (+ name, sector)"),
    ("splits", "Splits", "ticker, date, ratio; or ticker, execution_date, split_to, split_from"),
    ("dividends", "Dividends", "ticker, ex_date, amount"),
    ("ticker_changes", "Changes of symbols", "date, ticker, new_ticker"),
];

/// The kind that a file's name speaks of.
fn kind_in(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let words: [(&str, &[&str]); 7] = [
        ("ticker_changes", &["change", "rename"]),
        ("market_caps", &["cap"]),
        ("shares", &["share"]),
        ("splits", &["split"]),
        ("dividends", &["dividend"]),
        ("securities", &["securit", "reference", "tickers"]),
        ("daily_bars", &["bar", "price", "ohlc", "daily"]),
    ];
    words.iter().find(|(_, words)| words.iter().any(|word| name.contains(word))).map(|(kind, _)| *kind)
}

/// How many of the latest imports are listed.
const LISTED: u32 = 200;

#[expect(clippy::cast_precision_loss, reason = "counts of rows and bytes")]
fn whole(count: u64) -> Value {
    Value::Number(count as f64, Form::Whole)
}

const COLUMNS: [Column<Import>; 9] = [
    Column::new("id", "Import", |row: &Import| whole(row.id.unsigned_abs())).drawn(|row: &Import| {
        let (address, id) = (Address::here(), row.id.to_string());
        let shown = id.clone();
        view! {
            <button type="button" class="link" on:click=move |_| address.set(&[("import", Some(id.clone()))])>
                {shown}
            </button>
        }
        .into_any()
    }),
    Column::new("kind", "Kind", |row: &Import| Value::Text(row.kind.clone())),
    Column::new("status", "Status", |row: &Import| Value::Text(row.status.clone()))
        .drawn(|row: &Import| view! { <span class=class_of(&row.status)>{row.status.clone()}</span> }.into_any()),
    Column::new("accepted", "Accepted", |row: &Import| whole(row.rows.accepted))
        .defined("Were new or replaced another value, which is kept."),
    Column::new("unchanged", "Unchanged", |row: &Import| whole(row.rows.unchanged)),
    Column::new("rejected", "Rejected", |row: &Import| whole(row.rows.rejected)).defined("Were turned away."),
    Column::new("bytes", "Bytes", |row: &Import| whole(row.bytes)),
    Column::new("version", "Data version", |row: &Import| {
        row.data_version.map_or(Value::Absent, |version| whole(version.unsigned_abs()))
    }),
    Column::new("created", "Received", |row: &Import| Value::Instant(row.created_at)),
];

/// Where an upload stands.
#[derive(Clone, Default)]
enum Upload {
    #[default]
    None,
    /// The name of the file and the share that has been sent.
    Sending(String, f64),
    Done(Box<Import>),
    Failed(Box<Failure>),
    Cancelled,
}

/// The part of the page.
pub(super) fn imports() -> AnyView {
    let imports = load(|| Some(()), |()| api::imports(LISTED));
    view! {
        <BringIn done=Callback::new(move |()| imports.again()) />
        {states(imports, 20.0, None, move |list| {
            view! { <List list=list undone=Callback::new(move |()| imports.again()) /> }.into_any()
        })}
    }
    .into_any()
}

#[component]
fn BringIn(done: Callback<()>) -> impl IntoView {
    let address = Address::here();
    let chosen = address.param("kind");
    let kind = Memo::new(move |_| chosen.get().unwrap_or_else(|| "daily_bars".to_owned()));
    let upload = RwSignal::new(Upload::None);
    let running = StoredValue::new(None::<AbortHandle>);
    let last = StoredValue::new_local(None::<File>);
    let stop = move || {
        if let Some(handle) = running.get_value() {
            handle.abort();
        }
    };
    on_cleanup(stop);
    let send = move |file: File| {
        if let (None, Some(named)) = (address.peek("kind"), kind_in(&file.name())) {
            address.adjust(&[("kind", Some(named.to_owned()))]);
        }
        let kind = address.peek("kind").unwrap_or_else(|| "daily_bars".to_owned());
        let name = file.name();
        upload.set(Upload::Sending(name.clone(), 0.0));
        last.set_value(Some(file.clone()));
        let (work, handle) = abortable(async move {
            let tell = move |share: f64| {
                upload.try_set(Upload::Sending(name.clone(), share.min(1.0)));
            };
            api::upload(&kind, &file, tell).await
        });
        running.set_value(Some(handle));
        spawn_local(async move {
            let ended = match work.await {
                Ok(Ok(import)) => Upload::Done(Box::new(import)),
                Ok(Err(failure)) => Upload::Failed(Box::new(failure)),
                Err(_) => Upload::Cancelled,
            };
            upload.try_set(ended);
            done.run(());
        });
    };
    let again = move || {
        if let Some(file) = last.get_value() {
            send(file);
        }
    };
    let kinds = KINDS.iter().map(|(value, name, _)| {
        view! { <option value=*value selected=move || kind.get() == *value>{*name}</option> }
    });
    let columns = move || KINDS.iter().find(|(value, ..)| *value == kind.get()).map(|(.., columns)| *columns);
    let outcome = move || match upload.get() {
        Upload::None => ().into_any(),
        Upload::Sending(name, share) => {
            let text = if share < 1.0 {
                format!("Sending {name}: {}", format::number(share, Form::RoundPercent))
            } else {
                format!("{name} is sent; its rows are being checked and stored")
            };
            view! {
                <p role="status">{text}</p>
                <progress max="1" value=(share < 1.0).then(|| share.to_string()) aria-label="Upload progress"></progress>
                <button type="button" class="button" on:click=move |_| stop()>
                    "Cancel"
                </button>
            }
            .into_any()
        }
        Upload::Done(import) => view! { <Report import=*import /> }.into_any(),
        Upload::Failed(failure) => view! { <Failed failure=*failure retry=again /> }.into_any(),
        Upload::Cancelled => view! { <p role="status">"Cancelled. Nothing of the file is stored."</p> }.into_any(),
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Bring a file in"</h2>
                <label class="field">
                    <span class="field-name">"It holds"</span>
                    <select on:change=move |event| address.set(&[("kind", Some(event_target_value(&event)))])>
                        {kinds.collect_view()}
                    </select>
                </label>
            </header>
            <DropZone
                invitation="Drop a CSV or Parquet file here (gzip too), or "
                accept=".csv,.gz,.parquet,text/csv"
                is_primary=true
                taken=Callback::new(send)
            >
                "Columns: "
                {columns}
            </DropZone>
            {outcome}
        </section>
    }
}

/// What came of a file.
#[component]
fn Report(import: Import) -> impl IntoView {
    let rows = import.rows;
    let count = |count: u64| format::count(i64::try_from(count).unwrap_or(i64::MAX));
    let unknown = (!import.unknown_columns.is_empty())
        .then(|| view! { <p class="muted">"Columns that were not read: "{import.unknown_columns.join(", ")}</p> });
    let error = import.error.clone().map(|error| view! { <p class="down" role="alert">{error}</p> });
    view! {
        <div class="report" role="status" aria-label="Validation report">
            <h3>"Import "{import.id}": "{import.status.clone()}</h3>
            {error}
            <dl class="figures">
                <Figure
                    name="Accepted"
                    definition="Rows that were new or replaced another value, which is kept."
                    value=count(rows.accepted)
                />
                <Figure name="Unchanged" definition="Rows that were there with the same value." value=count(rows.unchanged) />
                <Figure name="Rejected" definition="Rows that were turned away; the others are stored." value=count(rows.rejected) />
            </dl>
            {unknown}
            {(rows.rejected > 0).then(|| view! {
                <DataTable
                    name="rejected"
                    caption=Signal::derive(|| "Rejected rows, the first 100".to_owned())
                    rows=Signal::stored(Arc::new(import.rejected))
                    columns=REJECTED_COLUMNS.to_vec()
                />
            })}
        </div>
    }
}

#[component]
fn List(#[prop(into)] list: Signal<Arc<ImportList>>, undone: Callback<()>) -> impl IntoView {
    let address = Address::here();
    let chosen = address.param("import");
    let failure = RwSignal::new(None::<Failure>);
    let is_asking = RwSignal::new(false);
    let import = Memo::new(move |_| {
        let id: i64 = chosen.get()?.parse().ok()?;
        list.with(|list| list.data.iter().find(|import| import.id == id).cloned())
    });
    let undo = move |id: i64| {
        is_asking.set(false);
        spawn_local(async move {
            let ended = api::undo_import(id).await;
            failure.try_set(ended.err());
            undone.run(());
        });
    };
    let detail = move || {
        import.get().map(|import| {
            let id = import.id;
            let can_undo = import.status == "committed" && import.data_version.is_some();
            view! {
                <section class="panel">
                    <Report import=import />
                    <Show when=move || can_undo && !is_asking.get()>
                        <button type="button" class="button" on:click=move |_| is_asking.set(true)>
                            "Undo this import"
                        </button>
                    </Show>
                    <Show when=move || is_asking.get()>
                        <div class="question" role="alertdialog" aria-label="Undo an import">
                            <p>"Undo import "{id}"? The values that it replaced come back; later writes stay."</p>
                            <button type="button" class="button primary" on:click=move |_| undo(id)>
                                "Undo"
                            </button>
                            <button type="button" class="button" on:click=move |_| is_asking.set(false)>
                                "Keep it"
                            </button>
                        </div>
                    </Show>
                    {move || failure.get().map(|problem| view! { <Failed failure=problem retry=move || undo(id) /> })}
                </section>
            }
        })
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Imports"</h2>
            </header>
            <DataTable
                name="imports"
                caption=Signal::derive(|| "Imported files".to_owned())
                rows=Signal::derive(move || Arc::new(list.with(|list| list.data.clone())))
                columns=COLUMNS.to_vec()
                filterable=true
                none="No file has been imported yet."
                exports=vec![Export::curl(|| format!("/imports?limit={LISTED}"))]
            />
        </section>
        {detail}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_tells_its_kind() {
        assert_eq!(kind_in("us_daily_2024.csv.gz"), Some("daily_bars"));
        assert_eq!(kind_in("Market_Caps.parquet"), Some("market_caps"));
        assert_eq!(kind_in("dividends.csv"), Some("dividends"));
        assert_eq!(kind_in("x.csv"), None);
    }
}
