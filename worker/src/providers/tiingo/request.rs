//! The URLs of Tiingo's REST API. Pure: no key, no clock, no I/O.

use domain::units::{BarInterval, DayRange, Ticker};

use crate::providers::http::BaseUrl;

/// The sessions of one ticker, raw and adjusted in one record.
pub(super) fn daily(base: &BaseUrl, ticker: &Ticker, range: DayRange) -> String {
    let (first, last) = (range.first().to_string(), range.last().to_string());
    let query = [("format", "json"), ("resampleFreq", "daily"), ("startDate", first.as_str()), ("endDate", &last)];
    base.join(&["tiingo", "daily", &symbol(ticker), "prices"], &query)
}

/// Bars within sessions of one ticker, as traded on IEX.
pub(super) fn intraday(base: &BaseUrl, ticker: &Ticker, interval: BarInterval, range: DayRange) -> String {
    let (first, last) = (range.first().to_string(), range.last().to_string());
    let query = [
        ("format", "json"),
        ("resampleFreq", interval.name()),
        ("columns", "open,high,low,close,volume"),
        ("startDate", first.as_str()),
        ("endDate", &last),
    ];
    base.join(&["iex", &symbol(ticker), "prices"], &query)
}

/// It writes a class behind a dash: `BRK-B`.
fn symbol(ticker: &Ticker) -> String {
    ticker.as_str().replace(['.', '/'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_its_recorded_url_and_no_key() {
        let base = BaseUrl::parse("https://api.tiingo.com").unwrap();
        let range = DayRange::new("2018-01-02".parse().unwrap(), "2018-01-05".parse().unwrap()).unwrap();
        assert_eq!(
            daily(&base, &"BRK.B".parse().unwrap(), range),
            "https://api.tiingo.com/tiingo/daily/BRK-B/prices?format=json&resampleFreq=daily&startDate=2018-01-02\
             &endDate=2018-01-05"
        );
        assert_eq!(
            intraday(&base, &"GOOGL".parse().unwrap(), BarInterval::HALF_HOUR, range),
            "https://api.tiingo.com/iex/GOOGL/prices?format=json&resampleFreq=30min\
             &columns=open%2Chigh%2Clow%2Cclose%2Cvolume&startDate=2018-01-02&endDate=2018-01-05"
        );
    }
}
