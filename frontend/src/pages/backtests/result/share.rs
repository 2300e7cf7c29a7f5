//! A link by which others read a run.

use std::sync::Arc;

use domain::api::Backtest;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Read;
use crate::api;
use crate::components::states::Failed;
use crate::files;
use crate::load::Failure;
use crate::query::Query;

/// The page with the run, for whoever has the token.
fn shared_link(id: i64, token: String) -> String {
    let origin = window().location().origin().unwrap_or_default();
    let query = Query::default().with("run", Some(id.to_string())).with("share", Some(token));
    format!("{origin}{}", query.after("/app/backtests"))
}

#[derive(Clone, Copy, PartialEq)]
enum Wish {
    Share,
    Withdraw,
}

#[component]
pub(super) fn Share(run: Signal<Arc<Backtest>>, read: Read) -> impl IntoView {
    let link = RwSignal::new(None::<String>);
    let is_shared = RwSignal::new(run.with_untracked(|run| run.shared));
    let said = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<(Failure, Wish)>);
    let start = move |wish: Wish| {
        failed.set(None);
        said.set(String::new());
        spawn_local(async move {
            let done = match wish {
                Wish::Share => {
                    api::share_backtest(read.id).await.map(|shared| Some(shared_link(read.id, shared.token)))
                }
                Wish::Withdraw => api::unshare_backtest(read.id).await.map(|()| None),
            };
            match done {
                Ok(new) => {
                    is_shared.try_set(new.is_some());
                    link.try_set(new);
                }
                Err(failure) => {
                    failed.try_set(Some((failure, wish)));
                }
            }
        });
    };
    let copy = move |_| {
        let Some(link) = link.get_untracked() else { return };
        spawn_local(async move {
            said.try_set(match files::copy(&link).await {
                Ok(()) => "Copied.".to_owned(),
                Err(failure) => failure.detail,
            });
        });
    };
    let shown = move || {
        link.get().map(|link| {
            view! {
                <div class="secret">
                    <p>
                        "Whoever has this link can read the run. It is shown once: "
                        <code>{link}</code>
                    </p>
                    <button type="button" class="button" on:click=copy>
                        "Copy the link"
                    </button>
                    <span role="status">{said}</span>
                </div>
            }
        })
    };
    view! {
        <div class="tools">
            <button type="button" class="button quiet" on:click=move |_| start(Wish::Share)>
                {move || if is_shared.get() { "Make a new link" } else { "Share by a link" }}
            </button>
            <Show when=move || is_shared.get()>
                <button type="button" class="button quiet" on:click=move |_| start(Wish::Withdraw)>
                    "Withdraw the link"
                </button>
            </Show>
        </div>
        {shown}
        {move || failed.get().map(|(failure, wish)| view! { <Failed failure=failure retry=move || start(wish) /> })}
    }
}
