//! Where objects are kept: bytes under a key.

use std::ops::Range;

use crate::ports::StoreError;

/// Objects by key.
///
/// An implementation MUST show an object whole or not at all, MUST let a later object of the same key replace the earlier
/// one, and MUST answer a deletion of what is not there.
#[allow(async_fn_in_trait)]
pub trait ObjectStore {
    /// Keeps an object.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError>;

    /// Bytes of an object, from and to; [`StoreError::Conflict`] when it does not hold them (any more).
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn read(&self, key: &str, range: Range<u64>) -> Result<Vec<u8>, StoreError>;

    /// A whole object, or `None` where there is none.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Forgets objects.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn delete(&self, keys: &[String]) -> Result<(), StoreError>;
}
