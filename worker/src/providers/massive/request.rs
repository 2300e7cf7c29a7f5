//! The URLs of Massive's REST API. Pure: no key, no clock, no I/O.

use domain::units::{BarInterval, Day, DayRange, Ticker};

use super::limits::{HOSTS, INDICES, PAGE_CONTRACTS, PAGE_MINUTES, PAGE_ROWS};
use crate::providers::http::BaseUrl;

/// The whole market's bars of one day, as traded.
pub(super) fn grouped_daily(base: &BaseUrl, day: Day) -> String {
    let day = day.to_string();
    let path = ["v2", "aggs", "grouped", "locale", "us", "market", "stocks", &day];
    base.join(&path, &[("adjusted", "false")])
}

/// The first page of one ticker's sessions, as traded.
pub(super) fn daily(base: &BaseUrl, ticker: &Ticker, range: DayRange) -> String {
    aggregates(base, ticker, ("1", "day"), range)
}

/// The first page of one ticker's bars within sessions, as traded.
pub(super) fn intraday(base: &BaseUrl, ticker: &Ticker, interval: BarInterval, range: DayRange) -> String {
    match interval.minutes() {
        60 => aggregates(base, ticker, ("1", "hour"), range),
        minutes => aggregates(base, ticker, (&minutes.to_string(), "minute"), range),
    }
}

fn aggregates(base: &BaseUrl, ticker: &Ticker, (multiplier, timespan): (&str, &str), range: DayRange) -> String {
    let (first, last) = (range.first().to_string(), range.last().to_string());
    let path = ["v2", "aggs", "ticker", ticker.as_str(), "range", multiplier, timespan, &first, &last];
    base.join(&path, &[("adjusted", "false"), ("sort", "asc"), ("limit", PAGE_MINUTES)])
}

/// The first page of the common stocks listed on a day.
pub(super) fn tickers(base: &BaseUrl, as_of: Day) -> String {
    let date = as_of.to_string();
    let query = [
        ("market", "stocks"),
        ("type", "CS"),
        ("active", "true"),
        ("date", &date),
        ("order", "asc"),
        ("sort", "ticker"),
        ("limit", PAGE_ROWS),
    ];
    base.join(&["v3", "reference", "tickers"], &query)
}

/// What was known of one ticker on a day.
pub(super) fn ticker_details(base: &BaseUrl, ticker: &Ticker, as_of: Day) -> String {
    base.join(&["v3", "reference", "tickers", ticker.as_str()], &[("date", &as_of.to_string())])
}

/// The first page of the splits executed within a range.
pub(super) fn splits(base: &BaseUrl, range: DayRange) -> String {
    let (first, last) = (range.first().to_string(), range.last().to_string());
    let query = [
        ("execution_date.gte", first.as_str()),
        ("execution_date.lte", &last),
        ("order", "asc"),
        ("sort", "execution_date"),
        ("limit", PAGE_ROWS),
    ];
    base.join(&["v3", "reference", "splits"], &query)
}

/// The first page of the cash dividends with an ex-date within a range.
pub(super) fn dividends(base: &BaseUrl, range: DayRange) -> String {
    let (first, last) = (range.first().to_string(), range.last().to_string());
    let query = [
        ("ex_dividend_date.gte", first.as_str()),
        ("ex_dividend_date.lte", &last),
        ("order", "asc"),
        ("sort", "ex_dividend_date"),
        ("limit", PAGE_ROWS),
    ];
    base.join(&["v3", "reference", "dividends"], &query)
}

/// The first page of an underlying's option chain as it is quoted now.
pub(super) fn option_snapshot(base: &BaseUrl, underlying: &Ticker) -> String {
    let name = underlying.as_str();
    let asked = if INDICES.contains(&name) { format!("I:{name}") } else { name.to_owned() };
    let query = [("order", "asc"), ("sort", "ticker"), ("limit", PAGE_CONTRACTS)];
    base.join(&["v3", "snapshot", "options", &asked], &query)
}

/// The page behind a `next_url`, on the configured base, or `None` where it names a host that is not the vendor's.
///
/// The key travels in a header, so one that a server put into the link is left out.
pub(super) fn next_page(base: &BaseUrl, next_url: &str) -> Option<String> {
    base.rebase(next_url, &HOSTS, &["apiKey"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> BaseUrl {
        BaseUrl::parse(text).unwrap()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn every_request_has_its_documented_url() {
        let base = base("https://api.massive.com");
        let range = DayRange::new(day("2026-06-01"), day("2026-06-30")).unwrap();
        assert_eq!(
            grouped_daily(&base, day("2026-06-01")),
            "https://api.massive.com/v2/aggs/grouped/locale/us/market/stocks/2026-06-01?adjusted=false"
        );
        assert_eq!(
            intraday(&base, &"ACME".parse().unwrap(), BarInterval::HOUR, range),
            "https://api.massive.com/v2/aggs/ticker/ACME/range/1/hour/2026-06-01/2026-06-30?adjusted=false&sort=asc\
             &limit=50000"
        );
        assert_eq!(
            tickers(&base, day("2026-06-01")),
            "https://api.massive.com/v3/reference/tickers?market=stocks&type=CS&active=true&date=2026-06-01&order=asc\
             &sort=ticker&limit=1000"
        );
        assert_eq!(
            ticker_details(&base, &"BRK.B".parse().unwrap(), day("2026-06-01")),
            "https://api.massive.com/v3/reference/tickers/BRK.B?date=2026-06-01"
        );
        assert_eq!(
            splits(&base, range),
            "https://api.massive.com/v3/reference/splits?execution_date.gte=2026-06-01&execution_date.lte=2026-06-30\
             &order=asc&sort=execution_date&limit=1000"
        );
        assert_eq!(
            dividends(&base, range),
            "https://api.massive.com/v3/reference/dividends?ex_dividend_date.gte=2026-06-01\
             &ex_dividend_date.lte=2026-06-30&order=asc&sort=ex_dividend_date&limit=1000"
        );
    }

    #[test]
    fn an_index_is_asked_for_with_its_prefix() {
        let url = |underlying: &str| option_snapshot(&base("https://api.massive.com"), &underlying.parse().unwrap());
        assert_eq!(url("AAPL"), "https://api.massive.com/v3/snapshot/options/AAPL?order=asc&sort=ticker&limit=250");
        assert_eq!(url("SPX"), "https://api.massive.com/v3/snapshot/options/I:SPX?order=asc&sort=ticker&limit=250");
    }

    #[test]
    fn a_slash_in_a_ticker_stays_within_its_path_segment() {
        let url = ticker_details(&base("http://127.0.0.1:9/m/"), &"BRK/B".parse().unwrap(), day("2026-06-01"));
        assert_eq!(url, "http://127.0.0.1:9/m/v3/reference/tickers/BRK%2FB?date=2026-06-01");
    }

    #[test]
    fn a_next_page_is_asked_of_the_configured_base() {
        let recorded = base("http://127.0.0.1:9000");
        for host in ["https://api.massive.com", "https://api.polygon.io", "http://127.0.0.1:9000"] {
            assert_eq!(
                next_page(&recorded, &format!("{host}/v3/reference/splits?cursor=YWN0aXZl&apiKey=k")).as_deref(),
                Some("http://127.0.0.1:9000/v3/reference/splits?cursor=YWN0aXZl")
            );
        }
        let prefixed = base("http://127.0.0.1:9000/massive");
        for link in ["https://api.massive.com/v3/x?cursor=a", "http://127.0.0.1:9000/massive/v3/x?cursor=a"] {
            assert_eq!(next_page(&prefixed, link).as_deref(), Some("http://127.0.0.1:9000/massive/v3/x?cursor=a"));
        }
    }

    #[test]
    fn a_next_page_elsewhere_is_none() {
        let base = base("https://api.massive.com");
        for link in [
            "https://evil.example/v3/reference/splits?cursor=a",
            "https://api.massive.com.evil.example/v3",
            "https://api.massive.com@evil.example/v3",
            "http://127.0.0.1:9000/v3",
            "/v3/reference/splits?cursor=a",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(next_page(&base, link), None, "{link}");
        }
    }
}
