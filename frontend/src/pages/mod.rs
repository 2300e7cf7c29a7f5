//! One page a route.

mod account;
mod backtests;
mod benchmark;
mod build;
mod changes;
mod composition;
mod data;
mod explain;
mod findings;
mod overview;
mod parts;
mod research;
mod span;
mod statistics;
mod streams;
mod whole;

use domain::api::{IndexList, IndexSummary};
use domain::calendar;
use domain::units::Day;
use leptos::prelude::*;

use crate::address::Address;
use crate::components::dates::DatePicker;
use crate::load::Load;
pub(crate) use benchmark::{Benchmark, BenchmarkField, chosen_benchmark};
pub(crate) use span::{SpanFields, chosen_span, warnings};
pub(crate) use whole::whole_workbook;

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
    Page { path: "/app/composition", title: "Composition", view: parts::composition },
    Page { path: "/app/changes",     title: "Changes",     view: parts::changes },
    Page { path: "/app/explain",     title: "Explain",     view: parts::explain },
    Page { path: "/app/statistics",  title: "Statistics",  view: parts::statistics },
    Page { path: "/app/research",    title: "Research",    view: parts::research },
    Page { path: "/app/data",        title: "Data",        view: parts::data },
    Page { path: "/app/build",       title: "Build",       view: parts::build },
    Page { path: "/app/streams",     title: "Streams",     view: parts::streams },
    Page { path: "/app/backtests",   title: "Backtests",   view: parts::backtests },
    Page { path: "/app/account",     title: "Account",     view: parts::account },
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

/// A field to choose an index by.
#[component]
pub(crate) fn IndexField(
    /// The field's name.
    label: &'static str,
) -> impl IntoView {
    let address = Address::here();
    let Indices(indices) = expect_context();
    let chosen = chosen_index();
    let options = move || {
        let mut slugs: Vec<String> =
            indices.value().map(|list| list.data.iter().map(|index| index.slug.clone()).collect()).unwrap_or_default();
        let (default, now) = (index_name(None), index_name(chosen.get().as_deref()));
        for slug in [&now, &default] {
            if !slugs.contains(slug) {
                slugs.push(slug.clone());
            }
        }
        let entry = |slug: String| {
            let is_chosen = slug == now;
            view! { <option value=slug.clone() selected=is_chosen>{slug.clone()}</option> }
        };
        slugs.into_iter().map(entry).collect_view()
    };
    let choose = move |event| {
        let slug = event_target_value(&event);
        address.set(&[("index", (slug != index_name(None)).then_some(slug))]);
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
