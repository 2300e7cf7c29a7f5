//! Tiingo: sessions of one ticker with raw prices, and bars within them as traded on IEX.
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

use crate::providers::account::{Account, Opened};
use crate::providers::http::{BaseUrl, Budget, Client, Network, Transport};
use crate::providers::{About, OpenError, ProviderSettings};

const ACCOUNT: Account = Account {
    provider: "tiingo",
    api_key: "TIINGO_API_KEY",
    header: ("authorization", "Token "),
    base_url: ("TIINGO_BASE_URL", limits::BASE_URL),
    requests_per_minute: ("TIINGO_REQUESTS_PER_MINUTE", limits::REQUESTS_PER_MINUTE),
    timeout_ms: "TIINGO_TIMEOUT_MS",
};

pub(crate) const ABOUT: About = About {
    name: ACCOUNT.provider,
    aliases: &[],
    summary: "Tiingo: US stocks a ticker at a time, raw sessions, bars within them as traded on IEX",
    capabilities: Capabilities {
        securities: false,
        daily_market: false,
        ticker_bars: true,
        intraday: &BarInterval::ALL,
        reported_caps: false,
        shares: false,
        splits: false,
        dividends: false,
        chains: false,
        synthetic: false,
    },
    limits: "free plan 50 requests an hour, 1 000 a day and 500 symbols a month; bars within sessions have IEX volume only",
    settings: &ACCOUNT.settings(),
};

/// Tiingo's REST API with one account's key.
pub(crate) struct Tiingo<T, B> {
    base: BaseUrl,
    client: Client<T, B>,
}

/// Opens it from its settings.
pub(crate) fn open<T: Transport, B: Budget>(
    settings: &ProviderSettings,
    network: Network<T, B>,
) -> Result<Tiingo<T, B>, OpenError> {
    let Opened { base, client, .. } = ACCOUNT.open(settings, network)?;
    Ok(Tiingo { base, client })
}

impl<T: Transport, B: Budget> MarketData for Tiingo<T, B> {
    fn name(&self) -> &'static str {
        ABOUT.name
    }

    fn capabilities(&self) -> Capabilities {
        ABOUT.capabilities
    }

    fn requests_made(&self) -> u64 {
        self.client.requests_made()
    }

    async fn securities(&self, _: Day) -> Result<Delivered<Security>, ProviderError> {
        Ok(Delivered::clean(Vec::new()))
    }

    async fn daily_market(&self, _: Day) -> Result<DailyMarket, ProviderError> {
        Ok(DailyMarket { bars: Delivered::clean(Vec::new()), caps: Vec::new() })
    }

    async fn daily_bars(&self, ticker: &Ticker, range: DayRange) -> Result<Delivered<DailyBar>, ProviderError> {
        let answer = self.client.get(&request::daily(&self.base, ticker, range)).await?;
        let mut seen = HashSet::new();
        let rows = parse::rows(answer.status, &answer.body, |row| parse::daily(&row, ticker, &mut seen));
        rows.map_err(|error| self.client.scrub(error))
    }

    /// One request answers so many rows at most, so a long range is asked for in parts.
    async fn intraday_bars(
        &self,
        ticker: &Ticker,
        interval: BarInterval,
        range: DayRange,
    ) -> Result<Delivered<IntradayBar>, ProviderError> {
        let rows_per_day = limits::MINUTES_PER_DAY.div_ceil(interval.minutes());
        let step = i32::try_from(limits::MOST_ROWS / rows_per_day).unwrap_or(1);
        let mut all = Delivered::clean(Vec::new());
        for part in range.parts(step) {
            let answer = self.client.get(&request::intraday(&self.base, ticker, interval, part)).await?;
            let rows = parse::rows(answer.status, &answer.body, |row| parse::intraday(&row, ticker, interval));
            let rows = rows.map_err(|error| self.client.scrub(error))?;
            all.rows.extend(rows.rows);
            all.rejected.extend(rows.rejected);
        }
        Ok(all)
    }

    async fn shares(&self, _: &[Ticker], _: Day) -> Result<Delivered<SharesCount>, ProviderError> {
        Ok(Delivered::clean(Vec::new()))
    }

    async fn splits(&self, _: DayRange) -> Result<Delivered<Split>, ProviderError> {
        Ok(Delivered::clean(Vec::new()))
    }

    async fn dividends(&self, _: DayRange) -> Result<Delivered<Dividend>, ProviderError> {
        Ok(Delivered::clean(Vec::new()))
    }
}

#[cfg(test)]
mod tests;
