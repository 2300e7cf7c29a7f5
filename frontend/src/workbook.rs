//! Workbooks, made by a second module in a Web Worker. Both are loaded when the first workbook is asked for.

use std::cell::RefCell;
use std::rc::Rc;

use domain::units::Day;
use js_sys::{Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use serde_json::{Value as Json, json};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::components::table::Value;
use crate::credential::credential;
use crate::files;
use crate::format::Form;
use crate::load::Failure;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Ends the worker, which frees all its memory.
struct Running(Worker);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.terminate();
    }
}

fn refused() -> Failure {
    Failure::of("No workbook", "The browser refused to start the part of the app that makes workbooks.")
}

/// The address of the worker's script, which the page names.
fn script() -> Option<String> {
    let element = document().query_selector("meta[name='export-worker']").ok()??;
    element.get_attribute("content")
}

fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined())
}

/// Makes a workbook; `progress` is told what is being done. Dropping the future ends the work.
async fn make(request: &Json, progress: Callback<String>) -> Result<Uint8Array, Failure> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let script = script().ok_or_else(refused)?;
    let running = Running(Worker::new_with_options(&script, &options).map_err(|_| refused())?);
    let resolve = Rc::new(RefCell::new(None));
    let ended = Promise::new(&mut |resolved, _| *resolve.borrow_mut() = Some(resolved));
    let settle = move |value: &JsValue| {
        if let Some(resolve) = resolve.borrow().as_ref() {
            // The promise's own function does not throw.
            let _ = resolve.call1(&JsValue::NULL, value);
        }
    };
    let on_message = {
        let settle = settle.clone();
        Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            match property(&event.data(), "progress").and_then(|text| text.as_string()) {
                Some(text) => progress.run(text),
                None => settle(&event.data()),
            }
        })
    };
    let on_error = Closure::<dyn Fn(JsValue)>::new(move |_| settle(&JsValue::NULL));
    running.0.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    running.0.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    running.0.post_message(&JsValue::from_str(&request.to_string())).map_err(|_| refused())?;
    let answer = JsFuture::from(ended).await.map_err(|_| refused())?;
    if let Some(bytes) = property(&answer, "bytes").and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok()) {
        return Ok(bytes);
    }
    let failure = property(&answer, "failure").and_then(|text| text.as_string());
    Err(failure.map_or_else(refused, |text| Failure::of("No workbook", text)))
}

/// Saves the workbook of an index over a range: performance, daily compositions, changes, statistics, method.
pub(crate) async fn save_index(
    index: String,
    (from, to): (Option<Day>, Option<Day>),
    progress: Callback<String>,
) -> Result<(), Failure> {
    let text = |day: Option<Day>| day.map(|day| day.to_string());
    let request = json!({
        "kind": "index",
        "index": index,
        "start_date": text(from),
        "end_date": text(to),
        "authorization": credential().header(),
    });
    let bytes = make(&request, progress).await?;
    let ends = from.zip(to).map_or_else(|| "all".to_owned(), |(from, to)| format!("{from}-{to}"));
    files::save(&format!("{index}-{ends}.xlsx"), XLSX, &bytes)
}

/// A table to be saved.
pub(crate) struct Table {
    /// The file's name, without ending.
    pub name: &'static str,
    /// What it shows.
    pub title: String,
    /// Whether it holds made-up prices.
    pub synthetic: bool,
    /// The headings.
    pub columns: Vec<String>,
    /// One value for each column.
    pub rows: Vec<Vec<Value>>,
}

/// How the numbers of a column are shown, by the first one that is there.
fn format_of(rows: &[Vec<Value>], column: usize) -> &'static str {
    let first = rows.iter().filter_map(|row| row.get(column)).find(|value| **value != Value::Absent);
    match first {
        Some(Value::Number(_, form)) => match form {
            Form::Whole => "whole",
            Form::Decimal | Form::Compact => "decimal",
            Form::Fine => "fine",
            Form::Percent | Form::Change | Form::RoundPercent => "percent",
            Form::Significant => "general",
        },
        Some(Value::Day(_)) => "date",
        _ => "general",
    }
}

fn cell(value: &Value) -> Json {
    match value {
        Value::Absent => Json::Null,
        Value::Text(text) => json!(text),
        Value::Number(number, _) => json!(number),
        Value::Day(day) => json!({"day": day.number()}),
        // In words: a workbook has no time zone.
        Value::Instant(_) => json!(value.shown()),
    }
}

fn request_of(table: &Table, day: Day) -> Json {
    let formats = (0..table.columns.len()).map(|column| format_of(&table.rows, column));
    let columns: Vec<Json> =
        table.columns.iter().zip(formats).map(|(title, format)| json!({"title": title, "format": format})).collect();
    let rows: Vec<Vec<Json>> = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    json!({
        "kind": "table",
        "title": table.title,
        "day": day.to_string(),
        "synthetic": table.synthetic,
        "columns": columns,
        "rows": rows,
    })
}

/// Saves a table as a workbook of one sheet.
pub(crate) async fn save_table(table: Table, progress: Callback<String>) -> Result<(), Failure> {
    #[expect(clippy::cast_possible_truncation, reason = "days since 1970")]
    let today = Day::from_number((js_sys::Date::now() / 86_400_000.0) as i32);
    let bytes = make(&request_of(&table, today), progress).await?;
    files::save(&format!("{}.xlsx", table.name), XLSX, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_asked_for_with_its_formats() {
        let table = Table {
            name: "members",
            title: "Members".to_owned(),
            synthetic: true,
            columns: ["Ticker", "Weight", "Since"].map(str::to_owned).to_vec(),
            rows: vec![
                vec![Value::Text("A".into()), Value::Absent, Value::Day(Day::from_number(1))],
                vec![Value::Text("B".into()), Value::Number(0.5, Form::Percent), Value::Absent],
            ],
        };
        let request = request_of(&table, Day::from_number(0));
        let formats: Vec<&str> =
            request["columns"].as_array().unwrap().iter().filter_map(|column| column["format"].as_str()).collect();
        assert_eq!(formats, ["general", "percent", "date"]);
        assert_eq!(request["rows"], json!([["A", null, {"day": 1}], ["B", 0.5, null]]));
        assert_eq!(request["day"], "1970-01-01");
    }
}
