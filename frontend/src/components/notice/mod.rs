//! What went wrong, and another try.

use leptos::prelude::*;

/// A failure in words with a button that tries again.
#[component]
pub(crate) fn Notice(title: &'static str, message: String, retry: impl Fn() + 'static) -> impl IntoView {
    view! {
        <section class="notice" role="alert">
            <h2>{title}</h2>
            <p>{message}</p>
            <button on:click=move |_| retry()>"Try again"</button>
        </section>
    }
}
