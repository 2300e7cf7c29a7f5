//! A place for a file: dropped on it, or chosen.

use leptos::html;
use leptos::prelude::*;
use web_sys::File;

/// A place that takes one file at a time.
#[component]
pub(crate) fn DropZone(
    /// What may be dropped, up to the button to choose one by.
    invitation: &'static str,
    /// The endings and types that are offered to choose from.
    accept: &'static str,
    /// Whether the button is the first thing to press on its page.
    #[prop(optional)]
    is_primary: bool,
    /// Whether it takes nothing at the moment.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Takes the file.
    taken: Callback<File>,
    /// What is said below.
    children: Children,
) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    let drop = move |event: web_sys::DragEvent| {
        event.prevent_default();
        is_over.set(false);
        let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
        if let Some(file) = file.filter(|_| !disabled.get_untracked()) {
            taken.run(file);
        }
    };
    let pick = move |_| {
        let Some(field) = field.get_untracked() else { return };
        if let Some(file) = field.files().and_then(|files| files.get(0)) {
            taken.run(file);
        }
        // The same file can then be chosen again.
        field.set_value("");
    };
    view! {
        <div
            class="drop"
            class:over=move || is_over.get()
            on:dragover=move |event| {
                event.prevent_default();
                is_over.set(true);
            }
            on:dragleave=move |_| is_over.set(false)
            on:drop=drop
        >
            <p>
                {invitation}
                <label class="button file" class:primary=is_primary>
                    "choose one"
                    <input type="file" class="visually-hidden" accept=accept disabled=disabled node_ref=field on:change=pick />
                </label>
            </p>
            <p class="muted">{children()}</p>
        </div>
    }
}
