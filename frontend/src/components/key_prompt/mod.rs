//! Asks for a key where one is needed.

use leptos::prelude::*;

use crate::address::Address;
use crate::credential::credential;

/// A field for a key; `done` is called once one is given.
#[component]
pub(crate) fn KeyPrompt(
    done: impl Fn() + 'static,
    /// Whether to point to the page with the other ways.
    #[prop(default = true)]
    has_link: bool,
) -> impl IntoView {
    let key = RwSignal::new(String::new());
    let account = has_link.then(|| Address::here().link_now("/app/account"));
    let give = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !key.get_untracked().trim().is_empty() {
            credential().use_key(&key.get_untracked());
            done();
        }
    };
    view! {
        <form class="key-prompt" on:submit=give>
            <label>
                "API key"
                <input
                    type="password"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || key.get()
                    on:input=move |event| key.set(event_target_value(&event))
                />
            </label>
            <button type="submit" class="button primary">
                "Use this key"
            </button>
            {account.map(|account| view! { <a href=account>"Other ways to sign in"</a> })}
        </form>
    }
}
