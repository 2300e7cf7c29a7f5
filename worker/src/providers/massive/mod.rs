//! Massive, the former Polygon.io: the whole market's raw bars in one request a day, reference data, corporate actions.
//!
//! `request` makes URLs, `wire` has the JSON shapes, `parse` judges answers; only this file asks, through
//! [`Client`]. Facts and their origin: docs/providers.md.

mod limits;
mod options;
mod parse;
mod request;
mod wire;

use std::collections::HashSet;

use domain::market::{DailyBar, Dividend, IntradayBar, Security, SharesCount, Split};
use domain::ports::{
    Capabilities, DailyMarket, Delivered, MarketData, OptionChains, ProviderError, QuoteRow, QuoteRows, Rejection,
};
use domain::units::{BarInterval, Day, DayRange, Ticker};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::outbound::OutboundAnswer;
use crate::providers::account::{Account, Opened};
use crate::providers::http::{BaseUrl, Budget, Client, Network, Transport};
use crate::providers::{About, OpenError, ProviderSettings};

const ACCOUNT: Account = Account {
    provider: "massive",
    api_key: "MASSIVE_API_KEY",
    header: ("authorization", "Bearer "),
    base_url: ("MASSIVE_BASE_URL", limits::BASE_URL),
    requests_per_minute: ("MASSIVE_REQUESTS_PER_MINUTE", limits::REQUESTS_PER_MINUTE),
    timeout_ms: "MASSIVE_TIMEOUT_MS",
};

pub(crate) const ABOUT: About = About {
    name: ACCOUNT.provider,
    aliases: &["polygon"],
    summary: "Massive (formerly Polygon.io): US stocks, raw daily bars of the whole market, reference data",
    capabilities: Capabilities {
        securities: true,
        daily_market: true,
        ticker_bars: true,
        intraday: &BarInterval::ALL,
        reported_caps: false,
        shares: true,
        splits: true,
        dividends: true,
        chains: true,
        synthetic: false,
    },
    limits: "free plan 5 requests a minute and two years of history; paid plans without a limit",
    settings: &ACCOUNT.settings(),
};

/// Massive's REST API with one account's key.
pub(crate) struct Massive<T, B> {
    base: BaseUrl,
    client: Client<T, B>,
    requests_per_minute: u32,
}

/// Opens it from its settings.
pub(crate) fn open<T: Transport, B: Budget>(
    settings: &ProviderSettings,
    network: Network<T, B>,
) -> Result<Massive<T, B>, OpenError> {
    let Opened { base, client, requests_per_minute } = ACCOUNT.open(settings, network)?;
    Ok(Massive { base, client, requests_per_minute })
}

impl<T: Transport, B: Budget> Massive<T, B> {
    async fn get(&self, url: &str) -> Result<OutboundAnswer, ProviderError> {
        self.client.get(url).await
    }

    /// Every page from `first` on, in order.
    async fn all_pages<W: wire::WireRow, R>(
        &self,
        first: String,
        mut convert: impl FnMut(&W) -> Result<R, String>,
    ) -> Result<Delivered<R>, ProviderError> {
        let mut all = Delivered::clean(Vec::new());
        let mut asked = HashSet::new();
        let mut next = Some(first);
        while let Some(url) = next {
            if asked.len() == limits::MAX_PAGES {
                return Err(malformed(format!("more than {} pages", limits::MAX_PAGES)));
            }
            let answer = self.get(&url).await?;
            asked.insert(url);
            let rows_before = u64::try_from(all.rows.len() + all.rejected.len()).unwrap_or(u64::MAX);
            let page = parse::page(answer.status, &answer.body, rows_before, &mut convert);
            let page = page.map_err(|error| self.client.scrub(error))?;
            all.rows.extend(page.rows.rows);
            all.rejected.extend(page.rows.rejected);
            next = page.next_url.map(|link| self.next_page(&link, &asked)).transpose()?;
        }
        Ok(all)
    }

    fn next_page(&self, link: &str, asked: &HashSet<String>) -> Result<String, ProviderError> {
        let url = request::next_page(&self.base, link)
            .ok_or_else(|| malformed("next_url names a host that is not the vendor's".to_owned()))?;
        if asked.contains(&url) { Err(malformed("a page loop: next_url was already read".to_owned())) } else { Ok(url) }
    }

    async fn share_count(
        &self,
        ticker: &Ticker,
        as_of: Day,
    ) -> Result<Option<Result<SharesCount, String>>, ProviderError> {
        let answer = self.get(&request::ticker_details(&self.base, ticker, as_of)).await?;
        parse::shares(answer.status, &answer.body, ticker, as_of).map_err(|error| self.client.scrub(error))
    }
}

fn malformed(detail: String) -> ProviderError {
    ProviderError::Malformed { detail }
}

impl<T: Transport, B: Budget> MarketData for Massive<T, B> {
    fn name(&self) -> &'static str {
        ABOUT.name
    }

    fn capabilities(&self) -> Capabilities {
        ABOUT.capabilities
    }

    fn requests_made(&self) -> u64 {
        self.client.requests_made()
    }

    fn tickers_per_call(&self) -> usize {
        match usize::try_from(self.requests_per_minute) {
            Ok(per_minute @ 1..) => (per_minute * limits::MINUTES_PER_CALL).min(limits::TICKERS_PER_CALL),
            _ => limits::TICKERS_PER_CALL,
        }
    }

    async fn securities(&self, as_of: Day) -> Result<Delivered<Security>, ProviderError> {
        let mut seen = HashSet::new();
        self.all_pages(request::tickers(&self.base, as_of), |row| parse::security(row, &mut seen)).await
    }

    async fn daily_market(&self, day: Day) -> Result<DailyMarket, ProviderError> {
        let mut seen = HashSet::new();
        let bars =
            self.all_pages(request::grouped_daily(&self.base, day), |row| parse::bar(row, day, &mut seen)).await?;
        Ok(DailyMarket { bars, caps: Vec::new() })
    }

    async fn daily_bars(&self, ticker: &Ticker, range: DayRange) -> Result<Delivered<DailyBar>, ProviderError> {
        let first = request::daily(&self.base, ticker, range);
        let mut seen = HashSet::new();
        self.all_pages(first, |row| parse::session(row, ticker, &mut seen)).await
    }

    async fn intraday_bars(
        &self,
        ticker: &Ticker,
        interval: BarInterval,
        range: DayRange,
    ) -> Result<Delivered<IntradayBar>, ProviderError> {
        let first = request::intraday(&self.base, ticker, interval, range);
        self.all_pages(first, |row| parse::intraday(row, ticker, interval)).await
    }

    /// One request a ticker; several at once only where no rate is set, since slots would come one by one anyway.
    async fn shares(&self, tickers: &[Ticker], as_of: Day) -> Result<Delivered<SharesCount>, ProviderError> {
        let parallel = if self.requests_per_minute == 0 { limits::PARALLEL_REQUESTS } else { 1 };
        let answers: Vec<_> = stream::iter(tickers)
            .map(|ticker| self.share_count(ticker, as_of))
            .buffered(parallel)
            .try_collect()
            .await?;
        let mut delivered = Delivered::clean(Vec::with_capacity(tickers.len()));
        for (line, answer) in (1..).zip(answers) {
            match answer {
                Some(Ok(count)) => delivered.rows.push(count),
                Some(Err(reason)) => delivered.rejected.push(Rejection { line, reason }),
                None => {}
            }
        }
        Ok(delivered)
    }

    async fn splits(&self, range: DayRange) -> Result<Delivered<Split>, ProviderError> {
        let mut seen = HashSet::new();
        self.all_pages(request::splits(&self.base, range), |row| parse::split(row, &mut seen)).await
    }

    async fn dividends(&self, range: DayRange) -> Result<Delivered<Dividend>, ProviderError> {
        let mut seen = HashSet::new();
        let first = request::dividends(&self.base, range);
        let rows = self.all_pages(first, |row| parse::dividend(row, &mut seen)).await?;
        Ok(Delivered { rows: parse::merge_dividends(rows.rows), rejected: rows.rejected })
    }

    /// The vendor has chains only as they are quoted now, so a session that is not the one of the quotes is refused.
    async fn option_chains(&self, underlying: Option<&Ticker>, day: Day) -> Result<OptionChains, ProviderError> {
        let refused = |detail: String| ProviderError::Rejected { detail };
        let underlying = underlying
            .ok_or_else(|| refused("thousands of underlyings have options: expected some to be named".to_owned()))?;
        let first = request::option_snapshot(&self.base, underlying);
        let mut seen = HashSet::new();
        let found = self.all_pages(first, |row| options::quote(row, underlying, day, &mut seen)).await?;
        if let (true, Some(first)) = (found.rows.is_empty(), found.rejected.first()) {
            let n = found.rejected.len();
            return Err(refused(format!(
                "none of {n} contracts of {underlying} has a quote of {day}: {}",
                first.reason
            )));
        }
        let rows = (1..).zip(found.rows).map(|(line, quote)| QuoteRow { line, underlying: 0, quote });
        let quotes = QuoteRows { underlyings: vec![underlying.clone()], rows: rows.collect() };
        Ok(OptionChains { quotes, rejected: found.rejected })
    }
}

#[cfg(test)]
mod tests;
