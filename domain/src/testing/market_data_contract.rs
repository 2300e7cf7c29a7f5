//! What every source of market data promises, one function a promise.
//!
//! A test makes a [`Case`] of what it knows about its source and runs [`every_promise`].

use std::collections::HashSet;

use crate::ingest::{check_intraday, check_series};
use crate::ports::{Delivered, MarketData};
use crate::units::{BarInterval, Day, DayRange, Ticker};

/// What a test knows about the source it checks.
#[derive(Clone, Debug)]
pub struct Case {
    /// A session of which the source has bars.
    pub session: Day,
    /// A day without trading.
    pub closed_day: Day,
    /// A range in which the source has splits and dividends, where it serves them.
    pub range: DayRange,
    /// A ticker listed on `session` whose share count the source knows, where it serves them.
    pub listed: Ticker,
    /// A ticker that the source does not know.
    pub unknown: Ticker,
    /// An underlying with options on `session`, where the source serves chains.
    pub optioned: Ticker,
    /// A close as it was traded, quote currency per share, of a session before a later split.
    pub raw_close: (Ticker, Day, f64),
}

/// Runs every promise below.
///
/// # Panics
/// Where the source breaks one.
pub async fn every_promise(source: &impl MarketData, case: &Case) {
    a_session_has_bars_of_that_session_each_once(source, case).await;
    a_day_without_trading_is_an_empty_delivery(source, case).await;
    prices_are_as_they_were_traded(source, case).await;
    securities_are_common_stocks_each_once(source, case).await;
    share_counts_are_of_the_tickers_asked_for(source, case).await;
    splits_lie_in_the_range_each_once(source, case).await;
    dividends_lie_in_the_range_each_once(source, case).await;
    bars_of_one_ticker_are_its_own_and_raw(source, case).await;
    chains_are_of_the_underlying_and_session_asked_for(source, case).await;
    asking_twice_gives_the_same(source, case).await;
}

/// The bars of a session are of that day, with positive prices, and no ticker comes twice; caps come only from a source
/// that says so.
///
/// # Panics
/// Where the promise is broken.
pub async fn a_session_has_bars_of_that_session_each_once(source: &impl MarketData, case: &Case) {
    let market = source.daily_market(case.session).await.expect("a session that the source has");
    rejections_have_a_line_and_a_reason(&market.bars);
    let can = source.capabilities();
    assert_eq!(!market.bars.rows.is_empty(), can.daily_market, "bars come exactly from a source that can");
    for bar in &market.bars.rows {
        assert_eq!(bar.day, case.session, "{}", bar.ticker);
        for price in [Some(bar.close), bar.open, bar.high, bar.low, bar.adj_close].into_iter().flatten() {
            assert!(price.is_finite() && price > 0.0, "{}: {price}", bar.ticker);
        }
        assert!(bar.volume.is_none_or(|volume| volume.is_finite() && volume >= 0.0), "{}", bar.ticker);
    }
    each_once(market.bars.rows.iter().map(|bar| &bar.ticker));
    assert!(can.reported_caps || market.caps.is_empty(), "caps come only from a source that reports them");
    assert!(market.caps.iter().all(|cap| cap.day == case.session && cap.cap.is_finite()));
    each_once(market.caps.iter().map(|cap| &cap.ticker));
}

/// A day without trading is no error and no row.
///
/// # Panics
/// Where the promise is broken.
pub async fn a_day_without_trading_is_an_empty_delivery(source: &impl MarketData, case: &Case) {
    let market = source.daily_market(case.closed_day).await.expect("a day without trading is not an error");
    assert!(market.bars.rows.is_empty() && market.bars.rejected.is_empty() && market.caps.is_empty());
}

/// Prices are adjusted for nothing, whatever happened later.
///
/// # Panics
/// Where the promise is broken.
pub async fn prices_are_as_they_were_traded(source: &impl MarketData, case: &Case) {
    if !source.capabilities().daily_market {
        return;
    }
    let (ticker, day, close) = &case.raw_close;
    let market = source.daily_market(*day).await.expect("a session that the source has");
    let bar = market.bars.rows.iter().find(|bar| bar.ticker == *ticker).expect("the ticker traded that day");
    assert!((bar.close / close - 1.0).abs() < 1e-12, "{ticker} closed at {close}, was {}", bar.close);
}

/// Only common stocks are listed, each once, and the listed one is among them.
///
/// # Panics
/// Where the promise is broken.
pub async fn securities_are_common_stocks_each_once(source: &impl MarketData, case: &Case) {
    let listed = source.securities(case.session).await.expect("securities");
    rejections_have_a_line_and_a_reason(&listed);
    let can = source.capabilities().securities;
    assert_eq!(listed.rows.iter().any(|row| row.ticker == case.listed), can, "{} is listed", case.listed);
    assert!(can || listed.rows.is_empty());
    assert!(listed.rows.iter().all(|row| row.kind.as_deref().is_none_or(|kind| kind == "CS")));
    assert!(listed.rows.iter().all(|row| row.list_day.is_none_or(|day| day <= case.session)));
    assert!(listed.rows.iter().all(|row| row.delist_day.is_none_or(|day| day > case.session)));
    each_once(listed.rows.iter().map(|row| &row.ticker));
}

/// Share counts are of tickers that were asked for, known on the day asked for; unknown ones are left out.
///
/// # Panics
/// Where the promise is broken.
pub async fn share_counts_are_of_the_tickers_asked_for(source: &impl MarketData, case: &Case) {
    assert!(source.tickers_per_call() >= 1, "a caller can always make progress");
    let asked = [case.unknown.clone(), case.listed.clone()];
    let counts = source.shares(&asked, case.session).await.expect("an unknown ticker is not an error");
    rejections_have_a_line_and_a_reason(&counts);
    let expected = usize::from(source.capabilities().shares);
    assert_eq!(counts.rows.len(), expected, "only {} is known", case.listed);
    for count in &counts.rows {
        assert_eq!(count.ticker, case.listed);
        assert!(count.as_of <= case.session, "known on the day asked for");
        assert!(count.shares.is_finite() && count.shares > 0.0);
    }
    let none = source.shares(&[], case.session).await.expect("asking for nothing is not an error");
    assert!(none.rows.is_empty() && none.rejected.is_empty());
}

/// Splits are within the range asked for, above 0, each once.
///
/// # Panics
/// Where the promise is broken.
pub async fn splits_lie_in_the_range_each_once(source: &impl MarketData, case: &Case) {
    let splits = source.splits(case.range).await.expect("splits");
    rejections_have_a_line_and_a_reason(&splits);
    assert_eq!(!splits.rows.is_empty(), source.capabilities().splits);
    assert!(splits.rows.iter().all(|split| case.range.contains(split.ex_day)));
    assert!(splits.rows.iter().all(|split| split.ratio.is_finite() && split.ratio > 0.0));
    each_once(splits.rows.iter().map(|split| (&split.ticker, split.ex_day)));
}

/// Dividends are within the range asked for, above 0, at most one per ticker and day.
///
/// # Panics
/// Where the promise is broken.
pub async fn dividends_lie_in_the_range_each_once(source: &impl MarketData, case: &Case) {
    let dividends = source.dividends(case.range).await.expect("dividends");
    rejections_have_a_line_and_a_reason(&dividends);
    assert_eq!(!dividends.rows.is_empty(), source.capabilities().dividends);
    assert!(dividends.rows.iter().all(|dividend| case.range.contains(dividend.ex_day)));
    assert!(dividends.rows.iter().all(|dividend| dividend.amount.is_finite() && dividend.amount > 0.0));
    each_once(dividends.rows.iter().map(|dividend| (&dividend.ticker, dividend.ex_day)));
}

/// Bars of one ticker are of that ticker, of the range and length asked for, each once, as they were traded; a ticker that is
/// not known has none.
///
/// # Panics
/// Where the promise is broken.
pub async fn bars_of_one_ticker_are_its_own_and_raw(source: &impl MarketData, case: &Case) {
    let can = source.capabilities();
    let (ticker, day, close) = &case.raw_close;
    let one_day = DayRange::new(*day, *day).expect("a day is a range");
    let sessions = source.daily_bars(ticker, case.range).await.expect("sessions of a ticker");
    rejections_have_a_line_and_a_reason(&sessions);
    assert_eq!(!sessions.rows.is_empty(), can.ticker_bars, "sessions come exactly from a source that can");
    let passed = check_series(ticker, case.range, sessions.rows.clone());
    assert_eq!(passed.refused, [], "every delivered session is good");
    if can.ticker_bars {
        let day_only = source.daily_bars(ticker, one_day).await.expect("a session of a ticker").rows;
        let bar = day_only.iter().find(|bar| bar.day == *day).expect("the ticker traded that day");
        assert!((bar.close / close - 1.0).abs() < 1e-12, "{ticker} closed at {close}, was {}", bar.close);
    }
    for interval in can.intraday.iter().filter(|interval| **interval == BarInterval::HOUR) {
        let bars = source.intraday_bars(ticker, *interval, one_day).await.expect("bars of a ticker");
        rejections_have_a_line_and_a_reason(&bars);
        assert!(!bars.rows.is_empty(), "{ticker} traded that day");
        let passed = check_intraday(ticker, *interval, case.range, bars.rows.clone());
        assert_eq!(passed.refused, [], "every delivered bar is good");
        let last = bars.rows.iter().max_by_key(|bar| bar.t).expect("there is one");
        assert!((last.close / close - 1.0).abs() < 0.05, "{ticker} closed at {close}, its last hour at {}", last.close);
    }
    let unknown = source.daily_bars(&case.unknown, case.range).await.expect("an unknown ticker is not an error");
    assert!(unknown.rows.is_empty());
    let unknown = source.intraday_bars(&case.unknown, BarInterval::HOUR, case.range).await;
    assert!(unknown.expect("an unknown ticker is not an error").rows.is_empty());
}

/// Quotes are of the underlying and session asked for, of contracts that have not expired, each once; a source without chains
/// has none.
///
/// # Panics
/// Where the promise is broken.
pub async fn chains_are_of_the_underlying_and_session_asked_for(source: &impl MarketData, case: &Case) {
    let chains = source.option_chains(Some(&case.optioned), case.session).await.expect("the chain of a session");
    assert_eq!(!chains.quotes.rows.is_empty(), source.capabilities().chains, "chains come exactly from who can");
    for rejection in &chains.rejected {
        assert!(rejection.line >= 1 && !rejection.reason.is_empty(), "{rejection:?}");
    }
    for row in &chains.quotes.rows {
        let place = usize::try_from(row.underlying).expect("a place in a table");
        assert_eq!(chains.quotes.underlyings.get(place), Some(&case.optioned));
        let quote = &row.quote;
        assert!(quote.day == case.session && quote.expiration >= quote.day, "{quote:?}");
        for price in [quote.strike, quote.underlying_price] {
            assert!(price.is_finite() && price > 0.0, "{quote:?}");
        }
        assert!(quote.bid.is_finite() && quote.bid >= 0.0 && quote.ask.is_finite() && quote.ask >= 0.0, "{quote:?}");
        for number in [quote.iv, quote.delta, quote.gamma, quote.theta, quote.vega].into_iter().flatten() {
            assert!(number.is_finite(), "{quote:?}");
        }
    }
    let contract = |row: &crate::ports::QuoteRow| {
        let quote = &row.quote;
        (quote.expiration, quote.root, quote.right, quote.strike.to_bits())
    };
    each_once(chains.quotes.rows.iter().map(contract));
}

/// The same question has the same answer.
///
/// # Panics
/// Where the promise is broken.
pub async fn asking_twice_gives_the_same(source: &impl MarketData, case: &Case) {
    assert_eq!(source.daily_market(case.session).await, source.daily_market(case.session).await);
    assert_eq!(source.securities(case.session).await, source.securities(case.session).await);
    let asked = [case.listed.clone()];
    assert_eq!(source.shares(&asked, case.session).await, source.shares(&asked, case.session).await);
    assert_eq!(source.splits(case.range).await, source.splits(case.range).await);
    assert_eq!(source.dividends(case.range).await, source.dividends(case.range).await);
}

fn rejections_have_a_line_and_a_reason<T>(delivered: &Delivered<T>) {
    for rejection in &delivered.rejected {
        assert!(rejection.line >= 1 && !rejection.reason.is_empty(), "{rejection:?}");
    }
}

fn each_once<K: std::hash::Hash + Eq + std::fmt::Debug>(keys: impl Iterator<Item = K>) {
    let mut seen = HashSet::new();
    for key in keys {
        let shown = format!("{key:?}");
        assert!(seen.insert(key), "{shown} comes twice");
    }
}
