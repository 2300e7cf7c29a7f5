//! The keys of the service: which there are, a new one, and the end of one.

use std::sync::Arc;

use domain::api::{ApiKey, ApiKeyList, CreateApiKey, CreatedApiKey};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api;
use crate::components::states::{Failed, states};
use crate::components::table::{Column, DataTable, Value};
use crate::credential::credential;
use crate::files;
use crate::load::{Failure, Load, load};

const SCOPES: [&str; 6] = ["read", "ingest", "build", "stream", "backtest", "admin"];

#[expect(clippy::cast_precision_loss, reason = "a number of keys")]
const COLUMNS: [Column<ApiKey>; 7] = [
    Column::new("id", "Key", |row: &ApiKey| Value::Number(row.id as f64, crate::format::Form::Whole)),
    Column::new("name", "For", |row: &ApiKey| Value::Text(row.name.clone())),
    Column::new("owner", "Owner", |row: &ApiKey| Value::Text(row.owner.clone())),
    Column::new("scopes", "Scopes", |row: &ApiKey| Value::Text(row.scopes.join(", "))),
    Column::new("created", "Made", |row: &ApiKey| Value::Instant(row.created_at)),
    Column::new("revoked", "Revoked", |row: &ApiKey| row.revoked_at.map_or(Value::Absent, Value::Instant)),
    Column::new("revoke", "Action", |_: &ApiKey| Value::Absent).drawn(|row: &ApiKey| {
        let id = row.id;
        let revoke: Revoke = expect_context();
        if row.revoked_at.is_some() {
            return ().into_any();
        }
        view! {
            <button type="button" class="link" on:click=move |_| revoke.0.run(id)>
                "Revoke"
                <span class="visually-hidden">" key " {id}</span>
            </button>
        }
        .into_any()
    }),
];

/// Asks for the end of a key.
#[derive(Clone, Copy)]
struct Revoke(Callback<i64>);

/// The section of the page.
#[component]
pub(super) fn Keys() -> impl IntoView {
    let is_wanted = RwSignal::new(false);
    let person = credential();
    // Asking without a credential would only be refused, except where the service is open; so it waits for a click.
    let keys = load(
        move || (is_wanted.get() || person.is_there()).then(|| person.is_there()),
        |_| async move { api::keys().await },
    );
    let is_shown = {
        let person = credential();
        Memo::new(move |_| is_wanted.get() || person.is_there())
    };
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"API keys"</h2>
            </header>
            <Show
                when=move || is_shown.get()
                fallback=move || {
                    view! {
                        <p class="muted">"Listing and making keys needs the scope " <code>"admin"</code> "."</p>
                        <button type="button" class="button" on:click=move |_| is_wanted.set(true)>
                            "Show the keys"
                        </button>
                    }
                }
            >
                {states(keys, 12.0, None, move |list| view! { <Ready keys=keys list=list /> }.into_any())}
            </Show>
        </section>
    }
}

#[component]
fn Ready(keys: Load<ApiKeyList>, #[prop(into)] list: Signal<Arc<ApiKeyList>>) -> impl IntoView {
    let failure = RwSignal::new(None::<Failure>);
    let made = RwSignal::new(None::<CreatedApiKey>);
    let asked = RwSignal::new(None::<i64>);
    provide_context(Revoke(Callback::new(move |id| asked.set(Some(id)))));
    let revoke = move |id: i64| {
        asked.set(None);
        spawn_local(async move {
            match api::revoke_key(id).await {
                Ok(()) => keys.again(),
                Err(problem) => {
                    failure.try_set(Some(problem));
                }
            }
        });
    };
    let question = move || {
        asked.get().map(|id| {
            view! {
                <div class="question" role="alertdialog" aria-label="Revoke a key">
                    <p>"Revoke key "{id}"? Whatever uses it is refused from then on."</p>
                    <button type="button" class="button primary" on:click=move |_| revoke(id)>
                        "Revoke"
                    </button>
                    <button type="button" class="button" on:click=move |_| asked.set(None)>
                        "Keep it"
                    </button>
                </div>
            }
        })
    };
    let shown = move || {
        made.get().map(|created| {
            let secret = created.key.clone();
            view! {
                <div class="secret" role="status">
                    <p>
                        "This is the key “"{created.listed.name}"”. It is shown this once; only its fingerprint is kept."
                    </p>
                    <code>{created.key}</code>
                    <button
                        type="button"
                        class="button"
                        on:click=move |_| {
                            let secret = secret.clone();
                            spawn_local(async move {
                                if let Err(problem) = files::copy(&secret).await {
                                    failure.try_set(Some(problem));
                                }
                            });
                        }
                    >
                        "Copy"
                    </button>
                </div>
            }
        })
    };
    let failed =
        move || failure.get().map(|problem| view! { <Failed failure=problem retry=move || failure.set(None) /> });
    view! {
        <NewKey done=Callback::new(move |created| {
            failure.set(None);
            made.set(Some(created));
            keys.again();
        }) failed=Callback::new(move |problem| failure.set(Some(problem))) />
        {failed}
        {shown}
        {question}
        <DataTable
            name="keys"
            caption=Signal::derive(|| "API keys".to_owned())
            rows=Signal::derive(move || Arc::new(list.with(|list| list.data.clone())))
            columns=COLUMNS.to_vec()
            none="There is no key yet."
        />
    }
}

#[component]
fn NewKey(done: Callback<CreatedApiKey>, failed: Callback<Failure>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let scopes = RwSignal::new(vec!["read".to_owned()]);
    let is_busy = RwSignal::new(false);
    let make = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let wanted = CreateApiKey { name: name.get_untracked(), scopes: scopes.get_untracked(), owner: None };
        is_busy.set(true);
        spawn_local(async move {
            match api::create_key(&wanted).await {
                Ok(created) => done.run(created),
                Err(problem) => failed.run(problem),
            }
            is_busy.try_set(false);
        });
    };
    let boxes = SCOPES.map(|scope| {
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || scopes.with(|scopes| scopes.iter().any(|of| of == scope))
                    on:change=move |event| {
                        let is_on = event_target_checked(&event);
                        scopes.update(|scopes| {
                            scopes.retain(|of| of != scope);
                            if is_on {
                                scopes.push(scope.to_owned());
                            }
                        });
                    }
                />
                {scope}
            </label>
        }
    });
    view! {
        <form class="new-key" on:submit=make>
            <label class="field">
                <span class="field-name">"A new key for"</span>
                <input
                    type="text"
                    required
                    maxlength="100"
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                />
            </label>
            <fieldset>
                <legend class="visually-hidden">"Scopes"</legend>
                {boxes.into_iter().collect_view()}
            </fieldset>
            <button type="submit" class="button primary" disabled=move || is_busy.get()>
                "Make a key"
            </button>
        </form>
    }
}
