//! The frame of every page.

use leptos::prelude::*;

use crate::pages::overview::Overview;

/// The app: its header and the page.
#[component]
pub(crate) fn App() -> impl IntoView {
    view! {
        <header class="top">
            <a class="brand" href="/">"Equipoise"</a>
            <nav aria-label="Service">
                <a href="/docs" rel="external">"API"</a>
            </nav>
        </header>
        <main>
            <Overview />
        </main>
    }
}
