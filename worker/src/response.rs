//! Making responses of the platform in as few calls out of this module as can be: each costs about as much as a small copy.

use serde::{Serialize, Serializer};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{js_sys, web_sys};

/// What the platform's constructor is told, as JSON.
#[derive(Serialize)]
struct Init<T> {
    status: u16,
    headers: T,
}

/// Names and values as an object.
struct Named<H>(H);

impl<'a, H: Clone + Iterator<Item = (&'a str, &'a str)>> Serialize for Named<H> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.clone())
    }
}

fn init_as_json<'a>(
    status: u16,
    headers: impl Clone + Iterator<Item = (&'a str, &'a str)>,
) -> serde_json::Result<String> {
    serde_json::to_string(&Init { status, headers: Named(headers) })
}

/// Status and headers for the constructor of a response: one text that JavaScript reads, instead of a call for each header. Of two
/// headers with one name the last counts.
///
/// # Errors
/// None that a text can cause; what the platform refuses of a header it says when the response is made.
pub(crate) fn response_init<'a>(
    status: u16,
    headers: impl Clone + Iterator<Item = (&'a str, &'a str)>,
) -> Result<web_sys::ResponseInit, JsValue> {
    let text = init_as_json(status, headers).map_err(|error| JsValue::from_str(&error.to_string()))?;
    Ok(js_sys::JSON::parse(&text)?.unchecked_into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_the_texts_they_were() {
        let headers = [("etag", "\"a\\b\""), ("content-disposition", "attachment; filename=\"ü.csv\"")];
        let text = init_as_json(304, headers.into_iter()).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["status"], 304);
        for (name, value) in headers {
            assert_eq!(read["headers"][name], value);
        }
    }
}
