//! Files that the app hands to the person, and texts to their clipboard.

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::credential::credential;
use crate::load::Failure;

fn refused(what: &str) -> Failure {
    Failure::of("Not possible here", format!("The browser refused to {what}."))
}

/// Saves bytes as a file of the person's.
pub(crate) fn save(name: &str, kind: &str, bytes: &Uint8Array) -> Result<(), Failure> {
    let properties = BlobPropertyBag::new();
    properties.set_type(kind);
    let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &properties);
    save_blob(name, &blob.map_err(|_| refused("make the file"))?)
}

/// Saves text as a file of the person's.
pub(crate) fn save_text(name: &str, kind: &str, text: &str) -> Result<(), Failure> {
    save(name, kind, &Uint8Array::from(text.as_bytes()))
}

/// Saves a blob as a file of the person's.
pub(crate) fn save_blob(name: &str, blob: &Blob) -> Result<(), Failure> {
    let saved = (|| {
        let url = Url::create_object_url_with_blob(blob)?;
        let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
        // The download has its own handle on the blob once it has begun, which takes a moment.
        set_timeout(move || drop(Url::revoke_object_url(&url)), std::time::Duration::from_secs(30));
        Ok::<(), wasm_bindgen::JsValue>(())
    })();
    saved.map_err(|_| refused("save the file"))
}

/// Puts a text onto the clipboard.
pub(crate) async fn copy(text: &str) -> Result<(), Failure> {
    let copied = JsFuture::from(window().navigator().clipboard().write_text(text)).await;
    copied.map(drop).map_err(|_| refused("copy; the text may only be copied on a secure page"))
}

/// The command that asks the same of the service; a credential is named, never written into it.
pub(crate) fn curl(link: &str) -> String {
    let origin = window().location().origin().unwrap_or_default();
    let key = if credential().is_there_now() { " -H \"authorization: Bearer $KEY\"" } else { "" };
    format!("curl{key} '{origin}{link}'")
}
