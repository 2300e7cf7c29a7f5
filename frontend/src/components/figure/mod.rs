//! One named number.

use leptos::prelude::*;

use crate::components::term::Term;

/// A name and its value, inside a `<dl class="figures">`; `direction` (`up`, `down`, `flat`) colours it.
#[component]
pub(crate) fn Figure(
    /// The name.
    #[prop(into)]
    name: String,
    /// What it means, and its formula.
    #[prop(into)]
    definition: String,
    /// The formula, where there is one.
    #[prop(optional, into)]
    formula: String,
    /// The number.
    #[prop(into)]
    value: Signal<String>,
    /// `up`, `down` or `flat`.
    #[prop(optional, into)]
    direction: Option<Signal<&'static str>>,
    /// A remark below the number.
    #[prop(optional, into)]
    remark: Option<Signal<String>>,
) -> impl IntoView {
    let class = move || direction.map_or("flat", |direction| direction.get());
    view! {
        <div class="figure">
            <dt>
                <Term word=name formula=formula definition=definition />
            </dt>
            <dd>
                <span class=class>{value}</span>
                {remark.map(|remark| view! { <small>{remark}</small> })}
            </dd>
        </div>
    }
}
