//! What one isolate remembers between requests: answers by key, and which data versions it has seen.
//!
//! An isolate may end at any time and shares nothing with another; everything here can be made again.

use std::cell::RefCell;
use std::collections::HashMap;

use domain::units::UnixMillis;

use crate::stores::d1::data_versions::Versions;

/// Most bytes of answers that an isolate keeps; it has 128 MB in all.
pub(crate) const CAPACITY_BYTES: usize = 8 << 20;

/// Answers by key. When they outgrow the capacity, those used longest ago are forgotten.
#[derive(Debug)]
pub(crate) struct LruCache<V> {
    entries: HashMap<String, Entry<V>>,
    capacity_bytes: usize,
    used_bytes: usize,
    uses: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    last_use: u64,
}

impl<V: Clone> LruCache<V> {
    /// An empty cache.
    pub(crate) fn new(capacity_bytes: usize) -> Self {
        Self { entries: HashMap::new(), capacity_bytes, used_bytes: 0, uses: 0 }
    }

    /// The value under a key.
    pub(crate) fn get(&mut self, key: &str) -> Option<V> {
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        entry.last_use = self.uses;
        Some(entry.value.clone())
    }

    /// Keeps a value of this size. One larger than a quarter of the capacity is not kept: it would push out all others.
    pub(crate) fn put(&mut self, key: String, value: V, bytes: usize) {
        let bytes = bytes + key.len();
        if bytes > self.capacity_bytes / 4 {
            return;
        }
        self.uses += 1;
        let entry = Entry { value, bytes, last_use: self.uses };
        self.used_bytes += bytes;
        if let Some(replaced) = self.entries.insert(key, entry) {
            self.used_bytes -= replaced.bytes;
        }
        while self.used_bytes > self.capacity_bytes {
            self.forget_oldest();
        }
    }

    // A scan over all entries: it happens only on a miss of a full cache, which costs a query anyway.
    fn forget_oldest(&mut self) {
        let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| key.clone());
        let Some(key) = oldest else { return };
        if let Some(entry) = self.entries.remove(&key) {
            self.used_bytes -= entry.bytes;
        }
    }
}

thread_local! {
    static VERSIONS: RefCell<SeenVersions> = RefCell::new(SeenVersions::default());
}

/// The versions of these scopes as this isolate knows them, or `None` when it must read them.
pub(crate) fn seen_versions(scopes: &[&str], fresh: Freshness) -> Option<Versions> {
    VERSIONS.with_borrow(|seen| seen.get(scopes, fresh))
}

/// Remembers versions that were read at `now`.
pub(crate) fn note_read(scopes: &[&str], versions: &Versions, now: UnixMillis) {
    VERSIONS.with_borrow_mut(|seen| seen.note(scopes, versions, now.0));
}

/// Remembers a publication that this isolate has just made to these scopes, so that its next read is new.
pub(crate) fn note_write(scopes: &[&str], version: i64, now: UnixMillis) {
    VERSIONS.with_borrow_mut(|seen| seen.note_write(scopes, version, now.0));
}

/// The data versions that this isolate has read or written.
#[derive(Debug, Default)]
struct SeenVersions {
    scopes: HashMap<String, Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    /// The scope's own version.
    version: i64,
    /// The version of everything at that moment: the copy knows of every publication up to it.
    all: i64,
    at_ms: i64,
}

/// Which copies are good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Freshness {
    /// The present instant, Unix milliseconds.
    pub(crate) now_ms: i64,
    /// How long a copy is trusted.
    pub(crate) ttl_ms: i64,
    /// What the client has seen already: a copy must know of that publication.
    pub(crate) at_least: i64,
}

impl SeenVersions {
    /// The versions of these scopes, or `None` when one has not been seen, or not recently enough.
    fn get(&self, scopes: &[&str], fresh: Freshness) -> Option<Versions> {
        let mut versions = Versions { all: i64::MAX, scopes: Vec::with_capacity(scopes.len()) };
        for scope in scopes {
            let seen = self.scopes.get(*scope)?;
            let age_ms = fresh.now_ms - seen.at_ms;
            if !(0..fresh.ttl_ms).contains(&age_ms) || seen.all < fresh.at_least {
                return None;
            }
            versions.all = versions.all.min(seen.all);
            versions.scopes.push(seen.version);
        }
        Some(versions)
    }

    /// Remembers what was read. An answer that was overtaken by a newer one changes nothing.
    fn note(&mut self, scopes: &[&str], versions: &Versions, now_ms: i64) {
        // Scopes come from slugs that exist, but nothing else bounds how many of them an isolate meets.
        const MOST_SCOPES: usize = 10_000;
        if self.scopes.len() > MOST_SCOPES {
            self.scopes.clear();
        }
        for (scope, version) in scopes.iter().zip(&versions.scopes) {
            let read = Seen { version: *version, all: versions.all, at_ms: now_ms };
            match self.scopes.get_mut(*scope) {
                Some(seen) if seen.all > read.all => {}
                Some(seen) => *seen = read,
                None => {
                    self.scopes.insert((*scope).to_owned(), read);
                }
            }
        }
    }

    /// Remembers a publication of this isolate's own.
    fn note_write(&mut self, scopes: &[&str], version: i64, now_ms: i64) {
        self.note(scopes, &Versions { all: version, scopes: vec![version; scopes.len()] }, now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_is_forgotten_first() {
        let mut cache = LruCache::new(40);
        for (key, value) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
            cache.put(key.to_owned(), value, 9);
        }
        assert_eq!(cache.get("a"), Some(1));
        cache.put("e".to_owned(), 5, 9);
        assert_eq!((cache.get("b"), cache.get("a"), cache.get("e")), (None, Some(1), Some(5)));
        assert_eq!(cache.used_bytes, 40);
    }

    #[test]
    fn replacing_counts_the_bytes_once_and_a_giant_is_not_kept() {
        let mut cache = LruCache::new(40);
        cache.put("a".to_owned(), 1, 5);
        cache.put("a".to_owned(), 2, 9);
        assert_eq!((cache.get("a"), cache.used_bytes), (Some(2), 10));
        cache.put("b".to_owned(), 3, 10);
        assert_eq!((cache.get("b"), cache.get("a")), (None, Some(2)));
    }

    fn fresh(now_ms: i64, at_least: i64) -> Freshness {
        Freshness { now_ms, ttl_ms: 1_000, at_least }
    }

    #[test]
    fn a_copy_is_trusted_for_its_time_and_up_to_what_it_knows() {
        let mut seen = SeenVersions::default();
        let versions = Versions { all: 7, scopes: vec![5, 3] };
        seen.note(&["market", "index:a"], &versions, 100);
        assert_eq!(seen.get(&["market", "index:a"], fresh(1_099, 7)), Some(versions));
        assert_eq!(seen.get(&["market"], fresh(1_100, 0)), None, "too old");
        assert_eq!(seen.get(&["market"], fresh(100, 8)), None, "the client has seen publication 8");
        assert_eq!(seen.get(&["market", "index:b"], fresh(100, 0)), None, "never read");
        assert_eq!(seen.get(&["market"], fresh(99, 0)), None, "a clock set back");
    }

    #[test]
    fn own_writes_count_at_once_and_late_answers_change_nothing() {
        let mut seen = SeenVersions::default();
        seen.note_write(&["index:a"], 9, 100);
        seen.note(&["index:a"], &Versions { all: 8, scopes: vec![2] }, 200);
        assert_eq!(seen.get(&["index:a"], fresh(300, 9)), Some(Versions { all: 9, scopes: vec![9] }));
    }
}
