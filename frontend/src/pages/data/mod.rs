//! `/app/data`: where prices come from, and what is held of them.

mod coverage;
mod prices;
mod runs;
mod sources;
mod upload;

use leptos::prelude::*;

use crate::address::Address;
use crate::components::segmented::Segmented;

const PARTS: &[(&str, &str)] = &[
    ("coverage", "Coverage"),
    ("sources", "Providers"),
    ("runs", "Ingestion runs"),
    ("imports", "Imports"),
    ("prices", "Prices"),
];

/// The page.
pub(crate) fn data() -> AnyView {
    let address = Address::here();
    let part = address.param("part");
    let chosen = Memo::new(move |_| part.get().unwrap_or_else(|| "coverage".to_owned()));
    let choose = Callback::new(move |part: &'static str| address.set(&[("part", Some(part.to_owned()))]));
    let content = move || match chosen.get().as_str() {
        "sources" => sources::sources(),
        "runs" => runs::runs(),
        "imports" => upload::imports(),
        "prices" => prices::prices(),
        _ => coverage::coverage(),
    };
    view! {
        <div class="page-head">
            <h1>"Data"</h1>
            <Segmented label="What is shown" options=PARTS chosen=chosen choose=choose />
        </div>
        {content}
    }
    .into_any()
}
