//! The registered sources.

use std::sync::Arc;

use domain::api::{Provider, ProviderList};
use leptos::prelude::*;

use crate::api;
use crate::components::export_menu::Export;
use crate::components::states::states;
use crate::components::table::{Column, DataTable, Value};
use crate::load::load;

fn state(row: &Provider) -> (&'static str, &'static str) {
    match (row.configured, row.scheduled) {
        (true, true) => ("up", "ready, asked by the schedule"),
        (true, false) => ("up", "ready"),
        (false, _) => ("down", "not configured"),
    }
}

fn serves(row: &Provider) -> String {
    let of = &row.serves;
    let all = [
        (of.securities, "securities"),
        (of.daily_bars, "daily bars"),
        (of.ticker_bars, "bars by ticker"),
        (!of.intraday_bars.is_empty(), "intraday bars"),
        (of.market_caps, "market caps"),
        (of.shares, "shares"),
        (of.splits, "splits"),
        (of.dividends, "dividends"),
        (of.option_chains, "option chains"),
    ];
    let served: Vec<&str> = all.into_iter().filter(|(is_served, _)| *is_served).map(|(_, name)| name).collect();
    served.join(", ")
}

fn needs(row: &Provider) -> String {
    let required = row.settings.iter().filter(|setting| setting.required);
    required.map(|setting| setting.name.clone()).collect::<Vec<_>>().join(", ")
}

const COLUMNS: [Column<Provider>; 7] = [
    Column::new("name", "Provider", |row: &Provider| Value::Text(row.name.clone())),
    Column::new("state", "State", |row: &Provider| Value::Text(state(row).1.to_owned())).drawn(|row: &Provider| {
        let (class, text) = state(row);
        view! { <span class=class>{text}</span> }.into_any()
    }),
    Column::new("synthetic", "Prices", |row: &Provider| {
        Value::Text(if row.synthetic { "made up" } else { "real" }.to_owned())
    }),
    Column::new("serves", "Serves", |row: &Provider| Value::Text(serves(row))),
    Column::new("needs", "Needs", |row: &Provider| match needs(row) {
        text if text.is_empty() => Value::Absent,
        text => Value::Text(text),
    })
    .defined("The settings without which it cannot be asked; their values are never shown."),
    Column::new("limits", "Limits", |row: &Provider| Value::Text(row.limits.clone())),
    Column::new("summary", "About", |row: &Provider| Value::Text(row.summary.clone())),
];

/// The part of the page.
pub(super) fn sources() -> AnyView {
    let providers = load(|| Some(()), |()| api::providers());
    let ready = |providers: Signal<Arc<ProviderList>>| {
        view! {
            <section class="panel">
                <header class="panel-head">
                    <h2>"Providers"</h2>
                </header>
                <DataTable
                    name="providers"
                    caption=Signal::derive(|| "Registered providers".to_owned())
                    rows=Signal::derive(move || Arc::new(providers.with(|list| list.data.clone())))
                    columns=COLUMNS.to_vec()
                    exports=vec![Export::curl(|| "/providers".to_owned())]
                />
            </section>
        }
        .into_any()
    };
    states(providers, 20.0, None, ready)
}
