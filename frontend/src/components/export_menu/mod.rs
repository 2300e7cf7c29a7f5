//! What can be taken out of a table or a chart.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures::future::{AbortHandle, abortable};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::term::next_id;
use crate::load::Failure;

/// Does it; the callback is told what is being done.
type Run = dyn Fn(Callback<String>) -> Pin<Box<dyn Future<Output = Result<(), Failure>>>> + Send + Sync;

/// One entry of the menu.
#[derive(Clone)]
pub(crate) struct Export {
    label: &'static str,
    run: Arc<Run>,
}

impl Export {
    /// Something that is there at once.
    pub(crate) fn new(label: &'static str, run: impl Fn() -> Result<(), Failure> + Send + Sync + 'static) -> Self {
        let run = move |_: Callback<String>| {
            let done = run();
            Box::pin(async move { done }) as Pin<Box<dyn Future<Output = _>>>
        };
        Self { label, run: Arc::new(run) }
    }

    /// Something that takes its time.
    pub(crate) fn slow<F>(label: &'static str, run: impl Fn(Callback<String>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Failure>> + 'static,
    {
        Self { label, run: Arc::new(move |tell| Box::pin(run(tell))) }
    }

    /// The command that asks the service for the same.
    pub(crate) fn curl(link: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self::slow("Copy as curl", move |_| {
            let command = crate::files::curl(&link());
            async move { crate::files::copy(&command).await }
        })
    }
}

/// A button that opens the list; Escape or a click elsewhere closes it. What was done, and what failed, is said.
#[component]
pub(crate) fn ExportMenu(
    /// The entries.
    items: Vec<Export>,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let busy = RwSignal::new(None::<&'static str>);
    let said = RwSignal::new(String::new());
    let running = StoredValue::new(None::<AbortHandle>);
    let cancel = move || {
        if let Some(handle) = running.get_value() {
            handle.abort();
        }
    };
    let place = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let id = next_id("export");
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        if !is_open.get_untracked() {
            return;
        }
        let target = event_target::<web_sys::Node>(&event);
        if place.get_untracked().is_some_and(|place| !place.contains(Some(&target))) {
            is_open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
    let start = move |export: Export| {
        is_open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
        busy.set(Some(export.label));
        said.set(String::new());
        let tell = Callback::new(move |text| {
            said.try_set(text);
        });
        // Dropping the work ends whatever it is made of: requests, and the Web Worker.
        let (work, handle) = abortable((export.run)(tell));
        running.set_value(Some(handle));
        spawn_local(async move {
            let done = work.await;
            busy.try_set(None);
            said.try_set(match done {
                Ok(Ok(())) => format!("{}: done", export.label),
                Ok(Err(failure)) => format!("{}: {}", export.label, failure.detail),
                Err(_) => format!("{}: cancelled", export.label),
            });
        });
    };
    let entries = StoredValue::new(items);
    let list = move || {
        entries.with_value(|items| {
            items
                .iter()
                .cloned()
                .map(|export| {
                    let label = export.label;
                    view! {
                        <li>
                            <button type="button" on:click=move |_| start(export.clone())>
                                {label}
                            </button>
                        </li>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <div
            class="export"
            node_ref=place
            on:keydown=move |event| {
                if event.key() == "Escape" && is_open.get_untracked() {
                    is_open.set(false);
                    if let Some(button) = button.get_untracked() {
                        let _ = button.focus();
                    }
                }
            }
        >
            <span class="said" role="status">
                {move || busy.get().map_or_else(|| said.get(), |label| match said.get() {
                    text if text.is_empty() => format!("{label}…"),
                    text => format!("{label}: {text}…"),
                })}
            </span>
            <Show when=move || busy.get().is_some()>
                <button type="button" class="button quiet" on:click=move |_| cancel()>
                    "Cancel"
                </button>
            </Show>
            <button
                type="button"
                class="button quiet"
                node_ref=button
                aria-expanded=move || is_open.get().to_string()
                aria-controls=id.clone()
                disabled=move || busy.get().is_some()
                on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
            >
                "Export"
            </button>
            <ul id=id hidden=move || !is_open.get()>
                {list()}
            </ul>
        </div>
    }
}
