//! One page a route.

mod account;
mod backtests;
mod build;
mod changes;
mod composition;
mod data;
mod explain;
mod overview;
mod streams;

use domain::api::{IndexList, IndexSummary};
use domain::calendar;
use domain::units::Day;
use leptos::prelude::*;

use crate::address::Address;
use crate::components::dates::DatePicker;
use crate::load::Load;

/// One line of the table of pages.
#[derive(Debug)]
pub(crate) struct Page {
    /// Where it is.
    pub path: &'static str,
    /// Its name in the navigation.
    pub title: &'static str,
    /// What it shows.
    pub view: fn() -> AnyView,
}

/// Every page, in the order of the navigation.
#[rustfmt::skip]
pub(crate) static PAGES: &[Page] = &[
    Page { path: "/",                title: "Overview",    view: overview::overview },
    Page { path: "/app/composition", title: "Composition", view: composition::composition },
    Page { path: "/app/changes",     title: "Changes",     view: changes::changes },
    Page { path: "/app/explain",     title: "Explain",     view: explain::explain },
    Page { path: "/app/data",        title: "Data",        view: data::data },
    Page { path: "/app/build",       title: "Build",       view: build::build },
    Page { path: "/app/streams",     title: "Streams",     view: streams::streams },
    Page { path: "/app/backtests",   title: "Backtests",   view: backtests::backtests },
    Page { path: "/app/account",     title: "Account",     view: account::account },
];

/// The page at a path; `/app` is the overview too.
pub(crate) fn find(path: &str) -> Option<&'static Page> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let path = if matches!(path, "" | "/app") { "/" } else { path };
    PAGES.iter().find(|page| page.path == path)
}

/// The defined indices; loaded once for the app.
#[derive(Clone, Copy)]
pub(crate) struct Indices(pub Load<IndexList>);

/// The index in the address; `None` is the default one.
pub(crate) fn chosen_index() -> Memo<Option<String>> {
    Address::here().param("index")
}

/// The name of the index that is chosen.
pub(crate) fn index_name(chosen: Option<&str>) -> String {
    chosen.map_or_else(|| domain::index::IndexDefinition::default().slug(), str::to_owned)
}

/// A field to choose an index by; `param` is its name in the address.
#[component]
pub(crate) fn IndexField(
    /// The field's name.
    label: &'static str,
    /// Its name in the address.
    #[prop(default = "index")]
    param: &'static str,
    /// What stands for no choice; without it the default index does.
    #[prop(optional)]
    nothing: &'static str,
) -> impl IntoView {
    let address = Address::here();
    let Indices(indices) = expect_context();
    let chosen = address.param(param);
    let default = index_name(None);
    let options = move || {
        let mut slugs: Vec<String> =
            indices.value().map(|list| list.data.iter().map(|index| index.slug.clone()).collect()).unwrap_or_default();
        let chosen = chosen.get();
        for slug in chosen.iter().chain(nothing.is_empty().then_some(&default)) {
            if !slugs.contains(slug) {
                slugs.push(slug.clone());
            }
        }
        let first = (!nothing.is_empty()).then(|| view! { <option value="">{nothing}</option> });
        let now = chosen.unwrap_or_else(|| if nothing.is_empty() { default.clone() } else { String::new() });
        let entries = slugs.into_iter().map(|slug| {
            let is_chosen = slug == now;
            view! { <option value=slug.clone() selected=is_chosen>{slug.clone()}</option> }
        });
        view! { {first}{entries.collect_view()} }
    };
    let default = index_name(None);
    let choose = move |event| {
        let slug = event_target_value(&event);
        let is_default = slug.is_empty() || (nothing.is_empty() && slug == default);
        address.set(&[(param, (!is_default).then_some(slug))]);
    };
    view! {
        <label class="field">
            <span class="field-name">{label}</span>
            <select on:change=choose>{options}</select>
        </label>
    }
}

/// What a page says where nothing of an index is built.
pub(crate) fn nothing_built() -> AnyView {
    let build = Address::here().link_now("/app/build");
    view! {
        <h2>"No index yet"</h2>
        <p>
            "Build one from the prices that are held: " <a href=build>"go to Build"</a>
            ". Without prices, bring some in first on the page Data."
        </p>
    }
    .into_any()
}

/// The index as it is listed, once the list is there.
pub(crate) fn listed_index() -> Memo<Option<IndexSummary>> {
    let Indices(indices) = expect_context();
    let chosen = chosen_index();
    Memo::new(move |_| {
        let slug = index_name(chosen.get().as_deref());
        indices.value()?.data.iter().find(|index| index.slug == slug).cloned()
    })
}

/// The session in the address under a name, else the last one built; `None` until that is known.
pub(crate) fn chosen_session(param: &'static str) -> Memo<Option<Day>> {
    let chosen = Address::here().param(param);
    let listed = listed_index();
    let Indices(indices) = expect_context();
    Memo::new(move |_| {
        let chosen = chosen.get().and_then(|day| day.parse().ok());
        // Where nothing is built, the request for the latest session says so in the service's own words.
        let none_built = || (indices.value().is_some() || indices.failure().is_some()).then(last_session_up_to_today);
        chosen.or_else(|| listed.get().and_then(|index| index.last_session)).or_else(none_built)
    })
}

fn last_session_up_to_today() -> Day {
    #[expect(clippy::cast_possible_truncation, reason = "days since 1970")]
    let today = Day::from_number((js_sys::Date::now() / 86_400_000.0) as i32);
    calendar::previous_session(today).unwrap_or(today)
}

/// A field to choose a session of the index by; `param` is its name in the address.
#[component]
pub(crate) fn SessionField(
    /// The field's name.
    label: &'static str,
    /// Its name in the address.
    param: &'static str,
) -> impl IntoView {
    let address = Address::here();
    let listed = listed_index();
    let bounds = move || listed.get().and_then(|index| Some((index.first_session?, index.last_session?)));
    let choose = Callback::new(move |day: Day| address.set(&[(param, Some(day.to_string()))]));
    view! { <DatePicker label=label value=chosen_session(param) bounds=Signal::derive(bounds) choose=choose /> }
}
