//! What every [`MarketStore`] promises. Each function wants an empty store and panics where a promise is broken.

use crate::market::{DailyBar, Dividend, ReportedCap, Security, SharesCount, Split};
use crate::ports::{MarketStore, Origin, Published, StoreError};
use crate::units::{Day, DayRange, Ticker, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_718_000_000_000);

/// A Friday, a session.
fn friday() -> Day {
    Day::from_ymd(2024, 6, 7).expect("a day of the calendar")
}

fn ticker(text: &str) -> Ticker {
    text.parse().expect("a ticker")
}

fn bar(symbol: &str, day: Day, close: f64) -> DailyBar {
    DailyBar {
        ticker: ticker(symbol),
        day,
        open: Some(close),
        high: None,
        low: None,
        close,
        adj_close: None,
        volume: Some(1_000.0),
    }
}

fn whole() -> DayRange {
    DayRange::new(friday().plus(-30), friday().plus(30)).expect("ascending")
}

async fn opened(store: &impl MarketStore) -> i64 {
    store.open_batch(Origin::Ingestion, 1, "sample", NOW).await.expect("a batch is opened")
}

async fn published(store: &impl MarketStore, bars: &[DailyBar]) -> Published {
    let batch = opened(store).await;
    store.stage_bars(batch, bars).await.expect("bars are staged");
    store.publish(batch, NOW).await.expect("a batch is published")
}

async fn held(store: &impl MarketStore) -> Vec<Day> {
    store.held_sessions(whole()).await.expect("held sessions are listed")
}

/// Staged rows are invisible until their batch is published, then all are there.
pub async fn staged_rows_are_invisible_until_published(store: &impl MarketStore) {
    let batch = opened(store).await;
    store.stage_bars(batch, &[bar("AAA", friday(), 10.0)]).await.expect("bars are staged");
    store.stage_bars(batch, &[bar("BBB", friday(), 20.0)]).await.expect("a second piece is staged");
    assert_eq!(held(store).await, []);
    let done = store.publish(batch, NOW).await.expect("a batch is published");
    assert_eq!((done.inserted, done.changed, done.unchanged), (2, 0, 0));
    assert_eq!(held(store).await, [friday()]);
}

/// The version rises exactly when something was inserted or changed.
pub async fn the_version_rises_when_something_changed(store: &impl MarketStore) {
    let first = published(store, &[bar("AAA", friday(), 10.0), bar("BBB", friday(), 20.0)]).await;
    let same = published(store, &[bar("AAA", friday(), 10.0), bar("BBB", friday(), 20.0)]).await;
    assert_eq!((same.inserted, same.changed, same.unchanged), (0, 0, 2));
    assert_eq!(same.data_version, first.data_version);
    let revised = published(store, &[bar("AAA", friday(), 10.5), bar("BBB", friday(), 20.0)]).await;
    assert_eq!((revised.inserted, revised.changed, revised.unchanged), (0, 1, 1));
    assert!(revised.data_version > first.data_version);
}

/// A discarded batch leaves nothing, and neither does one that is published a second time.
pub async fn a_batch_is_published_once_or_never(store: &impl MarketStore) {
    let batch = opened(store).await;
    store.stage_bars(batch, &[bar("AAA", friday(), 10.0)]).await.expect("bars are staged");
    store.discard(batch).await.expect("a batch is discarded");
    assert_eq!(held(store).await, []);
    let batch = opened(store).await;
    store.stage_bars(batch, &[bar("AAA", friday(), 10.0)]).await.expect("bars are staged");
    let once = store.publish(batch, NOW).await.expect("a batch is published");
    assert_eq!(once.inserted, 1);
    assert!(matches!(store.publish(batch, NOW).await, Err(StoreError::Conflict(_))));
    assert_eq!(held(store).await, [friday()]);
}

/// Whoever was taken for gone and goes on after all is told so: the half that is staged afterwards never becomes visible.
pub async fn a_batch_that_was_given_up_takes_nothing_more(store: &impl MarketStore) {
    let batch = opened(store).await;
    store.stage_bars(batch, &[bar("AAA", friday(), 10.0)]).await.expect("bars are staged");
    store.discard(batch).await.expect("a batch is discarded");
    let late = store.stage_bars(batch, &[bar("BBB", friday(), 20.0)]).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    let published = store.publish(batch, NOW).await;
    assert!(matches!(published, Err(StoreError::Conflict(_))), "{published:?}");
    assert_eq!(held(store).await, []);
}

/// Batches do not see each other's rows, and each is published by itself.
pub async fn batches_are_independent(store: &impl MarketStore) {
    let (one, other) = (opened(store).await, opened(store).await);
    assert_ne!(one, other);
    let monday = friday().plus(3);
    store.stage_bars(one, &[bar("AAA", friday(), 10.0)]).await.expect("bars are staged");
    store.stage_bars(other, &[bar("AAA", monday, 11.0)]).await.expect("bars are staged");
    store.publish(other, NOW).await.expect("a batch is published");
    assert_eq!(held(store).await, [monday]);
    store.publish(one, NOW).await.expect("a batch is published");
    assert_eq!(held(store).await, [friday(), monday]);
}

/// Held sessions are those of the range with bars, ascending.
pub async fn held_sessions_are_those_with_bars(store: &impl MarketStore) {
    let days = [3, 0, 5, 4].map(|after| friday().plus(after));
    published(store, &days.map(|day| bar("AAA", day, 10.0))).await;
    let batch = opened(store).await;
    let cap = ReportedCap { ticker: ticker("AAA"), day: friday().plus(6), cap: 1.0e9 };
    store.stage_caps(batch, &[cap]).await.expect("caps are staged");
    store.publish(batch, NOW).await.expect("a batch is published");
    let range = DayRange::new(friday(), friday().plus(4)).expect("ascending");
    let found = store.held_sessions(range).await.expect("held sessions are listed");
    assert_eq!(found, [0, 3, 4].map(|after| friday().plus(after)));
}

/// Every kind of row is counted like bars are.
pub async fn every_kind_is_stored_once(store: &impl MarketStore) {
    for again in [false, true] {
        let batch = opened(store).await;
        let named = Security { name: Some("Aaa".to_owned()), ..Security::named(ticker("AAA")) };
        store.stage_securities(batch, &[named]).await.expect("securities are staged");
        store.stage_bars(batch, &[bar("AAA", friday(), 10.0)]).await.expect("bars are staged");
        let cap = ReportedCap { ticker: ticker("AAA"), day: friday(), cap: 1.0e9 };
        store.stage_caps(batch, &[cap]).await.expect("caps are staged");
        let count = SharesCount { ticker: ticker("AAA"), as_of: friday().plus(-90), shares: 1.0e8 };
        store.stage_shares(batch, &[count]).await.expect("share counts are staged");
        let split = Split { ticker: ticker("AAA"), ex_day: friday().plus(-10), ratio: 2.0 };
        store.stage_splits(batch, &[split]).await.expect("splits are staged");
        let dividend = Dividend { ticker: ticker("AAA"), ex_day: friday().plus(-20), amount: 0.25 };
        store.stage_dividends(batch, &[dividend]).await.expect("dividends are staged");
        let done = store.publish(batch, NOW).await.expect("a batch is published");
        let expected = if again { (0, 0, 6) } else { (6, 0, 0) };
        assert_eq!((done.inserted, done.changed, done.unchanged), expected);
    }
}

/// Makes a test of every promise, each with a store of its own from `$store`.
#[macro_export]
macro_rules! market_store_contract {
    ($store:expr) => {
        $crate::market_store_contract!($store;
            staged_rows_are_invisible_until_published
            the_version_rises_when_something_changed
            a_batch_is_published_once_or_never
            a_batch_that_was_given_up_takes_nothing_more
            batches_are_independent
            held_sessions_are_those_with_bars
            every_kind_is_stored_once
        );
    };
    ($store:expr; $($promise:ident)+) => {
        $(#[test]
        fn $promise() {
            pollster::block_on($crate::testing::market_store_contract::$promise(&$store));
        })+
    };
}

#[cfg(test)]
mod tests {
    use crate::testing::MemoryMarketStore;

    crate::market_store_contract!(MemoryMarketStore::default());
}
