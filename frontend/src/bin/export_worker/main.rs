//! The app's second module: makes workbooks in a Web Worker, so that the page stays responsive. It is loaded when the first
//! workbook is asked for; `frontend/export_worker.js` starts it.

mod index;
mod table;

use domain::api::ProblemBody;
use domain::export::{Book, render_xlsx};
use gloo_net::http::Request;
use js_sys::{Function, Uint8Array};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// What is asked for.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Wanted {
    /// An index over a range.
    Index(index::Wanted),
    /// A table of the app.
    Table(table::Wanted),
}

/// Asks the service with the person's credential.
struct Service {
    authorization: Option<String>,
}

impl Service {
    /// The JSON at a link, and the data version it was read under.
    async fn get<T: DeserializeOwned>(&self, link: &str) -> Result<(T, i64), String> {
        let mut request = Request::get(link);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.send().await.map_err(|error| format!("The service does not answer ({error})."))?;
        let version = response.headers().get("x-data-version").and_then(|text| text.parse().ok()).unwrap_or(0);
        let (is_ok, status) = (response.ok(), response.status());
        let text = response.text().await.map_err(|error| format!("The answer broke off ({error})."))?;
        if !is_ok {
            let problem = serde_json::from_str::<ProblemBody>(&text);
            return Err(problem.map_or_else(|_| format!("The service answered with status {status}."), |of| of.detail));
        }
        let value = serde_json::from_str(&text).map_err(|error| format!("The answer could not be read ({error})."))?;
        Ok((value, version))
    }
}

fn render(book: Book) -> Result<Uint8Array, String> {
    let bytes = render_xlsx(book).map_err(|error| error.to_string())?;
    Ok(Uint8Array::from(bytes.as_slice()))
}

/// Makes a workbook. `progress` is told what is being done.
///
/// # Errors
/// A text for a person.
#[wasm_bindgen]
pub async fn workbook(request: String, progress: Function) -> Result<Uint8Array, JsValue> {
    let tell = |text: &str| {
        // Whoever does not listen any more has ended the worker already.
        let _ = progress.call1(&JsValue::NULL, &text.into());
    };
    let made = match serde_json::from_str(&request) {
        Ok(Wanted::Index(wanted)) => index::book(wanted, tell).await.and_then(render),
        Ok(Wanted::Table(wanted)) => table::book(wanted).and_then(render),
        Err(error) => Err(format!("the request could not be read: {error}")),
    };
    made.map_err(|text| JsValue::from_str(&text))
}

fn main() {}
