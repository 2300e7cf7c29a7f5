//! What one statement answered.

use domain::ports::StoreError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use worker::D1Result;
use worker::d1::D1ResultMeta;

use super::Cost;

/// The rows of one statement, and what it did and cost.
#[derive(Debug)]
pub(crate) struct Rows {
    source: Source,
    changes: u64,
    cost: Cost,
}

#[derive(Debug)]
enum Source {
    Platform(D1Result),
    #[cfg(test)]
    Memory(Vec<serde_json::Value>),
}

impl Rows {
    /// Takes the platform's result apart.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it is not in the documented shape.
    pub(super) fn from_platform(result: D1Result) -> Result<Self, StoreError> {
        let meta: Option<D1ResultMeta> = result.meta().map_err(|error| unreadable(&error))?;
        let count = |value: Option<usize>| value.map_or(0, |value| value as u64);
        let meta = meta.as_ref();
        Ok(Self {
            changes: count(meta.and_then(|meta| meta.changes)),
            cost: Cost {
                statements: 1,
                rows_read: count(meta.and_then(|meta| meta.rows_read)),
                rows_written: count(meta.and_then(|meta| meta.rows_written)),
            },
            source: Source::Platform(result),
        })
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
            Source::Platform(result) => result.results().map_err(|error| unreadable(&error)),
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

fn unreadable(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Refused(format!("unreadable rows: {error}"))
}
