//! The sessions that a page looks at: fields for both ends, kept in the address.

use domain::units::Day;
use leptos::prelude::*;

use crate::address::Address;

/// The ends in the address; `None` stands for the first and the last session.
pub(crate) fn chosen_span() -> Memo<(Option<Day>, Option<Day>)> {
    let address = Address::here();
    let (from, to) = (address.param("from"), address.param("to"));
    let day = |text: Option<String>| text.and_then(|text| text.parse().ok());
    Memo::new(move |_| (day(from.get()), day(to.get())))
}

/// Fields for the first and the last session; `ends` are those that are shown.
#[component]
pub(crate) fn SpanFields(
    /// What is shown at the moment.
    #[prop(into)]
    ends: Signal<Option<(Day, Day)>>,
) -> impl IntoView {
    let address = Address::here();
    let field = move |name: &'static str, label: &'static str, at: fn((Day, Day)) -> Day| {
        let value = move || ends.get().map_or_else(String::new, |ends| at(ends).to_string());
        let write = move |event| {
            let text = event_target_value(&event);
            if text.parse::<Day>().is_err() {
                return;
            }
            let Some(ends) = ends.get_untracked() else { return address.set(&[(name, Some(text))]) };
            let (first, last) = (ends.0.to_string(), ends.1.to_string());
            let (from, to) = if name == "from" { (text, last) } else { (first, text) };
            address.set(&[("range", None), ("from", Some(from)), ("to", Some(to))]);
        };
        view! {
            <label class="field">
                <span class="visually-hidden">{label}</span>
                <input type="date" prop:value=value on:change=write />
            </label>
        }
    };
    view! {
        <div class="free-range">
            {field("from", "From", |ends| ends.0)}
            <span aria-hidden="true">"–"</span>
            {field("to", "To", |ends| ends.1)}
        </div>
    }
}

/// What a reader must know about the numbers of a page.
pub(crate) fn warnings(of: impl Fn() -> Vec<String> + Send + Sync + 'static) -> AnyView {
    let list = move || {
        let warnings = of();
        (!warnings.is_empty()).then(|| {
            let list = warnings.into_iter().map(|warning| view! { <li>{warning}</li> }).collect_view();
            view! { <ul class="warnings">{list}</ul> }
        })
    };
    list.into_any()
}
