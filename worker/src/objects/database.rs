//! The SQLite of an object, as far as its rows are concerned; natively another SQLite stands in for it.

use worker::js_sys::{ArrayBuffer, Float64Array, Function, Reflect, Uint8Array};
use worker::wasm_bindgen::closure::Closure;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{SqlStorage, State};

/// A statement that changes something, with its parameters.
pub(super) struct Change<'a> {
    pub(super) statement: &'static str,
    pub(super) values: Vec<Value<'a>>,
}

/// A parameter.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Number(i64),
    Bytes(&'a [u8]),
    Points(&'a [f64]),
    /// The bytes of the batch that is stored, from this one on.
    Batch(usize),
}

/// A column of a row.
#[derive(Debug)]
pub(super) enum Field {
    Number(i64),
    Bytes(Vec<u8>),
}

/// Rows out, changes in.
pub(super) trait Database {
    /// The bytes of a batch where they came from.
    type Batch;

    /// The rows of one statement.
    fn rows(&self, statement: &str, values: &[i64]) -> worker::Result<Vec<Vec<Field>>>;

    /// Does all of it, or nothing and says why.
    fn apply(&self, changes: &[Change<'_>], batch: &Self::Batch) -> worker::Result<()>;
}

/// The platform's.
pub(super) struct ObjectDatabase {
    sql: SqlStorage,
    /// The storage itself: the transaction of one turn has no wrapper.
    storage: JsValue,
}

impl ObjectDatabase {
    pub(super) fn of(state: &State) -> worker::Result<Self> {
        Ok(Self { sql: state.storage().sql(), storage: state.as_raw().storage()?.into() })
    }
}

impl Database for ObjectDatabase {
    type Batch = ArrayBuffer;

    fn rows(&self, statement: &str, values: &[i64]) -> worker::Result<Vec<Vec<Field>>> {
        let params: Vec<JsValue> = values.iter().map(|value| number(*value)).collect();
        let cursor = self.sql.exec_raw(statement, params)?;
        let names: Vec<JsValue> = cursor.column_names().iter().map(|name| JsValue::from_str(name)).collect();
        let fields = |row: JsValue| names.iter().map(|name| field(&Reflect::get(&row, name)?)).collect();
        cursor.map(|row| row.and_then(fields)).collect()
    }

    fn apply(&self, changes: &[Change<'_>], batch: &ArrayBuffer) -> worker::Result<()> {
        let prepared: Vec<(&'static str, Vec<JsValue>)> = changes
            .iter()
            .map(|change| (change.statement, change.values.iter().map(|value| param(value, batch)).collect()))
            .collect();
        let sql = self.sql.clone();
        let work =
            move || prepared.into_iter().try_for_each(|(statement, values)| sql.exec_raw(statement, values).map(drop));
        let transaction: Function = Reflect::get(&self.storage, &"transactionSync".into())?.dyn_into()?;
        let callback = Closure::once_into_js(move || work().map_err(JsValue::from));
        transaction.call1(&self.storage, &callback)?;
        Ok(())
    }
}

fn param(value: &Value<'_>, batch: &ArrayBuffer) -> JsValue {
    match value {
        Value::Number(value) => number(*value),
        Value::Bytes(bytes) => Uint8Array::from(*bytes).into(),
        Value::Points(points) => Float64Array::from(*points).buffer().into(),
        Value::Batch(0) => batch.into(),
        #[expect(clippy::cast_possible_truncation, reason = "a batch has at most 80 000 bytes")]
        Value::Batch(from) => Uint8Array::new_with_byte_offset(batch, *from as u32).into(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of points and blocks are below 2^53")]
fn number(value: i64) -> JsValue {
    JsValue::from_f64(value as f64)
}

#[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
fn field(value: &JsValue) -> worker::Result<Field> {
    if let Some(number) = value.as_f64() {
        return Ok(Field::Number(number as i64));
    }
    let bytes: &ArrayBuffer =
        value.dyn_ref().ok_or_else(|| worker::Error::from("a column is neither number nor blob"))?;
    Ok(Field::Bytes(Uint8Array::new(bytes).to_vec()))
}
