//! One named number.

use leptos::prelude::*;

/// A name and its value, inside a `<dl>`; `direction` (`up`, `down`, `flat`) colours it.
#[component]
pub(crate) fn Figure(
    name: &'static str,
    value: String,
    #[prop(default = "flat")] direction: &'static str,
) -> impl IntoView {
    view! {
        <div class="figure">
            <dt>{name}</dt>
            <dd class=direction>{value}</dd>
        </div>
    }
}
