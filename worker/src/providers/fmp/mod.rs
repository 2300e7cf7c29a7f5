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
use crate::providers::account::{Account, Opened};
use crate::providers::http::{BaseUrl, Budget, Client, Network, Transport};
use crate::providers::{About, OpenError, ProviderSettings};

const ACCOUNT: Account = Account {
    provider: "fmp",
    api_key: "FMP_API_KEY",
    header: ("apikey", ""),
    base_url: ("FMP_BASE_URL", limits::BASE_URL),
    requests_per_minute: ("FMP_REQUESTS_PER_MINUTE", limits::REQUESTS_PER_MINUTE),
    timeout_ms: "FMP_TIMEOUT_MS",
};

pub(crate) const ABOUT: About = About {
    name: ACCOUNT.provider,
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
    settings: &ACCOUNT.settings(),
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
    let Opened { base, client, .. } = ACCOUNT.open(settings, network)?;
    Ok(Fmp { base, client })
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
        self.scrub(parse::rows(answer.status, &answer.body, |row| parse::daily(row, ticker, &mut seen)))
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
        for part in range.parts(step) {
            let answer = self.get(&request::intraday(&self.base, ticker, interval, part)).await?;
            let rows = parse::rows(answer.status, &answer.body, |row| parse::intraday(&row, ticker, interval));
            let rows = self.scrub(rows)?;
            // Each part comes with the latest first.
            all.rows.extend(rows.rows.into_iter().rev());
            all.rejected.extend(rows.rejected);
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
