//! A choice of a few, all seen at once.

use leptos::prelude::*;

/// Buttons of which one is pressed.
#[component]
pub(crate) fn Segmented(
    /// What is chosen.
    label: &'static str,
    /// Values and their names.
    options: &'static [(&'static str, &'static str)],
    /// The value that is chosen; none of the options may be.
    #[prop(into)]
    chosen: Signal<String>,
    /// Takes a choice.
    choose: Callback<&'static str>,
) -> impl IntoView {
    let buttons = options.iter().map(|(value, name)| {
        view! {
            <button
                type="button"
                aria-pressed=move || (chosen.get() == *value).to_string()
                on:click=move |_| choose.run(value)
            >
                {*name}
            </button>
        }
    });
    view! {
        <div class="segmented" role="group" aria-label=label>
            {buttons.collect_view()}
        </div>
    }
}
