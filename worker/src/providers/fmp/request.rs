//! The URLs of FMP's REST API. Pure: no key, no clock, no I/O.

use domain::units::{BarInterval, DayRange, Ticker};

use crate::providers::http::BaseUrl;

/// The sessions of one ticker, as traded.
pub(super) fn daily(base: &BaseUrl, ticker: &Ticker, range: DayRange) -> String {
    of_ticker(base, &["historical-price-eod", "non-split-adjusted"], ticker, range)
}

/// Bars within sessions of one ticker.
pub(super) fn intraday(base: &BaseUrl, ticker: &Ticker, interval: BarInterval, range: DayRange) -> String {
    of_ticker(base, &["historical-chart", interval.name()], ticker, range)
}

/// Splits of every listed symbol in the world.
pub(super) fn splits(base: &BaseUrl, range: DayRange) -> String {
    calendar(base, "splits-calendar", range)
}

/// Dividends likewise.
pub(super) fn dividends(base: &BaseUrl, range: DayRange) -> String {
    calendar(base, "dividends-calendar", range)
}

fn of_ticker(base: &BaseUrl, path: &[&str], ticker: &Ticker, range: DayRange) -> String {
    let (first, last) = (range.first().to_string(), range.last().to_string());
    base.join(path, &[("symbol", ticker.as_str()), ("from", &first), ("to", &last)])
}

fn calendar(base: &BaseUrl, name: &str, range: DayRange) -> String {
    let (first, last) = (range.first().to_string(), range.last().to_string());
    base.join(&[name], &[("from", &first), ("to", &last)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_its_documented_url_and_no_key() {
        let base = BaseUrl::parse("https://financialmodelingprep.com/stable").unwrap();
        let range = DayRange::new("2026-06-01".parse().unwrap(), "2026-06-30".parse().unwrap()).unwrap();
        let acme = "ACME".parse().unwrap();
        let below = |url: String| url.strip_prefix("https://financialmodelingprep.com/stable/").unwrap().to_owned();
        assert_eq!(
            below(daily(&base, &acme, range)),
            "historical-price-eod/non-split-adjusted?symbol=ACME&from=2026-06-01&to=2026-06-30"
        );
        assert_eq!(
            below(intraday(&base, &acme, BarInterval::HOUR, range)),
            "historical-chart/1hour?symbol=ACME&from=2026-06-01&to=2026-06-30"
        );
        assert_eq!(below(splits(&base, range)), "splits-calendar?from=2026-06-01&to=2026-06-30");
        assert_eq!(below(dividends(&base, range)), "dividends-calendar?from=2026-06-01&to=2026-06-30");
    }
}
