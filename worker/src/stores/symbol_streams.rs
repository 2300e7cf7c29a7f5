//! The streams: one Durable Object a symbol, asked over its requests.

use domain::ports::StoreError;
use domain::stream::{Length, Symbol, values_from_bytes};
use worker::js_sys::{Float64Array, Uint8Array};
use worker::wasm_bindgen::JsCast;
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Headers, Method, ObjectNamespace, Request, RequestInit, web_sys};

use crate::objects::symbol_stream_do::status;

/// All streams.
pub(crate) struct SymbolStreams(pub(crate) ObjectNamespace);

/// What a stream answers instead of doing what was asked.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It has no points.
    Unknown,
    /// It has only so many points, and batches between them and this one are missing.
    Gap(u64),
    /// It has so many points, and others are where this batch would be.
    Taken(u64),
    /// It has only so many points, fewer than the window.
    Incomplete(u64),
    /// Points that old are dropped; the oldest one has this position.
    Gone(u64),
    /// It cannot be asked.
    Store(StoreError),
}

/// No symbol has this name.
const NOBODY: &str = "?ready";

/// What is asked of a window besides its length.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wish {
    /// It must be complete.
    pub(crate) strict: bool,
    /// With its detail.
    pub(crate) full: bool,
}

/// Points of a stream.
#[derive(Debug)]
pub(crate) struct Points {
    /// How many it has ever had.
    pub(crate) total: u64,
    /// The position of the first of these.
    pub(crate) from: u64,
    /// Oldest first.
    pub(crate) values: Vec<f64>,
}

/// The JSON that a stream answers.
pub(crate) struct Json(pub(crate) Uint8Array);

/// A batch that was stored.
pub(crate) struct Stored {
    /// What to answer.
    pub(crate) json: Json,
    /// Whether it was the stream's first.
    pub(crate) is_first: bool,
}

impl SymbolStreams {
    /// Appends points, oldest first; they are on disk when this returns.
    ///
    /// # Errors
    /// [`Refusal::Gap`], [`Refusal::Taken`] or [`Refusal::Store`].
    pub(crate) async fn append(
        &self,
        symbol: &Symbol,
        values: &[f64],
        sequence: Option<u64>,
    ) -> Result<Stored, Refusal> {
        let mut path = format!("/batch?symbol={symbol}");
        if let Some(sequence) = sequence {
            path.push_str(&format!("&sequence={sequence}"));
        }
        let mut init = RequestInit::new();
        init.with_method(Method::Post).with_body(Some(Float64Array::from(values).into()));
        let response = self.ask(symbol, &path, &init).await?;
        let is_first = response.status() == status::CREATED;
        Ok(Stored { json: json(&response).await?, is_first })
    }

    /// The statistics of one window.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::Incomplete`] or [`Refusal::Store`].
    pub(crate) async fn window(&self, symbol: &Symbol, length: Length, wish: Wish) -> Result<Json, Refusal> {
        let mut path = format!("/window?symbol={symbol}&n={}", length.points());
        for (name, wanted) in [("&strict", wish.strict), ("&full", wish.full)] {
            path.push_str(if wanted { name } else { "" });
        }
        json(&self.ask(symbol, &path, &RequestInit::new()).await?).await
    }

    /// The statistics of several windows; of the eight exponents where none is named.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] or [`Refusal::Store`].
    pub(crate) async fn windows(&self, symbol: &Symbol, lengths: &[Length], full: bool) -> Result<Json, Refusal> {
        let list: Vec<String> = lengths.iter().map(|length| length.points().to_string()).collect();
        let path = format!("/windows?symbol={symbol}&n={}{}", list.join(","), if full { "&full" } else { "" });
        json(&self.ask(symbol, &path, &RequestInit::new()).await?).await
    }

    /// At most `count` points from a position on, or the newest.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::Gone`] or [`Refusal::Store`].
    pub(crate) async fn values(&self, symbol: &Symbol, from: Option<u64>, count: u64) -> Result<Points, Refusal> {
        let mut path = format!("/values?symbol={symbol}&n={count}");
        if let Some(from) = from {
            path.push_str(&format!("&from={from}"));
        }
        let Json(body) = json(&self.ask(symbol, &path, &RequestInit::new()).await?).await?;
        let body = body.to_vec();
        let (head, points) = body.split_at_checked(16).ok_or_else(|| failed("points without a head"))?;
        let head = head.as_chunks::<8>().0.iter().map(|eight| u64::from_le_bytes(*eight)).collect::<Vec<_>>();
        let values = values_from_bytes(points).ok_or_else(|| failed("a point is cut"))?;
        Ok(Points { total: head[0], from: head[1], values })
    }

    /// Whether an object that is nobody's stream answers from its storage.
    pub(crate) async fn answers(&self) -> bool {
        let Ok(stub) = self.0.id_from_name(NOBODY).and_then(|id| id.get_stub()) else { return false };
        let Ok(request) = Request::new("https://stream/total?symbol=ready", Method::Get) else { return false };
        stub.fetch_with_request(request).await.is_ok_and(|response| response.status_code() == 200)
    }

    /// How many points the stream has ever had.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub(crate) async fn total(&self, symbol: &Symbol) -> Result<u64, Refusal> {
        let response = self.ask(symbol, &format!("/total?symbol={symbol}"), &RequestInit::new()).await?;
        number(&response).await
    }

    /// Forgets every point.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] or [`Refusal::Store`].
    pub(crate) async fn forget(&self, symbol: &Symbol) -> Result<(), Refusal> {
        let mut init = RequestInit::new();
        init.with_method(Method::Delete);
        self.ask(symbol, &format!("/points?symbol={symbol}"), &init).await.map(drop)
    }

    /// The open end of a WebSocket on which the stream tells its windows.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] or [`Refusal::Store`].
    pub(crate) async fn live(&self, symbol: &Symbol) -> Result<web_sys::Response, Refusal> {
        let mut init = RequestInit::new();
        let headers = Headers::new();
        headers.set("upgrade", "websocket").map_err(failed)?;
        init.with_headers(headers);
        self.ask(symbol, &format!("/live?symbol={symbol}"), &init).await
    }

    /// Asks the object, and reads its refusals.
    async fn ask(&self, symbol: &Symbol, path: &str, init: &RequestInit) -> Result<web_sys::Response, Refusal> {
        let stub = self.0.id_from_name(symbol.as_str()).and_then(|id| id.get_stub()).map_err(failed)?;
        let request = Request::new_with_init(&format!("https://stream{path}"), init).map_err(failed)?;
        let response: web_sys::Response = stub.fetch_with_request(request).await.map_err(failed)?.into();
        match response.status() {
            100..300 => Ok(response),
            status::NO_POINTS => Err(Refusal::Unknown),
            status::SEQUENCE_GAP => Err(Refusal::Gap(number(&response).await?)),
            status::SEQUENCE_TAKEN => Err(Refusal::Taken(number(&response).await?)),
            status::INCOMPLETE => Err(Refusal::Incomplete(number(&response).await?)),
            status::GONE => Err(Refusal::Gone(number(&response).await?)),
            other => Err(failed(format!("the stream answered {other}"))),
        }
    }
}

async fn json(response: &web_sys::Response) -> Result<Json, Refusal> {
    let unreadable = || failed("the stream's answer broke off");
    let promise = response.array_buffer().map_err(|_| unreadable())?;
    let buffer = JsFuture::from(promise).await.map_err(|_| unreadable())?;
    Ok(Json(Uint8Array::new(buffer.unchecked_ref())))
}

async fn number(response: &web_sys::Response) -> Result<u64, Refusal> {
    let Json(text) = json(response).await?;
    let text = String::from_utf8(text.to_vec()).ok();
    text.and_then(|text| text.parse().ok()).ok_or_else(|| failed("the stream answered no number"))
}

fn failed(cause: impl std::fmt::Display) -> Refusal {
    Refusal::Store(StoreError::Unavailable(cause.to_string()))
}
