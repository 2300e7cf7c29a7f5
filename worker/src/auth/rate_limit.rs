//! How many requests one credential, or one address without a credential, may make.
//!
//! A token bucket in isolate memory: a caller may burst up to the limit and then goes on at its pace. Each isolate counts by
//! itself, so across many of them the limit is a floor for the honest, not a wall; the platform's own rules are the wall.

use std::cell::RefCell;
use std::collections::HashMap;

use domain::units::UnixMillis;

/// Callers remembered at most. Forgetting one only fills its bucket.
const MOST_CALLERS: usize = 20_000;

/// What the bucket says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Whether this request may go on.
    pub(crate) allowed: bool,
    /// Requests a minute.
    pub(crate) limit: u32,
    /// Requests left at once.
    pub(crate) remaining: u32,
    /// Seconds until the bucket is full again, rounded up.
    pub(crate) reset_s: u32,
    /// Seconds until one request is allowed, rounded up; 0 when one is.
    pub(crate) retry_after_s: u32,
}

#[derive(Debug, Default)]
struct Buckets(HashMap<String, Bucket>);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at_ms: i64,
}

/// Takes one request out of the caller's bucket.
pub(crate) fn take(caller: &str, limit_per_minute: u32, now: UnixMillis) -> Allowance {
    thread_local! {
        static BUCKETS: RefCell<Buckets> = RefCell::new(Buckets::default());
    }
    BUCKETS.with_borrow_mut(|buckets| buckets.take(caller, limit_per_minute, now.0))
}

impl Buckets {
    fn take(&mut self, caller: &str, limit: u32, now_ms: i64) -> Allowance {
        let full = f64::from(limit);
        let per_ms = full / 60_000.0;
        if self.0.len() >= MOST_CALLERS && !self.0.contains_key(caller) {
            self.0.retain(|_, bucket| refilled(*bucket, full, per_ms, now_ms) < full);
            if self.0.len() >= MOST_CALLERS {
                self.0.clear();
            }
        }
        let before = self.0.get(caller).map_or(full, |bucket| refilled(*bucket, full, per_ms, now_ms));
        let allowed = before >= 1.0;
        let tokens = if allowed { before - 1.0 } else { before };
        self.0.insert(caller.to_owned(), Bucket { tokens, at_ms: now_ms });
        Allowance {
            allowed,
            limit,
            remaining: whole(tokens.floor()),
            reset_s: whole(((full - tokens) / per_ms / 1_000.0).ceil()),
            retry_after_s: if allowed { 0 } else { whole(((1.0 - tokens) / per_ms / 1_000.0).ceil()) },
        }
    }
}

fn refilled(bucket: Bucket, full: f64, per_ms: f64, now_ms: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds between two requests of one isolate")]
    let elapsed_ms = (now_ms - bucket.at_ms).max(0) as f64;
    (bucket.tokens + elapsed_ms * per_ms).min(full)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, 0 ..= 1 000 000 and saturating")]
fn whole(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_the_pace() {
        let mut buckets = Buckets::default();
        // 60 a minute is one a second.
        for left in (0..60).rev() {
            let allowance = buckets.take("a", 60, 0);
            assert!(allowance.allowed);
            assert_eq!(allowance.remaining, left);
        }
        let refused = buckets.take("a", 60, 0);
        assert_eq!((refused.allowed, refused.retry_after_s, refused.reset_s), (false, 1, 60));
        assert!(!buckets.take("a", 60, 999).allowed);
        assert!(buckets.take("a", 60, 1_000).allowed);
        assert!(!buckets.take("a", 60, 1_000).allowed);
        assert_eq!(buckets.take("a", 60, 1_000_000).remaining, 59);
    }

    #[test]
    fn callers_do_not_share_a_bucket() {
        let mut buckets = Buckets::default();
        assert!(buckets.take("a", 1, 0).allowed && buckets.take("b", 1, 0).allowed);
        assert!(!buckets.take("a", 1, 0).allowed);
    }

    #[test]
    fn a_clock_set_back_refills_nothing() {
        let mut buckets = Buckets::default();
        assert!(buckets.take("a", 1, 60_000).allowed);
        assert!(!buckets.take("a", 1, 0).allowed);
    }

    #[test]
    fn memory_is_bounded() {
        let mut buckets = Buckets::default();
        for caller in 0..=MOST_CALLERS {
            buckets.take(&caller.to_string(), 10, 0);
        }
        assert!(buckets.0.len() <= MOST_CALLERS);
    }
}
