//! Sending a file: with its progress, which `fetch` does not report, and in parts where it is large.

use std::cell::RefCell;
use std::rc::Rc;

use domain::api::{Import, ImportPart};
use js_sys::Promise;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, ProgressEvent, XmlHttpRequest};

use super::{post_nothing, problem};
use crate::credential::credential;
use crate::load::Failure;

/// Files above this are sent in parts of this size; the service takes 90 MB at once.
const PART_BYTES: f64 = 48.0 * 1024.0 * 1024.0;

/// What a file is sent as, by its name.
fn content_type(name: &str) -> &'static str {
    let name = name.to_lowercase();
    if name.ends_with(".parquet") {
        "application/vnd.apache.parquet"
    } else if name.ends_with(".gz") {
        "application/gzip"
    } else {
        "text/csv"
    }
}

/// Ends the request when it is dropped.
struct Sending(XmlHttpRequest);

impl Drop for Sending {
    fn drop(&mut self) {
        // A request that has ended cannot be ended; either way it is over.
        let _ = self.0.abort();
    }
}

async fn send<T: DeserializeOwned>(
    method: &str,
    link: &str,
    kind: &str,
    body: &Blob,
    progress: Rc<dyn Fn(f64)>,
) -> Result<T, Failure> {
    let refused = |_: JsValue| Failure::of("Not sent", "The browser refused to send the file.");
    let request = XmlHttpRequest::new().map_err(refused)?;
    request.open(method, link).map_err(refused)?;
    request.set_request_header("content-type", kind).map_err(refused)?;
    if let Some(header) = credential().header() {
        request.set_request_header("authorization", &header).map_err(refused)?;
    }
    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| progress(event.loaded()));
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    }
    let sending = Sending(request.clone());
    let ended = Promise::new(&mut |resolve, _| {
        request.set_onloadend(Some(&resolve));
    });
    request.send_with_opt_blob(Some(body)).map_err(refused)?;
    // The promise is never rejected.
    let _ = JsFuture::from(ended).await;
    let status = sending.0.status().unwrap_or(0);
    let text = sending.0.response_text().ok().flatten().unwrap_or_default();
    if (200..300).contains(&status) {
        return serde_json::from_str(&text).map_err(|error| Failure::of("Unreadable answer", error.to_string()));
    }
    if status == 0 {
        return Err(Failure::of(
            "No answer",
            "The connection ended before the file was sent; nothing of it is stored.",
        ));
    }
    Err(problem(status, &text))
}

/// Sends a file of a kind; `progress` is told the share that has been sent. Dropping the future ends it.
pub(crate) async fn upload(kind: &str, file: &File, progress: impl Fn(f64) + 'static) -> Result<Import, Failure> {
    let size = file.size().max(1.0);
    let link = format!("/imports?kind={kind}");
    let progress = Rc::new(progress);
    if size <= PART_BYTES {
        let tell = {
            let progress = progress.clone();
            Rc::new(move |sent: f64| progress(sent / size))
        };
        return send("POST", &link, content_type(&file.name()), file, tell).await;
    }
    let begun: Import = post_nothing(&link).await?;
    let sent = Rc::new(RefCell::new(0.0));
    let mut part = 1;
    while *sent.borrow() < size {
        let start = *sent.borrow();
        let end = (start + PART_BYTES).min(size);
        let piece = file.slice_with_f64_and_f64(start, end);
        let piece = piece.map_err(|_| Failure::of("Not sent", "The browser refused to read the file."))?;
        let tell = {
            let progress = progress.clone();
            Rc::new(move |now: f64| progress((start + now) / size))
        };
        let link = format!("/imports/{}/parts/{part}", begun.id);
        let _: ImportPart = send("PUT", &link, "application/octet-stream", &piece, tell).await?;
        *sent.borrow_mut() = end;
        part += 1;
    }
    post_nothing(&format!("/imports/{}/commit", begun.id)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_sent_as_its_name_says() {
        assert_eq!(content_type("Bars.PARQUET"), "application/vnd.apache.parquet");
        assert_eq!(content_type("bars.csv.gz"), "application/gzip");
        assert_eq!(content_type("bars.txt"), "text/csv");
    }
}
