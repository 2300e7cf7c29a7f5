//! Financial Modeling Prep: sessions and bars within them a ticker at a time, splits and dividends of a range in one request.
//!
//! `request` makes URLs, `wire` has the JSON shapes, `parse` judges answers; only this file asks, through [`Client`].
//! Facts and their origin: docs/providers.md.

mod limits;
mod parse;
mod request;
mod wire;

use std::collections::HashSet;

use domain::market::{DailyBar, Dividend, IntradayBar, Security, SharesCount, Split};
use domain::ports::{Capabilities, DailyMarket, Delivered, MarketData, ProviderError};
use domain::units::{BarInterval, Day, DayRange, Ticker};

use crate::outbound::OutboundAnswer;
use crate::providers::http::{BaseUrl, Budget, Client, Network, Secret, Terms, Transport};
use crate::providers::{About, OpenError, ProviderSettings, Setting};

const BASE_URL: &str = "FMP_BASE_URL";
const API_KEY: &str = "FMP_API_KEY";
const REQUESTS_PER_MINUTE: &str = "FMP_REQUESTS_PER_MINUTE";
const TIMEOUT_MS: &str = "FMP_TIMEOUT_MS";

pub(crate) const ABOUT: About = About {
    name: "fmp",
    aliases: &[],
    summary: "Financial Modeling Prep: US stocks a ticker at a time, raw sessions and bars within them, splits, dividends",
    capabilities: Capabilities {
        securities: false,
        daily_market: false,
        ticker_bars: true,
        intraday: &BarInterval::ALL,
        reported_caps: false,
        shares: false,
        splits: true,
        dividends: true,
        chains: false,
        synthetic: false,
    },
    limits: "free plan 250 requests a day; paid plans 300 to 3 000 a minute",
    settings: &[
        Setting { name: API_KEY, required: true, secret: true },
        Setting { name: BASE_URL, required: false, secret: false },
        Setting { name: REQUESTS_PER_MINUTE, required: false, secret: false },
        Setting { name: TIMEOUT_MS, required: false, secret: false },
    ],
};

/// FMP's REST API with one account's key.
pub(crate) struct Fmp<T, B> {
    base: BaseUrl,
    client: Client<T, B>,
}

/// Opens it from its settings.
pub(crate) fn open<T: Transport, B: Budget>(
    settings: &ProviderSettings,
    network: Network<T, B>,
) -> Result<Fmp<T, B>, OpenError> {
    let base = BaseUrl::parse(settings.get(BASE_URL).unwrap_or(limits::DEFAULT_BASE_URL))
        .ok_or_else(|| OpenError::InvalidSetting { name: BASE_URL, expected: "an http or https URL".to_owned() })?;
    let requests_per_minute =
        settings.number(REQUESTS_PER_MINUTE, limits::DEFAULT_REQUESTS_PER_MINUTE, limits::MAX_REQUESTS_PER_MINUTE)?;
    let timeout_ms = settings.number(TIMEOUT_MS, limits::DEFAULT_TIMEOUT_MS, limits::MAX_TIMEOUT_MS)?;
    let secret = Secret::new(settings.required(API_KEY)?.to_owned());
    let terms = Terms { provider: ABOUT.name, requests_per_minute, timeout_ms, secret, header: ("apikey", "") };
    Ok(Fmp { base, client: Client::new(terms, network) })
}

impl<T: Transport, B: Budget> Fmp<T, B> {
    async fn get(&self, url: &str) -> Result<OutboundAnswer, ProviderError> {
        self.client.get(url).await
    }

    fn scrub<R>(&self, answer: Result<R, ProviderError>) -> Result<R, ProviderError> {
        answer.map_err(|error| self.client.scrub(error))
    }
}

impl<T: Transport, B: Budget> MarketData for Fmp<T, B> {
    fn name(&self) -> &'static str {
        ABOUT.name
    }

    fn capabilities(&self) -> Capabilities {
        ABOUT.capabilities
    }

    fn requests_made(&self) -> u64 {
        self.client.requests_made()
    }

    /// Its list is of today's companies, which is not what was listed on a day.
    async fn securities(&self, _: Day) -> Result<Delivered<Security>, ProviderError> {
        Ok(Delivered::clean(Vec::new()))
    }

    async fn daily_market(&self, _: Day) -> Result<DailyMarket, ProviderError> {
        Ok(DailyMarket { bars: Delivered::clean(Vec::new()), caps: Vec::new() })
    }

    async fn daily_bars(&self, ticker: &Ticker, range: DayRange) -> Result<Delivered<DailyBar>, ProviderError> {
        let answer = self.get(&request::daily(&self.base, ticker, range)).await?;
        let mut seen = HashSet::new();
        self.scrub(parse::rows(answer.status, &answer.body, |row| parse::daily(&row, ticker, &mut seen)))
    }

    /// One request answers so many days at most, so a long range is asked for in parts.
    async fn intraday_bars(
        &self,
        ticker: &Ticker,
        interval: BarInterval,
        range: DayRange,
    ) -> Result<Delivered<IntradayBar>, ProviderError> {
        let step = if interval == BarInterval::HOUR { limits::HOURLY_DAYS } else { limits::SHORTER_DAYS };
        let mut all = Delivered::clean(Vec::new());
        let mut first = range.first();
        while let Some(part) = DayRange::new(first, first.plus(step - 1).min(range.last())) {
            let answer = self.get(&request::intraday(&self.base, ticker, interval, part)).await?;
            let rows = parse::rows(answer.status, &answer.body, |row| parse::intraday(&row, ticker, interval));
            let rows = self.scrub(rows)?;
            // Each part comes with the latest first.
            all.rows.extend(rows.rows.into_iter().rev());
            all.rejected.extend(rows.rejected);
            if part.last() == range.last() {
                break;
            }
            first = part.last().plus(1);
        }
        Ok(all)
    }

    async fn shares(&self, _: &[Ticker], _: Day) -> Result<Delivered<SharesCount>, ProviderError> {
        Ok(Delivered::clean(Vec::new()))
    }

    async fn splits(&self, range: DayRange) -> Result<Delivered<Split>, ProviderError> {
        let answer = self.get(&request::splits(&self.base, range)).await?;
        let mut seen = HashSet::new();
        self.scrub(parse::rows(answer.status, &answer.body, |row| parse::split(&row, &mut seen)))
    }

    async fn dividends(&self, range: DayRange) -> Result<Delivered<Dividend>, ProviderError> {
        let answer = self.get(&request::dividends(&self.base, range)).await?;
        let mut seen = HashSet::new();
        self.scrub(parse::rows(answer.status, &answer.body, |row| parse::dividend(&row, &mut seen)))
    }
}

#[cfg(test)]
mod tests;
