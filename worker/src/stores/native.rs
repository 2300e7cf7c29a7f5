//! What the platform's own code does many times quicker than this module, which is built for size: copying a long text, digests.

use domain::ports::StoreError;
use worker::js_sys::{self, JsString, Uint8Array};
use worker::wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use worker::wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type TextEncoder;

    #[wasm_bindgen(constructor)]
    fn new() -> TextEncoder;

    #[wasm_bindgen(method)]
    fn encode(this: &TextEncoder, text: &JsString) -> Uint8Array;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"])]
    fn digest(algorithm: &str, bytes: &Uint8Array) -> Result<js_sys::Promise, JsValue>;
}

thread_local! {
    static ENCODER: TextEncoder = TextEncoder::new();
}

/// A text of JavaScript; the usual conversion asks for one character after the other.
///
/// # Errors
/// [`StoreError::Refused`] for bytes that are no text, which an encoder does not write.
pub(crate) fn text_of(text: &JsString) -> Result<String, StoreError> {
    let bytes = ENCODER.with(|encoder| encoder.encode(text));
    String::from_utf8(bytes.to_vec()).map_err(|error| StoreError::Refused(error.to_string()))
}

/// The SHA-256 of some bytes as [`super::sha256_hex`] writes it.
///
/// # Errors
/// [`StoreError::Unavailable`] where the platform has none.
pub(crate) async fn sha256_hex_of(bytes: &Uint8Array) -> Result<String, StoreError> {
    let failed = |error: JsValue| StoreError::Unavailable(format!("no digest: {error:?}"));
    let digest = JsFuture::from(digest("SHA-256", bytes).map_err(failed)?).await.map_err(failed)?;
    Ok(super::hex(&Uint8Array::new(digest.unchecked_ref()).to_vec()))
}
