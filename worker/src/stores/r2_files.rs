//! Objects of the `FILES` bucket: the parts of files being imported as `imports/<import>/<part>`, and whatever else has a key.

use std::ops::Range;

use domain::ports::{ObjectStore, Part, PartStore, StoreError};
use domain::units::UnixMillis;
use worker::{Bucket, Object, Range as ObjectRange, web_sys};

/// The bucket of files.
#[derive(Clone, Debug)]
pub(crate) struct R2Files(pub(crate) Bucket);

/// Objects named by one call of `delete_multiple` at most.
const MOST_DELETED: usize = 1000;

fn folder(import: i64) -> String {
    format!("imports/{import}/")
}

/// The key of a part. Keys sort as their parts do.
fn key(import: i64, number: u32) -> String {
    format!("{}{number:010}", folder(import))
}

fn number_of(key: &str) -> Option<u32> {
    key.rsplit('/').next()?.parse().ok()
}

fn import_of(key: &str) -> Option<i64> {
    key.split('/').nth(1)?.parse().ok()
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn unavailable(error: worker::Error) -> StoreError {
    StoreError::Unavailable(format!("file storage: {error}"))
}

impl R2Files {
    /// Keeps a part that comes as a stream of known length; answers how many bytes it holds.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn put_stream(
        &self,
        import: i64,
        number: u32,
        body: web_sys::ReadableStream,
    ) -> Result<u64, StoreError> {
        let object = self.0.put(key(import, number), body).execute().await.map_err(unavailable)?;
        object.map(|object| object.size()).ok_or_else(|| StoreError::Refused("a part was not kept".to_owned()))
    }

    /// The imports of which parts are kept, ascending.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn imports_with_parts(&self) -> Result<Vec<i64>, StoreError> {
        self.numbers_under("imports/").await
    }

    /// The numbers that name the folders under a prefix, ascending.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn numbers_under(&self, prefix: &str) -> Result<Vec<i64>, StoreError> {
        let mut numbers: Vec<i64> = self.list(prefix).await?.iter().filter_map(|(key, _)| import_of(key)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    /// Forgets every object under a prefix that ends in a slash.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn drop_folder(&self, folder: &str) -> Result<(), StoreError> {
        let keys: Vec<String> = self.list(folder).await?.into_iter().map(|(key, _)| key).collect();
        self.delete(&keys).await
    }

    /// Keys and sizes under a prefix, by key.
    async fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StoreError> {
        self.objects(prefix, |object| Some((object.key(), object.size()))).await
    }

    /// Keys under a prefix of objects put before an instant.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn put_before(&self, prefix: &str, before: UnixMillis) -> Result<Vec<String>, StoreError> {
        let is_old = |object: &Object| i64::try_from(object.uploaded().as_millis()).is_ok_and(|at| at < before.0);
        self.objects(prefix, |object| is_old(object).then(|| object.key())).await
    }

    /// What `take` makes of every object under a prefix, page by page.
    async fn objects<T>(&self, prefix: &str, take: impl Fn(&Object) -> Option<T>) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut page = self.0.list().prefix(prefix);
            if let Some(cursor) = cursor {
                page = page.cursor(cursor);
            }
            let page = page.execute().await.map_err(unavailable)?;
            found.extend(page.objects().iter().filter_map(&take));
            cursor = page.cursor().filter(|_| page.truncated());
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }
}

impl ObjectStore for R2Files {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.0.put(key, bytes).execute().await.map_err(unavailable)?;
        Ok(())
    }

    async fn read(&self, key: &str, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let gone = || StoreError::Conflict(format!("the object {key} is gone"));
        let asked = ObjectRange::OffsetWithLength { offset: range.start, length: range.end - range.start };
        let object = self.0.get(key).range(asked).execute().await.map_err(unavailable)?;
        let body = object.as_ref().and_then(worker::Object::body).ok_or_else(gone)?;
        let bytes = body.bytes().await.map_err(unavailable)?;
        if bytes.len() as u64 == range.end - range.start { Ok(bytes) } else { Err(gone()) }
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let object = self.0.get(key).execute().await.map_err(unavailable)?;
        let Some(body) = object.as_ref().and_then(worker::Object::body) else { return Ok(None) };
        body.bytes().await.map(Some).map_err(unavailable)
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        for some in keys.chunks(MOST_DELETED) {
            self.0.delete_multiple(some.to_vec()).await.map_err(unavailable)?;
        }
        Ok(())
    }
}

impl PartStore for R2Files {
    async fn put_part(&self, import: i64, number: u32, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.0.put(key(import, number), bytes).execute().await.map_err(unavailable)?;
        Ok(())
    }

    async fn parts(&self, import: i64) -> Result<Vec<Part>, StoreError> {
        let part = |(key, bytes): &(String, u64)| Some(Part { number: number_of(key)?, bytes: *bytes });
        Ok(self.list(&folder(import)).await?.iter().filter_map(part).collect())
    }

    async fn read_part(&self, import: i64, number: u32, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let gone = || StoreError::Conflict(format!("part {number} of import {import} is gone"));
        let asked = ObjectRange::OffsetWithLength { offset: range.start, length: range.end - range.start };
        let object = self.0.get(key(import, number)).range(asked).execute().await.map_err(unavailable)?;
        let body = object.as_ref().and_then(worker::Object::body).ok_or_else(gone)?;
        let bytes = body.bytes().await.map_err(unavailable)?;
        if bytes.len() as u64 == range.end - range.start { Ok(bytes) } else { Err(gone()) }
    }

    async fn drop_parts(&self, import: i64) -> Result<(), StoreError> {
        self.drop_folder(&folder(import)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_whose_part_it_is_and_sorts_like_its_number() {
        assert_eq!((import_of(&key(7, 12)), number_of(&key(7, 12))), (Some(7), Some(12)));
        assert!(key(7, 2) < key(7, 10) && key(7, 10) < key(7, 10_001));
        assert!(!key(71, 1).starts_with(&folder(7)));
    }
}
