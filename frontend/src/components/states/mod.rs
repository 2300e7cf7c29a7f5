//! The four states of everything that is fetched: loading, empty, failed, ready.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::key_prompt::KeyPrompt;
use crate::format;
use crate::load::{Failure, Load};

/// Where something stands.
#[derive(Clone, PartialEq)]
enum State {
    Loading,
    Failed(Failure),
    Ready,
}

/// Draws what is fetched once it is there; until then a skeleton of the height (in rem) that it will have, so that nothing
/// jumps; where there is none (a 404) what to do, and a failure with its reason and another try. `ready` is drawn once and
/// follows the value.
pub(crate) fn states<T: Send + Sync + 'static>(
    of: Load<T>,
    height: f64,
    empty: Option<ViewFn>,
    ready: impl Fn(Signal<Arc<T>>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let state = Memo::new(move |_| match (of.failure(), of.value()) {
        (Some(failure), _) => State::Failed(failure),
        (None, Some(_)) => State::Ready,
        (None, None) => State::Loading,
    });
    let value = Signal::derive(move || of.value().expect("the ready state is drawn once there is a value"));
    let again = Callback::new(move |()| of.again());
    let busy = Signal::derive(move || of.is_busy());
    draw(state, height, empty, again, busy, ViewFn::from(move || ready(value)))
}

/// The same for whatever is fetched, so that its code is there once.
fn draw(
    state: Memo<State>,
    height: f64,
    empty: Option<ViewFn>,
    again: Callback<()>,
    busy: Signal<bool>,
    ready: ViewFn,
) -> AnyView {
    let show = move || match state.get() {
        State::Loading => view! { <Skeleton height=height /> }.into_any(),
        State::Failed(failure) => match (&empty, failure.is_absent()) {
            (Some(empty), true) => view! {
                <section class="empty">
                    {empty.run()}
                    <p class="muted">{failure.detail}</p>
                </section>
            }
            .into_any(),
            _ => view! { <Failed failure=failure retry=move || again.run(()) /> }.into_any(),
        },
        State::Ready => ready.run(),
    };
    view! {
        <div class="states" class:stale=busy aria-busy=move || busy.get().to_string()>
            {show}
        </div>
    }
    .into_any()
}

/// Room for what is loading.
#[component]
pub(crate) fn Skeleton(
    /// In rem.
    height: f64,
) -> impl IntoView {
    let height = if height > 0.0 { height } else { 8.0 };
    view! {
        <div class="skeleton" role="status" style:min-height=format!("{height}rem")>
            <span class="visually-hidden">"Loading…"</span>
        </div>
    }
}

/// A failure in words with a button that tries again; where a credential is needed, a place to give one.
#[component]
pub(crate) fn Failed(
    /// What failed.
    failure: Failure,
    /// Tries again.
    retry: impl Fn() + Clone + Send + Sync + 'static,
) -> impl IntoView {
    failed(failure, Callback::new(move |()| retry()))
}

fn failed(failure: Failure, retry: Callback<()>) -> AnyView {
    let fields = failure.errors.iter().map(|error| {
        let value = error.value.as_ref().map(|value| format!(" (was \u{201c}{value}\u{201d})")).unwrap_or_default();
        view! { <li><code>{error.field.clone()}</code>": "{error.rule.clone()}{value}</li> }
    });
    let fields = (!failure.errors.is_empty()).then(|| view! { <ul>{fields.collect_view()}</ul> });
    let near: Vec<String> = failure.nearest_sessions.iter().map(|day| format::day(*day)).collect();
    let near = (!near.is_empty()).then(|| view! { <p>"Nearest sessions: "{near.join(", ")}</p> });
    let prompt = failure.needs_credential().then(|| {
        view! { <KeyPrompt done=move || retry.run(()) /> }
    });
    view! {
        <section class="failed" role="alert">
            <h2>{failure.title}</h2>
            <p>{failure.detail}</p>
            {fields}
            {near}
            {prompt}
            <button type="button" class="button" on:click=move |_| retry.run(())>
                "Try again"
            </button>
        </section>
    }
    .into_any()
}
