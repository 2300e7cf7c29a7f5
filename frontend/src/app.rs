//! The frame of every page: navigation, theme, the page itself.

use leptos::html;
use leptos::prelude::*;

use crate::address::Address;
use crate::api;
use crate::components::segmented::Segmented;
use crate::components::synthetic::{Synthetic, SyntheticMark};
use crate::credential::credential;
use crate::load::load;
use crate::pages::{self, Indices, PAGES, Page};
use crate::theme;

const THEMES: &[(&str, &str)] = &[("system", "Auto"), ("light", "Light"), ("dark", "Dark")];

/// The app.
#[component]
pub(crate) fn App() -> impl IntoView {
    let address = Address::provide();
    let synthetic = Synthetic::provide();
    provide_context(Indices(load(|| Some(()), |()| api::indices())));
    // What was ingested last says whether the market is made up, on pages that show no prices themselves.
    let latest = load(|| Some(()), |()| api::ingestions(1));
    Effect::new(move |_| {
        if let Some(run) = latest.value().and_then(|runs| runs.data.first().cloned()) {
            synthetic.note(run.synthetic);
        }
    });
    let page = Memo::new(move |_| pages::find(&address.path()));
    let main = NodeRef::<html::Main>::new();
    Effect::new(move |last: Option<()>| {
        document().set_title(&format!("{} · Equipoise", page.get().map_or("Not found", |page| page.title)));
        // Whoever navigates by keyboard or by ear starts at the new page; the first one was not navigated to.
        if last.is_some()
            && let Some(main) = main.get_untracked()
        {
            let _ = main.focus();
        }
    });
    let theme = theme::follow();
    let is_menu_open = RwSignal::new(false);
    let links = move || {
        let now = page.get();
        PAGES
            .iter()
            .map(|page| {
                let current = (now == Some(page)).then_some("page");
                view! {
                    <li>
                        <a href=move || address.link(page.path) aria-current=current on:click=move |_| is_menu_open.set(false)>
                            {page.title}
                        </a>
                    </li>
                }
            })
            .collect_view()
    };
    let content = move || match page.get() {
        Some(page) => (page.view)(),
        None => view! { <NotFound /> }.into_any(),
    };
    let person = credential();
    let signed_in = move || person.is_there().then(|| view! { <span class="signed-in">"Signed in"</span> });
    view! {
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        <header class="top">
            <a class="brand" href="/">
                <Mark />
                "Equipoise"
            </a>
            <SyntheticMark />
            {signed_in}
            <button
                type="button"
                class="button menu"
                aria-expanded=move || is_menu_open.get().to_string()
                aria-controls="navigation"
                on:click=move |_| is_menu_open.update(|is_open| *is_open = !*is_open)
            >
                "Menu"
            </button>
        </header>
        <nav id="navigation" class="side" aria-label="Pages" class:open=move || is_menu_open.get()>
            <ul>{links}</ul>
            <div class="side-foot">
                <a href="/docs" rel="external">
                    "API"
                </a>
                <Segmented
                    label="Theme"
                    options=THEMES
                    chosen=theme
                    choose=Callback::new(move |chosen| theme::choose(theme, chosen))
                />
            </div>
        </nav>
        <main id="main" tabindex="-1" node_ref=main>
            {content}
        </main>
    }
}

/// Two weights in balance.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <path d="M3 9h18M12 4v16M8 20h8" />
            <circle cx="5" cy="13" r="3.25" />
            <circle cx="19" cy="13" r="3.25" />
        </svg>
    }
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <section class="empty">
            <h1>"There is no such page"</h1>
            <p>
                "Go to the " <a href="/">"overview"</a> "."
            </p>
        </section>
    }
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}
