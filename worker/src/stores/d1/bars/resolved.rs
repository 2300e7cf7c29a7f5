//! Which series a query reads and what it is restated for, remembered by the isolate: at the same version of the bars it is the
//! same, and the next query of the ticker reads nothing but versions and bars.

use std::cell::RefCell;
use std::collections::HashMap;

use domain::bars::{Adjustment, Factors};
use domain::units::BarInterval;

use super::BarQuery;

/// Entries that are remembered at most; beyond that all are forgotten, which costs one row or two each.
const MOST_ENTRIES: usize = 2_000;

/// What was found out.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// The version of the bars at which it holds.
    pub(super) version: i64,
    pub(super) series: i64,
    pub(super) source: String,
    pub(super) factors: Factors,
}

type Entries = HashMap<(u64, String), Resolved>;

thread_local! {
    static RESOLVED: RefCell<Entries> = RefCell::default();
}

/// What is remembered of a query, perhaps of an older version.
pub(super) fn recall(database: u64, query: &BarQuery<'_>, interval: BarInterval) -> Option<Resolved> {
    let key = (database, key(query, interval)?);
    RESOLVED.with_borrow(|entries| entries.get(&key).cloned())
}

/// Remembers it.
pub(super) fn remember(database: u64, query: &BarQuery<'_>, interval: BarInterval, resolved: Resolved) {
    let Some(key) = key(query, interval) else { return };
    RESOLVED.with_borrow_mut(|entries| {
        if entries.len() >= MOST_ENTRIES {
            entries.clear();
        }
        entries.insert((database, key), resolved);
    });
}

/// Everything that decides it. Dividends are not remembered: what they leave of a price is read from the bars themselves.
fn key(query: &BarQuery<'_>, interval: BarInterval) -> Option<String> {
    if query.adjustment == Adjustment::SplitsAndDividends {
        return None;
    }
    let until = if query.adjustment == Adjustment::Raw { 0 } else { query.today.number() };
    let (source, preferred) = (query.source.unwrap_or_default(), query.preferred);
    Some(format!("{}&{}&{until}&{source}&{preferred}&{}", query.ticker, interval.name(), query.adjustment.name()))
}
