//! `/app/account`: who one is to the service, and which keys there are.

mod keys;
mod pkce;
mod sign_in;

use std::sync::Arc;

use domain::api::SignInOptions;
use leptos::prelude::*;

use crate::api;
use crate::components::key_prompt::KeyPrompt;
use crate::components::states::states;
use crate::credential::credential;
use crate::load::load;

/// The page.
pub(crate) fn account() -> AnyView {
    let options = load(|| Some(()), |()| api::sign_in_options());
    view! {
        <div class="page-head">
            <h1>"Account"</h1>
        </div>
        <sign_in::Return />
        {states(options, 14.0, None, |options| view! { <Ready options=options /> }.into_any())}
        <keys::Keys />
    }
    .into_any()
}

#[component]
fn Ready(#[prop(into)] options: Signal<Arc<SignInOptions>>) -> impl IntoView {
    let person = credential();
    let is_there = Memo::new(move |_| person.is_there());
    let needs = move || {
        options.with(|options| match (options.auth_mode.as_str(), options.public_reads) {
            ("open", _) => "This service is open: it needs no credential. That is for one's own machine only.",
            (_, true) => {
                "Reading is open to everyone; ingesting, building and keys need a credential with the scope for it."
            }
            (_, false) => "Everything here needs a credential with the scope for it.",
        })
    };
    let organisation = move || {
        options.with(|options| options.oidc.clone()).map(|oidc| {
            let issuer = oidc.issuer.clone();
            view! {
                <div class="way">
                    <h3>"With your organisation"</h3>
                    <p class="muted">"You are taken to " {issuer} " and back."</p>
                    <button type="button" class="button primary" on:click=move |_| sign_in::leave(oidc.clone())>
                        "Sign in"
                    </button>
                </div>
            }
        })
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>{move || if is_there.get() { "You are signed in" } else { "You are not signed in" }}</h2>
            </header>
            <p class="muted">{needs}</p>
            <Show
                when=move || !is_there.get()
                fallback=|| {
                    view! {
                        <p>"The credential is kept in this page's memory alone; reloading the page forgets it."</p>
                        <button type="button" class="button" on:click=|_| credential().forget()>
                            "Sign out"
                        </button>
                    }
                }
            >
                <div class="ways">
                    {organisation}
                    <div class="way">
                        <h3>"With a key"</h3>
                        <p class="muted">"It is kept in this page's memory alone. The first one is made by " <code>"make key"</code> "."</p>
                        <KeyPrompt done=|| () has_link=false />
                    </div>
                </div>
            </Show>
        </section>
    }
}
