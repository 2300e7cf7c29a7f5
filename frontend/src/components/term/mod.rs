//! A word with its definition.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

/// A number that no other element's id has.
pub(crate) fn next_id(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A word whose definition shows when it is pointed at, focused or tapped; Escape hides it.
#[component]
pub(crate) fn Term(
    /// The word.
    #[prop(into)]
    word: String,
    /// The formula, where there is one.
    #[prop(optional, into)]
    formula: String,
    /// What it means.
    #[prop(into)]
    definition: String,
) -> impl IntoView {
    let id = next_id("term");
    let hidden = RwSignal::new(false);
    let formula = (!formula.is_empty()).then(|| view! { <code>{formula}</code> });
    view! {
        <span
            class="term"
            class:hidden=move || hidden.get()
            on:pointerenter=move |_| hidden.set(false)
            on:focusin=move |_| hidden.set(false)
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    hidden.set(true);
                }
            }
        >
            <button type="button" aria-describedby=id.clone()>
                {word}
            </button>
            <span role="tooltip" id=id>
                {formula}
                {definition}
            </span>
        </span>
    }
}
