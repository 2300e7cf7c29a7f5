//! A Durable Object because batches of one symbol must follow one another and none may be lost: one object a symbol orders
//! them, and its storage holds back every answer until what it says is on disk.
//!
//! Between two awaits nothing else runs, so each request reads and changes the stream in one turn.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use domain::api::{AddedBatch, AllStreamStats, StreamStats};
use domain::stream::{Exponent, Length, MOST_BATCH_VALUES, Series, Symbol, Window, WindowError};
use serde::Serialize;
use worker::js_sys::{ArrayBuffer, Date, Float64Array, Uint8Array};
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::{Request, Response};
use worker::worker_sys::DurableObjectState;
use worker::{Delay, State, WebSocketPair, web_sys};

use super::database::ObjectDatabase;
use super::stream_request::{StreamRequest, Wanted};
use super::symbol_stream_rows;
use crate::promised::at_once_or_promised;
use crate::response::response_init;

type Rows = symbol_stream_rows::Rows<ObjectDatabase>;

/// At most ten messages a second to whoever listens.
const LIVE_EVERY_MS: f64 = 100.0;

/// The statuses with which the object answers; `stores::symbol_streams` reads them.
pub(crate) mod status {
    /// The batch was the stream's first.
    pub(crate) const CREATED: u16 = 201;
    /// The stream has no points.
    pub(crate) const NO_POINTS: u16 = 404;
    /// Batches before this one are missing; the text says how many points there are.
    pub(crate) const SEQUENCE_GAP: u16 = 409;
    /// Other points are where this batch would be.
    pub(crate) const SEQUENCE_TAKEN: u16 = 412;
    /// A value is not finite; the text says which and what it is.
    pub(crate) const NOT_FINITE: u16 = 422;
    /// The window is not complete yet, and the client insisted; the text says how many points there are.
    pub(crate) const INCOMPLETE: u16 = 416;
    /// Points that old are dropped; the text says which is the oldest.
    pub(crate) const GONE: u16 = 410;
}

/// The stream of one symbol. It is written for the platform itself: the macro of the `worker` crate reads method, headers and more of
/// each request and makes two responses of each answer, which takes longer than the statistics.
#[wasm_bindgen]
pub struct SymbolStream(Rc<Inner>);

struct Inner {
    state: State,
    rows: worker::Result<Rows>,
    /// Absent before the first request and after a failure: then it is restored from storage.
    memory: RefCell<Option<Memory>>,
    live: Live,
}

#[derive(Default)]
struct Live {
    /// Unix milliseconds of the latest message.
    sent_at: Cell<f64>,
    /// Whether a message is waiting for its time.
    waits: Cell<bool>,
}

struct Memory {
    series: Series,
    /// Answers that are good until the next batch.
    windows: [Option<Window>; Exponent::BOUNDS.1 as usize],
}

/// How a batch with a sequence number relates to what is there.
enum Place {
    Next,
    /// It is there already, point for point.
    There,
    Gap,
    Taken,
}

#[wasm_bindgen(wasm_bindgen_futures = ::worker::wasm_bindgen_futures, js_sys = ::worker::js_sys)]
impl SymbolStream {
    /// A new object, or one that was put to sleep.
    #[wasm_bindgen(constructor)]
    pub fn new(state: DurableObjectState, _env: JsValue) -> Self {
        let state = State::from(state);
        let rows = ObjectDatabase::of(&state).map(Rows::of);
        Self(Rc::new(Inner { state, rows, memory: RefCell::new(None), live: Live::default() }))
    }

    /// Answers a [`StreamRequest`].
    ///
    /// # Errors
    /// Whatever the storage or the platform says; the client is told that the stream could not be asked.
    pub fn fetch(&self, request: Request) -> Result<JsValue, JsValue> {
        let stream = Rc::clone(&self.0);
        at_once_or_promised(async move { Ok(stream.answer(&request).await?) })
    }

    /// Listeners have nothing to say.
    #[wasm_bindgen(js_name = webSocketMessage)]
    pub fn hear(&self, _socket: JsValue, _message: JsValue) {}

    /// A listener has gone.
    #[wasm_bindgen(js_name = webSocketClose)]
    pub fn close(&self, socket: &web_sys::WebSocket, _code: JsValue, _reason: JsValue, _was_clean: JsValue) {
        // The other half may be closed already.
        let _ = socket.close_with_code_and_reason(1_000, "closed");
    }

    /// A listener's connection broke; the platform closes it.
    #[wasm_bindgen(js_name = webSocketError)]
    pub fn lose(&self, _socket: JsValue, _error: JsValue) {}
}

impl Inner {
    async fn answer(self: &Rc<Self>, request: &Request) -> worker::Result<Response> {
        let asked = StreamRequest::from_url(&request.url());
        let asked = asked.ok_or_else(|| worker::Error::from("no such request"))?;
        match &asked.wanted {
            Wanted::Append { sequence } => {
                let body = JsFuture::from(request.array_buffer()?).await?;
                self.append(&asked, body.unchecked_ref(), *sequence)
            }
            Wanted::Window { length, strict, full } => self.window(&asked, *length, *strict, *full),
            Wanted::Windows { lengths, full } => self.windows(&asked, lengths, *full),
            Wanted::Values { from, count } => self.values(*from, *count),
            Wanted::Total => plain(200, &self.rows()?.total()?.to_string()),
            Wanted::Live => self.listen(&asked.symbol),
            Wanted::Forget => self.forget().await,
        }
    }
}

impl Inner {
    fn rows(&self) -> worker::Result<&Rows> {
        self.rows.as_ref().map_err(|error| worker::Error::from(error.to_string()))
    }

    /// Does something with the stream. Where that fails, memory may be ahead of storage and is forgotten.
    fn with_memory<T>(&self, work: impl FnOnce(&Rows, &mut Memory) -> worker::Result<T>) -> worker::Result<T> {
        let rows = self.rows()?;
        let mut slot = self.memory.borrow_mut();
        if slot.is_none() {
            *slot = Some(Memory { series: rows.restore()?, windows: [None; _] });
        }
        let Some(memory) = slot.as_mut() else { return Err("the stream was not restored".into()) };
        let done = work(rows, memory);
        if done.is_err() {
            *slot = None;
        }
        done
    }

    fn append(
        self: &Rc<Self>,
        asked: &StreamRequest,
        body: &ArrayBuffer,
        sequence: Option<u64>,
    ) -> worker::Result<Response> {
        if !body.byte_length().is_multiple_of(8) || body.byte_length() as usize > MOST_BATCH_VALUES * 8 {
            return Err(format!("a batch of {} bytes", body.byte_length()).into());
        }
        let batch = Float64Array::new(body).to_vec();
        if let Some((index, value)) = batch.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            return refuse(status::NOT_FINITE, format!("{index} {value}"));
        }
        let added = batch.len() as u64;
        let (place, before, total) = self.with_memory(|rows, memory| {
            let before = memory.series.total();
            let place = sequence.map_or(Ok(Place::Next), |sequence| place(rows, &memory.series, sequence, &batch))?;
            if matches!(place, Place::Next) && !batch.is_empty() {
                let appended = memory.series.append(&batch).map_err(|error| worker::Error::from(error.to_string()))?;
                memory.windows = [None; _];
                rows.store(&appended, memory.series.total(), added, body)?;
            }
            Ok((place, before, memory.series.total()))
        })?;
        let answer = |total| AddedBatch { symbol: asked.symbol.to_string(), added, total };
        match place {
            Place::Next => {
                if added > 0 {
                    self.announce(&asked.symbol);
                }
                let created = before == 0 && added > 0;
                json(if created { status::CREATED } else { 200 }, asked, &answer(total))
            }
            Place::There => json(200, asked, &answer(sequence.unwrap_or(before) + added)),
            Place::Gap => refuse(status::SEQUENCE_GAP, before),
            Place::Taken => refuse(status::SEQUENCE_TAKEN, before),
        }
    }

    fn window(&self, asked: &StreamRequest, length: Length, strict: bool, full: bool) -> worker::Result<Response> {
        match self.with_memory(|rows, memory| memory.window(rows, length))? {
            None => refuse(status::NO_POINTS, 0),
            Some(window) if strict && !window.is_complete() => refuse(status::INCOMPLETE, window.total),
            Some(window) => json(200, asked, &StreamStats::of(&asked.symbol, &window, full)),
        }
    }

    fn windows(&self, asked: &StreamRequest, lengths: &[Length], full: bool) -> worker::Result<Response> {
        let every: Vec<Length> = Exponent::all().map(Length::from).collect();
        let all = self.windows_of(&asked.symbol, if lengths.is_empty() { &every } else { lengths }, full)?;
        all.map_or_else(|| refuse(status::NO_POINTS, 0), |all| json(200, asked, &all))
    }

    fn all_windows(&self, symbol: &Symbol) -> worker::Result<Option<AllStreamStats>> {
        let lengths: Vec<Length> = Exponent::all().map(Length::from).collect();
        self.windows_of(symbol, &lengths, false)
    }

    fn windows_of(&self, symbol: &Symbol, lengths: &[Length], full: bool) -> worker::Result<Option<AllStreamStats>> {
        self.with_memory(|rows, memory| {
            let windows: worker::Result<Option<Vec<Window>>> =
                lengths.iter().map(|length| memory.window(rows, *length)).collect();
            Ok(windows?.map(|windows| AllStreamStats::of(symbol, memory.series.total(), &windows, full)))
        })
    }

    /// Total and position of the first point, then the points, eight bytes each. Without `from` they are the newest.
    fn values(&self, from: Option<u64>, count: u64) -> worker::Result<Response> {
        self.with_memory(|rows, memory| {
            let series = &memory.series;
            if series.total() == 0 {
                return refuse(status::NO_POINTS, 0);
            }
            let oldest = series.first_point();
            let from = from.unwrap_or_else(|| series.total().saturating_sub(count).max(oldest));
            if from < oldest {
                return refuse(status::GONE, oldest);
            }
            let points = series.points(from, count, |block, skip| rows.points(block, skip)).map_err(unreadable)?;
            let mut body = Vec::with_capacity(16 + points.len() * 8);
            body.extend(series.total().to_le_bytes());
            body.extend(from.to_le_bytes());
            body.extend(points.iter().flat_map(|point| point.to_le_bytes()));
            of_bytes(200, std::iter::empty(), &body)
        })
    }

    async fn forget(&self) -> worker::Result<Response> {
        if self.rows()?.total()? == 0 {
            return refuse(status::NO_POINTS, 0);
        }
        *self.memory.borrow_mut() = None;
        self.state.storage().delete_all().await?;
        *self.memory.borrow_mut() = None;
        Ok(Response::new_with_opt_str_and_init(None, &response_init(204, std::iter::empty())?)?)
    }

    /// Accepts a listener, who may outlast this object's memory, and says how things stand.
    fn listen(&self, symbol: &Symbol) -> worker::Result<Response> {
        let Some(all) = self.all_windows(symbol)? else {
            return refuse(status::NO_POINTS, 0);
        };
        let pair = WebSocketPair::new()?;
        self.state.accept_web_socket(&pair.server);
        pair.server.send_with_str(serde_json::to_string(&all)?)?;
        Ok(worker::Response::from_websocket(pair.client)?.into())
    }

    /// Tells the listeners, now or when their next message is due.
    fn announce(self: &Rc<Self>, symbol: &Symbol) {
        if self.live.waits.get() || self.state.get_websockets().is_empty() {
            return;
        }
        let wait_ms = self.live.sent_at.get() + LIVE_EVERY_MS - Date::now();
        if wait_ms <= 0.0 {
            self.tell(symbol);
            return;
        }
        self.live.waits.set(true);
        let (this, symbol) = (Rc::clone(self), symbol.clone());
        self.state.wait_until(async move {
            Delay::from(Duration::from_secs_f64(wait_ms / 1e3)).await;
            this.live.waits.set(false);
            this.tell(&symbol);
        });
    }

    fn tell(&self, symbol: &Symbol) {
        self.live.sent_at.set(Date::now());
        let told = self.all_windows(symbol).and_then(|all| {
            let Some(all) = all else { return Ok(()) };
            let message = serde_json::to_string(&all)?;
            for socket in self.state.get_websockets() {
                // One that has gone away hears nothing; its close is another event.
                let _ = socket.send_with_str(&message);
            }
            Ok(())
        });
        if let Err(error) = told {
            worker::console_error!(
                "{}",
                serde_json::json!({"level": "error", "event": "stream_live", "cause": error.to_string()})
            );
        }
    }
}

impl Memory {
    fn window(&mut self, rows: &Rows, length: Length) -> worker::Result<Option<Window>> {
        let read = |block, skip| rows.points(block, skip);
        // Windows of other lengths are too many to keep.
        let Some(exponent) = length.exponent() else { return self.series.window(length, read).map_err(unreadable) };
        let kept = &mut self.windows[usize::from(exponent.k()) - 1];
        if kept.is_none() {
            *kept = self.series.window(length, read).map_err(unreadable)?;
        }
        Ok(*kept)
    }
}

fn unreadable(error: WindowError<worker::Error>) -> worker::Error {
    match error {
        WindowError::Read(error) => error,
        WindowError::Damaged(damaged) => worker::Error::from(damaged.to_string()),
    }
}

/// Compares a batch with what is where it says it belongs.
fn place(rows: &Rows, series: &Series, sequence: u64, batch: &[f64]) -> worker::Result<Place> {
    let (total, end) = (series.total(), sequence.saturating_add(batch.len() as u64));
    if sequence == total {
        return Ok(Place::Next);
    }
    if sequence > total {
        return Ok(Place::Gap);
    }
    if end > total || sequence < series.first_point() {
        return Ok(Place::Taken);
    }
    let read = |block, skip| rows.points(block, skip);
    let there = series.points(sequence, batch.len() as u64, read).map_err(unreadable)?;
    let same = there.iter().map(|value| value.to_bits()).eq(batch.iter().map(|value| value.to_bits()));
    Ok(if same { Place::There } else { Place::Taken })
}

fn refuse(status: u16, text: impl std::fmt::Display) -> worker::Result<Response> {
    plain(status, &text.to_string())
}

fn plain(status: u16, text: &str) -> worker::Result<Response> {
    Ok(Response::new_with_opt_str_and_init(Some(text), &response_init(status, std::iter::empty())?)?)
}

fn of_bytes<'a>(
    status: u16,
    headers: impl Clone + Iterator<Item = (&'a str, &'a str)>,
    body: &[u8],
) -> worker::Result<Response> {
    let init = response_init(status, headers)?;
    Ok(Response::new_with_opt_buffer_source_and_init(Some(&Uint8Array::from(body)), &init)?)
}

/// The whole answer to the client, so that nothing between here and there has to be made of it again.
fn json<T: Serialize>(status: u16, asked: &StreamRequest, value: &T) -> worker::Result<Response> {
    let headers = [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", &asked.request_id),
    ];
    of_bytes(status, headers.into_iter(), &serde_json::to_vec(value)?)
}
