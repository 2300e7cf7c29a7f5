//! The parts of files that are being imported, kept until the file is read.

use std::ops::Range;

use crate::ports::StoreError;

/// One kept part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its number; a file is its parts in ascending order.
    pub number: u32,
    /// How many bytes it holds.
    pub bytes: u64,
}

/// Where parts are kept.
///
/// An implementation MUST show a part whole or not at all, MUST let a later part of the same number replace the earlier one,
/// and MUST answer `drop_parts` of an import that has none.
#[allow(async_fn_in_trait)]
pub trait PartStore {
    /// Keeps a part.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn put_part(&self, import: i64, number: u32, bytes: Vec<u8>) -> Result<(), StoreError>;

    /// The parts of an import, by ascending number.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn parts(&self, import: i64) -> Result<Vec<Part>, StoreError>;

    /// Bytes of a part, from and to; [`StoreError::Conflict`] when the part does not hold them (any more).
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn read_part(&self, import: i64, number: u32, range: Range<u64>) -> Result<Vec<u8>, StoreError>;

    /// Forgets all parts of an import.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn drop_parts(&self, import: i64) -> Result<(), StoreError>;
}
