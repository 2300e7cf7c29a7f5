//! Answers shared by all isolates, in KV, under keys that hold the data version: an entry is never wrong, only unused.

use serde::{Deserialize, Serialize};
use worker::KvStore;

/// Entries of versions nobody asks for any more go by themselves.
const TTL_S: u64 = 7 * 24 * 3_600;
/// A query that nobody has sent for so long is sent anew once.
const QUERY_TTL_S: u64 = 30 * 24 * 3_600;
/// Largest entry written. KV takes 25 MiB, but whoever reads one holds it in memory twice.
const MOST_BYTES: usize = 8 << 20;
/// Longest key that KV takes is 512 bytes.
const MOST_KEY_BYTES: usize = 480;

/// What is known of a cached answer beside its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EntryHead {
    /// The value of `etag`.
    pub(crate) etag: String,
    /// The value of `content-type`.
    pub(crate) content_type: String,
    /// The value of `content-disposition`, for a file.
    pub(crate) disposition: Option<String>,
}

/// The cache behind a binding. What fails is logged and counts as a miss: no answer depends on it.
pub(crate) struct KvCache(pub(crate) KvStore);

impl KvCache {
    /// The entry under a key.
    pub(crate) async fn get(&self, key: &str) -> Option<(EntryHead, Vec<u8>)> {
        match self.0.get(&stored_key(key)).bytes().await {
            Ok(stored) => unpack(stored?),
            Err(error) => {
                worker::console_warn!("cache: cannot read: {error:?}");
                None
            }
        }
    }

    /// The GraphQL query of this SHA-256.
    pub(crate) async fn query(&self, hash: &str) -> Option<String> {
        match self.0.get(&query_key(hash)).text().await {
            Ok(query) => query,
            Err(error) => {
                worker::console_warn!("cache: cannot read: {error:?}");
                None
            }
        }
    }

    /// Keeps a GraphQL query under its SHA-256.
    pub(crate) async fn keep_query(&self, hash: &str, query: &str) {
        let written = match self.0.put(&query_key(hash), query) {
            Ok(stored) => stored.expiration_ttl(QUERY_TTL_S).execute().await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            worker::console_warn!("cache: cannot write: {error:?}");
        }
    }

    /// Keeps an entry.
    pub(crate) async fn put(&self, key: &str, head: &EntryHead, body: &[u8]) {
        if body.len() > MOST_BYTES {
            return;
        }
        let stored = self.0.put_bytes(&stored_key(key), &pack(head, body));
        let written = match stored {
            Ok(stored) => stored.expiration_ttl(TTL_S).execute().await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            worker::console_warn!("cache: cannot write: {error:?}");
        }
    }
}

fn query_key(hash: &str) -> String {
    format!("q1:{hash}")
}

/// The key in KV: readable while it is short enough.
fn stored_key(key: &str) -> String {
    if key.len() <= MOST_KEY_BYTES { format!("a1:{key}") } else { format!("a1h:{}", crate::stores::sha256_hex(key)) }
}

/// The head as one line of JSON, then the body.
fn pack(head: &EntryHead, body: &[u8]) -> Vec<u8> {
    let mut packed = serde_json::to_vec(head).unwrap_or_default();
    packed.push(b'\n');
    packed.extend_from_slice(body);
    packed
}

fn unpack(mut packed: Vec<u8>) -> Option<(EntryHead, Vec<u8>)> {
    let end = packed.iter().position(|byte| *byte == b'\n')?;
    let head = serde_json::from_slice(&packed[..end]).ok()?;
    Some((head, packed.split_off(end + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_back_as_it_went() {
        let head = EntryHead { etag: "\"ab\"".into(), content_type: "text/csv".into(), disposition: None };
        let body = b"a\nb\n".to_vec();
        assert_eq!(unpack(pack(&head, &body)), Some((head.clone(), body)));
        assert_eq!(unpack(pack(&head, b"")), Some((head, Vec::new())));
        assert_eq!(unpack(b"{}\nx".to_vec()), None);
        assert_eq!(unpack(Vec::new()), None);
    }

    #[test]
    fn long_keys_are_hashed_into_the_platforms_bounds() {
        assert_eq!(stored_key("k"), "a1:k");
        let long = stored_key(&"k".repeat(481));
        assert!(long.len() < 100 && long != stored_key(&"k".repeat(482)));
        assert!(stored_key(&"k".repeat(480)).len() <= 512);
    }
}
