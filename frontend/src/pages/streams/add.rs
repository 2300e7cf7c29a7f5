//! Values into a stream: pasted, from a file, or made by a random walk.

use std::cell::Cell;
use std::rc::Rc;

use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use super::numbers::{Layout, Numbers};
use super::send::{Sender, pause_ms};
use crate::components::drop_zone::DropZone;
use crate::components::states::Failed;
use crate::format::{self, Form};
use crate::load::Failure;

/// What is being sent, and what came of it.
#[derive(Clone, Default)]
enum Sending {
    #[default]
    Nothing,
    /// A file: the share that is stored, and the values.
    File(f64, u64),
    /// The generator: values stored, and how many a second.
    Walk(u64, f64),
    Text,
    Done(u64),
    Stopped(u64),
    Failed(Box<Failure>, u64),
}

impl Sending {
    fn is_running(&self) -> bool {
        matches!(self, Self::File(..) | Self::Walk(..) | Self::Text)
    }
}

/// How values come in.
#[derive(Clone)]
enum Way {
    Text,
    File(File),
    Walk,
}

/// The rates that the generator offers, in values a second.
const RATES: [u32; 4] = [100, 1_000, 10_000, 100_000];
/// How often the generator sends.
const WALKS_PER_SECOND: u32 = 10;
/// Where a walk begins that continues nothing.
const WALK_START: f64 = 100.0;
/// The relative size of a step.
const WALK_STEP: f64 = 0.000_2;

fn count(values: u64) -> String {
    format::count(i64::try_from(values).unwrap_or(i64::MAX))
}

/// A walk of steps up and down from `last`, which stays above 0 as a price does.
fn walk(last: f64, values: u32) -> Vec<f64> {
    let mut at = last;
    (0..values)
        .map(|_| {
            at *= 1.0 + WALK_STEP * (2.0 * js_sys::Math::random() - 1.0);
            at
        })
        .collect()
}

/// The part of the page; `last` is the stream's newest value, and `changed` hears that there are more.
#[component]
pub(super) fn AddValues(
    #[prop(into)] symbol: Signal<String>,
    #[prop(into)] last: Signal<Option<f64>>,
    changed: Callback<()>,
) -> impl IntoView {
    let sending = RwSignal::new(Sending::default());
    let text = RwSignal::new(String::new());
    let rate = RwSignal::new(10_000_u32);
    let running = StoredValue::new(None::<AbortHandle>);
    let latest = StoredValue::new_local(None::<Way>);
    let stop = move || {
        if let Some(handle) = running.get_value() {
            handle.abort();
        }
    };
    on_cleanup(stop);

    // Runs the work until it ends, fails or is stopped, and says how much of it is stored.
    let run = move |begun: Sending,
                    stored: Rc<Cell<u64>>,
                    work: futures::future::LocalBoxFuture<'static, Result<(), Failure>>| {
        sending.set(begun);
        let (work, handle) = abortable(work);
        running.set_value(Some(handle));
        spawn_local(async move {
            let ended = work.await;
            let stored = stored.get();
            sending.try_set(match ended {
                Ok(Ok(())) => Sending::Done(stored),
                Ok(Err(failure)) => Sending::Failed(Box::new(failure), stored),
                Err(_) => Sending::Stopped(stored),
            });
            changed.try_run(());
        });
    };

    // A stream that was empty is followed from its first batch on.
    let begun = move |is_first: bool| {
        if is_first {
            changed.try_run(());
        }
    };

    let paste = move || {
        let (symbol, text, stored) = (symbol.get_untracked(), text.get_untracked(), Rc::new(Cell::new(0)));
        let told = stored.clone();
        let work = async move {
            let mut numbers = Numbers::new(Layout::Text);
            let wrong = |message: String| Failure::of("Not all of it is numbers", message);
            let mut values = numbers.feed(text.as_bytes()).map_err(wrong)?;
            values.extend(numbers.finish().map_err(wrong)?);
            if values.is_empty() {
                return Err(Failure::of("Nothing to send", "There is no number in it."));
            }
            let mut sender = Sender::begin(&symbol).await?;
            let sent = sender.send(&values).await;
            told.set(sender.sent);
            sent
        };
        run(Sending::Text, stored, Box::pin(work));
    };
    let send_file = move |file: File| {
        let (symbol, stored) = (symbol.get_untracked(), Rc::new(Cell::new(0)));
        let told = stored.clone();
        let work = async move {
            let mut sender = Sender::begin(&symbol).await?;
            let tell = |share: f64, sent: u64| {
                begun(told.replace(sent) == 0);
                sending.try_set(Sending::File(share, sent));
            };
            sender.send_file(&file, tell).await
        };
        run(Sending::File(0.0, 0), stored, Box::pin(work));
    };
    let generate = move || {
        let (symbol, stored) = (symbol.get_untracked(), Rc::new(Cell::new(0)));
        let mut at = last.get_untracked().filter(|last| *last > 0.0).unwrap_or(WALK_START);
        let (told, rate) = (stored.clone(), rate.get_untracked());
        let work = async move {
            let mut sender = Sender::begin(&symbol).await?;
            let begun_ms = js_sys::Date::now();
            loop {
                let values = walk(at, rate / WALKS_PER_SECOND);
                at = values.last().copied().unwrap_or(at);
                sender.send(&values).await?;
                begun(told.replace(sender.sent) == 0);
                #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
                let sent = sender.sent as f64;
                let passed_s = (js_sys::Date::now() - begun_ms) / 1_000.0;
                sending.try_set(Sending::Walk(sender.sent, if passed_s > 0.0 { sent / passed_s } else { 0.0 }));
                // Where the service is slower than the rate, nothing piles up: the next batch waits for the answer.
                let early_ms = (sent / f64::from(rate) - passed_s) * 1_000.0;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "at most some seconds, not below 0"
                )]
                pause_ms(early_ms.clamp(0.0, 10_000.0) as u64).await;
            }
        };
        run(Sending::Walk(0, 0.0), stored, Box::pin(work));
    };

    let start = move |way: Way| {
        latest.set_value(Some(way.clone()));
        match way {
            Way::Text => paste(),
            Way::File(file) => send_file(file),
            Way::Walk => generate(),
        }
    };
    // What is stored already would be stored twice.
    let retry = move |stored: u64| match latest.get_value() {
        Some(way) if stored == 0 => start(way),
        _ => sending.set(Sending::Nothing),
    };

    let is_running = Memo::new(move |_| sending.with(Sending::is_running));
    let told = move || {
        let done = |what: &str, stored: u64| {
            let text = format!("{what}: {} values are stored.", count(stored));
            view! { <p role="status">{text}</p> }.into_any()
        };
        match sending.get() {
            Sending::Nothing => ().into_any(),
            Sending::Text => view! { <p role="status">"Sending…"</p> }.into_any(),
            Sending::File(share, stored) => view! {
                <p role="status">{format!("Sending: {}, {} values stored", format::number(share, Form::RoundPercent), count(stored))}</p>
                <progress max="1" value=share.to_string() aria-label="Upload progress"></progress>
            }
            .into_any(),
            Sending::Walk(stored, per_second) => view! {
                <p role="status">
                    {format!("{} values stored, {} a second", count(stored), format::number(per_second, Form::Whole))}
                </p>
            }
            .into_any(),
            Sending::Done(stored) => done("Done", stored),
            Sending::Stopped(stored) => done("Stopped", stored),
            Sending::Failed(failure, stored) => view! {
                {(stored > 0).then(|| done("Before it failed", stored))}
                <Failed failure=*failure retry=move || retry(stored) />
            }
            .into_any(),
        }
    };
    let rates = RATES.map(|value| {
        let name = format!("{} a second", format::count(i64::from(value)));
        view! { <option value=value.to_string() selected=move || rate.get() == value>{name}</option> }
    });
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"Add values"</h2>
                <Show when=move || is_running.get()>
                    <button type="button" class="button" on:click=move |_| stop()>
                        "Stop"
                    </button>
                </Show>
            </header>
            <div class="ways-in">
                <form
                    on:submit=move |event| {
                        event.prevent_default();
                        start(Way::Text);
                    }
                >
                    <label class="form-field">
                        "Numbers, oldest first"
                        <textarea
                            rows="4"
                            spellcheck="false"
                            placeholder="101.5, 101.75, 101.25"
                            prop:value=move || text.get()
                            on:input=move |event| text.set(event_target_value(&event))
                        ></textarea>
                    </label>
                    <button type="submit" class="button primary" disabled=move || is_running.get()>
                        "Add them"
                    </button>
                </form>
                <DropZone
                    invitation="Drop a file of numbers here, or "
                    accept=".csv,.txt,.json,.ndjson,.f64,.bin"
                    disabled=is_running
                    taken=Callback::new(move |file| start(Way::File(file)))
                >
                    "Text with commas, blanks or lines between the numbers, or doubles of eight bytes (.f64). A heading is passed over."
                </DropZone>
                <form
                    on:submit=move |event| {
                        event.prevent_default();
                        start(Way::Walk);
                    }
                >
                    <label class="form-field">
                        "Random walk"
                        <select on:change=move |event| {
                            if let Ok(value) = event_target_value(&event).parse() {
                                rate.set(value);
                            }
                        }>{rates}</select>
                    </label>
                    <button type="submit" class="button" disabled=move || is_running.get()>
                        "Start the generator"
                    </button>
                </form>
            </div>
            {told}
        </section>
    }
}
