//! What one statement answered.

use domain::ports::StoreError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use worker::js_sys::{Array, JSON, Reflect};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::worker_sys::D1Result;

use super::Cost;
use crate::stores::native;

/// So many lists are asked for one by one.
const FEW_LISTS: u32 = 8;

/// The rows of one statement, and what it did and cost.
#[derive(Debug)]
pub(crate) struct Rows {
    source: Source,
    changes: u64,
    cost: Cost,
}

#[derive(Debug)]
enum Source {
    /// An array of objects.
    Platform(Option<Array>),
    #[cfg(test)]
    Memory(Vec<serde_json::Value>),
}

impl Rows {
    /// Takes the platform's result apart.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it is not in the documented shape.
    pub(super) fn from_platform(result: &D1Result) -> Result<Self, StoreError> {
        #[derive(Default, Deserialize)]
        struct Meta {
            #[serde(default)]
            changes: u64,
            #[serde(default)]
            rows_read: u64,
            #[serde(default)]
            rows_written: u64,
        }
        let meta = result.meta().map_err(|error| unreadable(&said(&error)))?;
        let Meta { changes, rows_read, rows_written } = of_json(&meta)?;
        let rows = result.results().map_err(|error| unreadable(&said(&error)))?;
        Ok(Self { changes, cost: Cost { statements: 1, rows_read, rows_written }, source: Source::Platform(rows) })
    }

    #[cfg(test)]
    pub(super) fn from_memory(rows: Vec<serde_json::Value>, changes: u64) -> Self {
        let cost = Cost { statements: 1, ..Cost::default() };
        Self { source: Source::Memory(rows), changes, cost }
    }

    /// Every row, its fields by column name.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when a row does not fit `T`.
    pub(crate) fn decode<T: DeserializeOwned>(&self) -> Result<Vec<T>, StoreError> {
        match &self.source {
            Source::Platform(rows) => rows.as_ref().map_or_else(|| Ok(Vec::new()), |rows| of_json(rows)),
            #[cfg(test)]
            Source::Memory(rows) => {
                rows.iter().map(|row| T::deserialize(row).map_err(|error| unreadable(&error))).collect()
            }
        }
    }

    /// The first row, or `None` where there is none. The statement should say `limit 1`: every row crosses anyway.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the row does not fit `T`.
    pub(crate) fn first<T: DeserializeOwned>(&self) -> Result<Option<T>, StoreError> {
        Ok(self.decode()?.into_iter().next())
    }

    /// The entries of all rows, each of which is one JSON array `list` of entries as arrays in the order of the fields of `T`: a row
    /// for each entry costs several times as much to bring over.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when an entry does not fit `T`.
    pub(crate) fn decode_lists<T: DeserializeOwned>(&self) -> Result<Vec<T>, StoreError> {
        let mut entries = Vec::new();
        for list in self.lists()? {
            entries.append(&mut serde_json::from_str(&list).map_err(|error| unreadable(&error))?);
        }
        Ok(entries)
    }

    /// The column `list` of every row.
    fn lists(&self) -> Result<Vec<String>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            list: String,
        }
        match &self.source {
            // Few texts are long ones: each is taken over by itself, without being written into another text and read out of it.
            Source::Platform(Some(rows)) if rows.length() <= FEW_LISTS => {
                let list = |row: JsValue| {
                    let text = Reflect::get(&row, &"list".into()).map_err(|error| unreadable(&said(&error)))?;
                    native::text_of(text.dyn_ref().ok_or_else(|| unreadable(&"a list that is no text"))?)
                };
                rows.iter().map(list).collect()
            }
            _ => Ok(self.decode::<Row>()?.into_iter().map(|row| row.list).collect()),
        }
    }

    /// Columns of the first row as texts, each `None` where it is none: a long text is copied once and read by nobody.
    pub(crate) fn texts<const N: usize>(&self, columns: [&str; N]) -> [Option<String>; N] {
        match &self.source {
            Source::Platform(rows) => columns.map(|column| {
                let row = rows.as_ref()?.get(0);
                native::text_of(Reflect::get(&row, &column.into()).ok()?.dyn_ref()?).ok()
            }),
            #[cfg(test)]
            Source::Memory(rows) => {
                columns.map(|column| rows.first().and_then(|row| row.get(column)?.as_str().map(str::to_owned)))
            }
        }
    }

    /// The only column of the first row; `None` where there is no row or it is `null`.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the value does not fit `T` or the row has other than one column.
    pub(crate) fn scalar<T: DeserializeOwned>(&self) -> Result<Option<T>, StoreError> {
        let Some(row) = self.first::<OneColumn<T>>()? else { return Ok(None) };
        Ok(row.0)
    }

    /// Rows inserted, updated or deleted.
    pub(crate) const fn changes(&self) -> u64 {
        self.changes
    }

    /// What the statement cost.
    pub(super) const fn cost(&self) -> Cost {
        self.cost
    }
}

/// A row of one column, whatever its name.
struct OneColumn<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneColumn<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Visitor<T> {
            type Value = OneColumn<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a row of one column")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut row: A) -> Result<Self::Value, A::Error> {
                let first = row.next_entry::<String, Option<T>>()?;
                if row.next_key::<String>()?.is_some() {
                    return Err(serde::de::Error::custom("more than one column"));
                }
                Ok(OneColumn(first.and_then(|(_, value)| value)))
            }
        }

        deserializer.deserialize_map(Visitor(std::marker::PhantomData))
    }
}

/// Takes a value of JavaScript over as one text: asking it for each field of each row costs ten times as much. Doubles are written
/// with as many digits as tell them apart, and read to the nearest.
fn of_json<T: DeserializeOwned>(value: &JsValue) -> Result<T, StoreError> {
    let text = JSON::stringify(value).map_err(|error| unreadable(&said(&error)))?;
    serde_json::from_str(&native::text_of(&text)?).map_err(|error| unreadable(&error))
}

fn said(error: &JsValue) -> String {
    format!("{error:?}")
}

fn unreadable(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Refused(format!("unreadable rows: {error}"))
}
