//! Fields that are kept in the address.

use leptos::prelude::*;

use crate::address::Address;
use crate::components::term::Term;

/// A field for a number or a text: its name in the address, its heading, what it means, and what an empty one stands for.
pub(super) struct Typed {
    pub name: &'static str,
    pub title: &'static str,
    pub definition: &'static str,
    pub absent: &'static str,
    pub is_number: bool,
}

impl Typed {
    pub(super) const fn number(
        name: &'static str,
        title: &'static str,
        absent: &'static str,
        definition: &'static str,
    ) -> Self {
        Self { name, title, definition, absent, is_number: true }
    }

    pub(super) const fn words(name: &'static str, title: &'static str, definition: &'static str) -> Self {
        Self { name, title, definition, absent: "none", is_number: false }
    }
}

/// The field.
pub(super) fn typed(of: &Typed) -> AnyView {
    let address = Address::here();
    let Typed { name, title, definition, absent, is_number } = *of;
    let now = address.param(name);
    let write = move |event| {
        let text = event_target_value(&event);
        let text = if is_number { text.trim().to_owned() } else { words(&text).join(",") };
        address.set(&[(name, (!text.is_empty()).then_some(text))]);
    };
    view! {
        <div class="form-field">
            <Term word=title definition=definition />
            <input
                aria-label=title
                inputmode=is_number.then_some("decimal")
                autocomplete="off"
                spellcheck="false"
                placeholder=absent
                prop:value=move || now.get().unwrap_or_default()
                on:change=write
            />
        </div>
    }
    .into_any()
}

/// Tickers separated by commas or spaces.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split([',', ' ', ';']).filter(|word| !word.is_empty()).map(str::to_uppercase).collect()
}

/// A choice of a few; the first one is the default and not in the address.
pub(super) fn choice(
    name: &'static str,
    title: &'static str,
    definition: &'static str,
    values: &'static [(&'static str, &'static str)],
) -> AnyView {
    let address = Address::here();
    let now = address.param(name);
    let default = values.first().map_or("", |(value, _)| value);
    let options = values.iter().map(|(value, shown)| {
        let is_chosen = move || now.get().as_deref().unwrap_or(default) == *value;
        view! { <option value=*value selected=is_chosen>{*shown}</option> }
    });
    let write = move |event| {
        let value = event_target_value(&event);
        address.set(&[(name, (value != default).then_some(value))]);
    };
    view! {
        <div class="form-field">
            <Term word=title definition=definition />
            <select aria-label=title on:change=write>
                {options.collect_view()}
            </select>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickers_are_read_however_they_are_separated() {
        assert_eq!(words(" aapl, brk.b;MSFT  "), ["AAPL", "BRK.B", "MSFT"]);
        assert!(words(" , ").is_empty());
    }
}
