//! A Durable Object because batches of one symbol must follow one another and none may be lost: one object a symbol orders
//! them, and its storage holds back every answer until what it says is on disk.
//!
//! Between two awaits nothing else runs, so each request reads and changes the stream in one turn.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use domain::api::{AddedBatch, AllStreamStats, StreamStats};
use domain::stream::{Exponent, Length, Series, Symbol, Window, WindowError};
use serde::Serialize;
use worker::js_sys::{Date, Float64Array};
use worker::wasm_bindgen_futures::JsFuture;
use worker::{
    Delay, DurableObject, Env, Method, Request, Response, State, WebSocket, WebSocketIncomingMessage, WebSocketPair,
    durable_object,
};

use super::symbol_stream_rows::Rows;

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
    /// The window is not complete yet, and the client insisted; the text says how many points there are.
    pub(crate) const INCOMPLETE: u16 = 416;
    /// Points that old are dropped; the text says which is the oldest.
    pub(crate) const GONE: u16 = 410;
}

/// The stream of one symbol.
#[durable_object(websocket)]
pub(crate) struct SymbolStream(Rc<Inner>);

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

impl DurableObject for SymbolStream {
    fn new(state: State, _env: Env) -> Self {
        let rows = Rows::of(&state);
        Self(Rc::new(Inner { state, rows, memory: RefCell::new(None), live: Live::default() }))
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let url = request.url()?;
        let parameter = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value);
        let symbol = parameter("symbol").and_then(|name| Symbol::new(&name).ok());
        let symbol = symbol.ok_or_else(|| worker::Error::from("the symbol is missing"))?;
        match (request.method(), url.path()) {
            (Method::Post, "/batch") => {
                let sequence = parameter("sequence").and_then(|text| text.parse().ok());
                let buffer = JsFuture::from(request.inner().array_buffer()?).await?;
                self.0.append(&symbol, &Float64Array::new(&buffer).to_vec(), sequence)
            }
            (Method::Get, "/window") => {
                let length = parameter("n").and_then(|text| text.parse().ok()).and_then(Length::new);
                let length = length.ok_or_else(|| worker::Error::from("n is missing"))?;
                self.0.window(&symbol, length, parameter("strict").is_some(), parameter("full").is_some())
            }
            (Method::Get, "/windows") => {
                let lengths = lengths(&parameter("n").unwrap_or_default())?;
                self.0.windows(&symbol, &lengths, parameter("full").is_some())
            }
            (Method::Get, "/values") => {
                let number = |name: &str| parameter(name).and_then(|text| text.parse::<u64>().ok());
                let count = number("n").ok_or_else(|| worker::Error::from("n is missing"))?;
                self.0.values(number("from"), count)
            }
            (Method::Get, "/total") => Response::ok(self.0.rows()?.total()?.to_string()),
            (Method::Get, "/live") => self.0.listen(&symbol),
            (Method::Delete, "/points") => self.0.forget().await,
            _ => Response::error("no such request", 400),
        }
    }

    async fn websocket_message(&self, _socket: WebSocket, _message: WebSocketIncomingMessage) -> worker::Result<()> {
        // Listeners have nothing to say.
        Ok(())
    }

    async fn websocket_close(
        &self,
        socket: WebSocket,
        _code: usize,
        _reason: String,
        _was_clean: bool,
    ) -> worker::Result<()> {
        // The other half may be closed already.
        let _ = socket.close(Some(1_000), Some("closed"));
        Ok(())
    }

    async fn websocket_error(&self, _socket: WebSocket, _error: worker::Error) -> worker::Result<()> {
        Ok(())
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

    fn append(self: &Rc<Self>, symbol: &Symbol, batch: &[f64], sequence: Option<u64>) -> worker::Result<Response> {
        let (place, before, total) = self.with_memory(|rows, memory| {
            let before = memory.series.total();
            let place = sequence.map_or(Ok(Place::Next), |sequence| place(rows, &memory.series, sequence, batch))?;
            if matches!(place, Place::Next) && !batch.is_empty() {
                let appended = memory.series.append(batch).map_err(|error| worker::Error::from(error.to_string()))?;
                memory.windows = [None; _];
                rows.store(appended, batch, memory.series.total())?;
            }
            Ok((place, before, memory.series.total()))
        })?;
        let added = batch.len() as u64;
        let answer = |total| AddedBatch { symbol: symbol.to_string(), added, total };
        match place {
            Place::Next => {
                if added > 0 {
                    self.announce(symbol);
                }
                let created = before == 0 && added > 0;
                json(&answer(total), if created { status::CREATED } else { 200 })
            }
            Place::There => json(&answer(sequence.unwrap_or(before) + added), 200),
            Place::Gap => Ok(Response::ok(before.to_string())?.with_status(status::SEQUENCE_GAP)),
            Place::Taken => Ok(Response::ok(before.to_string())?.with_status(status::SEQUENCE_TAKEN)),
        }
    }

    fn window(&self, symbol: &Symbol, length: Length, strict: bool, full: bool) -> worker::Result<Response> {
        match self.with_memory(|rows, memory| memory.window(rows, length))? {
            None => Ok(Response::empty()?.with_status(status::NO_POINTS)),
            Some(window) if strict && !window.is_complete() => {
                Ok(Response::ok(window.total.to_string())?.with_status(status::INCOMPLETE))
            }
            Some(window) => json(&StreamStats::of(symbol, &window, full), 200),
        }
    }

    fn windows(&self, symbol: &Symbol, lengths: &[Length], full: bool) -> worker::Result<Response> {
        let all = self.windows_of(symbol, lengths, full)?;
        all.map_or_else(|| Ok(Response::empty()?.with_status(status::NO_POINTS)), |all| json(&all, 200))
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
                return Ok(Response::empty()?.with_status(status::NO_POINTS));
            }
            let oldest = series.first_point();
            let from = from.unwrap_or_else(|| series.total().saturating_sub(count).max(oldest));
            if from < oldest {
                return Ok(Response::ok(oldest.to_string())?.with_status(status::GONE));
            }
            let points = series.points(from, count, |block, skip| rows.points(block, skip)).map_err(unreadable)?;
            let mut body = Vec::with_capacity(16 + points.len() * 8);
            body.extend(series.total().to_le_bytes());
            body.extend(from.to_le_bytes());
            body.extend(points.iter().flat_map(|point| point.to_le_bytes()));
            Response::from_bytes(body)
        })
    }

    async fn forget(&self) -> worker::Result<Response> {
        if self.rows()?.total()? == 0 {
            return Ok(Response::empty()?.with_status(status::NO_POINTS));
        }
        *self.memory.borrow_mut() = None;
        self.state.storage().delete_all().await?;
        *self.memory.borrow_mut() = None;
        Ok(Response::empty()?.with_status(204))
    }

    /// Accepts a listener, who may outlast this object's memory, and says how things stand.
    fn listen(&self, symbol: &Symbol) -> worker::Result<Response> {
        let Some(all) = self.all_windows(symbol)? else {
            return Ok(Response::empty()?.with_status(status::NO_POINTS));
        };
        let pair = WebSocketPair::new()?;
        self.state.accept_web_socket(&pair.server);
        pair.server.send_with_str(serde_json::to_string(&all)?)?;
        Response::from_websocket(pair.client)
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

/// Lengths separated by commas; the eight of the exponents where none is given.
fn lengths(list: &str) -> worker::Result<Vec<Length>> {
    if list.is_empty() {
        return Ok(Exponent::all().map(Length::from).collect());
    }
    let read = |text: &str| text.parse().ok().and_then(Length::new);
    let lengths = list.split(',').map(read).collect::<Option<Vec<_>>>();
    lengths.ok_or_else(|| worker::Error::from("a length is none"))
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

fn json<T: Serialize>(value: &T, status: u16) -> worker::Result<Response> {
    Ok(Response::from_bytes(serde_json::to_vec(value)?)?.with_status(status))
}
