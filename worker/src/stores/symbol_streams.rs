//! The streams: one Durable Object a symbol, asked over its requests.

use domain::ports::StoreError;
use domain::stream::{Length, Symbol, values_from_bytes};
use worker::js_sys::Uint8Array;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Method, ObjectNamespace, Request, web_sys, worker_sys};

use crate::objects::stream_request::{StreamRequest, Wanted};
use crate::objects::symbol_stream_do::status;

/// All streams.
pub(crate) struct SymbolStreams {
    namespace: ObjectNamespace,
    /// The id of the request that is answered.
    request_id: String,
}

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
    /// The value at this position of the batch is not finite.
    NotFinite(usize, String),
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

/// What a stream wrote for the client, with every header.
pub(crate) struct Written(pub(crate) web_sys::Response);

impl Written {
    /// The JSON alone.
    ///
    /// # Errors
    /// [`Refusal::Store`] where it breaks off.
    pub(crate) async fn json(&self) -> Result<Vec<u8>, Refusal> {
        body(&self.0).await
    }
}

/// A batch that was stored.
pub(crate) struct Stored {
    /// What to answer.
    pub(crate) written: Written,
    /// Whether it was the stream's first.
    pub(crate) is_first: bool,
}

impl SymbolStreams {
    /// The streams of a namespace, asked for the sake of the request with this id.
    pub(crate) const fn new(namespace: ObjectNamespace, request_id: String) -> Self {
        Self { namespace, request_id }
    }

    /// Appends points, oldest first; they are on disk when this returns.
    ///
    /// *Inputs*: the body of doubles, little-endian, at most [`domain::stream::MOST_BATCH_VALUES`] of them.
    ///
    /// # Errors
    /// [`Refusal::Gap`], [`Refusal::Taken`], [`Refusal::NotFinite`] or [`Refusal::Store`].
    pub(crate) async fn append(
        &self,
        symbol: &Symbol,
        doubles: &JsValue,
        sequence: Option<u64>,
    ) -> Result<Stored, Refusal> {
        let init = web_sys::RequestInit::new();
        init.set_method("POST");
        init.set_body(doubles);
        let response = self.ask(symbol, Wanted::Append { sequence }, Some(&init)).await?;
        Ok(Stored { is_first: response.status() == status::CREATED, written: Written(response) })
    }

    /// The statistics of one window.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::Incomplete`] or [`Refusal::Store`].
    pub(crate) async fn window(&self, symbol: &Symbol, length: Length, wish: Wish) -> Result<Written, Refusal> {
        let Wish { strict, full } = wish;
        self.ask(symbol, Wanted::Window { length, strict, full }, None).await.map(Written)
    }

    /// The statistics of several windows; of the eight exponents where none is named.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] or [`Refusal::Store`].
    pub(crate) async fn windows(&self, symbol: &Symbol, lengths: &[Length], full: bool) -> Result<Written, Refusal> {
        self.ask(symbol, Wanted::Windows { lengths: lengths.to_vec(), full }, None).await.map(Written)
    }

    /// At most `count` points from a position on, or the newest.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::Gone`] or [`Refusal::Store`].
    pub(crate) async fn values(&self, symbol: &Symbol, from: Option<u64>, count: u64) -> Result<Points, Refusal> {
        let body = body(&self.ask(symbol, Wanted::Values { from, count }, None).await?).await?;
        let (head, points) = body.split_at_checked(16).ok_or_else(|| failed("points without a head"))?;
        let head = head.as_chunks::<8>().0.iter().map(|eight| u64::from_le_bytes(*eight)).collect::<Vec<_>>();
        let values = values_from_bytes(points).ok_or_else(|| failed("a point is cut"))?;
        Ok(Points { total: head[0], from: head[1], values })
    }

    /// Whether an object that is nobody's stream answers from its storage.
    pub(crate) async fn answers(&self) -> bool {
        let Ok(stub) = self.namespace.get_by_name(NOBODY) else { return false };
        let Ok(request) = Request::new("https://stream/total?ready&", Method::Get) else { return false };
        stub.fetch_with_request(request).await.is_ok_and(|response| response.status_code() == 200)
    }

    /// How many points the stream has ever had.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub(crate) async fn total(&self, symbol: &Symbol) -> Result<u64, Refusal> {
        number(&self.ask(symbol, Wanted::Total, None).await?).await
    }

    /// Forgets every point.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] or [`Refusal::Store`].
    pub(crate) async fn forget(&self, symbol: &Symbol) -> Result<(), Refusal> {
        self.ask(symbol, Wanted::Forget, None).await.map(drop)
    }

    /// The open end of a WebSocket on which the stream tells its windows.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] or [`Refusal::Store`].
    pub(crate) async fn live(&self, symbol: &Symbol) -> Result<web_sys::Response, Refusal> {
        let headers = web_sys::Headers::new().map_err(thrown)?;
        headers.set("upgrade", "websocket").map_err(thrown)?;
        let init = web_sys::RequestInit::new();
        init.set_headers(&headers);
        self.ask(symbol, Wanted::Live, Some(&init)).await
    }

    /// Asks the object, and reads its refusals. What it answers stays the platform's: every copy of it would cost more than the
    /// statistics do.
    async fn ask(
        &self,
        symbol: &Symbol,
        wanted: Wanted,
        init: Option<&web_sys::RequestInit>,
    ) -> Result<web_sys::Response, Refusal> {
        let stub = self.namespace.get_by_name(symbol.as_str()).map_err(failed)?;
        let stub: worker_sys::DurableObject = stub.into_rpc();
        let request = StreamRequest { symbol: symbol.clone(), request_id: self.request_id.clone(), wanted };
        let url = request.to_url();
        let promise = match init {
            None => stub.fetch_with_str(&url),
            Some(init) => web_sys::Request::new_with_str_and_init(&url, init)
                .and_then(|request| stub.fetch_with_request(&request)),
        };
        let response = JsFuture::from(promise.map_err(thrown)?).await.map_err(thrown)?;
        let response: web_sys::Response = response.unchecked_into();
        match response.status() {
            100..300 => Ok(response),
            status::NO_POINTS => Err(Refusal::Unknown),
            status::SEQUENCE_GAP => Err(Refusal::Gap(number(&response).await?)),
            status::SEQUENCE_TAKEN => Err(Refusal::Taken(number(&response).await?)),
            status::INCOMPLETE => Err(Refusal::Incomplete(number(&response).await?)),
            status::GONE => Err(Refusal::Gone(number(&response).await?)),
            status::NOT_FINITE => Err(not_finite(&text(&response).await?)),
            other => Err(failed(format!("the stream answered {other}"))),
        }
    }
}

async fn body(response: &web_sys::Response) -> Result<Vec<u8>, Refusal> {
    let unreadable = |_| failed("the stream's answer broke off");
    let promise = response.array_buffer().map_err(unreadable)?;
    Ok(Uint8Array::new(&JsFuture::from(promise).await.map_err(unreadable)?).to_vec())
}

async fn text(response: &web_sys::Response) -> Result<String, Refusal> {
    String::from_utf8(body(response).await?).map_err(failed)
}

async fn number(response: &web_sys::Response) -> Result<u64, Refusal> {
    text(response).await?.parse().map_err(failed)
}

/// The position of the value and the value.
fn not_finite(text: &str) -> Refusal {
    let read = text.split_once(' ').and_then(|(index, value)| Some((index.parse().ok()?, value.to_owned())));
    read.map_or_else(|| failed("the stream did not say which value"), |(index, value)| Refusal::NotFinite(index, value))
}

fn thrown(error: JsValue) -> Refusal {
    failed(worker::Error::from(error))
}

fn failed(cause: impl std::fmt::Display) -> Refusal {
    Refusal::Store(StoreError::Unavailable(cause.to_string()))
}
