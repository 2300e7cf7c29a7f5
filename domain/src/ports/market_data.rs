//! A source of market data.

use crate::market::{DailyBar, Dividend, IntradayBar, ReportedCap, Security, SharesCount, Split};
use crate::ports::{QuoteRows, Rejection};
use crate::units::{BarInterval, Day, DayRange, Ticker};

/// What a source can serve. `GET /providers` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// A list of securities as of a day.
    pub securities: bool,
    /// The whole market's bars of one session in one delivery.
    pub daily_market: bool,
    /// The sessions of one ticker over a range.
    pub ticker_bars: bool,
    /// The lengths of bars within sessions, of one ticker over a range; none where empty.
    pub intraday: &'static [BarInterval],
    /// Market caps come with each session's bars.
    pub reported_caps: bool,
    /// Shares outstanding per ticker as known on a day.
    pub shares: bool,
    /// Splits by execution date.
    pub splits: bool,
    /// Cash dividends by ex-date.
    pub dividends: bool,
    /// Option chains: the quotes of an underlying's contracts at a session.
    pub chains: bool,
    /// Everything it serves is made up and must be marked so wherever it shows.
    pub synthetic: bool,
}

/// Rows that passed, and rows that did not, with the reason; a bad row never hides the good ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivered<T> {
    /// The rows that are well-formed.
    pub rows: Vec<T>,
    /// What was turned away.
    pub rejected: Vec<Rejection>,
}

impl<T> Delivered<T> {
    /// Rows of which none was turned away.
    #[must_use]
    pub const fn clean(rows: Vec<T>) -> Self {
        Self { rows, rejected: Vec::new() }
    }
}

/// One session of the whole market.
#[derive(Clone, Debug, PartialEq)]
pub struct DailyMarket {
    /// The bars, one per security that traded.
    pub bars: Delivered<DailyBar>,
    /// The source's own market caps of that session; empty where it has none.
    pub caps: Vec<ReportedCap>,
}

/// Option chains of one session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OptionChains {
    /// The quotes that are well-formed; a crossed one and one without a bid are.
    pub quotes: QuoteRows,
    /// What was turned away.
    pub rejected: Vec<Rejection>,
}

/// Why a source did not deliver, by what the caller should do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Ask again, not before this many milliseconds.
    #[error("rate limited, retry after {retry_after_ms} ms")]
    RateLimited {
        /// Milliseconds to wait.
        retry_after_ms: i64,
    },
    /// Ask again later: a time-out, a 5xx, a broken connection.
    #[error("temporarily unavailable: {detail}")]
    Transient {
        /// What happened, without secrets.
        detail: String,
    },
    /// Do not ask again like this: our request or our plan is at fault (401, 403, 404, 400).
    #[error("refused: {detail}")]
    Rejected {
        /// What the source said, without secrets.
        detail: String,
    },
    /// The answer is not what the source's own documentation promises (HTML, truncated JSON, a page loop).
    #[error("malformed answer: {detail}")]
    Malformed {
        /// What was wrong, without the body.
        detail: String,
    },
}

impl ProviderError {
    /// The stable code that run logs and alerts carry.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "provider_rate_limited",
            Self::Transient { .. } => "provider_unavailable",
            Self::Rejected { .. } => "provider_refused",
            Self::Malformed { .. } => "provider_malformed",
        }
    }
}

/// A source of market data.
///
/// An implementation MUST deliver raw prices (as traded that day), MUST be safe to ask twice, MUST page to the end or fail,
/// MUST turn away a bad row with a reason instead of failing the delivery, and MUST NOT put a key into any error.
/// A capability it lacks answers with an empty delivery.
#[allow(async_fn_in_trait)]
pub trait MarketData {
    /// The name under which settings, run logs and rows know it.
    fn name(&self) -> &'static str;

    /// What it can serve.
    fn capabilities(&self) -> Capabilities;

    /// Requests sent over the network since it was opened, failed ones included; a source without a network sends none.
    fn requests_made(&self) -> u64 {
        0
    }

    /// The most tickers [`MarketData::shares`] should be asked for at once, at least 1: a source that needs a request per
    /// ticker within a rate would otherwise outlast its caller.
    fn tickers_per_call(&self) -> usize {
        500
    }

    /// Common stocks listed on `as_of`, whatever became of them later.
    ///
    /// # Errors
    /// See [`ProviderError`].
    async fn securities(&self, as_of: Day) -> Result<Delivered<Security>, ProviderError>;

    /// The whole market's bars of one session. A day without trading is an empty delivery.
    ///
    /// # Errors
    /// See [`ProviderError`].
    async fn daily_market(&self, day: Day) -> Result<DailyMarket, ProviderError>;

    /// The sessions of one ticker in a range; a ticker that the source does not know has none.
    ///
    /// # Errors
    /// See [`ProviderError`].
    async fn daily_bars(&self, _ticker: &Ticker, _range: DayRange) -> Result<Delivered<DailyBar>, ProviderError> {
        Ok(Delivered::clean(Vec::new()))
    }

    /// The bars of one ticker within the sessions of a range, in the source's order.
    ///
    /// # Errors
    /// See [`ProviderError`].
    async fn intraday_bars(
        &self,
        _ticker: &Ticker,
        _interval: BarInterval,
        _range: DayRange,
    ) -> Result<Delivered<IntradayBar>, ProviderError> {
        Ok(Delivered::clean(Vec::new()))
    }

    /// Shares outstanding of these tickers as known on `as_of`; tickers the source does not know are left out.
    ///
    /// # Errors
    /// See [`ProviderError`].
    async fn shares(&self, tickers: &[Ticker], as_of: Day) -> Result<Delivered<SharesCount>, ProviderError>;

    /// Splits with an execution date in the range.
    ///
    /// # Errors
    /// See [`ProviderError`].
    async fn splits(&self, range: DayRange) -> Result<Delivered<Split>, ProviderError>;

    /// Cash dividends with an ex-date in the range.
    ///
    /// # Errors
    /// See [`ProviderError`].
    async fn dividends(&self, range: DayRange) -> Result<Delivered<Dividend>, ProviderError>;

    /// The option chains of one underlying at a session, or of all that the source has where `None` is asked for and they are
    /// few. Every quote is of that session: a source that cannot know one refuses, instead of dating another day's quotes.
    ///
    /// # Errors
    /// See [`ProviderError`].
    async fn option_chains(&self, _underlying: Option<&Ticker>, _day: Day) -> Result<OptionChains, ProviderError> {
        Ok(OptionChains::default())
    }
}
