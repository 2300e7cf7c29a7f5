//! API keys by the SHA-256 of their text: `hash` is 64 lower-case hexadecimal digits over the whole key, prefix included.
//!
//! A key has 256 random bits, so its plain hash cannot be guessed back, and finding a row by it tells an attacker nothing
//! through timing: the compared text is the hash, which he cannot steer.

use domain::ports::StoreError;
use domain::units::UnixMillis;
use serde::Deserialize;

use super::{D1, Statement};

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct StoredKey {
    pub(crate) id: i64,
    pub(crate) owner: String,
    pub(crate) name: String,
    /// Space-separated.
    pub(crate) scopes: String,
    /// Unix milliseconds.
    pub(crate) created_at: i64,
    /// Unix milliseconds; absent while the key is good.
    pub(crate) revoked_at: Option<i64>,
}

/// A key to be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewKey<'a> {
    pub(crate) hash: &'a str,
    pub(crate) owner: &'a str,
    pub(crate) name: &'a str,
    /// Space-separated.
    pub(crate) scopes: &'a str,
}

/// The key with this hash, unless it is revoked.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn find_good(db: &D1, hash: &str) -> Result<Option<StoredKey>, StoreError> {
    db.run(Statement::new(sql!("api_keys_find")).bind(hash)).await?.first()
}

/// Keeps a key and answers its number.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn add(db: &D1, key: NewKey<'_>, now: UnixMillis) -> Result<i64, StoreError> {
    let statement = Statement::new(sql!("api_keys_add"));
    let statement = statement.bind(key.hash).bind(key.owner).bind(key.name).bind(key.scopes).bind(now);
    let id = db.run(statement).await?.scalar()?;
    id.ok_or_else(|| StoreError::Refused("an inserted key answered no number".into()))
}

/// At most `limit` keys with numbers below `before`, newest first.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn list(db: &D1, before: i64, limit: usize) -> Result<Vec<StoredKey>, StoreError> {
    db.run(Statement::new(sql!("api_keys_list")).bind(before).bind(limit)).await?.decode()
}

/// Revokes a key and answers its hash, or `None` where there is no such key. Revoking twice keeps the first instant.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn revoke(db: &D1, id: i64, now: UnixMillis) -> Result<Option<String>, StoreError> {
    db.run(Statement::new(sql!("api_keys_revoke")).bind(id).bind(now)).await?.scalar()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add_one(db: &D1, hash: &str) -> i64 {
        let key = NewKey { hash, owner: "me", name: "laptop", scopes: "read build" };
        pollster::block_on(add(db, key, UnixMillis(5))).unwrap()
    }

    #[test]
    fn a_key_is_good_until_it_is_revoked() {
        let db = D1::in_memory();
        let id = add_one(&db, "aa");
        let found = pollster::block_on(find_good(&db, "aa")).unwrap().unwrap();
        assert_eq!((found.id, found.owner.as_str(), found.scopes.as_str()), (id, "me", "read build"));
        assert_eq!(pollster::block_on(revoke(&db, id, UnixMillis(7))).unwrap().as_deref(), Some("aa"));
        assert_eq!(pollster::block_on(revoke(&db, id, UnixMillis(9))).unwrap().as_deref(), Some("aa"));
        assert_eq!(pollster::block_on(find_good(&db, "aa")).unwrap(), None);
        let listed = pollster::block_on(list(&db, i64::MAX, 10)).unwrap();
        assert_eq!((listed[0].created_at, listed[0].revoked_at), (5, Some(7)));
        assert_eq!(pollster::block_on(revoke(&db, id + 1, UnixMillis(9))).unwrap(), None);
    }

    #[test]
    fn keys_are_listed_newest_first_by_page() {
        let db = D1::in_memory();
        let ids: Vec<i64> = ["a", "b", "c"].iter().map(|hash| add_one(&db, hash)).collect();
        let page = |before| pollster::block_on(list(&db, before, 2)).unwrap();
        assert_eq!(page(i64::MAX).iter().map(|key| key.id).collect::<Vec<_>>(), [ids[2], ids[1]]);
        assert_eq!(page(ids[1]).iter().map(|key| key.id).collect::<Vec<_>>(), [ids[0]]);
    }
}
