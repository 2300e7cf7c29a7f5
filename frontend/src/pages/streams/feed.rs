//! What a stream tells, as it happens: over a WebSocket, and by asking again and again while there is none.

use std::time::Duration;

use domain::api::AllStreamStats;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{MessageEvent, WebSocket};

use crate::api;

/// How the page hears of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hearing {
    /// The socket is being opened.
    Connecting,
    /// At once.
    Live,
    /// By asking every second: the socket was refused or broke off, and is tried again.
    Asking,
}

/// Asking again, and trying the socket again, in milliseconds.
const ASK_EVERY_MS: u64 = 1_000;
const RETRY_EVERY_TICKS: u32 = 5;

/// An open socket with what listens to it; dropped, it is closed and hears no more.
struct Socket {
    socket: WebSocket,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_change: [Closure<dyn Fn()>; 2],
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onopen(None);
        self.socket.set_onclose(None);
        // One that is closed already stays so.
        let _ = self.socket.close();
    }
}

fn open(symbol: &str, hearing: RwSignal<Hearing>, heard: Callback<AllStreamStats>) -> Option<Socket> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    let link = format!("{scheme}://{}{}", location.host().ok()?, api::stream_live_link(symbol));
    let socket = WebSocket::new(&link).ok()?;
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let stats = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
        if let Some(stats) = stats {
            heard.run(stats);
        }
    });
    let becomes = move |now: Hearing| {
        Closure::<dyn Fn()>::new(move || {
            hearing.try_set(now);
        })
    };
    let on_change = [becomes(Hearing::Live), becomes(Hearing::Asking)];
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    socket.set_onopen(Some(on_change[0].as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_change[1].as_ref().unchecked_ref()));
    Some(Socket { socket, _on_message: on_message, _on_change: on_change })
}

/// Follows a stream until the page is left.
pub(super) fn follow(symbol: &str, heard: Callback<AllStreamStats>) -> RwSignal<Hearing> {
    let hearing = RwSignal::new(Hearing::Connecting);
    let socket = StoredValue::new_local(open(symbol, hearing, heard));
    let ticks = StoredValue::new(0_u32);
    let symbol = symbol.to_owned();
    let tick = move || {
        if hearing.get_untracked() != Hearing::Asking {
            return;
        }
        ticks.update_value(|ticks| *ticks += 1);
        if ticks.get_value().is_multiple_of(RETRY_EVERY_TICKS) {
            socket.set_value(open(&symbol, hearing, heard));
        }
        let symbol = symbol.clone();
        spawn_local(async move {
            // What fails now is asked again in a second.
            if let Ok(stats) = api::stream_stats(&symbol).await {
                heard.try_run(stats);
            }
        });
    };
    let timer = set_interval_with_handle(tick, Duration::from_millis(ASK_EVERY_MS));
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
        socket.set_value(None);
    });
    hearing
}
